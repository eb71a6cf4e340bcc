//! A recording on its way into a store.
//!
//! Everything up to a moment is folded in without waiting for it. On the way the store is asked for a
//! picture every second of the recording, as it is when somebody watches: since when something is so is
//! known from judging all along.

use std::sync::Arc;
use std::time::Duration;

use crate::diagnose::RuleBook;
use crate::model::{Body, Fault, Marker, Observation, Snapshot, SourceHealth, SourceId, Timestamp};
use crate::record::{Damage, Entry, Reader};
use crate::store::Store;

/// How often rules look, in the time of the recording.
const JUDGED_EVERY: Duration = Duration::from_secs(1);

/// A recording, and the store that knows it up to a moment.
pub struct Tape {
    reader: Reader<'static>,
    store: Store,
    /// What was read and is not folded in yet; `None` at the end.
    next: Option<Entry>,
    at: Timestamp,
    judged: Timestamp,
    damage: Option<Damage>,
}

/// How far folding went.
#[derive(Debug)]
pub enum Step {
    /// A second was folded in: its picture. There is more to fold.
    Second(Arc<Snapshot>),
    /// Everything up to the moment is folded in.
    There,
    /// The recording is over.
    Over,
}

impl Tape {
    /// At its begin, with what the person marked in it.
    #[must_use]
    pub fn begin(reader: Reader<'static>, rules: RuleBook, markers: &[Marker]) -> Self {
        let header = reader.header();
        let (store, started) = (Store::new(header.isolation).ruled_by(rules), header.started);
        let (at, judged) = (started, started);
        let mut tape = Self { reader, store, next: None, at, judged, damage: None };
        for marker in markers {
            tape.mark(marker.clone());
        }
        tape.read();
        tape
    }

    /// The recording's first moment.
    #[must_use]
    pub const fn started(&self) -> Timestamp {
        self.reader.header().started
    }

    /// Everything up to this moment is folded in.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// The moment of what comes next; `None` at the end.
    #[must_use]
    pub fn next_at(&self) -> Option<Timestamp> {
        self.next.as_ref().map(Entry::at)
    }

    /// Why it ended before its end.
    #[must_use]
    pub const fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// Folds in what comes next, for a second of the recording, or up to `until`.
    pub fn step(&mut self, until: Timestamp) -> Step {
        while let Some(next) = self.next.take_if(|next| next.at() <= until) {
            let at = next.at();
            if at.since(self.judged) >= JUDGED_EVERY {
                let picture = self.picture();
                (self.judged, self.next) = (at, Some(next));
                return Step::Second(picture);
            }
            self.at = self.at.max(at);
            self.fold(next);
        }
        if self.next.is_none() {
            return Step::Over;
        }
        self.at = self.at.max(until);
        Step::There
    }

    /// The picture of where it is.
    pub fn picture(&mut self) -> Arc<Snapshot> {
        self.judged = self.at;
        self.store.publish()
    }

    /// Takes a marker in, at whatever moment it is.
    pub fn mark(&mut self, marker: Marker) {
        self.apply(SourceId::Person, Body::Marker(marker));
    }

    fn fold(&mut self, entry: Entry) {
        match entry {
            // How the recorder did then is no news now.
            Entry::Seen(observation) if observation.source == SourceId::Recording => {}
            Entry::Seen(observation) => self.store.apply(observation),
            Entry::Dropped { observations, .. } => {
                let text =
                    format!("{observations} observations are missing here: they came too fast");
                self.fault("RECORDING_INCOMPLETE", &text);
            }
            Entry::Ended { .. } => return,
        }
        self.read();
    }

    /// A recording that is damaged goes up to the damage, and says so.
    fn read(&mut self) {
        match self.reader.entry() {
            Ok(next) => self.next = next,
            Err(damage) => {
                self.fault("RECORDING_DAMAGED", &damage.to_string());
                self.damage = Some(damage);
            }
        }
    }

    fn fault(&mut self, code: &str, text: &str) {
        let health = SourceHealth::Failing { since: self.at, fault: Fault::new(code, text) };
        self.apply(SourceId::Recording, Body::Health(health));
    }

    fn apply(&mut self, source: SourceId, body: Body) {
        self.store.apply(Observation { at: self.at, source, body });
    }
}
