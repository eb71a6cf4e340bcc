//! Making a connection ready: name, TCP, TLS, versions, SASL, in this order and within one limit.
//!
//! All addresses of a name are tried, each to the very end (a frozen broker still accepts TCP), a
//! little after one another. Resolving runs on tokio's threads for waiting work, as the system's
//! resolver cannot be interrupted.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::sync::OnceCell;
use tokio::time::timeout_at;
use tokio_util::sync::CancellationToken;

use super::config::{ClientConfig, HostPort, TlsConfig};
use super::connection::{Connection, Setup, Stream};
use super::error::{Stage, WireError, WireErrorKind};
use super::frame::{self, FrameError};
use super::kafka_error::KafkaError;
use super::link::Deadline;
use super::race;
use super::requests::Question;
use super::requests::api_versions::{AskVersions, Spoken};
use super::sasl::{Carrier, Credentials, Session};
use super::stats::Counters;
use super::tls::TlsContext;
use super::versions::Versions;

/// What dialling is called in errors.
pub(super) const OPERATION: &str = "connect to";

/// Makes connections; one a client.
pub(super) struct Dialer {
    pub(super) config: ClientConfig,
    pub(super) counters: Arc<Counters>,
    client_id: Arc<str>,
    /// Filled by the first dial that can read its files.
    tls: OnceCell<Arc<TlsContext>>,
    /// Ends every connection of the client.
    end: CancellationToken,
}

impl Dialer {
    pub(super) fn new(
        config: ClientConfig,
        counters: Arc<Counters>,
        end: CancellationToken,
    ) -> Self {
        let client_id = config.client_id.as_str().into();
        Self { config, counters, client_id, tls: OnceCell::new(), end }
    }

    /// A connection that is ready for questions. `subject` names the broker in errors.
    pub(super) async fn dial(
        &self,
        to: &HostPort,
        subject: &Arc<str>,
        stage: &Progress,
    ) -> Result<Connection, WireError> {
        let deadline = Deadline::after(self.config.connect_timeout);
        let dialled = self.dial_all(to, stage, deadline).await;
        dialled.map_err(|kind| WireError::new(OPERATION, Arc::clone(subject), kind))
    }

    async fn dial_all(
        &self,
        to: &HostPort,
        stage: &Progress,
        deadline: Deadline,
    ) -> Result<Connection, WireErrorKind> {
        let tls = self.tls().await?;
        let tls = tls.as_deref();
        each_address(to, deadline, stage, |address| async move {
            let stream = reach(address, &to.host, tls, stage).await?;
            self.greet(stream, tls, stage).await
        })
        .await
    }

    /// What comes before the first real question.
    async fn greet(
        &self,
        mut stream: Box<dyn Stream>,
        tls: Option<&TlsContext>,
        stage: &Progress,
    ) -> Result<Connection, WireErrorKind> {
        stage.set(Stage::Versions);
        let mut greeting = Greeting { stream: &mut stream, dialer: self, tls, next_id: 0 };
        let versions = greeting.versions().await?;
        let mut session = None;
        if let Some(sasl) = &self.config.security.sasl {
            stage.set(Stage::Token);
            let credentials = Credentials::of(sasl).await?;
            stage.set(Stage::Sasl);
            session = Session::begin(&mut greeting, &versions, sasl, credentials).await?;
        }
        Ok(Connection::start(
            stream,
            Setup {
                versions,
                client_id: Arc::clone(&self.client_id),
                max_response_bytes: self.config.max_response_bytes,
                counters: Arc::clone(&self.counters),
                session,
                authenticated: self.config.security.sasl.is_some(),
                end: self.end.child_token(),
            },
        ))
    }

    async fn tls(&self) -> Result<Option<Arc<TlsContext>>, WireErrorKind> {
        let Some(config) = &self.config.security.tls else { return Ok(None) };
        let load = || async { load(config).await.map(Arc::new) };
        self.tls.get_or_try_init(load).await.cloned().map(Some)
    }
}

