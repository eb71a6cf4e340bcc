//! The reducer against constructed observations: each test is a short story of what sources saw.

mod groups;
mod inventory;
mod markers;
mod membership;
mod midway;
mod offsets;
mod past;
mod processes;
mod recorded;
mod rests;
mod ruled;
mod sources;
mod story;
mod timings;
mod turns;
mod writers;

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::model::GroupState;
use crate::model::observation::LogOffset;
use story::Story;

prop_compose! {
    fn any_commits()(
        group in 0..3_i32, offsets in proptest::collection::vec((-1..4_i32, proptest::option::of(any::<i64>())), 0..4),
    ) -> (i32, Vec<(i32, Option<i64>)>) {
        let unique: BTreeMap<_, _> = offsets.into_iter().collect();
        (group, unique.into_iter().collect())
    }
}

proptest! {
    #[test]
    fn any_stream_of_observations_gives_consistent_sums(
        steps in proptest::collection::vec((0..6_u8, any_commits(), -2_000..8_000_i64), 1..60),
    ) {
        let mut story = Story::new();
        for (kind, (group, offsets), ms) in steps {
            let name = format!("g{group}");
            let known: Vec<_> = offsets.iter().filter_map(|&(p, o)| Some((p, o?))).collect();
            let held: Vec<_> = offsets.iter().map(|&(partition, _)| partition).collect();
            story.pass(ms);
            match kind {
                0 => story.committed(&name, &offsets),
                1 => story.ends(&known),
                2 => story.offsets(LogOffset::Start, &known),
                3 => story.described(&name, GroupState::ALL[held.len()], &[("a", &held)]),
                4 => story.listed(group, &[(&name, GroupState::Stable)]),
                _ => story.round_over(group == 0),
            };
            let snapshot = story.store.publish();
            prop_assert!(snapshot.groups.windows(2).all(|pair| pair[0].view.id < pair[1].view.id));
            for entry in snapshot.groups.iter() {
                let lags: Vec<_> =
                    entry.view.partitions().filter_map(|(_, row)| row.lag.records).collect();
                let sum = (!lags.is_empty())
                    .then(|| lags.iter().fold(0_i64, |sum, lag| sum.saturating_add((*lag).max(0))));
                prop_assert_eq!(entry.view.totals.lag, sum);
                prop_assert_eq!(entry.view.totals.partitions, entry.view.partitions().count());
            }
        }
    }
}
