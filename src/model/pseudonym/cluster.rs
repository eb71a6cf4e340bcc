//! Names of brokers, and what stands in the way of brokers and sources.

use super::{Kind, Named, Names};
use crate::model::{Broker, BrokerHealth, HistoryProgress, HistoryStage, SourceHealth};

impl Named for Broker {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { id: _, host, port: _, rack } = self;
        names.text(Kind::Host, host);
        names.maybe(Kind::Rack, rack);
    }
}

impl Named for BrokerHealth {
    fn rename(&mut self, names: &mut Names<'_>) {
        match self {
            Self::Unknown | Self::Up { .. } => {}
            Self::Down { since: _, fault } => names.fault(fault),
        }
    }
}

impl Named for SourceHealth {
    fn rename(&mut self, names: &mut Names<'_>) {
        match self {
            Self::Starting | Self::Working => {}
            Self::Failing { since: _, fault } | Self::Restarting { since: _, fault } => {
                names.fault(fault);
            }
        }
    }
}

impl Named for HistoryProgress {
    fn rename(&mut self, names: &mut Names<'_>) {
        match &mut self.stage {
            HistoryStage::Reading(_)
            | HistoryStage::Complete
            | HistoryStage::ByteBudget
            | HistoryStage::TimeBudget => {}
            HistoryStage::Failed(fault) => names.fault(fault),
        }
    }
}
