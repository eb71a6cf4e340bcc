//! How the connections to brokers are doing, as observations.

use std::collections::BTreeMap;

use super::fault::of_wire;
use crate::model::{BrokerHealth, BrokerId, Fault, Timestamp};
use crate::source::kafka::wire::{BrokerState, BrokerStats};

/// Remembers since when brokers do not answer.
#[derive(Debug, Default)]
pub(super) struct BrokerWatch {
    down: BTreeMap<BrokerId, (Timestamp, Fault)>,
}

impl BrokerWatch {
    pub(super) fn observe(
        &mut self,
        stats: &[BrokerStats],
        now: Timestamp,
    ) -> Vec<(BrokerId, BrokerHealth)> {
        stats
            .iter()
            .map(|broker| {
                let id = BrokerId(broker.id);
                (id, self.health(id, broker, now))
            })
            .collect()
    }

    fn health(&mut self, id: BrokerId, broker: &BrokerStats, now: Timestamp) -> BrokerHealth {
        let fault = match &broker.state {
            BrokerState::BackingOff { error, .. } | BrokerState::Idle(Some(error)) => {
                Some(of_wire(error))
            }
            BrokerState::Up if broker.missed > 0 => {
                Some(Fault::new("REQUEST_TIMED_OUT", "the broker is connected and does not answer"))
            }
            // Being dialled again, it is as it was.
            BrokerState::Connecting => self.down.get(&id).map(|(_, fault)| fault.clone()),
            BrokerState::Up | BrokerState::Idle(None) => None,
        };
        if let Some(fault) = fault {
            let entry = self.down.entry(id).or_insert_with(|| (now, fault.clone()));
            entry.1 = fault.clone();
            return BrokerHealth::Down { since: entry.0, fault };
        }
        self.down.remove(&id);
        match (&broker.state, broker.round_trip) {
            (BrokerState::Up, Some(trip)) => {
                let micros = u64::try_from(trip.as_micros()).unwrap_or(u64::MAX);
                BrokerHealth::Up { round_trip_us: Some(micros) }
            }
            (BrokerState::Up, None) => BrokerHealth::Up { round_trip_us: None },
            _ => BrokerHealth::Unknown,
        }
    }
}
