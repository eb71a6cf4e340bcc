//! Consumers of every kind as children of this test.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::lab::{Commit, Consumer};
use crate::support::KafkaCluster;
use crate::support::kafka::jars::Jars;
use crate::{clients, lab};

const CHILD: &str = "LAGTOP_TEST_CONSUMING_CHILD";

/// What a consumer is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Who<'a> {
    pub(crate) topic: &'a str,
    pub(crate) group: &'a str,
    pub(crate) client_id: &'a str,
    /// `group.instance.id`: by it a test knows the member, and lagtop does not, as no process names it.
    pub(crate) instance: &'a str,
    /// Between two commits, in milliseconds.
    pub(crate) commit_ms: u16,
}

impl Who<'_> {
    /// The line that a consumer is told.
    fn words(&self, bootstrap: &str) -> Vec<String> {
        let Who { topic, group, client_id, instance, commit_ms } = *self;
        let words = [bootstrap, topic, group, client_id, instance];
        words.map(str::to_owned).into_iter().chain([commit_ms.to_string()]).collect()
    }
}

/// Not a test but the child: consumes as it is told on its standard input, until that ends.
#[test]
fn consuming_child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let mut told = String::new();
    let mut input = std::io::stdin();
    let mut byte = [0];
    while input.read(&mut byte).unwrap() == 1 && byte != *b"\n" {
        told.push(char::from(byte[0]));
    }
    let words: Vec<&str> = told.split(' ').collect();
    let [bootstrap, topic, group, client_id, instance, commit_ms] = words[..] else {
        panic!("not told whom: {told}")
    };
    let consumer = Consumer {
        client_id: client_id.to_owned(),
        instance_id: Some(instance.to_owned()),
        commit: Commit::Every(Duration::from_millis(commit_ms.parse().unwrap())),
        ..Consumer::of(group, topic)
    };
    let worker = consumer.spawn(bootstrap).unwrap();
    let _ = input.read(&mut byte);
    worker.stop().unwrap();
}

/// A child that does not outlive its owner.
#[derive(Debug)]
pub(crate) struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Ends {
    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Starts it, and tells it in one line.
    fn told(command: &mut Command, words: &[String]) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = Self(command.spawn().unwrap());
        // Its standard input stays open for as long as this process lives.
        let input = child.0.stdin.as_mut().unwrap();
        input.write_all(format!("{}\n", words.join(" ")).as_bytes()).unwrap();
        child
    }

    /// librdkafka; names itself in its environment only if `named`.
    pub(crate) fn native(kafka: &KafkaCluster, who: Who<'_>, named: bool) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let test = concat!(module_path!(), "::consuming_child");
        let test = test.split_once("::").unwrap().1;
        command.args(["--exact", test]).env(CHILD, "1");
        if named {
            command.env("KAFKA_CLIENT_ID", who.client_id).env("KAFKA_GROUP_ID", who.group);
        }
        Self::told(&mut command, &who.words(&kafka.bootstrap()))
    }

    /// Java's client, configured by a file in `folder`.
    pub(crate) fn java(kafka: &KafkaCluster, who: Who<'_>, folder: &Path) -> Self {
        let Who { topic, group, client_id, instance, commit_ms } = who;
        let config = format!(
            "group.id={group}\nclient.id={client_id}\ngroup.instance.id={instance}\n\
             auto.commit.interval.ms={commit_ms}\nauto.offset.reset=earliest\n"
        );
        let file = folder.join(format!("{instance}.properties"));
        fs::write(&file, config).unwrap();
        let jars = Jars::fetch(kafka.version()).unwrap();
        let mut java = Command::new("java");
        java.args(["-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"]);
        java.arg(jars.class_path()).arg("org.apache.kafka.tools.consumer.ConsoleConsumer");
        java.args(["--bootstrap-server", &kafka.bootstrap(), "--topic", topic]);
        java.arg("--consumer.config").arg(file);
        Self::told(&mut java, &[])
    }

    /// librdkafka through Python, in a virtual environment.
    pub(crate) fn python(kafka: &KafkaCluster, who: Who<'_>, home: &Path, burn: bool) -> Self {
        let mut python = Command::new(home.join("bin/python"));
        python.arg(clients::SCRIPT).args(burn.then_some("burn"));
        Self::told(&mut python, &who.words(&kafka.bootstrap()))
    }

    /// kafka-go, which knows no instance ids.
    pub(crate) fn go(kafka: &KafkaCluster, who: Who<'_>, program: &Path, flags: &[&str]) -> Self {
        let mut go = Command::new(program);
        Self::told(go.args(flags), &who.words(&kafka.bootstrap()))
    }
}

/// Records at this rate to a new topic of so many partitions, for as long as the worker lives.
pub(crate) async fn topic(
    kafka: &KafkaCluster,
    name: &str,
    partitions: u16,
    rate: f64,
) -> lab::Worker {
    kafka.admin().unwrap().create_topic(name, partitions, 1).await.unwrap();
    let keys = lab::Keys::Weighted(vec![1; partitions.into()]);
    let producer = lab::Producer { keys, ..lab::Producer::to(name, rate) };
    producer.spawn(&kafka.bootstrap()).unwrap()
}
