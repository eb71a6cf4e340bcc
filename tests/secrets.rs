//! No password in anything that lagtop says or keeps, while it uses them all: each face, each way to fail,
//! a recording, a crash. What is said of settings alone is in `src/config/tests/secrets.rs`.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

#[path = "lab/mod.rs"]
mod lab;
#[path = "lagtop/mod.rs"]
mod lagtop;
#[path = "support/pty.rs"]
mod pty;
mod support;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use ::lagtop::config::{Cli, Inputs, Settings, ThisSystem};
use ::lagtop::source::kafka::connect;
use clap::Parser;
use lab::bulk::{BulkCommit, commit_groups};
use lagtop::{Run, lagtop};
use portable_pty::CommandBuilder;
use pty::Pty;
use rstest::rstest;
use support::kafka::listener::ClientAuth;
use support::kafka::tls::Authority;
use support::kafka::{Listener, Mechanism};
use support::{KafkaCluster, wait};

/// What is nobody's business: the user's password, that of the truststore, that of the key, and the key.
const PASSWORD: &str = "user-hunter2";
const STORE: &str = "store-hunter2";
const KEY: &str = "key-hunter2";
const SECRETS: [&str; 4] = [PASSWORD, STORE, KEY, "BEGIN ENCRYPTED PRIVATE KEY"];

/// For a screen that is drawn, a process that ends, a page that is served; on a busy machine.
const SOON: Duration = Duration::from_secs(30);

/// A cluster that wants all of them, and the files that have them.
struct Kept {
    /// Lives as long as the tests.
    _kafka: KafkaCluster,
    files: tempfile::TempDir,
}

/// `None` where Kafka cannot be had.
fn kept() -> Option<&'static Kept> {
    static KEPT: OnceLock<Option<Kept>> = OnceLock::new();
    KEPT.get_or_init(Kept::start).as_ref()
}

impl Kept {
    fn start() -> Option<Self> {
        let authority = Authority::new("authority").unwrap();
        let listener = Listener::named("kept")
            .tls(&authority, ClientAuth::Required)
            .unwrap()
            .sasl(Mechanism::Plain)
            .user("alice", PASSWORD);
        let builder = KafkaCluster::builder().heap_mib(256).listener(listener);
        let kafka = support::kafka_or_skip(builder)?;
        let files = tempfile::tempdir().unwrap();
        let client = authority.client("alice").unwrap();
        let write = |name: &str, content: &[u8]| fs::write(files.path().join(name), content);
        write("trust.p12", &client.pkcs12(STORE).unwrap()).unwrap();
        write("alice.pem", client.certificate_pem.as_bytes()).unwrap();
        write("alice.key", client.encrypted_key_pem(KEY).unwrap().as_bytes()).unwrap();
        let commit = BulkCommit { group: "billing".to_owned(), offsets: vec![(0, 0)] };
        let create = async { kafka.admin().unwrap().create_topic("orders", 1, 1).await.unwrap() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(create);
        commit_groups(&kafka, "orders", &[commit]).unwrap();
        let directory = files.path().display();
        let bootstrap = kafka.bootstrap_of("kept").unwrap();
        // The second has another secret where the user's password should be.
        for (name, password) in [("right", PASSWORD), ("wrong", KEY)] {
            let text = format!(
                "bootstrap.servers={bootstrap}\nsecurity.protocol=SASL_SSL\nsasl.mechanism=PLAIN\n\
             sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
             username=\"alice\" password=\"{password}\";\n\
             ssl.truststore.location={directory}/trust.p12\nssl.truststore.password={STORE}\n\
             ssl.certificate.location={directory}/alice.pem\n\
             ssl.key.location={directory}/alice.key\nssl.key.password={KEY}\ngroup.id=x\n"
            );
            write(name, text.as_bytes()).unwrap();
        }
        Some(Self { _kafka: kafka, files })
    }

    /// A properties file: `right`, or `wrong`.
    fn file(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }
}

/// Fails where one of them is in it.
fn told(what: &str, text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} in {what}:\n{text}");
    }
}

/// lagtop on the screen, in an environment that says nothing but this.
fn screen(properties: &Path, flags: &[&str], variable: Option<(&str, &str)>) -> Pty {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_lagtop"));
    command.env_clear();
    command.env("RUST_BACKTRACE", "full");
    if let Some((name, text)) = variable {
        command.env(name, text);
    }
    command.args([Path::new("-F"), properties]);
    command.args(flags);
    Pty::spawn(command, 160, 45)
}

#[test]
fn what_is_printed() {
    let Some(kept) = kept() else { return };
    for (name, is_right) in [("right", true), ("wrong", false)] {
        let properties = kept.file(name);
        for line in ["once -o table", "once -o json", "once -o csv", "check", "doctor"] {
            let words = line.split(' ').map(Path::new);
            let flags = ["-v", "--timeout", "3s", "-F"].map(Path::new);
            let run = Run::of(lagtop(words.chain(flags).chain([&*properties]))).unwrap();
            assert_eq!(run.code == Some(0), is_right, "{run:?}");
            assert!(run.stderr.contains("group.id"), "the notes are there: {run:?}");
            told(line, format!("{run:?}").as_bytes());
        }
    }
}

