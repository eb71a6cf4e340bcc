//! One mistake a config file, and what lagtop says to it; and that it says something to any.

use proptest::prelude::*;
use rstest::rstest;

use super::{CONFIG, World};

#[rstest]
#[case::syntax(
    "interval = 1s",
    "1: not TOML (string values must be quoted, expected literal string); write KEY = \"VALUE\" as \
     `lagtop config` shows it"
)]
#[case::unclosed(
    "a = [\n'x',\n",
    "2: not TOML (unclosed array, expected `]`); write KEY = \"VALUE\" as `lagtop config` shows it"
)]
#[case::twice(
    "interval = '1s'\ninterval = '2s'",
    "2: not TOML (duplicate key); write KEY = \"VALUE\" as `lagtop config` shows it"
)]
#[case::mistyped(
    "\nintervall = '1s'",
    "2: 'intervall' is not a key of the config file; write interval if that is meant"
)]
#[case::mistyped_in_a_cluster(
    "[clusters.x]\nbootstap = 'k'",
    "2: 'bootstap' is not a key of a cluster; write bootstrap if that is meant"
)]
#[case::too_high(
    "bootstrap = 'k'",
    "1: 'bootstrap' is not a key of the config file; write it below [clusters.NAME]"
)]
#[case::too_low(
    "[clusters.x]\ndefault-cluster = 'x'",
    "2: 'default-cluster' is not a key of a cluster; write it above the first [section]"
)]
#[case::flag_only(
    "record = 'x'",
    "1: 'record' is not a key of the config file; write --record on the command line"
)]
#[case::escaped(
    "\"a\\u001b[31m\" = 1",
    "1: 'a\\u{1b}[31m' is not a key of the config file; write one of timeout, group, topic, \
     process, pprof, interval, max-requests-per-second, isolation, source, history, record-limit, redact, \
     color, theme, ascii, notify, verbose, output, fail-on, max-age, listen, default-cluster, clusters, \
     rules, keys"
)]
#[case::list("interval = ['1s']", "1: interval is a list; write one value, as in KEY = \"VALUE\"")]
#[case::table(
    "group = ['a', { b = 1 }]",
    "1: group is a table; write one value or a list, as in KEY = [\"ONE\", \"TWO\"]"
)]
#[case::date(
    "interval = 07:30:00",
    "1: interval is a date; write one value, as in KEY = \"VALUE\""
)]
#[case::clusters(
    "clusters = 'prod'",
    "1: clusters is a text; write [clusters.NAME], and below it what is said of this cluster"
)]
#[case::cluster(
    "clusters.prod = 'k'",
    "1: prod is a text; write [clusters.NAME], and below it what is said of this cluster"
)]
#[case::properties(
    "[clusters.x]\nproperties = 'f'",
    "2: properties is a text; write [clusters.NAME.properties], and below it KEY = \"VALUE\""
)]
#[case::value(
    "interval = 'soon'",
    "1: 'soon' is not a duration; write 100ms to 1h, as in 500ms or 2s"
)]
#[case::second_of_a_list(
    "group = [\n  'a',\n  'b(',\n]",
    "3: 'b(' is not a regular expression (unclosed group); put a backslash before characters that \
     are meant literally"
)]
#[case::property(
    "default-cluster = 'x'\n[clusters.x.properties]\nsecurity.protocoll = 'SSL'",
    "3: no Kafka client has a property security.protocoll; write security.protocol if that is meant"
)]
#[case::keys(
    "keys = 'p'",
    "1: keys is a text; write [keys], and below it ACTION = \"KEY\" or ACTION = \
    [\"KEY\", \"KEY\"]"
)]
#[case::action(
    "[keys]\npause = 'p'\npuase = 'p'",
    "3: 'puase' is not an action; write pause if that is meant"
)]
#[case::key(
    "[keys]\npause = ['p', 'Hyper-p']",
    "2: 'Hyper-p' is not a key; write one character, F1, Ctrl-B, Alt-x, Enter, Esc, Tab, Shift-Tab, \
     Space, Backspace, Up, Down, Left, Right, PgUp, PgDn, Home, End, or none alone"
)]
#[case::typed(
    "[keys]\nfilter-up = 'k'",
    "2: 'k' is not a key for what is done while typing; write one that types nothing, as in Ctrl-W"
)]
#[case::clash(
    "[keys]\nhelp = 'F2'\npause = ['F2', 'u']\nzoom = 'x'",
    "3: 'F2' would mean pause and help in Screen; write another key for one of them, or \"none\""
)]
#[case::production(
    "default-cluster = 'x'\n[clusters.x]\nproduction = 'maybe'",
    "3: 'maybe' is not a yes or no; write true or false"
)]
fn a_mistake_is_told_with_its_line(#[case] content: &str, #[case] expected: &str) {
    let named = if content.starts_with("default") { "" } else { "-b k" };
    assert_eq!(World::typed(named).config(content).error(), format!("{CONFIG}:{expected}"));
}

#[test]
fn bytes_that_are_no_text_have_a_line() {
    let world = World::typed("-b k --config c").file("c", b"ascii = true\n# \xFF\n".as_slice());
    assert_eq!(world.error(), "c:2: the value is not UTF-8; write it in UTF-8");
}

/// Keys, values and signs of which a config file is made, right or wrong.
fn lines() -> impl Strategy<Value = String> {
    let keys = [
        "interval",
        "group",
        "'x'",
        "clusters",
        "clusters.a",
        "clusters.a.properties",
        "rules",
        "default-cluster",
        "properties",
        "sasl.password",
        "bootstrap",
        "keys",
        "rules.for",
        "hot-partition",
        "a.b.c",
        "env",
    ];
    let values = [
        "'1s'",
        "'['",
        "1",
        "-0.5e9",
        "true",
        "[]",
        "['a', 1]",
        "{ env = 'X' }",
        "{ a = {} }",
        "{ command = ['x'] }",
        "1979-05-27",
        "\"\\u0000\"",
        "nan",
        "'",
        "[[",
        "0xFF",
    ];
    let key = proptest::sample::select(keys.to_vec());
    let value = proptest::sample::select(values.to_vec());
    (key, value, 0..4_u8).prop_map(|(key, value, form)| match form {
        0 => format!("[{key}]"),
        1 => format!("[[{key}]]"),
        _ => format!("{key} = {value}"),
    })
}

/// Whatever stands in the file, it is taken, or told of with a line.
fn is_answered(content: &[u8]) -> Result<(), TestCaseError> {
    for line in ["-b k", "-c a"] {
        if let Err(error) = World::typed(&format!("{line} --config c")).file("c", content).resolve()
        {
            let said = error.to_string();
            let line = said.strip_prefix("c:").and_then(|rest| rest.split_once(": "));
            let has_line =
                line.is_some_and(|(line, _)| line.parse::<usize>().is_ok_and(|line| line > 0));
            let no_cluster = said.starts_with("--cluster: 'a' is not a cluster");
            prop_assert!(has_line || no_cluster, "{}", said);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_answered(content in proptest::collection::vec(any::<u8>(), 0..200)) {
        is_answered(&content)?;
    }

    #[test]
    fn any_text_is_answered(content in "[a-c='\"\\[\\]{}.,#\n\t 0-9\u{e4}\u{0}-]{0,80}") {
        is_answered(content.as_bytes())?;
    }

    #[test]
    fn any_toml_is_answered(lines in proptest::collection::vec(lines(), 0..12)) {
        is_answered(lines.join("\n").as_bytes())?;
    }
}
