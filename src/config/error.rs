//! What can be wrong with what lagtop was told.
//!
//! Wording: one sentence without a full stop, in the order *where, what, what to write instead*.
//! Texts that were given stand in single quotes and are escaped; values of properties that may be
//! secret are never repeated, nor are texts that were refused before their key was known.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::bootstrap::HostPortProblem;
use super::layer::Origin;
use super::properties::jaas::JaasProblem;
use super::secret::SecretProblem;

/// A usage error: exit code 2.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// Nothing says where the cluster is.
    #[error("no cluster to connect to; write {}", where_to(.clusters))]
    NoBootstrap {
        /// Those of the config file.
        clusters: Vec<String>,
    },

    /// A name that no cluster of the config file has.
    #[error("{from}: '{}' is not a cluster of the config file; {instead}", .name.escape_debug())]
    NoSuchCluster {
        /// Where.
        from: Origin,
        /// The name.
        name: String,
        /// What is there, and what to write.
        instead: String,
    },

    /// An address in a list of brokers.
    #[error("{from}: '{}' {problem}", .text.escape_debug())]
    Bootstrap {
        /// Where.
        from: Origin,
        /// The address at fault, not the whole list.
        text: String,
        /// What is wrong with it.
        problem: HostPortProblem,
    },

    /// A value that is one of a few words or a number.
    #[error("{from}: '{}' is not {what}; write {instead}", .text.escape_debug())]
    Value {
        /// Where.
        from: Origin,
        /// The value; only of settings that are no secret.
        text: String,
        /// What it should have been.
        what: &'static str,
        /// What to write.
        instead: String,
    },

    /// A regular expression.
    #[error("{from}: '{}' is not a regular expression ({problem}); put a backslash before \
             characters that are meant literally", .text.escape_debug())]
    Regex {
        /// Where.
        from: Origin,
        /// The expression.
        text: String,
        /// The regex crate's words, on one line.
        problem: String,
    },

    /// The config file, as a whole.
    #[error("{from}: not TOML ({problem}); write KEY = \"VALUE\" as `lagtop config` shows it")]
    Toml {
        /// Where.
        from: Origin,
        /// The toml crate's words, which never quote the text.
        problem: String,
    },

    /// A value of the config file of another kind than wanted.
    #[error("{from}: {} is {found}; write {instead}", .key.escape_debug())]
    Shape {
        /// Where.
        from: Origin,
        /// Its key.
        key: String,
        /// What it is.
        found: &'static str,
        /// What to write.
        instead: &'static str,
    },

    /// A key that would mean two things in one place.
    #[error(
        "{from}: '{key}' would mean {first} and {second} in {place}; write another key for one of \
             them, or \"none\""
    )]
    Clash {
        /// Where one of them was given it.
        from: Origin,
        /// The key.
        key: String,
        /// The one action.
        first: &'static str,
        /// The other.
        second: &'static str,
        /// The scope's title.
        place: &'static str,
    },

    /// A value that stands elsewhere and could not be had.
    #[error("{from}: {key} {problem}")]
    Secret {
        /// Where that is said.
        from: Origin,
        /// Whose value.
        key: String,
        /// Why.
        problem: Box<SecretProblem>,
    },

    /// Bytes that are no text.
    #[error("{from}: the value is not UTF-8; write it in UTF-8")]
    NotUnicode {
        /// Where.
        from: Origin,
    },

    /// A file that cannot be read.
    #[error("{from}: cannot read '{}' ({source}); name a file that exists and may be read",
            .path.to_string_lossy().escape_debug())]
    Unreadable {
        /// Where the path was written.
        from: Origin,
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// A line or `-X` without its separator. The text may hold a password, so it is not shown.
    #[error("{from}: no '=' between key and value; write KEY=VALUE")]
    NoSeparator {
        /// Where.
        from: Origin,
    },

    /// `\u` without four hexadecimal digits: Java refuses it too.
    #[error(
        "{from}: \\u is not followed by four hexadecimal digits; write \\\\u for a backslash \
             and a u"
    )]
    Escape {
        /// Where.
        from: Origin,
    },

    /// A key that neither client knows.
    #[error("{from}: no Kafka client has a property {}{}",
            .key.as_deref().unwrap_or("of that name"), did_you_mean(*.nearest))]
    UnknownProperty {
        /// Where.
        from: Origin,
        /// `None` if it does not look like a key, when it may be part of a secret.
        key: Option<String>,
        /// A known key close to it.
        nearest: Option<&'static str>,
    },

    /// A key or value that asks for something lagtop does not do.
    #[error("{from}: {subject} is not supported; {instead}")]
    Unsupported {
        /// Where.
        from: Origin,
        /// A key, or a key and a value that is no secret.
        subject: String,
        /// What to write.
        instead: &'static str,
    },

    /// Two settings of which only one can hold.
    #[error(
        "{second_from}: {second} and {first} ({first_from}) say the same thing twice; keep \
             one of them"
    )]
    Conflict {
        /// The one found first.
        first: String,
        /// Where.
        first_from: Origin,
        /// The other.
        second: String,
        /// Where.
        second_from: Origin,
    },

    /// A setting that another one needs.
    #[error("{from}: {because} needs {missing}; write {instead}")]
    Missing {
        /// Where the setting is that needs it.
        from: Origin,
        /// That setting.
        because: String,
        /// What is missing.
        missing: &'static str,
        /// What to write.
        instead: &'static str,
    },

    /// `sasl.jaas.config`, whose text is secret.
    #[error("{from}: sasl.jaas.config {problem}")]
    Jaas {
        /// Where.
        from: Origin,
        /// What is wrong with it.
        problem: JaasProblem,
    },

    /// A Java key store in Java's own form.
    #[error("{from}: '{}' is a {form} store, which only Java reads; convert it with keytool \
             -importkeystore -srckeystore {} -destkeystore {} -deststoretype PKCS12 and name the \
             new file", .path.to_string_lossy().escape_debug(), shell_word(.path),
            shell_word(&.path.with_extension("p12")))]
    JavaStore {
        /// Where the path was written.
        from: Origin,
        /// The store.
        path: PathBuf,
        /// `JKS` or `JCEKS`.
        form: &'static str,
    },

    /// A file of keys or certificates that is none.
    #[error("{from}: '{}' holds no {wanted}; name a file that does",
            .path.to_string_lossy().escape_debug())]
    Content {
        /// Where the path was written.
        from: Origin,
        /// The file.
        path: PathBuf,
        /// What it should hold.
        wanted: &'static str,
    },
}

/// What says where a cluster is.
fn where_to(clusters: &[String]) -> String {
    if clusters.is_empty() {
        return "-b HOST:PORT, set LAGTOP_BOOTSTRAP, or name a client properties file that has \
                bootstrap.servers with -F FILE"
            .to_owned();
    }
    let known = clusters.iter().map(|name| format!("-c {}", shell_word(Path::new(name))));
    format!("{}, or -b HOST:PORT", known.collect::<Vec<_>>().join(", "))
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(
        || "; take it out, or pass it with -X if librdkafka should have it".to_owned(),
        |known| format!("; write {known} if that is meant"),
    )
}

/// A path as it can be pasted into a shell.
fn shell_word(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%:,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.into_owned();
    }
    format!("'{}'", text.escape_debug().to_string().replace("\\'", "'").replace('\'', "'\\''"))
}
