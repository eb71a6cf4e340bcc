//! What every face stands on: the sources and the store as tasks, each as the settings want it.

use std::io;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::recordings::Recordings;
use super::trap;
use crate::app::Title;
use crate::config::{self, Face, Profile, Settings};
use crate::model::time::SystemClock;
use crate::model::{Answer, Clock, Observation, PollPlan, Snapshot, SourceId, Wish};
use crate::source::host;
use crate::source::kafka::connect;
use crate::source::kafka::coverage::Coverage;
use crate::source::kafka::peek;
use crate::source::kafka::poll::{self, Scope};
use crate::source::kafka::stream;
use crate::source::kafka::wire::Client;
use crate::source::supervisor::supervise;
use crate::source::wishes;
use crate::store::{JUDGED_AT_ONCE, Store, task};
use crate::tui;

/// What every face stands on that stays: sources and store as tasks, for as long as this lives.
pub(super) struct Watching {
    pub(super) snapshots: watch::Receiver<Arc<Snapshot>>,
    /// Wishes to the sources.
    pub(super) plans: watch::Sender<PollPlan>,
    /// The way into the store, for what the person marks.
    pub(super) observations: mpsc::Sender<Observation>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) tasks: JoinSet<()>,
    /// What writes recordings.
    pub(super) recordings: Recordings,
}

impl Watching {
    /// Must be called on a runtime. The recording's file is made before anything is asked.
    pub(super) fn start(
        settings: &Settings,
        client: Client,
        source: config::Source,
    ) -> io::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let isolation = connect::isolation(settings.isolation);
        let (sender, taken) = mpsc::channel(task::CHANNEL_CAPACITY);
        let observations = sender.clone();
        let (mut recordings, tees) = Recordings::new(settings, &sender);
        let tee = recordings.by_flag(settings, clock.now())?;
        let (plans, plan) = watch::channel(PollPlan::every(settings.interval));
        let nothing = Arc::new(Snapshot::empty(clock.now(), isolation));
        let (publisher, snapshots) = watch::channel(nothing);

        let mut tasks = JoinSet::new();
        let coverage = Coverage::default();
        if source != config::Source::Poll {
            let coverage = coverage.clone();
            let context = listening(settings, (client.clone(), coverage), sender.clone());
            tasks.spawn(supervise(
                SourceId::Stream,
                Arc::clone(&clock),
                sender.clone(),
                move || stream::run(context.clone()),
            ));
        }
        if settings.face == Face::Screen {
            let context = looking(settings, plan.clone(), sender.clone());
            let start = move || host::run(context.clone());
            tasks.spawn(supervise(SourceId::Host, Arc::clone(&clock), sender.clone(), start));
        }
        let context = polling(settings, (client, Scope::InTurn), plan, sender.clone());
        let context = poll::Context { coverage, ..context };
        let trap = trap::Trap::set(snapshots.clone());
        let start = move || trap.clone().around(poll::run(context.clone()));
        let source = supervise(SourceId::Poll, Arc::clone(&clock), sender, start);
        tasks.spawn(source);
        let options = task::Options { tee, tees: Some(tees) };
        let store =
            Store::new(isolation).ruled_by(settings.rules.clone()).judging_in_turn(JUDGED_AT_ONCE);
        tasks.spawn(task::run(store, taken, publisher, options));
        Ok(Self { snapshots, plans, observations, clock, tasks, recordings })
    }
}

/// What the header says of the cluster.
pub(super) fn title(settings: &Settings) -> Title {
    if let Some(Profile { name, production }) = &settings.profile {
        return Title { name: name.clone(), production: *production };
    }
    let servers = &settings.connection.bootstrap;
    servers.first().map(ToString::to_string).unwrap_or_default().as_str().into()
}

/// Listening as the settings want it.
pub(super) fn listening(
    settings: &Settings,
    (client, coverage): (Client, Coverage),
    observations: mpsc::Sender<Observation>,
) -> stream::Context {
    let (groups, topics) = (settings.filters.groups.clone(), settings.filters.topics.clone());
    stream::Context {
        client,
        properties: connect::librdkafka_properties(&settings.connection),
        names: groups.names().map(Into::into),
        groups: Arc::new(move |name| groups.matches(name)),
        topics: Arc::new(move |name| topics.matches(name)),
        history: settings.history,
        max_requests: settings.max_requests,
        coverage,
        clock: Arc::new(SystemClock),
        observations,
    }
}

/// Looking at this host as the settings want it.
fn looking(
    settings: &Settings,
    plan: watch::Receiver<PollPlan>,
    observations: mpsc::Sender<Observation>,
) -> host::Context {
    let process = settings.processes.matching.clone().map(|regex| {
        let filter: host::ProcessFilter = Arc::new(move |text| regex.is_match(text));
        filter
    });
    let options = host::Options { pids: settings.processes.pids.as_slice().into(), process };
    host::Context { options, clock: Arc::new(SystemClock), plan, observations }
}

/// The road on which wishes of the open page are fulfilled.
pub(super) fn wishing(
    settings: &Settings,
    client: Client,
    clock: &Arc<dyn Clock>,
    tasks: &mut JoinSet<()>,
) -> tui::PageRoad {
    let (wishes, wanted) = watch::channel(None);
    let (answer, answers) = mpsc::channel(1);
    let pprof = settings.processes.pprof.clone();
    let stacks = host::stack::Context { pprof, clock: Arc::clone(clock) };
    let records = peek::Context {
        client,
        properties: connect::librdkafka_properties(&settings.connection),
        isolation: connect::isolation(settings.isolation),
        clock: Arc::clone(clock),
    };
    tasks.spawn(wishes::serve(wanted, answer, move |wish| {
        let (stacks, records) = (stacks.clone(), records.clone());
        async move {
            match wish {
                Wish::Stack(wish) => Answer::Stack(host::stack::answer(wish, stacks).await),
                Wish::Peek(wish) => Answer::Peek(peek::answer(wish, records).await),
            }
        }
    }));
    tui::PageRoad { wishes, answers }
}

/// Polling as the settings want it, for itself.
pub(super) fn polling(
    settings: &Settings,
    (client, scope): (Client, Scope),
    plan: watch::Receiver<PollPlan>,
    observations: mpsc::Sender<Observation>,
) -> poll::Context {
    let (groups, topics) = (settings.filters.groups.clone(), settings.filters.topics.clone());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    poll::Context {
        client,
        options: poll::Options {
            groups: Arc::new(move |name| groups.matches(name)),
            topics: Arc::new(move |name| topics.matches(name)),
            isolation: connect::isolation(settings.isolation),
            scope,
            max_requests: settings.max_requests,
        },
        clock,
        plan,
        coverage: Coverage::default(),
        observations,
    }
}
