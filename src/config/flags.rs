//! The flags as a layer: each value a raw text, and the flag that it was given by.

use std::ffi::OsString;

use clap::ValueEnum;

use super::cli::{Cli, Command, DemoArgs, ReplayArgs};
use super::layer::{Given, Layer, Origin};

impl Layer {
    /// The layer that the flags make.
    #[must_use]
    pub fn from_flags(cli: &Cli) -> Self {
        let shared = &cli.shared;
        let own = cli.command.as_ref().map(Self::of_command).unwrap_or_default();
        Self {
            config: text("--config", shared.config.as_ref()),
            cluster: text("--cluster", shared.cluster.as_ref()),
            record: text("--record", shared.record.as_ref()),
            record_limit: text("--record-limit", shared.record_limit.as_ref()),
            redact: text("--redact", shared.redact.as_ref()),
            bootstrap: text("--bootstrap", shared.bootstrap.as_ref()),
            properties_file: text("-F", shared.properties.as_ref()),
            properties: texts("-X", shared.property.iter().map(|property| &property.0)),
            groups: texts("--group", &shared.group),
            topics: texts("--topic", &shared.topic),
            rules: texts("--rule", &shared.rule),
            pids: texts("--pid", &shared.pid),
            process: text("--process", shared.process.as_ref()),
            pprof: text("--pprof", shared.pprof.as_ref()),
            interval: text("--interval", shared.interval.as_ref()),
            max_requests: text(
                "--max-requests-per-second",
                shared.max_requests_per_second.as_ref(),
            ),
            timeout: text("--timeout", shared.timeout.as_ref()),
            isolation: choice("--isolation", shared.isolation),
            source: choice("--source", shared.source),
            history: text("--history", shared.history.as_ref()),
            color: choice("--color", shared.color),
            theme: choice("--theme", shared.theme),
            ascii: text("--ascii", shared.ascii.as_ref()),
            notify: choice("--notify", shared.notify),
            verbose: text("--verbose", shared.verbose.as_ref()),
            ..own
        }
    }

    /// The flags that one command has for itself.
    fn of_command(command: &Command) -> Self {
        let nothing = Self::default();
        match command {
            Command::Once(once) => Self { output: choice("--output", once.output), ..nothing },
            Command::Check(check) => Self {
                fail_on: choice("--fail-on", check.fail_on),
                watch: text("--for", check.watch.as_ref()),
                ..nothing
            },
            Command::Status(status) => {
                Self { max_age: text("--max-age", status.max_age.as_ref()), ..nothing }
            }
            Command::Export(export) => {
                Self { listen: text("--listen", export.listen.as_ref()), ..nothing }
            }
            Command::Replay(ReplayArgs { play, .. }) | Command::Demo(DemoArgs { play, .. }) => {
                Self {
                    speed: text("--speed", play.speed.as_ref()),
                    begin: text("--at", play.at.as_ref()),
                    ..nothing
                }
            }
            _ => nothing,
        }
    }
}

fn text(flag: &'static str, given: Option<&OsString>) -> Option<Given> {
    given.map(|text| Given { text: text.clone(), from: Origin::Flag(flag) })
}

fn texts<'a>(flag: &'static str, given: impl IntoIterator<Item = &'a OsString>) -> Vec<Given> {
    given.into_iter().filter_map(|one| text(flag, Some(one))).collect()
}

fn choice<T: ValueEnum>(flag: &'static str, given: Option<T>) -> Option<Given> {
    let named = given?.to_possible_value()?;
    Some(Given { text: named.get_name().into(), from: Origin::Flag(flag) })
}
