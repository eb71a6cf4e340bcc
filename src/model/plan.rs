//! What the person at the screen looks at: the only thing that flows from the screen to the sources.

use std::sync::Arc;
use std::time::Duration;

use super::process::ProcessWish;
use super::{BrokerId, GroupId, TopicName};

/// Wishes to the sources: what matters now, and how often. Sources may do less (a budget, a throttle)
/// and say so; they never do what the settings forbid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollPlan {
    /// The pause from the start of a round to the start of the next.
    pub interval: Duration,
    /// The group whose partitions and members are on screen; asked first and, while it rebalances,
    /// every 100 ms.
    pub focus: Option<GroupId>,
    /// The groups whose rows are on screen; asked before all others.
    pub visible: Arc<[GroupId]>,
    /// Positions on screen of which it is not known when the record there was written.
    pub ages: Arc<[AgeWish]>,
    /// Whose local processes are to be found; `None` while nobody looks at any.
    pub processes: Option<Arc<ProcessWish>>,
}

/// A position whose record's time is wanted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgeWish {
    /// The topic.
    pub topic: TopicName,
    /// The partition.
    pub partition: i32,
    /// The broker that leads it, as far as known.
    pub leader: BrokerId,
    /// The position: the oldest record that is not consumed is there, or is the first left after it.
    pub position: i64,
}

impl PollPlan {
    /// Nothing in particular is looked at.
    #[must_use]
    pub fn every(interval: Duration) -> Self {
        let (visible, ages) = (Arc::new([]), Arc::new([]));
        Self { interval, focus: None, visible, ages, processes: None }
    }

    /// Is this group on screen?
    #[must_use]
    pub fn is_visible(&self, group: &GroupId) -> bool {
        self.focus.as_ref() == Some(group) || self.visible.contains(group)
    }
}
