//! What could not be had of the cluster as a whole. What could not be had of one group or
//! partition stands in its own row.

use std::borrow::Cow;

use crate::model::{BrokerHealth, BrokerId, Fault, Snapshot, SourceHealth, SourceView};

/// Something wrong with a broker or a source.
pub(super) struct Problem<'a> {
    /// The broker; `None`: it is about the cluster.
    pub(super) broker: Option<BrokerId>,
    pub(super) fault: Cow<'a, Fault>,
}

/// Sources first, then brokers by id.
pub(super) fn errors(snapshot: &Snapshot) -> impl Iterator<Item = Problem<'_>> {
    let sources = snapshot.sources.iter().filter_map(failure).map(Cow::Borrowed);
    let round = incomplete(snapshot).map(Cow::Owned);
    let cluster = sources.chain(round).map(|fault| Problem { broker: None, fault });
    let brokers = snapshot.cluster.brokers.iter().filter_map(|view| match &view.health {
        BrokerHealth::Down { fault, .. } => {
            Some(Problem { broker: Some(view.broker.id), fault: Cow::Borrowed(fault) })
        }
        BrokerHealth::Unknown | BrokerHealth::Up { .. } => None,
    });
    cluster.chain(brokers)
}

fn failure(source: &SourceView) -> Option<&Fault> {
    match &source.health {
        SourceHealth::Failing { fault, .. } | SourceHealth::Restarting { fault, .. } => Some(fault),
        SourceHealth::Starting | SourceHealth::Working => None,
    }
}

/// What the last round left open, in our own words: no broker said it.
fn incomplete(snapshot: &Snapshot) -> Option<Fault> {
    let rounds = || snapshot.sources.iter().filter_map(|source| source.last_round.as_ref());
    if rounds().next().is_none() {
        return Some(Fault::new("NO_ROUND", "no round of questions was finished"));
    }
    if !rounds().any(|round| round.lists_complete) {
        let text = "not every broker named its groups, so some may be missing";
        return Some(Fault::new("GROUP_LIST_INCOMPLETE", text));
    }
    let text = "not every question was asked, so some values may be old or missing";
    (!rounds().any(|round| round.complete)).then(|| Fault::new("ROUND_INCOMPLETE", text))
}

/// Whether there is anything to print: a group, or the knowledge that there is none.
pub(super) fn anything_read(snapshot: &Snapshot) -> bool {
    let mut rounds = snapshot.sources.iter().filter_map(|source| source.last_round.as_ref());
    !snapshot.groups.is_empty() || rounds.any(|round| round.lists_complete)
}
