//! Flag > environment > cluster of the config file > its top > properties file > default, setting by
//! setting.

use std::time::Duration;

use clap::CommandFactory;
use proptest::prelude::*;
use rstest::rstest;

use super::World;
use crate::config::resolve::{DEFAULT_INTERVAL, DEFAULT_LISTEN, DEFAULT_TIMEOUT};
use crate::config::{Cli, Color, Face, Isolation, Note, Output, Settings, Theme, variables};

/// Which places say something: flag, `-X`, variable, `LAGTOP_PROPERTY`, cluster, its properties, top of
/// the config file, properties file.
type Places = [bool; 8];

fn places_of(setting: &str) -> [(&str, &str); 8] {
    match setting {
        "bootstrap" => [
            ("-b", "flag:1"),
            ("bootstrap.servers", "given:1"),
            ("LAGTOP_BOOTSTRAP", "variable:1"),
            ("metadata.broker.list", "given-variable:1"),
            ("bootstrap", "cluster:1"),
            ("bootstrap.servers", "cluster-property:1"),
            // Where a cluster is cannot be said of all.
            ("", ""),
            ("bootstrap.servers", "file:1"),
        ],
        _ => [
            ("--timeout", "1s"),
            ("socket.timeout.ms", "2000"),
            ("LAGTOP_TIMEOUT", "3s"),
            ("request.timeout.ms", "4000"),
            ("timeout", "4100ms"),
            ("socket.timeout.ms", "4200"),
            ("timeout", "4300ms"),
            ("request.timeout.ms", "4500"),
        ],
    }
}

fn world(setting: &str, said: Places) -> World {
    let places = places_of(setting);
    let line = |at: usize| {
        let (key, text) = places[at];
        if said[at] && !key.is_empty() { format!("{key} = '{text}'\n") } else { String::new() }
    };
    let config =
        format!("{}[clusters.one]\n{}[clusters.one.properties]\n{}", line(6), line(4), line(5));
    let mut world = World::typed("-c one").config(&config);
    let [flag, given, variable, given_variable, .., file] = places;
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
    if said[7] {
        world = world.flag("-F").flag("f").file("f", format!("{}={}", file.0, file.1));
    }
    world
}

proptest! {
    /// The table of all 256 combinations: the first place that says something decides.
    #[test]
    fn the_first_place_decides(said in any::<Places>()) {
        let first = said.iter().position(|said| *said);
        let resolved = world("timeout", said).variable("LAGTOP_BOOTSTRAP", "k").settings();
        let expected = first.map_or(DEFAULT_TIMEOUT, |at| {
            Duration::from_millis([1000, 2000, 3000, 4000, 4100, 4200, 4300, 4500][at])
        });
        prop_assert_eq!(resolved.connection.request_timeout, expected);
        prop_assert_eq!(resolved.connection.connect_timeout, expected);

        let said = Places::from(std::array::from_fn(|at| said[at] && at != 6));
        let first = said.iter().position(|said| *said);
        let resolved = world("bootstrap", said).resolve().ok();
        let expected = first.map(|at| places_of("bootstrap")[at].1.to_owned());
        prop_assert_eq!(resolved.map(|s| s.connection.bootstrap[0].to_string()), expected);
    }
}

/// One setting: how each place says it, each something else than the one above, and how it is seen.
struct Case {
    flag: &'static str,
    variable: (&'static str, &'static str),
    /// In a cluster of the config file, and above all clusters.
    config: (&'static str, &'static str),
    default: &'static str,
    get: fn(&Settings) -> String,
}

