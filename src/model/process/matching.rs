//! From facts to a match: a pure function, so that its caution can be tested case by case.
//!
//! The rules are those that called nobody wrongly likely among 22 consumers of three client libraries: a
//! unique client id that one process gives as its own, or the only process that names the group of an only
//! member. Everything else is listed, not guessed. A word that merely equals a client id speaks for a process
//! and proves nothing: topics are called so as well. Brokers, which talk to each other, and processes that
//! name somebody else are left out. Where anything could not be read, nothing is better than possible.

use std::sync::Arc;
use std::time::Duration;

use super::{
    Candidate, Confidence, Evidence, GroupMatches, MemberMatch, NamingKind, Pinned, Place,
    ProcessFacts, Searched,
};
use crate::model::{Fault, GroupId, GroupView, MemberView, Timestamp};

/// A process that began so long before its member was seen to join, or later by as much as clocks and
/// rounds differ, may well be it.
const STARTED_BEFORE: Duration = Duration::from_secs(3);
const STARTED_AFTER: Duration = Duration::from_secs(1);

/// Client ids that libraries give when nobody chose one: naming them names nobody.
const COMMON: [&str; 4] = ["rdkafka", "sarama", "kafka-python", "kgo"];

/// Which processes the members of the searched group are. `shared` says of a member that another group's
/// member on the same host has its client id, or its instance id.
#[must_use]
pub fn matches(
    group: &GroupView,
    searched: &Searched,
    processes: &[&ProcessFacts],
    at: Timestamp,
    shared: impl Fn(&MemberView) -> bool,
) -> GroupMatches {
    let members = group.members.as_deref().unwrap_or_default();
    let basis = Basis { group, members, processes, searched };
    let members = members.iter().map(|member| basis.member(member, &shared));
    GroupMatches { group: group.id.clone(), searched: at, members: members.collect() }
}

struct Basis<'a> {
    group: &'a GroupView,
    members: &'a [MemberView],
    processes: &'a [&'a ProcessFacts],
    searched: &'a Searched,
}

impl Basis<'_> {
    fn member(&self, member: &MemberView, shared: impl Fn(&MemberView) -> bool) -> MemberMatch {
        let told = |place, confidence, mut chosen: Vec<Candidate>, held_back| {
            chosen.sort_by(|a, b| a.evidence.cmp(&b.evidence).then(a.process.cmp(&b.process)));
            let (member, candidates) = (member.id.clone(), chosen.into());
            MemberMatch { member, place, confidence, candidates, held_back }
        };
        let group = &self.group.id;
        if let Some(facts) = self.processes.iter().find(|facts| is_pinned(facts, group, member)) {
            return told(Place::Here, Confidence::Exact, vec![self.candidate(facts, member)], None);
        }
        if !self.searched.addresses.iter().any(|known| known.address == member.host) {
            let place = Place::Elsewhere { host: Arc::clone(&member.host) };
            return told(place, Confidence::None, Vec::new(), None);
        }
        let fits = |facts: &&&ProcessFacts| self.fits(facts, member);
        let fitting: Vec<&ProcessFacts> = self.processes.iter().filter(fits).copied().collect();
        let only = self.likely(member, &fitting).filter(|_| !shared(member));
        let held_back = self.held_back();
        let (confidence, chosen) = match (only, fitting.len()) {
            (_, 0) => (Confidence::None, Vec::new()),
            (Some(only), _) if held_back.is_none() => (Confidence::Likely, vec![only]),
            (None, 2..) if held_back.is_none() => (Confidence::Ambiguous, fitting),
            // What is not sure is shown with all that it may be.
            _ => (Confidence::Possible, fitting),
        };
        let candidates = chosen.into_iter().map(|facts| self.candidate(facts, member)).collect();
        told(Place::Here, confidence, candidates, held_back)
    }

    /// The one process that says of itself that it is the member.
    fn likely<'f>(
        &self,
        member: &MemberView,
        fitting: &[&'f ProcessFacts],
    ) -> Option<&'f ProcessFacts> {
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
    fn candidate(&self, facts: &ProcessFacts, member: &MemberView) -> Candidate {
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

    fn held_back(&self) -> Option<Fault> {
        if let Some(fault) = &self.searched.fault {
            return Some(fault.clone());
        }
        let hidden = self.searched.unreadable;
        if hidden > 0 {
            let text = format!("{hidden} processes of other users may not be read; run as root");
            return Some(Fault::new("NOT_PERMITTED", &text));
        }
        self.processes.iter().find_map(|facts| facts.namings_fault.clone())
    }
}

fn is_pinned(facts: &ProcessFacts, group: &GroupId, member: &MemberView) -> bool {
    facts.pinned.iter().any(|pin| {
        matches!(pin, Pinned::Member { group: g, member: m } if g == group && *m == member.id)
    })
}

fn names(facts: &ProcessFacts, name: &str) -> bool {
    facts.namings.iter().any(|naming| &*naming.name == name)
}

