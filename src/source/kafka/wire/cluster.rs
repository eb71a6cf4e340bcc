//! Which brokers there are: found through the bootstrap servers, kept up to date by every answer to
//! a question for metadata, found again when all of them are lost.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::backoff;
use super::config::{ClientConfig, HostPort};
use super::dial::{Dialer, OPERATION};
use super::error::{WireError, WireErrorKind};
use super::introduce::Found;
use super::link::{Deadline, Link, Readiness};
use super::login::{Sasl, TokenSource};
use super::race;
use super::requests::metadata::Metadata;
use super::stats::{Counters, Stats};

/// While no broker that the cluster names can be reached, the bootstrap servers are asked again
/// this often at most (their answer may well name the same addresses).
const BOOTSTRAP_AGAIN: Duration = Duration::from_secs(1);

/// The cluster as far as it is known. Dropping it ends every task of the client.
pub(super) struct Cluster {
    dialer: Arc<Dialer>,
    counters: Arc<Counters>,
    links: Mutex<BTreeMap<i32, Arc<Link>>>,
    /// Held while the bootstrap servers are tried: one caller tries, the others wait for it.
    gate: tokio::sync::Mutex<Gate>,
    end: CancellationToken,
    _end: DropGuard,
}

/// When the bootstrap servers may be tried again, and why they failed.
#[derive(Default)]
struct Gate {
    failures: u32,
    not_before: Option<Instant>,
    error: Option<WireError>,
}

impl Cluster {
    pub(super) fn new(config: ClientConfig) -> Self {
        let end = CancellationToken::new();
        let counters = Arc::<Counters>::default();
        Self {
            dialer: Arc::new(Dialer::new(config, Arc::clone(&counters), end.clone())),
            counters,
            links: Mutex::default(),
            gate: tokio::sync::Mutex::default(),
            _end: end.clone().drop_guard(),
            end,
        }
    }

    pub(super) fn is_known(&self) -> bool {
        !self.links().is_empty()
    }

    pub(super) fn broker_ids(&self) -> Vec<i32> {
        self.links().keys().copied().collect()
    }

    pub(super) fn token_source(&self) -> Option<Arc<dyn TokenSource>> {
        match &self.dialer.config.security.sasl {
            Some(Sasl::OAuthBearer(source)) => Some(Arc::clone(source)),
            _ => None,
        }
    }

    pub(super) fn stats(&self) -> Stats {
        let now = Instant::now();
        self.counters.stats(self.links().values().map(|link| link.stats(now)).collect())
    }

    /// Finds the cluster, waiting out the pause after a failure.
    pub(super) async fn connect(&self) -> Result<(), WireError> {
        if self.usable().is_some() {
            return Ok(());
        }
        let mut gate = self.gate.lock().await;
        if self.usable().is_some() {
            return Ok(());
        }
        if let Some(not_before) = gate.not_before {
            sleep_until(not_before).await;
        }
        self.bootstrap(&mut gate).await
    }

    /// The link to one broker. Does not dial it.
    pub(super) async fn broker(
        &self,
        id: i32,
        operation: &'static str,
        deadline: Deadline,
    ) -> Result<Arc<Link>, WireError> {
        if !self.is_known() {
            self.find(deadline).await?;
        }
        let link = self.links().get(&id).cloned();
        link.ok_or_else(|| {
            WireError::new(operation, format!("broker {id}").into(), WireErrorKind::UnknownBroker)
        })
    }

    /// The link to the broker that is likely to answer first. When none looks able to, the
    /// bootstrap servers are asked for others.
    pub(super) async fn any(&self, deadline: Deadline) -> Result<Arc<Link>, WireError> {
        if let Some(link) = self.usable() {
            return Ok(link);
        }
        let found = self.find(deadline).await;
        if let Some(link) = self.usable() {
            return Ok(link);
        }
        found?;
        // They were found and none can be dialled: that reason is the one to tell.
        let any = self.links().values().next().cloned();
        any.ok_or_else(|| error(WireErrorKind::Malformed("it names no brokers".into())))
    }

