//! Where logs ended in the past: `ListOffsets` by timestamp, all partitions of a leader at once.
//!
//! The answer for a moment *t* is the offset of the first record whose timestamp is *t* or later: where
//! the log ended just before *t*, and that until that record's own time nothing was appended. That is
//! exact where timestamps are those of the append (`LogAppendTime`, or producers whose clocks are right
//! and who send at once); records with older times, as imports and replays have, count as if
//! they had been there since. Without such a record the log ended then where it ends now.
//! Between what is known for two moments the end moves in a straight line.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::super::Context;
use crate::model::observation::PastEnds;
use crate::model::{Fault, HistoryStage, Timestamp, TopicName};
use crate::source::kafka::wire::{Isolation, OffsetSpec, TopicPartitions, Topics};

/// Partitions times moments at the most: a broker looks each up in its index and reads a piece of log.
const LOOKUPS: usize = 100_000;

/// Partitions a request, so that a broker is free for others in between.
const AT_ONCE: usize = 1_000;

/// The last minutes are drawn by the second and asked for more often.
const RECENT: Duration = Duration::from_mins(2);

/// Least and greatest time between two moments of the recent part.
const CLOSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

/// A straight line is put down in points so far apart: what histories keep.
const LINE: Duration = Duration::from_secs(1);

/// What one answer says of a partition: the end at the moment asked for, and until when it stayed so.
type Known = (Timestamp, i64, Option<Timestamp>);

/// A topic and its partition.
pub(super) type Which = (TopicName, i32);

/// What was told of past ends.
pub(super) struct Told {
    pub(super) ends: Vec<PastEnds>,
    /// From here on all are known that could be.
    pub(super) reached: Timestamp,
    /// Why not all that was asked for; `None` if it is all.
    pub(super) short: Option<HistoryStage>,
}

/// The ends of all partitions that somebody committed on, over the window.
pub(super) async fn ask(
    context: &Context,
    wanted: &BTreeSet<Which>,
    (from, now): (Timestamp, Timestamp),
    due: Instant,
) -> Told {
    let Some(leaders) = leaders(context, wanted).await else {
        let fault = Fault::new("LEADER_NOT_AVAILABLE", "no broker told who leads the logs");
        let short = Some(HistoryStage::Failed(fault));
        return Told { ends: Vec::new(), reached: now, short };
    };
    let most = LOOKUPS / wanted.len().max(1);
    let mut known = BTreeMap::<Which, Vec<Known>>::new();
    let mut latest = BTreeMap::<Which, i64>::new();
    let (mut reached, mut short) = (now, None);
    let (begun, mut asked) = (Instant::now(), 0);
    for moment in std::iter::once(None).chain(moments((from, now), most).into_iter().map(Some)) {
        sleep_until(due.min(begun + paid(asked, context.max_requests))).await;
        asked += leaders.len();
        if Instant::now() >= due {
            short = Some(HistoryStage::TimeBudget);
            break;
        }
        let spec = moment
            .map_or(OffsetSpec::Latest, |at: Timestamp| OffsetSpec::ByTimestamp(at.as_millis()));
        for (which, found) in look_up(context, &leaders, spec).await {
            let (Some(at), end) = (moment, latest.get(&which).copied()) else {
                latest.extend(found.map(|(offset, _)| (which, offset)));
                continue;
            };
            let answer = match found {
                Some((offset, since)) => Some((at, offset, since)),
                None => end.map(|end| (at, end, Some(now))),
            };
            known.entry(which).or_default().extend(answer);
        }
        reached = moment.unwrap_or(reached);
    }
    let ends = known.into_iter().map(|((topic, partition), mut known)| {
        known.reverse();
        PastEnds { topic, partition, points: line(&known) }
    });
    Told { ends: ends.collect(), reached: if short.is_none() { from } else { reached }, short }
}

/// When so many questions are paid for. A second's worth is free: most clusters need not more, and whoever
/// looks waits for it. What comes after it leaves half to the rounds.
fn paid(asked: usize, max_requests: u32) -> Duration {
    let owed = (asked as u64).saturating_sub(max_requests.into());
    Duration::from_millis(owed.saturating_mul(2_000) / u64::from(max_requests.max(1)))
}

/// When to ask for, the newest first, so that the recent part is known if time runs out.
fn moments((from, now): (Timestamp, Timestamp), most: usize) -> Vec<Timestamp> {
    let window = now.since(from);
    let close = (window / 60).clamp(CLOSE.0, CLOSE.1);
    let far = (window / 60).max(close);
    let mut moments = Vec::new();
    let mut at = now;
    while at > from && moments.len() < 80 {
        at = at.minus(if now.since(at) < RECENT { close } else { far });
        moments.push(at.max(from));
    }
    let every = moments.len().div_ceil(most.max(2));
    moments.into_iter().step_by(every.max(1)).collect()
}

