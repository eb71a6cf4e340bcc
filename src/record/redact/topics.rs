//! Topics: their names go, and the sentences of what stands in the way of knowing them.

use super::Redactor;
use crate::model::Fault;
use crate::model::inventory::TopicListed;
use crate::model::observation::{OffsetsObserved, RecordTimesObserved, TopicObserved};
use crate::model::writers::ProducersObserved;

impl Redactor {
    pub(super) fn metadata(&mut self, topic: &mut TopicObserved) {
        self.rename(&mut topic.topic);
        if let Err(fault) = &mut topic.metadata {
            *fault = fault.code_alone();
        }
    }

    pub(super) fn offsets(&mut self, offsets: &mut OffsetsObserved) {
        for topic in &mut offsets.topics {
            self.rename(&mut topic.topic);
            for (_, offset) in &mut topic.partitions {
                if let Err(fault) = offset {
                    *fault = fault.code_alone();
                }
            }
        }
    }

    pub(super) fn times(&mut self, topic: &mut RecordTimesObserved) {
        self.rename(&mut topic.topic);
        for fault in topic.partitions.iter_mut().filter_map(|(_, mark)| mark.as_mut().err()) {
            *fault = fault.code_alone();
        }
    }

    pub(super) fn inventory(&mut self, listed: &mut Result<Vec<TopicListed>, Fault>) {
        match listed {
            Ok(topics) => {
                for listed in topics {
                    self.rename(&mut listed.topic);
                    if let Err(fault) = &mut listed.metadata {
                        *fault = fault.code_alone();
                    }
                }
            }
            Err(fault) => *fault = fault.code_alone(),
        }
    }

    /// Producer ids are numbers that brokers give out; they stay.
    pub(super) fn producers(&mut self, topic: &mut ProducersObserved) {
        self.rename(&mut topic.topic);
        for fault in topic.partitions.iter_mut().filter_map(|(_, seen)| seen.as_mut().err()) {
            *fault = fault.code_alone();
        }
    }
}
