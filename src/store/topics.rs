//! Topics: metadata and log offsets.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::findings::Judged;
use super::{DRIFT, gap_start};
use crate::model::inventory::TopicListed;
use crate::model::observation::{
    LogOffset, OffsetsObserved, RecordTimesObserved, TopicMetadata, TopicObserved,
};
use crate::model::series::PartitionSeries;
use crate::model::{BrokerId, Fault, Isolation, PartitionLog, Timestamp, TopicName, TopicView};

/// The most partitions a topic may have here. A partition number is an index, and a hostile answer
/// must not make us allocate for two thousand million of them. Kafka itself advises far fewer.
const MAX_PARTITIONS: usize = 200_000;

/// A topic and what changed of it since the last publication.
#[derive(Debug)]
pub(super) struct TopicCell {
    pub(super) view: Arc<TopicView>,
    /// Per partition: when its end was last told.
    pub(super) confirmed: Vec<Option<Timestamp>>,
    /// Partitions whose ends were told since the last publication, and whether any was.
    told: Vec<bool>,
    has_news: bool,
    /// When rates were last computed.
    derived: Timestamp,
    /// Something that groups derive from changed.
    pub(super) changed: bool,
    /// What the rules said last.
    pub(super) judged: Judged,
    /// A rate still moves though no offset does.
    unsettled: bool,
}

impl TopicCell {
    fn new(name: TopicName) -> Self {
        let view = Arc::new(TopicView::new(name));
        Self {
            view,
            confirmed: Vec::new(),
            told: Vec::new(),
            has_news: false,
            derived: Timestamp::default(),
            changed: true,
            judged: Judged::default(),
            unsettled: true,
        }
    }

    /// When the end of `partition` was last told.
    pub(super) fn confirmed(&self, partition: i32) -> Option<Timestamp> {
        self.confirmed.get(usize::try_from(partition).ok()?).copied().flatten()
    }

    /// Was the end of `partition` told since the last publication?
    pub(super) fn was_told(&self, partition: i32) -> bool {
        usize::try_from(partition).is_ok_and(|index| self.told.get(index) == Some(&true))
    }

    /// What was told so far is in a snapshot.
    pub(super) fn published(&mut self) {
        self.changed = false;
        if std::mem::take(&mut self.has_news) {
            self.told.fill(false);
        }
    }

    /// Was an end told since the last publication?
    pub(super) const fn has_news(&self) -> bool {
        self.has_news
    }

    /// Notes when the end of `partition` was told.
    fn confirm(&mut self, partition: i32, at: Timestamp) {
        let Ok(index) = usize::try_from(partition) else { return };
        if let Some(confirmed) = self.confirmed.get_mut(index) {
            *confirmed = Some(at);
            self.told.resize(self.confirmed.len(), false);
        }
        if let Some(told) = self.told.get_mut(index) {
            *told = true;
            self.has_news = true;
        }
    }

    /// The partition's log for change; it comes into being if it is not there yet.
    pub(super) fn log(&mut self, partition: i32) -> Option<&mut PartitionLog> {
        let index = usize::try_from(partition).ok().filter(|&index| index < MAX_PARTITIONS)?;
        let view = Arc::make_mut(&mut self.view);
        if view.partitions.len() <= index {
            view.partitions.resize_with(index + 1, PartitionLog::default);
        }
        if self.confirmed.len() <= index {
            self.confirmed.resize(index + 1, None);
        }
        view.partitions.get_mut(index)
    }

    /// Computes how fast records arrive, where that can have changed.
    pub(super) fn derive_rates(&mut self, at: Timestamp, min_span: Duration) {
        let drifts = self.unsettled && (self.has_news || at.since(self.derived) >= DRIFT);
        if !self.changed && !drifts {
            return;
        }
        self.derived = at;
        self.unsettled = false;
        let rates: Vec<_> = (self.view.partitions.iter().zip(&self.confirmed))
            .map(|(log, confirmed)| {
                let confirmed = (*confirmed)?;
                log.history.rate(confirmed, min_span)
            })
            .collect();
        // A partition without an end will not get a rate by waiting.
        self.unsettled = rates
            .iter()
            .zip(&self.confirmed)
            .any(|(rate, confirmed)| confirmed.is_some() && rate.is_none_or(|rate| rate.0 != 0.0));
        let moved =
            rates.iter().zip(&self.view.partitions).any(|(rate, log)| *rate != log.arriving);
        if moved {
            self.changed = true;
            let view = Arc::make_mut(&mut self.view);
            for (log, rate) in view.partitions.iter_mut().zip(rates) {
                log.arriving = rate;
            }
        }
    }
}

