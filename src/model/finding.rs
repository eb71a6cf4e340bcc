//! What is wrong, in one sentence, and how that is known.
//!
//! A rule looks at a group, a topic or the cluster and answers with a [`Verdict`]. What it finds is a [`Finding`]: a
//! sentence that can be read aloud, the evidence behind it, since when it is so, and what to do next.
//! Names in sentences come from strangers and are unescaped, as all names in this room.

use std::sync::Arc;

use super::{GroupId, MemberRef, ProcessKey, Timestamp, TopicName, TopicPartition};

/// How bad it is; the greater, the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing, nothing to do.
    Note,
    /// Worth a look today.
    Warning,
    /// Worth a look now.
    Critical,
    /// Somebody should be woken.
    Page,
}

impl Severity {
    /// All of them, the least first.
    pub const ALL: [Self; 4] = [Self::Note, Self::Warning, Self::Critical, Self::Page];

    /// Four capitals for the screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "NOTE",
            Self::Warning => "WARN",
            Self::Critical => "CRIT",
            Self::Page => "PAGE",
        }
    }

    /// The name in settings and exports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Critical => "critical",
            Self::Page => "page",
        }
    }
}

/// What a finding is about that has neither a group nor a topic.
pub const CLUSTER: &str = "cluster";

/// What a finding is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The group; `None` for what concerns a topic whoever reads it, or the cluster.
    pub group: Option<GroupId>,
    /// The topic; `None` for what concerns the whole group, or without one the cluster.
    pub topic: Option<TopicName>,
    /// The partitions, the worst first; empty for what concerns all of them.
    pub partitions: Vec<TopicPartition>,
    /// The member.
    pub member: Option<MemberRef>,
    /// The process of this host, which the member is or may be; `None` for what is not about one.
    pub process: Option<ProcessKey>,
    /// The thread of that process, by its id; `None` for what is about all of them.
    pub thread: Option<u32>,
}

impl Subject {
    /// What it is called: its group, else its topic, else that it is the cluster.
    #[must_use]
    pub fn name(&self) -> &str {
        let topic = || self.topic.as_ref().map(TopicName::as_str);
        self.group.as_ref().map(GroupId::as_str).or_else(topic).unwrap_or(CLUSTER)
    }
}

/// One observed fact behind a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The fact, with its numbers.
    pub text: String,
    /// The time that it spans; a moment where both are the same.
    pub span: (Timestamp, Timestamp),
    /// Where it is known from, in a word or two: `offsets`, `group state`, `metadata`.
    pub source: &'static str,
}

/// Since when something is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// It began at this moment.
    At(Timestamp),
    /// It was so already at this moment, the first that is known.
    Before(Timestamp),
}

impl Since {
    /// The moment.
    #[must_use]
    pub const fn at(self) -> Timestamp {
        match self {
            Self::At(at) | Self::Before(at) => at,
        }
    }
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub subject: Subject,
    /// One sentence with the numbers, without a full stop and without the group's name.
    pub sentence: String,
    /// The facts behind it.
    pub evidence: Vec<Evidence>,
    /// Since when.
    pub since: Since,
    /// What to do next; one sentence.
    pub next: String,
}

/// What a finding is known by from one picture to the next: a rule says one thing of a group, or of a topic
/// whoever reads it, or of the cluster.
pub type Known = (&'static str, Option<GroupId>, Option<TopicName>);

impl Finding {
    /// What it is known by, whichever partition is the worst just now.
    #[must_use]
    pub fn known(&self) -> Known {
        let Subject { group, topic, .. } = &self.subject;
        (self.rule, group.clone(), topic.clone().filter(|_| group.is_none()))
    }
}

/// What a rule says of one group or topic, or of the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is not so.
    Clear,
    /// It is so. Boxed, since it hardly ever is.
    Firing(Box<Finding>),
    /// It cannot be told yet; what is waited for.
    Unknown(String),
}

/// A rule that cannot tell yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The rule.
    pub rule: &'static str,
    /// What it waits for.
    pub waits_for: Arc<str>,
}

/// All that the rules say of one group or topic, or of the cluster, the clear ones left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What is wrong, the worst first.
    pub firing: Vec<Finding>,
    /// What cannot be told yet, in the order of the rules.
    pub unknown: Vec<Unknown>,
}

impl Findings {
    /// The worst severity; `None` where nothing is wrong.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.firing.first().map(|finding| finding.severity)
    }

    /// The worst finding that names this partition.
    #[must_use]
    pub fn of_partition(&self, topic: &TopicName, partition: i32) -> Option<&Finding> {
        self.firing.iter().find(|finding| {
            let mut named = finding.subject.partitions.iter();
            named.any(|one| one.partition == partition && one.topic == *topic)
        })
    }
}
