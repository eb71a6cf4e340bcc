//! lagtop: `top` for Kafka consumer groups. This page is the architecture.
//!
//! lagtop answers, during an incident and without touching anything: which partition is behind, who
//! owns it, since when, why, and will it catch up? It is read-only by construction: it never joins a
//! group, never commits, never produces, never alters anything.
//!
//! # Data goes one way
//!
//! ```text
//!  source ── Observation ──▶ store ── Arc<Snapshot> ──▶ watch ─┬▶ tui   (app ─ ui ─ terminal)
//!     ▲        bounded       apply,                            └▶ export  once: table, json, csv; prometheus
//!     │         mpsc         derive, diagnose
//!     └──────────── PollPlan (watch): what is looked at; wishes, never data
//! ```
//!
//! A [`source`] turns the world into [observations](model::Observation): what was seen, when, by whom;
//! an error is an observation too. The [`store`] folds them into a [`Snapshot`](model::Snapshot), in
//! which everything that did not change is shared with the one before, and history with the store itself:
//! it only grows at its end. Faces draw or print the snapshot. The only way back is the [`PollPlan`](model::PollPlan), which says what somebody looks at.
//! (What a person asks for once, a stack or a look at records, goes past the store: [`wish`](model::wish).)
//! So the screen never waits for Kafka, a paused screen is a kept `Arc`, and the same observations give
//! the same screen again.
//!
//! # Rooms
//!
//! | room | what it is | may import |
//! |---|---|---|
//! | [`model`] | plain data and arithmetic: ids, time, observation, snapshot, lag, rates, history | – |
//! | [`record`] | recordings: observations into a file and back, pseudonyms in place of names | model |
//! | [`diagnose`] | rules: what is wrong with a group or a topic, and how that is known | model |
//! | [`store`] | the reducer; only its `task` is async, and gives a copy of what it takes to the recording | model, diagnose, record |
//! | [`rewind`] | the picture of an earlier moment, from a snapshot and its histories; only its `task` is async | model, diagnose |
//! | [`veil`] | pseudonyms over all that a screen may show | model, diagnose |
//! | [`source`] | the world; [`wire`](source::kafka::wire) asks (alone in naming kafka-protocol and OpenSSL, and imports nothing of this crate), [`oauth`](source::kafka::oauth) fetches tokens for it, [`poll`](source::kafka::poll) plans what to ask, [`stream`](source::kafka::stream) listens to the offsets topic and [`peek`](source::kafka::peek) looks at records (with their [consumer](source::kafka::consumer) alone in naming rdkafka), [`doctor`](source::kafka::doctor) tries the way to a cluster step by step, [`host`](source::host) looks at this host and its processes (alone in naming sysinfo and reading /proc) | model, config |
//! | [`replay`] | the play of a recording: where it is, how fast it goes, and how it gets elsewhere; only its `player` is async | model, diagnose, record, store |
//! | [`config`] | flags, environment, the config file, client properties, resolved into one `Settings` | model's ids and addresses, diagnose, app's key table |
//! | [`app`] | what the person is doing: state, one key table, a pure `update` | model, veil |
//! | [`ui`] | pixels: a pure `draw(&View, &mut Frame) -> HitMap` | app, model |
//! | [`tui`] | the terminal: raw mode, input, frame pacing | app, ui, model |
//! | [`export`] | the other faces of the same snapshot, and what `lagtop doctor` found | model |
//! | [`run`] | puts it together | all |
//!
//! `tests/architecture.rs` holds this table against the code.
//!
//! # What holds everywhere
//!
//! - Unknown is `None`, never 0; a failed request is a fault in its cell, never an empty list; one bad
//!   topic, group, broker or permission never blanks another row.
//! - Everything carries the time at which it was seen. Time is an argument; the clock is read in one
//!   place.
//! - Names come from strangers: kept as they are, escaped where they are drawn. Secrets are never
//!   shown, logged or put into an error.
//! - Channels are bounded. What is slow slows down its source and nobody else.

pub mod app;
pub mod config;
pub mod diagnose;
pub mod export;
pub mod model;
pub mod record;
pub mod replay;
pub mod rewind;
pub mod run;
pub mod source;
pub mod store;
pub mod tui;
pub mod ui;
pub mod veil;
