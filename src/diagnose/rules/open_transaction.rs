//! `open-transaction`: a transaction stays open, and nobody who reads `read_committed` gets past it.

use std::time::Duration;

use crate::diagnose::TopicCase;
use crate::diagnose::report::{Report, list, many, records};
use crate::diagnose::tuning::thresholds;
use crate::model::number::{grouped, span};
use crate::model::writers::{Held, OpenTransaction as Transaction};
use crate::model::{Fault, PartitionLog, Severity, Since, Timestamp, TopicPartition, Verdict};

thresholds! {
    /// Records of open transactions are nothing unusual; that the same one is the oldest for so long is.
    OpenTransaction {
        /// the last stable offset has stood still, with records beyond, for so long: `transaction.timeout.ms`
        wait: Duration = Duration::from_mins(1),
        /// critical after so long: `transaction.max.timeout.ms`, within which a coordinator aborts it
        critical: Duration = Duration::from_mins(15),
    }
}

/// A partition on which records are held back.
struct Row<'a> {
    partition: i32,
    held: Held,
    log: &'a PartitionLog,
}

impl OpenTransaction {
    pub(in crate::diagnose) const NAME: &'static str = "open-transaction";
    pub(in crate::diagnose) const WHAT: &'static str =
        "a transaction stays open and holds back the records behind it";

    pub(in crate::diagnose) fn check(&self, case: &TopicCase<'_>) -> Verdict {
        let mut rows: Vec<Row<'_>> = (0_i32..)
            .zip(&case.topic.partitions)
            .filter_map(|(partition, log)| {
                let held = log.writers.as_ref()?.held?;
                (held.until.since(held.since) >= self.wait).then_some(Row { partition, held, log })
            })
            .collect();
        rows.sort_by_key(|row| row.held.since);
        let Some(worst) = rows.first() else { return Verdict::Clear };
        let open_for = worst.held.until.since(worst.held.since);
        let severity =
            if open_for >= self.critical { Severity::Critical } else { Severity::Warning };
        report(case, &rows, worst, severity)
    }
}

fn report(case: &TopicCase<'_>, rows: &[Row<'_>], worst: &Row<'_>, severity: Severity) -> Verdict {
    let topic = case.topic.name.as_str();
    let others = match rows.len() {
        1 => String::new(),
        all => format!(" and {}", many(all - 1, "more partition", "more partitions")),
    };
    let producer = worst.transaction();
    let whose = match &producer {
        Ok(transaction) => told(transaction, case.now),
        Err(fault) => format!("its producer is not known: {}", reason(fault.as_ref())),
    };
    let Held { last_stable, since, until, records: held } = worst.held;
    let sentence = format!(
        "open transaction: {} records held back on {topic}/{}{others} for {}; {whose}{}",
        records(held),
        worst.partition,
        span(until.since(since)),
        readers(case)
    );
    let offsets = format!(
        "{topic}/{}: last stable offset {}, the log ends at {} or beyond",
        worst.partition,
        grouped(last_stable),
        grouped(last_stable.saturating_add(held))
    );
    let all = rows
        .iter()
        .map(|row| TopicPartition { topic: case.topic.name.clone(), partition: row.partition });
    let mut report = Report::topic(OpenTransaction::NAME, case, severity)
        .partitions(all.collect())
        .says(sentence)
        .because("offsets", (since, until), offsets);
    if let (Ok(transaction), Some(at)) = (&producer, worst.looked()) {
        report = report.because("producers", (at, at), fact(transaction));
    }
    let place = format!("--topic {topic} --partition {}", worst.partition);
    report.since(Since::Before(since)).next(&format!(
        "kafka-transactions.sh find-hanging {place} says whether its coordinator has forgotten it; if \
         so, kafka-transactions.sh abort {place} --start-offset {last_stable} ends it"
    ))
}

/// `; read by billing, audit`.
fn readers(case: &TopicCase<'_>) -> String {
    let groups = case.readers.of(&case.topic.name);
    if groups.is_empty() {
        return String::new();
    }
    format!("; read by {}", list(groups.iter().map(|group| group.as_str().to_owned())))
}

impl Row<'_> {
    /// The transaction that holds back, or why it is not known; `None`: nobody looked.
    fn transaction(&self) -> Result<&Transaction, Option<Fault>> {
        let producers = self.log.writers.as_ref().and_then(|writers| writers.producers.as_ref());
        let seen = producers.ok_or(None)?.seen.as_ref().map_err(|fault| Some(fault.clone()))?;
        let first = seen.open.iter().find(|open| open.start == self.held.last_stable);
        first.or_else(|| seen.open.first()).ok_or(None)
    }

    fn looked(&self) -> Option<Timestamp> {
        Some(self.log.writers.as_ref()?.producers.as_ref()?.at)
    }
}

