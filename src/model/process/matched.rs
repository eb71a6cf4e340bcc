//! Which process a member is.
//!
//! The group protocol tells a member's client id, instance id and address, never its pid or port: a match
//! is a conclusion, so it carries its evidence and a word for how sure it is. Only a person makes it exact.

use std::fmt;
use std::sync::Arc;

use super::timing::{LEAST, Timing};
use super::{ClientLibrary, Fault, NamingPlace, ProcessKey};
use crate::model::{GroupId, MemberId, Timestamp};

/// The members of one group and the processes that they may be.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupMatches {
    /// The group.
    pub group: GroupId,
    /// When the processes were last searched.
    pub searched: Timestamp,
    /// One entry a member, in the order of [`GroupView::members`](crate::model::GroupView::members).
    pub members: Arc<[MemberMatch]>,
}

impl GroupMatches {
    /// What is known of this member.
    #[must_use]
    pub fn member(&self, member: &MemberId) -> Option<&MemberMatch> {
        self.members.iter().find(|found| found.member == *member)
    }
}

/// A member and the processes that it may be.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberMatch {
    /// The member.
    pub member: MemberId,
    /// Is it on this host at all?
    pub place: Place,
    /// How sure the match is.
    pub confidence: Confidence,
    /// Whom it may be, the best first; one if the confidence is better than ambiguous.
    pub candidates: Arc<[Candidate]>,
    /// Why the confidence is not better (processes that may not be read, a broker's name without an
    /// address); `None` if nothing stood in the way.
    pub held_back: Option<Fault>,
    /// What the times of its commits say of the candidates; `None` where nobody asks them.
    pub timing: Option<Result<Timing, Untimed>>,
}

impl MemberMatch {
    /// The process that it is, exactly or likely.
    #[must_use]
    pub fn process(&self) -> Option<ProcessKey> {
        let sure = self.confidence >= Confidence::Likely;
        self.candidates.first().filter(|_| sure).map(|candidate| candidate.process)
    }

    /// Why the times of its commits do not tell which candidate it is, or not yet; `None` where they do, or
    /// where nobody asks them.
    #[must_use]
    pub fn untimed(&self) -> Option<Untimed> {
        match self.timing.as_ref()? {
            Ok(timing) => (!timing.is_told).then(|| timing.lacks()),
            Err(why) => Some(*why),
        }
    }
}

/// Why the times of a member's commits do not tell which candidate it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untimed {
    /// `__consumer_offsets` is not listened to.
    NotListening,
    /// A candidate is in a network namespace of its own, as containers are: when its connections send can
    /// only be seen in there.
    Container,
    /// Fewer commits than it takes were seen while connections were looked at.
    TooFew {
        /// So many were.
        seen: u16,
    },
    /// Enough were seen, and they fit no candidate, or more than one.
    NotClear,
}

impl fmt::Display for Untimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotListening => f.write_str("commit times are not listened to"),
            Self::Container => f.write_str("commit times cannot be compared in containers"),
            Self::TooFew { seen } => write!(f, "{seen} of {LEAST} commit times seen"),
            Self::NotClear => f.write_str("commit times fit none alone"),
        }
    }
}

/// Where a member is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Its address is one of this host, or of a container on it.
    Here,
    /// Its address is none of this host's: it is named, nobody is guessed.
    Elsewhere {
        /// The address at which the coordinator sees it. Unescaped.
        host: Arc<str>,
    },
}

/// How sure a match is, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// No process fits.
    None,
    /// Some process fits, but what could not be read, or what it does not say, may fit better elsewhere.
    Possible,
    /// Several processes fit, and it is one of them.
    Ambiguous,
    /// One process names the member, or is the only one that names the group of this only member, or sent
    /// when the member committed, as no other did.
    Likely,
    /// The person said so.
    Exact,
}

impl Confidence {
    /// The word used on screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Possible => "possible",
            Self::Ambiguous => "ambiguous",
            Self::Likely => "likely",
            Self::Exact => "exact",
        }
    }
}

/// A process that a member may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The process.
    pub process: ProcessKey,
    /// What speaks for it, the strongest first.
    pub evidence: Arc<[Evidence]>,
}

/// What speaks for a match.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// The person pinned the process to the member.
    Pinned,
    /// The process was given by `--pid` or `--process`.
    Flag,
    /// It names the member's `group.instance.id`.
    InstanceId(NamingPlace),
    /// It names the member's `client.id`.
    ClientId(NamingPlace),
    /// One of its connections to the coordinator sent just before the member's commits were recorded.
    Commits {
        /// Before so many.
        hits: u16,
        /// Of so many.
        of: u16,
        /// The next best candidate did before so many; `None` without another.
        next: Option<u16>,
    },
    /// It names the group.
    Group(NamingPlace),
    /// It has so many established connections to brokers.
    Connections(usize),
    /// It carries a Kafka client.
    Library(ClientLibrary),
    /// It began shortly before the member was seen to join: seconds between the two.
    Started(u32),
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pinned => f.write_str("pinned"),
            Self::Flag => f.write_str("given by flag"),
            Self::InstanceId(place) => write!(f, "group.instance.id in {}", place.words()),
            Self::ClientId(place) => write!(f, "client.id in {}", place.words()),
            Self::Commits { hits, of, next } => {
                write!(f, "commits coincide with what it sent: {hits} of {of}")?;
                next.map_or(Ok(()), |next| write!(f, ", next best {next}"))
            }
            Self::Group(place) => write!(f, "group in {}", place.words()),
            Self::Connections(1) => f.write_str("1 broker connection"),
            Self::Connections(count) => write!(f, "{count} broker connections"),
            Self::Library(library) => library.fmt(f),
            Self::Started(0) => f.write_str("began as the member joined"),
            Self::Started(seconds) => write!(f, "began {seconds}s before the member joined"),
        }
    }
}
