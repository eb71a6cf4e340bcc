//! Settings from the outside: a command line, an environment and files in, settings out.

mod errors;
mod file;
mod precedence;
mod secrets;
mod template;
mod translation;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::Path;

use clap::Parser;

use super::{Cli, CommandProblem, ConfigError, Inputs, Login, Sasl, Settings, System};

/// A world of a few words: flags as one typed line, variables, and files by path.
#[derive(Clone, Default)]
struct World {
    flags: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
    files: BTreeMap<String, Vec<u8>>,
    /// Every user may read the files.
    open_to_all: bool,
    /// What commands print, by what is typed.
    commands: BTreeMap<String, Vec<u8>>,
    /// The commands that were run.
    ran: RefCell<Vec<String>>,
}

impl World {
    /// Flags without spaces in them.
    fn typed(line: &str) -> Self {
        Self { flags: line.split_whitespace().map(OsString::from).collect(), ..Self::default() }
    }

    fn flag(mut self, flag: &str) -> Self {
        self.flags.push(flag.into());
        self
    }

    fn variable(mut self, name: &str, text: impl Into<OsString>) -> Self {
        self.variables.push((name.into(), text.into()));
        self
    }

    fn file(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.to_owned(), content.into());
        self
    }

    /// The config file, where it usually is.
    fn config(self, content: &str) -> Self {
        self.variable("HOME", "/home/me").file(CONFIG, content)
    }

    /// A world with nothing but a properties file, which also says where the cluster is.
    fn properties(content: &str) -> Self {
        Self::typed("-F f").file("f", format!("bootstrap.servers=k:1\n{content}"))
    }

    fn resolve(&self) -> Result<Settings, ConfigError> {
        let line = std::iter::once("lagtop".into()).chain(self.flags.iter().cloned());
        let cli = Cli::try_parse_from(line).unwrap();
        Settings::resolve(Inputs { cli: &cli, variables: self.variables.clone(), system: self })
    }

    fn settings(&self) -> Settings {
        self.resolve().unwrap()
    }

    /// Name and password, where somebody logs in by these.
    fn login(&self) -> Login {
        match self.settings().connection.security.sasl {
            Some(Sasl::Plain(login) | Sasl::ScramSha256(login) | Sasl::ScramSha512(login)) => login,
            other => panic!("{other:?}"),
        }
    }

    fn error(&self) -> String {
        self.resolve().unwrap_err().to_string()
    }
}

/// Where the config file of a world is.
const CONFIG: &str = "/home/me/.config/lagtop/config.toml";

impl System for World {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match path.to_str().and_then(|path| self.files.get(path)) {
            Some(content) => Ok(content.clone()),
            None if path.starts_with("/root") => Err(io::ErrorKind::PermissionDenied.into()),
            None if path.ends_with("directory") => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn is_open_to_all(&self, _path: &Path) -> bool {
        self.open_to_all
    }

    fn run(&self, program: &str, arguments: &[String]) -> Result<Vec<u8>, CommandProblem> {
        let typed = [&[program.to_owned()], arguments].concat().join(" ");
        self.ran.borrow_mut().push(typed.clone());
        let told = self.commands.get(&typed).cloned();
        told.ok_or_else(|| CommandProblem::Start(io::ErrorKind::NotFound.into()))
    }
}

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMIIC\n-----END PRIVATE KEY-----\n";
const ENCRYPTED_KEY: &str =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIC\n-----END ENCRYPTED PRIVATE KEY-----\n";
const PKCS12: &[u8] = &[0x30, 0x82, 0x0A, 0x10, 0x02, 0x01, 0x03, 0x30];
const JKS: &[u8] = &[0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2];
