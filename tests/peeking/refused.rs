//! What is said when records may not, or cannot, be read.

use std::sync::Arc;
use std::time::Duration;

use lagtop::model::peek::PeekStep;
use lagtop::source::kafka::peek::{Context, fulfil};

use crate::live::looking;
use crate::sent::{Sent, send};
use crate::support::kafka::KafkaCluster;
use crate::support::kafka::listener::{Listener, Mechanism};
use crate::support::wait;
use crate::{at, look, support, target};

/// Until brokers and rights are known everywhere.
const SOON: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn without_the_right_to_read_it_says_which_right_is_needed() {
    const PASSWORD: &str = "well-kept";
    let listener = Listener::named("sasl").sasl(Mechanism::Plain).user("alice", PASSWORD);
    let builder = KafkaCluster::builder().authorizer().listener(listener);
    let Some(kafka) = support::kafka_or_skip(builder) else { return };
    kafka.admin().unwrap().create_topic("deals", 1, 1).await.unwrap();
    send(&kafka.bootstrap(), "deals", &[Sent::of("a", 20); 5]);
    let password = format!("sasl.password={PASSWORD}");
    let bootstrap = kafka.bootstrap_of("sasl").unwrap();
    let properties = [
        "security.protocol=SASL_PLAINTEXT",
        "sasl.mechanism=PLAIN",
        "sasl.username=alice",
        &password,
    ];
    let mut flags = vec!["-b", &bootstrap];
    flags.extend(properties.iter().flat_map(|property| ["-X", property]));
    let context = looking(&flags);

    let hidden = look(&context, "deals", Some(0)).await.unwrap_err();
    assert_eq!(&*hidden.code, "TOPIC_AUTHORIZATION_FAILED");
    assert!(hidden.text.contains("may not be seen: READ on it is needed"), "{hidden}");

    let allow = |operation: &str| {
        let who = ["--add", "--allow-principal", "User:alice", "--operation", operation];
        kafka.acls(&[&who[..], &["--topic", "deals"]].concat()).unwrap();
    };
    allow("Describe");
    let denied = refused_by(&context, "may not be read").await;
    assert_eq!(denied, "the topic deals may not be read: READ on it is needed");

    // That right alone is enough: none on any group.
    allow("Read");
    let read = wait::eventually(SOON, "records", || async {
        look(&context, "deals", Some(0)).await.map_err(|fault| anyhow::anyhow!("{fault}"))
    });
    assert_eq!(read.await.unwrap().look.records.len(), 5);
}

/// The words of a refusal, once they hold this.
async fn refused_by(context: &Context, words: &str) -> String {
    let refused = wait::eventually(SOON, words, || async {
        let refused = look(context, "deals", Some(0)).await;
        let text = refused.err().map(|fault| fault.text.to_string()).unwrap_or_default();
        anyhow::ensure!(text.contains(words), "{text:?}");
        Ok(text)
    });
    refused.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said_to_be_missing() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    let gone = look(&at(kafka), "never-made", Some(0)).await.unwrap_err();
    assert_eq!(&*gone.code, "UNKNOWN_TOPIC_OR_PARTITION");
    assert_eq!(&*gone.text, "there is no never-made/0 (any more)");
    let again = look(&at(kafka), "never-made", None).await.unwrap_err();
    assert_eq!(gone, again, "asking did not make it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_is_not_there_is_a_reason() {
    let nowhere = looking(&["-b", "127.0.0.1:1", "--timeout", "1s"]);
    let fault = look(&nowhere, "deals", Some(0)).await.unwrap_err();
    assert!(fault.text.contains("nothing listens there"), "{fault}");
}

/// The leader's address is known and what it says of the log; then records do not come.
#[tokio::test(flavor = "multi_thread")]
async fn records_that_do_not_come_in_time_are_a_reason() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    kafka.admin().unwrap().create_topic("unreached", 1, 1).await.unwrap();
    send(&kafka.bootstrap(), "unreached", &[Sent::of("a", 20); 5]);
    let properties: Arc<[_]> = [("bootstrap.servers".to_owned(), "127.0.0.1:1".into())].into();
    let context = Context { properties, ..at(kafka) };
    let fault = look(&context, "unreached", Some(0)).await.unwrap_err();
    assert_eq!(&*fault.code, "REQUEST_TIMED_OUT");
    assert!(fault.text.starts_with("no record came within 5s ("), "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partition_without_a_leader_cannot_be_read() {
    let cluster = KafkaCluster::builder().brokers(3).heap_mib(256);
    let Some(mut kafka) = support::kafka_or_skip(cluster) else { return };
    // One copy each: what the killed broker led has no leader then.
    kafka.admin().unwrap().create_topic("single", 3, 1).await.unwrap();
    kafka.kill(3).unwrap();
    let context = at(&kafka);
    let fault = wait::eventually(SOON, "the missing leader", || async {
        for partition in 0..3 {
            let mut target = target("single", Some(0));
            target.partition.partition = partition;
            match fulfil(&target, PeekStep::Plan, &context).await {
                Err(fault) if &*fault.code == "LEADER_NOT_AVAILABLE" => return Ok(fault),
                _ => {}
            }
        }
        anyhow::bail!("all of them are led")
    });
    let fault = fault.await.unwrap();
    assert!(fault.text.ends_with("has no leader now: nobody can read it"), "{fault}");
}
