//! From facts to a match: a pure function, so that its caution can be tested case by case.
//!
//! The rules are those that called nobody wrongly likely among 22 consumers of three client libraries: a
//! unique client id that one process gives as its own, the only process that names the group of an only
//! member, or [commit times](super::timing) that coincide with what one process sent. Everything else is
//! listed, not guessed. A word that merely equals a client id speaks for a process
//! and proves nothing: topics are called so as well. Brokers, which talk to each other, and processes that
//! name somebody else are left out. Where anything could not be read, nothing is better than possible.

use std::cmp::Reverse;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::{
    Candidate, Confidence, Evidence, GroupMatches, MemberMatch, NamingKind, Pinned, Place,
    ProcessFacts, ProcessKey, Searched, Timing, Untimed,
};
use crate::model::{Fault, GroupId, GroupView, MemberView, Timestamp};

/// A process that began so long before its member was seen to join, or later by as much as clocks and
/// rounds differ, may well be it.
const STARTED_BEFORE: Duration = Duration::from_secs(3);
const STARTED_AFTER: Duration = Duration::from_secs(1);

/// Client ids that libraries give when nobody chose one: naming them names nobody.
const COMMON: [&str; 4] = ["rdkafka", "sarama", "kafka-python", "kgo"];

/// What is known beside a group and processes.
pub struct Sight<'a> {
    /// Has another group's member on the same host this one's client id, or its instance id?
    pub shared: &'a dyn Fn(&MemberView) -> bool,
    /// What the times of a member's commits say of these candidates.
    pub timing: AskTiming<'a>,
}

/// Says what the times of a member's commits say of candidates.
pub type AskTiming<'a> = &'a dyn Fn(&MemberView, &[&ProcessFacts]) -> Result<Timing, Untimed>;

/// Which processes the members of the searched group are.
#[must_use]
pub fn matches(
    group: &GroupView,
    searched: &Searched,
    processes: &[&ProcessFacts],
    at: Timestamp,
    sight: &Sight<'_>,
) -> GroupMatches {
    let members = group.members.as_deref().unwrap_or_default();
    let basis = Basis { group, members, processes, searched };
    let drafts: Vec<Draft<'_>> = members.iter().map(|member| basis.draft(member, sight)).collect();
    let told: Vec<_> = drafts.iter().map(Draft::told).collect();
    let finished = drafts.into_iter().zip(&told).map(|(draft, own)| {
        // One connection is one client: what fits two members fits neither.
        let alone = own.is_some() && told.iter().filter(|other| *other == own).count() == 1;
        basis.finish(draft, alone)
    });
    GroupMatches { group: group.id.clone(), searched: at, members: finished.collect() }
}

struct Basis<'a> {
    group: &'a GroupView,
    members: &'a [MemberView],
    processes: &'a [&'a ProcessFacts],
    searched: &'a Searched,
}

/// A member and what speaks for whom, before it is compared with the other members.
struct Draft<'a> {
    member: &'a MemberView,
    place: Place,
    /// Whom it may be.
    fitting: Vec<&'a ProcessFacts>,
    /// The one that is pinned to it, or that says of itself that it is the member, and how sure that is.
    only: Option<(Confidence, &'a ProcessFacts)>,
    held_back: Option<Fault>,
    /// `None` where there is nothing to tell apart.
    timing: Option<Result<Timing, Untimed>>,
}

impl Draft<'_> {
    /// The connection by which the member commits.
    fn told(&self) -> Option<(ProcessKey, u16)> {
        let Some(Ok(timing)) = &self.timing else { return None };
        let first = timing.scores.first().filter(|_| timing.is_told)?;
        Some((first.process, first.port))
    }
}

