//! When a member committed, against when the sockets of processes sent: a pure function, so that its caution
//! can be tested case by case.
//!
//! A commit is a request on one connection to the group's coordinator, so the socket of the process that the
//! member is sent something just before each commit was recorded. Clients keep that connection apart from
//! the one they fetch by: it carries heartbeats and commits alone, and what others send on theirs hits a
//! commit only by chance. Measured with 20 consumers of three client libraries in 10 groups, over 11 to 40
//! seconds: of 110 members told apart, 85 were called likely, none wrongly.
//!
//! A process is told only if all of this holds:
//! - five commits at least, of which its socket hit three of four;
//! - so many hits are no luck: by the share of the time in which a moment at random would hit that socket,
//!   they come less than once in a million times. A socket that sends all the time proves nothing;
//! - no other candidate hit, or might have hit where it was not looked at, more than half as many. A
//!   candidate whose sockets send all the time, and whose client may commit by one of these, might have hit
//!   them all.
//!
//! Members that were given their partitions at the same moment may commit in step for ever after: then nobody
//! is told.

use std::cmp::Reverse;
use std::time::Duration;

use super::{Evidence, ProcessKey, Untimed};
use crate::model::Timestamp;

/// A request is on its way and with the coordinator for so long at the most, on a busy host.
const BEFORE: Duration = Duration::from_millis(80);

/// Clocks are read, and the kernel counts, to some milliseconds.
const AFTER: Duration = Duration::from_millis(20);

/// Between two looks at a socket; with a longer pause it was not looked at.
const PAUSE: Duration = Duration::from_millis(300);

/// Records of one commit have times that differ by less.
const TOGETHER: Duration = Duration::from_millis(100);

/// A commit is read so long after it was recorded at the most, where both clocks agree.
const READ_WITHIN: i64 = 100;

/// Commits that it takes.
pub(super) const LEAST: u16 = 5;

/// A moment at random would hit a socket that is quiet enough to be judged by with this chance at the most.
const QUIET: f64 = 0.3;

/// Whether a socket is quiet shows after so long.
const SHOWS_AFTER: Duration = Duration::from_secs(2);

/// So many hits by luck are to be believed if they are rarer than this.
const LUCK: f64 = 1e-6;

/// A look at a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendLook {
    /// When it was looked at.
    pub at: Timestamp,
    /// When it had last sent; `None`: it was not there.
    pub sent: Option<Timestamp>,
}

/// The looks at one connection of a candidate to the coordinator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketLooks {
    /// The candidate.
    pub process: ProcessKey,
    /// The near end's port.
    pub port: u16,
    /// Ascending.
    pub looks: Vec<SendLook>,
}

/// A candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timed {
    /// The process.
    pub process: ProcessKey,
    /// Its client commits by a connection of its own, never by one that it fetches by.
    pub apart: bool,
}

/// How often a candidate's best socket hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// The candidate.
    pub process: ProcessKey,
    /// The socket's near port.
    pub port: u16,
    /// Commits that it hit.
    pub hits: u16,
    /// Commits at which it was looked at.
    pub of: u16,
}

/// What a member's commits say of the candidates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// Those with a socket quiet enough to be judged by, the most hits first.
    pub scores: Vec<Score>,
    /// The first of them is the member: nobody else comes near.
    pub is_told: bool,
    /// Commits at which any socket was looked at.
    pub seen: u16,
}

impl Timing {
    /// What it lacks to tell, where it does not.
    #[must_use]
    pub const fn lacks(&self) -> Untimed {
        if self.seen < LEAST { Untimed::TooFew { seen: self.seen } } else { Untimed::NotClear }
    }

    /// Commits that this candidate hit; `None` if it could not be judged.
    #[must_use]
    pub fn hits(&self, process: ProcessKey) -> Option<u16> {
        self.scores.iter().find(|score| score.process == process).map(|score| score.hits)
    }

    /// What it says of this candidate; `None` if nothing, or not enough to be worth a word.
    #[must_use]
    pub fn evidence(&self, process: ProcessKey) -> Option<Evidence> {
        let enough = |score: &&Score| score.process == process && score.of >= LEAST;
        let Score { hits, of, .. } = *self.scores.iter().find(enough)?;
        let others = self.scores.iter().filter(|score| score.process != process);
        Some(Evidence::Commits { hits, of, next: others.map(|other| other.hits).max() })
    }
}

/// When a commit was recorded, by the coordinator's clock, and when that was read, by this host's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommitTimes {
    /// By the coordinator's clock.
    pub recorded: Timestamp,
    /// By this host's.
    pub read: Timestamp,
}

/// What has to be added to the coordinator's clock, in milliseconds: nothing can be read before it was
/// recorded, and what was read soonest was read almost at once.
#[must_use]
pub fn clock_skew<'a>(commits: impl IntoIterator<Item = &'a CommitTimes>) -> i64 {
    let late =
        |commit: &CommitTimes| commit.read.as_millis().saturating_sub(commit.recorded.as_millis());
    let least = commits.into_iter().map(late).min().unwrap_or(0);
    if (0..=READ_WITHIN).contains(&least) { 0 } else { least }
}

/// Moments of commits by this host's clock, ascending; what was committed together is one.
#[must_use]
pub fn moments<'a>(
    commits: impl IntoIterator<Item = &'a CommitTimes>,
    skew: i64,
) -> Vec<Timestamp> {
    let own = |commit: &CommitTimes| commit.recorded.as_millis().saturating_add(skew).into();
    let mut all: Vec<Timestamp> = commits.into_iter().map(own).collect();
    all.sort_unstable();
    all.dedup_by(|later, kept| later.since(*kept) < TOGETHER);
    all
}

