//! Panes, what their rows are known by, and the columns they sort by.

use crate::model::{Finding, GroupId, MemberId, ProcessKey, Timestamp, TopicName};

/// A pane of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pane {
    /// Consumer groups.
    #[default]
    Groups,
    /// Partitions of the selected group, or of one topic in all groups.
    Partitions,
    /// Members of the selected group.
    Members,
    /// Rebalances of the selected group.
    Rebalances,
    /// A local process that members of the selected group are, or may be.
    Process,
    /// What is wrong with any group or topic; it has the whole width, whatever the size.
    Findings,
}

impl Pane {
    /// All panes, in the order of their number keys.
    pub const ALL: [Self; 6] = [
        Self::Groups,
        Self::Partitions,
        Self::Members,
        Self::Rebalances,
        Self::Process,
        Self::Findings,
    ];

    /// The title.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Groups => "Groups",
            Self::Partitions => "Partitions",
            Self::Members => "Members",
            Self::Rebalances => "Rebalances",
            Self::Process => "Process",
            Self::Findings => "Findings",
        }
    }

    /// The position in [`Pane::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Groups => 0,
            Self::Partitions => 1,
            Self::Members => 2,
            Self::Rebalances => 3,
            Self::Process => 4,
            Self::Findings => 5,
        }
    }

    /// The next pane, round and round.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Groups => Self::Partitions,
            Self::Partitions => Self::Members,
            Self::Members => Self::Rebalances,
            Self::Rebalances => Self::Process,
            Self::Process => Self::Findings,
            Self::Findings => Self::Groups,
        }
    }

    /// The previous pane, round and round.
    #[must_use]
    pub const fn previous(self) -> Self {
        match self {
            Self::Groups => Self::Findings,
            Self::Partitions => Self::Groups,
            Self::Members => Self::Partitions,
            Self::Rebalances => Self::Members,
            Self::Process => Self::Rebalances,
            Self::Findings => Self::Process,
        }
    }

    /// Is it among the panes that stand beside each other where there is room?
    #[must_use]
    pub const fn shares_the_screen(self) -> bool {
        !matches!(self, Self::Findings)
    }
}

/// What fits on a screen of this size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Nothing but a line that says so.
    TooSmall,
    /// Header, tab line, one pane, footer.
    One(Pane),
    /// Header, all panes, footer.
    All,
}

/// What a row of the Partitions pane is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PartitionKey {
    /// The group.
    pub group: GroupId,
    /// The topic.
    pub topic: TopicName,
    /// The partition's number.
    pub partition: i32,
}

/// What a row of the Members pane is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MemberKey {
    /// A member of the group.
    Member(MemberId),
    /// The row of all partitions without an owner.
    Unowned,
}

/// What a row of the Rebalances pane is known by, within its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RebalanceKey {
    /// When its end was seen.
    pub at: Timestamp,
    /// The epoch or generation that it led to.
    pub epoch: Option<i32>,
}

/// What a row of the Findings pane is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FindingKey {
    /// Something that is wrong.
    Firing {
        /// The rule that found it.
        rule: &'static str,
        /// The group.
        group: Option<GroupId>,
        /// The topic, of what concerns it whoever reads it.
        topic: Option<TopicName>,
    },
    /// A rule that cannot tell yet of some groups or topics.
    Waiting(&'static str),
}

impl FindingKey {
    /// What the finding is known by.
    #[must_use]
    pub fn of(finding: &Finding) -> Self {
        let (rule, group, topic) = finding.known();
        Self::Firing { rule, group, topic }
    }
}

/// What a row of the Process pane is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThreadKey {
    /// The process.
    pub process: ProcessKey,
    /// The thread's id in the kernel.
    pub tid: u32,
}

/// A column that a pane can be sorted by.
pub trait SortColumn: Copy + PartialEq + 'static {
    /// All of them, in the order in which `s` walks; the first is the default.
    const ALL: &'static [Self];

    /// The words for the header, footer and messages.
    fn name(self) -> &'static str;

    /// Does its natural order begin with the greatest?
    fn descends(self) -> bool;

    /// The column after this one, round and round.
    #[must_use]
    fn next(self) -> Self {
        let after = Self::ALL.iter().skip_while(|&&column| column != self).nth(1);
        after.or(Self::ALL.first()).copied().unwrap_or(self)
    }
}

macro_rules! columns {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident $text:literal $descends:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl SortColumn for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)+];

            fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            fn descends(self) -> bool {
                match self { $(Self::$variant => $descends,)+ }
            }
        }
    };
}

columns! {
    /// What groups sort by.
    GroupSort {
        /// The worst finding, then lag that grows, then lag: what needs looking at first.
        Worst "worst" true,
        /// The group id.
        Name "group" false,
        /// The state; those that are not stable first.
        State "state" true,
        /// How many members.
        Members "members" true,
        /// Records of lag.
        Lag "lag" true,
        /// Records in a second.
        Arriving "in/s" true,
        /// Records out a second.
        Consumed "out/s" true,
        /// Time until caught up; never is the longest.
        Eta "eta" true,
        /// The age of the oldest record that is not consumed.
        Behind "behind" true,
    }
}

columns! {
    /// What partitions sort by.
    PartitionSort {
        /// Records of lag.
        Lag "lag" true,
        /// Topic and partition number.
        Partition "partition" false,
        /// Records in a second.
        Arriving "in/s" true,
        /// Records out a second.
        Consumed "out/s" true,
        /// Time until caught up; never is the longest.
        Eta "eta" true,
        /// The age of the oldest record that is not consumed.
        Behind "behind" true,
        /// Time since the commit last moved.
        Commit "commit" true,
        /// The owner's client id.
        Owner "owner" false,
    }
}

columns! {
    /// What members sort by; idle members stay at the end.
    MemberSort {
        /// Records of lag on the partitions held.
        Lag "lag" true,
        /// The client id.
        Name "member" false,
        /// The host.
        Host "host" false,
        /// How many partitions are held.
        Partitions "parts" true,
        /// Records out a second.
        Consumed "out/s" true,
    }
}

columns! {
    /// What rebalances sort by.
    RebalanceSort {
        /// When.
        Time "time" true,
        /// How long, at most.
        Took "took" true,
        /// How many partitions changed hands.
        Moved "moved" true,
    }
}

columns! {
    /// What findings sort by; rules that wait stay at the end.
    FindingSort {
        /// How bad it is, then the group's lag.
        Severity "severity" true,
        /// How long it has been so.
        Since "since" true,
        /// The group, or the topic.
        Name "subject" false,
        /// The rule.
        Rule "rule" false,
    }
}

columns! {
    /// What threads sort by.
    ThreadSort {
        /// CPU between the last two looks.
        Cpu "cpu" true,
        /// The id.
        Tid "tid" false,
        /// The state; those that run first.
        State "state" false,
    }
}

/// A column of some pane: what a click on its head means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// In Groups.
    Groups(GroupSort),
    /// In Partitions.
    Partitions(PartitionSort),
    /// In Members.
    Members(MemberSort),
    /// In Rebalances.
    Rebalances(RebalanceSort),
    /// In Findings.
    Findings(FindingSort),
    /// In Process.
    Process(ThreadSort),
}
