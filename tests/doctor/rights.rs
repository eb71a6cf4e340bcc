//! Each right, and what is said of those that are missing.

use std::time::Duration;

use anyhow::ensure;

use super::said::{end, said, to_do};
use super::secured::{PASSWORD, secured, user};
use super::support::wait;

/// Who may describe everything sees everything, and cannot listen nor read.
#[test]
fn to_describe_all_is_enough_to_see_all() {
    let Some(secured) = secured() else { return };
    let run = secured.at("sasl", &user("PLAIN", "alice", PASSWORD));
    assert_eq!(said(&run, "groups"), "ok groups 3 listed, all may be described");
    assert_eq!(said(&run, "topics"), "ok topics 2 may be described");
    let listen = said(&run, "listen");
    assert!(listen.starts_with("limited listen no right to read __consumer_offsets"), "{listen}");
    assert!(listen.contains("polling works without it"), "{listen}");
    let command = to_do(&run, "listen");
    assert!(command.starts_with("$ kafka-acls.sh --bootstrap-server 127.0.0.1:"), "{command}");
    assert!(command.contains("--allow-principal 'User:alice' --operation Read"), "{command}");
    let records = said(&run, "records");
    let refused = "limited records those of 2 of 2 topics may not be read: orders, private";
    assert!(records.starts_with(refused), "{records}");
    assert!(end(&run).0.starts_with("lagtop works, limited in 2 of"), "{}", run.stdout);
    assert_eq!(run.code, Some(0));

    let document = secured.once("alice");
    let lag = |group: &str| document.group(group).map(|group| (group.lag, group.error.is_none()));
    assert_eq!(["hidden", "open"].map(lag), [Some((Some(0), true)); 2]);
    assert_eq!(document.group("held").unwrap().partitions.len(), 1);
    assert_eq!(document.errors, []);
}

/// What may not be described is missing, or says why; the rest is there.
#[test]
fn with_less_there_is_what_may_be_described() {
    let Some(secured) = secured() else { return };
    let run = secured.at("sasl", &user("PLAIN", "bob", PASSWORD));
    let cluster = run.stdout.split("\nrights\n").nth(1).unwrap();
    assert!(cluster.starts_with("  limited  cluster    no right to describe it"), "{cluster}");
    assert_eq!(said(&run, "groups"), "ok groups 2 listed, all may be described");
    let topics = said(&run, "topics");
    let hidden = "limited topics 1 that members hold may not be described: private";
    assert!(topics.starts_with(hidden), "{topics}");
    assert!(end(&run).0.starts_with("lagtop works, limited in 4 of"), "{}", run.stdout);

    let document = secured.once("bob");
    let groups: Vec<_> = document.groups.iter().map(|group| &*group.group).collect();
    assert_eq!(groups, ["held", "open"], "without the right on the cluster");
    assert_eq!(document.group("open").unwrap().lag, Some(0));
    let held = document.group("held").unwrap();
    assert_eq!(held.lag, None, "not known, and not 0: {held:?}");

    let run = secured.at("sasl", &user("PLAIN", "carol", PASSWORD));
    assert!(said(&run, "groups").starts_with("FAILED groups none is listed"), "{}", run.stdout);
    assert!(said(&run, "topics").starts_with("skipped topics none is told"), "{}", run.stdout);
    assert_eq!(run.code, Some(1));
}

/// The commands that it says are those that give the rights: in the end nothing is missing.
#[test]
fn what_it_says_to_do_helps() {
    let Some(secured) = secured() else { return };
    let mut rounds = 0;
    let lifted = wait::answer_within(Duration::from_mins(1), "all rights", || {
        let run = secured.at("sasl", &user("PLAIN", "dave", PASSWORD));
        rounds += 1;
        let commands = end(&run).1.lines().filter_map(|line| line.trim().strip_prefix("$ "));
        for command in commands {
            let (_, given) = command.split_once(" --add ").unwrap();
            let words: Vec<_> = given.split(' ').map(|word| word.trim_matches('\'')).collect();
            secured.kafka.acls(&[&["--add"][..], &words].concat())?;
        }
        ensure!(end(&run).0.ends_with(" checks passed"), "{}", run.stdout);
        Ok(run)
    });
    let lifted = lifted.unwrap();
    assert!(rounds > 1, "there was nothing to give");
    assert_eq!(said(&lifted, "groups"), "ok groups 3 listed, all may be described");
    assert_eq!(said(&lifted, "topics"), "ok topics 2 may be described");
}
