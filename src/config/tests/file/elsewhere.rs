//! Values that do not stand in the config file, and those that had better not.

use rstest::rstest;
use secrecy::ExposeSecret;

use super::{CONFIG, World};
use crate::config::Note;

/// A cluster that logs in, its password as this.
fn secret(line: &str, password: &str) -> World {
    World::typed(line).config(&format!(
        "[clusters.one]\nbootstrap = 'k'\n[clusters.one.properties]\nsecurity.protocol = \
         'SASL_PLAINTEXT'\nsasl.mechanism = 'PLAIN'\nsasl.username = 'alice'\nsasl.password = \
         {password}\n[clusters.two]\nbootstrap = 'k'\n"
    ))
}

fn password(world: &World) -> String {
    world.login().password.expose_secret().to_owned()
}

fn pass() -> World {
    let mut world = secret("-c one", "{ command = ['pass', 'show', 'kafka'] }");
    world.commands.insert("pass show kafka".to_owned(), b"hunter2\nurl: kafka\n".to_vec());
    world
}

#[test]
fn a_password_may_stand_elsewhere() {
    assert_eq!(password(&secret("-c one", "'hunter2'")), "hunter2");
    assert_eq!(password(&secret("-c one", "{ env = 'PW' }").variable("PW", "hunter2")), "hunter2");
    assert_eq!(password(&pass()), "hunter2");
}

/// It may ask for a passphrase, or take its time.
#[test]
fn a_command_is_run_once_and_only_if_its_value_is_used() {
    let ran = |line: &str| {
        let mut world = pass();
        world.flags = World::typed(line).flags;
        assert!(world.resolve().is_ok(), "{line}");
        world.ran.take()
    };
    assert_eq!(ran("-c one"), ["pass show kafka"]);
    let none: [&str; 0] = [];
    assert_eq!(ran("-c two"), none);
    assert_eq!(ran("-b k"), none);
    assert_eq!(ran("-c one -X sasl.password=mine"), none);
    assert_eq!(ran("-c one -X security.protocol=PLAINTEXT"), none);
    let mut world = pass();
    world.flags = World::typed("-c one -X security.protocol=PLAINTEXT").flags;
    let notes: Vec<_> = world.settings().notes.iter().map(ToString::to_string).collect();
    let expected = format!("{CONFIG}:7: sasl.password has no use with security.protocol=PLAINTEXT");
    assert!(notes.contains(&expected), "{notes:?}");
}

#[rstest]
#[case("{ env = 'PW' }", "sasl.password is in the variable PW, which is not set; set it")]
#[case(
    "{ command = ['pass', 'show', 'hunter2'] }",
    "sasl.password is told by 'pass', which cannot be started (entity not found); run it by hand"
)]
#[case(
    "{ command = ['silent'] }",
    "sasl.password is told by 'silent', which printed no line of text; run it by hand"
)]
#[case(
    "{ command = ['bytes'] }",
    "sasl.password is told by 'bytes', which printed no line of text; run it by hand"
)]
#[case(
    "{ evn = 'PW' }",
    "password is a table; write \"VALUE\", { env = \"VARIABLE\" } or \
     { command = [\"PROGRAM\", \"ARGUMENT\"] }"
)]
#[case(
    "{ command = 'pass show kafka' }",
    "command is a text; write \"VALUE\", { env = \"VARIABLE\" } or \
     { command = [\"PROGRAM\", \"ARGUMENT\"] }"
)]
#[case(
    "{ command = [] }",
    "command is a list; write \"VALUE\", { env = \"VARIABLE\" } or \
     { command = [\"PROGRAM\", \"ARGUMENT\"] }"
)]
#[case(
    "['hunter2']",
    "password is a list; write \"VALUE\", { env = \"VARIABLE\" } or \
     { command = [\"PROGRAM\", \"ARGUMENT\"] }"
)]
fn a_password_that_cannot_be_had(#[case] password: &str, #[case] expected: &str) {
    let mut world = secret("-c one", password);
    world.commands.insert("silent".to_owned(), b"\nhunter2".to_vec());
    world.commands.insert("bytes".to_owned(), vec![0xFF]);
    assert_eq!(world.error(), format!("{CONFIG}:7: {expected}"));
}

#[test]
fn a_password_that_everybody_may_read_is_told_of() {
    let warned = |password: &str, open_to_all| {
        let world = World { open_to_all, ..secret("-c two", password) };
        let notes = world.settings().notes;
        assert!(notes.iter().all(Note::is_warning), "{notes:?}");
        notes.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let expected = format!(
        "{CONFIG}:7: sasl.password stands in a file that every user of this host may read; chmod \
         600 it, or write {{ env = \"VARIABLE\" }} in place of the value"
    );
    assert_eq!(warned("'hunter2'", true), [expected]);
    let none: [&str; 0] = [];
    assert_eq!(warned("'hunter2'", false), none);
    assert_eq!(warned("{ env = 'PW' }", true), none);
}
