//! Names of this host and its processes, and what processes name.

use std::sync::Arc;

use super::{Kind, Named, Names};
use crate::model::process::{
    Connection, HostSample, Naming, NamingKind, Pin, Pinned, ProcessFacts,
};

impl Named for HostSample {
    fn rename(&mut self, names: &mut Names<'_>) {
        names.maybe(Kind::Host, &mut self.name);
        names.fault_of(&mut self.load);
        names.fault_of(&mut self.pressure);
    }
}

impl Named for ProcessFacts {
    fn rename(&mut self, names: &mut Names<'_>) {
        names.text(Kind::Process, &mut self.name);
        // Arguments are paths, names and, with bad luck, passwords: nothing of them is needed.
        if names.hide() && self.command.is_ok() {
            self.command = Ok(Arc::new([Arc::clone(&self.name)]));
        }
        names.fault_of(&mut self.command);
        if let Ok(user) = &mut self.user {
            names.text(Kind::User, user);
        }
        names.fault_of(&mut self.user);
        if let Ok(path) = &mut self.cgroup {
            names.text(Kind::Cgroup, path);
        }
        names.fault_of(&mut self.cgroup);
        names.fault_of(&mut self.runtime);
        names.fault_of(&mut self.library);
        names.fault_of(&mut self.namespace);
        if let Ok(connections) = &mut self.connections {
            connections.rename(names);
        }
        names.fault_of(&mut self.connections);
        self.namings.rename(names);
        self.namings_fault.rename(names);
        self.pinned.rename(names);
    }
}

impl Named for Connection {
    fn rename(&mut self, names: &mut Names<'_>) {
        names.text(Kind::Host, &mut self.local);
        names.text(Kind::Host, &mut self.remote);
    }
}

/// The pseudonym of the same name elsewhere, so that a match stays one.
impl Named for Naming {
    fn rename(&mut self, names: &mut Names<'_>) {
        let kind = match self.kind {
            NamingKind::ClientId => Kind::Client,
            NamingKind::Group => Kind::Group,
            NamingKind::InstanceId => Kind::Instance,
            // It equals a name that was looked for, so it was seen before.
            NamingKind::Word => {
                let kinds = [Kind::Client, Kind::Instance, Kind::Group].into_iter();
                let mut known =
                    kinds.filter(|kind| names.pseudonyms.known(*kind, &self.name).is_some());
                known.next().unwrap_or(Kind::Client)
            }
        };
        names.text(kind, &mut self.name);
    }
}

impl Named for Pinned {
    fn rename(&mut self, names: &mut Names<'_>) {
        match self {
            Self::Flag => {}
            Self::Member { group, member } => {
                group.rename(names);
                member.rename(names);
            }
        }
    }
}

impl Named for Pin {
    fn rename(&mut self, names: &mut Names<'_>) {
        self.group.rename(names);
        self.member.rename(names);
    }
}
