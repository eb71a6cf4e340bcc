//! `lagtop status`: looks once, unless the last look is young enough.
//!
//! What was found is kept in a file that only its owner can read, one for each way of asking, below
//! `XDG_RUNTIME_DIR`, which ends with the session, or else `XDG_CACHE_HOME` or `~/.cache`. Where none can be
//! had, each call looks.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{check, print};
use crate::config::{Settings, Source};
use crate::export;
use crate::model::time::SystemClock;
use crate::model::{Clock, Timestamp};
use crate::source::kafka::wire::Client;

/// What was found.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// When, in milliseconds since 1970.
    at: i64,
    /// Lag of all groups.
    lag: Option<i64>,
    line: String,
}

/// Prints the line.
pub(super) fn status(settings: &Settings, client: Client, max_age: Duration) -> ExitCode {
    let now = SystemClock.now();
    let path = directory(|name| std::env::var_os(name).map(PathBuf::from));
    let path = path.map(|directory| directory.join(file_name(settings)));
    let kept = path.as_deref().and_then(read);
    let age = kept.as_ref().map(|kept| now.since(Timestamp::from_millis(kept.at)));
    if let Some(kept) = kept.as_ref().filter(|_| age.is_some_and(|age| age < max_age)) {
        return print(&format!("{}\n", kept.line));
    }
    // What costs more than a round is not for a status bar.
    let settings = Settings { source: Source::Poll, ..settings.clone() };
    let snapshot = match check::look(&settings, client, Duration::ZERO) {
        Ok(snapshot) => snapshot,
        Err(error) => return print(&format!("lagtop: cannot start: {error}\n")),
    };
    let before = kept.and_then(|kept| kept.lag).zip(age);
    let line = export::status::line(&snapshot, before);
    if let Some(path) = path {
        let kept = Kept { at: now.as_millis(), lag: snapshot.totals.lag, line: line.clone() };
        // Without it the next call looks again.
        let _ = write(&path, &kept);
    }
    print(&format!("{line}\n"))
}

/// Where files of this person are.
fn directory(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |name: &str| variable(name).filter(|path| path.is_absolute());
    let cache = || absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
    Some(absolute("XDG_RUNTIME_DIR").or_else(cache)?.join("lagtop"))
}

/// Each way of asking has a file of its own. Passwords are in no `Debug`.
fn file_name(settings: &Settings) -> String {
    let mut hasher = DefaultHasher::new();
    let Settings { connection, filters, rules, isolation, .. } = settings;
    format!("{connection:?} {filters:?} {rules:?} {isolation:?}").hash(&mut hasher);
    format!("status-{:016x}", hasher.finish())
}

fn read(path: &Path) -> Option<Kept> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Written beside it and put in its place: another call may read it meanwhile.
fn write(path: &Path, kept: &Kept) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let beside = path.with_extension(std::process::id().to_string());
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    let written = serde_json::to_vec(kept).map_err(io::Error::from);
    let written = written.and_then(|kept| file.write_all(&kept));
    written.and_then(|()| fs::rename(&beside, path)).inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_s_directory_is_taken_first_and_a_relative_one_never() {
        let of = |known: &[(&str, &str)]| {
            directory(|name| known.iter().find(|one| one.0 == name).map(|one| one.1.into()))
        };
        assert_eq!(
            of(&[("XDG_RUNTIME_DIR", "/run/me"), ("HOME", "/home/me")]),
            Some("/run/me/lagtop".into())
        );
        assert_eq!(
            of(&[("XDG_RUNTIME_DIR", "run"), ("HOME", "/home/me")]),
            Some("/home/me/.cache/lagtop".into())
        );
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn what_was_kept_is_read_back_and_what_is_no_status_is_not() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("new").join("status-1");
        let kept = |line: &str| Kept { at: 5, lag: Some(7), line: line.to_owned() };
        write(&path, &kept("first")).unwrap();
        write(&path, &kept("second")).unwrap();
        let back = read(&path).unwrap();
        assert_eq!((back.at, back.lag, back.line.as_str()), (5, Some(7), "second"));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing beside it");
        fs::write(&path, b"{").unwrap();
        assert!(read(&path).is_none());
    }
}
