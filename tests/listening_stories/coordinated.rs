//! Groups that the coordinator assigns for (KIP-848): a record for each step.

use lagtop::model::Took;

use crate::lab::{Consumer, Protocol, Worker};
use crate::watched::{TOPIC, Watched, since};

fn member(group: &str, client_id: &str) -> Consumer {
    let (client_id, protocol) = (client_id.to_owned(), Protocol::Consumer);
    Consumer { client_id, protocol, ..Consumer::of(group, TOPIC) }
}

/// Both to the millisecond.
pub(crate) async fn one_comes_and_goes(watched: &mut Watched<'_>) -> Worker {
    let bootstrap = watched.kafka.bootstrap();
    let first = member("next", "first").spawn(&bootstrap).unwrap();
    watched.at_rest("next", &[("first", 4)]).await;
    let alone = watched.followed("next").await;
    let second = member("next", "second").spawn(&bootstrap).unwrap();
    watched.at_rest("next", &[("first", 2), ("second", 2)]).await;
    second.stop().unwrap();
    let again = watched.at_rest("next", &[("first", 4)]).await;
    let story = ["+second, 2 first>second", "-second, 2 second>first"];
    assert_eq!(since(&alone, &again), story);
    let events = again.rebalances.iter().skip(alone.rebalances.len());
    let exact = events.clone().all(|event| matches!(event.took, Took::Exactly(_)));
    assert!(exact, "{:?}", again.rebalances);
    assert_eq!(events.last().and_then(|event| event.epoch), again.epoch);
    first
}

/// The coordinator looks for topics.
pub(crate) async fn a_topic_comes_that_fits_the_pattern(watched: &mut Watched<'_>) -> Worker {
    watched.topic("next-a", 2).await;
    let pattern =
        Consumer { topics: vec!["^next-.*".to_owned()], ..member("next-pattern", "only") };
    let only = pattern.spawn(&watched.kafka.bootstrap()).unwrap();
    watched.at_rest("next-pattern", &[("only", 2)]).await;
    let before = watched.followed("next-pattern").await;
    watched.topic("next-b", 3).await;
    let after = watched.at_rest("next-pattern", &[("only", 5)]).await;
    assert_eq!(since(&before, &after), ["3 nobody>only"]);
    only
}