#[test]
fn pages() {
    let Some(kept) = kept() else { return };
    let flags = ["export", "-v", "--listen", "127.0.0.1:0", "-F"].map(Path::new);
    let mut command = lagtop(flags.into_iter().chain([&*kept.file("right")]));
    let mut child = command.spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut said = Vec::new();
    let address = loop {
        let line = stderr.next().unwrap().unwrap();
        said.push(line.clone());
        if let Some((_, address)) = line.split_once("serving http://") {
            break address.strip_suffix("/metrics").unwrap().to_owned();
        }
    };
    told("the notes", said.join("\n").as_bytes());
    let get = |path: &str| {
        let mut stream = TcpStream::connect(&address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    };
    let served = wait::holds_within(SOON, || get("/metrics").contains("billing"));
    let texts = ["/metrics", "/healthz"].map(get);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(served, "{texts:?}");
    told("the pages", texts.concat().as_bytes());
}

#[test]
fn the_screen_and_what_is_recorded() {
    let Some(kept) = kept() else { return };
    let recording = kept.files.path().join("incident.lagtop");
    let flags = ["-v", "--record", recording.to_str().unwrap()];
    let mut pty = screen(&kept.file("right"), &flags, None);
    pty.wait_for("billing");
    // Until it listens, librdkafka has logged in as well.
    pty.wait_until("that it listens", |screen| {
        let header = screen.contents();
        header.contains("stream") && !header.contains("no stream")
    });
    for key in ["1", "2", "3", "4", "5", "6", "?"] {
        pty.send(key);
    }
    pty.wait_for("this help");
    pty.send("q");
    assert_eq!(pty.exit_code(SOON), 0);
    told("the screen", &pty.bytes());
    let bytes = fs::read(&recording).unwrap();
    // Flushed a frame at a time, each of them whole.
    let text = zstd::decode_all(&*bytes).unwrap();
    assert!(String::from_utf8_lossy(&text).contains("billing"), "it is what was seen");
    told("the recording", &text);
    told("the recording as it is", &bytes);
    let wrong = screen(&kept.file("wrong"), &[], None);
    wrong.wait_for("authentication failed");
    told("the screen that cannot log in", &wrong.bytes());
}

/// A backtrace is longer than the screen.
fn has_written(pty: &Pty, text: &str) {
    let written = || String::from_utf8_lossy(&pty.bytes()).contains(text);
    assert!(wait::holds_within(SOON, written), "{text} is not in\n{}", pty.text());
}

#[test]
fn crashes() {
    let Some(kept) = kept() else { return };
    let properties = kept.file("right");
    let mut drawing = screen(&properties, &["-v"], Some(("LAGTOP_PANIC", "ui")));
    assert_ne!(drawing.exit_code(SOON), 0);
    has_written(&drawing, "LAGTOP_PANIC asks for this");
    told("the crash report", &drawing.bytes());
    let mut asking = screen(&properties, &["-v"], Some(("LAGTOP_PANIC", "poll")));
    asking.wait_for("A defect stopped the questions");
    asking.send("q");
    assert_eq!(asking.exit_code(SOON), 0);
    has_written(&asking, "a task died and was started again: LAGTOP_PANIC asks for this");
    told("the report of a task", &asking.bytes());
}

/// What a forgotten `{:?}` would show.
#[test]
fn debug() {
    let Some(kept) = kept() else { return };
    let properties = kept.file("right");
    let cli = Cli::try_parse_from([Path::new("lagtop"), Path::new("-F"), &properties]).unwrap();
    let inputs = Inputs { cli: &cli, variables: [], system: &ThisSystem };
    let settings = Settings::resolve(inputs).unwrap();
    let wire = connect::wire_config(&settings.connection).unwrap();
    let librdkafka = connect::librdkafka_properties(&settings.connection);
    let shown = format!("{settings:?} {wire:?} {librdkafka:?}");
    assert!(shown.contains("alice"), "{shown}");
    told("Debug", shown.as_bytes());
}

/// Help and usage errors name variables and never what is in them, nor what was typed.
#[rstest]
#[case("--help")]
#[case("once --help")]
#[case("doctor --bogus")]
#[case("once -X sasl.password:user-hunter2")]
#[case("once -X sasl.pasword=user-hunter2 -b k")]
fn what_is_said_of_the_command_line(#[case] line: &str) {
    let mut command = lagtop(line.split(' '));
    command.env("LAGTOP_PROPERTY", format!("sasl.password={PASSWORD}\nnonsense {KEY}"));
    let run = Run::of(command).unwrap();
    told(line, format!("{run:?}").as_bytes());
}
