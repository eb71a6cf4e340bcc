//! The harness itself: what other tests take for granted about their Kafka.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rdkafka::producer::{BaseProducer, Producer as _};
use rustix::process::Signal;

use lab::{Consumer, Producer};
use support::kafka::admin::{Quiet, config};
use support::kafka::guardian::Process;
use support::kafka::jars::java_major;
use support::{KafkaCluster, wait};

#[path = "lab/mod.rs"]
mod lab;
mod support;

/// For what takes a moment.
const SOON: Duration = Duration::from_secs(20);
/// Where the guarded test writes what it started; set only by the test that kills it.
const GUARDED: &str = "LAGTOP_TEST_GUARDED";

/// Metadata from a broker, or why not, within a short time.
fn answers(kafka: &KafkaCluster) -> bool {
    let client: BaseProducer<Quiet> =
        config(&kafka.bootstrap()).create_with_context(Quiet).unwrap();
    client.client().fetch_metadata(None, Duration::from_secs(1)).is_ok()
}

#[test]
fn a_dropped_cluster_leaves_nothing_behind() {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    let (process, root) = (kafka.process(1).unwrap(), kafka.directory().to_owned());
    assert!(process.is_alive() && root.is_dir() && answers(&kafka));
    drop(kafka);
    assert!(!process.is_alive());
    assert!(!root.exists());
}

