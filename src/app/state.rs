//! The state of the screen.

use std::sync::Arc;
use std::time::Duration;

use super::keymap::{Keymap, Scope, scope};
use super::news::{News, Notice};
use super::{
    Filter, FindingKey, FindingSort, GroupSort, HitMap, Looks, MemberKey, MemberSort, Pane,
    PartitionKey, PartitionSort, Paused, PeekState, RebalanceKey, RebalanceSort, Rows, Shape,
    SortColumn, StackState, Table, ThreadKey, ThreadSort,
};
use crate::model::play::Play;
use crate::model::process::Pin;
use crate::model::pseudonym::Hiding;
use crate::model::stack::StackTarget;
use crate::model::{GroupId, PollPlan, ProcessKey, Snapshot, Timestamp, TopicName};
use crate::veil::{Veil, Veiled};

/// From this size on all panes are shown at once.
const ALL_PANES: (u16, u16) = (120, 30);
/// From this height on the Process pane is among them; below, it has the screen for itself.
const WITH_PROCESS: u16 = 42;
/// Below this size only a line is shown that says so.
const ANYTHING: (u16, u16) = (40, 10);

/// What the header says of what is watched.
#[derive(Clone, Debug)]
pub struct Title {
    /// The profile's name, the first bootstrap server, or a recording. Unescaped.
    pub name: String,
    /// It is a cluster where mistakes are dear.
    pub production: bool,
}

impl From<&str> for Title {
    fn from(name: &str) -> Self {
        Self { name: name.to_owned(), production: false }
    }
}

/// What is settled before the first frame.
#[derive(Clone, Debug)]
pub struct Options {
    /// What is watched.
    pub title: Title,
    /// The pause between rounds to begin with.
    pub interval: Duration,
    /// The most requests a second that polling may ask; `None` where nobody is asked.
    pub max_requests: Option<u32>,
    /// What the terminal can show.
    pub looks: Looks,
    /// The keys that are in force.
    pub keys: Keymap,
    /// How a new finding is told to who looks elsewhere; `None`: not at all.
    pub notice: Option<Notice>,
    /// What hides names where the person wants that.
    pub veil: Veil,
}

/// What the person at the screen is doing.
#[derive(Clone, Debug)]
pub struct AppState {
    /// What is watched.
    pub title: Title,
    /// What the terminal can show.
    pub looks: Looks,
    /// The keys that are in force.
    pub keys: Keymap,
    /// The newest snapshot.
    pub live: Veiled<Snapshot>,
    /// The picture that a pause holds, and the moment turned to since.
    pub paused: Option<Paused>,
    /// How the play of the recording stands; `None` where what is shown is live.
    pub play: Option<Play>,
    /// The terminal's columns and rows.
    pub size: (u16, u16),
    /// The pane that keys go to.
    pub focus: Pane,
    /// The focused pane has the whole screen.
    pub zoom: bool,
    /// The Groups pane.
    pub groups: Table<GroupId, GroupSort>,
    /// The Partitions pane.
    pub partitions: Table<PartitionKey, PartitionSort>,
    /// The Members pane.
    pub members: Table<MemberKey, MemberSort>,
    /// The Rebalances pane.
    pub rebalances: Table<RebalanceKey, RebalanceSort>,
    /// The Findings pane.
    pub findings: Table<FindingKey, FindingSort>,
    /// The threads of the process shown.
    pub threads: Table<ThreadKey, ThreadSort>,
    /// The process that the person turned to; `None`: the best candidate of the selected member.
    pub process: Option<ProcessKey>,
    /// Members that the person pinned to processes, by their true names.
    pub(super) pins: Vec<Pin>,
    /// The stack on the open page; `None` without such a page.
    pub stack: Option<Veiled<StackState>>,
    /// What waits, on the open page; `None` without such a page.
    pub peek: Option<Veiled<PeekState>>,
    /// Wishes so far: each has a number of its own.
    pub(super) wished: u64,
    /// What the Partitions pane lists.
    pub scope: PartitionScope,
    /// The rows of all panes, up to date with everything else here.
    pub rows: Rows,
    /// Open detail pages; the last one is seen.
    pub pages: Vec<Page>,
    /// What is being typed.
    pub prompt: Option<Prompt>,
    /// The help's scroll position, while it is open.
    pub help: Option<usize>,
    /// A passing message.
    pub toast: Option<Toast>,
    /// What was told to who looks elsewhere.
    pub(super) news: News,
    /// The pause from the start of a round to the start of the next.
    pub interval: Duration,
    /// The most requests a second that polling may ask; `None` where nobody is asked.
    pub max_requests: Option<u32>,
    /// Sparklines and charts are logarithmic.
    pub log_scale: bool,
    /// The Members pane shows members × partitions.
    pub matrix: bool,
    /// What the last frame found out about itself.
    pub hits: HitMap,
    /// The group whose partitions, members and rebalances the rows are.
    pub(super) detailed: Option<GroupId>,
    /// The newest moment of all pictures so far: what is not in one of before may have been there yet to come.
    pub(super) newest: Timestamp,
    /// Grows with each picture shown.
    pub(super) picture_number: u64,
    /// The plan last told to the sources, in true names.
    pub(super) plan: Option<PollPlan>,
    /// What hides names. All else here that may be drawn holds what is shown.
    pub(super) veil: Veil,
}

