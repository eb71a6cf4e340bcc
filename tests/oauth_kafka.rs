//! OAUTHBEARER on a real Kafka that checks signatures, with tokens from an endpoint of the tests: asking
//! and listening alike, over several lives of tokens, and what is said where there is no good one.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::fs;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use clap::Parser as _;
use lab::Producer;
use lab::bulk::{BulkCommit, commit_groups};
use lagtop::{Run, lagtop};
use live::{Live, every, group, rounds, stream_health};
use rstest::rstest;
use support::KafkaCluster;
use support::kafka::Listener;
use support::tokens::{Answer, Issuer, TokenEndpoint};

use ::lagtop::config::{Cli, Inputs, Settings, ThisSystem};
use ::lagtop::model::peek::{PeekOutcome, PeekStep, PeekTarget};
use ::lagtop::model::{SourceHealth, TopicPartition};
use ::lagtop::source::kafka::wire::Client;
use ::lagtop::source::kafka::{connect, peek};

#[path = "lab/mod.rs"]
mod lab;
#[path = "lagtop/mod.rs"]
mod lagtop;
mod live;
mod support;

const CLIENT: &str = "lagtop";
/// Never in any output.
const SECRET: &str = "cl1ent-s3cret";

/// How long a connection may be used by one proof.
const SESSION: Duration = Duration::from_secs(4);
/// How long a token holds in the test of that: librdkafka looks once a second whether it needs another.
const TOKEN_SECONDS: i64 = 12;

/// One cluster for all tests of this binary.
struct Guarded {
    kafka: KafkaCluster,
    issuer: Issuer,
    files: tempfile::TempDir,
}

/// `None` where Kafka cannot be had.
fn guarded() -> Option<&'static Guarded> {
    static GUARDED: OnceLock<Option<Guarded>> = OnceLock::new();
    GUARDED.get_or_init(Guarded::start).as_ref()
}

