//! Where the offsets topic cannot be listened to, the screen says why and lives on polling; and it listens
//! as soon as it can.

use portable_pty::CommandBuilder;

use crate::lab::Producer;
use crate::pty::Pty;
use crate::read::{DEADLINE, figure};
use crate::support::kafka::{Listener, Mechanism};
use crate::support::wait::holds_within;
use crate::support::{self, KafkaCluster};
use crate::{WIDE, command};

const PASSWORD: &str = "well-kept";

/// lagtop as a user who has those rights that were given.
fn as_alice(bootstrap: &str) -> CommandBuilder {
    let mut command = command(bootstrap);
    let password = format!("sasl.password={PASSWORD}");
    for property in [
        "security.protocol=SASL_PLAINTEXT",
        "sasl.mechanism=PLAIN",
        "sasl.username=alice",
        &password,
    ] {
        command.args(["-X", property]);
    }
    command
}

/// The header's first line.
fn header(pty: &Pty) -> String {
    pty.text().lines().next().unwrap_or_default().to_owned()
}

fn wait_for_header(pty: &Pty, what: &str, holds: impl Fn(&str) -> bool) {
    let held = holds_within(DEADLINE, || holds(&header(pty)));
    assert!(held, "waited in vain for {what}; the screen is\n{}", pty.text());
}

fn listens(header: &str) -> bool {
    header.contains("stream") && !header.contains("no stream")
}

/// So many records behind.
fn is_behind(pty: &Pty, records: f64) {
    figure(pty, ("billing", 3), |lag| (lag.least, lag.most) == (records, records));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_is_missing_given_and_taken_again() {
    let listener = Listener::named("sasl").sasl(Mechanism::Plain).user("alice", PASSWORD);
    let builder = KafkaCluster::builder().heap_mib(256).authorizer().listener(listener);
    let Some(kafka) = support::kafka_or_skip(builder) else { return };
    let admin = kafka.admin().unwrap();
    admin.create_topic("orders", 1, 1).await.unwrap();
    Producer::burst("orders", 0, 90).spawn(&kafka.bootstrap()).unwrap().finish().unwrap();
    admin.commit("billing", "orders", &[(0, 50)]).unwrap();
    let acl = |what: &[&str]| kafka.acls(&[&["--allow-principal", "User:alice"], what].concat());
    let all = ["--cluster", "--group", "*", "--topic", "*"];
    acl(&[&["--add", "--operation", "Describe"], &all[..]].concat()).unwrap();

    let pty = Pty::spawn(as_alice(&kafka.bootstrap_of("sasl").unwrap()), WIDE.0, WIDE.1);
    let refused = |header: &str| header.contains("no stream: no right to read __consumer_offsets");
    is_behind(&pty, 40.0);
    wait_for_header(&pty, "why it does not listen", refused);
    admin.commit("billing", "orders", &[(0, 60)]).unwrap();
    is_behind(&pty, 30.0);
    assert!(!pty.text().contains(PASSWORD));

    let read = ["--operation", "Read", "--topic", "__consumer_offsets"];
    acl(&[&["--add"], &read[..]].concat()).unwrap();
    wait_for_header(&pty, "that it listens", listens);
    admin.commit("billing", "orders", &[(0, 70)]).unwrap();
    is_behind(&pty, 20.0);

    acl(&[&["--remove", "--force"], &read[..]].concat()).unwrap();
    wait_for_header(&pty, "that the right is gone", refused);
    admin.commit("billing", "orders", &[(0, 80)]).unwrap();
    is_behind(&pty, 10.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_whose_first_group_comes_later() {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder().heap_mib(256)) else { return };
    let admin = kafka.admin().unwrap();
    admin.create_topic("orders", 1, 1).await.unwrap();
    let pty = Pty::spawn(command(&kafka.bootstrap()), WIDE.0, WIDE.1);
    wait_for_header(&pty, "why it does not listen", |header| {
        header.contains("no stream: no __consumer_offsets yet")
    });
    Producer::burst("orders", 0, 90).spawn(&kafka.bootstrap()).unwrap().finish().unwrap();
    admin.commit("billing", "orders", &[(0, 50)]).unwrap();
    is_behind(&pty, 40.0);
    wait_for_header(&pty, "that it listens", listens);
}