/// Compares commits with sockets. `commits` are the moments at which the coordinator recorded them, by this
/// host's clock, ascending; `sockets` those of all `candidates` that could be looked at.
#[must_use]
pub fn timing(commits: &[Timestamp], candidates: &[Timed], sockets: &[SocketLooks]) -> Timing {
    let judged: Vec<_> = sockets.iter().map(|socket| Judged::of(commits, socket)).collect();
    let best = |candidate: &Timed| {
        let own = judged.iter().filter(|one| one.is_of(candidate) && one.is_quiet());
        own.max_by_key(|one| (one.score.hits, Reverse(one.score.of)))
    };
    let mut best: Vec<_> = candidates.iter().filter_map(best).collect();
    best.sort_by_key(|one| (Reverse(one.score.hits), one.score.of, one.score.process));
    let is_told = best.first().is_some_and(|first| {
        let rivals = candidates.iter().filter(|other| !first.is_of(other));
        let next = rivals.map(|other| might_have_hit(other, &judged, first)).max().unwrap_or(0);
        first.is_no_luck() && next * 2 <= usize::from(first.score.hits)
    });
    let seen = |nth: &usize| judged.iter().any(|one| one.hits.get(*nth) != Some(&None));
    let seen = count((0..commits.len()).filter(seen).count());
    Timing { scores: best.iter().map(|one| one.score).collect(), is_told, seen }
}

/// Of the commits at which `first` was looked at, so many may have been sent by this candidate.
fn might_have_hit(candidate: &Timed, judged: &[Judged], first: &Judged) -> usize {
    let own: Vec<_> = judged.iter().filter(|one| one.is_of(candidate)).collect();
    let open: Vec<_> = own.iter().filter(|one| !one.is_busy()).collect();
    if open.is_empty() || !candidate.apart && open.len() < own.len() {
        return usize::from(first.score.of);
    }
    let might = |one: &Judged| {
        let both = one.hits.iter().zip(&first.hits);
        both.filter(|(own, firsts)| firsts.is_some() && **own != Some(false)).count()
    };
    open.into_iter().map(|one| might(one)).max().unwrap_or(0)
}

/// A socket, commit by commit.
struct Judged {
    score: Score,
    /// `None`: it was not looked at around that commit.
    hits: Vec<Option<bool>>,
    /// With which a moment at random would hit.
    chance: f64,
    /// From the first look to the last.
    span: Duration,
}

impl Judged {
    fn of(commits: &[Timestamp], socket: &SocketLooks) -> Self {
        let hits: Vec<_> = commits.iter().map(|&commit| hit(commit, &socket.looks)).collect();
        let looked = hits.iter().flatten();
        let score = Score {
            process: socket.process,
            port: socket.port,
            hits: count(looked.clone().filter(|hit| **hit).count()),
            of: count(looked.count()),
        };
        let ends = socket.looks.first().zip(socket.looks.last());
        let span = ends.map_or(Duration::ZERO, |(first, last)| last.at.since(first.at));
        Self { score, hits, chance: chance(&socket.looks), span }
    }

    fn is_of(&self, candidate: &Timed) -> bool {
        self.score.process == candidate.process
    }

    fn is_quiet(&self) -> bool {
        self.chance <= QUIET && self.score.of > 0
    }

    fn is_busy(&self) -> bool {
        self.chance > QUIET && self.span >= SHOWS_AFTER
    }

    fn is_no_luck(&self) -> bool {
        let Score { hits, of, .. } = self.score;
        of >= LEAST && hits >= of - of / 4 && luck(hits, of, self.chance) <= LUCK
    }
}

fn count(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// Was something sent just before the commit? `None` if that was not looked at.
fn hit(commit: Timestamp, looks: &[SendLook]) -> Option<bool> {
    let (from, to) = (commit.minus(BEFORE), commit.plus(AFTER));
    let before = looks.partition_point(|look| look.at < from);
    let after = looks.partition_point(|look| look.at < to);
    let last = looks.get(after)?;
    let first = looks.get(before.checked_sub(1)?)?;
    if from.since(first.at) > PAUSE || last.at.since(to) > PAUSE {
        return None;
    }
    let around = looks.get(before..=after)?;
    Some(around.iter().filter_map(|look| look.sent).any(|sent| (from..=to).contains(&sent)))
}

/// The share of the time looked at in which a commit would be a hit.
fn chance(looks: &[SendLook]) -> f64 {
    let (Some(first), Some(last)) = (looks.first(), looks.last()) else { return 1.0 };
    let span = last.at.since(first.at);
    if span.is_zero() {
        return 1.0;
    }
    let (mut covered, mut end) = (Duration::ZERO, first.at);
    for sent in looks.iter().filter_map(|look| look.sent) {
        let to = sent.plus(BEFORE).min(last.at);
        covered += to.since(end.max(sent.minus(AFTER)));
        end = end.max(to);
    }
    covered.as_secs_f64() / span.as_secs_f64()
}

/// How likely at least so many hits of so many are where each has this chance: the binomial tail.
fn luck(hits: u16, of: u16, chance: f64) -> f64 {
    if chance >= 1.0 {
        return 1.0;
    }
    let odds = chance / (1.0 - chance);
    let mut term = (1.0 - chance).powi(i32::from(of));
    let mut tail = 0.0;
    for nth in 0..=of {
        if nth >= hits {
            tail += term;
        }
        term *= odds * f64::from(of - nth) / f64::from(nth + 1);
    }
    tail
}

#[cfg(test)]
mod tests;
