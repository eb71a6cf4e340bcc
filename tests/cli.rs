//! lagtop on the command line: help, mistakes, exit codes, and what is said when a cluster cannot
//! be reached. Nothing here needs Kafka; `cli_kafka.rs` has what does.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use lagtop::{Run, lagtop};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rstest::rstest;
use support::kafka::ports;

#[path = "lagtop/mod.rs"]
mod lagtop;
mod support;

/// Mistakes are found without asking anybody, and an address that says nothing is given up. So long as
/// not to depend on how busy the machine is.
const AT_ONCE: Duration = Duration::from_mins(1);

fn typed(line: &str) -> Run {
    Run::of(lagtop(line.split_whitespace())).unwrap()
}

#[test]
fn help_is_reviewed() {
    let help = typed("--help");
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!("help", help.stdout);
    let once = typed("once --help");
    assert_eq!((once.code, once.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!("help_once", once.stdout);
}

#[test]
fn the_version_is_the_crates() {
    let run = typed("--version");
    assert_eq!(run.stdout, format!("lagtop {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(run.code, Some(0));
}

/// What clap finds: several lines, of which the first names what is wrong.
#[rstest]
#[case("--bogus", "'--bogus'")]
#[case("once --bogus", "'--bogus'")]
#[case("onec", "'onec'")]
#[case("once --output xml", "'xml' for '--output <FORM>'")]
#[case("once --isolation dirty", "'dirty' for '--isolation <LEVEL>'")]
#[case("once -b", "'--bootstrap <HOST:PORT>'")]
#[case("once extra", "'extra'")]
fn flags_that_are_none(#[case] line: &str, #[case] named: &str) {
    let run = typed(line);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    let first = run.stderr.lines().next().unwrap();
    assert!(first.starts_with("error: ") && first.contains(named), "{first}");
    assert!(run.took < AT_ONCE, "{:?}", run.took);
}

/// What lagtop finds: one sentence that names the flag.
#[rstest]
#[case(
    "once",
    "no cluster to connect to; write -b HOST:PORT, set LAGTOP_BOOTSTRAP, or name a \
                client properties file that has bootstrap.servers with -F FILE"
)]
#[case(
    "",
    "no cluster to connect to; write -b HOST:PORT, set LAGTOP_BOOTSTRAP, or name a client \
            properties file that has bootstrap.servers with -F FILE"
)]
#[case(
    "once -b kafka:port",
    "--bootstrap: 'kafka:port' has no port between 1 and 65535 after its \
                              colon; write HOST:PORT"
)]
#[case(
    "once -b k --timeout never",
    "--timeout: 'never' is not a duration; write 100ms to 5m, as \
                                     in 500ms or 2s"
)]
#[case(
    "once -b k -g [",
    "--group: '[' is not a regular expression (unclosed character class); put \
                          a backslash before characters that are meant literally"
)]
#[case(
    "once -b k -F nowhere.properties",
    "-F: cannot read 'nowhere.properties' (No such file or \
        directory (os error 2)); name a file that exists and may be read"
)]
#[case(
    "rules --rule lag-treshold=off",
    "--rule: 'lag-treshold' is not a rule; write lag-threshold if that is meant"
)]
#[case(
    "once -b k --rule hot-partition.shar=0.7",
    "--rule: 'hot-partition.shar' is not a threshold; write hot-partition.share if that is meant"
)]
#[case(
    "-b k --rule hot-partition.window=soon",
    "--rule: 'soon' is not a value of this threshold; write a time, as in 30s, 5m or 2h"
)]
#[case(
    "-b k --rule no-leader.window=5m",
    "--rule: 'no-leader.window' is not a threshold; write no-leader=off, it has none"
)]
#[case(
    "-b k --rule idle-members",
    "--rule: 'idle-members' is not a setting of a rule; write NAME=off, NAME=on or \
     NAME.THRESHOLD=VALUE"
)]
fn values_that_are_none(#[case] line: &str, #[case] expected: &str) {
    let run = typed(line);
    assert_eq!(run.sentence().unwrap(), expected);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.took < AT_ONCE, "{:?}", run.took);
}

#[test]
fn the_rules_are_listed_as_they_are_in_force() {
    let run = typed("rules --rule hot-partition.share=0.75 --rule idle-members=off");
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert!(run.stdout.contains("(default 0.6)"), "{}", run.stdout);
    assert!(run.stdout.contains("idle-members (off): "), "{}", run.stdout);
}

#[test]
fn the_rules_of_a_group_are_those_of_the_config_file() {
    let files = tempfile::tempdir().unwrap();
    let config = "[[rules.for]]\ngroup = '^billing'\nhot-partition.share = 0.8\n";
    fs::write(files.path().join("c.toml"), config).unwrap();
    let told = |line: &str| {
        let mut command = lagtop(line.split_whitespace());
        command.current_dir(files.path()).env("LAGTOP_CONFIG", "c.toml");
        Run::of(command).unwrap().stdout
    };
    assert!(told("rules").ends_with("\nGroups that match ^billing:\n  hot-partition.share=0.8\n"));
    assert!(told("rules billing-eu").contains(" 0.8  of the group's lag"));
    assert_eq!(told("rules search"), typed("rules").stdout);
}

