//! Times of commits and of sending, for as long as they may tell which process a member is, and what they
//! have told.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::groups::GroupCell;
use crate::model::observation::CommitRecorded;
use crate::model::process::{
    CommitTimes, GroupMatches, ProcessFacts, SendLook, SendsSeen, SocketLooks, Timed, Timing,
    Untimed, clock_skew, moments, timing,
};
use crate::model::{GroupId, MemberId, MemberView, ProcessKey, Timestamp};

/// So long are times kept: some clients commit every ten seconds, and it takes a few commits.
const KEPT: Duration = Duration::from_secs(90);

/// Times of one group's members and of the sockets of their candidates.
#[derive(Debug, Default)]
pub(super) struct Timings {
    group: Option<GroupId>,
    commits: BTreeMap<MemberId, VecDeque<CommitTimes>>,
    looks: BTreeMap<(ProcessKey, u16), VecDeque<SendLook>>,
    /// When the sockets were last listed. By what a member committed later, it may have one that is not.
    listed: Option<Timestamp>,
    /// What was told stays so, other groups' too: a member id is one client of one process as long as both
    /// live.
    told: BTreeMap<(GroupId, MemberId), (ProcessKey, Timing)>,
}

impl Timings {
    /// Of which group; another one's times are forgotten.
    pub(super) fn turn_to(&mut self, group: &GroupId) {
        if self.group.as_ref() != Some(group) {
            let told = std::mem::take(&mut self.told);
            *self = Self { group: Some(group.clone()), told, ..Self::default() };
        }
    }

    /// Notes commits by who holds the partition.
    pub(super) fn recorded(
        &mut self,
        at: Timestamp,
        commits: &[CommitRecorded],
        groups: &BTreeMap<GroupId, GroupCell>,
    ) {
        let Some(group) = &self.group else { return };
        let Some(view) = groups.get(group).map(|cell| &cell.view) else { return };
        // A position that was taken away was not committed by a member.
        let ours = |commit: &&CommitRecorded| commit.group == *group && commit.offset.is_some();
        for commit in commits.iter().filter(ours) {
            let row = view.topic(commit.topic.as_str()).and_then(|topic| {
                let rows = &topic.partitions;
                let at = rows.binary_search_by_key(&commit.partition, |row| row.partition).ok()?;
                rows.get(at)
            });
            let Some(owner) = row.and_then(|row| view.owner(row)) else { continue };
            let times = self.commits.entry(owner.id.clone()).or_default();
            times.push_back(CommitTimes { recorded: commit.recorded, read: at });
        }
        let oldest = at.minus(KEPT);
        self.commits.retain(|_, times| {
            times.retain(|commit| commit.read >= oldest);
            !times.is_empty()
        });
    }

    /// Notes when sockets sent.
    pub(super) fn sends(&mut self, at: Timestamp, seen: &SendsSeen) {
        self.listed = Some(seen.listed);
        let oldest = at.minus(KEPT);
        let mut before = std::mem::take(&mut self.looks);
        for socket in &seen.sockets {
            let key = (socket.process, socket.port);
            let mut looks = before.remove(&key).unwrap_or_default();
            looks.retain(|look| look.at >= oldest);
            looks.extend(seen.looked.iter().zip(&socket.idle_ms).map(|(&at, idle)| {
                let sent = idle.map(|idle| at.minus(Duration::from_millis(u64::from(idle))));
                SendLook { at, sent }
            }));
            self.looks.insert(key, looks);
        }
    }

    /// What they say of the candidates of a member.
    pub(super) fn of(
        &self,
        member: &MemberView,
        candidates: &[&ProcessFacts],
        is_listening: bool,
    ) -> Result<Timing, Untimed> {
        let is_one = |key: ProcessKey| candidates.iter().any(|facts| facts.key == key);
        let told = self.group.clone().and_then(|group| self.told.get(&(group, member.id.clone())));
        if let Some((_, timing)) = told.filter(|(process, _)| is_one(*process)) {
            return Ok(timing.clone());
        }
        if !is_listening {
            return Err(Untimed::NotListening);
        }
        let skew = clock_skew(self.commits.values().flatten());
        let commits = self.commits.get(&member.id).into_iter().flatten();
        let commits = commits.filter(|commit| self.listed.is_some_and(|at| commit.read <= at));
        let sockets = self.looks.iter().filter(|((process, _), _)| is_one(*process));
        let sockets: Vec<_> = sockets
            .map(|(&(process, port), looks)| SocketLooks {
                process,
                port,
                looks: looks.iter().copied().collect(),
            })
            .collect();
        let candidates: Vec<_> = { candidates.iter() }
            .map(|facts| Timed { process: facts.key, apart: facts.commits_apart() })
            .collect();
        Ok(timing(&moments(commits, skew), &candidates, &sockets))
    }

    /// Keeps what was told, and nothing of members that are gone.
    pub(super) fn keep(&mut self, matches: &GroupMatches) {
        let told = matches.members.iter().filter_map(|found| {
            let timing = found.timing.as_ref()?.as_ref().ok().filter(|it| it.is_told)?;
            let key = (matches.group.clone(), found.member.clone());
            Some((key, (found.process()?, timing.clone())))
        });
        self.told.retain(|(group, _), _| *group != matches.group);
        self.told.extend(told);
    }
}
