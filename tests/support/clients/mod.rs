//! Consumers in other languages, each a process of its own that is told on its standard input what to consume:
//! prepared once in `target/clients`, under a file lock as Kafka's jars are.
//!
//! Go is built from `go/` with kafka-go from the module proxy, Python runs `consumer.py` in a virtual
//! environment with confluent-kafka and py-spy from `PyPI`. Where that cannot be, the tests that need it say so
//! loudly and are skipped.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "compiled into each test binary, each of which uses a part of it"
)]

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

const GO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/clients/go");
/// What the Python consumer runs.
pub const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/clients/consumer.py");
/// What is installed for it.
const PACKAGES: [&str; 2] = ["confluent-kafka==2.16.1", "py-spy==0.4.3"];

/// What is there to start, each `None`, with a loud line on stderr, where it cannot be made.
#[derive(Clone, Debug)]
pub struct Clients {
    /// The Go consumer's program.
    pub go: Option<PathBuf>,
    /// A virtual environment with `bin/python` and `bin/py-spy`.
    pub python: Option<PathBuf>,
}

impl Clients {
    /// To be called before anything is started: what has to be fetched and built takes both time and CPU.
    pub fn or_skip() -> Self {
        Self {
            go: or_skip("Go and its module proxy", prepared("go", go)),
            python: or_skip("Python with venv, and PyPI", prepared("python", python)),
        }
    }
}

fn or_skip(needs: &str, made: Result<PathBuf>) -> Option<PathBuf> {
    made.inspect_err(|why| {
        // Past libtest's capture of `eprintln!`, which would show it only for tests that fail.
        let test = std::thread::current().name().unwrap_or("test").to_owned();
        let _ = writeln!(std::io::stderr(), "SKIPPED IN PART: needs {needs} ({test}: {why:#})");
    })
    .ok()
}

/// `target/clients/NAME`, made by whoever comes first; the others wait.
fn prepared(name: &str, make: fn(&Path) -> Result<PathBuf>) -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    let marked = program.ancestors().find(|above| above.join("CACHEDIR.TAG").is_file());
    let home = marked.context("not below cargo's target directory")?.join("clients");
    fs::create_dir_all(&home)?;
    let lock = File::create(home.join(format!("{name}.lock")))?;
    lock.lock()?;
    make(&home.join(name))
}

/// Go itself finds out whether anything has changed.
fn go(home: &Path) -> Result<PathBuf> {
    let program = home.join("consumer");
    let mut build = Command::new("go");
    build.current_dir(GO).args(["build", "-trimpath", "-ldflags=-s -w", "-o"]).arg(&program);
    run(build.arg("."))?;
    Ok(program)
}

fn python(home: &Path) -> Result<PathBuf> {
    let wanted = PACKAGES.join("\n");
    let installed = home.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|known| known == wanted) {
        return Ok(home.to_owned());
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(home))?;
    run(Command::new(home.join("bin/pip")).args(["install", "--quiet"]).args(PACKAGES))?;
    fs::write(installed, wanted)?;
    Ok(home.to_owned())
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("running {command:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {}", said.trim());
    Ok(())
}