fn told(transaction: &Transaction, now: Timestamp) -> String {
    let wrote = transaction.last_write.map_or_else(String::new, |at| {
        format!(", which wrote there last {} ago", span(now.since(at)))
    });
    format!("producer {} epoch {}{wrote}", transaction.producer_id, transaction.epoch)
}

fn fact(transaction: &Transaction) -> String {
    let epoch = transaction.coordinator_epoch;
    let epoch = epoch.map_or_else(String::new, |epoch| format!(", of coordinator epoch {epoch}"));
    let Transaction { producer_id, epoch: own, start, .. } = transaction;
    format!("producer {producer_id} epoch {own}{epoch}: open since offset {}", grouped(*start))
}

fn reason(fault: Option<&Fault>) -> String {
    fault.map_or_else(|| "not looked at yet".to_owned(), |fault| fault.text.to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rstest::rstest;

    use super::*;
    use crate::model::writers::{Producers, ProducersSeen, Writers};
    use crate::model::{Isolation, Snapshot, TopicView};

    const NOW: Timestamp = Timestamp::from_millis(100_000_000);

    fn ago(seconds: u64) -> Timestamp {
        NOW.minus(Duration::from_secs(seconds))
    }

    /// A topic on whose partition 1 the last stable offset is at 1,234 since then.
    fn held(since: u64, producers: Option<Result<ProducersSeen, Fault>>) -> TopicView {
        let held = Held { last_stable: 1_234, since: ago(since), until: ago(2), records: 4_200 };
        let producers = producers.map(|seen| Producers {
            at: ago(5),
            seen,
            history: Arc::default(),
            looks: Vec::new(),
        });
        let writers = Writers { producers, held: Some(held) };
        let log = PartitionLog { writers: Some(Arc::new(writers)), ..PartitionLog::default() };
        let mut topic = TopicView::new("orders".into());
        topic.partitions = vec![PartitionLog::default(), log];
        topic
    }

    fn seen(starts: &[i64]) -> ProducersSeen {
        let open = |&start: &i64| Transaction {
            producer_id: 4_711,
            epoch: 3,
            coordinator_epoch: Some(5),
            start,
            last_write: Some(ago(700)),
        };
        let open = starts.iter().map(open).collect();
        ProducersSeen { active: 9, since: None, oldest: None, open }
    }

    fn check(topic: &TopicView) -> Verdict {
        let readers = Snapshot::empty(NOW, Isolation::ReadUncommitted);
        OpenTransaction::default().check(&TopicCase { topic, readers: &readers, now: NOW })
    }

    #[rstest]
    #[case::it_may_take_so_long(40, None)]
    #[case::longer_than_it_should(80, Some(Severity::Warning))]
    #[case::longer_than_it_may(920, Some(Severity::Critical))]
    fn one_that_stays_open_is_found(#[case] since: u64, #[case] expected: Option<Severity>) {
        let severity = match check(&held(since, None)) {
            Verdict::Firing(finding) => Some(finding.severity),
            _ => None,
        };
        assert_eq!(severity, expected);
    }

    #[test]
    fn nothing_held_back_is_nothing() {
        assert_eq!(check(&TopicView::new("orders".into())), Verdict::Clear);
    }

    #[rstest]
    #[case::found(
        Some(Ok(seen(&[900, 1_234]))),
        "producer 4711 epoch 3, which wrote there last 11m40s ago"
    )]
    #[case::nobody_looked(None, "its producer is not known: not looked at yet")]
    #[case::refused(
        Some(Err(Fault::new("TOPIC_AUTHORIZATION_FAILED", "not authorized to read it"))),
        "its producer is not known: not authorized to read it"
    )]
    fn the_producer_is_named_or_why_it_is_not(
        #[case] producers: Option<Result<ProducersSeen, Fault>>,
        #[case] whose: &str,
    ) {
        let Verdict::Firing(found) = check(&held(722, producers)) else { panic!("it is open") };
        let told = "open transaction: 4.20k records held back on orders/1 for 12m00s; ";
        assert_eq!(found.sentence, format!("{told}{whose}"));
        assert_eq!(found.since, Since::Before(ago(722)));
        assert!(found.next.contains(
            "kafka-transactions.sh abort --topic orders --partition 1 --start-offset 1234"
        ));
    }
}
