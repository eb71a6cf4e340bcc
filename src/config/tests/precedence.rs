//! Flag > environment > file > default, setting by setting.

use std::time::Duration;

use clap::CommandFactory;
use proptest::prelude::*;
use rstest::rstest;

use super::World;
use crate::config::resolve::{DEFAULT_INTERVAL, DEFAULT_LISTEN, DEFAULT_TIMEOUT};
use crate::config::{Cli, Color, Face, Isolation, Note, Output, Settings, Theme, VARIABLES};

/// Which places say something: flag, `-X`, variable, `LAGTOP_PROPERTY`, file.
type Places = [bool; 5];

fn places_of(setting: &str) -> [(&str, &str); 5] {
    match setting {
        "bootstrap" => [
            ("-b", "flag:1"),
            ("bootstrap.servers", "given:1"),
            ("LAGTOP_BOOTSTRAP", "variable:1"),
            ("metadata.broker.list", "given-variable:1"),
            ("bootstrap.servers", "file:1"),
        ],
        _ => [
            ("--timeout", "1s"),
            ("socket.timeout.ms", "2000"),
            ("LAGTOP_TIMEOUT", "3s"),
            ("request.timeout.ms", "4000"),
            ("request.timeout.ms", "4500"),
        ],
    }
}

fn world(setting: &str, said: Places) -> World {
    let [flag, given, variable, given_variable, file] = places_of(setting);
    let mut world = World::default();
    if said[0] {
        world = world.flag(flag.0).flag(flag.1);
    }
    if said[1] {
        world = world.flag("-X").flag(&format!("{}={}", given.0, given.1));
    }
    if said[2] {
        world = world.variable(variable.0, variable.1);
    }
    if said[3] {
        let text = format!("{}={}", given_variable.0, given_variable.1);
        world = world.variable("LAGTOP_PROPERTY", text);
    }
    if said[4] {
        world = world.flag("-F").flag("f").file("f", format!("{}={}", file.0, file.1));
    }
    world
}

proptest! {
    /// The table of all 32 combinations: the first place that says something decides.
    #[test]
    fn the_first_place_decides(said in any::<Places>()) {
        let first = said.iter().position(|said| *said);
        let resolved = world("bootstrap", said).resolve().ok();
        let expected = first.map(|at| places_of("bootstrap")[at].1.to_owned());
        prop_assert_eq!(resolved.map(|s| s.connection.bootstrap[0].to_string()), expected);

        let resolved = world("timeout", said).variable("LAGTOP_BOOTSTRAP", "k").settings();
        let expected = first.map_or(DEFAULT_TIMEOUT, |at| {
            Duration::from_millis([1000, 2000, 3000, 4000, 4500][at])
        });
        prop_assert_eq!(resolved.connection.request_timeout, expected);
        prop_assert_eq!(resolved.connection.connect_timeout, expected);
    }
}

/// One setting: how a flag and a variable say it, and how it is seen.
struct Case {
    flag: &'static str,
    variable: (&'static str, &'static str),
    default: &'static str,
    get: fn(&Settings) -> String,
}

#[rustfmt::skip]
const CASES: [Case; 11] = [
    Case { flag: "--interval 2s", variable: ("LAGTOP_INTERVAL", "3s"), default: "1s",
           get: |s| humantime::format_duration(s.interval).to_string() },
    Case { flag: "--isolation read_uncommitted", variable: ("LAGTOP_ISOLATION", "read_committed"),
           default: "ReadUncommitted", get: |s| format!("{:?}", s.isolation) },
    Case { flag: "--source stream", variable: ("LAGTOP_SOURCE", "poll"), default: "Auto",
           get: |s| format!("{:?}", s.source) },
    Case { flag: "--history 0", variable: ("LAGTOP_HISTORY", "10m"), default: "30m",
           get: |s| humantime::format_duration(s.history).to_string() },
    Case { flag: "--color always", variable: ("LAGTOP_COLOR", "never"), default: "Auto",
           get: |s| format!("{:?}", s.looks.color) },
    Case { flag: "--theme dark", variable: ("LAGTOP_THEME", "light"), default: "Auto",
           get: |s| format!("{:?}", s.looks.theme) },
    Case { flag: "--ascii=false", variable: ("LAGTOP_ASCII", "true"), default: "false",
           get: |s| s.looks.ascii.to_string() },
    Case { flag: "--verbose=no", variable: ("LAGTOP_VERBOSE", "1"), default: "false",
           get: |s| s.verbose.to_string() },
    Case { flag: "--group flag", variable: ("LAGTOP_GROUP", "variable"), default: "flagvariable",
           get: |s| matching(&s.filters.groups) },
    Case { flag: "--topic flag", variable: ("LAGTOP_TOPIC", "variable"), default: "flagvariable",
           get: |s| matching(&s.filters.topics) },
    Case { flag: "--output csv", variable: ("LAGTOP_OUTPUT", "json"),
           default: "Once { output: Table }", get: |s| format!("{:?}", s.face) },
];

#[test]
fn a_flag_wins_over_its_variable_over_the_default() {
    for Case { flag, variable: (name, text), default, get } in CASES {
        let without = World::typed("once -b k");
        let with_flag = World::typed(&format!("once -b k {flag}"));

        let flag_alone = get(&with_flag.settings());
        let variable_alone = get(&without.clone().variable(name, text).settings());
        let both = get(&with_flag.variable(name, text).settings());

        assert_eq!(both, flag_alone, "{flag}");
        assert_ne!(variable_alone, flag_alone, "{flag}");
        assert_eq!(get(&without.settings()), default, "{flag}");
        // Empty is not set.
        assert_eq!(get(&without.variable(name, "").settings()), default, "{flag}");
    }
}

