//! Kafka's jars, from Maven Central through the checked-in pom, once a version; and running what is
//! in them.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

/// Selects the Kafka version.
pub const VERSION: &str = "LAGTOP_TEST_KAFKA_VERSION";
/// The version without that. Not 4.4.0, of which artifacts are missing.
pub const DEFAULT_VERSION: &str = "4.3.0";
/// Kafka 4 needs Java 17; so the tests do, whatever they run.
const OLDEST_JAVA: u32 = 17;
const POM: &str = include_str!("pom.xml");

/// The jars of one Kafka version on disk.
#[derive(Clone, Debug)]
pub struct Jars {
    /// As on Maven Central, "4.3.0".
    pub version: String,
    directory: PathBuf,
}

/// The version that the environment selects.
pub fn selected_version() -> String {
    std::env::var(VERSION)
        .ok()
        .filter(|version| !version.is_empty())
        .unwrap_or_else(|| DEFAULT_VERSION.to_owned())
}

/// What is missing on this machine to run Kafka of this version. Maven is not needed once the jars
/// are there.
pub fn check_tools(version: &str) -> Result<()> {
    let output = Command::new("java").arg("-version").output().context("no `java` to be run")?;
    let text = String::from_utf8_lossy(&output.stderr);
    match java_major(&text) {
        Some(major) if major >= OLDEST_JAVA => {}
        Some(major) => bail!("Java {major} is too old"),
        None => bail!("`java -version` says no version: {}", text.trim()),
    }
    if !is_current(&home(version)) {
        let maven = Command::new("mvn").arg("-v").output();
        let found = maven.is_ok_and(|output| output.status.success());
        ensure!(found, "no `mvn` to be run, and Kafka {version} is not in target/ yet");
    }
    Ok(())
}

/// The major version in what `java -version` says: `openjdk version "17.0.15" 2025-04-15`; Java 8
/// says "1.8.0".
pub fn java_major(text: &str) -> Option<u32> {
    let version = text.split('"').nth(1)?;
    let mut numbers = version.split(['.', '-', '_', '+']).map(|part| part.parse::<u32>().ok());
    match numbers.next()?? {
        1 => numbers.next()?,
        major => Some(major),
    }
}

/// `target/kafka/VERSION`, with cargo's own target directory.
fn home(version: &str) -> PathBuf {
    cargo_target().join("kafka").join(version)
}

/// The nearest directory above this program that cargo marked as its own; `target` of the package
/// if it was moved.
fn cargo_target() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let marked = program.ancestors().find(|above| above.join("CACHEDIR.TAG").is_file());
    marked.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), Path::to_owned)
}

/// The pom that was used is kept beside the jars: another pom, another download.
fn is_current(home: &Path) -> bool {
    fs::read_to_string(home.join("pom.xml")).is_ok_and(|pom| pom == POM)
}

impl Jars {
    /// The jars, downloaded if they are not there.
    pub fn fetch(version: &str) -> Result<Self> {
        let home = home(version);
        let parent = home.parent().context("the cache has a parent")?;
        fs::create_dir_all(parent)?;
        // Held until the end of this function, by whoever comes first; the others find the work
        // done.
        let lock = File::create(parent.join(format!("{version}.lock")))?;
        lock.lock()?;
        if !is_current(&home) {
            download(version, &home)
                .with_context(|| format!("Kafka {version} from Maven Central"))?;
        }
        Ok(Self { version: version.to_owned(), directory: home.join("lib") })
    }

    /// Major and minor version, for what only newer brokers have.
    pub fn at_least(&self, major: u32, minor: u32) -> bool {
        let mut parts = self.version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (major, minor)
    }

    /// `-cp` for java, which expands the star itself.
    pub fn class_path(&self) -> String {
        format!("{}/*", self.directory.display())
    }

    /// Runs one of Kafka's command line classes to its end. Its exit code is left to the caller:
    /// the tools differ.
    pub fn run<S: AsRef<OsStr>>(&self, class: &str, arguments: &[S]) -> Result<Output> {
        Command::new("java")
            .args(TOOL_JVM)
            .arg("-cp")
            .arg(self.class_path())
            .arg(class)
            .args(arguments)
            // File names and arguments; nothing else decides how a JVM 17 reads them.
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("running {class}"))
    }
}

/// A tool lives for a second or two: little heap, no optimising compiler, no log lines, names in
/// UTF-8.
const TOOL_JVM: [&str; 7] = [
    "-Xmx128m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    "-Dfile.encoding=UTF-8",
    "-Dsun.stdout.encoding=UTF-8",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
];

/// Into a directory beside the final one, which then appears whole or not at all.
fn download(version: &str, home: &Path) -> Result<()> {
    let parent = home.parent().context("the cache has a parent")?;
    let partial = tempfile::Builder::new().prefix("partial-").tempdir_in(parent)?;
    let pom = partial.path().join("pom.xml");
    fs::write(&pom, POM)?;
    let output = Command::new("mvn")
        .args(["-q", "-B", "-f"])
        .arg(&pom)
        .arg("dependency:copy-dependencies")
        .arg(format!("-Dkafka.version={version}"))
        .arg(format!("-DoutputDirectory={}", partial.path().join("lib").display()))
        .stdin(Stdio::null())
        .output()
        .context("running mvn")?;
    ensure!(
        output.status.success(),
        "mvn failed, {}:\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if home.exists() {
        fs::remove_dir_all(home)?;
    }
    fs::rename(partial.path(), home)?;
    Ok(())
}
