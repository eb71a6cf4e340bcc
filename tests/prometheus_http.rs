//! The pages over real sockets: keep-alive, refusals, and clients that are slow on purpose.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

#[path = "support/exposition.rs"]
mod exposition;
#[path = "support/snapshots/mod.rs"]
mod snapshots;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use exposition::Page;
use lagtop::export::http::{Pages, serve};
use lagtop::model::{Clock, GroupEntry, GroupView, Snapshot, Timestamp};
use snapshots::NOW;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// On a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(20);

/// A clock that is set by hand.
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A server that ends with the test.
struct Server {
    address: SocketAddr,
    clock: Arc<Hand>,
    publisher: watch::Sender<Arc<Snapshot>>,
    _task: JoinSet<()>,
}

async fn server(snapshot: Snapshot) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let clock = Arc::new(Hand(AtomicI64::new(NOW.as_millis())));
    let (publisher, snapshots) = watch::channel(Arc::new(snapshot));
    let hand: Arc<dyn Clock> = Arc::<Hand>::clone(&clock);
    let mut task = JoinSet::new();
    task.spawn(serve(listener, Pages { snapshots, clock: hand, interval: Duration::from_secs(1) }));
    Server { address, clock, publisher, _task: task }
}

/// One connection, several requests.
struct Client(TcpStream);

#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Client {
    async fn connect(server: &Server) -> Self {
        Self(TcpStream::connect(server.address).await.unwrap())
    }

    async fn ask(&mut self, request: &str) -> Answer {
        let text = format!("{request} HTTP/1.1\r\nHost: lagtop\r\n\r\n");
        self.0.write_all(text.as_bytes()).await.unwrap();
        timeout(SOON, self.answer(request.starts_with("HEAD"))).await.unwrap()
    }

    async fn answer(&mut self, head_only: bool) -> Answer {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        let length = if head_only { 0 } else { length.parse().unwrap() };
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.unwrap();
        Answer { status, head, body: String::from_utf8(body).unwrap() }
    }
}

async fn once(server: &Server, request: &str) -> Answer {
    Client::connect(server).await.ask(request).await
}

#[tokio::test]
async fn two_pages_and_nothing_else() {
    let server = server(snapshots::incident()).await;
    // All of it on one connection, which is kept alive.
    let mut client = Client::connect(&server).await;
    let metrics = client.ask("GET /metrics").await;
    assert_eq!(metrics.status, 200);
    assert!(metrics.head.contains("content-type: text/plain; version=0.0.4; charset=utf-8"));
    assert!(!Page::read(&metrics.body).of("kafka_consumergroup_lag").is_empty());
    let health = client.ask("GET /healthz").await;
    assert_eq!((health.status, &*health.body), (200, "ok\n"));
    let head = client.ask("HEAD /metrics").await;
    assert_eq!(head.status, 200);
    assert!(head.head.contains(&format!("content-length: {}", metrics.body.len())));
    for elsewhere in ["GET /", "GET /metrics/", "GET /../etc/passwd", "POST /"] {
        assert_eq!(client.ask(elsewhere).await.status, 404, "{elsewhere}");
    }
    let refused = client.ask("DELETE /metrics").await;
    assert_eq!(refused.status, 405);
    assert!(refused.head.contains("allow: get, head"), "{}", refused.head);
    assert_eq!(client.ask("GET /metrics?x=%00").await.status, 200);
}

#[tokio::test]
async fn a_page_is_shared_until_there_is_news() {
    let server = server(snapshots::incident()).await;
    let age = |answer: Answer| {
        let page = Page::read(&answer.body);
        page.value("lagtop_source_round_age_seconds", &[("source", "poll")]).unwrap()
    };
    let at = |millis| server.clock.0.store(NOW.as_millis() + millis, Ordering::SeqCst);
    assert_eq!(age(once(&server, "GET /metrics").await).to_string(), "0");
    at(400);
    assert_eq!(age(once(&server, "GET /metrics").await).to_string(), "0", "shared");
    at(600);
    assert_eq!(age(once(&server, "GET /metrics").await).to_string(), "0.6", "rendered anew");
    at(700);
    let newer = Snapshot { version: 99, ..snapshots::incident() };
    server.publisher.send_replace(Arc::new(newer));
    assert_eq!(age(once(&server, "GET /metrics").await).to_string(), "0.7", "another snapshot");
}

#[tokio::test]
async fn health_turns_with_the_age_of_the_last_round() {
    let server = server(snapshots::incident()).await;
    server.clock.0.fetch_add(4_000, Ordering::SeqCst);
    let sick = once(&server, "GET /healthz").await;
    assert_eq!((sick.status, &*sick.body), (503, "the last round ended 4.0 s ago\n"));
    // Figures are still asked for: they say how much is stale.
    let metrics = once(&server, "GET /metrics").await;
    assert_eq!(metrics.status, 200);
    assert_eq!(Page::read(&metrics.body).labels("consumergroup"), [""; 0]);
}

#[tokio::test]
async fn slow_and_broken_clients_hold_up_nobody() {
    // Some megabytes, so that a client which does not read fills every buffer on the way.
    let mut snapshot = snapshots::large(1);
    let one = snapshot.groups[0].clone();
    let entries = (0..5_000).map(|nth| {
        let id = format!("{nth:0250}").as_str().into();
        GroupEntry {
            view: Arc::new(GroupView { id, ..(*one.view).clone() }),
            seen: one.seen,
            findings: Arc::default(),
        }
    });
    snapshot.groups = entries.collect();
    let server = server(snapshot).await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        let mut stalled = Client::connect(&server).await;
        stalled.0.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut unfinished = Client::connect(&server).await;
        unfinished.0.write_all(b"GET /met").await.unwrap();
        let silent = Client::connect(&server).await;
        slow.extend([stalled, unfinished, silent]);
    }
    let mut broken = Client::connect(&server).await;
    broken.0.write_all(b"\x16\x03\x01\x02\0\x01\0\x01\xfc\r\n\r\n").await.unwrap();
    assert_eq!(once(&server, "GET /healthz").await.status, 200);
    let metrics = once(&server, "GET /metrics").await;
    assert!(metrics.body.len() > 8 << 20, "{}", metrics.body.len());
    // One that was slow gets all of it when it reads at last.
    let late = timeout(SOON, slow[0].answer(false)).await.unwrap();
    assert_eq!(late.body.len(), metrics.body.len());
}

#[tokio::test]
async fn the_oldest_of_too_many_connections_gives_way() {
    let server = server(snapshots::empty()).await;
    let mut first = Client::connect(&server).await;
    assert_eq!(first.ask("GET /healthz").await.status, 200);
    let mut others = Vec::new();
    for _ in 0..64 {
        let mut other = Client::connect(&server).await;
        assert_eq!(other.ask("GET /healthz").await.status, 200);
        others.push(other);
    }
    let ended = timeout(SOON, first.0.read_u8()).await.unwrap();
    assert!(ended.is_err(), "the first connection is still there");
    assert_eq!(others[0].ask("GET /healthz").await.status, 200);
}
