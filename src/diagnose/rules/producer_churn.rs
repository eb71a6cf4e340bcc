//! `producer-churn`: producers come, write once and never again.
//!
//! A leader remembers each idempotent producer for a day after its last record, so how many there are does
//! not tell: a day later as many are forgotten as come. What tells is that of those that write nearly all are
//! new, look after look. A fleet that restarts is new once.

use std::time::Duration;

use crate::diagnose::TopicCase;
use crate::diagnose::report::{Report, list, many, share};
use crate::diagnose::tuning::thresholds;
use crate::model::number::{count, rate, span};
use crate::model::writers::{Look, Producers, Written};
use crate::model::{Severity, Since, Timestamp, TopicPartition, Verdict};

thresholds! {
    /// Brokers that ran out of memory for it had been filling for weeks.
    ProducerChurn {
        /// looked at for so long: twelve looks
        window: Duration = Duration::from_mins(2),
        /// so many producers came within it, on the partitions looked at: restarts of a service bring fewer
        least: i64 = 20,
        /// and of those that wrote this share had not been there: who stays writes again
        share: f64 = 0.5,
    }
}

/// A partition, and what came of the looks at it within the window.
struct Row<'a> {
    partition: i32,
    producers: &'a Producers,
    new: i64,
}

/// All looks at a topic within the window.
struct Sum {
    came: i64,
    wrote: i64,
    from: Timestamp,
    to: Timestamp,
    looks: usize,
    /// Somebody came in each third of them.
    steady: bool,
}

impl ProducerChurn {
    pub(in crate::diagnose) const NAME: &'static str = "producer-churn";
    pub(in crate::diagnose) const WHAT: &'static str =
        "producers of a topic are made, write once and are gone, again and again";

    pub(in crate::diagnose) fn check(&self, case: &TopicCase<'_>) -> Verdict {
        let from = case.now.minus(self.window);
        let mut rows: Vec<Row<'_>> = (0_i32..)
            .zip(&case.topic.partitions)
            .filter_map(|(partition, log)| {
                let producers = log.writers.as_ref()?.producers.as_ref()?;
                let new = written(producers, from).map(|(_, it)| i64::from(it.came)).sum();
                Some(Row { partition, producers, new })
            })
            .collect();
        let Some(first) = rows.iter().filter_map(|row| Some(row.producers.looks.first()?.to)).min()
        else {
            let refused = rows.iter().find_map(|row| row.producers.seen.as_ref().err());
            return refused.map_or(Verdict::Clear, |fault| {
                Verdict::Unknown(format!("a look at who writes: {}", fault.text))
            });
        };
        let watched = case.now.since(first);
        let sum = Sum::of(&rows, from);
        if watched < self.window {
            return self.too_early(&rows, sum.as_ref(), watched);
        }
        rows.retain(|row| row.new > 0);
        rows.sort_by_key(|row| std::cmp::Reverse(row.new));
        match sum {
            Some(sum) if self.minds(&sum) => report(case, &rows, &sum),
            _ => Verdict::Clear,
        }
    }

    fn minds(&self, sum: &Sum) -> bool {
        sum.came >= self.least && sum.steady && self.is_mostly_new(sum)
    }

    fn is_mostly_new(&self, sum: &Sum) -> bool {
        sum.wrote > 0 && sum.came as f64 >= sum.wrote as f64 * self.share
    }

