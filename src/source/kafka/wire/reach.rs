//! Reaching a server, a broker or another: name, TCP and TLS, in this order.
//!
//! All addresses of a name are tried, each to the very end (a frozen broker still accepts TCP), a
//! little after one another. Resolving runs on tokio's threads for waiting work, as the system's
//! resolver cannot be interrupted.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout_at;

use super::certificate::TlsSession;
use super::config::{HostPort, TlsConfig};
use super::connection::Stream;
use super::error::{Stage, WireErrorKind};
use super::link::Deadline;
use super::progress::{DialStep, Progress};
use super::race;
use super::tls::TlsContext;

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

pub(super) async fn load(config: &TlsConfig) -> Result<TlsContext, WireErrorKind> {
    let config = config.clone();
    let loaded = tokio::task::spawn_blocking(move || TlsContext::load(&config)).await;
    loaded.map_err(|_runtime_ends| WireErrorKind::Closed)?
}

/// Tries all addresses of a name, each by `attempt` and to its very end, a little after one another.
pub(super) async fn each_address<T, F>(
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
    let addresses: Vec<_> = addresses.collect();
    stage.passed(|| DialStep::Resolved(addresses.clone()));
    let attempts = addresses.into_iter().map(|address| {
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
pub(super) async fn reach(
    address: SocketAddr,
    host: &str,
    tls: Option<&TlsContext>,
    stage: &Progress,
) -> Result<Box<dyn Stream>, WireErrorKind> {
    let stream = connect(address, stage).await?;
    let Some(tls) = tls else { return Ok(Box::new(stream)) };
    stage.begin(Stage::Tls);
    let stream = tls.connect(stream, host).await?;
    stage.passed(|| DialStep::Encrypted(TlsSession::of(stream.ssl())));
    Ok(Box::new(stream))
}

pub(super) async fn connect(
    address: SocketAddr,
    stage: &Progress,
) -> Result<TcpStream, WireErrorKind> {
    stage.begin(Stage::Tcp);
    let stream = TcpStream::connect(address).await.map_err(|error| tcp(&error))?;
    // Questions are small and wait for answers: never for Nagle.
    let _ = stream.set_nodelay(true);
    stage.passed(|| DialStep::Connected(address));
    Ok(stream)
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

/// The resolver's words without the standard library's preface.
fn resolver_words(error: &io::Error) -> String {
    let words = error.to_string();
    words.strip_prefix("failed to lookup address information: ").unwrap_or(&words).to_owned()
}