/// The list, once for all partitions of a topic that have the same: most do.
pub(super) fn shared(lists: &mut Vec<Arc<[BrokerId]>>, list: &[BrokerId]) -> Arc<[BrokerId]> {
    if let Some(known) = lists.iter().find(|known| ***known == *list) {
        return Arc::clone(known);
    }
    let list: Arc<[BrokerId]> = list.into();
    // A topic has few different ones, whatever its size; more are not worth a search.
    if lists.len() < 16 {
        lists.push(Arc::clone(&list));
    }
    list
}

pub(super) fn cell<'a>(
    topics: &'a mut BTreeMap<TopicName, TopicCell>,
    name: &TopicName,
) -> &'a mut TopicCell {
    topics.entry(name.clone()).or_insert_with(|| TopicCell::new(name.clone()))
}

/// Folds in what a broker said about topics.
pub(super) fn metadata(
    topics: &mut BTreeMap<TopicName, TopicCell>,
    at: Timestamp,
    observed: Vec<TopicObserved>,
) {
    for TopicObserved { topic, metadata } in observed {
        let cell = cell(topics, &topic);
        match metadata {
            Ok(metadata) => cell.learn(at, &metadata),
            Err(fault) => cell.fail(at, fault),
        }
    }
}

/// The same of the list of all topics, as far as something else is known of them.
pub(super) fn listed(
    topics: &mut BTreeMap<TopicName, TopicCell>,
    at: Timestamp,
    listed: &[TopicListed],
) {
    for TopicListed { topic, metadata, .. } in listed {
        if let (Some(cell), Ok(metadata)) = (topics.get_mut(topic), metadata) {
            cell.learn(at, metadata);
        }
    }
}

impl TopicCell {
    fn learn(&mut self, at: Timestamp, metadata: &TopicMetadata) {
        let recreated =
            self.view.id.is_some() && metadata.id.is_some() && self.view.id != metadata.id;
        if recreated {
            self.forget_offsets(at);
        }
        if self.view.fault.is_some() || self.view.id != metadata.id {
            let view = Arc::make_mut(&mut self.view);
            view.fault = None;
            view.id = metadata.id;
            view.made_anew = if recreated { Some(at) } else { view.made_anew };
            self.changed = true;
        }
        let mut lists = Vec::new();
        for partition in &metadata.partitions {
            let same = self.view.partition(partition.partition).is_some_and(|log| {
                log.leader == partition.leader
                    && log.leader_epoch == partition.leader_epoch
                    && *log.replicas == *partition.replicas
                    && *log.isr == *partition.isr
            });
            if same {
                continue;
            }
            if let Some(log) = self.log(partition.partition) {
                log.leader = partition.leader;
                log.leader_epoch = partition.leader_epoch;
                log.replicas = shared(&mut lists, &partition.replicas);
                log.isr = shared(&mut lists, &partition.isr);
                self.changed = true;
            }
        }
    }

    /// The topic could not be described. One that does not exist has no offsets.
    fn fail(&mut self, at: Timestamp, fault: Fault) {
        if self.view.fault.as_ref() == Some(&fault) {
            return;
        }
        if &*fault.code == "UNKNOWN_TOPIC_OR_PARTITION" {
            self.forget_offsets(at);
        }
        Arc::make_mut(&mut self.view).fault = Some(fault);
        self.changed = true;
    }

    /// What was known of the logs belongs to a topic that is gone.
    fn forget_offsets(&mut self, at: Timestamp) {
        for log in &mut Arc::make_mut(&mut self.view).partitions {
            log.history.push(at, None);
            *log = PartitionLog { history: Arc::clone(&log.history), ..PartitionLog::default() };
        }
        self.confirmed.fill(None);
        self.changed = true;
    }
}

