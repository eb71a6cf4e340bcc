//! Holds the architecture against the code: which folder of `src/` may import which, which may name
//! which crate, and how long a file may be. The table is in `architecture/table.rs`; `lib.rs`
//! explains why it is so.
#![expect(
    unreachable_pub,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "nobody imports a test binary, and a panic in it is a failed test"
)]

#[path = "architecture/check.rs"]
mod check;
#[path = "architecture/paths.rs"]
mod paths;
#[path = "architecture/samples.rs"]
mod samples;
#[path = "architecture/table.rs"]
mod table;
#[path = "architecture/text.rs"]
mod text;

use std::fs;
use std::path::{Path, PathBuf};

use check::{Dependencies, File, check_imports, check_lengths};

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file of `src/`, with its path below it.
fn sources() -> Vec<File> {
    let root = package().join("src");
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                files.push(File { name, text: fs::read_to_string(path).unwrap() });
            }
        }
    }
    files.sort_by(|left, right| left.name.cmp(&right.name));
    files
}

fn report(faults: &[check::Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_import_is_in_the_table() {
    let manifest = fs::read_to_string(package().join("Cargo.toml")).unwrap();
    let faults = check_imports(&sources(), &Dependencies::of(&manifest), table::RULES);
    assert!(faults.is_empty(), "\n{}\n", report(&faults));
}

#[test]
fn files_are_short_or_listed_with_a_reason() {
    let faults = check_lengths(&sources(), table::LONGEST, table::LONG);
    assert!(faults.is_empty(), "\n{}\n", report(&faults));
}
