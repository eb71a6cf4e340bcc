//! `lagtop check`: looks, as long as was asked for, and judges.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::print;
use super::sources::{listening, polling};
use crate::config::{FailOn, Settings, Source};
use crate::export::check::{Status, judge};
use crate::model::{Body, Observation, PollPlan, Severity, Snapshot, SourceHealth, SourceId};
use crate::source::kafka::connect;
use crate::source::kafka::coverage::Coverage;
use crate::source::kafka::poll::{self, Scope};
use crate::source::kafka::stream;
use crate::source::kafka::wire::Client;
use crate::store::{Store, task};

/// How long the past is waited for. Reading it has bounds of its own, which are shorter.
const PATIENCE: Duration = Duration::from_secs(30);

/// Prints the line and exits as it says.
pub(super) fn check(
    settings: &Settings,
    client: Client,
    (fail_on, span): (FailOn, Duration),
) -> ExitCode {
    let snapshot = match look(settings, client, span) {
        Ok(snapshot) => snapshot,
        Err(error) => return unknown(&format!("cannot start: {error}")),
    };
    let from = match fail_on {
        FailOn::Warning => Severity::Warning,
        FailOn::Critical => Severity::Critical,
    };
    let filters = &settings.filters;
    let chosen = !(filters.groups.passes_all() && filters.topics.passes_all());
    let (status, line) = judge(&snapshot, from, chosen);
    tell(status, &line)
}

/// What is known after `span`, or after one look.
pub(super) fn look(
    settings: &Settings,
    client: Client,
    span: Duration,
) -> io::Result<Arc<Snapshot>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let snapshot = runtime.block_on(watched(settings, client, span));
    runtime.shutdown_background();
    Ok(snapshot)
}

/// Why nothing can be judged. On standard output, where monitoring looks for it.
pub(super) fn unknown(why: &dyn std::fmt::Display) -> ExitCode {
    tell(Status::Unknown, &Status::Unknown.line(&why.to_string()))
}

fn tell(status: Status, line: &str) -> ExitCode {
    let _ = print(&format!("{line}\n"));
    ExitCode::from(status.exit_code())
}

/// What is known after `span`, or after one look; with the past, where that can be read.
async fn watched(settings: &Settings, client: Client, span: Duration) -> Arc<Snapshot> {
    let (sender, mut observations) = mpsc::channel(task::CHANNEL_CAPACITY);
    let (_wishes, plan) = watch::channel(PollPlan::every(settings.interval));
    let isolation = connect::isolation(settings.isolation);
    let mut store = Store::new(isolation).ruled_by(settings.rules.clone());
    let mut tasks = JoinSet::new();
    let listens = settings.source != Source::Poll;
    if listens {
        let listener = (client.clone(), Coverage::default());
        tasks.spawn(stream::run(listening(settings, listener, sender.clone())));
    }
    let context = polling(settings, (client, Scope::Everything), plan, sender);
    let interval = settings.interval;
    tasks.spawn(async move {
        loop {
            poll::run(context.clone()).await;
            tokio::time::sleep(interval).await;
        }
    });
    let begun = Instant::now();
    let mut snapshot = store.publish();
    // The look at which the past was complete is made again: what it says of now is older.
    let mut settled = !listens;
    while let Some(observation) = observations.recv().await {
        let look = ended(&observation);
        store.apply(observation);
        let Some(failed) = look else { continue };
        snapshot = store.publish();
        if begun.elapsed() >= span && (settled || failed) {
            break;
        }
        settled = !listens || past_is_over(&snapshot) || begun.elapsed() >= PATIENCE;
    }
    snapshot
}

/// Whether a look has ended with this, and whether it failed.
fn ended(observation: &Observation) -> Option<bool> {
    match (observation.source, &observation.body) {
        (SourceId::Poll, Body::Round(_)) => Some(false),
        (SourceId::Poll, Body::Health(SourceHealth::Failing { .. })) => Some(true),
        _ => None,
    }
}

/// Everything of the past is there that will come.
fn past_is_over(snapshot: &Snapshot) -> bool {
    snapshot.source(SourceId::Stream).is_some_and(|source| {
        matches!(source.health, SourceHealth::Failing { .. } | SourceHealth::Restarting { .. })
            || source.history.as_ref().is_some_and(|history| history.stage.is_over())
    })
}
