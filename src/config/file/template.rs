//! A config file to begin with: every key that may stand there, with its default.
//!
//! Written from what the code already has: the help of the flags, with the defaults that it names, the
//! rules, the key table. What begins with `#` and no space after it would be a line of the file.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory};

use crate::app::keymap::{Binding, Keymap};
use crate::config::cli::Cli;
use crate::config::layer::Layer;
use crate::config::setting::{InFile, SETTINGS, Setting, Slot};
use crate::diagnose::{Described, Knob, Rules};

/// Characters of a line of words.
const WIDTH: usize = 100;

const HEAD: &str = "\
The config file of lagtop: ~/.config/lagtop/config.toml, or the one that --config names. A line that \
begins with # and no space after it shows a default; take the # away to change it. An empty text or list \
is as if its line were not there. A flag wins over its variable, both win over a cluster below, which wins \
over what is said here of all, which wins over a properties file.";

const CLUSTERS: &str = "\
Clusters, by the name that -c takes. What is said above of all may be said again of one. A properties file \
is named from where this file is.";

const PROPERTIES: &str = "\
Client properties, as Java's or librdkafka's clients name them; they win over the properties file. A value \
that should not stand here may be in a variable, as below, or be told by a command, as in \
{ command = [\"pass\", \"show\", \"kafka\"] }: the first line of what it prints.";

const EXAMPLE: &str = "\
#[clusters.NAME.properties]
#security.protocol = \"SASL_SSL\"
#sasl.mechanism = \"SCRAM-SHA-512\"
#sasl.username = \"lagtop\"
#sasl.password = { env = \"KAFKA_PASSWORD\" }
";

const RULES: &str = "\
Rules: NAME = \"off\" switches one off, NAME = { THRESHOLD = VALUE } or NAME.THRESHOLD = VALUE tunes it, for all \
or for some, of which the last wins. Topics of a group all match, or nothing is said of it. A cluster may \
have rules of its own, below [clusters.NAME.rules].";

const FOR: &str = "\
#     [[rules.for]]
#     group = \"^billing\"
#     hot-partition.share = 0.8
#     [[rules.for]]
#     topic = \"^retry[.]\"
#     stalled-partition = \"off\"
";

const KEYS: &str = "\
Keys, written as the help on the screen writes them, one or a list; \"none\" alone takes them away. Ctrl-C \
always quits.";

/// The file. Taken as it is, it says nothing; without its `#`, it says the defaults.
pub(in crate::config) fn template() -> String {
    let command = Cli::command();
    let mut text = String::new();
    words(&mut text, HEAD);
    text.push('\n');
    words(&mut text, "The cluster that is watched if none is named");
    text.push_str("#default-cluster = \"\"\n");
    let flags = flags(&command);
    let of =
        |setting: &Setting| flags.iter().find(|(flag, _)| flag.get_long() == Some(setting.flag));
    let stands =
        |wanted: fn(InFile) -> bool| SETTINGS.iter().filter(move |setting| wanted(setting.file));
    for setting in stands(|file| file == InFile::Anywhere) {
        text.push('\n');
        line(&mut text, setting, of(setting));
    }
    text.push('\n');
    words(&mut text, CLUSTERS);
    text.push_str("#[clusters.NAME]\n");
    for setting in stands(|file| matches!(file, InFile::Cluster(_))) {
        line(&mut text, setting, of(setting));
    }
    words(&mut text, "Whether the header shall warn that this is production");
    text.push_str("#production = false\n\n");
    words(&mut text, PROPERTIES);
    text.push_str(EXAMPLE);
    text.push('\n');
    words(&mut text, RULES);
    text.push_str(FOR);
    text.push_str("#[rules]\n");
    Rules::default().describe().iter().for_each(|one| rule(&mut text, one));
    text.push('\n');
    words(&mut text, KEYS);
    text.push_str("#[keys]\n");
    keys(&mut text, &Keymap::default());
    text
}

/// All flags, with the command that they belong to; `None`: to all commands.
fn flags(lagtop: &Command) -> Vec<(&Arg, Option<&str>)> {
    let own = lagtop.get_arguments().map(|flag| (flag, None));
    let commands = lagtop
        .get_subcommands()
        .flat_map(|command| command.get_arguments().map(|flag| (flag, Some(command.get_name()))));
    own.chain(commands).collect()
}

/// What a setting is, what it may be, and what it is if nobody says.
fn line(text: &mut String, setting: &Setting, flag: Option<&(&Arg, Option<&str>)>) {
    let Some((key, (flag, command))) = setting.key().zip(flag) else { return };
    let help = flag.get_help().map(ToString::to_string).unwrap_or_default();
    let (what, rest) = help.split_once(" [").unwrap_or((&help, ""));
    match command {
        Some(command) => words(text, &format!("{what} (lagtop {command})")),
        None => words(text, what),
    }
    for choice in flag.get_possible_values() {
        let about = choice.get_help().map(ToString::to_string).unwrap_or_default();
        words(text, &format!("- {}: {about}", choice.get_name()));
    }
    let default = rest.strip_prefix("default: ").and_then(|rest| rest.split_once(']'));
    let value = match ((setting.slot)(&mut Layer::default()), default) {
        (Slot::Many(_), _) => "[]".to_owned(),
        (Slot::One(_), Some((value @ ("true" | "false"), _))) => value.to_owned(),
        (Slot::One(_), Some((value, _))) => format!("\"{value}\""),
        (Slot::One(_), None) => "\"\"".to_owned(),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(text, "#{key} = {value}");
}

/// What a rule finds, and its thresholds; without any, its switch.
fn rule(text: &mut String, Described { name, what, on, knobs }: &Described) {
    words(text, &format!("{name}: {what}"));
    if knobs.is_empty() {
        let _ = writeln!(text, "#{name} = \"{}\"", if *on { "on" } else { "off" });
    }
    for Knob { name: threshold, value, what } in knobs {
        words(text, &format!("- {threshold}: {what}"));
        let number = value.replace(',', "_");
        let is_number = number.chars().all(|c| c.is_ascii_digit() || ".-_".contains(c));
        let value = if is_number { number } else { format!("\"{value}\"") };
        let _ = writeln!(text, "#{name}.{threshold} = {value}");
    }
}

/// What each action does, wherever it does that, and its keys.
fn keys(text: &mut String, keymap: &Keymap) {
    for name in keymap.names() {
        let same: Vec<_> = keymap.bindings().iter().filter(|one| one.name == Some(name)).collect();
        let does = |binding: &&Binding| format!("{}: {}", binding.scope.title(), binding.help);
        words(text, &same.iter().map(does).collect::<Vec<_>>().join("; "));
        let chords = same.first().map_or(&[][..], |binding| &binding.chords);
        let quoted: Vec<_> =
            chords.iter().map(|chord| format!("\"{}\"", chord.label(true))).collect();
        let value = match quoted.as_slice() {
            [one] => one.clone(),
            many => format!("[{}]", many.join(", ")),
        };
        let _ = writeln!(text, "#{name} = {value}");
    }
}

/// Adds words that are for people, in lines that can be read.
fn words(text: &mut String, what: &str) {
    let mut line = String::from("#");
    for word in what.split_whitespace() {
        if line.len() + word.len() >= WIDTH {
            text.push_str(&line);
            text.push('\n');
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    text.push_str(&line);
    text.push('\n');
}