fn said(facts: &ProcessFacts, kind: NamingKind) -> impl Iterator<Item = &str> {
    facts.namings.iter().filter(move |naming| naming.kind == kind).map(|naming| &*naming.name)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::{Connection, HostAddress, Naming, NamingPlace, ProcessKey, Runtime};
    use super::*;
    use crate::model::{GroupKind, GroupState};

    fn member(client_id: &str, host: &str) -> MemberView {
        MemberView {
            id: format!("{client_id}-uuid").as_str().into(),
            instance_id: None,
            client_id: client_id.into(),
            host: host.into(),
            rack: None,
            epoch: None,
            classic: false,
            assignment: None,
            target: None,
            lag: None,
            consumed: None,
        }
    }

    /// `client=a group=g word=w broker unconnected`, the names after their kinds.
    fn process(pid: u32, says: &str) -> ProcessFacts {
        let naming = |word: &str| {
            let (kind, name) = word.split_once('=')?;
            let kind = match kind {
                "client" => NamingKind::ClientId,
                "group" => NamingKind::Group,
                _ => NamingKind::Word,
            };
            Some(Naming { kind, name: name.into(), place: NamingPlace::CommandLine })
        };
        let connection = Connection {
            local: "10.0.0.1".into(),
            local_port: 40_000,
            remote: "10.0.0.9".into(),
            remote_port: 9_092,
        };
        ProcessFacts {
            key: ProcessKey { pid, start: 1 },
            started: Timestamp::default(),
            name: "app".into(),
            command: Ok(Arc::new([])),
            user: Ok("u".into()),
            cgroup: Ok("/".into()),
            runtime: Ok(Runtime::Native),
            library: Ok(None),
            namespace: Ok(None),
            connections: Ok(if says.contains("unconnected") { vec![] } else { vec![connection] }),
            is_broker: says.contains("broker"),
            namings: says.split(' ').filter_map(naming).collect(),
            namings_fault: None,
            pinned: if says.contains("flag") { vec![Pinned::Flag] } else { vec![] },
        }
    }

    fn group(members: Vec<MemberView>) -> GroupView {
        let mut group = GroupView::new("g".into(), GroupKind::Classic, GroupState::Stable);
        group.members = Some(members.into());
        group
    }

    fn searched(addresses: &[&str], unreadable: u32) -> Searched {
        let address = |it: &&str| HostAddress { address: (*it).into(), namespace: None };
        let addresses = addresses.iter().map(address).collect();
        Searched { group: "g".into(), addresses, unreadable, fault: None }
    }

    fn verdict(members: &[&str], processes: &[&str], unreadable: u32, shared: bool) -> String {
        let group = group(members.iter().map(|id| member(id, "10.0.0.1")).collect());
        let processes: Vec<_> =
            processes.iter().zip(1..).map(|(says, pid)| process(pid, says)).collect();
        let processes: Vec<_> = processes.iter().collect();
        let searched = searched(&["10.0.0.1"], unreadable);
        let matched = matches(&group, &searched, &processes, Timestamp::default(), |_| shared);
        let first = &matched.members[0];
        let pids: Vec<_> = first.candidates.iter().map(|c| c.process.pid.to_string()).collect();
        format!("{} {}", first.confidence.word(), pids.join(","))
    }

    #[rstest]
    #[case::a_unique_client_id(&["a", "b"], &["client=a", "client=b"], "likely 1")]
    #[case::a_word_proves_nothing(&["a", "b"], &["", "word=a"], "ambiguous 2,1")]
    #[case::another_names_the_group(&["a", "b"], &["group=g", "client=a"], "ambiguous 2,1")]
    #[case::it_names_both(&["a", "b"], &["group=g", "client=a group=g"], "likely 2")]
    #[case::two_name_it(&["a"], &["client=a", "client=a"], "ambiguous 1,2")]
    #[case::two_members_have_it(&["a", "a"], &["client=a", ""], "ambiguous 1,2")]
    #[case::the_librarys_own(&["rdkafka", "b"], &["client=rdkafka"], "possible 1")]
    #[case::the_only_members_only_process(&["x"], &["group=g", ""], "likely 1")]
    #[case::of_two_members_not(&["x", "y"], &["group=g", ""], "ambiguous 1,2")]
    #[case::two_of_the_group(&["x"], &["group=g", "group=g"], "ambiguous 1,2")]
    #[case::it_names_another_client(&["a"], &["client=b group=g"], "none ")]
    #[case::it_names_another_group(&["a"], &["group=h"], "none ")]
    #[case::a_prefix_is_no_name(&["a-0", "a-1"], &["client=a"], "possible 1")]
    #[case::a_broker(&["a"], &["broker word=a"], "none ")]
    #[case::without_a_connection(&["a"], &["client=a unconnected"], "none ")]
    #[case::a_connection_alone(&["a"], &[""], "possible 1")]
    #[case::a_flag_makes_nothing_exact(&["a"], &["flag"], "possible 1")]
    fn a_member_is(#[case] members: &[&str], #[case] processes: &[&str], #[case] expected: &str) {
        assert_eq!(verdict(members, processes, 0, false), expected);
    }

    #[test]
    fn what_cannot_be_read_lowers_the_word() {
        assert_eq!(verdict(&["a"], &["client=a"], 1, false), "possible 1");
        assert_eq!(verdict(&["a", "b"], &["client=a", ""], 0, true), "ambiguous 1,2");
    }

    #[test]
    fn elsewhere_is_named_and_a_pin_is_exact() {
        let there = member("a", "10.9.9.9");
        let mut pinned = process(7, "");
        let group = group(vec![there.clone()]);
        let of = |facts: &ProcessFacts| {
            matches(&group, &searched(&[], 3), &[facts], Timestamp::default(), |_| false)
        };
        let told = of(&pinned).members[0].clone();
        assert_eq!(told.place, Place::Elsewhere { host: "10.9.9.9".into() });
        assert_eq!((told.confidence, told.candidates.len()), (Confidence::None, 0));
        pinned.pinned = vec![Pinned::Member { group: "g".into(), member: there.id.clone() }];
        let told = of(&pinned).members[0].clone();
        assert_eq!((told.confidence, told.process()), (Confidence::Exact, Some(pinned.key)));
    }
}
