//! The cluster: rights are checked, and each way of talking has a listener.

use std::fs;
use std::sync::OnceLock;
use std::time::Duration;

use super::lab::bulk::{BulkCommit, commit_groups};
use super::lab::{Consumer, Protocol, Worker};
use super::lagtop::{Document, Run, lagtop};
use super::support::kafka::listener::ClientAuth;
use super::support::kafka::tls::Authority;
use super::support::kafka::{Listener, Mechanism};
use super::support::tokens::Issuer;
use super::support::{self, KafkaCluster};

/// Never in any output.
pub(super) const PASSWORD: &str = "alice-secret";

/// One cluster for all tests of this binary: rights are checked, and each way of talking has a listener.
pub(super) struct Secured {
    pub(super) kafka: KafkaCluster,
    pub(super) issuer: Issuer,
    files: tempfile::TempDir,
    /// Holds a topic, so that somebody's assignment names it.
    _member: Worker,
}

/// `None` where Kafka cannot be had.
pub(super) fn secured() -> Option<&'static Secured> {
    static SECURED: OnceLock<Option<Secured>> = OnceLock::new();
    SECURED.get_or_init(Secured::start).as_ref()
}

impl Secured {
    fn start() -> Option<Self> {
        let authority = Authority::new("lagtop test authority").unwrap();
        let issuer = Issuer::new().unwrap();
        let users = |name: &str| {
            ["alice", "bob", "carol", "dave"].into_iter().fold(
                Listener::named(name).sasl(Mechanism::Plain).sasl(Mechanism::ScramSha512),
                |listener, user| listener.user(user, PASSWORD),
            )
        };
        let tls = |name: &str, auth| Listener::named(name).tls(&authority, auth).unwrap();
        let builder = KafkaCluster::builder()
            .authorizer()
            .listener(users("sasl"))
            .listener(users("both").tls(&authority, ClientAuth::None).unwrap())
            .listener(tls("tls", ClientAuth::None))
            .listener(tls("mutual", ClientAuth::Required))
            .listener(Listener::named("far").advertised("kafka.inside.invalid"))
            .listener(Listener::named("tokens").tokens(&issuer));
        let kafka = support::kafka_or_skip(builder)?;
        let files = tempfile::tempdir().unwrap();
        let stranger = Authority::new("another authority").unwrap();
        for (name, authority) in [("ca.pem", authority), ("stranger.pem", stranger)] {
            fs::write(files.path().join(name), authority.certificate_pem().unwrap()).unwrap();
        }
        let member = fill(&kafka);
        Some(Self { kafka, issuer, files, _member: member })
    }

    pub(super) fn port(&self, listener: &str) -> u16 {
        let address = match listener {
            "plain" => self.kafka.bootstrap(),
            "controller" => self.kafka.controllers(),
            other => self.kafka.bootstrap_of(other).unwrap(),
        };
        address.rsplit_once(':').unwrap().1.parse().unwrap()
    }

    /// What it says to this server, told with these properties in a file; its path is made `FILE`.
    pub(super) fn doctor(&self, server: &str, properties: &str) -> Run {
        let text = properties.replace("DIR", self.files.path().to_str().unwrap());
        let file = tempfile::NamedTempFile::new_in(self.files.path()).unwrap();
        fs::write(file.path(), format!("bootstrap.servers={server}\n{text}")).unwrap();
        let path = file.path().to_str().unwrap();
        let mut run = Run::of(lagtop(["doctor", "-F", path, "--timeout", "3s"])).unwrap();
        assert!(!run.stdout.contains(PASSWORD) && !run.stderr.contains(PASSWORD), "{run:?}");
        assert_eq!(run.stderr, "", "{}", run.stdout);
        run.stdout = run.stdout.replace(path, "FILE");
        run
    }

    /// `lagtop once` of a user.
    pub(super) fn once(&self, name: &str) -> Document {
        let bootstrap = self.kafka.bootstrap_of("sasl").unwrap();
        let text = user("PLAIN", name, PASSWORD);
        let properties = text.lines().flat_map(|property| ["-X", property]);
        let arguments = ["once", "-o", "json", "-b", &bootstrap].into_iter().chain(properties);
        Run::of(lagtop(arguments)).unwrap().document().unwrap()
    }

    /// The same at a listener of this cluster.
    pub(super) fn at(&self, listener: &str, properties: &str) -> Run {
        self.doctor(&format!("127.0.0.1:{}", self.port(listener)), properties)
    }
}

/// Two groups and a member of another, whose topic only some may see.
fn fill(kafka: &KafkaCluster) -> Worker {
    let create = async {
        let admin = kafka.admin().unwrap();
        admin.create_topic("orders", 1, 1).await.unwrap();
        admin.create_topic("private", 1, 1).await.unwrap();
    };
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(create);
    let commits = ["hidden", "open"]
        .map(|group| BulkCommit { group: group.to_owned(), offsets: vec![(0, 0)] });
    commit_groups(kafka, "orders", &commits).unwrap();
    let consumer =
        Consumer { protocol: Protocol::Classic("range"), ..Consumer::of("held", "private") };
    let member = consumer.spawn(&kafka.bootstrap()).unwrap();
    let admin = kafka.admin().unwrap();
    support::wait::answer_within(Duration::from_mins(1), "a member", || {
        anyhow::ensure!(admin.members("held")? == 1, "nobody yet");
        Ok(())
    })
    .unwrap();
    let allow = |user: &str, what: &[&str]| {
        let principal = format!("User:{user}");
        let add = ["--add", "--allow-principal", &principal, "--operation", "Describe"];
        kafka.acls(&[&add[..], what].concat()).unwrap();
    };
    // Alice may see all but read nothing, bob some, lagtop what the README says; carol and dave are
    // allowed nothing.
    allow("alice", &["--cluster", "--group", "*", "--topic", "*"]);
    allow("bob", &["--group", "open", "--group", "held", "--topic", "orders"]);
    for command in commands_of_the_readme() {
        kafka.acls(&command.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    }
    member
}

/// What the README gives to `lagtop`, from `--add` on.
fn commands_of_the_readme() -> Vec<Vec<String>> {
    let (_, rights) = include_str!("../../README.md").split_once("\n## Rights\n").unwrap();
    let (_, block) = rights.split_once("```sh\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let words = |line: &str| {
        let words = line.split_whitespace().map(|word| word.trim_matches('\'').to_owned());
        words.skip_while(|word| word != "--add").collect()
    };
    block.replace("\\\n", " ").lines().map(words).collect()
}

pub(super) fn user(mechanism: &str, name: &str, password: &str) -> String {
    format!(
        "security.protocol=SASL_PLAINTEXT\nsasl.mechanism={mechanism}\nsasl.username={name}\n\
         sasl.password={password}\n"
    )
}