/// Opens a stream to a server that is no broker, as a broker is reached: name, TCP, and TLS where that
/// is configured, all within `limit`.
pub async fn open(
    to: &HostPort,
    tls: Option<&TlsConfig>,
    limit: Duration,
) -> Result<Box<dyn Stream>, WireErrorKind> {
    let tls = match tls {
        Some(config) => Some(load(config).await?),
        None => None,
    };
    let (tls, stage) = (tls.as_ref(), &Progress::default());
    let reach = |address| reach(address, &to.host, tls, stage);
    each_address(to, Deadline::after(limit), stage, reach).await
}

async fn load(config: &TlsConfig) -> Result<TlsContext, WireErrorKind> {
    let config = config.clone();
    let loaded = tokio::task::spawn_blocking(move || TlsContext::load(&config)).await;
    loaded.map_err(|_runtime_ends| WireErrorKind::Closed)?
}

/// Tries all addresses of a name, each by `attempt` and to its very end, a little after one another.
async fn each_address<T, F>(
    to: &HostPort,
    deadline: Deadline,
    stage: &Progress,
    attempt: impl Fn(SocketAddr) -> F,
) -> Result<T, WireErrorKind>
where
    F: Future<Output = Result<T, WireErrorKind>>,
{
    let unresolved = |detail: String| WireErrorKind::Unresolved {
        host: to.host.as_str().into(),
        detail: detail.into(),
    };
    let addresses = timeout_at(deadline.at, lookup_host((to.host.as_str(), to.port)))
        .await
        .map_err(|_elapsed| timed_out(deadline, Stage::Resolve))?
        .map_err(|error| unresolved(resolver_words(&error)))?;
    let attempts = addresses.map(|address| {
        let attempted = timeout_at(deadline.at, attempt(address));
        async move {
            let timeout = |_elapsed| Err(timed_out(deadline, stage.get()));
            attempted.await.unwrap_or_else(timeout)
        }
    });
    let result = race::staggered(attempts, |_| false).await;
    result.map_err(|failures| {
        most_telling(failures).unwrap_or_else(|| unresolved("it has no address".to_owned()))
    })
}

/// TCP, and TLS with the host that was named.
async fn reach(
    address: SocketAddr,
    host: &str,
    tls: Option<&TlsContext>,
    stage: &Progress,
) -> Result<Box<dyn Stream>, WireErrorKind> {
    stage.set(Stage::Tcp);
    let stream = TcpStream::connect(address).await.map_err(|error| tcp(&error))?;
    // Questions are small and wait for answers: never for Nagle.
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else { return Ok(Box::new(stream)) };
    stage.set(Stage::Tls);
    Ok(Box::new(tls.connect(stream, host).await?))
}

/// One question at a time on a stream that is not a [`Connection`] yet.
struct Greeting<'a> {
    stream: &'a mut (dyn Stream + 'a),
    dialer: &'a Dialer,
    tls: Option<&'a TlsContext>,
    next_id: i32,
}

impl Carrier for Greeting<'_> {
    async fn ask<Q: Question>(
        &mut self,
        question: &Q,
        version: i16,
    ) -> Result<Q::Answer, WireErrorKind> {
        let answer = self.exchange(question, version).await?;
        Ok(frame::open::<Q>(&answer, version)?.answer)
    }
}

