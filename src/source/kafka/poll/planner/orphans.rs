//! Groups that no broker names any more. A group is gone when its coordinator says so, by naming it no
//! more; while there is no coordinator, as where the offsets topic has no copy, nobody can say it.
//!
//! So nothing is forgotten while a group has none ([`Groups`](crate::source::kafka::poll::groups::Groups)
//! knows the last one). Brokers are asked who coordinates it: if nobody, that is its fault; if one of them,
//! that one's next list tells.

use super::{NO_ROUND, Planner};
use crate::model::observation::CommitsObserved;
use crate::model::{Body, BrokerId, GroupId, Timestamp};
use crate::source::kafka::poll::ask::{Told, What};
use crate::source::kafka::poll::fault::of_kafka;
use crate::source::kafka::wire::WireError;

impl Planner {
    /// Asks for the coordinators of groups whose last one is gone.
    pub(super) fn seek_coordinators(&mut self) {
        if std::mem::replace(&mut self.seeking, true) {
            return;
        }
        let orphans = self.groups.orphans_next(&self.brokers, self.round.number);
        self.seeking = !orphans.is_empty();
        if self.seeking {
            self.ask(NO_ROUND, None, What::Coordinators(orphans.into()));
        }
    }

    pub(super) fn coordinators(
        &mut self,
        (asked, at): (Timestamp, Timestamp),
        result: Result<Told, WireError>,
    ) {
        self.seeking = false;
        // Whoever was asked may be down as well: others are asked in their turn.
        let Ok(Told::Coordinators(told)) = result else { return };
        let mut without = Vec::new();
        for (group, coordinator) in told {
            let id = GroupId::from(group);
            let Some(known) = self.groups.get_mut(&id) else { continue };
            if self.brokers.contains(&known.coordinator) {
                continue; // It has been named meanwhile.
            }
            match coordinator {
                Ok(found) => known.coordinator = BrokerId(found.id),
                Err(error) => {
                    known.commits_as_of = None;
                    let topics = Err(of_kafka(&error));
                    without.push(CommitsObserved { id, asked, topics, compared: false });
                }
            }
        }
        if !without.is_empty() {
            self.see(at, Body::Commits(without));
        }
    }
}