/// To monitoring, 2 would mean that the cluster is in trouble.
#[rstest]
#[case("check", "LAGTOP UNKNOWN - no cluster to connect to; ")]
#[case("check -b k --for ever", "LAGTOP UNKNOWN - --for: 'ever' is not a duration; ")]
#[case("check -b no-such-host.invalid", "LAGTOP UNKNOWN - ")]
#[case("check --bogus", "")]
fn a_check_that_cannot_judge_is_unknown(#[case] line: &str, #[case] begins: &str) {
    let run = typed(line);
    assert_eq!(run.code, Some(3), "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.starts_with(begins), "{}", run.stdout);
    assert!(run.took < AT_ONCE, "{:?}", run.took);
}

/// One mistake a file, each in its second line or about the file as a whole.
#[rstest]
#[case(
    "securty.protocol=SSL",
    "client.properties:2: no Kafka client has a property \
        securty.protocol; write security.protocol if that is meant"
)]
#[case(
    "security.protocol",
    "client.properties:2: '' is not a security.protocol; write PLAINTEXT, SSL, SASL_PLAINTEXT or \
     SASL_SSL"
)]
#[case(
    "security.protocol=TLS",
    "client.properties:2: 'TLS' is not a security.protocol; write \
        PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"
)]
#[case(
    "security.protocol=SASL_SSL",
    "client.properties:2: security.protocol=SASL_SSL needs \
        sasl.mechanism; write sasl.mechanism=PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER \
        (Kafka's clients take Kerberos if none is named, which lagtop does not speak)"
)]
#[case(
    "client.id=\\u12",
    "client.properties:2: \\u is not followed by four hexadecimal digits; \
        write \\\\u for a backslash and a u"
)]
fn mistakes_in_a_file(#[case] line: &str, #[case] expected: &str) {
    let files = tempfile::tempdir().unwrap();
    let content = format!("bootstrap.servers=127.0.0.1:1\n{line}\n");
    fs::write(files.path().join("client.properties"), content).unwrap();
    let mut command = lagtop(["once", "-F", "client.properties"]);
    command.current_dir(files.path());
    let run = Run::of(command).unwrap();
    assert_eq!(run.sentence().unwrap(), expected);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
}

/// The first is where it usually is, the other named.
#[test]
fn the_config_file_is_read_and_its_mistakes_are_told() {
    let home = tempfile::tempdir().unwrap();
    let usual = home.path().join(".config/lagtop/config.toml");
    fs::create_dir_all(usual.parent().unwrap()).unwrap();
    let run = |content: &str, line: &str| {
        fs::write(&usual, content).unwrap();
        let mut command = lagtop(line.split_whitespace());
        command.env("HOME", home.path()).current_dir(usual.parent().unwrap());
        let run = Run::of(command).unwrap();
        (run.sentence().unwrap().to_owned(), run.code)
    };
    let path = usual.to_str().unwrap();
    let mistyped = "\nintervall = '1s'\n";
    let said = "2: 'intervall' is not a key of the config file; write interval if that is meant";
    assert_eq!(run(mistyped, "once -b k"), (format!("{path}:{said}"), Some(2)));
    assert_eq!(
        run(mistyped, "rules --config config.toml"),
        (format!("config.toml:{said}"), Some(2))
    );
    assert_eq!(run(mistyped, "demo"), (format!("{path}:{said}"), Some(2)));
    let port = closed_port();
    let config = format!("[clusters.closed]\nbootstrap = '127.0.0.1:{}'", port.number);
    let (said, code) = run(&config, "once -c closed");
    let begin = format!("cannot connect to 127.0.0.1:{}: connection refused", port.number);
    assert!(said.starts_with(&begin) && code == Some(1), "{said}");
    let (said, code) = run(&config, "once -c close");
    assert!(
        said.ends_with("write closed if that is meant, of closed") && code == Some(2),
        "{said}"
    );
}

/// A mistake in the file that is there does not keep one from having a new one.
#[test]
fn a_config_file_to_begin_with_is_printed_and_taken() {
    let home = tempfile::tempdir().unwrap();
    let usual = home.path().join(".config/lagtop/config.toml");
    fs::create_dir_all(usual.parent().unwrap()).unwrap();
    fs::write(&usual, "nonsense").unwrap();
    let run = |line: &str| {
        let mut command = lagtop(line.split_whitespace());
        command.env("HOME", home.path());
        let run = Run::of(command).unwrap();
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{line}");
        run.stdout
    };
    assert_eq!(run("config --path"), format!("{}\n", usual.display()));
    assert_eq!(run("config --path --config mine.toml"), "mine.toml\n");
    let text = run("config");
    assert!(text.starts_with("# The config file of lagtop: ") && text.contains("\n#interval = "));
    fs::write(&usual, text).unwrap();
    assert_eq!(run("rules"), typed("rules").stdout);
    let nowhere = typed("config --path");
    let said = "no home to look in; set HOME, or name a file with --config";
    assert_eq!((nowhere.sentence().unwrap(), nowhere.code), (said, Some(2)));
}

