//! Two processes alike, and when each of them sends.

use std::time::Duration;

use crate::model::observation::CommitRecorded;
use crate::model::process::{
    Confidence, Evidence, HostAddress, MemberMatch, ProcessFacts, ProcessesFound, Searched,
    SendsSeen, SocketSends, Untimed,
};
use crate::model::{Body, GroupState, Observation, ProcessKey, SourceHealth, SourceId, Timestamp};

use super::processes::facts;
use super::story::{Story, member};

const FIRST: ProcessKey = ProcessKey { pid: 7, start: 1 };
const SECOND: ProcessKey = ProcessKey { pid: 8, start: 1 };

/// Both fit, and neither says who it is.
fn found(member_names: &[&str]) -> Body {
    let members: Vec<_> = member_names.iter().map(|name| member(name, &[])).collect();
    let host = members[0].host.clone();
    let searched = Searched {
        group: "g".into(),
        members: members.iter().map(|member| member.id.clone()).collect(),
        addresses: vec![HostAddress { address: host, namespace: None }],
        unreadable: 0,
        unseen: 0,
        fault: None,
    };
    let quiet = |key| ProcessFacts { key, namings: Vec::new(), ..facts("") };
    let processes = vec![quiet(FIRST), quiet(SECOND)];
    Body::Processes(ProcessesFound { searched: Some(searched), processes })
}

/// Ten looks in the second that ends now: the first sent at its beginning, the second in its middle.
fn sends(now: Timestamp) -> Body {
    let begun = now.minus(Duration::from_secs(1));
    let looked: Vec<_> =
        (1..=10_u64).map(|nth| begun.plus(Duration::from_millis(nth * 100))).collect();
    let idle = |sent: i64| {
        let idle = |nth: i64| u32::try_from((nth * 100 - sent).rem_euclid(1_000)).ok();
        (1..=10).map(idle).collect()
    };
    let sockets = vec![
        SocketSends { process: FIRST, port: 40_000, idle_ms: idle(0) },
        SocketSends { process: SECOND, port: 40_001, idle_ms: idle(500) },
    ];
    Body::Sends(SendsSeen { listed: now, looked, sockets })
}

fn commit(at: Timestamp, offset: i64) -> Body {
    Body::Recorded(vec![CommitRecorded {
        group: "g".into(),
        topic: "t".into(),
        partition: 0,
        offset: Some(offset),
        recorded: at,
        leader_epoch: None,
        metadata: "".into(),
    }])
}

fn matched(story: &mut Story) -> MemberMatch {
    let processes = std::sync::Arc::clone(&story.store.publish().processes);
    processes.matches.as_ref().expect("it was searched").members[0].clone()
}

#[test]
fn a_member_is_the_process_that_sends_when_it_commits_and_stays_it() {
    let mut story = Story::new();
    story.described("g", GroupState::Stable, &[("a", &[0])]).committed("g", &[(0, Some(0))]);
    story.ends(&[(0, 0)]).round_over(true).see(found(&["a"]));
    assert_eq!(matched(&mut story).untimed(), Some(Untimed::NotListening));
    let listening = Body::Health(SourceHealth::Working);
    let (at, source) = (story.now.into(), SourceId::Stream);
    story.store.apply(Observation { at, source, body: listening });
    for offset in 1..=20 {
        // It is recorded 5 ms after it was sent.
        story.pass(5);
        story.see(commit(story.now.into(), offset)).pass(995);
        story.see(sends(story.now.into())).see(found(&["a"]));
    }
    let told = matched(&mut story);
    assert_eq!((told.confidence, told.process()), (Confidence::Likely, Some(FIRST)), "{told:#?}");
    let by_commits = |it: &&Evidence| matches!(it, Evidence::Commits { .. });
    assert!(told.candidates[0].evidence.iter().any(|it| by_commits(&it)), "{told:#?}");

    // Long after nobody looks any more, and with another group looked at in between.
    story.pass(600_000).described("g", GroupState::Stable, &[("a", &[0])]).see(found(&["a"]));
    assert_eq!(matched(&mut story).process(), Some(FIRST));
    // Another member in its place is nobody yet.
    story.described("g", GroupState::Stable, &[("b", &[0])]).see(found(&["b"]));
    let other = matched(&mut story);
    assert_eq!(other.confidence, Confidence::Ambiguous, "{other:#?}");
    assert_eq!(other.untimed(), Some(Untimed::TooFew { seen: 0 }));
}
