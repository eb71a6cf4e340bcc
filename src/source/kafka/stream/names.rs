//! Names of topics, for records about members name topics by id.

use std::collections::HashSet;
use std::sync::Arc;

use crate::model::membership::{Change, IdPartitions};
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
    /// The names of the ids that stand in these bodies for the first time; `None` when there are none.
    /// An id that nobody could name is left out (the broker cannot be reached, or does not know the
    /// topic yet, or any more): whoever folds the records knows then that it does not know, and the
    /// next record asks again.
    pub(super) async fn of(
        &mut self,
        client: &Client,
        looked_at: &NameFilter,
        bodies: &[Body],
    ) -> Option<Body> {
        let mut unknown: Vec<TopicId> = ids(bodies).filter(|id| !self.told.contains(id)).collect();
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

/// The topics' ids in records about members.
fn ids(bodies: &[Body]) -> impl Iterator<Item = TopicId> {
    let recorded = bodies.iter().filter_map(|body| match body {
        Body::Membership(recorded) => Some(recorded),
        _ => None,
    });
    recorded.flatten().flat_map(|record| partitions(&record.change)).map(|of| of.topic)
}

fn partitions(change: &Change) -> &[IdPartitions] {
    match change {
        Change::Target(_, Some(partitions)) => partitions,
        Change::Held(_, Some(held)) => &held.held,
        _ => &[],
    }
}