/// What the Partitions pane lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PartitionScope {
    /// The selected group's partitions.
    #[default]
    Group,
    /// This topic's partitions in all groups.
    Topic(TopicName),
}

/// What a detail page is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A partition as one group consumes it.
    Partition(PartitionKey),
    /// A member, or the partitions without one.
    Member(GroupId, MemberKey),
    /// A rebalance.
    Rebalance(GroupId, RebalanceKey),
    /// What waits on a partition.
    Peek(PartitionKey),
    /// The stack of a thread or a process.
    Stack(StackTarget),
    /// What there is in the cluster.
    Inventory,
}

/// An open detail page. Its subject may vanish while it is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// What it is about.
    pub subject: Subject,
    /// The topmost line shown.
    pub scroll: usize,
}

/// What is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// A pane's filter; its text is the pane's [`Filter::text`].
    Filter {
        /// Whose.
        pane: Pane,
        /// The text before, for giving up.
        before: String,
    },
    /// A note on a moment.
    Note {
        /// The moment.
        at: Timestamp,
        /// The text so far.
        text: String,
    },
}

/// A passing message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// The text; may hold names, unescaped.
    pub text: String,
}

impl AppState {
    /// The state before the first snapshot and the first size.
    #[must_use]
    pub fn new(options: Options, snapshot: Arc<Snapshot>) -> Self {
        let snapshot_at = snapshot.at;
        let mut veil = options.veil;
        let mut app = Self {
            title: options.title,
            looks: options.looks,
            keys: options.keys,
            live: veil.picture(snapshot),
            paused: None,
            play: None,
            size: (0, 0),
            focus: Pane::default(),
            zoom: false,
            groups: Table::new(GroupSort::Worst),
            partitions: Table::new(PartitionSort::Lag),
            members: Table::new(MemberSort::Lag),
            rebalances: Table::new(RebalanceSort::Time),
            findings: Table::new(FindingSort::Severity),
            threads: Table::new(ThreadSort::Cpu),
            process: None,
            pins: Vec::new(),
            stack: None,
            peek: None,
            wished: 0,
            scope: PartitionScope::default(),
            rows: Rows::default(),
            pages: Vec::new(),
            prompt: None,
            help: None,
            toast: None,
            news: News::new(options.notice),
            interval: options.interval,
            max_requests: options.max_requests,
            log_scale: false,
            matrix: false,
            hits: HitMap::default(),
            detailed: None,
            newest: snapshot_at,
            picture_number: 0,
            plan: None,
            veil,
        };
        app.refresh(snapshot_at);
        app
    }

    /// Which names are hidden.
    #[must_use]
    pub const fn hiding(&self) -> Hiding {
        self.veil.hiding()
    }

    /// What fits on the screen.
    #[must_use]
    pub const fn shape(&self) -> Shape {
        let (width, height) = self.size;
        if width < ANYTHING.0 || height < ANYTHING.1 {
            Shape::TooSmall
        } else if self.zoom
            || width < ALL_PANES.0
            || height < ALL_PANES.1
            || !self.focus.shares_the_screen()
            || (matches!(self.focus, Pane::Process) && height < WITH_PROCESS)
        {
            Shape::One(self.focus)
        } else {
            Shape::All
        }
    }

    /// The detail page that is seen.
    #[must_use]
    pub fn page(&self) -> Option<&Page> {
        self.pages.last()
    }

    /// The filter of `pane`.
    #[must_use]
    pub const fn filter(&self, pane: Pane) -> &Filter {
        match pane {
            Pane::Groups => &self.groups.filter,
            Pane::Partitions => &self.partitions.filter,
            Pane::Members => &self.members.filter,
            Pane::Rebalances => &self.rebalances.filter,
            Pane::Findings => &self.findings.filter,
            Pane::Process => &self.threads.filter,
        }
    }

    /// The column by which `pane` is sorted, and whether the greatest comes first.
    #[must_use]
    pub fn sort(&self, pane: Pane) -> (&'static str, bool) {
        match pane {
            Pane::Groups => (self.groups.sort.name(), self.groups.descending),
            Pane::Partitions => (self.partitions.sort.name(), self.partitions.descending),
            Pane::Members => (self.members.sort.name(), self.members.descending),
            Pane::Rebalances => (self.rebalances.sort.name(), self.rebalances.descending),
            Pane::Findings => (self.findings.sort.name(), self.findings.descending),
            Pane::Process => (self.threads.sort.name(), self.threads.descending),
        }
    }

    /// Where keys go: scopes of the key table, the most particular first. Help and footer follow it.
    #[must_use]
    pub fn scopes(&self) -> &'static [Scope] {
        if self.prompt.is_some() {
            scope::TYPING
        } else if self.help.is_some() {
            scope::HELPING
        } else {
            self.focus_scopes()
        }
    }

    /// The scopes of the focused pane (or of the open page), whether or not help or a prompt is open:
    /// what the help is about.
    #[must_use]
    pub fn focus_scopes(&self) -> &'static [Scope] {
        let together = match self.page().map(|page| &page.subject) {
            Some(subject) => scope::on_page(subject),
            None => scope::in_pane(self.focus),
        };
        together.at(self.time())
    }
}
