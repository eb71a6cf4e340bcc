//! Listening: the group coordinator's own topic, `__consumer_offsets`, as a source of observations.
//!
//! Brokers write there every commit and every generation of every group, within a millisecond of its
//! acknowledgement. Reading it tells what polling can only sample: when a commit really was, also one
//! that did not move, every generation of a classic group that lies between two looks, and every step of
//! a group that the coordinator assigns for. Polling goes on beside it, for what the topic does not tell
//! and as the truth to reconcile with. What was read it need not ask for, and [`Coverage`] tells it so.
//!
//! [`run`] needs READ on the topic. Without that right, without the topic, or where it holds what this
//! lagtop cannot read, it says so ([`SourceHealth::Failing`]) and tries again later by itself; the screen
//! lives on polling meanwhile. The consumer is assigned its partitions by hand, joins no group and commits
//! nothing. All records of a group are in one partition, so that of groups named one by one only their
//! partitions are read.
//!
//! **Transactions.** The tail reads uncommitted: `read_committed` would freeze every group of a partition
//! behind one open transaction. So what is committed in a transaction is shown when it is recorded,
//! whether it will count or not. Which commits those are, a consumer is not told, but offsets give them
//! away (see `poll`'s `following`): their groups are asked about with the next round, whose answer counts.
//! A wrong position is on screen for one round at most.
//!
//! `records` says what the bytes of a record mean and knows neither a client nor the model; `translate`
//! turns records into observations, one by one (what follows from several of them is the store's to say);
//! `names` looks up the topics whose ids stand in them; `past` reads once what was written before the
//! start. `tail` and the past's reader name rdkafka, each on a thread of its own, because librdkafka
//! blocks; their [consumer](super::consumer) joins no group.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::consumer::{Properties, tokens};
use super::coverage::{Committed, Coverage, TOPIC};
use super::poll::NameFilter;
use super::wire::{Client, Isolation, OffsetSpec, TopicPartitions, Topics};
use crate::model::{Body, Clock, Fault, Observation, SourceHealth, SourceId, Timestamp};

mod check;
mod names;
mod past;
pub mod records;
mod tail;
mod translate;

pub use check::check;

/// The pause before the topic, or the right to read it, is looked for again.
const AGAIN: Duration = Duration::from_secs(10);

/// Batches that may wait; a full channel slows the tail down.
const BATCHES: usize = 16;

/// What listening needs from outside.
#[derive(Clone)]
pub struct Context {
    /// Tells how many partitions the topic has.
    pub client: Client,
    /// How librdkafka reaches the cluster.
    pub properties: Properties,
    /// The groups that are looked at.
    pub groups: NameFilter,
    /// Their names where all are known beforehand: then only their partitions are read.
    pub names: Option<Arc<[String]>>,
    /// The topics that are looked at.
    pub topics: NameFilter,
    /// How much of the time before the start is read; zero for none.
    pub history: Duration,
    /// The most requests a second: questions about the past take half of them when they have asked as many.
    pub max_requests: u32,
    /// Where polling is told what it need not ask for.
    pub coverage: Coverage,
    /// The time that observations carry.
    pub clock: Arc<dyn Clock>,
    /// Where observations go.
    pub observations: mpsc::Sender<Observation>,
}

/// The receiving end of the observations is gone.
struct Gone;

/// Listens until nobody wants observations any more.
pub async fn run(context: Context) {
    let mut listener = Listener { context, failing_since: None, past: None };
    // Nobody listens to us any more: a regular end.
    let _ = listener.run().await;
}

fn unsettled() -> Fault {
    Fault::new("LEADER_NOT_AVAILABLE", "a partition of __consumer_offsets has no leader now")
}

/// The topic, of which the chosen groups' records are to be read.
struct Led {
    /// How many partitions it has.
    partitions: i32,
    /// Who leads which of those that are read.
    by_leader: BTreeMap<i32, Vec<i32>>,
}

/// Who leads the partitions that the chosen groups' records are in; `Err(None)` when no broker was
/// reached.
async fn led(context: &Context) -> Result<Led, Option<Fault>> {
    let topic = [Arc::from(TOPIC)];
    let asked = context.client.metadata(Topics::Named(&topic)).await;
    let topic = asked.map_err(|_unreachable| None)?.topics.into_iter().next();
    let absent = || Fault::new("UNKNOWN_TOPIC_OR_PARTITION", "no __consumer_offsets yet");
    let partitions = topic.ok_or_else(|| Some(absent()))?.partitions;
    let partitions = partitions.map_err(|error| {
        Some(if error.is_authorization() { tail::not_allowed() } else { absent() })
    })?;
    let mut by_leader = BTreeMap::<i32, Vec<i32>>::new();
    let count = i32::try_from(partitions.len()).unwrap_or(i32::MAX);
    let read = context.names.as_ref().map(|names| -> BTreeSet<i32> {
        names.iter().map(|group| records::partition_of(group, count)).collect()
    });
    let is_read = |number: i32| read.as_ref().is_none_or(|read| read.contains(&number));
    for partition in partitions.iter().filter(|one| is_read(one.partition)) {
        let leader = partition.leader.ok_or_else(|| Some(unsettled()))?;
        by_leader.entry(leader).or_default().push(partition.partition);
    }
    if by_leader.is_empty() {
        return Err(Some(absent()));
    }
    Ok(Led { partitions: count, by_leader })
}

