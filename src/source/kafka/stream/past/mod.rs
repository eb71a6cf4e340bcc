//! The past: what `__consumer_offsets` still holds of the time before the start, and where the logs
//! ended then. Runs once, in the background, when the tail stands; nothing waits for it.
//!
//! **Commits and generations** are read by a second consumer, on a thread of its own, up to where the
//! topic ended. The window is cut into slices that double in length, and the newest is read first: if a
//! budget ends before the window does, the most recent part is what is known, without a hole. A position
//! that no record of the window moved has held all through it, which is exact because the topic's end is
//! asked for after the positions. Before the first record of a position that did move it is not known:
//! a gap.
//!
//! **Past ends** are asked for by time (`ends`). Exact where records carry the times at which they were
//! appended; between two moments asked for, the end is drawn as a straight line.
//!
//! Times are the coordinators' and the records' own; a coordinator's clock that is wrong shifts its past.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{Context, Gone, TOPIC};
use crate::model::observation::PastObserved;
use crate::model::{Body, HistoryProgress, HistoryStage, Observation, SourceId, Timestamp};
use crate::source::kafka::wire::{CommitsOf, Isolation, OffsetSpec, TopicPartitions, Topics};

mod collect;
mod ends;
mod read;

use collect::Collected;

/// Bytes of records read at the most: some two million commits, a few seconds on a fast line.
const BYTES: u64 = 256 * 1024 * 1024;

/// Time for all of it. The finest resolution of histories, into which the past is put, lasts for
/// two minutes.
const TIME: Duration = Duration::from_secs(30);

/// The window is halved so often: the newest slice is a sixteenth of it.
const HALVINGS: u32 = 4;

/// Observations carry so many partitions at a time, so that folding one in never takes long.
const PIECE: usize = 2_000;

/// Where the topic's partitions begin and end for one slice.
type Ranges = Vec<(i32, i64, i64)>;

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
        let held = self.positions().await;
        let slices = match self.slices().await {
            Ok(slices) => slices,
            Err(stage) => return self.tell(stage).await,
        };
        let total: i64 = slices.iter().flat_map(|(_, ranges)| ranges).map(|(_, a, b)| b - a).sum();
        let mut collected = Collected::default();
        let mut stage = HistoryStage::Complete;
        let mut done = 0;
        for (from, ranges) in slices {
            let (slice, ended) = self.slice(ranges, (done, total)).await?;
            if let Some(ended) = ended {
                stage = ended;
                break;
            }
            done += slice.records;
            collected.put_before(slice);
            self.reached = from;
        }
        let (groups, mut commits) = collected.told(&self.context);
        let moved: std::collections::BTreeSet<_> = commits.iter().map(collect::key).collect();
        let still = held.into_iter().filter(|one| !moved.contains(&collect::key(one)));
        let from = self.reached;
        let still: Vec<_> = still.map(|one| collect::since(one, from)).collect();
        commits.extend(still);
        commits.retain(|one| !one.points.is_empty());
        let told = ends::ask(&self.context, &commits, (self.reached, self.now), self.due).await;
        // Lag is known where both are, so that the shorter of the two is how far the past reaches.
        self.reached = told.reached;
        if let (HistoryStage::Complete, Some(short)) = (&stage, told.short) {
            stage = short;
        }
        for piece in told.ends.chunks(PIECE) {
            self.send(Body::Past(PastObserved::Ends(piece.to_vec()))).await?;
        }
        for piece in commits.chunks(PIECE) {
            self.send(Body::Past(PastObserved::Commits(piece.to_vec()))).await?;
        }
        for piece in groups.chunks(PIECE) {
            self.send(Body::Past(PastObserved::Groups(piece.to_vec()))).await?;
        }
        self.tell(stage).await
    }

    /// Every position that is held now.
    async fn positions(&self) -> Vec<crate::model::observation::PastCommits> {
        let client = &self.context.client;
        let Ok(metadata) = client.metadata(Topics::Named(&[])).await else { return Vec::new() };
        let mut held = Vec::new();
        for broker in metadata.brokers {
            let Ok(groups) = client.list_groups(broker.id).await else { continue };
            let names: Vec<Arc<str>> = groups.groups.into_iter().map(|group| group.group).collect();
            let looked_at: Vec<_> =
                names.iter().filter(|name| (self.context.groups)(name)).collect();
            for groups in looked_at.chunks(PIECE) {
                let asked: Vec<_> =
                    groups.iter().map(|group| CommitsOf::all(Arc::clone(group))).collect();
                let Ok(told) = client.fetch_offsets(broker.id, &asked, false).await else {
                    continue;
                };
                held.extend(collect::held(told, &self.context));
            }
        }
        held
    }

    /// The slices of the window, the newest first: from when, and which offsets. Slices without a
    /// record are there too.
    async fn slices(&self) -> Result<Vec<(Timestamp, Ranges)>, HistoryStage> {
        let unread = |fault: Option<crate::model::Fault>| {
            HistoryStage::Failed(fault.unwrap_or_else(super::unsettled))
        };
        let leaders = super::by_leader(&self.context).await.map_err(unread)?;
        let mut until = self.offsets(&leaders, OffsetSpec::Latest).await?;
        let mut slices = Vec::new();
        for halving in (0..=HALVINGS).rev() {
            let from = self.now.minus(self.context.history / 2_u32.pow(halving));
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
            slices.push((from, ranges));
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

    /// Reads one slice; an early end comes with its reason.
    async fn slice(
        &mut self,
        ranges: Ranges,
        (done, total): (i64, i64),
    ) -> Result<(Collected, Option<HistoryStage>), Gone> {
        if ranges.is_empty() {
            return Ok((Collected::default(), None));
        }
        let (sender, mut batches) = mpsc::channel(super::BATCHES);
        let left = BYTES.saturating_sub(self.bytes);
        let wanted = read::Wanted { ranges, most: left, due: self.due.into_std() };
        if let Err(error) = read::spawn(&self.context, wanted, sender) {
            let fault = crate::model::Fault::new("PAST_NOT_STARTED", &error.to_string());
            return Ok((Collected::default(), Some(HistoryStage::Failed(fault))));
        }
        let before = self.bytes;
        while let Some(batch) = batches.recv().await {
            match batch {
                read::Batch::Read { records, bytes } => {
                    self.bytes = before + bytes;
                    let share = (done + records) * 100 / total.max(1);
                    let percent = u8::try_from(share.clamp(0, 100)).unwrap_or(100);
                    self.tell(HistoryStage::Reading(percent)).await?;
                }
                read::Batch::Over(collected, ended) => return Ok((*collected, ended)),
            }
        }
        let fault = crate::model::Fault::new("PAST_ENDED", "reading the past ended without a word");
        Ok((Collected::default(), Some(HistoryStage::Failed(fault))))
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
