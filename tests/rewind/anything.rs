//! Anything that can happen to a group, seen by polling.

use std::collections::BTreeSet;

use lagtop::diagnose::{RuleBook, Rules};
use lagtop::model::{Body, GroupState, Isolation, Observation, Snapshot, Timestamp};
use lagtop::rewind::as_of;
use lagtop::store::Store;
use proptest::prelude::*;

use crate::agree::{self, COARSE, Judged, Moment, Shown};
use crate::told::{Row, Told, read, tell};
use crate::world::{Act, START, World, any_acts};

/// A silence longer than this is a gap in what is known.
const GAP_MS: i64 = 3_500;

/// So many seconds are kept by the second.
const KEPT: i64 = 118;

/// So many seconds back all that rules look at is within the half hour that is kept by ten seconds.
const REACH: i64 = 1_450;

/// How patient the rules are, and with that how long it all takes.
#[derive(Clone, Copy)]
enum Scale {
    /// They look back for a minute.
    Seconds = 1,
    /// They look back for minutes, as they do by default.
    Minutes = 6,
}

/// The rules, and the same with waits a second shorter, or the time until they are critical, or both.
fn rules(scale: Scale) -> Vec<Rules> {
    [(0, 0), (1, 0), (0, 1), (1, 1)].map(|less| tuned(scale, less)).to_vec()
}

fn tuned(scale: Scale, (wait, critical): (i64, i64)) -> Rules {
    let counts = [
        ("lag-threshold", "warning", 500),
        ("lag-threshold", "critical", 6_000),
        ("lag-threshold", "page", 20_000),
        ("rebalance-storm", "warning", 2),
        ("rebalance-storm", "critical", 4),
        ("rebalance-storm", "drops", 1),
    ];
    let waits = [
        ("lag-threshold", "growing", 50),
        ("lag-threshold", "doubling", 50),
        ("stuck-rebalance", "wait", 3),
        ("stuck-rebalance", "critical", 6),
        ("group-gone-quiet", "wait", 10),
        ("group-gone-quiet", "critical", 30),
        ("stalled-partition", "wait", 10),
        ("stalled-partition", "critical", 30),
        ("hot-partition", "window", 20),
        ("stop-and-go", "pause", 5),
        ("falling-behind", "window", 50),
        ("too-few-partitions", "window", 50),
        ("unowned-partitions", "settled", 5),
        ("idle-members", "settled", 5),
    ];
    let mut rules = Rules::default();
    for (rule, threshold, count) in counts {
        rules.set(rule, Some(threshold), &count.to_string()).unwrap();
    }
    let mut set = |rule: &str, threshold: &str, seconds: i64| {
        rules.set(rule, Some(threshold), &format!("{seconds}s")).unwrap();
    };
    for (rule, threshold, seconds) in waits {
        let less = if threshold == "critical" { critical } else { wait };
        set(rule, threshold, seconds * scale as i64 - less);
    }
    // Who looks back further sees more.
    for rule in ["rebalance-storm", "rewound"] {
        set(rule, "window", 60 * scale as i64 + wait);
    }
    rules
}

/// The last moment of a second.
fn end(second: i64) -> Timestamp {
    Timestamp::from_millis((START + second) * 1_000 + 999)
}

/// What is left of a stream: the last picture, what the pictures at the ends of seconds said, and when
/// something was looked at.
struct Seen {
    last: std::sync::Arc<Snapshot>,
    shown: Shown,
    looks: Vec<i64>,
    scale: Scale,
}

/// Folds all of it in, as the store's task does.
fn seen(acts: &[Act], scale: Scale) -> Seen {
    let rules = rules(scale);
    let (observations, looks) = World::new().play(acts);
    let mut store = Store::new(Isolation::ReadUncommitted).ruled_by(rules[0].clone());
    let mut shown = Shown::new();
    let mut stream = observations.into_iter().peekable();
    let until = looks.last().copied().unwrap_or(0);
    let mut last = store.publish();
    for second in 1..=until {
        while let Some(Observation { at, body, source }) =
            stream.next_if(|next| next.at <= end(second))
        {
            let over = matches!(body, Body::Round(_));
            store.apply(Observation { at, source, body });
            if over {
                last = store.publish();
            }
        }
        shown.insert(second, tell(&last, end(second), &rules));
    }
    Seen { last, shown, looks, scale }
}

impl Seen {
    /// Is the end of this second in a gap?
    fn in_gap(&self, second: i64) -> bool {
        let next = self.looks.partition_point(|look| *look <= second);
        let (Some(before), Some(after)) = (next.checked_sub(1), self.looks.get(next)) else {
            return false;
        };
        let before = self.looks[before];
        before < second && (after - before) * 1_000 - 400 > GAP_MS
    }

    /// The seconds that can be told apart, and how far the findings may be off. The last ones are left out:
    /// what would have been found right after them was not shown.
    fn moments(&self) -> impl Iterator<Item = Moment> {
        let last = self.looks.last().copied().unwrap_or(0);
        (1.max(last - REACH)..=last - 2).filter_map(move |second| {
            let age = last - second;
            let whole = (START + second) % COARSE == COARSE - 1;
            let (reach, judged) = match self.scale {
                Scale::Seconds if age + 60 < KEPT => (2, Judged::ByAll),
                Scale::Seconds => (COARSE + 1, Judged::OfNow),
                Scale::Minutes => (2 * COARSE + 1, Judged::ByMost),
            };
            (age < KEPT || whole).then_some(Moment { second, reach, judged })
        })
    }
}

