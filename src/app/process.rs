//! Which process the Process pane shows, and the commands that capture its traffic.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::{AppState, MemberKey};
use crate::model::process::{Connection, Evidence, GroupMatches, MemberMatch};
use crate::model::{ProcessKey, ProcessView};

impl AppState {
    /// What was found out about the members of the selected group.
    #[must_use]
    pub fn matches(&self) -> Option<&Arc<GroupMatches>> {
        let matches = self.picture().processes.matches.as_ref()?;
        (Some(&matches.group) == self.groups.selected()).then_some(matches)
    }

    /// The processes that members of the selected group are or may be, best first, and those given by
    /// flag.
    #[must_use]
    pub fn candidates(&self) -> Vec<ProcessKey> {
        let all = &self.picture().processes;
        let mut members: Vec<&MemberMatch> =
            self.matches().map(|matches| matches.members.iter().collect()).unwrap_or_default();
        members.sort_by_key(|member| std::cmp::Reverse(member.confidence));
        let of = |member: &&MemberMatch| -> Vec<ProcessKey> {
            member.candidates.iter().map(|candidate| candidate.process).collect()
        };
        let mut keys: Vec<ProcessKey> = Vec::new();
        let pinned = all.processes.iter().filter(|process| !process.facts.pinned.is_empty());
        for key in members.iter().flat_map(of).chain(pinned.map(|process| process.key())) {
            if !keys.contains(&key) && all.process(key).is_some() {
                keys.push(key);
            }
        }
        keys
    }

    /// The process shown: the one turned to, else the selected member's best candidate, else the first.
    #[must_use]
    pub fn shown_process(&self) -> Option<&Arc<ProcessView>> {
        let all = &self.picture().processes;
        let selected = match self.members.selected() {
            Some(MemberKey::Member(id)) => self.matches().and_then(|matches| matches.member(id)),
            _ => None,
        };
        let best = selected.and_then(|member| member.candidates.first());
        let best = best.map(|candidate| candidate.process);
        let turned = self.process.and_then(|key| all.process(key));
        let best = || best.and_then(|key| all.process(key));
        turned.or_else(best).or_else(|| all.process(*self.candidates().first()?))
    }

    /// The members that this process is or may be, with the evidence of each.
    pub fn members_of(
        &self,
        process: ProcessKey,
    ) -> impl Iterator<Item = (&MemberMatch, &[Evidence])> {
        let members = self.matches().map_or(&[][..], |matches| &matches.members);
        members.iter().filter_map(move |member| {
            let of = |candidate: &&crate::model::process::Candidate| candidate.process == process;
            Some((member, &*member.candidates.iter().find(of)?.evidence))
        })
    }
}

/// Commands for a shell that capture what the process and its brokers say to each other, for ten
/// seconds, and one that shows how its connections are doing. lagtop captures nothing itself.
pub(super) fn capture(process: &ProcessView) -> Result<String, String> {
    let connections = match &process.facts.connections {
        Err(fault) => return Err(fault.text.to_string()),
        Ok(connections) if connections.is_empty() => {
            return Err("no connection to a broker is known".to_owned());
        }
        Ok(connections) => connections,
    };
    let mut filter = String::new();
    for Connection { local_port, remote, remote_port, .. } in connections {
        let or = if filter.is_empty() { "" } else { " or " };
        // Addresses come from the kernel; whatever else would be pasted into a shell is left out.
        let remote: String = remote
            .chars()
            .filter(|char| char.is_ascii_hexdigit() || matches!(char, '.' | ':'))
            .collect();
        // Writing to a string cannot fail.
        let _ =
            write!(filter, "{or}(host {remote} and tcp port {remote_port} and port {local_port})");
    }
    let pid = process.key().pid;
    let enter = match process.facts.namespace {
        Ok(Some(_)) => format!("nsenter -t {pid} -n "),
        _ => String::new(),
    };
    let ports: BTreeSet<u16> =
        connections.iter().map(|connection| connection.remote_port).collect();
    let decode = ports.iter().fold(String::new(), |mut text, port| {
        let _ = write!(text, " -d tcp.port=={port},kafka");
        text
    });
    let to: Vec<_> = ports.iter().map(|port| format!("dport = :{port}")).collect();
    let to = to.join(" or ");
    Ok(format!(
        "# With TLS only addresses, sizes and times can be seen.\n\
         sudo {enter}tcpdump -i any -nn -s 256 -G 10 -W 1 -w lagtop-{pid}.pcap '{filter}'\n\
         sudo {enter}tshark -i any -a duration:10 -f '{filter}'{decode} -T fields -e frame.time_relative \
         -e tcp.srcport -e kafka.api_key -e kafka.client_id -e frame.len\n\
         sudo {enter}ss -tinpO state established '( {to} )' | grep pid={pid},\n"
    ))
}
