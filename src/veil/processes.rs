//! Names of this host, its processes and their threads.

use crate::model::ProcessView;
use crate::model::process::{GroupMatches, HostView, MemberMatch, PerRecord, Place, ThreadView};
use crate::model::pseudonym::{Kind, Named, Names};

impl Named for HostView {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { at: _, sample, cpu_history: _ } = self;
        sample.rename(names);
    }
}

impl Named for ProcessView {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self {
            facts,
            at: _,
            gone: _,
            cpu,
            cpu_history: _,
            rss,
            rss_history: _,
            thread_count,
            switches_per_second,
            throttling,
            memory,
            threads,
            per_record,
        } = self;
        facts.rename(names);
        names.fault_of(cpu);
        names.fault_of(rss);
        names.fault_of(thread_count);
        names.fault_of(switches_per_second);
        names.fault_of(throttling);
        names.fault_of(memory);
        if let Ok(threads) = threads {
            threads.rename(names);
        }
        names.fault_of(threads);
        per_record.rename(names);
    }
}

impl Named for ThreadView {
    fn rename(&mut self, names: &mut Names<'_>) {
        names.text(Kind::Thread, &mut self.name);
    }
}

impl Named for PerRecord {
    fn rename(&mut self, names: &mut Names<'_>) {
        self.members.rename(names);
    }
}

impl Named for GroupMatches {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { group, searched: _, members } = self;
        group.rename(names);
        members.rename(names);
    }
}

impl Named for MemberMatch {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { member, place, confidence: _, candidates: _, held_back, timing: _ } = self;
        member.rename(names);
        match place {
            Place::Here => {}
            Place::Elsewhere { host } => names.text(Kind::Host, host),
        }
        held_back.rename(names);
    }
}
