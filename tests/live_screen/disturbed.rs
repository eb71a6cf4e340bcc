//! Members and brokers that go away: what is not known any more is marked with its age and the reason,
//! keys are answered, and everything comes back by itself.

use std::process::{Child, Command, Stdio};

use crate::lab::{Consumer, Keys, Lab, Producer};
use crate::pty::Pty;
use crate::read::{DEADLINE, figure, row, wait_for_rows};
use crate::support::{self, KafkaCluster};
use crate::{AT_ONCE, NARROW, WIDE, answers, start};

/// What a person cannot miss while the picture is old.
const OLD: &str = "What you see is";

/// A topic whose records nobody consumes any more, so that the lag of `left-behind` only grows.
fn cluster() -> Option<Lab> {
    let cluster = support::kafka_or_skip(KafkaCluster::builder().heap_mib(256))?;
    let mut lab = Lab::on(cluster).unwrap();
    lab.topic("letters", 2).unwrap();
    lab.admin().commit("left-behind", "letters", &[(0, 0), (1, 0)]).unwrap();
    lab.produce(Producer { keys: Keys::Weighted(vec![1, 1]), ..Producer::to("letters", 50.0) })
        .unwrap();
    Some(lab)
}

/// The lag of the group is there, not marked as old, and moves.
fn flows(pty: &Pty) {
    let now = figure(pty, ("left-behind", 3), |_| true);
    figure(pty, ("left-behind", 3), |lag| lag.least > now.most);
    assert!(!pty.text().contains(OLD), "{}", pty.text());
}

/// The lag is marked as old.
fn is_marked(pty: &Pty) {
    wait_for_rows(pty, "lag marked as old", |rows| {
        let row = rows.iter().find(|row| row[0] == "left-behind" && row.len() > 3);
        row.is_some_and(|row| row[3].ends_with('?'))
    });
}

/// A member in a process of its own, so that it can be killed.
#[test]
#[ignore = "is run by another test, which kills it"]
fn member() {
    let bootstrap = std::env::var("LAB_BOOTSTRAP").expect("the test says which");
    let member = Consumer {
        client_id: "victim".into(),
        properties: vec![("session.timeout.ms", "6000".into())],
        ..Consumer::of("readers", "letters")
    };
    member.spawn(&bootstrap).unwrap().finish().unwrap();
}

/// That process, killed at the latest when the test is over.
struct Victim(Child);

impl Victim {
    fn of(bootstrap: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "disturbed::member", "--ignored", "--test-threads=1"]);
        Self(command.env("LAB_BOOTSTRAP", bootstrap).stdout(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_killed_member_is_a_rebalance_that_names_it() {
    let Some(mut lab) = cluster() else { return };
    let other = Consumer { client_id: "survivor".into(), ..Consumer::of("readers", "letters") };
    lab.consume(other).unwrap();
    let bootstrap = lab.cluster.bootstrap();
    let victim = Victim::of(&bootstrap);
    let mut pty = start(&bootstrap, WIDE);
    wait_for_rows(&pty, "the group", |rows| rows.iter().any(|row| row[0] == "readers"));
    pty.send("/readers\r3");
    let has = |name: &str, partitions: &str| {
        let found = row(&pty, name, 4);
        found.is_some_and(|row| row[1] == "127.0.0.1" && row[2] == partitions)
    };
    let both = || has("survivor", "1") && has("victim", "1");
    let shared = support::wait::holds_within(DEADLINE, both);
    assert!(shared, "each has one of two partitions:\n{}", pty.text());

    drop(victim);
    pty.wait_for("victim left");
    let alone = support::wait::holds_within(DEADLINE, || has("survivor", "2"));
    assert!(alone, "the other one has both:\n{}", pty.text());
    pty.send("4\r");
    pty.wait_for("Left (1)");
    pty.wait_for("1 partition changed hands");
}

#[test]
fn a_broker_that_is_killed_leaves_a_marked_picture_and_comes_back() {
    let Some(mut lab) = cluster() else { return };
    let mut pty = start(&lab.cluster.bootstrap(), NARROW);
    flows(&pty);
    lab.cluster_alone().unwrap().kill(1).unwrap();
    pty.wait_for(OLD);
    pty.wait_for("connection refused");
    pty.wait_for("0 of 1 brokers up");
    is_marked(&pty);
    answers(&mut pty, "2", "OWNER");
    answers(&mut pty, "?", "Esc close");
    pty.send("?1");
    lab.cluster_alone().unwrap().restart(1).unwrap();
    flows(&pty);
    pty.send("q");
    assert_eq!(pty.exit_code(AT_ONCE), 0);
}

#[test]
fn a_broker_that_freezes_leaves_a_marked_picture_and_hangs_nothing() {
    let Some(mut lab) = cluster() else { return };
    let bootstrap = lab.cluster.bootstrap();
    let mut pty = start(&bootstrap, WIDE);
    flows(&pty);
    lab.cluster_alone().unwrap().freeze(1).unwrap();
    // Before anything has failed: three rounds are missing.
    is_marked(&pty);
    answers(&mut pty, "?", "Esc close");
    pty.send("?");
    pty.wait_for(OLD);
    pty.wait_for("no answer within 5s");
    pty.wait_until("ten seconds", |screen| {
        let text = screen.contents();
        let age = text.split_once(OLD).and_then(|(_, rest)| rest.split_whitespace().next());
        let seconds = age.and_then(|age| age.strip_suffix('s')?.parse::<u32>().ok());
        seconds.is_some_and(|seconds| seconds >= 10)
    });
    answers(&mut pty, "/", "Esc cancel");
    pty.send("\u{1b}");

    // Another one starts now, dials in vain, and is left.
    let mut late = start(&bootstrap, NARROW);
    late.wait_for("Cannot reach");
    late.send("q");
    assert_eq!(late.exit_code(AT_ONCE), 0);
    late.assert_restored();
    // And one that had an answer.
    let mut third = start(&bootstrap, NARROW);
    third.wait_until("the screen", vt100::Screen::alternate_screen);
    third.send("q");
    assert_eq!(third.exit_code(AT_ONCE), 0);

    lab.cluster_alone().unwrap().thaw(1).unwrap();
    flows(&pty);
    lab.cluster_alone().unwrap().freeze(1).unwrap();
    is_marked(&pty);
    pty.send("q");
    assert_eq!(pty.exit_code(AT_ONCE), 0);
    pty.assert_restored();
    lab.cluster_alone().unwrap().thaw(1).unwrap();
}

#[test]
fn a_cluster_that_is_not_there_yet_is_waited_for() {
    let Some(mut lab) = cluster() else { return };
    lab.cluster_alone().unwrap().kill(1).unwrap();
    let mut pty = start(&lab.cluster.bootstrap(), NARROW);
    pty.wait_for("Cannot reach");
    pty.wait_for("refused");
    answers(&mut pty, "?", "Esc close");
    pty.send("?");
    lab.cluster_alone().unwrap().restart(1).unwrap();
    flows(&pty);
    assert!(!pty.text().contains("Cannot reach"), "{}", pty.text());
}
