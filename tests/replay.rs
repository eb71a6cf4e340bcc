//! Recordings on the screen: the built-in ones, a file made from a real Kafka, and files that are broken.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

#[path = "support/pty.rs"]
mod pty;
mod support;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use lagtop::record::{Entry, Reader};
use pty::{DEADLINE, Pty};
use support::KafkaCluster;

/// Every size that a person may have.
const SIZES: [(u16, u16); 3] = [(160, 45), (120, 35), (80, 24)];

/// lagtop in a terminal of this size.
fn screen(arguments: &[&str], size: (u16, u16)) -> Pty {
    screen_in(Path::new("."), arguments, size)
}

/// The same in a directory of its own.
fn screen_in(directory: &Path, arguments: &[&str], (columns, rows): (u16, u16)) -> Pty {
    let mut command = pty::lagtop(arguments);
    command.cwd(directory);
    Pty::spawn(command, columns, rows)
}

/// lagtop without a terminal, in an environment that says nothing.
fn lagtop() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lagtop"));
    command.env_clear();
    command
}

/// What it printed on standard error, and its exit code.
fn refused(arguments: &[&str]) -> (String, Option<i32>) {
    let output = lagtop().args(arguments).output().unwrap();
    assert!(output.stdout.is_empty(), "{output:?}");
    (String::from_utf8(output.stderr).unwrap(), output.status.code())
}

#[test]
fn a_demo_needs_nothing_and_opens_with_its_history_at_every_size() {
    for size in SIZES {
        let mut pty = screen(&["demo"], size);
        pty.wait_for("demo: war-room");
        // Names that are short enough for every size.
        pty.wait_for("fraud-check");
        // The rows of a group and its trend are there with the first picture, not a minute later.
        pty.send("2");
        pty.wait_until("history in the sparklines", |screen| {
            screen.contents().chars().filter(|sign| ('▁'..='█').contains(sign)).count() > 20
        });
        pty.send("3");
        pty.wait_for("SHARE");
        assert!(!pty.text().contains("REC "), "nothing is recorded:\n{}", pty.text());
        // A regression: of what was recorded longer ago than a day no clock told the time.
        assert!(!pty.text().contains("--:--"), "{}", pty.text());
        pty.send("q");
        assert_eq!(pty.exit_code(DEADLINE), 0);
        pty.assert_restored();
    }
}

#[test]
fn a_key_records_into_a_new_file_and_ends_that() {
    // Nobody is there: what is recorded is that.
    let folder = tempfile::tempdir().unwrap();
    let mut pty = screen_in(folder.path(), &["-b", "127.0.0.1:9"], SIZES[0]);
    pty.wait_for("Cannot reach");
    pty.send("R");
    pty.wait_for("recording into lagtop-");
    pty.wait_for("REC");
    pty.send("R");
    pty.wait_for("the recording is complete");
    pty.wait_until("no sign of a recording", |screen| !screen.contents().contains("REC"));
    pty.send("q");
    assert_eq!(pty.exit_code(DEADLINE), 0);
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let name = files[0].file_name().into_string().unwrap();
    assert!(name.starts_with("lagtop-2") && name.ends_with(".lagtop"), "{name}");
    let mut reader = Reader::open(&files[0].path()).unwrap();
    let mut told = 0;
    while let Some(entry) = reader.entry().unwrap() {
        told += usize::from(matches!(entry, Entry::Seen(_)));
    }
    assert!(told > 0);
}

#[test]
fn where_nothing_can_be_written_the_key_says_why_and_all_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone");
    std::fs::create_dir(&gone).unwrap();
    let mut pty = screen_in(&gone, &["-b", "127.0.0.1:9"], SIZES[2]);
    pty.wait_for("Cannot reach");
    // Rights do not stop root, a directory that was removed does.
    std::fs::remove_dir(&gone).unwrap();
    pty.send("R");
    pty.wait_for("cannot record here: No such file or directory");
    assert!(!pty.text().contains("REC "), "{}", pty.text());
    pty.send("q");
    assert_eq!(pty.exit_code(DEADLINE), 0);
}

#[test]
fn what_was_recorded_is_not_recorded_again_and_that_is_said() {
    let mut pty = screen(&["demo"], SIZES[2]);
    pty.wait_for("demo: war-room");
    pty.send("R");
    pty.wait_for("nothing to record: what is shown was recorded");
    pty.send("q");
    assert_eq!(pty.exit_code(DEADLINE), 0);
}

