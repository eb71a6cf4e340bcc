//! Finding out when records were written, by asking leaders for the first record at or after a time,
//! with a better time after each answer. Pure.
//!
//! All partitions of a leader are asked about in one question, each with a time of its own; the next
//! question follows its answer. What it may cost is bounded: [`A_ROUND`] questions a leader a round, a
//! few steps a position ([`STEPS`](crate::model::behind::STEPS)), and a pause before another position
//! of the same partition, between which what was told serves for bounds. Nothing is asked for what
//! nobody looks at.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::model::behind::{Mark, STEPS};
use crate::model::{AgeWish, BrokerId, RecordTimes, Timestamp, TopicName};

/// Questions to a leader in a round.
pub(super) const A_ROUND: u8 = 4;

/// The pause between two searches on a partition; a commit every few seconds moves the position.
const REST: Duration = Duration::from_secs(10);

/// Partitions, by topic, each with the time to ask for.
pub(super) type Times = Arc<[TimesOf]>;

/// One topic of them.
type TimesOf = (TopicName, Vec<(i32, Timestamp)>);

/// The searches under way.
#[derive(Debug, Default)]
pub(super) struct Ages {
    searches: BTreeMap<(TopicName, i32), Search>,
    /// Questions that each leader was asked in this round.
    asked: BTreeMap<BrokerId, u8>,
}

/// The search on one partition.
#[derive(Debug)]
struct Search {
    leader: BrokerId,
    times: RecordTimes,
    /// The positions that are wanted; the first is looked for.
    positions: Vec<i64>,
    step: u8,
    /// A question about it is out.
    out: bool,
    /// Until when it rests.
    rests_until: Option<Timestamp>,
}

impl Ages {
    /// Takes over new wishes. What was told of a partition that is still wished for is kept.
    pub(super) fn wish(&mut self, wishes: &[AgeWish]) {
        let mut before = std::mem::take(&mut self.searches);
        for wish in wishes {
            let key = (wish.topic.clone(), wish.partition);
            let search = self.searches.entry(key.clone()).or_insert_with(|| {
                let kept = before.remove(&key).filter(|kept| kept.leader == wish.leader);
                let mut search = kept.unwrap_or_else(|| Search::of(wish.leader));
                search.positions.clear();
                search
            });
            search.positions.push(wish.position);
        }
        // An answer that is out, and a rest, outlive a wish that goes and comes.
        before.retain(|_, search| search.out || search.rests_until.is_some());
        for (key, mut search) in before {
            search.positions.clear();
            self.searches.entry(key).or_insert(search);
        }
    }

    /// A round begins: leaders may be asked again, and who has rested may go on.
    pub(super) fn round(&mut self, now: Timestamp) {
        self.asked.clear();
        for search in self.searches.values_mut() {
            if search.rests_until.is_some_and(|until| until <= now) {
                (search.rests_until, search.step) = (None, 0);
            }
        }
        self.searches.retain(|_, search| {
            search.out || search.rests_until.is_some() || !search.positions.is_empty()
        });
    }

    /// The questions to ask now, one a leader.
    pub(super) fn next(&mut self, now: Timestamp, most: u8) -> Vec<(BrokerId, Times)> {
        let busy: Vec<_> =
            self.searches.values().filter(|search| search.out).map(|it| it.leader).collect();
        let mut questions: BTreeMap<BrokerId, Vec<TimesOf>> = BTreeMap::new();
        for ((topic, partition), search) in &mut self.searches {
            let leader = search.leader;
            let spent = self.asked.get(&leader).is_some_and(|&asked| asked >= most);
            if spent || busy.contains(&leader) {
                continue;
            }
            let Some(time) = search.next(now) else { continue };
            search.out = true;
            let topics = questions.entry(leader).or_default();
            match topics.last_mut().filter(|(name, _)| name == topic) {
                Some((_, partitions)) => partitions.push((*partition, time)),
                None => topics.push((topic.clone(), vec![(*partition, time)])),
            }
        }
        for leader in questions.keys() {
            let asked = self.asked.entry(*leader).or_default();
            *asked = asked.saturating_add(1);
        }
        questions.into_iter().map(|(leader, topics)| (leader, topics.into())).collect()
    }

    /// Takes in what was told of a partition; `None`: it was not.
    pub(super) fn told(
        &mut self,
        at: Timestamp,
        (topic, partition): (&TopicName, i32),
        mark: Option<Mark>,
    ) {
        let Some(search) = self.searches.get_mut(&(topic.clone(), partition)) else { return };
        search.out = false;
        match mark {
            Some(mark) => {
                // There is a record at each position that is wanted.
                let before = search.positions.iter().max().map_or(0, |last| last.saturating_add(1));
                search.times.push(at, mark, before);
            }
            None => search.rests_until = Some(at.plus(REST)),
        }
    }
}