#[rustfmt::skip]
const CASES: [Case; 16] = [
    Case { flag: "--interval 2s", variable: ("LAGTOP_INTERVAL", "3s"),
           config: ("interval = '4s'", "interval = '5s'"), default: "1s",
           get: |s| humantime::format_duration(s.interval).to_string() },
    Case { flag: "--max-requests-per-second 5", variable: ("LAGTOP_MAX_REQUESTS_PER_SECOND", "6"),
           config: ("max-requests-per-second = 7", "max-requests-per-second = '8'"),
           default: "200", get: |s| s.max_requests.to_string() },
    Case { flag: "--isolation read_uncommitted", variable: ("LAGTOP_ISOLATION", "read_committed"),
           config: ("isolation = 'read_uncommitted'", "isolation = 'read_committed'"),
           default: "ReadUncommitted", get: |s| format!("{:?}", s.isolation) },
    Case { flag: "--source stream", variable: ("LAGTOP_SOURCE", "poll"),
           config: ("source = 'auto'", "source = 'poll'"), default: "Auto",
           get: |s| format!("{:?}", s.source) },
    Case { flag: "--history 0", variable: ("LAGTOP_HISTORY", "10m"),
           config: ("history = '20m'", "history = 0"), default: "30m",
           get: |s| humantime::format_duration(s.history).to_string() },
    Case { flag: "--color always", variable: ("LAGTOP_COLOR", "never"),
           config: ("color = 'auto'", "color = 'always'"), default: "Auto",
           get: |s| format!("{:?}", s.looks.color) },
    Case { flag: "--theme dark", variable: ("LAGTOP_THEME", "light"),
           config: ("theme = 'auto'", "theme = 'dark'"), default: "Auto",
           get: |s| format!("{:?}", s.looks.theme) },
    Case { flag: "--ascii=false", variable: ("LAGTOP_ASCII", "true"),
           config: ("ascii = false", "ascii = true"), default: "false",
           get: |s| s.looks.ascii.to_string() },
    Case { flag: "--notify bell", variable: ("LAGTOP_NOTIFY", "osc9"),
           config: ("notify = 'never'", "notify = 'bell'"), default: "Never",
           get: |s| format!("{:?}", s.notify) },
    Case { flag: "--verbose=no", variable: ("LAGTOP_VERBOSE", "1"),
           config: ("verbose = 'no'", "verbose = true"), default: "false",
           get: |s| s.verbose.to_string() },
    Case { flag: "--group flag", variable: ("LAGTOP_GROUP", "variable"),
           config: ("group = 'cluster'", "group = ['top', 'too']"),
           default: "flagvariableclustertoptoo", get: |s| matching(&s.filters.groups) },
    Case { flag: "--topic flag", variable: ("LAGTOP_TOPIC", "variable"),
           config: ("topic = ['cluster', 'too']", "topic = 'top'"),
           default: "flagvariableclustertoptoo", get: |s| matching(&s.filters.topics) },
    Case { flag: "--output csv", variable: ("LAGTOP_OUTPUT", "json"),
           config: ("output = 'table'", "output = 'csv'"),
           default: "Once { output: Table }", get: |s| format!("{:?}", s.face) },
    Case { flag: "--process flag", variable: ("LAGTOP_PROCESS", "variable"),
           config: ("process = 'cluster'", "process = 'top'"), default: "",
           get: |s| s.processes.matching.as_ref().map_or("", |regex| regex.as_str()).to_owned() },
    Case { flag: "--record-limit 1MB", variable: ("LAGTOP_RECORD_LIMIT", "2MB"),
           config: ("record-limit = '3MB'", "record-limit = 4_000_000"), default: "1000000000",
           get: |s| s.recording.limit.to_string() },
    Case { flag: "--redact=no", variable: ("LAGTOP_REDACT", "yes"),
           config: ("redact = false", "redact = true"), default: "false",
           get: |s| s.recording.redact.to_string() },
];

#[test]
fn the_highest_place_wins_in_each_setting() {
    for Case { flag, variable: (name, text), config: (cluster, top), default, get } in CASES {
        let bare = World::typed("once -b k -c one");
        let empty = bare.clone().config("[clusters.one]");
        let by_top = bare.clone().config(&format!("{top}\n[clusters.one]"));
        let by_cluster = bare.config(&format!("{top}\n[clusters.one]\n{cluster}"));
        let by_variable = by_cluster.clone().variable(name, text);
        let flags = flag.split(' ');
        let by_flag = flags.clone().fold(by_variable.clone(), World::flag);
        let flag_alone = flags.fold(empty.clone(), World::flag);

        let seen =
            [&by_flag, &by_variable, &by_cluster, &by_top].map(|world| get(&world.settings()));
        assert_eq!(seen[0], get(&flag_alone.settings()), "{flag}");
        for pair in seen.windows(2) {
            assert_ne!(pair[0], pair[1], "{flag}: {seen:?}");
        }
        if !default.is_empty() {
            assert_eq!(get(&empty.settings()), default, "{flag}");
        }
        // Empty is not set.
        let nothing = get(&empty.clone().settings());
        assert_eq!(get(&empty.variable(name, "").settings()), nothing, "{flag}");
    }
}

fn matching(filter: &crate::config::NameFilter) -> String {
    let names = ["flag", "variable", "cluster", "top", "too"];
    names.into_iter().filter(|name| filter.matches(name)).collect()
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
    for variable in variables() {
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
