//! The flags as a layer: each value a raw text, and the flag that it was given by.

use std::ffi::OsString;

use clap::ValueEnum;

use super::cli::{Cli, Command};
use super::layer::{Given, Layer, Origin};

impl Layer {
    /// The layer that the flags make.
    #[must_use]
    pub fn from_flags(cli: &Cli) -> Self {
        let shared = &cli.shared;
        let output = cli.command.as_ref().and_then(|command| match command {
            Command::Once(once) => once.output,
            _ => None,
        });
        let listen = cli.command.as_ref().and_then(|command| match command {
            Command::Export(export) => export.listen.as_ref(),
            _ => None,
        });
        let check = cli.command.as_ref().and_then(|command| match command {
            Command::Check(check) => Some(check),
            _ => None,
        });
        let max_age = cli.command.as_ref().and_then(|command| match command {
            Command::Status(status) => status.max_age.as_ref(),
            _ => None,
        });
        let play = cli.command.as_ref().and_then(|command| match command {
            Command::Replay(replay) => Some(&replay.play),
            Command::Demo(demo) => Some(&demo.play),
            _ => None,
        });
        Self {
            config: text("--config", shared.config.as_ref()),
            cluster: text("--cluster", shared.cluster.as_ref()),
            inline: Vec::new(),
            rules_for: Vec::new(),
            record: text("--record", shared.record.as_ref()),
            record_limit: text("--record-limit", shared.record_limit.as_ref()),
            redact: text("--redact", shared.redact.as_ref()),
            speed: text("--speed", play.and_then(|play| play.speed.as_ref())),
            begin: text("--at", play.and_then(|play| play.at.as_ref())),
            bootstrap: text("--bootstrap", shared.bootstrap.as_ref()),
            properties_file: text("-F", shared.properties.as_ref()),
            properties: texts("-X", shared.property.iter().map(|property| &property.0)),
            groups: texts("--group", &shared.group),
            topics: texts("--topic", &shared.topic),
            rules: texts("--rule", &shared.rule),
            fail_on: choice("--fail-on", check.and_then(|check| check.fail_on)),
            max_age: text("--max-age", max_age),
            watch: text("--for", check.and_then(|check| check.watch.as_ref())),
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
            output: choice("--output", output),
            listen: text("--listen", listen),
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