impl Search {
    fn of(leader: BrokerId) -> Self {
        Self {
            leader,
            times: RecordTimes::default(),
            positions: Vec::new(),
            step: 0,
            out: false,
            rests_until: None,
        }
    }

    /// The time to ask for; rests when all positions are found.
    fn next(&mut self, now: Timestamp) -> Option<Timestamp> {
        if self.out || self.rests_until.is_some() {
            return None;
        }
        while let Some(&position) = self.positions.first() {
            if let Some(time) = self.times.next(position, now, self.step) {
                self.step = self.step.saturating_add(1).min(STEPS);
                return Some(time);
            }
            self.positions.remove(0);
            self.step = 0;
            if self.positions.is_empty() {
                self.rests_until = Some(now.plus(REST));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    fn wish(partition: i32, leader: i32, position: i64) -> AgeWish {
        AgeWish { topic: "t".into(), partition, leader: BrokerId(leader), position }
    }

    /// Answers as a log would that has a record a second.
    fn answer(ages: &mut Ages, questions: &[(BrokerId, Times)]) {
        for (topic, partitions) in questions.iter().flat_map(|(_, times)| times.iter()) {
            for &(partition, asked) in partitions {
                let offset = asked.as_millis().div_euclid(1_000) + 1;
                let found = Some((offset, ts(offset * 1_000)));
                ages.told(ts(0), (topic, partition), Some(Mark { asked, found }));
            }
        }
    }

    #[test]
    fn one_question_asks_a_leader_about_all_its_partitions() {
        let mut ages = Ages::default();
        ages.wish(&[wish(0, 1, 5), wish(1, 2, 5), wish(2, 1, 9)]);
        let questions = ages.next(ts(100_000), A_ROUND);
        let shape: Vec<_> =
            questions.iter().map(|(leader, times)| (leader.0, times[0].1.len())).collect();
        assert_eq!(shape, [(1, 2), (2, 1)]);
        assert!(ages.next(ts(100_000), A_ROUND).is_empty(), "one is out");
    }

    #[test]
    fn a_round_has_its_budget_and_a_search_ends() {
        let mut ages = Ages::default();
        let now = ts(100_000_000);
        ages.wish(&[wish(0, 1, 7)]);
        let mut rounds = Vec::new();
        loop {
            let mut questions = 0;
            loop {
                let asks = ages.next(now, A_ROUND);
                if asks.is_empty() {
                    break;
                }
                questions += 1;
                answer(&mut ages, &asks);
            }
            if questions == 0 {
                break;
            }
            rounds.push(questions);
            ages.round(now);
        }
        assert!(rounds.iter().all(|&questions| questions <= usize::from(A_ROUND)), "{rounds:?}");
        let times = &ages.searches[&("t".into(), 0)].times;
        let found = times.since(7).unwrap();
        assert!(found.not_before <= Some(ts(7_000)) && Some(ts(7_000)) <= found.not_after);
    }

    #[test]
    fn after_a_search_the_partition_rests() {
        let mut ages = Ages::default();
        let now = ts(20_000);
        ages.wish(&[wish(0, 1, 10)]);
        while let asks @ [_, ..] = &*ages.next(now, u8::MAX) {
            answer(&mut ages, asks);
        }
        ages.wish(&[wish(0, 1, 19)]);
        ages.round(now.plus(REST / 2));
        assert!(ages.next(now, A_ROUND).is_empty());
        ages.round(now.plus(REST));
        ages.wish(&[wish(0, 1, 200)]);
        assert!(!ages.next(ts(900_000), A_ROUND).is_empty());
        // Nothing is asked for what nobody wishes for any more.
        ages.wish(&[]);
        assert!(ages.next(ts(900_000), A_ROUND).is_empty());
    }

    #[test]
    fn an_answer_that_fails_is_not_asked_for_at_once() {
        let mut ages = Ages::default();
        ages.wish(&[wish(0, 1, 10)]);
        assert_eq!(ages.next(ts(50_000), A_ROUND).len(), 1);
        ages.told(ts(50_000), (&"t".into(), 0), None);
        assert!(ages.next(ts(50_000), A_ROUND).is_empty());
        ages.round(ts(60_000));
        assert_eq!(ages.next(ts(60_000), A_ROUND).len(), 1);
    }
}
