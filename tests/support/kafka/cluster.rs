//! The builder and the running cluster.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rustix::process::Signal;

use super::guardian::{Guardian, Process};
use super::jars::{self, Jars};
use super::listener::Listener;
use super::ports::{self, Port};
use super::{admin, oracle};
use crate::support::wait;

/// A broker listens after 2 to 3 s on a quiet machine; this is for a busy one with two cores.
const START_DEADLINE: Duration = Duration::from_secs(90);
/// A clean stop moves leaders and closes logs, in about a second.
const STOP_DEADLINE: Duration = Duration::from_secs(30);
/// Lines of a broker's log that an error quotes.
const TAIL: usize = 30;

/// What a cluster shall be; one broker with one plain listener if nothing is said.
#[derive(Clone, Debug)]
pub struct Builder {
    version: String,
    brokers: u16,
    pub(super) properties: Vec<(String, String)>,
    pub(super) listeners: Vec<Listener>,
    pub(super) authorizer: bool,
    pub(super) heap_mib: u32,
}

impl Builder {
    /// One or three.
    #[must_use]
    pub fn brokers(mut self, brokers: u16) -> Self {
        self.brokers = brokers;
        self
    }

    /// Another version than the environment selects.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        version.clone_into(&mut self.version);
        self
    }

    /// A line of every node's `server.properties`; wins over the harness's own.
    #[must_use]
    pub fn property(mut self, key: &str, value: &str) -> Self {
        self.properties.push((key.to_owned(), value.to_owned()));
        self
    }

    /// One more listener on every broker.
    #[must_use]
    pub fn listener(mut self, listener: Listener) -> Self {
        self.listeners.push(listener);
        self
    }

    /// Rights are checked (`StandardAuthorizer`). Who comes by the plain listener, such as
    /// [`KafkaCluster::acls`], has all of them; who comes by another has those that were given.
    #[must_use]
    pub fn authorizer(mut self) -> Self {
        self.authorizer = true;
        self
    }

    /// `-Xmx` of each broker; 384 if nothing is said.
    #[must_use]
    pub fn heap_mib(mut self, mib: u32) -> Self {
        self.heap_mib = mib;
        self
    }

    /// What this machine lacks to start it.
    pub fn tools(&self) -> Result<()> {
        jars::check_tools(&self.version)
    }

    /// Starts it and returns when every broker is seen by every broker.
    pub fn start(self) -> Result<KafkaCluster> {
        let jars = Jars::fetch(&self.version)?;
        // The guardian removes it, in every case.
        let root = tempfile::Builder::new().prefix("lagtop-kafka-").tempdir()?.keep();
        let guardian = Guardian::of(&root)?;
        let nodes = (1..=self.brokers)
            .map(|id| Node::new(i32::from(id), &root, &self.listeners))
            .collect::<Result<Vec<_>>>()?;
        let mut cluster = KafkaCluster { nodes, guardian, root, jars, settings: self };
        cluster.write_files()?;
        cluster.format()?;
        for id in cluster.ids() {
            cluster.launch(id)?;
        }
        cluster.wait_ready()?;
        Ok(cluster)
    }
}

/// A running cluster. Dropping it ends its brokers and removes their data.
///
/// What disturbs a broker takes `&mut self`, so that a cluster which tests share cannot be
/// disturbed.
#[derive(Debug)]
pub struct KafkaCluster {
    pub(super) nodes: Vec<Node>,
    guardian: Guardian,
    root: PathBuf,
    pub(super) jars: Jars,
    pub(super) settings: Builder,
}

/// One broker's place.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) id: i32,
    pub(super) directory: PathBuf,
    pub(super) plain: Port,
    pub(super) controller: Port,
    /// One for each listener of the builder, in its order.
    pub(super) others: Vec<Port>,
    /// `None` while it is down.
    process: Option<Process>,
}

impl Node {
    fn new(id: i32, root: &Path, listeners: &[Listener]) -> Result<Self> {
        let directory = root.join(format!("node-{id}"));
        fs::create_dir(&directory)?;
        let others = listeners.iter().map(|_| ports::take()).collect::<Result<_>>()?;
        let (plain, controller) = (ports::take()?, ports::take()?);
        Ok(Self { id, directory, plain, controller, others, process: None })
    }

    /// The file with the keys of tokens.
    pub(super) fn keys(&self) -> PathBuf {
        self.directory.join("keys.json")
    }

