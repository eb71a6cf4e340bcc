//! Names of topics, for records about members name topics by id.

use std::collections::HashSet;
use std::sync::Arc;

use crate::model::membership::{Change, IdPartitions, MembershipRecorded};
use crate::model::{Body, TopicId, TopicName};
use crate::source::kafka::poll::NameFilter;
use crate::source::kafka::wire::{Client, Topics};

/// Ids kept; beyond, all are asked for anew. A topic that is made anew again and again would fill it.
const MOST: usize = 100_000;

/// The ids whose names were told already.
#[derive(Default)]
pub(super) struct Names {
    told: HashSet<TopicId>,
}

impl Names {
    /// The names of the ids that stand in these records for the first time; `None` when there are none.
    /// An id that nobody could name is left out (the broker cannot be reached, or does not know the
    /// topic yet, or any more): whoever folds the records knows then that it does not know, and the
    /// next record asks again.
    pub(super) async fn of(
        &mut self,
        client: &Client,
        looked_at: &NameFilter,
        records: &[&MembershipRecorded],
    ) -> Option<Body> {
        let ids = records.iter().flat_map(|record| partitions(&record.change)).map(|of| of.topic);
        let mut unknown: Vec<TopicId> = ids.filter(|id| !self.told.contains(id)).collect();
        unknown.sort_unstable();
        unknown.dedup();
        if unknown.is_empty() {
            return None;
        }
        if self.told.len() > MOST {
            self.told.clear();
        }
        let asked: Vec<_> = unknown.iter().map(|id| id.0).collect();
        let answer = client.metadata(Topics::Ids(&asked)).await.ok()?;
        let mut names = Vec::new();
        for topic in answer.topics {
            let Some(id) = topic.id.map(TopicId).filter(|_| !topic.name.is_empty()) else {
                continue;
            };
            self.told.insert(id);
            let name = Some(&topic.name).filter(|name| looked_at(name));
            names.push((id, name.map(|name| TopicName::from(Arc::clone(name)))));
        }
        Some(Body::TopicNames(names))
    }
}

/// The records about members in these bodies.
pub(super) fn records(bodies: &[Body]) -> Vec<&MembershipRecorded> {
    let recorded = bodies.iter().filter_map(|body| match body {
        Body::Membership(recorded) => Some(recorded),
        _ => None,
    });
    recorded.flatten().collect()
}

/// What a member holds or shall hold from now on, and held before.
fn partitions(change: &Change) -> impl Iterator<Item = &IdPartitions> {
    let (now, before) = match change {
        Change::Target(_, Some(partitions)) => (partitions.as_slice(), None),
        Change::Held(_, Some(held)) => (held.held.as_slice(), held.before.as_ref()),
        _ => (&[][..], None),
    };
    now.iter().chain(before.into_iter().flat_map(|before| &before.held))
}
