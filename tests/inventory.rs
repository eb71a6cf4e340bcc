//! What there is in a cluster and who writes to it, on a real Kafka.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::time::Duration;

use lab::bulk::{BulkCommit, commit_groups};
use lagtop::diagnose::Rules;
use lagtop::model::inventory::Counted;
use lagtop::model::{Finding, InventoryView, PollPlan, Snapshot};
use live::{Live, every, on_screen};
use rdkafka::producer::{BaseRecord, Producer as _, ThreadedProducer};
use support::KafkaCluster;
use support::kafka::admin::{Quiet, config};
use support::kafka::listener::{Listener, Mechanism};

#[path = "lab/mod.rs"]
mod lab;
mod live;
mod support;

/// For one step of a transaction.
const STEP: Duration = Duration::from_secs(30);
/// Records of the transaction that stays open.
const HELD: usize = 30;
const TOPIC: &str = "payments";
const GROUP: &str = "ledger";
const PASSWORD: &str = "of-alice";

fn changes(view: &InventoryView) -> Vec<String> {
    let told = |change: &lagtop::model::inventory::Change| {
        let (word, name) = (change.what.word(), change.what.name());
        format!("{word} {name} {}", change.what.detail()).trim_end().to_owned()
    };
    view.changes.iter().map(told).collect()
}

