//! `lagtop once` on a real Kafka: exit codes, rights, and one clear sentence where a listener wants
//! something else than it was given.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::sync::OnceLock;

use lab::bulk::{BulkCommit, commit_groups};
use lagtop::{Run, lagtop};
use rstest::rstest;
use support::KafkaCluster;
use support::kafka::listener::ClientAuth;
use support::kafka::tls::Authority;
use support::kafka::{Listener, Mechanism};

#[path = "lab/mod.rs"]
mod lab;
#[path = "lagtop/mod.rs"]
mod lagtop;
mod support;

/// Never in any output.
const PASSWORD: &str = "alice-secret";

/// One cluster for all tests of this binary: rights are checked, and each way of talking has a
/// listener.
struct Secured {
    kafka: KafkaCluster,
    files: tempfile::TempDir,
}

/// `None` where Kafka cannot be had.
fn secured() -> Option<&'static Secured> {
    static SECURED: OnceLock<Option<Secured>> = OnceLock::new();
    SECURED.get_or_init(Secured::start).as_ref()
}

impl Secured {
    fn start() -> Option<Self> {
        let authority = Authority::new("lagtop test authority").unwrap();
        let sasl = Listener::named("sasl")
            .sasl(Mechanism::Plain)
            .sasl(Mechanism::ScramSha512)
            .user("alice", PASSWORD);
        let tls = Listener::named("tls").tls(&authority, ClientAuth::None).unwrap();
        let builder = KafkaCluster::builder().authorizer().listener(sasl).listener(tls);
        let kafka = support::kafka_or_skip(builder)?;
        let files = tempfile::tempdir().unwrap();
        let stranger = Authority::new("another authority").unwrap();
        for (name, authority) in [("ca.pem", authority), ("stranger.pem", stranger)] {
            fs::write(files.path().join(name), authority.certificate_pem().unwrap()).unwrap();
        }
        let secured = Self { kafka, files };
        secured.fill();
        Some(secured)
    }

    /// Two groups, of which alice may see one.
    fn fill(&self) {
        let create = async {
            self.kafka.admin().unwrap().create_topic("orders", 1, 1).await.unwrap();
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(create);
        let commits = ["hidden", "open"]
            .map(|group| BulkCommit { group: group.to_owned(), offsets: vec![(0, 0)] });
        commit_groups(&self.kafka, "orders", &commits).unwrap();
        let describe = ["--add", "--allow-principal", "User:alice", "--operation", "Describe"];
        let what = ["--cluster", "--group", "open", "--topic", "orders"];
        self.kafka.acls(&[&describe[..], &what].concat()).unwrap();
    }

    /// `lagtop once` at a listener (`None`: the plain one) with these properties in a file.
    fn once(&self, listener: Option<&str>, properties: &str) -> Run {
        let bootstrap = match listener {
            Some(name) => self.kafka.bootstrap_of(name).unwrap(),
            None => self.kafka.bootstrap(),
        };
        let text = properties.replace("DIR", self.files.path().to_str().unwrap());
        let file = tempfile::NamedTempFile::new_in(self.files.path()).unwrap();
        fs::write(file.path(), format!("bootstrap.servers={bootstrap}\n{text}")).unwrap();
        let path = file.path().to_str().unwrap();
        let run = Run::of(lagtop(["once", "-F", path, "--output", "json"])).unwrap();
        assert!(!run.stdout.contains(PASSWORD) && !run.stderr.contains(PASSWORD), "{run:?}");
        run
    }
}

/// As Java's clients write it.
fn alice(mechanism: &str, password: &str) -> String {
    let module = if mechanism == "PLAIN" {
        "org.apache.kafka.common.security.plain.PlainLoginModule"
    } else {
        "org.apache.kafka.common.security.scram.ScramLoginModule"
    };
    format!(
        "security.protocol=SASL_PLAINTEXT\nsasl.mechanism={mechanism}\n\
         sasl.jaas.config={module} required username=\"alice\" password=\"{password}\";\n"
    )
}

const TLS: &str = "security.protocol=SSL\nssl.ca.location=DIR/ca.pem\n";

#[test]
fn everything_known_is_0() {
    let Some(secured) = secured() else { return };
    for (listener, properties) in [(None, ""), (Some("tls"), TLS)] {
        let run = secured.once(listener, properties);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        let document = run.document().unwrap();
        let known = |group: &str| document.group(group).unwrap().lag == Some(0);
        assert!(known("hidden") && known("open"), "{document:?}");
        assert_eq!(document.errors, []);
    }
}

#[test]
fn a_group_that_may_not_be_described_is_4_and_hides_no_other() {
    let Some(secured) = secured() else { return };
    for mechanism in ["PLAIN", "SCRAM-SHA-512"] {
        let run = secured.once(Some("sasl"), &alice(mechanism, PASSWORD));
        assert_eq!(run.code, Some(4), "{run:?}");
        let document = run.document().unwrap();
        let open = document.group("open").unwrap();
        assert_eq!((&open.error, open.lag), (&None, Some(0)));
        let hidden = document.group("hidden").unwrap();
        let fault = hidden.error.as_ref().unwrap();
        assert_eq!(fault.code, "GROUP_AUTHORIZATION_FAILED");
        assert_eq!((hidden.lag, hidden.members.is_none()), (None, true), "unknown, not empty");
        assert_eq!(document.errors, []);
    }
}

/// Where each cluster of the config file has its password, and who else may read it.
#[rstest]
#[case::command("{ command = [\"cat\", \"DIR/password\"] }", false)]
#[case::variable("{ env = \"KAFKA_PASSWORD\" }", false)]
#[case::in_the_file("\"alice-secret\"", true)]
fn a_cluster_of_the_config_file_logs_in(#[case] password: &str, #[case] warned: bool) {
    let Some(secured) = secured() else { return };
    let directory = secured.files.path().to_str().unwrap();
    fs::write(secured.files.path().join("password"), format!("{PASSWORD}\nuser: alice\n")).unwrap();
    let config = tempfile::NamedTempFile::new_in(directory).unwrap();
    fs::set_permissions(config.path(), fs::Permissions::from_mode(0o644)).unwrap();
    let text = format!(
        "[clusters.secured]\nbootstrap = \"{}\"\n[clusters.secured.properties]\n\
         security.protocol = \"SASL_PLAINTEXT\"\nsasl.mechanism = \"SCRAM-SHA-512\"\n\
         sasl.username = \"alice\"\nsasl.password = {}\n",
        secured.kafka.bootstrap_of("sasl").unwrap(),
        password.replace("DIR", directory)
    );
    fs::write(config.path(), text).unwrap();
    let path = config.path().to_str().unwrap();
    let mut command = lagtop(["once", "--config", path, "-c", "secured", "-o", "json"]);
    command.env("KAFKA_PASSWORD", PASSWORD);
    let run = Run::of(command).unwrap();
    assert_eq!(run.code, Some(4), "{run:?}");
    assert_eq!(run.document().unwrap().group("open").unwrap().lag, Some(0));
    assert!(!run.stdout.contains(PASSWORD) && !run.stderr.contains(PASSWORD), "{run:?}");
    let expected = format!("lagtop: {path}:7: sasl.password stands in a file that every user");
    assert_eq!(run.stderr.starts_with(&expected), warned, "{}", run.stderr);
}

#[rstest]
#[case::tls_to_plaintext(
    None,
    TLS,
    "the broker does not answer in TLS: it probably speaks plaintext"
)]
#[case::plaintext_to_tls(
    Some("tls"),
    "",
    "the broker closed the connection during the handshake: it \
        probably speaks TLS"
)]
#[case::nobody_to_sasl(
    Some("sasl"),
    "",
    "the broker closed the connection at the first request: it \
        probably requires SASL"
)]
#[case::password_plain(Some("sasl"), &alice("PLAIN", "wrong"), "authentication failed (PLAIN): ")]
#[case::password_scram(Some("sasl"), &alice("SCRAM-SHA-512", "wrong"), "authentication failed \
        (SCRAM-SHA-512): ")]
