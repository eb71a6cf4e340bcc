//! `lagtop doctor`: what the settings say, then what the cluster says to them, as it is found.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::sources::listening;
use super::{FAILED, complain};
use crate::config::{
    Color, Connection, Mechanism, Profile, Sasl, Settings, Source, Tls, Trust, Used, Verify,
};
use crate::export::checkup::{Report, Style};
use crate::model::checkup::Check;
use crate::source::kafka::coverage::Coverage;
use crate::source::kafka::doctor;
use crate::source::kafka::wire::{Client, ClientConfig};

/// Checks that may wait to be printed.
const CHECKS: usize = 16;

/// Where nobody says how wide it is: a page that can be pasted anywhere.
const WIDTH: usize = 100;

/// Makes all checks and prints them.
pub(super) fn doctor(settings: &Settings, client: Client, config: ClientConfig) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return complain(&format!("cannot start: {error}"), FAILED),
    };
    let told = runtime.block_on(tell(settings, client, config));
    // Whatever hangs in the network is left behind.
    runtime.shutdown_background();
    match told {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(FAILED),
        // A reader that has seen enough is no error.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => complain(&format!("cannot write: {error}"), FAILED),
    }
}

async fn tell(settings: &Settings, client: Client, config: ClientConfig) -> io::Result<bool> {
    let mut report = Report::new(io::stdout(), style(settings));
    for check in settled(settings) {
        report.tell(check)?;
    }
    // Nobody observes here: the other end stays open and empty.
    let (observations, _unread) = mpsc::channel(1);
    let (sender, mut checks) = mpsc::channel(CHECKS);
    let context = doctor::Context {
        config,
        listening: listening(settings, (client, Coverage::default()), observations),
        listens: settings.source != Source::Poll,
        principal: principal(&settings.connection),
        checks: sender,
    };
    // Ends at the first line that cannot be written, and the checks with it.
    let print = async move {
        while let Some(check) = checks.recv().await {
            report.tell(check)?;
        }
        report.end()
    };
    let ((), told) = tokio::join!(doctor::examine(context), print);
    told
}

fn style(settings: &Settings) -> Style {
    let is_terminal = io::stdout().is_terminal();
    let size = is_terminal.then(crossterm::terminal::size).and_then(Result::ok);
    let colour = match settings.looks.color {
        Color::Auto => is_terminal,
        Color::Always => true,
        Color::Never => false,
    };
    let width = size.map_or(WIDTH, |(columns, _)| usize::from(columns).min(WIDTH));
    Style { width, colour, ascii: settings.looks.ascii }
}

/// What was read from where, and what it comes to.
fn settled(settings: &Settings) -> [Check; 2] {
    let part: Arc<str> = "settings".into();
    let mut read = Check::passed(&part, "read", places(&settings.used));
    if let Some(Profile { name, production }) = &settings.profile {
        let marked = if *production { ", marked as production" } else { "" };
        read = read.detail(format!("cluster {name} of the config file{marked}"));
    }
    for note in &settings.notes {
        read = read.detail(note.to_string());
    }
    let connection = &settings.connection;
    let mut comes_to = Check::passed(&part, "protocol", protocol(connection));
    if let Some(tls) = &connection.security.tls {
        comes_to = comes_to.detail(trust(tls)).detail(identity(tls));
    }
    if let Some(sasl) = &connection.security.sasl {
        comes_to = comes_to.detail(login(sasl));
    }
    [read, comes_to]
}

/// Each place once, with the number of properties that came from it.
fn places(used: &[Used]) -> String {
    let mut places: Vec<(String, Vec<&str>)> = Vec::new();
    for Used { key, from } in used {
        let place = from.place();
        match places.iter_mut().find(|(known, _)| *known == place) {
            Some((_, keys)) => keys.push(key),
            None => places.push((place, vec![key])),
        }
    }
    let each = places.into_iter().map(|(place, keys)| match keys.as_slice() {
        // A flag of its own is its own key.
        [key] if **key == place => place,
        keys => format!("{} from {place}", keys.join(", ")),
    });
    each.collect::<Vec<_>>().join("; ")
}

fn protocol(connection: &Connection) -> String {
    let security = &connection.security;
    let protocol = match (&security.tls, &security.sasl) {
        (None, None) => "PLAINTEXT",
        (Some(_), None) => "SSL",
        (None, Some(_)) => "SASL_PLAINTEXT",
        (Some(_), Some(_)) => "SASL_SSL",
    };
    let limit = connection.connect_timeout;
    format!("{protocol}, each connection within {limit:?}, client id {}", connection.client_id)
}

fn trust(tls: &Tls) -> String {
    let trusted = match &tls.trust {
        Trust::System => "the system's authorities".to_owned(),
        Trust::PemFile(path) | Trust::PemDirectory(path) | Trust::Pkcs12 { path, .. } => {
            format!("the authorities in {}", path.display())
        }
        Trust::Pem(_) => "the authorities that are given as text".to_owned(),
    };
    match tls.verify {
        Verify::Full => format!("trusts {trusted}, and checks host names"),
        Verify::ChainOnly => format!("trusts {trusted}, and checks no host name"),
        Verify::Nothing => "checks no certificate at all".to_owned(),
    }
}

fn identity(tls: &Tls) -> String {
    use crate::config::{Identity, Pem};
    match &tls.identity {
        None => "has no certificate of its own".to_owned(),
        Some(
            Identity::Pem { certificate: Pem::File(path), .. } | Identity::Pkcs12 { path, .. },
        ) => format!("has a certificate of its own in {}", path.display()),
        Some(Identity::Pem { certificate: Pem::Text(_), .. }) => {
            "has a certificate of its own, given as text".to_owned()
        }
    }
}

fn login(sasl: &Sasl) -> String {
    let mechanism: Mechanism = sasl.mechanism();
    match sasl {
        Sasl::Plain(login) | Sasl::ScramSha256(login) | Sasl::ScramSha512(login) => {
            format!("logs in by {mechanism} as {}", login.username)
        }
        Sasl::OAuthBearer(tokens) => {
            format!("logs in by {mechanism} as client {} of {}", tokens.client_id, tokens.endpoint)
        }
    }
}

/// Whom a cluster gives rights to; of certificates and tokens it knows better than we do.
fn principal(connection: &Connection) -> Option<String> {
    let security = &connection.security;
    match &security.sasl {
        Some(Sasl::Plain(login) | Sasl::ScramSha256(login) | Sasl::ScramSha512(login)) => {
            Some(login.username.clone())
        }
        Some(Sasl::OAuthBearer(_)) => None,
        None if security.tls.as_ref().is_some_and(|tls| tls.identity.is_some()) => None,
        None => Some("ANONYMOUS".to_owned()),
    }
}