/// Between two looks of which the second shows another rest, nobody knows who held what.
fn must_be_told(seen: &Seen, second: i64) -> bool {
    let view = &seen.last.group(&"readers".into()).unwrap().view;
    let at = end(second);
    let unsure = view.rebalances.iter().any(|event| {
        let most = event.took.at_most().unwrap_or_default();
        at < event.at && at > event.at.minus(most)
    });
    let first = view.rest.as_ref().is_some_and(|rest| rest.followed <= at);
    first
        && !unsure
        && view.band.moving_since(at).is_none()
        && view.rebalances_seen == view.rebalances.len() as u64
}

fn check(seen: &Seen) {
    let rules = RuleBook::from(tuned(seen.scale, (0, 0)));
    for moment in seen.moments() {
        let second = moment.second;
        let picture = as_of(&seen.last, end(second), &rules);
        let told = read(&picture);
        let was = &seen.shown[&second];
        if seen.in_gap(second) {
            unknown(second, &told);
            continue;
        }
        let names = |told: &Told| told.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(names(&told), names(was), "at {second}");
        for (name, told) in &told {
            let was = &was[name];
            assert_eq!(told.state, was.state, "{name} at {second}");
            assert_eq!(told.lag, was.lag, "{name} at {second}");
            assert_eq!(told.rows.len(), was.rows.len(), "{name} at {second}");
            for (partition, row) in &told.rows {
                let was = was.rows[partition];
                let ok = *row == was || is_not_yet_negative(row, &was);
                assert!(ok, "{name} at {second}: {partition:?} told {row:?}, shown {was:?}");
            }
            if told.members.is_some() {
                assert_eq!(told.members, was.members, "{name} at {second}");
            } else if name == "readers" {
                assert!(
                    !must_be_told(seen, second),
                    "nobody is told at {second}, {:?} is true",
                    was.members
                );
            }
            agree::findings(&seen.shown, moment, name, told);
        }
    }
}

/// A lag is told to be below zero once it is certain that the end was looked at after the commit.
fn is_not_yet_negative(told: &Row, was: &Row) -> bool {
    told.committed == was.committed && told.lag == Some(0) && was.lag.is_some_and(|lag| lag < 0)
}

/// Of a time in which nothing was seen nothing is told.
fn unknown(second: i64, told: &Told) {
    for (name, group) in told {
        assert_eq!(group.state, GroupState::Unknown, "{name} at {second}");
        assert!(group.rows.values().all(|row| row.lag.is_none()), "{name} at {second}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_moment_is_told_as_it_was_shown(acts in any_acts(1..30, true)) {
        check(&seen(&acts, Scale::Seconds));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    /// Rules look back for minutes there, ten seconds by ten seconds.
    #[test]
    fn so_is_a_moment_long_ago(acts in any_acts(10..150, false)) {
        check(&seen(&acts, Scale::Minutes));
    }
}

/// The property would hold of a silence too: these are found, and told.
#[test]
fn each_of_these_is_found_in_hindsight_too() {
    let everybody = vec![true; 4];
    let acts = [
        Act::Pass(40),
        // One partition is hot, and everybody falls behind on it.
        Act::Flow(0, 200, 100),
        Act::Pass(60),
        Act::Flow(0, 40, 190),
        Act::Pass(60),
        // Stalled, then all is quiet.
        Act::Flow(0, 40, 0),
        Act::Pass(15),
        Act::Flow(1, 40, 0),
        Act::Flow(2, 40, 0),
        Act::Flow(3, 40, 0),
        Act::Pass(25),
        Act::Flow(0, 40, 190),
        Act::Flow(3, 40, 190),
        Act::Flow(2, 40, 40),
        Act::Rewind(1, 500),
        Act::Pass(5),
        // In bursts, with records that wait.
        Act::Bursts(2, 6),
        Act::Pass(80),
        Act::Truncate(3, 3_000),
        Act::Delete(2, 30_000),
        Act::Pass(5),
        // The same member drops out again and again, and the last time nobody comes to rest.
        Act::Rebalance(vec![true, true, true, false], 2),
        Act::Pass(5),
        Act::Rebalance(everybody.clone(), 2),
        Act::Pass(5),
        Act::Rebalance(vec![true, true, true, false], 2),
        Act::Pass(5),
        Act::Rebalance(everybody, 20),
        Act::Pass(15),
    ];
    let seen = seen(&acts, Scale::Seconds);
    check(&seen);
    let mut found = BTreeSet::new();
    let rules = RuleBook::from(tuned(Scale::Seconds, (0, 0)));
    for Moment { second, .. } in seen.moments() {
        let told = read(&as_of(&seen.last, end(second), &rules));
        found.extend(told["readers"].found.iter().map(|found| found.rule));
    }
    let expected = [
        "falling-behind",
        "group-gone-quiet",
        "hot-partition",
        "lag-threshold",
        "negative-lag",
        "rebalance-storm",
        "records-lost",
        "rewound",
        "stalled-partition",
        "stop-and-go",
        "stuck-rebalance",
    ];
    let missing: Vec<_> = expected.into_iter().filter(|rule| !found.contains(rule)).collect();
    assert!(missing.is_empty(), "{missing:?} are not among {found:?}");
}