#[test]
fn a_variable_is_named_as_what_it_is() {
    let mut command = lagtop(["once"]);
    command.env("LAGTOP_BOOTSTRAP", "k:0").env("LAGTOP_OUTPUT", "json");
    let run = Run::of(command).unwrap();
    assert_eq!(
        run.sentence().unwrap(),
        "LAGTOP_BOOTSTRAP: 'k:0' has no port between 1 and 65535 after its colon; write HOST:PORT"
    );
    assert_eq!(run.code, Some(2));
}

/// A port where nobody listens, held while the test runs.
fn closed_port() -> ports::Port {
    ports::take().unwrap()
}

#[test]
fn nobody_listens() {
    let port = closed_port();
    let run = typed(&format!("once -b 127.0.0.1:{}", port.number));
    let address = format!("127.0.0.1:{}", port.number);
    let expected =
        format!("cannot connect to {address}: connection refused: nothing listens there");
    assert_eq!((run.sentence().unwrap(), run.code), (&*expected, Some(1)));
    assert_eq!(run.stdout, "");
    assert!(run.took < AT_ONCE, "{:?}", run.took);
}

#[test]
fn each_of_several_addresses_has_its_reason() {
    let (one, two) = (closed_port(), closed_port());
    let [one, two] = [&one, &two].map(|port| format!("127.0.0.1:{}", port.number));
    let run = typed(&format!("once -b {one},{two}"));
    let sentence = run.sentence().unwrap();
    assert!(sentence.starts_with("cannot connect to the cluster: "), "{sentence}");
    for address in [one, two] {
        let reason = format!("{address}: connection refused: nothing listens there");
        assert!(sentence.contains(&reason), "{sentence}");
    }
    assert_eq!(run.code, Some(1));
}

/// RFC 2606 keeps this name free for ever. The resolver's own words differ.
#[test]
fn a_name_that_does_not_resolve() {
    let run = typed("once -b no-such-host.invalid --timeout 10s");
    let sentence = run.sentence().unwrap();
    let begin = "cannot connect to no-such-host.invalid:9092: the name no-such-host.invalid does \
                 not resolve (";
    assert!(sentence.starts_with(begin), "{sentence}");
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
}

#[test]
fn a_host_that_never_answers_is_given_up_in_time() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = silent.local_addr().unwrap();
    let run = typed(&format!("once -b {address} --timeout 300ms"));
    let sentence = run.sentence().unwrap();
    let begin = format!("cannot connect to {address}: not connected within 300ms (");
    assert!(sentence.starts_with(&begin), "{sentence}");
    assert_eq!(run.code, Some(1));
    assert!(run.took > Duration::from_millis(300) && run.took < AT_ONCE, "{:?}", run.took);
}

/// A web server, as behind a wrong port.
#[test]
fn a_host_that_is_no_kafka() {
    let web = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = web.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut client, _) = web.accept().unwrap();
        let mut question = [0; 16];
        client.read_exact(&mut question).unwrap();
        client.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n").unwrap();
    });
    let run = typed(&format!("once -b {address} --timeout 2s"));
    server.join().unwrap();
    let sentence = run.sentence().unwrap();
    assert!(sentence.starts_with(&format!("cannot connect to {address}: ")), "{sentence}");
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    assert!(run.took < AT_ONCE, "{:?}", run.took);
}

/// A pipe whose reader is gone.
fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn a_reader_of_the_help_who_has_seen_enough_is_no_failure() {
    let mut command = lagtop(["--help"]);
    command.stdout(closed_pipe());
    let run = Run::of(command).unwrap();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

/// What stands on a terminal of this environment after `lagtop --help`.
fn help_on_a_terminal(variables: &[(&str, &str)]) -> String {
    let size = PtySize { rows: 80, cols: 100, ..PtySize::default() };
    let terminal = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(Path::new(env!("CARGO_BIN_EXE_lagtop")));
    command.arg("--help");
    command.env_clear();
    for (name, value) in [&[("TERM", "xterm-256color")], variables].concat() {
        command.env(name, value);
    }
    let mut child = terminal.slave.spawn_command(command).unwrap();
    drop(terminal.slave);
    let mut reader = terminal.master.try_clone_reader().unwrap();
    let mut text = Vec::new();
    // Ends with an error on Linux, when the last writer is gone.
    let _ = reader.read_to_end(&mut text);
    assert!(child.wait().unwrap().success());
    String::from_utf8(text).unwrap()
}

#[test]
fn no_color_is_honoured_from_the_first_line_on() {
    const ESCAPE: char = '\u{1b}';
    let plain = help_on_a_terminal(&[("NO_COLOR", "1")]);
    assert!(plain.contains("Usage: lagtop") && !plain.contains(ESCAPE), "{plain}");
    assert!(help_on_a_terminal(&[]).contains(ESCAPE), "else this test shows nothing");
}