    fn log_tail(&self) -> String {
        let log = fs::read(self.directory.join("log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<_> = log.lines().collect();
        let tail = lines.get(lines.len().saturating_sub(TAIL)..).unwrap_or_default();
        format!("log of broker {}:\n{}", self.id, tail.join("\n"))
    }
}

impl KafkaCluster {
    /// One broker of the selected version, unless told otherwise.
    pub fn builder() -> Builder {
        Builder {
            version: jars::selected_version(),
            brokers: 1,
            properties: Vec::new(),
            listeners: Vec::new(),
            authorizer: false,
            heap_mib: 384,
        }
    }

    /// "4.3.0".
    pub fn version(&self) -> &str {
        &self.jars.version
    }

    /// Whether `group.protocol=consumer` (KIP-848) is on: from 4.0.
    pub fn has_consumer_protocol(&self) -> bool {
        self.jars.at_least(4, 0)
    }

    /// `host:port,…` of the plain listeners, of all brokers, running or not.
    pub fn bootstrap(&self) -> String {
        joined(self.nodes.iter().map(|node| &node.plain))
    }

    /// The same for the listener of that name.
    pub fn bootstrap_of(&self, listener: &str) -> Result<String> {
        let name = listener.to_uppercase();
        let place = self.settings.listeners.iter().position(|one| one.name == name);
        let place = place.with_context(|| format!("no listener is named {name}"))?;
        Ok(joined(self.nodes.iter().filter_map(|node| node.others.get(place))))
    }

    /// Where the nodes speak to one another as controllers, which no client should dial.
    pub fn controllers(&self) -> String {
        joined(self.nodes.iter().map(|node| &node.controller))
    }

    /// Node ids, 1 first.
    pub fn ids(&self) -> Vec<i32> {
        self.nodes.iter().map(|node| node.id).collect()
    }

    /// The plain listener's port on 127.0.0.1, the same after a restart.
    pub fn port(&self, id: i32) -> Result<u16> {
        Ok(self.node(id)?.plain.number)
    }

    /// The broker's process; an error while it is down.
    pub fn process(&self, id: i32) -> Result<Process> {
        self.node(id)?.process.with_context(|| format!("broker {id} is down"))
    }

    /// Where its data lives; gone when the cluster is dropped.
    pub fn directory(&self) -> &Path {
        &self.root
    }

    /// The last lines of a broker's log: warnings and errors.
    pub fn log_tail(&self, id: i32) -> Result<String> {
        Ok(self.node(id)?.log_tail())
    }

    /// Topics, partitions and groups through rdkafka.
    pub fn admin(&self) -> Result<admin::Admin> {
        admin::Admin::connect(&self.bootstrap())
    }

    /// What Kafka's own tool says.
    pub fn oracle(&self) -> oracle::Oracle<'_> {
        oracle::Oracle::new(&self.jars, self.bootstrap())
    }

    /// Kafka's own `AclCommand` by the plain listener: `["--add", "--allow-principal",
    /// "User:alice", …]`.
    pub fn acls(&self, arguments: &[&str]) -> Result<()> {
        let bootstrap = self.bootstrap();
        let all = [&["--bootstrap-server", &bootstrap], arguments].concat();
        // Moved from kafka.admin to tools in 4.0.
        let new = self.jars.at_least(4, 0);
        let class =
            if new { "org.apache.kafka.tools.AclCommand" } else { "kafka.admin.AclCommand" };
        let output = self.jars.run(class, &all)?;
        let text = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "AclCommand: {}", text.trim());
        Ok(())
    }

