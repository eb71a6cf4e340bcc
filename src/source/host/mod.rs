//! This host and those of its processes that may be members of the group on screen: the only room that
//! names sysinfo and reads `/proc`.
//!
//! Once a second the host and the counters of the processes that are looked at are read; every ten seconds,
//! and when the [`PollPlan`] wishes for another group, all processes are searched for connections to
//! brokers and for the members' names. All reading is done on a thread that may block. Environments are
//! searched here and never leave this room: only names of clients and groups do.
//!
//! Processes are read on Linux only; elsewhere the host is, and the source says so.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

use crate::model::process::{Connection, ProcessKey, ProcessWish};
use crate::model::{Body, Clock, Fault, Observation, PollPlan, SourceHealth, SourceId, Timestamp};

#[cfg(target_os = "linux")]
mod linux;
#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "processes are read on Linux only")
)]
mod names;
#[cfg(target_os = "linux")]
mod sends;
pub mod stack;
mod system;

use system::System;

/// From one look at counters to the next.
const EVERY: Duration = Duration::from_secs(1);

/// From one search for processes to the next: it costs some 60 ms where there are 300 of them.
const SEARCH_EVERY: Duration = Duration::from_secs(10);

/// How long the addresses of a broker's name are taken to stay, and how long they may take to be found.
const RESOLVED: (Duration, Duration) = (Duration::from_mins(1), Duration::from_secs(1));

/// Says of a process's name and command line whether the person wants it looked at.
pub type ProcessFilter = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// What the person asked for by flag.
#[derive(Clone)]
pub struct Options {
    /// `--pid`.
    pub pids: Arc<[u32]>,
    /// `--process`; `None` if not given.
    pub process: Option<ProcessFilter>,
}

/// What the host source needs from outside.
#[derive(Clone)]
pub struct Context {
    /// What the person asked for.
    pub options: Options,
    /// The time that observations carry.
    pub clock: Arc<dyn Clock>,
    /// What the person looks at.
    pub plan: watch::Receiver<PollPlan>,
    /// Where observations go.
    pub observations: mpsc::Sender<Observation>,
}

/// The brokers' addresses as this host resolves them, and why some are missing.
#[derive(Clone, Debug, Default)]
struct Brokers {
    addresses: Vec<SocketAddr>,
    fault: Option<Fault>,
}

/// What one look is about.
struct Look {
    wish: Option<Arc<ProcessWish>>,
    /// Present if all processes shall be searched.
    search: Option<Brokers>,
    /// Of the coordinator; empty where nobody's sending is to be watched.
    coordinator: Vec<SocketAddr>,
    now: Timestamp,
}

/// Connections whose sending is watched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Watched {
    /// When they were listed.
    listed: Timestamp,
    connections: Vec<(ProcessKey, Connection)>,
}

/// Looks until nobody wants observations any more.
pub async fn run(context: Context) {
    let (watched, wanted) = watch::channel(Watched::default());
    #[cfg(target_os = "linux")]
    let sends = sends::run(wanted, Arc::clone(&context.clock), context.observations.clone());
    #[cfg(not(target_os = "linux"))]
    let sends = async move {
        let _never_looked_at = wanted;
        std::future::pending().await
    };
    tokio::select! {
        () = look(context, watched) => {}
        () = sends => {}
    }
}

/// Reads processes and the host, and tells whose sending is to be watched.
async fn look(context: Context, watched: watch::Sender<Watched>) {
    let Context { options, clock, mut plan, observations } = context;
    let mut reader = Reader::new(options);
    let mut names = Names::default();
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut searched: Option<(Option<Arc<ProcessWish>>, Instant)> = None;
    loop {
        ticks.tick().await;
        let wish = plan.borrow_and_update().processes.clone();
        let due = searched.as_ref().is_none_or(|(before, at)| {
            at.elapsed() >= SEARCH_EVERY || !same_search(before.as_deref(), wish.as_deref())
        });
        let search = match &wish {
            _ if !due => None,
            Some(wish) => Some(names.resolve(&wish.brokers).await),
            None => Some(Brokers::default()),
        };
        if due {
            searched = Some((wish.clone(), Instant::now()));
        }
        let coordinator = match wish.as_ref().and_then(|wish| wish.sends.as_ref()) {
            Some(sends) => names.resolve(std::slice::from_ref(&sends.coordinator)).await.addresses,
            None => Vec::new(),
        };
        let look = Look { wish, search, coordinator, now: clock.now() };
        let read = tokio::task::spawn_blocking(move || {
            let bodies = reader.look(&look);
            let sending = reader.sending(&look);
            (reader, bodies, sending)
        });
        let bodies = match read.await {
            Ok((back, bodies, sending)) => {
                reader = back;
                watched.send_if_modified(|known| {
                    let changed = *known != sending;
                    *known = sending;
                    changed
                });
                bodies
            }
            // The supervisor tells about it and starts again.
            Err(death) => match death.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_cancelled) => return,
            },
        };
        for body in bodies {
            let observation = Observation { at: clock.now(), source: SourceId::Host, body };
            if observations.send(observation).await.is_err() {
                return;
            }
        }
    }
}

