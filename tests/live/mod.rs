//! The live pipeline without a screen: polling into the store, snapshots out, as the program wires
//! it. A test waits for what a snapshot must show, with a deadline.
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    clippy::unwrap_used,
    reason = "compiled into each test binary, each of which uses a part of it; a panic \
              in a test's helper is a failed test"
)]

use std::sync::Arc;
use std::time::Duration;

use clap::Parser as _;
use lagtop::config::{Cli, Inputs, NameFilter, Settings, ThisSystem};
use lagtop::diagnose::Rules;
use lagtop::model::time::SystemClock;
use lagtop::model::{
    Clock, GroupEntry, Observation, PollPlan, Snapshot, SourceHealth, SourceId, Timestamp,
};
use lagtop::source::host;
use lagtop::source::kafka::connect;
use lagtop::source::kafka::coverage::Coverage;
use lagtop::source::kafka::peek;
use lagtop::source::kafka::poll::{self, Scope};
use lagtop::source::kafka::stream;
use lagtop::source::kafka::wire::Client;
use lagtop::store::{Store, task};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::support::KafkaCluster;

mod figures;

pub use figures::agrees;

/// For what takes Kafka some seconds, on a busy machine.
pub const SOON: Duration = Duration::from_secs(90);

/// A clock that is ahead.
struct Ahead(Duration);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus(self.0)
    }
}

/// Polling, store and the newest snapshot; dropping it ends both tasks.
pub struct Live {
    snapshots: watch::Receiver<Arc<Snapshot>>,
    /// Held, as a screen holds it.
    wishes: watch::Sender<PollPlan>,
    observations: mpsc::Sender<Observation>,
    tasks: JoinSet<()>,
}

impl Live {
    /// Watches a cluster as somebody does who has this plan, by polling alone.
    pub fn of(kafka: &KafkaCluster, plan: PollPlan) -> Self {
        Self::start(&["-b", &kafka.bootstrap(), "--timeout", "2s"], plan, false)
    }

    /// The same, listening to the offsets topic as well.
    pub fn listening(kafka: &KafkaCluster, plan: PollPlan) -> Self {
        Self::start(&["-b", &kafka.bootstrap(), "--timeout", "2s"], plan, true)
    }

    /// The same, connecting and choosing groups and topics as these flags say.
    pub fn start(flags: &[&str], plan: PollPlan, listen: bool) -> Self {
        Self::ruled(flags, plan, listen, Rules::default())
    }

    /// The same, judging by these rules.
    pub fn ruled(flags: &[&str], plan: PollPlan, listen: bool, rules: Rules) -> Self {
        Self::told((flags, plan), (listen, Arc::new(SystemClock)), rules)
    }

    /// As somebody does who starts so much later: by a clock that is ahead, so that what has just happened
    /// is long over.
    pub fn later(flags: &[&str], plan: PollPlan, by: Duration) -> Self {
        Self::told((flags, plan), (true, Arc::new(Ahead(by))), Rules::default())
    }

    fn told(
        (flags, plan): (&[&str], PollPlan),
        (listen, clock): (bool, Arc<dyn Clock>),
        rules: Rules,
    ) -> Self {
        let settings = settings(flags);
        let client = Client::new(connect::wire_config(&settings.connection).unwrap());
        let isolation = connect::isolation(settings.isolation);

        let (sender, observations) = mpsc::channel(task::CHANNEL_CAPACITY);
        let (wishes, plan) = watch::channel(plan);
        let empty = Snapshot::empty(clock.now(), isolation);
        let (publisher, snapshots) = watch::channel(Arc::new(empty));
        let chosen = |names: &NameFilter| -> poll::NameFilter {
            let names = names.clone();
            Arc::new(move |name| names.matches(name))
        };
        let groups = chosen(&settings.filters.groups);
        let topics = chosen(&settings.filters.topics);
        let mut tasks = JoinSet::new();
        let coverage = Coverage::default();
        if listen {
            let properties = connect::librdkafka_properties(&settings.connection);
            tasks.spawn(stream::run(stream::Context {
                client: client.clone(),
                properties,
                names: settings.filters.groups.names().map(Into::into),
                groups: Arc::clone(&groups),
                topics: Arc::clone(&topics),
                history: settings.history,
                max_requests: settings.max_requests,
                coverage: coverage.clone(),
                clock: Arc::clone(&clock),
                observations: sender.clone(),
            }));
        }
        let scope = Scope::InTurn;
        let max_requests = settings.max_requests;
        let options = poll::Options { groups, topics, isolation, scope, max_requests };
        let observer = sender.clone();
        let context =
            poll::Context { client, options, clock, plan, coverage, observations: sender };
        tasks.spawn(poll::run(context));
        tasks.spawn(task::run(
            Store::new(isolation).ruled_by(rules),
            observations,
            publisher,
            task::Options::default(),
        ));
        Self { snapshots, wishes, observations: observer, tasks }
    }