#[tokio::test]
async fn a_restarted_broker_has_its_port_and_its_data() {
    let Some(mut kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    kafka.admin().unwrap().create_topic("kept", 2, 1).await.unwrap();
    Producer::burst("kept", 1, 25).spawn(&kafka.bootstrap()).unwrap().finish().unwrap();
    let (first, bootstrap) = (kafka.process(1).unwrap(), kafka.bootstrap());

    kafka.kill(1).unwrap();
    assert!(!first.is_alive() && kafka.process(1).is_err() && !answers(&kafka));
    kafka.restart(1).unwrap();
    assert_eq!(kafka.bootstrap(), bootstrap);
    assert_eq!(kafka.admin().unwrap().log_range("kept", 1).unwrap(), (0, 25));

    let second = kafka.process(1).unwrap();
    kafka.stop(1).unwrap();
    assert!(!second.is_alive());
    kafka.restart(1).unwrap();
    assert_eq!(kafka.admin().unwrap().log_range("kept", 1).unwrap(), (0, 25));
}

#[test]
fn a_frozen_broker_is_alive_and_silent_until_it_is_thawed() {
    let Some(mut kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    kafka.freeze(1).unwrap();
    assert!(kafka.process(1).unwrap().is_alive());
    let address = ("127.0.0.1", kafka.port(1).unwrap());
    assert!(std::net::TcpStream::connect(address).is_ok(), "the kernel still accepts");
    assert!(!answers(&kafka));
    kafka.thaw(1).unwrap();
    assert!(wait::holds_within(SOON, || answers(&kafka)));
}

#[test]
fn a_frozen_broker_is_ended_with_its_cluster() {
    let Some(mut kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    let process = kafka.process(1).unwrap();
    kafka.freeze(1).unwrap();
    drop(kafka);
    assert!(!process.is_alive());
}

#[tokio::test]
async fn three_brokers_go_on_when_one_is_killed() {
    let builder = KafkaCluster::builder().brokers(3).heap_mib(256);
    let Some(mut kafka) = support::kafka_or_skip(builder) else { return };
    let admin = kafka.admin().unwrap();
    assert_eq!(admin.brokers().unwrap(), [1, 2, 3]);
    admin.create_topic("copied", 3, 3).await.unwrap();

    kafka.kill(2).unwrap();
    assert!(wait::holds_within(SOON, || admin.brokers().is_ok_and(|ids| ids == [1, 3])));
    for partition in 0..3 {
        let burst = Producer::burst("copied", partition, 10);
        burst.spawn(&kafka.bootstrap()).unwrap().finish().unwrap();
    }
    kafka.restart(2).unwrap();
    assert_eq!(admin.brokers().unwrap(), [1, 2, 3]);
    assert_eq!(admin.log_range("copied", 1).unwrap(), (0, 10));
}

#[tokio::test]
async fn topics_grow_shrink_and_go() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    let admin = kafka.admin().unwrap();
    admin.create_topic_with("changing", 1, 1, &[("retention.ms", "86400000")]).await.unwrap();
    admin.grow_topic("changing", 3).await.unwrap();
    Producer::burst("changing", 2, 10).spawn(&kafka.bootstrap()).unwrap().finish().unwrap();
    admin.delete_records("changing", 2, 4).await.unwrap();
    assert_eq!(admin.log_range("changing", 2).unwrap(), (4, 10));
    admin.delete_topic("changing").await.unwrap();
    assert!(admin.log_range("changing", 2).is_err());
}

#[test]
fn a_start_that_fails_says_what_the_broker_said() {
    let builder = KafkaCluster::builder().property("num.network.threads", "many");
    if builder.tools().is_err() {
        return assert!(support::kafka_or_skip(builder).is_none());
    }
    let error = builder.start().unwrap_err();
    assert!(format!("{error:#}").contains("num.network.threads"), "{error:#}");
}

#[tokio::test]
async fn what_is_paused_holds_still_and_what_is_stopped_has_committed() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    let admin = kafka.admin().unwrap();
    admin.create_topic("paused", 1, 1).await.unwrap();
    let produce = |records| {
        Producer::burst("paused", 0, records).spawn(&kafka.bootstrap()).unwrap().finish().unwrap();
    };
    produce(20);
    let member = Consumer::of("paused", "paused").spawn(&kafka.bootstrap()).unwrap();
    assert!(wait::holds_within(SOON, || member.records() == 20));
    member.pause();
    // Seen by the member at its next look, of which there are several in this time.
    assert!(!wait::holds_within(Duration::from_millis(500), || member.records() != 20));
    produce(5);
    assert!(!wait::holds_within(Duration::from_secs(1), || member.records() != 20));
    member.resume();
    assert!(wait::holds_within(SOON, || member.records() == 25));
    member.stop().unwrap();
    let table = kafka.oracle().describe_groups().unwrap();
    let rows: Vec<_> = table.rows.iter().filter(|row| row.group == "paused").collect();
    assert_eq!((rows.len(), rows[0].current_offset, rows[0].lag), (1, Some(25), Some(0)));
}

/// A test process that is killed cannot clean up: the guardian does.
#[test]
fn a_killed_test_process_takes_its_broker_and_its_files_along() {
    if KafkaCluster::builder().tools().is_err() {
        assert!(support::kafka_or_skip(KafkaCluster::builder()).is_none());
        return;
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "guarded_process", "--ignored", "--nocapture"])
        .env(GUARDED, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find_map(|line| line.strip_prefix(GUARDED).map(str::to_owned));
    let line = line.expect("the guarded process says what it started");
    let (pid, root) = line.trim().split_once(' ').unwrap();
    let (broker, root) = (Process::from_id(pid).unwrap(), Path::new(root));
    assert!(broker.is_alive() && root.is_dir());

    Process::from_id(&child.id().to_string()).unwrap().signal(Signal::KILL).unwrap();
    child.wait().unwrap();
    assert!(wait::holds_within(SOON, || !broker.is_alive()), "broker {pid} lives on");
    assert!(wait::holds_within(SOON, || !root.exists()), "{} is left", root.display());
}

/// Run by the test above, in a process of its own.
#[test]
#[ignore = "never ends by itself"]
fn guarded_process() {
    assert!(std::env::var_os(GUARDED).is_some(), "run by another test only");
    // In a static, where no destructor would run even at a regular end.
    let kafka = support::shared_kafka_or_skip().unwrap();
    let (process, root) = (kafka.process(1).unwrap(), kafka.directory().display());
    writeln!(std::io::stdout(), "\n{GUARDED} {} {root}", process.id()).unwrap();
    loop {
        std::thread::park();
    }
}

#[test]
fn java_versions_are_read_as_vendors_write_them() {
    assert_eq!(java_major("openjdk version \"17.0.15\" 2025-04-15"), Some(17));
    assert_eq!(java_major("openjdk version \"21\" 2023-09-19"), Some(21));
    assert_eq!(java_major("openjdk version \"25-ea\" 2025-09-16"), Some(25));
    assert_eq!(java_major("java version \"1.8.0_402\""), Some(8));
    assert_eq!(java_major("no java here"), None);
}
