//! Times of records, outside of rounds: see [`ages`](crate::source::kafka::poll::ages).

use super::{NO_ROUND, Planner};
use crate::model::observation::RecordTimesObserved;
use crate::model::{Body, Timestamp};
use crate::source::kafka::poll::ages::{A_ROUND, Times};
use crate::source::kafka::poll::ask::{Told, What};
use crate::source::kafka::poll::convert;
use crate::source::kafka::poll::fault::of_wire;
use crate::source::kafka::wire::WireError;

impl Planner {
    /// Asks what the searches want to know next.
    pub(super) fn ask_ages(&mut self, now: Timestamp) {
        for (leader, times) in self.ages.next(now, A_ROUND) {
            self.ask(NO_ROUND, Some(leader), What::Times(times));
        }
    }

    pub(super) fn times(&mut self, at: Timestamp, asked: &Times, result: Result<Told, WireError>) {
        let told = match result {
            Ok(Told::Offsets(told)) => convert::record_times(asked, Ok(&told)),
            Ok(_) => return,
            Err(error) => convert::record_times(asked, Err(&of_wire(&error))),
        };
        for RecordTimesObserved { topic, partitions } in &told {
            for (partition, mark) in partitions {
                self.ages.told(at, (topic, *partition), mark.as_ref().ok().copied());
            }
        }
        self.see(at, Body::RecordTimes(told));
        self.ask_ages(at);
    }
}