    /// Looks at this host and its processes as well.
    pub fn look_at_this_host(&mut self) {
        let options = host::Options { pids: Arc::new([]), process: None };
        let (plan, observations) = (self.wishes.subscribe(), self.observations.clone());
        let clock = Arc::new(SystemClock);
        self.tasks.spawn(host::run(host::Context { options, clock, plan, observations }));
    }

    /// Wishes for something else.
    pub fn wish(&self, plan: PollPlan) {
        self.wishes.send_replace(plan);
    }

    /// Where wishes go, for whoever wishes while it looks.
    pub fn wishes(&self) -> watch::Sender<PollPlan> {
        self.wishes.clone()
    }

    /// The newest snapshot.
    pub fn now(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshots.borrow())
    }

    /// The next snapshot after the one last seen; those that were replaced meanwhile are skipped.
    pub async fn next(&mut self) -> Arc<Snapshot> {
        self.snapshots.changed().await.unwrap();
        Arc::clone(&self.snapshots.borrow_and_update())
    }

    /// Looks at snapshots until one shows it.
    pub async fn until<T>(&mut self, what: &str, mut see: impl FnMut(&Snapshot) -> Option<T>) -> T {
        let looking = async {
            let mut snapshot = Arc::clone(&self.snapshots.borrow_and_update());
            loop {
                if let Some(seen) = see(&snapshot) {
                    return seen;
                }
                snapshot = self.next().await;
            }
        };
        let seen = tokio::time::timeout(SOON, looking).await.ok();
        seen.unwrap_or_else(|| panic!("{what} was not seen within {SOON:?}: {:#?}", self.now()))
    }
}

/// What these flags mean.
pub fn settings(flags: &[&str]) -> Settings {
    let cli = Cli::try_parse_from([&["lagtop"], flags].concat()).unwrap();
    let inputs = Inputs { cli: &cli, variables: [], system: &ThisSystem };
    Settings::resolve(inputs).unwrap()
}

/// Looking at records as these flags say.
pub fn looking(flags: &[&str]) -> peek::Context {
    let settings = settings(flags);
    peek::Context {
        client: Client::new(connect::wire_config(&settings.connection).unwrap()),
        properties: connect::librdkafka_properties(&settings.connection),
        isolation: connect::isolation(settings.isolation),
        clock: Arc::new(SystemClock),
    }
}

/// Nothing in particular on screen.
pub fn every(interval_ms: u64) -> PollPlan {
    PollPlan::every(Duration::from_millis(interval_ms))
}

/// This group on screen.
pub fn on_screen(group: &str, interval_ms: u64) -> PollPlan {
    PollPlan { focus: Some(group.into()), ..showing(&[group], interval_ms) }
}

/// The rows of these groups on screen.
pub fn showing(groups: &[&str], interval_ms: u64) -> PollPlan {
    PollPlan { visible: groups.iter().map(|&group| group.into()).collect(), ..every(interval_ms) }
}

/// A moment on the clock of the observations.
pub fn moment() -> Timestamp {
    SystemClock.now()
}

/// A group, which exists.
pub fn group<'a>(snapshot: &'a Snapshot, name: &str) -> Option<&'a GroupEntry> {
    snapshot.group(&name.into())
}

/// Its lag.
pub fn lag(snapshot: &Snapshot, name: &str) -> Option<i64> {
    group(snapshot, name)?.view.totals.lag
}

/// How listening is doing.
pub fn stream_health(snapshot: &Snapshot) -> Option<&SourceHealth> {
    snapshot.source(SourceId::Stream).map(|source| &source.health)
}

/// How many rounds of polling are over.
pub fn rounds(snapshot: &Snapshot) -> u64 {
    let source = snapshot.source(SourceId::Poll);
    source.and_then(|source| source.last_round.as_ref()).map_or(0, |round| round.number)
}

/// How polling is doing.
pub fn health(snapshot: &Snapshot) -> Option<&SourceHealth> {
    snapshot.source(SourceId::Poll).map(|source| &source.health)
}
