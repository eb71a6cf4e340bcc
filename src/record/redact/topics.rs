//! Topics: their names go, and the sentences of what stands in the way of knowing them.

use super::Redactor;
use crate::model::Fault;
use crate::model::inventory::TopicListed;
use crate::model::observation::{OffsetsObserved, RecordTimesObserved, TopicObserved};
use crate::model::writers::ProducersObserved;

impl Redactor {
    pub(super) fn metadata(&mut self, topic: &mut TopicObserved) {
        self.rename(&mut topic.topic);
        self.names().fault_of(&mut topic.metadata);
    }

    pub(super) fn offsets(&mut self, offsets: &mut OffsetsObserved) {
        for topic in &mut offsets.topics {
            self.rename(&mut topic.topic);
            for (_, offset) in &mut topic.partitions {
                self.names().fault_of(offset);
            }
        }
    }

    pub(super) fn times(&mut self, topic: &mut RecordTimesObserved) {
        self.rename(&mut topic.topic);
        for (_, mark) in &mut topic.partitions {
            self.names().fault_of(mark);
        }
    }

    pub(super) fn inventory(&mut self, listed: &mut Result<Vec<TopicListed>, Fault>) {
        self.names().fault_of(listed);
        for listed in listed.iter_mut().flatten() {
            self.rename(&mut listed.topic);
            self.names().fault_of(&mut listed.metadata);
        }
    }

    /// Producer ids are numbers that brokers give out; they stay.
    pub(super) fn producers(&mut self, topic: &mut ProducersObserved) {
        self.rename(&mut topic.topic);
        for (_, seen) in &mut topic.partitions {
            self.names().fault_of(seen);
        }
    }
}