impl Greeting<'_> {
    async fn exchange<Q: Question>(
        &mut self,
        question: &Q,
        version: i16,
    ) -> Result<Vec<u8>, WireErrorKind> {
        let id = self.next_id;
        self.next_id += 1;
        let bytes = frame::write(question, version, id, &self.dialer.client_id)?;
        self.dialer.counters.wrote(bytes.len());
        let answered = async {
            use tokio::io::AsyncWriteExt;
            self.stream.write_all(&bytes).await.map_err(FrameError::Io)?;
            self.stream.flush().await.map_err(FrameError::Io)?;
            frame::read(&mut self.stream, self.dialer.config.max_response_bytes, || ()).await
        };
        let answer = match answered.await {
            Ok(answer) => answer,
            Err(error) => return Err(self.explain(error, id == 0)),
        };
        self.dialer.counters.read(answer.len() + size_of::<i32>());
        if frame::correlation_id(&answer)? != id {
            return Err(WireErrorKind::Malformed("it answers another question".into()));
        }
        Ok(answer)
    }

    /// A listener that speaks TLS hangs up at the first plaintext.
    fn explain(&self, error: FrameError, first: bool) -> WireErrorKind {
        match (&error, self.tls) {
            (FrameError::Ended, None) if first => WireErrorKind::SpeaksTls,
            (FrameError::Io(lost), None) if first && was_cut(lost) => WireErrorKind::SpeaksTls,
            (FrameError::Io(lost), Some(tls)) => {
                tls.explain_io(lost).unwrap_or_else(|| error.kind())
            }
            _ => error.kind(),
        }
    }

    /// The newest form of the question first; a broker that does not know it answers in the oldest
    /// form what it does know.
    async fn versions(&mut self) -> Result<Versions, WireErrorKind> {
        let client_id = Arc::clone(&self.dialer.client_id);
        let question = AskVersions { client_id: &client_id };
        let newest = AskVersions::VERSIONS.1;
        let answer = self.exchange(&question, newest).await?;
        let mut spoken = if frame::error_code_first(&answer)? == KafkaError::UNSUPPORTED_VERSION {
            frame::open::<AskVersions<'_>>(&answer, 0)?.answer
        } else {
            frame::open::<AskVersions<'_>>(&answer, newest)?.answer
        };
        if spoken.error == KafkaError::UNSUPPORTED_VERSION {
            let known = highest_of_versions(&spoken).clamp(0, newest - 1);
            spoken = self.ask(&question, known).await?;
        }
        KafkaError::check(spoken.error).map_err(WireErrorKind::Kafka)?;
        Ok(Versions::new(&spoken.apis))
    }
}

/// Brokers before 2.4 name nothing with error 35: version 0 always works.
fn highest_of_versions(spoken: &Spoken) -> i16 {
    let own = spoken.apis.iter().find(|api| api.api_key == AskVersions::KEY as i16);
    own.map_or(0, |api| api.max)
}

/// The stage a dial has reached (of several addresses: the latest to move), for the error when its
/// time is over, or the time of a question that waits for it.
pub(super) struct Progress(Mutex<Stage>);

impl Default for Progress {
    fn default() -> Self {
        Self(Mutex::new(Stage::Resolve))
    }
}

impl Progress {
    fn set(&self, stage: Stage) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }

    pub(super) fn get(&self) -> Stage {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of the failures of several addresses: one that got further than the network, else the last (the
/// first is often an address family that is not there).
fn most_telling(mut failures: Vec<WireErrorKind>) -> Option<WireErrorKind> {
    let beyond =
        |kind: &WireErrorKind| !matches!(kind, WireErrorKind::Refused | WireErrorKind::Network(_));
    match failures.iter().position(beyond) {
        Some(place) => Some(failures.swap_remove(place)),
        None => failures.pop(),
    }
}

pub(super) fn timed_out(deadline: Deadline, stage: Stage) -> WireErrorKind {
    WireErrorKind::ConnectTimeout { after: deadline.limit, stage }
}

fn tcp(error: &io::Error) -> WireErrorKind {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => WireErrorKind::Refused,
        _ => WireErrorKind::Network(error.to_string().into()),
    }
}

fn was_cut(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
}

/// The resolver's words without the standard library's preface.
fn resolver_words(error: &io::Error) -> String {
    let words = error.to_string();
    words.strip_prefix("failed to lookup address information: ").unwrap_or(&words).to_owned()
}