fn matching(filter: &crate::config::NameFilter) -> String {
    ["flag", "variable"].into_iter().filter(|name| filter.matches(name)).collect()
}

#[test]
fn a_variable_that_lost_is_not_parsed() {
    let settings =
        World::typed("-b k --interval 2s").variable("LAGTOP_INTERVAL", "soon").settings();
    assert_eq!(settings.interval, Duration::from_secs(2));
}

#[test]
fn defaults() {
    let settings = World::typed("-b k").settings();
    assert_eq!(settings.face, Face::Screen);
    assert_eq!(settings.interval, DEFAULT_INTERVAL);
    assert_eq!(settings.connection.client_id, "lagtop");
    assert_eq!(settings.connection.request_timeout, DEFAULT_TIMEOUT);
    assert!(settings.connection.security.tls.is_none());
    assert!(settings.connection.security.sasl.is_none());
    assert!(settings.filters.groups.passes_all() && settings.filters.groups.matches("any"));
    assert_eq!(settings.notes, []);
}

#[test]
fn flags_stand_before_or_after_the_command() {
    for line in ["-b k -g x once -o json", "once -o json -b k -g x"] {
        let settings = World::typed(line).settings();
        assert_eq!(settings.face, Face::Once { output: Output::Json });
        assert!(!settings.filters.groups.matches("y"));
    }
}

#[test]
fn any_of_several_expressions_matches() {
    let filter = World::typed("-b k -g ^a -g b$").settings().filters.groups;
    assert_eq!(["ax", "xb", "bx"].map(|name| filter.matches(name)), [true, true, false]);
    let filter =
        World::typed("-b k").variable("LAGTOP_TOPIC", "^a\n\nb$\n").settings().filters.topics;
    assert_eq!(["ax", "xb", "bx"].map(|name| filter.matches(name)), [true, true, false]);
}

#[test]
fn switches_need_no_value() {
    let settings = World::typed("-b k --ascii -v").settings();
    assert!(settings.looks.ascii && settings.verbose);
}

#[rstest]
#[case::alone("-b k", None, "1", Color::Never)]
#[case::empty("-b k", None, "", Color::Auto)]
#[case::below_its_variable("-b k", Some("always"), "1", Color::Always)]
#[case::below_its_flag("-b k --color auto", None, "1", Color::Auto)]
fn no_color_is_honoured(
    #[case] line: &str,
    #[case] variable: Option<&str>,
    #[case] no_color: &str,
    #[case] expected: Color,
) {
    let mut world = World::typed(line).variable("NO_COLOR", no_color);
    if let Some(text) = variable {
        world = world.variable("LAGTOP_COLOR", text);
    }
    assert_eq!(world.settings().looks.color, expected);
}

#[test]
fn the_flags_file_replaces_the_variables_file() {
    let world = World::typed("-F one")
        .variable("LAGTOP_PROPERTIES", "two")
        .file("one", "bootstrap.servers=one:1")
        .file("two", "bootstrap.servers=two:1\nclient.id=two");
    assert_eq!(world.settings().connection.client_id, "lagtop");
    let world =
        World::default().variable("LAGTOP_PROPERTIES", "two").file("two", "bootstrap.servers=t");
    assert_eq!(world.settings().connection.bootstrap[0].to_string(), "t:9092");
}

#[test]
fn a_foreign_variable_is_noted() {
    let notes = World::typed("-b k").variable("LAGTOP_PORT", "tcp://10.0.0.1:80").settings().notes;
    assert_eq!(notes, [Note::UnknownVariable { name: "LAGTOP_PORT".to_owned() }]);
}

#[test]
fn the_help_names_every_variable_and_default() {
    Cli::command().debug_assert();
    let mut command = Cli::command().term_width(0);
    let whole = command.render_long_help().to_string();
    let each = command.get_subcommands_mut().map(|face| face.render_long_help().to_string());
    let help = each.fold(whole, |help, face| help + &face);
    for variable in VARIABLES {
        assert!(help.contains(&format!("[env: {variable}]")), "{variable}");
    }
    let defaults = [
        humantime::format_duration(DEFAULT_INTERVAL).to_string(),
        humantime::format_duration(DEFAULT_TIMEOUT).to_string(),
        "read_uncommitted".to_owned(),
        "auto".to_owned(),
        "table".to_owned(),
        DEFAULT_LISTEN.to_string(),
    ];
    for default in defaults {
        assert!(help.contains(&format!("[default: {default}]")), "{default}");
    }
    assert_eq!((Isolation::default(), Color::default()), (Isolation::ReadUncommitted, Color::Auto));
    assert_eq!((Theme::default(), Output::default()), (Theme::Auto, Output::Table));
}

#[test]
fn export_listens_where_it_is_told_to() {
    let listen = |world: World| match world.settings().face {
        Face::Export { listen } => listen.to_string(),
        other => panic!("{other:?}"),
    };
    let export = || World::typed("export -b k");
    assert_eq!(listen(export()), "127.0.0.1:9308");
    let variable = || export().variable("LAGTOP_LISTEN", "[::]:1");
    assert_eq!(listen(variable()), "[::]:1");
    assert_eq!(listen(variable().flag("--listen=0.0.0.0:0")), "0.0.0.0:0");
    for wrong in ["9308", ":9308", "localhost:9308", "127.0.0.1:99999", ""] {
        let said = export().flag("--listen").flag(wrong).error();
        assert!(said.contains("--listen") && said.contains("127.0.0.1:9308"), "{said}");
    }
}
