//! The recordings in the binary show what they are named after, without a cluster.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::time::Duration;

use lab::{SCENARIOS, Scenario};
use lagtop::model::{Finding, Severity, Snapshot};
use lagtop::record::Entry;
use lagtop::record::bundle::{ALL, Bundled};
use lagtop::store::Store;

#[path = "lab/mod.rs"]
mod lab;
mod support;

/// At least so often something is looked at: as the screen does.
const ROUND: Duration = Duration::from_secs(1);

/// Plays it from its start to its end, and shows the picture of each second from where it is shown.
fn play(bundled: &Bundled, mut see: impl FnMut(&Snapshot)) {
    let mut reader = bundled.open().unwrap();
    let header = reader.header().clone();
    let mut store = Store::new(header.isolation);
    let mut next = header.started.plus(Duration::from_secs(bundled.begin));
    while let Some(entry) = reader.entry().unwrap() {
        let Entry::Seen(observation) = entry else { continue };
        if observation.at >= next {
            see(&store.publish());
            next = observation.at.plus(ROUND);
        }
        store.apply(observation);
    }
}

fn bad(snapshot: &Snapshot) -> impl Iterator<Item = &Finding> {
    snapshot.findings().into_iter().filter(|finding| finding.severity >= Severity::Warning)
}

/// The rules that find something in each picture of a recording.
fn named_after(name: &'static str) -> Vec<&'static str> {
    match name {
        // An ordinary day.
        "steady" => Vec::new(),
        "war-room" => vec!["hot-thread", "rebalance-storm", "stalled-partition"],
        incident => vec![incident],
    }
}

#[test]
fn each_recording_shows_what_it_is_named_after_and_nothing_untrue() {
    for bundled in ALL {
        let scenario = Scenario::named(bundled.name).unwrap();
        let mut pictures = 0;
        play(bundled, |snapshot| {
            pictures += 1;
            let found: Vec<_> = bad(snapshot).map(|finding| finding.rule).collect();
            let missing = named_after(bundled.name).into_iter().find(|rule| !found.contains(rule));
            assert_eq!(missing, None, "{}, picture {pictures}: {found:?}", bundled.name);
            let untrue = found.iter().find(|rule| !scenario.truths.contains(rule));
            assert_eq!(untrue, None, "{}, picture {pictures}", bundled.name);
        });
        assert!(pictures >= 60, "{}: {pictures} pictures", bundled.name);
    }
}

#[test]
fn each_recording_is_told_as_its_scenario_is() {
    for bundled in ALL.iter().filter(|bundled| bundled.name != "steady") {
        let scenario = SCENARIOS.iter().find(|scenario| scenario.name == bundled.name).unwrap();
        assert_eq!(bundled.about, scenario.about);
    }
}
