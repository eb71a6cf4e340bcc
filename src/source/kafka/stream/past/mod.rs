//! The past: what `__consumer_offsets` still holds of the time before the start, and where the logs
//! ended then. Runs once, in the background, when the tail stands; nothing waits for it.
//!
//! **Commits and generations** are read by a second consumer, on a thread of its own, up to where the
//! topic ended. The window is cut into slices, the newest is read first, and each is told before the next is
//! read: half an hour of a busy cluster is never in memory at once, and if a budget ends before the window
//! does, the most recent part is what is known, without a hole. A position
//! that no record of the window moved has held all through it, if it was known before the topic's end was
//! asked for, where reading ends. Before the first record of a position that did move it is not known: a
//! gap.
//!
//! **Past ends** are asked for by time (`ends`). Exact where records carry the times at which they were
//! appended; between two moments asked for, the end is drawn as a straight line.
//!
//! Times are the coordinators' and the records' own; a coordinator's clock that is wrong shifts its past.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::names::Names;
use super::{Context, Gone};
use crate::model::observation::PastObserved;
use crate::model::{Body, Fault, HistoryProgress, HistoryStage, Observation, SourceId, Timestamp};
use crate::source::kafka::coverage::TOPIC;
use crate::source::kafka::interned::Interned;
use crate::source::kafka::wire::{CommitsOf, Isolation, OffsetSpec, TopicPartitions, Topics};

mod collect;
mod ends;
mod points;
mod read;

use collect::Raw;
use ends::Which;

/// Bytes of records read at the most: some two million commits, a few seconds on a fast line.
const BYTES: u64 = 256 * 1024 * 1024;

/// Time for all of it. The finest resolution of histories, into which the past is put, lasts for
/// two minutes.
const TIME: Duration = Duration::from_secs(30);

/// Slices of the window: two and a half minutes each of half an hour.
const SLICES: u32 = 12;

/// Observations carry so much at a time, so that folding one in never takes long, and those that wait are
/// no burden: groups asked about or described, partitions with a few dozen points each.
const PIECE: usize = 500;

/// Where the topic's partitions begin and end for one slice.
type Ranges = Vec<(i32, i64, i64)>;

/// A part of the window.
struct Slice {
    from: Timestamp,
    ranges: Ranges,
}

/// Reads the past and tells of it.
pub(super) async fn run(context: Context) {
    let now = context.clock.now();
    let mut past = Past { context, now, due: Instant::now() + TIME, bytes: 0, reached: now };
    // Nobody listens any more: a regular end.
    let _ = past.run().await;
}

struct Past {
    context: Context,
    now: Timestamp,
    due: Instant,
    bytes: u64,
    /// From here on all is known.
    reached: Timestamp,
}

impl Past {
    async fn run(&mut self) -> Result<(), Gone> {
        self.tell(HistoryStage::Reading(0)).await?;
        let mut wanted = self.positions().await;
        let asked = self.context.clock.now();
        let slices = match self.slices().await {
            Ok(slices) => slices,
            Err(stage) => return self.tell(stage).await,
        };
        let (stage, groups) = self.read(slices, &mut wanted).await?;
        let told = ends::ask(&self.context, &wanted, (self.reached, self.now), self.due).await;
        // Lag is known where both are, so that the shorter of the two is how far the past reaches.
        self.reached = told.reached;
        let stage = match (stage, told.short) {
            (HistoryStage::Complete, Some(short)) => short,
            (stage, _) => stage,
        };
        self.pass_on(told.ends.into_iter(), PastObserved::Ends).await?;
        let collect::Told { described, membership } = collect::told(&groups, &self.context);
        self.pass_on(described.into_iter(), PastObserved::Groups).await?;
        let recorded: Vec<_> = membership.iter().collect();
        let (client, topics) = (&self.context.client, &self.context.topics);
        if let Some(names) = Names::default().of(client, topics, &recorded).await {
            self.send(names).await?;
        }
        self.pass_on(membership.into_iter(), PastObserved::Membership).await?;
        let still = PastObserved::Still { from: self.reached, until: asked };
        self.send(Body::Past(still)).await?;
        self.tell(stage).await
    }