fn counted(snapshot: &Snapshot, counted: Counted) -> Option<i64> {
    snapshot.inventory.view.count(counted)?.now
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_that_come_grow_and_go_are_told_and_those_that_were_there_are_not() {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    let admin = kafka.admin().unwrap();
    admin.create_topic("there-before", 3, 1).await.unwrap();
    let mut live = Live::of(&kafka, every(200));
    let topics =
        |number| move |s: &Snapshot| (counted(s, Counted::Topics)? == number).then_some(());
    live.until("one topic", topics(1)).await;
    assert_eq!(counted(&live.now(), Counted::Partitions), Some(3));
    assert_eq!(counted(&live.now(), Counted::Brokers), Some(1));

    admin.create_topic("new", 2, 1).await.unwrap();
    live.until("the new topic", topics(2)).await;
    admin.grow_topic("new", 5).await.unwrap();
    let partitions = |s: &Snapshot| (counted(s, Counted::Partitions)? == 8).then_some(());
    live.until("its partitions", partitions).await;
    admin.delete_topic("there-before").await.unwrap();
    live.until("one is gone", topics(1)).await;
    // Kafka makes its own topic with the first commit; it is counted apart.
    commit(&kafka, "new");
    let groups = |s: &Snapshot| (counted(s, Counted::Groups)? == 1).then_some(());
    live.until("a group", groups).await;
    let internal = |s: &Snapshot| (counted(s, Counted::InternalTopics)? == 1).then_some(());
    live.until("Kafka's own topic", internal).await;
    let snapshot = live.now();
    assert_eq!(counted(&snapshot, Counted::Topics), Some(1));
    assert_eq!(
        changes(&snapshot.inventory.view),
        [
            "topic appeared new 2 partitions",
            "partitions new 2 to 5",
            "topic vanished there-before 3 partitions",
            "group appeared ledger",
        ]
    );
    assert!(snapshot.findings().iter().all(|finding| finding.rule != "inventory-growth"));
}

fn commit(kafka: &KafkaCluster, topic: &str) {
    let commit = BulkCommit { group: GROUP.to_owned(), offsets: vec![(0, 0)] };
    commit_groups(kafka, topic, &[commit]).unwrap();
}

/// Writes a transaction, and a second one that it does not end.
fn leave_open(kafka: &KafkaCluster) -> ThreadedProducer<Quiet> {
    let producer: ThreadedProducer<Quiet> = config(&kafka.bootstrap())
        .set("transactional.id", "forgetful")
        .set("transaction.timeout.ms", "600000")
        .create_with_context(Quiet)
        .unwrap();
    producer.init_transactions(STEP).unwrap();
    for (records, ends) in [(10, true), (HELD, false)] {
        producer.begin_transaction().unwrap();
        for _ in 0..records {
            let record = BaseRecord::<str, str>::to(TOPIC).partition(0).payload("x");
            producer.send(record).map_err(|(why, _)| why).unwrap();
        }
        producer.flush(STEP).unwrap();
        if ends {
            producer.commit_transaction(STEP).unwrap();
        }
    }
    producer
}

/// lagtop that minds after five seconds.
fn watch(flags: &[&str], plan: PollPlan) -> Live {
    let mut rules = Rules::default();
    rules.set("open-transaction", Some("wait"), "5s").unwrap();
    Live::ruled(&[flags, &["--timeout", "2s"]].concat(), plan, false, rules)
}

fn open(snapshot: &Snapshot) -> Option<Finding> {
    let all = snapshot.findings();
    all.into_iter().find(|finding| finding.rule == "open-transaction").cloned()
}

/// What stands behind a word.
fn after<'a>(text: &'a str, word: &str) -> &'a str {
    let rest = text.split_once(word).unwrap().1.trim_start();
    rest.split_whitespace().next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_left_open_is_named_and_the_next_step_ends_it() {
    let sasl = Listener::named("sasl").sasl(Mechanism::Plain).user("alice", PASSWORD);
    let builder = KafkaCluster::builder().authorizer().listener(sasl);
    let Some(kafka) = support::kafka_or_skip(builder) else { return };
    kafka.admin().unwrap().create_topic(TOPIC, 2, 1).await.unwrap();
    commit(&kafka, TOPIC);
    let describe = ["--add", "--allow-principal", "User:alice", "--operation", "Describe"];
    let what = ["--cluster", "--group", "*", "--topic", "*"];
    kafka.acls(&[&describe[..], &what].concat()).unwrap();
    let producer = leave_open(&kafka);

    let mut live = watch(&["-b", &kafka.bootstrap()], on_screen(GROUP, 200));
    let named = |snapshot: &Snapshot| {
        open(snapshot).filter(|finding| finding.sentence.contains("; producer "))
    };
    let found = live.until("the transaction and its producer", named).await;
    let sentence = &found.sentence;
    assert!(
        sentence.starts_with(&format!("open transaction: {HELD} records held back on payments/0"))
    );
    assert!(sentence.ends_with("; read by ledger"), "{sentence}");
    // What Kafka's own tool says of the same partition.
    let told = kafka.transactions(&["describe-producers", "--topic", TOPIC, "--partition", "0"]);
    let told = told.unwrap();
    let row: Vec<_> = told.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(after(sentence, "; producer"), row[0], "{told}");
    assert_eq!(after(sentence, " epoch").trim_end_matches(','), row[1], "{told}");
    assert_eq!(after(&found.next, "--start-offset"), row[row.len() - 1], "{told}");

    // Who may only describe sees that it is open, and why no more is told.
    let bootstrap = kafka.bootstrap_of("sasl").unwrap();
    let jaas = format!(
        "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
         username=\"alice\" password=\"{PASSWORD}\";"
    );
    let flags = [
        "-b",
        &bootstrap,
        "-X",
        "security.protocol=SASL_PLAINTEXT",
        "-X",
        "sasl.mechanism=PLAIN",
        "-X",
        &jaas,
    ];
    let mut alice = watch(&flags, on_screen(GROUP, 200));
    let refused = |snapshot: &Snapshot| {
        open(snapshot).filter(|finding| finding.sentence.contains("TOPIC_AUTHORIZATION_FAILED"))
    };
    let found = alice.until("that it may not be asked", refused).await;
    assert!(found.sentence.contains("its producer is not known: "), "{}", found.sentence);
    let waits = |snapshot: &Snapshot| {
        let entry = snapshot.topic(&TOPIC.into())?;
        entry.findings.unknown.iter().find(|one| one.rule == "producer-churn").cloned()
    };
    let waits = alice.until("that it cannot be told", waits).await;
    assert!(waits.waits_for.starts_with("a look at who writes: "), "{}", waits.waits_for);

    // `kafka-transactions.sh abort --topic payments --partition 0 --start-offset 11 ends it`.
    let step = found.next.split_once("kafka-transactions.sh abort ").unwrap().1;
    let step = step.strip_suffix(" ends it").unwrap();
    let arguments: Vec<_> = std::iter::once("abort").chain(step.split(' ')).collect();
    kafka.transactions(&arguments).unwrap();
    live.until("it is ended", |snapshot| open(snapshot).is_none().then_some(())).await;
    drop(producer);
}
