//! Groups whose members assign: a record for each generation.

use crate::lab::{Consumer, Protocol, Victim, Worker};
use crate::live::group;
use crate::watched::{TOPIC, Watched, since};

const RANGE: Protocol = Protocol::Classic("range");

fn member(group: &str, client_id: &str, protocol: Protocol) -> Consumer {
    Consumer { client_id: client_id.to_owned(), protocol, ..Consumer::of(group, TOPIC) }
}

/// A member that is missed within seconds when it is killed.
pub(crate) fn soon_missed(group: &str, client_id: &str) -> Consumer {
    let soon = [("session.timeout.ms", "2000"), ("heartbeat.interval.ms", "300")];
    let properties = soon.map(|(key, value)| (key, value.to_owned())).to_vec();
    Consumer { properties, ..member(group, client_id, RANGE) }
}

/// Dynamic members.
pub(crate) async fn one_comes_and_goes(watched: &mut Watched<'_>) -> Worker {
    let bootstrap = watched.kafka.bootstrap();
    let first = member("classic", "first", RANGE).spawn(&bootstrap).unwrap();
    let alone = watched.at_rest("classic", &[("first", 4)]).await;
    let second = member("classic", "second", RANGE).spawn(&bootstrap).unwrap();
    watched.at_rest("classic", &[("first", 2), ("second", 2)]).await;
    second.stop().unwrap();
    let again = watched.at_rest("classic", &[("first", 4)]).await;
    let story = ["+second, 2 first>second", "-second, 2 second>first"];
    assert_eq!(since(&alone, &again), story);
    let generations = alone.epoch.zip(again.epoch);
    assert_eq!(generations.map(|(before, after)| after - before), Some(2));
    first
}

/// A restart within the session timeout is no rebalance; silence beyond it is one, with its reason.
pub(crate) async fn a_static_member_restarts_and_stays_away(watched: &mut Watched<'_>) -> Worker {
    let bootstrap = watched.kafka.bootstrap();
    let first = member("static", "first", RANGE).spawn(&bootstrap).unwrap();
    watched.at_rest("static", &[("first", 4)]).await;
    let second = Consumer {
        instance_id: Some("second-of-them".to_owned()),
        // Time enough to be back on a busy machine.
        properties: vec![("session.timeout.ms", "8000".to_owned())],
        ..member("static", "second", RANGE)
    };
    let running = second.clone().spawn(&bootstrap).unwrap();
    let both = [("first", 2), ("second", 2)];
    let before = watched.at_rest("static", &both).await;
    let ids = |view: &lagtop::model::GroupView| -> Vec<_> {
        view.members.iter().flat_map(|members| members.iter()).map(|one| one.id.clone()).collect()
    };
    running.stop().unwrap();
    let running = second.spawn(&bootstrap).unwrap();
    watched
        .live
        .until("the second by another id", |snapshot| {
            let now = ids(&group(snapshot, "static")?.view);
            (now.len() == 2 && now != ids(&before)).then_some(())
        })
        .await;
    let back = watched.at_rest("static", &both).await;
    assert_eq!((since(&before, &back), back.epoch), (Vec::new(), before.epoch));

    running.stop().unwrap();
    let alone = watched.at_rest("static", &[("first", 4)]).await;
    assert_eq!(since(&back, &alone), ["-second Silent, 2 second>first"]);
    first
}

/// SIGKILL: it says nothing, and records do not tell a session that timed out from a member that left.
pub(crate) async fn one_is_killed(watched: &mut Watched<'_>) -> Worker {
    let bootstrap = watched.kafka.bootstrap();
    let survivor = soon_missed("killed", "survivor").spawn(&bootstrap).unwrap();
    watched.at_rest("killed", &[("survivor", 4)]).await;
    let victim = Victim::join(&bootstrap, "killed").unwrap();
    let both = watched.at_rest("killed", &[("survivor", 2), ("victim", 2)]).await;
    victim.kill().unwrap();
    let alone = watched.at_rest("killed", &[("survivor", 4)]).await;
    assert_eq!(since(&both, &alone), ["-victim, 2 victim>survivor"]);
    survivor
}

/// Two generations, in the first of which nobody holds what changes hands, are one rebalance.
pub(crate) async fn a_cooperative_one_comes(watched: &mut Watched<'_>) -> [Worker; 2] {
    let bootstrap = watched.kafka.bootstrap();
    let cooperative =
        |client_id| member("cooperative", client_id, Protocol::Classic("cooperative-sticky"));
    let first = cooperative("first").spawn(&bootstrap).unwrap();
    let alone = watched.at_rest("cooperative", &[("first", 4)]).await;
    let second = cooperative("second").spawn(&bootstrap).unwrap();
    let both = watched.at_rest("cooperative", &[("first", 2), ("second", 2)]).await;
    assert_eq!(since(&alone, &both), ["+second, 2 first>second"]);
    let generations = alone.epoch.zip(both.epoch);
    assert_eq!(generations.map(|(before, after)| after - before), Some(2));
    let [.., rebalance] = both.rebalances.as_slice() else { panic!("{both:?}") };
    assert_eq!(rebalance.epoch, both.epoch, "the generation that it led to");
    [first, second]
}

/// The client looks for topics itself.
pub(crate) async fn a_topic_comes_that_fits_the_pattern(watched: &mut Watched<'_>) -> Worker {
    watched.topic("classic-a", 2).await;
    let pattern = Consumer {
        topics: vec!["^classic-.*".to_owned()],
        properties: vec![("topic.metadata.refresh.interval.ms", "500".to_owned())],
        ..member("classic-pattern", "only", RANGE)
    };
    let only = pattern.spawn(&watched.kafka.bootstrap()).unwrap();
    let before = watched.at_rest("classic-pattern", &[("only", 2)]).await;
    watched.topic("classic-b", 3).await;
    let after = watched.at_rest("classic-pattern", &[("only", 5)]).await;
    assert_eq!(since(&before, &after), ["3 nobody>only"]);
    only
}