    /// Reads slice by slice and tells the commits in them. Gives back how that ended, and the records
    /// about groups, which make sense in their order only.
    async fn read(
        &mut self,
        slices: Vec<Slice>,
        wanted: &mut BTreeSet<Which>,
    ) -> Result<(HistoryStage, Vec<Raw>), Gone> {
        let total: i64 = slices.iter().flat_map(|slice| &slice.ranges).map(|(_, a, b)| b - a).sum();
        // One slice may wait while one is told and one is read.
        let (sender, mut batches) = mpsc::channel(1);
        let job = read::Job { slices, most: BYTES, due: self.due.into_std(), now: self.now };
        if let Err(error) = read::spawn(&self.context, job, sender) {
            let fault = Fault::new("PAST_NOT_STARTED", &error.to_string());
            return Ok((HistoryStage::Failed(fault), Vec::new()));
        }
        let mut groups = Vec::new();
        while let Some(batch) = batches.recv().await {
            match batch {
                read::Batch::Read { records, bytes } => {
                    self.bytes = bytes;
                    let share = records * 100 / total.max(1);
                    let percent = u8::try_from(share.clamp(0, 100)).unwrap_or(100);
                    self.tell(HistoryStage::Reading(percent)).await?;
                }
                read::Batch::Slice { from, mut collected } => {
                    wanted.append(&mut collected.committed_on());
                    let later = std::mem::replace(&mut groups, collected.take_groups());
                    groups.extend(later);
                    self.pass_on(collected.into_commits(), PastObserved::Commits).await?;
                    self.reached = from;
                }
                read::Batch::Over(ended) => {
                    return Ok((ended.unwrap_or(HistoryStage::Complete), groups));
                }
            }
        }
        let fault = Fault::new("PAST_ENDED", "reading the past ended without a word");
        Ok((HistoryStage::Failed(fault), groups))
    }

    /// Passes on what is to be told, piece by piece.
    async fn pass_on<T>(
        &self,
        mut all: impl Iterator<Item = T>,
        told: impl Fn(Vec<T>) -> PastObserved,
    ) -> Result<(), Gone> {
        loop {
            let piece: Vec<T> = all.by_ref().take(PIECE).collect();
            if piece.is_empty() {
                return Ok(());
            }
            self.send(Body::Past(told(piece))).await?;
        }
    }

    /// On which partitions somebody holds a position now.
    async fn positions(&self) -> BTreeSet<Which> {
        let client = &self.context.client;
        let Ok(metadata) = client.metadata(Topics::Named(&[])).await else {
            return BTreeSet::new();
        };
        let (mut held, mut names) = (BTreeSet::new(), Interned::default());
        for broker in metadata.brokers {
            let Ok(groups) = client.list_groups(broker.id).await else { continue };
            let listed = groups.groups.into_iter().map(|group| group.group);
            let looked_at: Vec<_> = listed.filter(|name| (self.context.groups)(name)).collect();
            for groups in looked_at.chunks(PIECE) {
                let asked: Vec<_> =
                    groups.iter().map(|group| CommitsOf::all(Arc::clone(group))).collect();
                let Ok(told) = client.fetch_offsets(broker.id, &asked, false).await else {
                    continue;
                };
                let kept = (&mut names, &self.context.topics);
                held.append(&mut collect::held(told, kept));
            }
        }
        held
    }

    /// The slices of the window, the newest first. Those without a record are there too.
    async fn slices(&self) -> Result<Vec<Slice>, HistoryStage> {
        let unread =
            |fault: Option<Fault>| HistoryStage::Failed(fault.unwrap_or_else(super::unsettled));
        let leaders = super::led(&self.context).await.map_err(unread)?.by_leader;
        let mut until = self.offsets(&leaders, OffsetSpec::Latest).await?;
        let mut slices = Vec::new();
        for nth in 1..=SLICES {
            let from = self.now.minus(self.context.history * nth / SLICES);
            let spec = OffsetSpec::ByTimestamp(from.as_millis());
            let found = self.offsets(&leaders, spec).await?;
            let mut ranges = Ranges::new();
            for (partition, end) in &mut until {
                // No record as young as this: the slice is empty.
                let begin = found.get(partition).copied().unwrap_or(*end).min(*end);
                if begin < *end {
                    ranges.push((*partition, begin, *end));
                }
                *end = begin;
            }
            slices.push(Slice { from, ranges });
        }
        Ok(slices)
    }

    async fn offsets(
        &self,
        leaders: &BTreeMap<i32, Vec<i32>>,
        spec: OffsetSpec,
    ) -> Result<BTreeMap<i32, i64>, HistoryStage> {
        let mut offsets = BTreeMap::new();
        for (&leader, partitions) in leaders {
            let of = [TopicPartitions::new(TOPIC, partitions.clone())];
            let told = self.context.client.list_offsets(leader, &of, spec, Isolation::default());
            let told =
                told.await.map_err(|_unreachable| HistoryStage::Failed(super::unsettled()))?;
            for one in told.into_iter().flat_map(|topic| topic.partitions) {
                let offset = one.offset;
                let offset = offset.map_err(|_moved| HistoryStage::Failed(super::unsettled()))?;
                if let Some(offset) = offset {
                    offsets.insert(one.partition, offset.offset);
                }
            }
        }
        Ok(offsets)
    }

    async fn tell(&self, stage: HistoryStage) -> Result<(), Gone> {
        let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let reached_ms = millis(self.now.since(self.reached));
        let wanted_ms = millis(self.context.history);
        self.send(Body::History(HistoryProgress {
            wanted_ms,
            reached_ms,
            bytes: self.bytes,
            stage,
        }))
        .await
    }

    async fn send(&self, body: Body) -> Result<(), Gone> {
        let at = self.context.clock.now();
        let observation = Observation { at, source: SourceId::Stream, body };
        self.context.observations.send(observation).await.map_err(|_closed| Gone)
    }
}