/// Where listening begins.
struct Begin {
    /// How many partitions the topic has.
    partitions: i32,
    /// Those that are read, and where each ends now. Left to librdkafka, the end would be looked up
    /// later, and what was written until then would be missed.
    ends: Vec<(i32, i64)>,
}

async fn begin(context: &Context) -> Result<Begin, Option<Fault>> {
    let mut ends = Vec::new();
    let led = led(context).await?;
    for (leader, partitions) in led.by_leader {
        let of = [TopicPartitions::new(TOPIC, partitions)];
        let client = &context.client;
        let told = client.list_offsets(leader, &of, OffsetSpec::Latest, Isolation::default());
        let told = told.await.map_err(|_unreachable| None)?;
        for partition in told.into_iter().flat_map(|topic| topic.partitions) {
            match partition.offset {
                Ok(end) => ends.push((partition.partition, end.map_or(0, |end| end.offset))),
                Err(error) if error.is_authorization() => {
                    return Err(Some(tail::not_allowed()));
                }
                // Its leader is changing; better to begin again than without it.
                Err(_) => return Err(Some(unsettled())),
            }
        }
    }
    Ok(Begin { partitions: led.partitions, ends })
}

struct Listener {
    context: Context,
    failing_since: Option<Timestamp>,
    /// Reading the past, begun once; ends with this.
    past: Option<JoinSet<()>>,
}

impl Listener {
    async fn run(&mut self) -> Result<(), Gone> {
        loop {
            match begin(&self.context).await {
                Ok(begin) => {
                    let fault = self.listen(begin).await?;
                    self.failing(fault).await?;
                }
                Err(Some(fault)) => self.failing(fault).await?,
                // No broker was reached: polling says so already.
                Err(None) => {}
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Passes on what the tail brings, until it ends; tells why it did.
    async fn listen(&mut self, begin: Begin) -> Result<Fault, Gone> {
        let context = &self.context;
        let tokens = tokens::keep(context.client.token_source(), Arc::clone(&context.clock)).await;
        let _kept = match tokens {
            Ok(keeper) => keeper,
            Err(fault) => return Ok(fault),
        };
        let (sender, batches) = mpsc::channel(BATCHES);
        if let Err(error) = tail::spawn(&self.context, begin.ends.clone(), sender) {
            return Ok(Fault::new(
                "TAIL_NOT_STARTED",
                &format!("the tail did not start ({error})"),
            ));
        }
        let ended = self.follow(begin, batches).await;
        self.context.coverage.end();
        ended
    }

    async fn follow(
        &mut self,
        begin: Begin,
        mut batches: mpsc::Receiver<tail::Batch>,
    ) -> Result<Fault, Gone> {
        let mut names = names::Names::default();
        let mut fault = None;
        while let Some(batch) = batches.recv().await {
            match batch {
                tail::Batch::Listening => {
                    self.failing_since = None;
                    let ends = begin.ends.iter().copied();
                    self.context.coverage.begin(begin.partitions, ends);
                    self.send(Body::Health(SourceHealth::Working)).await?;
                    self.read_past();
                }
                tail::Batch::Seen(bodies, read) => {
                    let context = &self.context;
                    let recorded = names::records(&bodies);
                    let told = names.of(&context.client, &context.topics, &recorded).await;
                    let commits = Committed::all(&bodies);
                    for body in told.into_iter().chain(bodies) {
                        self.send(body).await?;
                    }
                    self.context.coverage.read(&read, commits);
                }
                tail::Batch::Refused(reason) => fault = Some(reason),
            }
        }
        Ok(fault.unwrap_or_else(|| Fault::new("TAIL_ENDED", "the tail ended without a word")))
    }

    /// What was before is read behind the tail, once.
    fn read_past(&mut self) {
        if self.past.is_none() && !self.context.history.is_zero() {
            let mut task = JoinSet::new();
            task.spawn(past::run(self.context.clone()));
            self.past = Some(task);
        }
    }

    async fn failing(&mut self, fault: Fault) -> Result<(), Gone> {
        let now = self.context.clock.now();
        let since = *self.failing_since.get_or_insert(now);
        self.send(Body::Health(SourceHealth::Failing { since, fault })).await
    }

    async fn send(&self, body: Body) -> Result<(), Gone> {
        let at = self.context.clock.now();
        let observation = Observation { at, source: SourceId::Stream, body };
        self.context.observations.send(observation).await.map_err(|_closed| Gone)
    }
}