/// Whom to ask: partitions by topic, a thousand a question. `None` if nobody says who leads.
async fn leaders(
    context: &Context,
    wanted: &BTreeSet<Which>,
) -> Option<Vec<(i32, Vec<TopicPartitions>)>> {
    let mut names: Vec<Arc<str>> = wanted.iter().map(|(topic, _)| topic.as_str().into()).collect();
    names.dedup();
    let metadata = context.client.metadata(Topics::Named(&names)).await.ok()?;
    let mut by_leader = BTreeMap::<i32, Vec<Which>>::new();
    for topic in metadata.topics {
        for partition in topic.partitions.into_iter().flatten() {
            let which = (TopicName::from(Arc::clone(&topic.name)), partition.partition);
            if let Some(leader) = partition.leader.filter(|_| wanted.contains(&which)) {
                by_leader.entry(leader).or_default().push(which);
            }
        }
    }
    let mut asks = Vec::new();
    for (leader, partitions) in by_leader {
        for some in partitions.chunks(AT_ONCE) {
            let mut topics = BTreeMap::<&TopicName, Vec<i32>>::new();
            for (topic, partition) in some {
                topics.entry(topic).or_default().push(*partition);
            }
            let of =
                topics.into_iter().map(|(topic, some)| TopicPartitions::new(topic.as_str(), some));
            asks.push((leader, of.collect()));
        }
    }
    Some(asks)
}

/// One moment: offset and time of the record found, per partition that answered.
async fn look_up(
    context: &Context,
    leaders: &[(i32, Vec<TopicPartitions>)],
    spec: OffsetSpec,
) -> Vec<(Which, Option<(i64, Option<Timestamp>)>)> {
    let mut found = Vec::new();
    for (leader, partitions) in leaders {
        let told = context.client.list_offsets(*leader, partitions, spec, Isolation::default());
        for topic in told.await.into_iter().flatten() {
            for one in topic.partitions {
                let Ok(offset) = one.offset else { continue };
                let offset = offset
                    .map(|offset| (offset.offset, offset.timestamp.map(Timestamp::from_millis)));
                found.push(((TopicName::from(Arc::clone(&topic.topic)), one.partition), offset));
            }
        }
    }
    found
}

/// Ends over time from what is known, oldest first: level up to the time of the record that was found,
/// from there in a straight line to the next moment.
fn line(known: &[Known]) -> Vec<(Timestamp, i64)> {
    let mut points = Vec::new();
    for (index, &(at, end, until)) in known.iter().enumerate() {
        points.push((at, end));
        let Some(&(next_at, next_end, _)) = known.get(index + 1) else { break };
        let begin = until.unwrap_or(at).clamp(at, next_at);
        let (span, grown) = (next_at.since(begin).as_millis(), next_end.saturating_sub(end));
        if span == 0 || grown <= 0 {
            continue;
        }
        // The record that was found is there from its time on.
        let mut when = begin;
        while when < next_at {
            let part = i128::from(grown - 1) * when.since(begin).as_millis().cast_signed();
            let part = part / span.cast_signed();
            points.push((when, end + 1 + i64::try_from(part).unwrap_or(0)));
            when = when.plus(LINE);
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    #[test]
    fn after_a_seconds_worth_questions_leave_half_to_others() {
        let seconds = |asked, ceiling| paid(asked, ceiling).as_secs();
        assert_eq!((seconds(200, 200), seconds(240, 200)), (0, 0));
        assert_eq!((seconds(5, 5), seconds(15, 5), seconds(240, 5)), (0, 4, 94));
    }

    #[test]
    fn ends_are_level_until_the_next_record_and_straight_from_there() {
        let known = [(ts(0), 10, Some(ts(7))), (ts(10), 16, Some(ts(30))), (ts(20), 16, None)];
        let expected =
            [(ts(0), 10), (ts(7), 11), (ts(8), 12), (ts(9), 14), (ts(10), 16), (ts(20), 16)];
        assert_eq!(line(&known), expected);
    }

    #[test]
    fn moments_are_closer_together_in_the_recent_part_and_bounded() {
        let all = moments((ts(0), ts(1_800)), 1_000);
        assert_eq!(all.first(), Some(&ts(1_790)));
        assert_eq!(all.last(), Some(&ts(0)));
        assert_eq!(all.len(), 68);
        assert!(moments((ts(0), ts(1_800)), 5).len() <= 5);
        assert_eq!(moments((ts(0), ts(10)), 1_000).len(), 10);
    }
}