    fn usable(&self) -> Option<Arc<Link>> {
        let now = Instant::now();
        let links = self.links();
        let ready = links.values().map(|link| (link.readiness(now), link));
        let usable = ready.filter(|(readiness, _)| *readiness != Readiness::Failing);
        let key = |(readiness, link): &(Readiness, &Arc<Link>)| {
            (*readiness, link.round_trip().unwrap_or(Duration::MAX))
        };
        usable.min_by_key(key).map(|(_, link)| Arc::clone(link))
    }

    async fn find(&self, deadline: Deadline) -> Result<(), WireError> {
        let finding = async {
            let mut gate = self.gate.lock().await;
            if self.usable().is_some() {
                return Ok(());
            }
            if gate.not_before.is_some_and(|not_before| Instant::now() < not_before) {
                return gate.error.clone().map_or(Ok(()), Err);
            }
            self.bootstrap(&mut gate).await
        };
        let timeout = || error(WireErrorKind::Timeout { after: deadline.limit });
        timeout_at(deadline.at, finding).await.unwrap_or_else(|_elapsed| Err(timeout()))
    }

    /// Tries all bootstrap servers, a little after one another.
    async fn bootstrap(&self, gate: &mut Gate) -> Result<(), WireError> {
        let servers = &self.dialer.config.bootstrap;
        // Collected, because an iterator held across an await would keep this future from being `Send`.
        let attempts: Vec<_> = servers.iter().map(|server| self.dialer.introduce(server)).collect();
        let settles = |error: &WireError| error.kind.is_everywhere();
        match race::staggered(attempts, settles).await {
            Ok(found) => {
                gate.failures = 0;
                gate.error = None;
                gate.not_before = Some(Instant::now() + BOOTSTRAP_AGAIN);
                self.learn(&found.metadata);
                self.keep(found);
                Ok(())
            }
            Err(failures) => {
                let error = Self::summary(failures, settles);
                gate.failures = gate.failures.saturating_add(1);
                gate.error = Some(error.clone());
                gate.not_before = Instant::now().checked_add(self.pause(gate.failures));
                Err(error)
            }
        }
    }

    /// One server's error as it is; of several, the one that settles, or all.
    fn summary(mut failures: Vec<WireError>, settles: impl Fn(&WireError) -> bool) -> WireError {
        match failures.pop_if(|last| settles(last)) {
            Some(settled) => settled,
            None if failures.len() > 1 => error(WireErrorKind::Bootstrap(failures.into())),
            None => failures.pop().unwrap_or_else(|| {
                error(WireErrorKind::Config("no bootstrap server is configured".into()))
            }),
        }
    }

    fn pause(&self, failures: u32) -> Duration {
        let config = &self.dialer.config;
        let (min, max) = (config.reconnect_backoff_min, config.reconnect_backoff_max);
        backoff::pause(failures, min, max, backoff::chance())
    }

    /// The bootstrap connection serves on where its address is exactly a broker's own: it is what
    /// dialling that broker would give.
    fn keep(&self, found: Found) {
        let link = self.links().values().find(|link| link.address == found.at).cloned();
        if let Some(link) = link {
            link.adopt(found.connection);
        }
    }

    /// Takes over which brokers there are. Those that keep their address keep their connection.
    pub(super) fn learn(&self, metadata: &Metadata) {
        if metadata.brokers.is_empty() {
            return;
        }
        let mut links = self.links();
        let mut known = std::mem::take(&mut *links);
        for broker in &metadata.brokers {
            let address = HostPort::new(&*broker.host, broker.port);
            let link = match known.remove(&broker.id) {
                Some(link) if link.address == address => link,
                _ => {
                    let dialer = Arc::clone(&self.dialer);
                    Arc::new(Link::new(broker.id, address, dialer, self.end.child_token()))
                }
            };
            links.insert(broker.id, link);
        }
    }

    /// The map is replaced whole or not at all: no panic can leave it half-changed.
    fn links(&self) -> MutexGuard<'_, BTreeMap<i32, Arc<Link>>> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn error(kind: WireErrorKind) -> WireError {
    WireError::new(OPERATION, "the cluster".into(), kind)
}
