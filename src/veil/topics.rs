//! Names of topics, and what came and went in the cluster.

use std::sync::Arc;

use crate::model::inventory::{Change, Changed, Newcomer};
use crate::model::pseudonym::{Named, Names};
use crate::model::writers::Producers;
use crate::model::{InventoryView, PartitionLog, TopicView};

impl Named for TopicView {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { name, id: _, made_anew: _, fault, partitions } = self;
        name.rename(names);
        fault.rename(names);
        partitions.rename(names);
    }
}

/// A log has no names but in the sentences of its faults.
impl Named for PartitionLog {
    fn rename(&mut self, names: &mut Names<'_>) {
        self.fault.rename(names);
        if let Some(times) = self.times.as_mut().filter(|times| times.fault.is_some()) {
            Arc::make_mut(times).fault.rename(names);
        }
        let failed = |producers: &Producers| producers.seen.is_err();
        let writers = self.writers.as_mut();
        if let Some(writers) =
            writers.filter(|writers| writers.producers.as_ref().is_some_and(failed))
        {
            let producers = Arc::make_mut(writers).producers.iter_mut();
            producers.for_each(|producers| names.fault_of(&mut producers.seen));
        }
    }
}

impl Named for InventoryView {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { since: _, counts: _, changes, forgotten: _, new_topics, new_groups, fault } =
            self;
        for change in Arc::make_mut(changes) {
            change.rename(names);
        }
        Arc::make_mut(new_topics).rename(names);
        Arc::make_mut(new_groups).rename(names);
        fault.rename(names);
    }
}

impl<T: Named> Named for Newcomer<T> {
    fn rename(&mut self, names: &mut Names<'_>) {
        self.name.rename(names);
    }
}

impl Named for Change {
    fn rename(&mut self, names: &mut Names<'_>) {
        match &mut self.what {
            Changed::TopicAppeared(topic, _)
            | Changed::TopicVanished(topic, _)
            | Changed::TopicMadeAnew(topic)
            | Changed::Partitions(topic, ..) => topic.rename(names),
            Changed::Leader(change) => change.topic.rename(names),
            Changed::InSync(change) => change.topic.rename(names),
            Changed::Controller(..) | Changed::BrokerAppeared(_) | Changed::BrokerVanished(_) => {}
            Changed::GroupAppeared(group) | Changed::GroupVanished(group) => group.rename(names),
        }
    }
}
