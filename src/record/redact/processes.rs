//! Names of processes, and what processes name.

use std::sync::Arc;

use super::{Redactor, code_of};
use crate::model::process::{
    HostSample, NamingKind, Pinned, ProcessFacts, ProcessSample, ProcessSamples, ProcessesFound,
    Reading,
};

impl Redactor {
    pub(super) fn host(&mut self, sample: &mut HostSample) {
        sample.name = sample.name.as_ref().map(|name| self.hosts.of("host", name));
        fault_of(&mut sample.load);
        fault_of(&mut sample.pressure);
    }

    pub(super) fn processes(&mut self, found: &mut ProcessesFound) {
        if let Some(searched) = &mut found.searched {
            self.group(&mut searched.group);
            for member in &mut searched.members {
                *member = self.members.of("member", member.as_str()).into();
            }
            for known in &mut searched.addresses {
                known.address = self.hosts.of("host", &known.address);
            }
            searched.fault = searched.fault.as_ref().map(code_of);
        }
        for facts in &mut found.processes {
            self.facts(facts);
        }
    }

    pub(super) fn process_samples(&mut self, samples: &mut ProcessSamples) {
        for sample in &mut samples.processes {
            self.sample(sample);
        }
    }

    fn facts(&mut self, facts: &mut ProcessFacts) {
        facts.name = self.processes.of("process", &facts.name);
        // Arguments are paths, names and, with bad luck, passwords: nothing of them is needed.
        let name = Arc::clone(&facts.name);
        facts.command = match &facts.command {
            Ok(_) => Ok(Arc::new([name])),
            Err(fault) => Err(code_of(fault)),
        };
        match &mut facts.user {
            Ok(user) => *user = self.users.of("user", user),
            Err(fault) => *fault = code_of(fault),
        }
        match &mut facts.cgroup {
            Ok(path) => *path = self.cgroups.of("cgroup", path),
            Err(fault) => *fault = code_of(fault),
        }
        fault_of(&mut facts.runtime);
        fault_of(&mut facts.library);
        fault_of(&mut facts.namespace);
        match &mut facts.connections {
            Ok(connections) => {
                for connection in connections {
                    connection.local = self.hosts.of("host", &connection.local);
                    connection.remote = self.hosts.of("host", &connection.remote);
                }
            }
            Err(fault) => *fault = code_of(fault),
        }
        for naming in &mut facts.namings {
            naming.name = self.named(naming.kind, &naming.name);
        }
        facts.namings_fault = facts.namings_fault.as_ref().map(code_of);
        for pinned in &mut facts.pinned {
            if let Pinned::Member { group, member } = pinned {
                self.group(group);
                *member = self.members.of("member", member.as_str()).into();
            }
        }
    }

    /// The pseudonym of the same name elsewhere, so that a match stays one.
    fn named(&mut self, kind: NamingKind, name: &str) -> Arc<str> {
        match kind {
            NamingKind::ClientId => self.clients.of("client", name),
            NamingKind::Group => self.groups.of("group", name),
            NamingKind::InstanceId => self.instances.of("instance", name),
            // It equals a name that was looked for, so it was seen before.
            NamingKind::Word => {
                let known = [&self.clients, &self.instances, &self.groups];
                let same = known.into_iter().find_map(|names| names.known(name));
                same.unwrap_or_else(|| self.clients.of("client", name))
            }
        }
    }

    fn sample(&mut self, sample: &mut ProcessSample) {
        fault_of(&mut sample.cpu);
        fault_of(&mut sample.rss);
        fault_of(&mut sample.thread_count);
        fault_of(&mut sample.throttled);
        fault_of(&mut sample.memory);
        match &mut sample.threads {
            // Java's clients name their threads after themselves.
            Ok(threads) => {
                for thread in threads {
                    thread.name = self.threads.of("thread", &thread.name);
                }
            }
            Err(fault) => *fault = code_of(fault),
        }
    }
}

fn fault_of<T>(reading: &mut Reading<T>) {
    if let Err(fault) = reading {
        *fault = code_of(fault);
    }
}
