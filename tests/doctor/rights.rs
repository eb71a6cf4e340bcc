//! Each right, and what is said of those that are missing.

use std::time::Duration;

use anyhow::ensure;

use super::said::{end, said, to_do};
use super::secured::{PASSWORD, secured, user};
use super::support::wait;

/// What alice, bob and carol may do of what they were given, and what is said of the rest.
#[test]
fn rights() {
    let Some(secured) = secured() else { return };
    let rights = |name: &str| secured.at("sasl", &user("PLAIN", name, PASSWORD));
    let alice = rights("alice");
    assert_eq!(said(&alice, "groups"), "ok groups 3 listed, all may be described");
    let listen = said(&alice, "listen");
    assert!(listen.starts_with("limited listen no right to read __consumer_offsets"), "{listen}");
    assert!(listen.contains("polling works without it"), "{listen}");
    let command = to_do(&alice, "listen");
    assert!(command.starts_with("$ kafka-acls.sh --bootstrap-server 127.0.0.1:"), "{command}");
    assert!(command.contains("--allow-principal 'User:alice' --operation Read"), "{command}");
    assert!(end(&alice).0.starts_with("lagtop works, limited in 1 of"), "{}", alice.stdout);
    assert_eq!(alice.code, Some(0));

    let bob = rights("bob");
    let cluster = bob.stdout.split("\nrights\n").nth(1).unwrap();
    assert!(cluster.starts_with("  limited  cluster    no right to describe it"), "{cluster}");
    assert_eq!(said(&bob, "groups"), "ok groups 2 listed, all may be described");
    let topics = said(&bob, "topics");
    let hidden = "limited topics 1 that members hold may not be described: private";
    assert!(topics.starts_with(hidden), "{topics}");
    assert!(end(&bob).0.starts_with("lagtop works, limited in 3 of"), "{}", bob.stdout);

    let carol = rights("carol");
    assert!(said(&carol, "groups").starts_with("FAILED groups none is listed"), "{}", carol.stdout);
    assert!(said(&carol, "topics").starts_with("skipped topics none is told"), "{}", carol.stdout);
    assert_eq!(carol.code, Some(1));
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
