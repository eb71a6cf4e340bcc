//! The pages of `lagtop export` over HTTP.
//!
//! `/metrics` is rendered from the newest snapshot, `/healthz` says whether that is recent, anything
//! else is not there. Strangers may connect: each connection is a task of its own, bounded in number,
//! in silence and in age, so that no client holds up another or keeps memory for long. Nothing here
//! ever asks Kafka.
//!
//! May import `model` and the pages; alone in the export in naming tokio and hyper.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, watch};
use tokio::task::{AbortHandle, JoinSet};

use super::prometheus;
use crate::model::{Clock, Snapshot, Timestamp};

/// Connections at a time; the oldest gives way to a new one. A few scrapers keep one each.
const CONNECTIONS: usize = 64;

/// How long a client may take to send a request, and be silent between two: more than the minute at
/// which many scrape, so that they keep their connection.
const SILENCE: Duration = Duration::from_secs(90);

/// How old a connection becomes, however slowly its client reads.
const AGE: Duration = Duration::from_mins(10);

/// How long the last answer on an old connection may take.
const LAST_ANSWER: Duration = Duration::from_secs(10);

/// Scrapes within this time share a page, unless there is a newer snapshot.
const SHARED: Duration = Duration::from_millis(500);

/// After a connection could not be taken (mostly: too many open files).
const PAUSE: Duration = Duration::from_millis(100);

/// The format's own version, which is not lagtop's.
const PROMETHEUS: HeaderValue =
    HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
const PLAIN: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// What the pages are made of.
pub struct Pages {
    /// Where the newest snapshot is.
    pub snapshots: watch::Receiver<Arc<Snapshot>>,
    /// The time of scrapes.
    pub clock: Arc<dyn Clock>,
    /// How often rounds shall begin.
    pub interval: Duration,
}

/// Serves the pages until it is dropped, and every connection with it.
pub async fn serve(listener: TcpListener, pages: Pages) {
    let server = Arc::new(Server { pages, last: Mutex::new(None) });
    let mut connections = JoinSet::new();
    let mut oldest_first: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        let Ok((stream, _)) = stream else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        oldest_first.retain(|connection| !connection.is_finished());
        if oldest_first.len() >= CONNECTIONS
            && let Some(oldest) = oldest_first.pop_front()
        {
            oldest.abort();
        }
        oldest_first.push_back(connections.spawn(converse(stream, Arc::clone(&server))));
    }
}

/// Answers one client until it leaves, falls silent, or has been there too long.
async fn converse(stream: TcpStream, server: Arc<Server>) {
    let service = service_fn(|request| {
        let server = Arc::clone(&server);
        async move { Ok::<_, Infallible>(server.answer(&request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(SILENCE)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // What a client does wrong is its own affair.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = tokio::time::sleep(AGE) => connection.as_mut().graceful_shutdown(),
    }
    let _ = tokio::time::timeout(LAST_ANSWER, connection).await;
}

struct Server {
    pages: Pages,
    /// The last page rendered.
    last: Mutex<Option<Rendered>>,
}

struct Rendered {
    version: u64,
    at: Timestamp,
    text: Bytes,
}

type Answer = Response<Full<Bytes>>;

impl Server {
    async fn answer(&self, request: &Request<Incoming>) -> Answer {
        let path = request.uri().path();
        if !matches!(path, "/metrics" | "/healthz") {
            let text = "not here: there are /metrics and /healthz\n";
            return answer(StatusCode::NOT_FOUND, PLAIN, text.into());
        }
        // hyper leaves the body away where only the head was asked for.
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut refused = answer(StatusCode::METHOD_NOT_ALLOWED, PLAIN, Bytes::new());
            refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return refused;
        }
        if path == "/healthz" { self.health() } else { self.metrics().await }
    }

    fn newest(&self) -> Arc<Snapshot> {
        // Held for no longer than this: a reader keeps the store from publishing.
        Arc::clone(&self.pages.snapshots.borrow())
    }

    fn health(&self) -> Answer {
        let now = self.pages.clock.now();
        match prometheus::health(&self.newest(), now, self.pages.interval) {
            Ok(()) => answer(StatusCode::OK, PLAIN, "ok\n".into()),
            Err(why) => answer(StatusCode::SERVICE_UNAVAILABLE, PLAIN, format!("{why}\n").into()),
        }
    }

    /// A hundred thousand partitions are a page of tens of megabytes: it is rendered beside the tasks
    /// that keep the connections to Kafka moving, by one scrape at a time, and shared.
    async fn metrics(&self) -> Answer {
        let mut last = self.last.lock().await;
        let (snapshot, now) = (self.newest(), self.pages.clock.now());
        let (version, interval) = (snapshot.version, self.pages.interval);
        let text = match &*last {
            Some(page) if page.version == version && now.since(page.at) < SHARED => {
                page.text.clone()
            }
            _ => {
                let page = move || prometheus::render(&snapshot, now, interval);
                let Ok(text) = tokio::task::spawn_blocking(page).await else {
                    let text = "the page could not be rendered: a defect of lagtop's\n";
                    return answer(StatusCode::INTERNAL_SERVER_ERROR, PLAIN, text.into());
                };
                let text = Bytes::from(text);
                *last = Some(Rendered { version, at: now, text: text.clone() });
                text
            }
        };
        answer(StatusCode::OK, PROMETHEUS, text)
    }
}

fn answer(status: StatusCode, kind: HeaderValue, text: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(text));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}