#[test]
fn records_are_in_no_recording_and_that_is_said() {
    let mut pty = screen(&["demo", "hot-partition"], SIZES[2]);
    pty.wait_for("user-events");
    pty.send("2");
    pty.wait_for("OWNER");
    pty.send("o");
    pty.wait_for("what is shown was recorded, and records are in no recording");
    pty.send("q");
    assert_eq!(pty.exit_code(DEADLINE), 0);
}

/// Where the header says that the play is, in seconds from the begin, and where it ends.
fn place(screen: &vt100::Screen) -> Option<(u32, u32)> {
    let text = screen.contents();
    let (_, rest) = text.split_once("replay ")?;
    let (here, rest) = rest.split_once(" of ")?;
    let seconds = |text: &str| {
        let (minutes, seconds) = text.split_once(':')?;
        Some(minutes.parse::<u32>().ok()? * 60 + seconds.parse::<u32>().ok()?)
    };
    Some((seconds(here)?, seconds(rest.get(..4)?)?))
}

#[test]
fn a_play_goes_to_any_moment_and_on_from_there_at_every_size() {
    for size in SIZES {
        let mut pty = screen(&["demo", "rebalance-storm"], size);
        pty.wait_for("sessionizer");
        pty.wait_until("its length", |screen| place(screen).is_some());
        pty.send(" ");
        pty.wait_for("PAUSED");
        let (paused, _) = pty.look(place).unwrap();
        pty.send("\x1b[1;2D");
        pty.wait_until("a minute earlier", |screen| {
            place(screen).is_some_and(|(at, _)| at == paused.saturating_sub(60))
        });
        pty.send("\x1b[1;2C\x1b[C\x1b[C");
        pty.wait_until("two seconds later", |screen| {
            place(screen).is_some_and(|(at, _)| at == paused.max(60) + 2)
        });
        // Not played yet.
        pty.send("]");
        pty.wait_for("rebalance");
        pty.send("\x1b[F");
        pty.wait_until("the end", |screen| place(screen).is_some_and(|(at, end)| at == end));
        pty.wait_for("PAUSED");
        pty.send("[");
        pty.wait_until("an event before the end", |screen| {
            place(screen).is_some_and(|(at, end)| at < end)
        });
        // A marker is shown while the play stands.
        pty.send("mdeploy\r");
        pty.wait_for("╎");
        pty.send(">>");
        pty.wait_for("4x");
        pty.send(" ");
        pty.wait_until("it plays", |screen| !screen.contents().contains("PAUSED"));
        pty.send("q");
        assert_eq!(pty.exit_code(DEADLINE), 0);
    }
}

