//! The table: rooms of `src/`, what each may import of this crate, and which other crates it may
//! name.
//!
//! The longest `room` that a file's path begins with is its rule. A room may always import itself;
//! std and thiserror are free for all. Whoever needs more changes this table, and says why here.

/// What one room may do.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Path below `src/`, without `.rs`.
    pub room: &'static str,
    /// Modules of this crate, with everything below them.
    pub imports: Imports,
    /// Other crates, as they are written in code.
    pub names: Names,
}

/// Of this crate.
#[derive(Clone, Copy, Debug)]
pub enum Imports {
    /// All of it.
    All,
    /// These modules.
    Only(&'static [&'static str]),
}

/// Of other crates.
#[derive(Clone, Copy, Debug)]
pub enum Names {
    /// All dependencies.
    All,
    /// These.
    Only(&'static [&'static [&'static str]]),
}

/// The runtime comes in three crates.
const TOKIO: &[&str] = &["tokio", "tokio_util", "futures_util"];

const fn room(
    room: &'static str,
    imports: &'static [&'static str],
    names: &'static [&'static [&'static str]],
) -> Rule {
    Rule { room, imports: Imports::Only(imports), names: Names::Only(names) }
}

const fn composition(room: &'static str) -> Rule {
    Rule { room, imports: Imports::All, names: Names::All }
}

/// The table.
pub const RULES: &[Rule] = &[
    // Plain data and arithmetic.
    room("model", &[], &[&["serde"]]),
    // Pure rules. Groups and topics are chosen by regular expressions on their names.
    room("diagnose", &["model"], &[&["regex"]]),
    room("record", &["model"], &[&["serde", "serde_json", "zstd", "flate2"]]),
    // A pure reducer; only its task is async.
    room("store", &["model", "diagnose", "record"], &[]),
    room("store/task", &["model", "diagnose", "record", "store"], &[TOKIO]),
    // Pure; only its task is async.
    room("rewind", &["model", "diagnose"], &[]),
    room("rewind/task", &["model", "diagnose", "rewind"], &[TOKIO]),
    // Pure: names are renamed, and what is wrong is said again.
    room("veil", &["model", "diagnose"], &[]),
    // A recording into a store; only its player is async, and time passes there with the runtime's clock.
    room("replay", &["model", "diagnose", "record", "store"], &[]),
    room("replay/clock", &["model"], &[TOKIO]),
    room("replay/course", &["model", "diagnose", "record", "replay"], &[TOKIO]),
    room("replay/player", &["model", "diagnose", "record", "replay"], &[TOKIO]),
    // What turns the world into observations.
    room("source", &["model", "config"], &[TOKIO]),
    // Alone in reading the host.
    room(
        "source/host",
        &["model", "config", "source"],
        // rustix knows in which units the kernel counts; netlink is how it is asked about sockets.
        &[
            TOKIO,
            &["sysinfo", "procfs", "rustix", "object", "regex"],
            &["netlink_packet_core", "netlink_packet_sock_diag", "netlink_sys"],
        ],
    ),
    room("source/kafka", &["model", "config", "source"], &[TOKIO]),
    // Settings into clients: certificates and keys given as text are opened here.
    room("source/kafka/connect", &["model", "config", "source"], &[&["secrecy"]]),
    // A client that others could lift out: nothing of this crate, and alone in speaking the
    // protocol and TLS. Brokers refuse tokens in JSON.
    room(
        "source/kafka/wire",
        &[],
        &[
            TOKIO,
            &[
                "kafka_protocol",
                "openssl",
                "tokio_openssl",
                "bytes",
                "secrecy",
                "serde",
                "serde_json",
            ],
        ],
    ),
    // Alone in asking over HTTP.
    room(
        "source/kafka/oauth",
        &["model", "source"],
        &[
            TOKIO,
            &["hyper", "hyper_util", "http_body_util", "base64", "secrecy", "serde", "serde_json"],
        ],
    ),
    // Certificates end on a day.
    room("source/kafka/doctor", &["model", "source"], &[TOKIO, &["jiff"]]),
    // Alone in reading records: the consumer, and what it is for.
    // librdkafka's properties hold passwords.
    room("source/kafka/consumer", &["model", "source"], &[TOKIO, &["rdkafka", "secrecy"]]),
    room("source/kafka/stream", &["model", "source"], &[TOKIO, &["rdkafka"]]),
    room("source/kafka/peek", &["model", "source"], &[TOKIO, &["rdkafka"]]),
    // Everything that can be set, in one resolved value. strsim finds what a mistyped key meant;
    // clap's companions write what else follows from the flags.
    room(
        "config",
        &["model::id", "model::pprof", "diagnose", "app::keymap"],
        &[&[
            "bytesize",
            "clap",
            "serde",
            "toml",
            "humantime",
            "regex",
            "secrecy",
            "strsim",
            "clap_complete",
            "clap_mangen",
        ]],
    ),
    // What the user is doing, pure. Regular expressions are what they type into the filter.
    room("app", &["model", "veil"], &[&["regex"]]),
    // Pixels, pure. jiff tells the time in the reader's zone.
    room("ui", &["app", "model"], &[&["ratatui", "unicode_segmentation", "unicode_width", "jiff"]]),
    // The terminal. rustix stops the process on Ctrl-Z, the clipboard takes base64.
    room("tui", &["app", "ui", "model"], &[TOKIO, &["base64", "crossterm", "ratatui", "rustix"]]),
    // Other faces of the same snapshot. jiff writes moments in UTC; columns align by width.
    room("export", &["model"], &[&["serde", "serde_json", "csv", "jiff", "unicode_width"]]),
    // Alone in the export in waiting for anybody: hyper and its two halves speak HTTP.
    room("export/http", &["model", "export"], &[TOKIO, &["hyper", "hyper_util", "http_body_util"]]),
    // Where it is put together.
    composition("lib"),
    composition("main"),
    composition("run"),
];

/// For all rooms: an error type is a boundary's own.
pub const FREE: &[&str] = &["std", "core", "alloc", "thiserror"];

/// Lines of a file that can still be read in one sitting.
pub const LONGEST: usize = 400;

/// Files that are longer, each with its reason.
pub const LONG: &[(&str, &str)] = &[];
