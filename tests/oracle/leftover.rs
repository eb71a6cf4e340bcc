//! Commits that outlive their topic.
//!
//! A coordinator that hears of a topic's deletion forgets the commits on it. One that is down then
//! does not always hear of it when it comes back, and keeps them. Whether it hears is a race within
//! the broker, so the tests do not wait for it: they write the records of such commits once more, as
//! they were in the log, and let the coordinator load them.

use anyhow::{Result, ensure};
use lagtop::source::kafka::stream::records::Record;

use super::SOON;
use super::topic::{self, Raw};
use crate::support::{KafkaCluster, wait};

/// Records of commits.
pub(crate) struct Leftover {
    topic: &'static str,
    records: Vec<Raw>,
}

impl Leftover {
    /// The commits of all groups on `topic`.
    pub(crate) fn on(kafka: &KafkaCluster, topic: &'static str) -> Result<Self> {
        let all = topic::read_all(&kafka.bootstrap())?;
        let on_topic = |raw: &&Raw| matches!(raw.record(), Record::OffsetCommit(entry) if entry.key.topic == topic);
        let records = topic::live(&all).into_iter().filter(on_topic).cloned().collect();
        Ok(Self { topic, records })
    }

    pub(crate) const fn count(&self) -> usize {
        self.records.len()
    }

    /// Returns when the coordinators have forgotten all of them.
    pub(crate) fn wait_for_none(&self, kafka: &KafkaCluster) -> Result<()> {
        wait::answer_within(SOON, "the end of a topic's commits", || {
            let left = Self::on(kafka, self.topic)?.count();
            ensure!(left == 0, "{left} commits");
            Ok(())
        })
    }

    /// Writes them to the log again. A coordinator knows of them when it loads its groups.
    pub(crate) fn write_again(&self, kafka: &KafkaCluster) -> Result<()> {
        let records = self.records.iter();
        let records = records.map(|raw| (raw.partition, &*raw.key, raw.value.as_deref()));
        kafka.admin()?.write_internal(topic::TOPIC, records)
    }
}
