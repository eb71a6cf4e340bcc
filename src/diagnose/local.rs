//! Questions about this host's processes: which of them the group's members are, and how sure that is.

use std::cmp::Reverse;

use super::case::{Case, name_and_host};
use super::report::list;
use crate::model::process::{Confidence, MemberMatch};
use crate::model::{MemberView, ProcessKey, ProcessView};

/// A process that members of the group are, or may be.
pub(super) struct Local<'a> {
    pub(super) process: &'a ProcessView,
    /// The members and how sure that is, the surest first. Never empty.
    pub(super) members: Vec<(&'a MemberView, Confidence)>,
}

impl<'a> Case<'a> {
    /// The living processes that its members are or may be, the surest first; empty as long as nobody looks
    /// at this group's.
    pub(super) fn local(&self) -> Vec<Local<'a>> {
        let mut all: Vec<Local<'a>> = Vec::new();
        for (member, matched) in self.matched() {
            for candidate in &*matched.candidates {
                let living = self.processes.process(candidate.process);
                let Some(process) = living.filter(|process| process.gone.is_none()) else {
                    continue;
                };
                let member = (member, matched.confidence);
                match all.iter_mut().find(|local| local.process.key() == candidate.process) {
                    Some(local) => local.members.push(member),
                    None => all.push(Local { process, members: vec![member] }),
                }
            }
        }
        for local in &mut all {
            local.members.sort_by_key(|(_, confidence)| Reverse(*confidence));
        }
        all.sort_by_key(|local| Reverse(local.confidence()));
        all
    }

    /// The members of which it is not sure which process of this host they are, in words; `None` if of all it
    /// is.
    pub(super) fn unsure(&self) -> Option<String> {
        let unsure = self.matched().filter(|(_, matched)| {
            (Confidence::Possible..Confidence::Likely).contains(&matched.confidence)
        });
        let names: Vec<_> = unsure
            .map(|(member, matched)| {
                format!("{} is {}", member.client_id, matched.confidence.word())
            })
            .collect();
        (!names.is_empty())
            .then(|| format!("a sure match of processes: {}", list(names.into_iter())))
    }

    fn matched(&self) -> impl Iterator<Item = (&'a MemberView, &'a MemberMatch)> {
        let matches = self.processes.matches.as_deref();
        let matches = matches.filter(|matches| matches.group == self.group.id);
        self.members().iter().filter_map(move |member| Some((member, matches?.member(&member.id)?)))
    }
}

impl Local<'_> {
    /// How sure it is that the group's members are in it.
    pub(super) fn confidence(&self) -> Confidence {
        self.members.first().map_or(Confidence::None, |(_, confidence)| *confidence)
    }

    /// May it be blamed?
    pub(super) fn is_sure(&self) -> bool {
        self.confidence() >= Confidence::Likely
    }

    pub(super) fn pid(&self) -> String {
        let ProcessKey { pid, .. } = self.process.key();
        format!("pid {pid} ({})", self.process.facts.name)
    }

    /// `pid 4711 (java), likely reader-1 on 10.0.1.15`.
    pub(super) fn named(&self) -> String {
        let Some((member, confidence)) = self.members.first() else { return self.pid() };
        let more = match self.members.len() {
            1 => String::new(),
            all => format!(" and {} more", all - 1),
        };
        let name = name_and_host(&member.client_id, &member.host);
        let whose = match confidence {
            Confidence::Exact => format!("exactly {name}{more}"),
            Confidence::Likely => format!("likely {name}{more}"),
            unsure => format!("which may be {name}{more} ({} match)", unsure.word()),
        };
        format!("{}, {whose}", self.pid())
    }
}
