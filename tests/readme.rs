//! What the README lists is what the code has. `UPDATE_README=1 cargo test --test readme` writes what is
//! generated.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a panic is a failed test")]

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{CommandFactory as _, Parser as _};
use lagtop::app::keymap;
use lagtop::config::{self, Cli, CommandProblem, Inputs, Settings, System};
use lagtop::diagnose::list;

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

/// What stands before, in and after the part that a comment begins and names.
fn part<'a>(readme: &'a str, name: &str) -> (&'a str, &'a str, &'a str) {
    let begin = readme.find(&format!("<!-- {name}: ")).expect("its comment");
    let (head, rest) = readme.split_at(begin);
    let line = rest.find('\n').unwrap() + 1;
    let end = rest.find("<!-- end -->").expect("its end");
    (&readme[..head.len() + line], &rest[line..end], &rest[end..])
}

#[test]
fn what_is_generated_is_what_the_code_has() {
    for (name, table) in [("keys", keymap::markdown()), ("rules", list::markdown())] {
        let readme = fs::read_to_string(path()).unwrap();
        let (before, text, after) = part(&readme, name);
        if std::env::var_os("UPDATE_README").is_some() {
            fs::write(path(), format!("{before}{table}{after}")).unwrap();
        } else {
            assert_eq!(text, table, "UPDATE_README=1 writes the README's {name}");
        }
    }
}

#[test]
fn the_flags_and_variables_are_those_of_the_command_line() {
    let readme = fs::read_to_string(path()).unwrap();
    let (_, flags, _) = part(&readme, "flags");
    let cells = |nth: usize| {
        let lines = flags.lines().skip(2);
        lines.filter_map(move |line| line.split('|').nth(nth).map(|cell| cell.trim().to_owned()))
    };
    let command = Cli::command();
    let commands = std::iter::once(&command).chain(command.get_subcommands());
    let known: BTreeSet<String> = commands
        .flat_map(clap::Command::get_arguments)
        .filter(|flag| !["help", "version"].contains(&flag.get_id().as_str()))
        .filter_map(|flag| {
            let long = format!("`--{}`", flag.get_long()?);
            let short = flag.get_short();
            Some(short.map_or_else(|| long.clone(), |short| format!("`-{short}` {long}")))
        })
        .collect();
    assert_eq!(cells(1).collect::<BTreeSet<_>>(), known);
    let variables: BTreeSet<_> = config::variables().map(|name| format!("`{name}`")).collect();
    // What is asked for once, as a list, has no variable.
    let told = cells(2).filter(|cell| !cell.is_empty());
    assert_eq!(told.collect::<BTreeSet<_>>(), variables);
}

/// A system on which any file that is named is there, and any command tells something.
struct Willing<'a>(&'a str);

impl System for Willing<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        const PROPERTIES: &str =
            "security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\nsasl.username=lagtop";
        let is_config = path.extension().is_some_and(|extension| extension == "toml");
        Ok((if is_config { self.0 } else { PROPERTIES }).as_bytes().to_vec())
    }

    fn is_open_to_all(&self, _path: &Path) -> bool {
        false
    }

    fn run(&self, _program: &str, _arguments: &[String]) -> Result<Vec<u8>, CommandProblem> {
        Ok(b"hunter2\n".to_vec())
    }
}

/// Also of each cluster in them, whose properties are not looked at before it is chosen.
#[test]
fn its_pieces_of_a_config_file_are_taken() {
    let readme = fs::read_to_string(path()).unwrap();
    let pieces: Vec<_> = readme.split("```toml\n").skip(1).collect();
    assert!(pieces.len() >= 2, "{}", pieces.len());
    for piece in pieces {
        let (piece, _) = piece.split_once("```").unwrap();
        let names = piece.lines().filter_map(|line| line.strip_prefix("[clusters."));
        let names =
            names.filter_map(|name| name.strip_suffix(']').filter(|name| !name.contains('.')));
        for chosen in names.map(|name| vec!["-c", name]).chain([vec![]]) {
            let line = ["lagtop", "-b", "k", "--config", "config.toml"];
            let cli = Cli::try_parse_from(line.into_iter().chain(chosen)).unwrap();
            let inputs = Inputs { cli: &cli, variables: [], system: &Willing(piece) };
            let taken = Settings::resolve(inputs);
            assert!(taken.is_ok(), "{}\n{piece}", taken.unwrap_err());
        }
    }
}

#[test]
fn the_files_that_it_names_are_there() {
    let readme = fs::read_to_string(path()).unwrap();
    for name in ["assets/screen.svg", "benches/measure.sh", "tests/readme.rs", ".ci/run"] {
        assert!(readme.contains(name), "{name} is not named");
        assert!(path().with_file_name(name).exists(), "{name} is not there");
    }
}
