//! What happened in a recording, as far as it was looked into.
//!
//! An event counts for the moment at which it was first told, not for that since which it is so: there the
//! picture shows it, and both ways lead to the same moment.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::model::finding::Known;
use crate::model::{Event, Finding, GroupId, Marker, Snapshot, Timestamp};

/// Events, oldest first.
#[derive(Debug)]
pub(super) struct Chronicle {
    events: Vec<Told>,
    /// The moment of the last picture that was looked at.
    until: Timestamp,
    /// What was wrong in that picture.
    firing: HashSet<Known>,
    /// The newest rebalance known of each group.
    rebalanced: BTreeMap<GroupId, Timestamp>,
    markers: Arc<Vec<Marker>>,
}

#[derive(Debug)]
struct Told {
    event: Event,
    /// Whose rebalance it is; `None`: it concerns everybody.
    group: Option<GroupId>,
}

impl Chronicle {
    /// Of a recording of which nothing is known yet.
    pub(super) fn from(begin: Timestamp) -> Self {
        Self {
            events: Vec::new(),
            until: begin,
            firing: HashSet::new(),
            rebalanced: BTreeMap::new(),
            markers: Arc::default(),
        }
    }

    /// Looks for what is new in a picture. One of a moment that was looked at holds no news.
    pub(super) fn look(&mut self, picture: &Snapshot) {
        let at = picture.at;
        if at <= self.until {
            return;
        }
        let findings = picture.findings();
        let begun = findings.iter().filter(|finding| !self.firing.contains(&finding.known()));
        let begun = begun.map(|finding| (Event::from(*finding), None));
        let marked = picture.markers.iter().filter(|marker| !self.markers.contains(marker));
        let marked = marked.map(|marker| (Event::from(marker), None));
        let mut new: Vec<_> = begun.chain(marked).collect();
        for entry in picture.groups.iter() {
            let group = &entry.view.id;
            let Some(newest) = entry.view.rebalances.last() else { continue };
            // What was read of the time before is no event of the recording.
            let known = self.rebalanced.get(group).copied().unwrap_or(self.until);
            let fresh = entry.view.rebalances.iter().filter(|event| event.at > known);
            new.extend(fresh.map(|event| (Event::from(event), Some(group.clone()))));
            self.rebalanced.insert(group.clone(), newest.at.max(known));
        }
        self.firing = findings.into_iter().map(Finding::known).collect();
        self.markers = Arc::clone(&picture.markers);
        for (event, group) in new {
            self.note(Event { at, ..event }, group);
        }
        self.until = at;
    }

    /// Notes what the person marked, wherever that is.
    pub(super) fn mark(&mut self, marker: &Marker) {
        self.note(Event::from(marker), None);
        Arc::make_mut(&mut self.markers).push(marker.clone());
    }

    fn note(&mut self, event: Event, group: Option<GroupId>) {
        let place = self.events.partition_point(|told| told.event.at <= event.at);
        self.events.insert(place, Told { event, group });
    }

    /// What happened last before `at`; of rebalances those of `group`.
    pub(super) fn before(&self, at: Timestamp, group: Option<&GroupId>) -> Option<Event> {
        let last = self.of(group).rfind(|event| event.at < at)?;
        self.all_at(last.at, group)
    }

    /// What happens first after `at`, as far as that is known; of rebalances those of `group`.
    pub(super) fn after(&self, at: Timestamp, group: Option<&GroupId>) -> Option<Event> {
        let next = self.of(group).find(|event| event.at > at)?;
        self.all_at(next.at, group)
    }

    /// All that happened at a moment as one event, named by the first: something wrong, if anything is.
    fn all_at(&self, at: Timestamp, group: Option<&GroupId>) -> Option<Event> {
        let mut all = self.of(group).filter(|event| event.at == at);
        let first = all.next()?;
        let more = match all.count() {
            0 => String::new(),
            more => format!(" (+{more})"),
        };
        let and_more = |what: &str| format!("{what}{more}");
        Some(Event { at, text: and_more(&first.text), bare: and_more(&first.bare) })
    }

    fn of<'a>(&'a self, group: Option<&'a GroupId>) -> impl DoubleEndedIterator<Item = &'a Event> {
        let concerns = move |told: &&Told| told.group.is_none() || told.group.as_ref() == group;
        self.events.iter().filter(concerns).map(|told| &told.event)
    }
}
