//! The checker on texts that break the rules, and on texts that only look as if they did.

use super::check::{Dependencies, Fault, File, check_imports, check_lengths};
use super::table::{RULES, Rule};
use super::text::tokens;

const MANIFEST: &str = "
[dependencies]
# Errors.
kafka-protocol = \"0.18\"
ratatui = { version = \"0.30\", features = [\"x\"] }
regex.workspace = true
serde = \"1\"
tokio = \"1\"
[dev-dependencies]
proptest = \"1\"
[profile.dev]
debug = 1
";

fn faults_of(name: &str, text: &str) -> Vec<Fault> {
    let file = File { name: name.to_owned(), text: text.to_owned() };
    check_imports(&[file], &Dependencies::of(MANIFEST), RULES)
}

/// Line and offending path of each fault.
fn refused(name: &str, text: &str) -> Vec<(usize, String)> {
    let word = |fault: &Fault| fault.what.split([' ', ';']).nth(1).unwrap().to_owned();
    faults_of(name, text).iter().map(|fault| (fault.line, word(fault))).collect()
}

fn refused_paths(name: &str, text: &str) -> Vec<String> {
    refused(name, text).into_iter().map(|(_, path)| path).collect()
}

#[test]
fn a_fault_names_file_line_import_and_rule() {
    let faults = faults_of("app/state.rs", "//! State.\n\nuse crate::tui::input;\n");
    let text = faults[0].to_string();
    assert_eq!(
        text,
        "src/app/state.rs:3: imports crate::tui::input; app may import of this crate: model, veil"
    );
}

#[test]
fn every_way_of_naming_a_module_is_seen() {
    for text in [
        "use crate::store;",
        "use crate::store::Store;",
        "pub use crate::store::*;",
        "pub(crate) use crate::store as s;",
        "use crate::{model::id, store::{self, x}};",
        "use crate::{model, store};",
        "use super::super::store::Store;",
        "use super::{super::store::Store};",
        "fn f() { crate::store::apply(); }",
        "fn f(s: &crate::store::Store) {}",
        "fn f<T>(s: Vec<crate::store::Store>) {}",
        "impl super::super::store::Sink for X {}",
        "#[derive(crate::store::Magic)] struct X;",
        "fn f() { vec![crate::store::x] }",
        "mod inner { use super::super::super::store::x; }",
        "#[cfg(test)] mod tests { use crate::store::Store; }",
        "#[cfg(not(test))] use crate::store::Store;",
    ] {
        let found = refused_paths("model/lag.rs", text);
        assert!(!found.is_empty(), "not seen: {text}");
        assert!(found.iter().all(|path| path.starts_with("crate::store")), "{text}: {found:?}");
    }
}

#[test]
fn every_way_of_naming_a_crate_is_seen() {
    for text in [
        "use ratatui::Frame;",
        "use ::ratatui::Frame;",
        "use ratatui as r;",
        "use {std::fmt, ratatui::style::Style};",
        "pub use ratatui;",
        "extern crate ratatui;",
        "fn f(frame: &mut ratatui::Frame<'_>) {}",
        "fn f() -> ratatui::Frame { ratatui::init() }",
        "fn f() { ratatui::layout!(1) }",
        "#[ratatui::main] fn f() {}",
        "#[cfg(test)] mod tests { use ratatui::Frame; }",
    ] {
        assert!(!refused("model/lag.rs", text).is_empty(), "not seen: {text}");
    }
}

#[test]
fn what_only_looks_like_a_path_is_not_seen() {
    for text in [
        "// use crate::store::Store;",
        "/// [`crate::store::Store`] and ratatui::Frame",
        "/* use crate::store; /* nested */ use ratatui::Frame; */",
        "const A: &str = \"use crate::store; \\\" ratatui::init()\";",
        "const A: &str = r#\"use crate::store; \" ratatui::init()\"#;",
        "const A: &[u8] = b\"ratatui::init()\";",
        "const A: &[u8] = br##\"\"# ratatui::init()\"##;",
        "const A: char = '\"'; const B: &str = \"ratatui::init()\";",
        "const A: char = '\\''; const B: &str = \"ratatui::init()\";",
        "const A: u8 = b'\"'; const B: &str = \"ratatui::init()\";",
        "fn f<'a>(x: &'a str) -> &'a str { \"ratatui::x\" }",
        "use self::ratatui::x; mod ratatui {}",
        "mod ratatui; use ratatui::x;",
        "enum Body { A } use Body::A;",
        "fn f() { <T as Frame>::ratatui::<u8>() }",
        "use std::collections::BTreeMap; use serde::Serialize;",
        "use super::id::GroupId; use crate::model::time::Timestamp;",
        "#[cfg(test)] mod tests { use super::*; use proptest::prelude::*; }",
    ] {
        assert_eq!(refused("model/lag.rs", text), [], "{text}");
    }
}

#[test]
fn lines_are_those_of_the_name_also_behind_long_strings() {
    let text = "const A: &str = \"one\ntwo\";\n/* three\nfour */\nuse std::{\n    fmt,\n};\nuse crate::{\n    \
                model::x,\n    store::y,\n};\n";
    assert_eq!(refused("model/lag.rs", text), [(10, "crate::store::y".to_owned())]);
}

#[test]
fn dev_dependencies_are_for_tests() {
    let text = "use proptest::prelude::*;\n";
    assert_eq!(refused_paths("model/lag.rs", text), ["proptest::prelude::*"]);
    assert_eq!(refused_paths("model/tests.rs", text), [""; 0]);
    assert_eq!(refused_paths("model/lag_tests.rs", text), [""; 0]);
    let one = "#[cfg(test)]\nuse proptest::a;\nuse proptest::b;";
    assert_eq!(refused_paths("model/lag.rs", one), ["proptest::b"]);
    let function = "#[cfg(test)]\n#[inline]\nfn f() { proptest::a() }\nfn g() { proptest::b() }";
    assert_eq!(refused_paths("model/lag.rs", function), ["proptest::b"]);
}

#[test]
fn the_narrowest_room_decides() {
    let protocol = "use kafka_protocol::messages::ApiKey;";
    assert_eq!(refused_paths("source/kafka/wire/link.rs", protocol), [""; 0]);
    assert_eq!(refused_paths("source/kafka/wire/mod.rs", protocol), [""; 0]);
    assert_eq!(refused_paths("source/kafka/poll/round.rs", protocol).len(), 1);
    let model = "use crate::model::id::GroupId;";
    assert_eq!(refused_paths("source/kafka/poll/round.rs", model), [""; 0]);
    assert_eq!(refused_paths("source/kafka/wire/link.rs", model).len(), 1);
    let above = "use super::super::poll::Round;";
    assert_eq!(
        refused_paths("source/kafka/wire/link.rs", above),
        ["crate::source::kafka::poll::Round"]
    );
    let sibling = "use super::error::WireError; use crate::source::kafka::wire::link;";
    assert_eq!(refused_paths("source/kafka/wire/link.rs", sibling), [""; 0]);
    let runtime = "use tokio::sync::watch;";
    assert_eq!(refused_paths("store/task.rs", runtime), [""; 0]);
    assert_eq!(refused_paths("store/apply.rs", runtime).len(), 1);
    assert_eq!(refused_paths("store/task_list.rs", runtime).len(), 1);
}

#[test]
fn a_part_of_a_module_may_be_allowed() {
    assert_eq!(refused_paths("config/keys.rs", "use crate::app::keymap::Keymap;"), [""; 0]);
    assert_eq!(refused_paths("config/keys.rs", "use crate::app::Chord;").len(), 1);
    assert_eq!(refused_paths("config/keys.rs", "use crate::app::keymaps::X;").len(), 1);
    assert_eq!(refused_paths("app/keymap/mod.rs", "use crate::config::Settings;").len(), 1);
    assert_eq!(refused_paths("config/mod.rs", "use crate::model::id::GroupId;"), [""; 0]);
    assert_eq!(refused_paths("config/mod.rs", "use crate::model::snapshot::X;").len(), 1);
}

#[test]
fn the_composition_root_is_free_and_an_unknown_room_is_not() {
    let text = "use crate::store::Store; use ratatui::Frame;";
    assert_eq!(refused("run.rs", text), []);
    assert_eq!(refused("main.rs", text), []);
    let faults = faults_of("helpers/mod.rs", "");
    assert!(faults[0].what.starts_with("no rule"), "{faults:?}");
}

#[test]
fn no_two_rules_have_the_same_room() {
    let mut rooms: Vec<_> = RULES.iter().map(|rule: &Rule| rule.room).collect();
    rooms.sort_unstable();
    rooms.dedup();
    assert_eq!(rooms.len(), RULES.len());
}

#[test]
fn long_files_need_a_reason_and_reasons_need_long_files() {
    let file = |name: &str, lines: usize| File { name: name.to_owned(), text: "x\n".repeat(lines) };
    let files = [file("a.rs", 4), file("b.rs", 5), file("c.rs", 6)];
    let names = |listed: &[(&str, &str)]| -> Vec<String> {
        check_lengths(&files, 4, listed).into_iter().map(|fault| fault.file).collect()
    };
    assert_eq!(names(&[]), ["b.rs", "c.rs"]);
    assert_eq!(names(&[("b.rs", "a table")]), ["c.rs"]);
    assert_eq!(names(&[("b.rs", "a table"), ("c.rs", "")]), ["c.rs"]);
    assert_eq!(names(&[("a.rs", "?"), ("b.rs", "x"), ("c.rs", "y")]), ["a.rs"]);
    assert_eq!(names(&[("gone.rs", "?"), ("b.rs", "x"), ("c.rs", "y")]), ["gone.rs"]);
}

#[test]
fn raw_identifiers_are_words() {
    let words: Vec<_> = tokens("r#type::x br_x b c").into_iter().map(|one| one.text).collect();
    assert_eq!(words, ["type", "::", "x", "br_x", "b", "c"]);
}
