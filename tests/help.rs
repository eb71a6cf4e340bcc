//! What follows from the command line's own description: help, completions, the man page.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

fn lagtop(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lagtop"));
    // Nothing of the outside, least of all a cluster.
    command.env_clear().args(arguments).output().unwrap()
}

fn printed(arguments: &[&str]) -> String {
    let output = lagtop(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// The lines that are headings.
fn outline(text: &str) -> String {
    let headings = text.lines().filter(|line| line.ends_with(':') && !line.starts_with(' '));
    headings.collect::<Vec<_>>().join(" ")
}

#[test]
fn help_is_grouped_and_ends_with_examples() {
    let expected = "Commands: Options: Cluster: What to watch: Recording: Looks: Examples:";
    assert_eq!(outline(&printed(&["-h"])), expected);
    assert_eq!(outline(&printed(&["--help"])), expected);
    let expected = "Options: Cluster: What to watch: Recording: Looks: Examples:";
    assert_eq!(outline(&printed(&["export", "-h"])), expected);
}

#[test]
fn every_command_and_every_example_is_one() {
    let help = printed(&["--help"]);
    for command in ["once", "doctor", "config", "export", "replay", "demo", "completions", "man"] {
        assert!(help.contains(&format!("\n  {command} ")), "{command}:\n{help}");
        let own = printed(&[command, "--help"]);
        let examples =
            own.split("Examples:\n").nth(1).unwrap_or_else(|| panic!("{command}: {own}"));
        for line in examples.lines().take_while(|line| line.starts_with("  ")) {
            assert!(line.starts_with(&format!("  lagtop {command}")), "{line}");
        }
    }
}

#[test]
fn completions_of_every_shell_know_the_commands_and_flags() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = printed(&["completions", shell]);
        for word in ["export", "completions", "bootstrap", "listen", "isolation"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
    let unknown = lagtop(&["completions", "tcsh"]);
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn bash_takes_its_completions() {
    let script = printed(&["completions", "bash"]);
    let test = format!(
        "{script}\nCOMP_WORDS=(lagtop ex) COMP_CWORD=1\n_lagtop lagtop ex lagtop\necho \"${{COMPREPLY[@]}}\"\n"
    );
    let child = Command::new("bash").arg("-s").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut bash) = child else { return eprintln!("SKIPPED: no bash") };
    bash.stdin.take().unwrap().write_all(test.as_bytes()).unwrap();
    let output = bash.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "export");
}

#[test]
fn the_man_page_has_every_command_and_its_flags() {
    let page = printed(&["man"]);
    assert!(page.contains(".TH lagtop 1 "), "{page}");
    let headings = page.lines().filter_map(|line| line.strip_prefix(".SH "));
    insta::assert_snapshot!(headings.collect::<Vec<_>>().join("
"), @r#"
    NAME
    SYNOPSIS
    DESCRIPTION
    OPTIONS
    CLUSTER
    "WHAT TO WATCH"
    RECORDING
    LOOKS
    "LAGTOP ONCE"
    "LAGTOP CHECK"
    "LAGTOP STATUS"
    "LAGTOP DOCTOR"
    "LAGTOP RULES"
    "LAGTOP CONFIG"
    "LAGTOP EXPORT"
    "LAGTOP REPLAY"
    "LAGTOP DEMO"
    "LAGTOP COMPLETIONS"
    "LAGTOP MAN"
    EXAMPLES
    VERSION
    "#);
    assert!(page.contains("\\-\\-listen"));
    assert!(page.contains("LAGTOP_BOOTSTRAP"));
    // Below the commands stand their own flags alone.
    let commands = page.split(".SH \"LAGTOP ONCE\"").nth(1).unwrap();
    assert!(!commands.contains("\\-\\-bootstrap"), "{commands}");
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lagtop"))
        .args(["completions", "zsh"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