impl<'a> Basis<'a> {
    fn draft(&self, member: &'a MemberView, sight: &Sight<'_>) -> Draft<'a> {
        let (place, fitting) = (Place::Here, Vec::new());
        let draft = Draft { member, place, fitting, only: None, held_back: None, timing: None };
        let group = &self.group.id;
        if let Some(facts) = self.processes.iter().find(|facts| is_pinned(facts, group, member)) {
            return Draft { only: Some((Confidence::Exact, facts)), ..draft };
        }
        if !self.searched.addresses.iter().any(|known| known.address == member.host) {
            let place = Place::Elsewhere { host: Arc::clone(&member.host) };
            return Draft { place, ..draft };
        }
        if !self.searched.members.contains(&member.id) {
            let text = "processes are being searched for a member that has just joined";
            return Draft { held_back: Some(Fault::new("NOT_SEARCHED_YET", text)), ..draft };
        }
        let fits = |facts: &&&ProcessFacts| self.fits(facts, member);
        let fitting: Vec<&ProcessFacts> = self.processes.iter().filter(fits).copied().collect();
        let held_back = self.held_back(member);
        let only = self.likely(member, &fitting).filter(|_| !(sight.shared)(member));
        let only = only.map(|facts| (Confidence::Likely, facts));
        let open = only.is_none() && held_back.is_none() && !fitting.is_empty();
        let timing = open.then(|| {
            let contained = fitting.iter().any(|facts| facts.namespace != Ok(None));
            if contained { Err(Untimed::Container) } else { (sight.timing)(member, &fitting) }
        });
        Draft { fitting, only, held_back, timing, ..draft }
    }

    /// Puts the words to it. `alone` says that no other member commits by the same connection.
    fn finish(&self, draft: Draft<'a>, alone: bool) -> MemberMatch {
        let told = draft.told().filter(|_| alone).map(|(process, _)| process);
        let Draft { member, place, fitting, only, held_back, timing } = draft;
        let timing = timing.map(|said| said.map(|it| Timing { is_told: told.is_some(), ..it }));
        let said = timing.as_ref().and_then(|said| said.as_ref().ok());
        let (confidence, chosen) = match (only, fitting.len()) {
            (Some((Confidence::Exact, pinned)), _) => (Confidence::Exact, vec![pinned]),
            (_, 0) => (Confidence::None, Vec::new()),
            (Some((sure, only)), _) if held_back.is_none() => (sure, vec![only]),
            (None, _) if told.is_some() => {
                let is = |facts: &&ProcessFacts| Some(facts.key) == told;
                (Confidence::Likely, fitting.into_iter().filter(is).collect())
            }
            (None, 2..) if held_back.is_none() => (Confidence::Ambiguous, fitting),
            // What is not sure is shown with all that it may be.
            _ => (Confidence::Possible, fitting),
        };
        let chosen = chosen.into_iter().map(|facts| self.candidate(facts, member, said));
        let mut chosen: Vec<Candidate> = chosen.collect();
        chosen.sort_by(|a, b| a.evidence.cmp(&b.evidence).then(a.process.cmp(&b.process)));
        chosen.sort_by_key(|candidate| Reverse(said.and_then(|it| it.hits(candidate.process))));
        let (member, candidates) = (member.id.clone(), chosen.into());
        MemberMatch { member, place, confidence, candidates, held_back, timing }
    }

    /// The one process that says of itself that it is the member.
    fn likely(
        &self,
        member: &MemberView,
        fitting: &[&'a ProcessFacts],
    ) -> Option<&'a ProcessFacts> {
        let group = self.group.id.as_str();
        let of_group =
            |facts: &&&ProcessFacts| said(facts, NamingKind::Group).any(|it| it == group);
        let of_group: Vec<_> = fitting.iter().filter(of_group).copied().collect();
        let same = |other: &&MemberView| other.client_id == member.client_id;
        let unique =
            self.members.iter().filter(same).count() == 1 && !COMMON.contains(&&*member.client_id);
        let instance = member.instance_id.as_deref();
        let named = |facts: &&&ProcessFacts| {
            let client = || said(facts, NamingKind::ClientId).any(|it| *it == *member.client_id);
            let own = || said(facts, NamingKind::InstanceId).any(|it| Some(it) == instance);
            own() || unique && client()
        };
        let named: Vec<_> = fitting.iter().filter(named).copied().collect();
        match (named.as_slice(), of_group.as_slice()) {
            // Its client id may be borne by a producer beside the consumer that only names the group.
            ([only], []) => Some(*only),
            ([only], rivals) => rivals.iter().any(|it| it.key == only.key).then_some(*only),
            ([], [only]) if self.members.len() == 1 => Some(*only),
            _ => None,
        }
    }

    /// May this process be the member?
    fn fits(&self, facts: &ProcessFacts, member: &MemberView) -> bool {
        let connected = facts.connections.as_ref().map_or(true, |open| !open.is_empty());
        !facts.is_broker && connected && self.reaches(facts, member) && !self.claimed(facts, member)
    }

    /// A member at a container's own address is in that container; at the host's, it may be anywhere on it.
    fn reaches(&self, facts: &ProcessFacts, member: &MemberView) -> bool {
        let mut at = self.searched.addresses.iter().filter(|known| known.address == member.host);
        let Ok(namespace) = &facts.namespace else { return true };
        at.any(|known| known.namespace.is_none() || known.namespace == *namespace)
    }

    /// It says of itself that it is somebody else: another client, or another group's.
    fn claimed(&self, facts: &ProcessFacts, member: &MemberView) -> bool {
        let group = &self.group.id;
        let mut clients = said(facts, NamingKind::ClientId).peekable();
        let client = clients.peek().is_some()
            && !clients.any(|name| member.client_id.starts_with(name))
            && !names(facts, &member.client_id);
        let mut groups = said(facts, NamingKind::Group).peekable();
        let other = groups.peek().is_some() && !names(facts, group.as_str());
        let rivals = self.members.iter().filter(|rival| rival.client_id != member.client_id);
        let rival = !names(facts, &member.client_id) && { rivals }
            .any(|rival| names(facts, &rival.client_id));
        client || other || rival
    }

    /// The process with what speaks for it.
    fn candidate(
        &self,
        facts: &ProcessFacts,
        member: &MemberView,
        timing: Option<&Timing>,
    ) -> Candidate {
        let group = &self.group.id;
        let mut evidence = Vec::new();
        if is_pinned(facts, group, member) {
            evidence.push(Evidence::Pinned);
        }
        if facts.pinned.contains(&Pinned::Flag) {
            evidence.push(Evidence::Flag);
        }
        for naming in &facts.namings {
            if Some(&*naming.name) == member.instance_id.as_deref() {
                evidence.push(Evidence::InstanceId(naming.place));
            } else if naming.name == member.client_id {
                evidence.push(Evidence::ClientId(naming.place));
            } else if &*naming.name == group.as_str() {
                evidence.push(Evidence::Group(naming.place));
            }
        }
        evidence.extend(timing.and_then(|timing| timing.evidence(facts.key)));
        let connections = facts.connections.as_ref().map_or(0, Vec::len);
        if connections > 0 {
            evidence.push(Evidence::Connections(connections));
        }
        if let Ok(Some(library)) = &facts.library {
            evidence.push(Evidence::Library(library.clone()));
        }
        evidence.extend(self.started(facts, member));
        evidence.sort();
        evidence.dedup();
        Candidate { process: facts.key, evidence: evidence.into() }
    }

    /// Its start against the member's join, where that was watched.
    fn started(&self, facts: &ProcessFacts, member: &MemberView) -> Option<Evidence> {
        let joins = self.group.rebalances.iter().rev();
        let mut joins = joins.filter(|event| event.joined.iter().any(|it| it.id == member.id));
        let joined = joins.next()?.at;
        let early = facts.started.plus(STARTED_AFTER) >= joined.minus(STARTED_BEFORE);
        let near = early && facts.started <= joined.plus(STARTED_AFTER);
        let seconds = u32::try_from(joined.since(facts.started).as_secs()).ok()?;
        near.then_some(Evidence::Started(seconds))
    }

    /// Who else may be the member without lagtop's knowing.
    fn held_back(&self, member: &MemberView) -> Option<Fault> {
        let Searched { fault, unreadable, unseen, .. } = self.searched;
        if fault.is_some() {
            return fault.clone();
        }
        // A broker sees a loopback address only of whoever is in its own network, and so in lagtop's: of all
        // connections there it is known whose they are. At other addresses a container may hide.
        let accounted_for = *unseen == 0 && is_loopback(&member.host);
        if *unreadable > 0 && !accounted_for {
            let processes = if *unreadable == 1 { "process" } else { "processes" };
            let text = format!("{unreadable} {processes} may not be read; run as root");
            return Some(Fault::new("NOT_PERMITTED", &text));
        }
        if *unseen > 0 {
            let text = "connections to brokers are of processes that lagtop does not see: it is in a \
                        container, or they are; run it on the host";
            return Some(Fault::new("NOT_SEEN", text));
        }
        self.processes.iter().find_map(|facts| facts.namings_fault.clone())
    }
}

fn is_pinned(facts: &ProcessFacts, group: &GroupId, member: &MemberView) -> bool {
    facts.pinned.iter().any(|pin| {
        matches!(pin, Pinned::Member { group: g, member: m } if g == group && *m == member.id)
    })
}

fn is_loopback(host: &str) -> bool {
    host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

fn names(facts: &ProcessFacts, name: &str) -> bool {
    facts.namings.iter().any(|naming| &*naming.name == name)
}

fn said(facts: &ProcessFacts, kind: NamingKind) -> impl Iterator<Item = &str> {
    facts.namings.iter().filter(move |naming| naming.kind == kind).map(|naming| &*naming.name)
}

#[cfg(test)]
mod tests;