/// Would both find the same? The process on screen changes what is read, not what is found.
fn same_search(a: Option<&ProcessWish>, b: Option<&ProcessWish>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => {
            a.group == b.group
                && a.members == b.members
                && a.brokers == b.brokers
                && a.pins == b.pins
        }
        (None, None) => true,
        _ => false,
    }
}

/// Addresses by name, for a while.
#[derive(Default)]
struct Names(HashMap<(Arc<str>, u16), (Instant, Vec<SocketAddr>)>);

impl Names {
    async fn resolve(&mut self, brokers: &[(Arc<str>, u16)]) -> Brokers {
        let mut all = Brokers::default();
        for (host, port) in brokers {
            let key = (Arc::clone(host), *port);
            let known = self.0.get(&key).filter(|(at, _)| at.elapsed() < RESOLVED.0);
            let addresses = if let Some((_, addresses)) = known {
                addresses.clone()
            } else {
                let asked = tokio::net::lookup_host((&**host, *port));
                let told = tokio::time::timeout(RESOLVED.1, asked).await;
                let told = told.ok().and_then(Result::ok);
                let addresses: Vec<_> = told.into_iter().flatten().collect();
                self.0.insert(key, (Instant::now(), addresses.clone()));
                addresses
            };
            if addresses.is_empty() {
                let text = format!("broker {host}:{port}: the name has no address on this host");
                all.fault = Some(Fault::new("NO_ADDRESS", &text));
            }
            all.addresses.extend(addresses);
        }
        all
    }
}

/// Everything that blocks: what [`run`] does every second, without the waiting.
pub struct Reader {
    system: System,
    told: bool,
    #[cfg(target_os = "linux")]
    processes: linux::Processes,
}

impl Reader {
    /// Has found nothing yet.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            system: System::default(),
            told: false,
            #[cfg(target_os = "linux")]
            processes: linux::Processes::new(options),
        }
    }

    /// Searches for what was asked for by flag, and reads its counters.
    pub fn find(&mut self, now: Timestamp) -> Vec<Body> {
        let search = Some(Brokers::default());
        self.look(&Look { wish: None, search, coordinator: Vec::new(), now })
    }

    /// Reads the counters of what was found.
    pub fn read(&mut self, now: Timestamp) -> Vec<Body> {
        self.look(&Look { wish: None, search: None, coordinator: Vec::new(), now })
    }

    /// The connections whose sending is to be watched.
    #[cfg_attr(not(target_os = "linux"), expect(clippy::unused_self, reason = "nothing is read"))]
    fn sending(&self, look: &Look) -> Watched {
        #[cfg(target_os = "linux")]
        if let Some(wish) = look.wish.as_ref().and_then(|wish| wish.sends.as_ref()) {
            return self.processes.sending(wish, &look.coordinator);
        }
        Watched::default()
    }

    fn look(&mut self, look: &Look) -> Vec<Body> {
        let mut bodies = Vec::new();
        if !std::mem::replace(&mut self.told, true) {
            bodies.push(Body::Health(self.health(look.now)));
        }
        #[cfg(target_os = "linux")]
        {
            if let Some(brokers) = &look.search {
                let found = self.processes.search(look.wish.as_deref(), brokers, look.now);
                bodies.push(Body::Processes(found));
            }
            let detail = look.wish.as_ref().and_then(|wish| wish.detail);
            bodies.push(Body::ProcessSamples(self.processes.sample(detail)));
        }
        bodies.extend(self.system.sample().map(Body::Host));
        bodies
    }

    #[cfg_attr(target_os = "linux", expect(clippy::unused_self, reason = "elsewhere it is"))]
    fn health(&self, since: Timestamp) -> SourceHealth {
        if cfg!(target_os = "linux") {
            return SourceHealth::Working;
        }
        let text = "processes are read on Linux only; on this system the host is";
        SourceHealth::Failing { since, fault: Fault::new("NOT_ON_THIS_SYSTEM", text) }
    }
}

/// The same address in the form of its own family: Java's sockets are of version 6 whomever they talk to.
fn plain(address: IpAddr) -> IpAddr {
    address.to_canonical()
}