    /// Takes a group's position on a partition away (`kafka-consumer-groups.sh --delete-offsets`).
    pub fn delete_offsets(&self, group: &str, topic: &str, partition: i32) -> Result<()> {
        let (bootstrap, what) = (self.bootstrap(), format!("{topic}:{partition}"));
        let all = ["--bootstrap-server", &bootstrap, "--delete-offsets"];
        let all = [&all[..], &["--group", group, "--topic", &what]].concat();
        let output = self.jars.run(oracle::CLASS, &all)?;
        let text = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success() && !text.contains("Error:"), "{}", text.trim());
        Ok(())
    }

    /// Kafka's own `TransactionsCommand` by the plain listener, as `kafka-transactions.sh` runs it; what
    /// it prints.
    pub fn transactions(&self, arguments: &[&str]) -> Result<String> {
        let bootstrap = self.bootstrap();
        let all = [&["--bootstrap-server", &bootstrap], arguments].concat();
        let output = self.jars.run("org.apache.kafka.tools.TransactionsCommand", &all)?;
        let text = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "TransactionsCommand: {}", text.trim());
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// SIGSTOP: connections stay open and nothing is answered.
    pub fn freeze(&mut self, id: i32) -> Result<()> {
        let process = self.process(id)?;
        process.signal(Signal::STOP)?;
        ensure!(
            wait::holds_within(STOP_DEADLINE, || process.is_stopped()),
            "broker {id} did not freeze"
        );
        Ok(())
    }

    /// SIGCONT.
    pub fn thaw(&mut self, id: i32) -> Result<()> {
        self.process(id)?.signal(Signal::CONT)
    }

    /// SIGKILL; returns when it is gone.
    pub fn kill(&mut self, id: i32) -> Result<()> {
        let process = self.process(id)?;
        self.guardian.end(process)?;
        self.node_mut(id)?.process = None;
        Ok(())
    }

    /// SIGTERM, as an operator stops a broker; returns when it is gone.
    pub fn stop(&mut self, id: i32) -> Result<()> {
        let process = self.process(id)?;
        process.signal(Signal::TERM)?;
        let stopped = wait::holds_within(STOP_DEADLINE, || !process.is_alive());
        self.kill(id)?;
        ensure!(stopped, "broker {id} had to be killed; {}", self.log_tail(id)?);
        Ok(())
    }

    /// Starts a broker that is down, on the same ports and data, and returns when all brokers that
    /// shall run are seen.
    pub fn restart(&mut self, id: i32) -> Result<()> {
        self.restart_together(&[id])
    }

    /// The same with several at once, of which none can do without the others.
    pub fn restart_together(&mut self, ids: &[i32]) -> Result<()> {
        for &id in ids {
            ensure!(self.node(id)?.process.is_none(), "broker {id} is not down");
            self.launch(id)?;
        }
        self.wait_ready()
    }

    /// Gives a broker that is down another port for clients, which it advertises from its next start on.
    pub fn readdress(&mut self, id: i32) -> Result<()> {
        ensure!(self.node(id)?.process.is_none(), "broker {id} is not down");
        self.node_mut(id)?.plain = ports::take()?;
        self.write_files()
    }

    /// Returns when each running broker names all running brokers.
    pub fn wait_ready(&self) -> Result<()> {
        let running = || self.nodes.iter().filter(|node| node.process.is_some());
        let expected: Vec<_> = running().map(|node| node.id).collect();
        let mut asking = None;
        for node in running() {
            let address = joined(std::iter::once(&node.plain));
            wait::answer_within(START_DEADLINE, "the cluster", || {
                if running().any(|node| node.process.is_some_and(|process| !process.is_alive())) {
                    // Said here already, because waiting longer is in vain.
                    return Ok(Err(anyhow::anyhow!("a broker ended by itself")));
                }
                std::net::TcpStream::connect(&address).context("nothing listens")?;
                let admin = match asking.take() {
                    Some(admin) => admin,
                    None => admin::Admin::connect(&address)?,
                };
                let known = admin.brokers();
                asking = Some(admin);
                let known = known?;
                ensure!(known == expected, "broker {} knows brokers {known:?}", node.id);
                Ok(Ok(()))
            })
            .and_then(|ended| ended)
            .with_context(|| {
                self.nodes.iter().map(Node::log_tail).collect::<Vec<_>>().join("\n")
            })?;
            asking = None;
        }
        Ok(())
    }

    fn node(&self, id: i32) -> Result<&Node> {
        self.nodes.iter().find(|node| node.id == id).with_context(|| format!("no broker {id}"))
    }

    fn node_mut(&mut self, id: i32) -> Result<&mut Node> {
        let node = self.nodes.iter_mut().find(|node| node.id == id);
        node.with_context(|| format!("no broker {id}"))
    }

    fn launch(&mut self, id: i32) -> Result<()> {
        let directory = self.node(id)?.directory.clone();
        let process = self.guardian.start(&directory)?;
        self.node_mut(id)?.process = Some(process);
        Ok(())
    }
}

fn joined<'a>(ports: impl Iterator<Item = &'a Port>) -> String {
    ports.map(|port| format!("127.0.0.1:{}", port.number)).collect::<Vec<_>>().join(",")
}