/// Folds in log offsets as a leader told them.
pub(super) fn offsets(
    topics: &mut BTreeMap<TopicName, TopicCell>,
    (at, gap_after): (Timestamp, Duration),
    isolation: Isolation,
    observed: OffsetsObserved,
) {
    let counts = match isolation {
        Isolation::ReadUncommitted => LogOffset::HighWatermark,
        Isolation::ReadCommitted => LogOffset::LastStable,
    };
    let which = observed.which;
    for topic in observed.topics {
        let cell = cell(topics, &topic.topic);
        for (partition, offset) in topic.partitions {
            let when = (which == counts).then_some((at, gap_after));
            if let (LogOffset::Start, Ok(start)) = (which, &offset) {
                cell.start(partition, at, *start);
            }
            if let (LogOffset::LastStable, Ok(stable)) = (which, &offset) {
                cell.stable(partition, at, *stable);
            }
            cell.offset(partition, which, offset, when);
        }
    }
}

/// Folds in times of records as a leader told them.
pub(super) fn record_times(
    topics: &mut BTreeMap<TopicName, TopicCell>,
    at: Timestamp,
    observed: Vec<RecordTimesObserved>,
) {
    for RecordTimesObserved { topic, partitions } in observed {
        // What nobody consumes any more is not begun again for an answer that comes late.
        let Some(cell) = topics.get_mut(&topic) else { continue };
        for (partition, told) in partitions {
            let Some(log) = cell.log(partition) else { continue };
            // The end was known before it was asked about times.
            let readable = log.last_stable.or(log.high_watermark).unwrap_or(0);
            let times = Arc::make_mut(log.times.get_or_insert_default());
            match told {
                Ok(mark) => times.push(at, mark, readable),
                Err(fault) => times.fault = Some(fault),
            }
        }
        cell.changed = true;
    }
}

impl TopicCell {
    /// Notes the log start's movement. Most never move while they are watched, so a history is begun
    /// with the first step.
    fn start(&mut self, partition: i32, at: Timestamp, start: i64) {
        let before = self.view.partition(partition).and_then(|log| log.log_start);
        if before == Some(start) {
            return;
        }
        let Some(log) = self.log(partition) else { return };
        let seen = *log.start_seen.get_or_insert(at);
        if let Some(before) = before {
            let starts = log.starts.get_or_insert_with(|| {
                let starts = Arc::<PartitionSeries>::default();
                starts.push(seen, Some(before));
                starts
            });
            starts.push(at, Some(start));
        }
    }

    /// Notes one offset; `ends` is when, and how long a silence is a gap, if it is the end that counts.
    fn offset(
        &mut self,
        partition: i32,
        which: LogOffset,
        offset: Result<i64, Fault>,
        ends: Option<(Timestamp, Duration)>,
    ) {
        let known = self.view.partition(partition);
        let value = known.and_then(|log| match which {
            LogOffset::HighWatermark => log.high_watermark,
            LogOffset::LastStable => log.last_stable,
            LogOffset::Start => log.log_start,
        });
        let unchanged = known.is_some_and(|log| match &offset {
            Ok(offset) => value == Some(*offset) && (ends.is_none() || log.fault.is_none()),
            Err(fault) => log.fault.as_ref() == Some(fault),
        });
        let silence = ends.and_then(|(at, gap_after)| {
            let last = self.confirmed(partition)?;
            (at.since(last) > gap_after).then_some(last)
        });
        if unchanged && silence.is_none() {
            if let (Some((at, _)), Ok(_)) = (ends, &offset) {
                self.confirm(partition, at);
            }
            return;
        }
        let Some(log) = self.log(partition) else { return };
        match offset {
            Err(fault) => log.fault = Some(fault),
            Ok(offset) => {
                match which {
                    LogOffset::HighWatermark => log.high_watermark = Some(offset),
                    LogOffset::LastStable => log.last_stable = Some(offset),
                    LogOffset::Start => log.log_start = Some(offset),
                }
                if let Some((at, _)) = ends {
                    log.fault = None;
                    let history = &log.history;
                    if let Some(last) = silence {
                        history.push(gap_start(last), None);
                    }
                    history.push(at, Some(offset));
                    self.confirm(partition, at);
                }
            }
        }
        self.changed = true;
    }
}