impl Guarded {
    fn start() -> Option<Self> {
        let issuer = Issuer::new().unwrap();
        let listener = Listener::named("tokens").tokens(&issuer);
        // Sessions end before tokens do, so that both are seen to be renewed.
        let builder = KafkaCluster::builder()
            .listener(listener)
            .property("connections.max.reauth.ms", &SESSION.as_millis().to_string());
        let kafka = support::kafka_or_skip(builder)?;
        let create = async { kafka.admin().unwrap().create_topic("orders", 1, 1).await.unwrap() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        std::thread::scope(|scope| {
            scope.spawn(|| runtime.unwrap().block_on(create)).join().unwrap();
        });
        let guarded = Self { kafka, issuer, files: tempfile::tempdir().unwrap() };
        guarded.commit("open", 0);
        guarded.commit("followed", 0);
        Some(guarded)
    }

    fn commit(&self, group: &str, offset: i64) {
        let commit = BulkCommit { group: group.to_owned(), offsets: vec![(0, offset)] };
        commit_groups(&self.kafka, "orders", &[commit]).unwrap();
    }

    /// Where its tokens come from.
    fn endpoint(&self) -> TokenEndpoint {
        TokenEndpoint::start(&self.issuer, (CLIENT, SECRET), None).unwrap()
    }

    /// A properties file with these lines; its path.
    fn file(&self, lines: &str) -> String {
        let bootstrap = self.kafka.bootstrap_of("tokens").unwrap();
        let file = tempfile::NamedTempFile::new_in(self.files.path()).unwrap();
        fs::write(file.path(), format!("bootstrap.servers={bootstrap}\n{lines}")).unwrap();
        file.keep().unwrap().1.to_str().unwrap().to_owned()
    }

    /// `lagtop once` with these properties.
    fn once(&self, lines: &str) -> Run {
        let run = Run::of(lagtop(["once", "-F", &self.file(lines), "--output", "json"])).unwrap();
        assert!(!run.stdout.contains(SECRET) && !run.stderr.contains(SECRET), "{run:?}");
        run
    }
}

/// As Java's clients write it.
fn java(url: &str, secret: &str) -> String {
    let package = "org.apache.kafka.common.security.oauthbearer";
    format!(
        "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=OAUTHBEARER\n\
         sasl.oauthbearer.token.endpoint.url={url}\n\
         sasl.login.callback.handler.class={package}.OAuthBearerLoginCallbackHandler\n\
         sasl.jaas.config={package}.OAuthBearerLoginModule required clientId=\"{CLIENT}\" \\\n  \
         clientSecret=\"{secret}\" scope=\"kafka\" extension_traceId=\"1\";\n"
    )
}

/// As librdkafka's clients write it.
fn librdkafka(url: &str) -> String {
    format!(
        "security.protocol=sasl_plaintext\nsasl.mechanisms=OAUTHBEARER\nsasl.oauthbearer.method=oidc\n\
         sasl.oauthbearer.client.id={CLIENT}\nsasl.oauthbearer.client.secret={SECRET}\n\
         sasl.oauthbearer.scope=kafka\nsasl.oauthbearer.token.endpoint.url={url}\n"
    )
}

#[test]
fn both_dialects_get_in() {
    let Some(guarded) = guarded() else { return };
    let endpoint = guarded.endpoint();
    for lines in [java(&endpoint.url, SECRET), librdkafka(&endpoint.url)] {
        let run = guarded.once(&lines);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        assert_eq!(run.document().unwrap().group("open").unwrap().lag, Some(0));
    }
    let forms: Vec<_> = endpoint.asked().into_iter().map(|asked| asked.form).collect();
    assert_eq!(forms, ["grant_type=client_credentials&scope=kafka"; 2], "one token a run");
}

#[rstest]
#[case::secret(
    "wrong",
    None,
    "no token: the token endpoint URL refuses the client: invalid_client"
)]
#[case::no_endpoint(
    SECRET,
    Some(Answer::With(503, String::new())),
    "no token: the token endpoint URL answers with status 503"
)]
#[case::expired(
    SECRET,
    Some(Answer::With(200, format!(r#"{{"access_token":"{}"}}"#, token(-5)))),
    "no token: the token endpoint URL gives a token that has expired already: compare the clocks"
)]
#[case::a_stranger(
    SECRET,
    Some(Answer::With(200, format!(r#"{{"access_token":"{}"}}"#, token(300)))),
    "authentication failed (OAUTHBEARER): the broker does not accept the token: invalid_token"
)]
fn what_is_wrong_is_one_sentence(
    #[case] secret: &str,
    #[case] answer: Option<Answer>,
    #[case] expected: &str,
) {
    let Some(guarded) = guarded() else { return };
    let endpoint = guarded.endpoint();
    if let Some(answer) = answer {
        endpoint.answer_once(answer);
    }
    let run = guarded.once(&java(&endpoint.url, secret));
    let sentence = run.sentence().unwrap().replace(&endpoint.url, "URL");
    let (subject, reason) = sentence.split_once(": ").unwrap();
    assert!(subject.starts_with("cannot connect to 127.0.0.1:"), "{sentence}");
    assert!(reason.starts_with(expected), "{sentence}");
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
}

/// A token of somebody whom the broker does not know.
fn token(seconds: i64) -> String {
    Issuer::new().unwrap().token(CLIENT, seconds).unwrap()
}

#[test]
fn an_endpoint_that_is_not_there_is_said() {
    let Some(guarded) = guarded() else { return };
    let url = guarded.endpoint().url;
    let run = guarded.once(&librdkafka(&url));
    let sentence = run.sentence().unwrap();
    let expected = format!("the token endpoint {url} cannot be reached: connection refused");
    assert!(sentence.contains(&expected), "{sentence}");
}

/// Both clients go on over the end of sessions and of tokens, asking on the connection that is there.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_end_are_followed_by_others() {
    let Some(guarded) = guarded() else { return };
    let endpoint = guarded.endpoint();
    endpoint.lifetime(TOKEN_SECONDS);
    let file = guarded.file(&librdkafka(&endpoint.url));
    let mut live = Live::start(&["-F", &file], every(600_000), true);
    live.until("a round, and the tail", |snapshot| {
        (stream_health(snapshot) == Some(&SourceHealth::Working) && rounds(snapshot) == 1)
            .then_some(())
    })
    .await;

    let cli = Cli::try_parse_from(["lagtop", "-F", &file]).unwrap();
    let inputs = Inputs { cli: &cli, variables: [], system: &ThisSystem };
    let settings = Settings::resolve(inputs).unwrap();
    let client = Client::new(connect::wire_config(&settings.connection).unwrap());
    client.connect().await.unwrap();
    let start = Instant::now();
    // The first token's last session begins before that.
    while start.elapsed() < Duration::from_secs(TOKEN_SECONDS.unsigned_abs()) + SESSION {
        client.list_groups(client.broker_ids()[0]).await.unwrap();
    }
    let stats = client.stats();
    assert!(stats.connections == 1 && stats.reauthentications >= 3, "{stats:?}");

    guarded.commit("followed", 7);
    live.until("a commit, after several tokens", |snapshot| {
        assert_eq!(stream_health(snapshot), Some(&SourceHealth::Working));
        let view = &group(snapshot, "followed")?.view;
        let (_, row) = view.partitions().next()?;
        row.commit.as_ref()?.recorded.filter(|recorded| recorded.offset == 7)
    })
    .await;
    assert!(endpoint.asked().len() >= 4, "two tokens for each: {:?}", endpoint.asked());
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_wait_are_read_with_a_token() {
    let Some(guarded) = guarded() else { return };
    guarded.kafka.admin().unwrap().create_topic("waiting", 1, 1).await.unwrap();
    let produced = Producer::burst("waiting", 0, 3).spawn(&guarded.kafka.bootstrap()).unwrap();
    produced.finish().unwrap();
    let endpoint = guarded.endpoint();
    let context = live::looking(&["-F", &guarded.file(&librdkafka(&endpoint.url))]);
    let partition = TopicPartition { topic: "waiting".into(), partition: 0 };
    let target = PeekTarget { group: "open".into(), partition, committed: Some(0) };
    let outcome = peek::fulfil(&target, PeekStep::Records, &context).await.unwrap();
    let PeekOutcome::Read(backlog) = outcome else { panic!("it reads: {outcome:?}") };
    assert_eq!(backlog.look.records.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_extensions_it_says_why_it_does_not_listen_and_polls_on() {
    let Some(guarded) = guarded() else { return };
    let endpoint = guarded.endpoint();
    let file = guarded.file(&java(&endpoint.url, SECRET));
    let mut live = Live::start(&["-F", &file], every(300), true);
    let fault = live
        .until("why it does not listen, while rounds go on", |snapshot| {
            let Some(SourceHealth::Failing { fault, .. }) = stream_health(snapshot) else {
                return None;
            };
            (rounds(snapshot) >= 3 && group(snapshot, "open").is_some()).then(|| fault.clone())
        })
        .await;
    assert_eq!(&*fault.code, "SASL_EXTENSIONS");
}
