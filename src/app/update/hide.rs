//! Which names are hidden: everything that is shown is renamed at once.

use std::sync::Arc;

use super::Turn;
use crate::app::{
    AppState, FindingKey, MemberKey, Pane, PartitionKey, PartitionScope, Shown, Subject,
};
use crate::model::Snapshot;
use crate::model::pseudonym::{Hiding, Kind, Named, Names};
use crate::veil::{Veil, Veiled};

impl Turn<'_> {
    /// Hides hosts and clients, then all names, then none. Filters were typed by other names, and their
    /// text may be one.
    pub(super) fn hide_names(&mut self) -> bool {
        let hiding = self.app.hiding().next();
        self.app.rename_keys(hiding);
        self.app.rename_pictures();
        let what = match hiding {
            Hiding::Off => "all names are shown",
            Hiding::Hosts => "hosts and clients are hidden",
            Hiding::All => "all names are hidden",
        };
        let filtered = Pane::ALL.into_iter().filter(|pane| {
            let typed = !self.app.filter(*pane).is_empty();
            typed && self.app.set_filter(*pane, String::new())
        });
        let filters = if filtered.count() > 0 { "; filters are cleared" } else { "" };
        self.say(format!("{what}{filters}"));
        true
    }
}

impl AppState {
    /// What rows, pages and notices are known by.
    fn rename_keys(&mut self, to: Hiding) {
        let names = &mut self.veil.hide(to);
        let mut title = self.title.name.as_str().into();
        names.text(Kind::Cluster, &mut title);
        self.title.name = title.to_string();
        self.groups.each_key(|group| group.rename(names));
        self.partitions.each_key(|partition| partition.rename(names));
        self.members.each_key(|member| member.rename(names));
        self.findings.each_key(|finding| finding.rename(names));
        self.news.each_key(|finding| finding.rename(names));
        self.detailed.rename(names);
        self.scope.rename(names);
        self.pages.iter_mut().for_each(|page| page.subject.rename(names));
    }

    fn rename_pictures(&mut self) {
        let veil = &mut self.veil;
        let again = |veil: &mut Veil, picture: &mut Veiled<Snapshot>| {
            *picture = veil.picture(Arc::clone(picture.truth()));
        };
        again(veil, &mut self.live);
        if let Some(paused) = &mut self.paused {
            again(veil, &mut paused.snapshot);
            let shown = paused.rewound.as_mut().and_then(|rewound| rewound.shown.as_mut());
            if let Some(Shown { picture, .. }) = shown {
                again(veil, picture);
            }
        }
        self.stack = self.stack.take().map(|stack| veil.over(stack.truth().as_ref().clone()));
        self.peek = self.peek.take().map(|peek| veil.over(peek.truth().as_ref().clone()));
        self.picture_number += 1;
    }
}

impl Named for PartitionKey {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { group, topic, partition: _ } = self;
        group.rename(names);
        topic.rename(names);
    }
}

impl Named for MemberKey {
    fn rename(&mut self, names: &mut Names<'_>) {
        match self {
            Self::Member(member) => member.rename(names),
            Self::Unowned => {}
        }
    }
}

impl Named for FindingKey {
    fn rename(&mut self, names: &mut Names<'_>) {
        match self {
            Self::Firing { rule: _, group, topic } => {
                group.rename(names);
                topic.rename(names);
            }
            Self::Waiting(_) => {}
        }
    }
}

impl Named for PartitionScope {
    fn rename(&mut self, names: &mut Names<'_>) {
        match self {
            Self::Group => {}
            Self::Topic(topic) => topic.rename(names),
        }
    }
}

impl Named for Subject {
    fn rename(&mut self, names: &mut Names<'_>) {
        match self {
            Self::Partition(key) | Self::Peek(key) => key.rename(names),
            Self::Member(group, member) => {
                group.rename(names);
                member.rename(names);
            }
            Self::Rebalance(group, _) => group.rename(names),
            Self::Stack(target) => target.rename(names),
            Self::Inventory => {}
        }
    }
}