#[case::mechanism(Some("sasl"), &alice("SCRAM-SHA-256", PASSWORD), "the broker does not offer SASL \
        mechanism SCRAM-SHA-256; it offers ")]
#[case::sasl_to_plaintext(None, &alice("PLAIN", PASSWORD), "the listener does not use SASL")]
#[case::authority(
    Some("tls"),
    "security.protocol=SSL\nssl.ca.location=DIR/stranger.pem",
    "TLS \
        handshake failed: "
)]
fn a_listener_that_wants_something_else(
    #[case] listener: Option<&str>,
    #[case] properties: &str,
    #[case] expected: &str,
) {
    let Some(secured) = secured() else { return };
    let run = secured.once(listener, properties);
    let sentence = run.sentence().unwrap();
    let (subject, reason) = sentence.split_once(": ").unwrap();
    assert!(subject.starts_with("cannot connect to 127.0.0.1:"), "{sentence}");
    assert!(reason.starts_with(expected), "{sentence}");
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
}

#[rstest]
#[case("table")]
#[case("json")]
#[case("csv")]
fn a_reader_who_has_seen_enough_is_no_failure(#[case] form: &str) {
    let Some(secured) = secured() else { return };
    let bootstrap = secured.kafka.bootstrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = lagtop(["once", "-b", &bootstrap, "--output", form]);
    command.stdout(writer);
    let run = Run::of(command).unwrap();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_full_disk_is_said() {
    let Some(secured) = secured() else { return };
    let mut command = lagtop(["once", "-b", &secured.kafka.bootstrap()]);
    let full = File::options().write(true).open("/dev/full").unwrap();
    command.stdout(Stdio::from(full));
    let run = Run::of(command).unwrap();
    let sentence = run.sentence().unwrap();
    assert!(sentence.starts_with("cannot write: No space left on device"), "{sentence}");
    assert_eq!(run.code, Some(1));
}

/// Names that look like commands to a terminal are never printed as they are, nor is any colour:
/// with and without `NO_COLOR` the same bytes.
#[test]
fn what_is_printed_moves_no_terminal() {
    let Some(secured) = secured() else { return };
    let hostile = "open\u{1b}[2J\u{9b}31m\u{7}";
    let commit = BulkCommit { group: hostile.to_owned(), offsets: vec![(0, 0)] };
    commit_groups(&secured.kafka, "orders", &[commit]).unwrap();
    for form in ["table", "json"] {
        let bootstrap = secured.kafka.bootstrap();
        let line = ["once", "-b", &bootstrap, "-g", "^open.+", "--output", form];
        let plain = Run::of(lagtop(line)).unwrap();
        let acts = |c: char| c.is_control() && c != '\n';
        assert!(plain.stdout.contains("open") && !plain.stdout.contains(acts), "{plain:?}");
        let mut command = lagtop(line);
        command.env("NO_COLOR", "1").env("LAGTOP_COLOR", "always");
        let other = Run::of(command).unwrap();
        let without_time = |run: &Run| run.stdout.replace(|c: char| c.is_ascii_digit(), "");
        assert_eq!(without_time(&plain), without_time(&other));
    }
}
