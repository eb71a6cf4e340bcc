//! `lagtop export` beside a real Kafka: its figures are those of `once`, its health is the cluster's.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

#[path = "support/exposition.rs"]
mod exposition;
#[path = "lab/mod.rs"]
mod lab;
mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use exposition::Page;
use lab::Producer;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use support::{KafkaCluster, wait};

/// For rounds, and for a broker to be missed, on a busy machine.
const SOON: Duration = Duration::from_secs(30);

/// Quitting takes less than a second; a busy machine gets some more to end a process.
const QUICK: Duration = Duration::from_secs(5);

/// A running `lagtop export`; ends with the test.
struct Export {
    child: Child,
    address: String,
}

impl Export {
    fn start(kafka: &KafkaCluster, flags: &[&str]) -> Self {
        let mut command = lagtop(kafka, &["export", "--listen", "127.0.0.1:0"]);
        let mut child = command.args(flags).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut said).unwrap();
        let address =
            said.trim().strip_prefix("lagtop: serving http://").unwrap_or_else(|| panic!("{said}"));
        let address = address.strip_suffix("/metrics").unwrap().to_owned();
        Self { child, address }
    }

    fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    fn health(&self) -> u16 {
        self.get("/healthz").0
    }

    fn page(&self) -> Page {
        Page::read(&self.get("/metrics").1)
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lagtop(kafka: &KafkaCluster, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lagtop"));
    command.env_clear().args(arguments).args(["-b", &kafka.bootstrap(), "--timeout", "2s"]);
    command
}

fn once(kafka: &KafkaCluster) -> Value {
    let output = lagtop(kafka, &["once", "-o", "json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

const HOSTILE: &str = "a \"quoted\\\" group\nwith {lines}";

async fn fill(kafka: &KafkaCluster) {
    let admin = kafka.admin().unwrap();
    admin.create_topic("orders", 3, 1).await.unwrap();
    admin.create_topic("refunds", 1, 1).await.unwrap();
    let produced = Producer::burst("orders", 0, 40).spawn(&kafka.bootstrap()).unwrap();
    produced.finish().unwrap();
    admin.commit("billing", "orders", &[(0, 5), (2, 0)]).unwrap();
    // Further than the log reaches: a negative lag that is real.
    admin.commit("copied", "orders", &[(1, 12)]).unwrap();
    admin.commit(HOSTILE, "refunds", &[(0, 0)]).unwrap();
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Compares every group and partition; returns how many partitions there were.
fn compare(page: &Page, once: &Value) -> Result<usize, String> {
    let mut compared = 0;
    for group in once["groups"].as_array().unwrap() {
        let id = text(&group["group"]);
        let mut sum = None;
        for row in group["partitions"].as_array().unwrap() {
            let partition = row["partition"].to_string();
            let place =
                [("consumergroup", id), ("topic", text(&row["topic"])), ("partition", &*partition)];
            let same = |name: &str, expected: &Value| {
                let told = page.value(name, &place);
                let wrong = || format!("{name} {place:?}: {told:?}, once says {expected}");
                if told == expected.as_f64() { Ok(()) } else { Err(wrong()) }
            };
            same("kafka_consumergroup_lag", &row["lag"])?;
            same("kafka_consumergroup_current_offset", &row["committed"])?;
            sum = row["lag"]
                .as_f64()
                .map(|lag| lag.max(0.0))
                .into_iter()
                .chain(sum)
                .reduce(|a, b| a + b);
            compared += 1;
        }
        let sums = page.of("kafka_consumergroup_lag_sum");
        let told = sums.iter().filter(|(labels, _)| labels["consumergroup"] == id);
        let told = told.map(|(_, value)| *value).reduce(|a, b| a + b);
        if told != sum || group["lag"].as_f64() != sum {
            return Err(format!("{id}: {told:?}, once says {}", group["lag"]));
        }
        let members = group["members"].as_array().map(|members| members.len() as f64);
        if page.value("kafka_consumergroup_members", &[("consumergroup", id)]) != members {
            return Err(format!("{id}: members, once says {members:?}"));
        }
    }
    Ok(compared)
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_those_of_once() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    fill(kafka).await;
    let (export, once) = (Export::start(kafka, &[]), once(kafka));
    let mut last = Err("nothing was compared".to_owned());
    let same = || {
        last = compare(&export.page(), &once);
        last.is_ok()
    };
    assert!(wait::holds_within(SOON, same), "{last:?}");
    assert_eq!(last, Ok(4));
    let page = export.page();
    let place = [("consumergroup", HOSTILE), ("topic", "refunds"), ("partition", "0")];
    assert_eq!(page.value("kafka_consumergroup_lag", &place), Some(0.0));
    let behind = [("consumergroup", "billing"), ("topic", "orders"), ("partition", "0")];
    assert_eq!(page.value("kafka_consumergroup_lag", &behind), Some(35.0));
    let copied = [("consumergroup", "copied"), ("topic", "orders"), ("partition", "1")];
    assert_eq!(page.value("kafka_consumergroup_lag", &copied), Some(-12.0));

    let filtered = Export::start(kafka, &["-g", "^bill"]);
    assert!(wait::holds_within(SOON, || filtered.health() == 200));
    assert!(wait::holds_within(SOON, || filtered.page().labels("consumergroup") == ["billing"]));

    // However often it is scraped, the cluster is asked by the round: what a thousand scrapes cost
    // is what the time costs that they take.
    let requests = || {
        let page = export.page();
        page.value("lagtop_source_requests_total", &[("source", "poll")]).unwrap()
    };
    let (before, begun) = (requests(), Instant::now());
    for _ in 0..1_000 {
        assert_eq!(export.get("/metrics").0, 200);
    }
    let rounds = begun.elapsed().as_secs_f64() + 2.0;
    let cost = requests() - before;
    assert!(cost <= rounds * 12.0, "{cost} requests in {rounds} rounds");
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_the_clusters_and_the_end_is_quick() {
    let Some(mut kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    fill(&kafka).await;
    let mut export = Export::start(&kafka, &[]);
    assert!(wait::holds_within(SOON, || export.health() == 200));
    assert!(wait::holds_within(SOON, || export.page().labels("consumergroup").len() == 3));

    kafka.freeze(1).unwrap();
    assert!(wait::holds_within(SOON, || export.health() == 503));
    let (_, why) = export.get("/healthz");
    assert!(why.starts_with("the last round ended "), "{why}");
    let page = export.page();
    assert_eq!(page.labels("consumergroup"), [""; 0], "stale figures are told");
    assert_eq!(page.value("lagtop_stale_groups", &[]), Some(3.0));

    kafka.thaw(1).unwrap();
    assert!(wait::holds_within(SOON, || export.health() == 200));
    assert!(wait::holds_within(SOON, || export.page().labels("consumergroup").len() == 3));

    // Ending does not wait for a broker that hangs.
    kafka.freeze(1).unwrap();
    assert!(wait::holds_within(SOON, || export.health() == 503));
    let pid = Pid::from_child(&export.child);
    kill_process(pid, Signal::TERM).unwrap();
    let mut status = None;
    assert!(wait::holds_within(QUICK, || {
        status = export.child.try_wait().unwrap();
        status.is_some()
    }));
    assert!(status.unwrap().success(), "{status:?}");
    kafka.thaw(1).unwrap();
}

#[test]
fn a_port_that_is_taken_is_said_at_once() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_lagtop"))
        .env_clear()
        .args(["export", "-b", "127.0.0.1:1", "--listen", &address])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.starts_with(&format!("lagtop: cannot listen on {address}: ")), "{said}");
}
