//! Stacks, and records that wait. Code is what a stack is looked at for: frames and locks stay, and so does
//! what a runtime says that a thread does.

use std::sync::Arc;

use crate::model::peek::{
    Backlog, Ended, Excerpt, HeaderCount, KeyCount, KeyRun, PeekTarget, PeekWish, PeekedRecord,
};
use crate::model::pseudonym::{Kind, Named, Names};
use crate::model::stack::{StackPlan, StackTarget, StackTrouble, StackWish, Stacks, ThreadStack};

impl Named for StackTarget {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { process: _, runtime: _, thread, name } = self;
        let kind = if thread.is_some() { Kind::Thread } else { Kind::Process };
        names.text(kind, name);
    }
}

impl Named for StackWish {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { number: _, target, step: _ } = self;
        target.rename(names);
    }
}

impl Named for StackPlan {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { way: _, command, instead } = self;
        rename_command(command, names);
        instead.rename(names);
    }
}

impl Named for StackTrouble {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { kind: _, text, by_hand } = self;
        if names.hide() {
            *text = "in the tool's own words, which may hold names".into();
        }
        if let Some(command) = by_hand {
            rename_command(command, names);
        }
    }
}

impl Named for Stacks {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { way: _, command, took: _, threads, remarks, cut: _, hot: _ } = self;
        rename_command(command, names);
        threads.rename(names);
        if names.hide() && !remarks.is_empty() {
            *remarks = vec!["the tool said more, which may hold names".into()];
        }
    }
}

impl Named for ThreadStack {
    fn rename(&mut self, names: &mut Names<'_>) {
        names.text(Kind::Thread, &mut self.name);
    }
}

/// Commands name tools, pids and files of /proc; of names, only the host in the address of a page.
fn rename_command(command: &mut Arc<str>, names: &mut Names<'_>) {
    const SCHEME: &str = "://";
    if !names.hide_kind(Kind::Host) {
        return;
    }
    let mut parts = command.split(SCHEME);
    let mut renamed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let authority = part.find(['/', '\'', ' ']).unwrap_or(part.len());
        let (authority, path) = part.split_at_checked(authority).unwrap_or((part, ""));
        let (host, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
        let mut host: Arc<str> = host.into();
        names.text(Kind::Host, &mut host);
        let colon = if port.is_empty() { "" } else { ":" };
        renamed.extend([SCHEME, &host, colon, port, path]);
    }
    *command = renamed.into();
}

impl Named for PeekTarget {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { group, partition, committed: _ } = self;
        group.rename(names);
        partition.rename(names);
    }
}

impl Named for PeekWish {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { number: _, target, step: _ } = self;
        target.rename(names);
    }
}

impl Named for Backlog {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { look, sizes: _, keys, times: _, headers, tombstones: _ } = self;
        look.records.rename(names);
        match &mut look.ended {
            Ended::AtTheEnd | Ended::Records | Ended::Bytes | Ended::Time => {}
            Ended::Fault(fault) => fault.rename(names),
        }
        keys.top.rename(names);
        keys.longest.rename(names);
        headers.top.rename(names);
    }
}

impl Named for KeyCount {
    fn rename(&mut self, names: &mut Names<'_>) {
        self.key.rename(names);
    }
}

impl Named for KeyRun {
    fn rename(&mut self, names: &mut Names<'_>) {
        self.key.rename(names);
    }
}

impl Named for HeaderCount {
    fn rename(&mut self, names: &mut Names<'_>) {
        names.text(Kind::Header, &mut self.name);
    }
}

impl Named for PeekedRecord {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { offset: _, stamp: _, key, value: _, shown, headers, bytes: _ } = self;
        key.rename(names);
        if names.hide_kind(Kind::Key)
            && let Some(shown) = shown
        {
            *shown = Excerpt::of(b"hidden", usize::MAX);
        }
        for name in headers.iter_mut().flat_map(Arc::make_mut) {
            names.text(Kind::Header, name);
        }
    }
}

/// A key: it tells whose record it is.
impl Named for Excerpt {
    fn rename(&mut self, names: &mut Names<'_>) {
        if names.hide_kind(Kind::Key) {
            let mut name: Arc<str> = self.identity().into();
            names.text(Kind::Key, &mut name);
            *self = Self::of(name.as_bytes(), usize::MAX);
        }
    }
}