/// Tells of the built-in incident what its name says, as Markdown that nothing in it breaks.
#[test]
fn the_incident_in_a_recording_is_told_as_markdown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("storm.lagtop");
    std::fs::write(&file, include_bytes!("../assets/demo/rebalance-storm.lagtop")).unwrap();
    let told = |more: &[&str]| {
        let output =
            lagtop().arg("replay").arg(&file).arg("--summary").args(more).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let text = told(&[]);
    assert!(text.starts_with("# Kafka consumer lag: 1 critical"), "{text}");
    for part in ["\n## Findings\n", "(rebalance-storm, since ", "\n## Rebalances\n", "; left: `"] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    assert!(text.contains("\n  - Next: "), "{text}");
    let seen_at = |text: &str| text.lines().nth(2).unwrap().to_owned();
    let before = told(&["--at", "20s"]);
    assert!(seen_at(&before) < seen_at(&text), "{before}");

    // Cut off, it is told up to there, and said so.
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let output = lagtop().arg("replay").arg(&file).arg("--summary").output().unwrap();
    assert!(output.status.success() && !output.stdout.is_empty(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("told up to there"), "{output:?}");
}

/// What is said of some groups counts for a recording as it does for a cluster.
#[test]
fn a_recording_is_judged_by_the_rules_of_the_config_file() {
    let folder = tempfile::tempdir().unwrap();
    let (file, config) = (folder.path().join("storm.lagtop"), folder.path().join("config.toml"));
    std::fs::write(&file, include_bytes!("../assets/demo/rebalance-storm.lagtop")).unwrap();
    let finds_the_storm = |group: &str| {
        let rules = format!("[[rules.for]]\ngroup = '{group}'\nrebalance-storm = 'off'\n");
        std::fs::write(&config, rules).unwrap();
        let output =
            lagtop().arg("replay").arg(&file).args(["--summary", "--config"]).arg(&config).output();
        let output = output.unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().contains("(rebalance-storm, since ")
    };
    assert!(finds_the_storm("^another$"));
    assert!(!finds_the_storm("."));
}

#[test]
fn all_demos_are_listed_and_a_wrong_name_is_told_which_there_are() {
    let output = lagtop().args(["demo", "--list"]).output();
    let listed = String::from_utf8(output.unwrap().stdout).unwrap();
    for bundled in lagtop::record::bundle::ALL {
        assert!(listed.contains(bundled.name) && listed.contains(bundled.about), "{listed}");
        let (text, code) = refused(&["demo", "nothing"]);
        assert!(text.contains("'nothing'") && text.contains(bundled.name), "{text}");
        assert_eq!(code, Some(2));
    }
}

#[test]
fn built_in_recordings_are_whole_and_small() {
    let mut bytes = 0;
    for bundled in lagtop::record::bundle::ALL {
        let mut reader = bundled.open().unwrap();
        let mut last = reader.header().started;
        let begin = last.plus(Duration::from_secs(bundled.begin));
        while let Some(entry) = reader.entry().unwrap() {
            assert!(!matches!(entry, Entry::Dropped { .. }), "{}: {entry:?}", bundled.name);
            last = last.max(entry.at());
        }
        let left = last.since(begin);
        assert!(left > Duration::from_mins(1), "{}: {left:?} to be seen", bundled.name);
        bytes += bundled.size();
    }
    assert!(bytes < 2_000_000, "{bytes} bytes in the binary");
}

/// What was on screen while it was recorded is on screen when it is played; also when the recording was
/// cut off, which is said.
#[test]
fn what_was_recorded_is_seen_again() {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder().heap_mib(256)) else { return };
    let admin = kafka.admin().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(admin.create_topic("orders", 2, 1)).unwrap();
    admin.commit("billing", "orders", &[(0, 0), (1, 0)]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("incident.lagtop");
    let file = path.to_str().unwrap();
    let bootstrap = kafka.bootstrap();

    let mut pty = screen(&["-b", &bootstrap, "--record", file], SIZES[0]);
    pty.wait_for("billing");
    pty.wait_for("REC");
    pty.wait_for("Empty");
    // Flushed, and more after that: what is cut off below is only the rest.
    assert!(support::wait::holds_within(DEADLINE, || flushed(&path) > 20));
    pty.wait_for("req/s");
    pty.send("q");
    assert_eq!(pty.exit_code(DEADLINE), 0);

    let (text, code) =
        refused(&["export", "-b", &bootstrap, "-l", "127.0.0.1:0", "--record", file]);
    assert!(text.contains("not overwritten"), "{text}");
    assert_eq!(code, Some(1));

    seen_again(&path, None);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 5]).unwrap();
    seen_again(&path, Some("cut off"));
}

/// Entries that can be read while the recording goes on.
fn flushed(path: &Path) -> usize {
    let Ok(mut reader) = Reader::open(path) else { return 0 };
    std::iter::from_fn(|| reader.entry().ok().flatten()).count()
}

fn seen_again(path: &Path, damage: Option<&str>) {
    let mut pty = screen(&["replay", path.to_str().unwrap(), "--speed", "1000x"], SIZES[0]);
    pty.wait_for("billing");
    pty.wait_for("Empty");
    if let Some(damage) = damage {
        pty.wait_for(damage);
    }
    pty.send("q");
    assert_eq!(pty.exit_code(DEADLINE), 0);
}

#[test]
fn a_file_that_is_no_recording_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "buy milk\n").unwrap();
    let (text, code) = refused(&["replay", path.to_str().unwrap()]);
    assert!(text.contains("notes.txt") && text.contains("no recording of lagtop"), "{text}");
    assert_eq!(code, Some(1));
    let (text, code) = refused(&["replay", folder.path().join("none").to_str().unwrap()]);
    assert!(text.contains("No such file"), "{text}");
    assert_eq!(code, Some(1));
    let (text, code) = refused(&["replay", "x", "--speed", "fast"]);
    assert!(text.contains("'fast'") && text.contains("10x"), "{text}");
    assert_eq!(code, Some(2));
}