    /// As long as everything speaks for it, more looks will tell.
    fn too_early(&self, rows: &[Row<'_>], sum: Option<&Sum>, watched: Duration) -> Verdict {
        let active = rows.iter().filter_map(|row| row.producers.looks.last());
        let many = active.map(|look| i64::from(look.active)).sum::<i64>() >= self.least;
        let speaks = sum.map_or(many, |sum| self.is_mostly_new(sum));
        if !speaks {
            return Verdict::Clear;
        }
        let (window, watched) = (span(self.window), span(watched));
        Verdict::Unknown(format!("{window} of looks at who writes, {watched} so far"))
    }
}

/// What producers did between two looks, of the looks from `from` on.
fn written(
    producers: &Producers,
    from: Timestamp,
) -> impl DoubleEndedIterator<Item = (Timestamp, Written)> {
    let looks = producers.looks.iter().filter(move |look| look.to > from);
    looks.filter_map(|look| Some((look.to, look.written?)))
}

impl Sum {
    fn of(rows: &[Row<'_>], from: Timestamp) -> Option<Self> {
        let mut all: Vec<(Timestamp, Written)> =
            rows.iter().flat_map(|row| written(row.producers, from)).collect();
        all.sort_by_key(|(to, _)| *to);
        let came = |looks: &[(Timestamp, Written)]| -> i64 {
            looks.iter().map(|(_, written)| i64::from(written.came)).sum()
        };
        let third = all.len().div_ceil(3).max(1);
        Some(Self {
            came: came(&all),
            wrote: all.iter().map(|(_, written)| i64::from(written.wrote)).sum(),
            from: all.iter().map(|(_, written)| written.from).min()?,
            to: all.last()?.0,
            looks: all.len(),
            steady: all.chunks(third).all(|looks| came(looks) > 0),
        })
    }
}

fn report(case: &TopicCase<'_>, rows: &[Row<'_>], sum: &Sum) -> Verdict {
    let topic = case.topic.name.as_str();
    let Some(worst) = rows.first() else { return Verdict::Clear };
    let (since, then) = began(&worst.producers.looks);
    let now = worst.producers.looks.last().map_or(0, |look| look.active);
    let seconds = sum.to.since(sum.from).as_secs_f64().max(1.0);
    let a_minute = sum.came as f64 * 60.0 / seconds;
    let a_minute = rate(a_minute).unwrap_or_default();
    let new = share(sum.came as f64 / sum.wrote as f64);
    let sentence = format!(
        "producer churn: {a_minute} new producer ids a minute on {}, {new} of those that write; \
         {topic}/{} remembers {}, {} when {} {} ago",
        many(rows.len(), "partition", "partitions"),
        worst.partition,
        count(now.into()),
        count(then.into()),
        match since {
            Since::At(_) => "it began",
            Since::Before(_) => "first looked at",
        },
        span(case.now.since(since.at()))
    );
    let arrivals = format!(
        "{} producer ids came in {}, of {} that wrote",
        sum.came,
        many(sum.looks, "look", "looks"),
        sum.wrote
    );
    let all = rows.iter().map(|row| {
        let active = row.producers.looks.last().map_or(0, |look| look.active);
        format!("{topic}/{} {}", row.partition, count(active.into()))
    });
    let oldest = worst.producers.seen.as_ref().ok().and_then(|seen| seen.oldest);
    let oldest = oldest.map_or_else(String::new, |at| {
        format!("; the oldest wrote last {} ago", span(case.now.since(at)))
    });
    let remembered = format!("remembered: {}{oldest}", list(all));
    let named = rows
        .iter()
        .map(|row| TopicPartition { topic: case.topic.name.clone(), partition: row.partition });
    Report::topic(ProducerChurn::NAME, case, Severity::Warning)
        .partitions(named.collect())
        .says(sentence)
        .because("producers", (sum.from, sum.to), arrivals)
        .because("producers", (worst.producers.at, worst.producers.at), remembered)
        .since(since)
        .next(
            "find the application that makes a producer for each record or batch, and have it keep one: \
             brokers hold each in memory for producer.id.expiration.ms (a day)",
        )
}

/// Since when somebody new came at each look, and how many were remembered then.
fn began(looks: &[Look]) -> (Since, u32) {
    let comes = |look: &&Look| look.written.is_some_and(|written| written.came > 0);
    let run = looks.iter().rev().take_while(comes).count();
    let before = looks.len().checked_sub(run + 1).and_then(|index| looks.get(index));
    match (before, looks.first()) {
        // The look before them is the first: whether anybody came before it is not known.
        (Some(before), _) if before.written.is_none() => (Since::Before(before.to), before.active),
        (Some(before), _) => (Since::At(before.to), before.active),
        (None, Some(first)) => (Since::Before(first.to), first.active),
        (None, None) => (Since::Before(Timestamp::default()), 0),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rstest::rstest;

    use super::*;
    use crate::model::writers::{ProducersSeen, Writers};
    use crate::model::{Fault, Isolation, PartitionLog, Snapshot, TopicView};

    const NOW: Timestamp = Timestamp::from_millis(100_000_000);
    const PAUSE: u64 = 10;

    fn ago(seconds: u64) -> Timestamp {
        NOW.minus(Duration::from_secs(seconds))
    }

    fn log(producers: Producers) -> PartitionLog {
        let writers = Writers { producers: Some(producers), held: None };
        PartitionLog { writers: Some(Arc::new(writers)), ..PartitionLog::default() }
    }

    /// Looks ten seconds apart, the last of them now: how many came, and how many wrote. The first tells
    /// neither.
    fn looked(looks: &[(u32, u32)]) -> PartitionLog {
        let (mut active, mut all) = (100, Vec::new());
        for (nth, &(came, wrote)) in looks.iter().enumerate() {
            let back = PAUSE * (looks.len() - 1 - nth) as u64;
            active += came;
            let written = Written { from: ago(back + PAUSE), came, wrote };
            let written = (nth > 0).then_some(written);
            all.push(Look { to: ago(back), active, written });
        }
        let seen = ProducersSeen { active, since: None, oldest: Some(ago(7_200)), open: vec![] };
        log(Producers { at: NOW, seen: Ok(seen), history: Arc::default(), looks: all })
    }

    fn check(partitions: Vec<PartitionLog>) -> Verdict {
        let mut topic = TopicView::new("experiments".into());
        topic.partitions = partitions;
        let readers = Snapshot::empty(NOW, Isolation::ReadUncommitted);
        let case = TopicCase { topic: &topic, readers: &readers, now: NOW };
        ProducerChurn::default().check(&case)
    }

    fn word(verdict: &Verdict) -> &'static str {
        match verdict {
            Verdict::Clear => "clear",
            Verdict::Firing(_) => "firing",
            Verdict::Unknown(_) => "unknown",
        }
    }

    #[rstest]
    #[case::for_each_record(&[(4, 4); 14], "firing")]
    #[case::beside_one_that_stays(&[(4, 5); 14], "firing")]
    #[case::not_long_enough(&[(4, 4); 6], "unknown")]
    #[case::the_first_look(&[(0, 0); 1], "unknown")]
    #[case::many_that_stay(&[(0, 100); 14], "clear")]
    #[case::many_that_stay_and_little_time(&[(0, 100); 3], "clear")]
    #[case::a_deployment_pod_by_pod(&[(4, 60); 14], "clear")]
    #[case::few(&[(1, 1); 14], "clear")]
    fn who_comes_and_never_writes_again_is_churn(
        #[case] looks: &[(u32, u32)],
        #[case] expected: &str,
    ) {
        let said = check(vec![looked(looks)]);
        assert_eq!(word(&said), expected, "{said:?}");
    }

    #[test]
    fn all_at_once_is_a_restart() {
        let mut looks = [(0, 2); 14];
        looks[5] = (60, 60);
        assert_eq!(check(vec![looked(&looks)]), Verdict::Clear);
    }

    #[test]
    fn the_sentence_tells_where_how_many_and_since_when() {
        let mut before = [(4, 4); 14];
        before[1] = (0, 1);
        let said = check(vec![looked(&[(1, 1); 14]), looked(&before), PartitionLog::default()]);
        let Verdict::Firing(found) = said else { panic!("{said:?}") };
        assert_eq!(
            found.sentence,
            "producer churn: 30 new producer ids a minute on 2 partitions, 100 % of those that \
             write; experiments/1 remembers 152, 104 when it began 2m00s ago"
        );
        assert_eq!(found.since, Since::At(ago(120)));
        let facts: Vec<_> = found.evidence.iter().map(|fact| fact.text.as_str()).collect();
        assert_eq!(
            facts,
            [
                "60 producer ids came in 24 looks, of 60 that wrote",
                "remembered: experiments/1 152, experiments/0 114; the oldest wrote last 2h00m ago",
            ]
        );
    }

    #[test]
    fn where_it_may_not_be_asked_that_is_said() {
        let fault = Fault::new("TOPIC_AUTHORIZATION_FAILED", "not authorized to read it");
        let refused =
            Producers { at: NOW, seen: Err(fault), history: Arc::default(), looks: Vec::new() };
        let waits = "a look at who writes: not authorized to read it".to_owned();
        assert_eq!(check(vec![log(refused)]), Verdict::Unknown(waits));
        assert_eq!(check(vec![PartitionLog::default()]), Verdict::Clear, "nobody looked");
    }
}
