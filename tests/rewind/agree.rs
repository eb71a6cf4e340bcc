//! Does what is told of a moment agree with what was shown then?
//!
//! Numbers, states and owners must be the same. Rules have thresholds, so that they may change their minds
//! a step earlier or later than they did: what is told must have been found within the resolution, and what
//! is not told must not have been found all through it.

use std::collections::{BTreeMap, BTreeSet};

use lagtop::model::{Eta, Rate};

use crate::told::{Found, Group, Told};

/// Rules that need to know who is in the group: where nobody is told, they say less.
const OF_MEMBERS: [&str; 12] = [
    "cpu-per-record",
    "falling-behind",
    "group-gone-quiet",
    "hot-partition",
    "idle-members",
    "rebalance-storm",
    "records-lost",
    "retention-risk",
    "rewound",
    "stalled-partition",
    "stop-and-go",
    "too-few-partitions",
];

/// Rules that look at a state, at rebalances, or at a number as it is: whatever is kept of the time before,
/// they say the same.
const OF_NOW: [&str; 6] = [
    "idle-members",
    "negative-lag",
    "rebalance-storm",
    "records-lost",
    "stuck-rebalance",
    "unowned-partitions",
];

/// Rules that look at single commits, in hindsight as far as they are kept by the second.
const OF_COMMITS: [&str; 2] = ["rewound", "stop-and-go"];

/// Rules that look at rates, or are the milder the sooner the lag will be worked off.
const OF_RATES: [&str; 7] = [
    "falling-behind",
    "hot-partition",
    "idle-members",
    "retention-risk",
    "stop-and-go",
    "too-few-partitions",
    "host-pressure",
];

/// How far apart moments are that are not told by the second.
pub(crate) const COARSE: i64 = 10;

/// How well a moment is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) second: i64,
    /// Findings may begin and end so many seconds earlier or later.
    pub(crate) reach: i64,
    /// Which rules must agree.
    pub(crate) judged: Judged,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    /// All: what they look back to is kept by the second.
    ByAll,
    /// All but those that look at single commits: what they look back to is long beside ten seconds.
    ByMost,
    /// Those that look at nothing before.
    OfNow,
}

impl Judged {
    fn by(self, rule: &str) -> bool {
        match self {
            // It looks back for two minutes, which are kept by the second only of the present.
            Self::ByAll => rule != "stop-and-go",
            Self::ByMost => !OF_COMMITS.contains(&rule),
            Self::OfNow => OF_NOW.contains(&rule),
        }
    }
}

/// What was shown, by the second at whose end it was.
pub(crate) type Shown = BTreeMap<i64, Told>;

/// Panics where a group's findings as told of `second` are not those of then.
pub(crate) fn findings(shown: &Shown, moment: Moment, name: &str, told: &Group) {
    let Moment { second, reach, judged } = moment;
    let then: Vec<_> = shown
        .range(second - reach..=second + reach)
        .filter_map(|(_, shown)| shown.get(name))
        .collect();
    let was = &shown[&second][name];
    let same_rates = rates_agree(told, was);
    // What was below zero is so a little later in hindsight.
    let same_rows = told.rows.values().all(|row| was.rows.values().any(|was| was == row));
    let counts = |found: &&Found| {
        (told.members.is_some() || !OF_MEMBERS.contains(&found.rule))
            && judged.by(found.rule)
            && (same_rates || !OF_RATES.contains(&found.rule))
            && (same_rows || found.rule != "negative-lag")
    };
    let was = known(&was.found, told);
    for found in told.found.difference(&was).filter(counts) {
        let all = then.iter().flat_map(|then| then.nearly.iter().chain([&then.found]));
        let was_found = all.map(|then| known(then, told)).any(|then| then.contains(found));
        assert!(was_found, "{name} at {second}: told {found:?}, shown {was:?}");
    }
    for found in was.difference(&told.found).filter(counts) {
        let was_not_found = then.iter().any(|then| !known(&then.found, told).contains(found));
        assert!(was_not_found, "{name} at {second}: shown {found:?}, told {:?}", told.found);
    }
}

/// What was found, without members where none are told.
fn known(found: &BTreeSet<Found>, told: &Group) -> BTreeSet<Found> {
    let nameless = |found: &Found| Found { member: None, ..found.clone() };
    if told.members.is_some() { found.clone() } else { found.iter().map(nameless).collect() }
}

/// A rate that is told in hindsight has its windows elsewhere: after a change it is another for a while.
pub(crate) fn rates_agree(told: &Group, was: &Group) -> bool {
    let close = |a: Option<Rate>, b: Option<Rate>| match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => (a.0 - b.0).abs() <= 0.05 * a.0.max(b.0) + 0.5,
        _ => false,
    };
    let same = |(a, b): (&Option<Eta>, &Option<Eta>)| {
        a.as_ref().map(std::mem::discriminant) == b.as_ref().map(std::mem::discriminant)
    };
    // As much comes in as goes out by so much more or less: a rule has its threshold there.
    let borderline = |of: &Group| match of.rates {
        (Some(arriving), Some(consumed)) => {
            (consumed.0 - 0.95 * arriving.0).abs() <= 0.03 * arriving.0
        }
        _ => false,
    };
    close(told.rates.0, was.rates.0)
        && close(told.rates.1, was.rates.1)
        && told.consumed.iter().zip(&was.consumed).all(|(told, was)| close(*told, *was))
        && !borderline(told)
        && !borderline(was)
        && told.etas.iter().zip(&was.etas).all(same)
}
