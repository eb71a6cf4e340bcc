//! Pseudonyms in place of names, for recordings that are given away and screens that others see.
//!
//! Numbered by first appearance (`group-1`, `topic-2`), so that the same name is the same pseudonym as long
//! as the table lives, and nothing of the name is left in it. What may quote names goes: the sentences of
//! faults keep only their code. Kafka's own topics keep their names. Numbers, states, protocols and
//! assignors stay: they are what is argued about.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Fault, GroupId, Marker, MemberId, TopicName, TopicPartition, TopicPartitions};

mod cluster;
mod process;

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What is watched: a cluster's name in the settings, or the address it was reached at.
    Cluster,
    /// A consumer group.
    Group,
    /// A topic.
    Topic,
    /// A host, by name or address.
    Host,
    /// A client id.
    Client,
    /// A member id, which begins with a client id.
    Member,
    /// A `group.instance.id`.
    Instance,
    /// A rack.
    Rack,
    /// A process.
    Process,
    /// A thread; Java's clients name theirs after themselves.
    Thread,
    /// A user of the host.
    User,
    /// A control group; containers are named in its path.
    Cgroup,
    /// A person's note.
    Note,
    /// A record's key.
    Key,
    /// A record's header.
    Header,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Cluster,
        Self::Group,
        Self::Topic,
        Self::Host,
        Self::Client,
        Self::Member,
        Self::Instance,
        Self::Rack,
        Self::Process,
        Self::Thread,
        Self::User,
        Self::Cgroup,
        Self::Note,
        Self::Key,
        Self::Header,
    ];

    /// The word that its pseudonyms begin with.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Group => "group",
            Self::Topic => "topic",
            Self::Host => "host",
            Self::Client => "client",
            Self::Member => "member",
            Self::Instance => "instance",
            Self::Rack => "rack",
            Self::Process => "process",
            Self::Thread => "thread",
            Self::User => "user",
            Self::Cgroup => "cgroup",
            Self::Note => "note",
            Self::Key => "key",
            Self::Header => "header",
        }
    }

    /// Whether such names tell hosts or clients.
    const fn tells_hosts(self) -> bool {
        match self {
            Self::Cluster
            | Self::Host
            | Self::Client
            | Self::Member
            | Self::Instance
            | Self::Thread
            | Self::Cgroup => true,
            Self::Group
            | Self::Topic
            | Self::Rack
            | Self::Process
            | Self::User
            | Self::Note
            | Self::Key
            | Self::Header => false,
        }
    }
}

/// Which names are hidden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hiding {
    /// None.
    #[default]
    Off,
    /// Those that tell hosts or clients.
    Hosts,
    /// All.
    All,
}

impl Hiding {
    /// The one after this, round and round.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Off => Self::Hosts,
            Self::Hosts => Self::All,
            Self::All => Self::Off,
        }
    }

    /// Whether names of this kind are hidden.
    #[must_use]
    pub const fn hides(self, kind: Kind) -> bool {
        match self {
            Self::Off => false,
            Self::Hosts => kind.tells_hosts(),
            Self::All => true,
        }
    }
}

/// Pseudonyms given so far.
#[derive(Clone, Debug, Default)]
pub struct Pseudonyms([Table; Kind::ALL.len()]);

/// The pseudonyms of one kind.
#[derive(Clone, Debug, Default)]
struct Table {
    given: HashMap<Arc<str>, Arc<str>>,
    /// The name with pseudonym *n* is at *n* - 1.
    names: Vec<Arc<str>>,
}

impl Pseudonyms {
    /// Renames from what is hidden as `from` says to what is hidden as `to` says.
    pub const fn names(&mut self, from: Hiding, to: Hiding) -> Names<'_> {
        Names { pseudonyms: self, from, to }
    }

    /// The pseudonym that was given to a name; `None` if none was.
    fn known(&self, kind: Kind, name: &str) -> Option<Arc<str>> {
        self.0.get(kind as usize)?.given.get(name).cloned()
    }

    fn of(&mut self, kind: Kind, name: &Arc<str>) -> Arc<str> {
        let word = kind.word();
        // The table has a place for each kind; without one nothing of the name is told either.
        let Some(table) = self.0.get_mut(kind as usize) else { return word.into() };
        if let Some(known) = table.given.get(name) {
            return Arc::clone(known);
        }
        table.names.push(Arc::clone(name));
        let pseudonym: Arc<str> = format!("{word}-{}", table.names.len()).into();
        table.given.insert(Arc::clone(name), Arc::clone(&pseudonym));
        pseudonym
    }

    /// The name that was given this pseudonym; `None` if none was.
    fn truth(&self, kind: Kind, pseudonym: &str) -> Option<&Arc<str>> {
        let number = pseudonym.strip_prefix(kind.word())?.strip_prefix('-')?;
        let number: usize = number.parse().ok()?;
        self.0.get(kind as usize)?.names.get(number.checked_sub(1)?)
    }
}

/// Renames what it is shown.
#[derive(Debug)]
pub struct Names<'a> {
    pseudonyms: &'a mut Pseudonyms,
    from: Hiding,
    to: Hiding,
}

impl Names<'_> {
    /// Renames a name of this kind. An empty one says that there is none.
    pub fn text(&mut self, kind: Kind, name: &mut Arc<str>) {
        match (self.from.hides(kind), self.to.hides(kind)) {
            (false, true) if !name.is_empty() => *name = self.pseudonyms.of(kind, name),
            (true, false) => {
                if let Some(truth) = self.pseudonyms.truth(kind, name) {
                    *name = Arc::clone(truth);
                }
            }
            _ => {}
        }
    }

    /// The same where there may be none.
    pub fn maybe(&mut self, kind: Kind, name: &mut Option<Arc<str>>) {
        if let Some(name) = name {
            self.text(kind, name);
        }
    }

    /// Renames who a member says it is.
    pub fn who(
        &mut self,
        (instance, client): (&mut Option<Arc<str>>, &mut Arc<str>),
        host: &mut Arc<str>,
    ) {
        self.maybe(Kind::Instance, instance);
        self.text(Kind::Client, client);
        self.text(Kind::Host, host);
    }

    /// Whether anything is hidden afterwards: what may quote any name shall go.
    #[must_use]
    pub fn hide(&self) -> bool {
        self.to != Hiding::Off
    }

    /// Whether names of this kind are hidden afterwards.
    #[must_use]
    pub const fn hide_kind(&self, kind: Kind) -> bool {
        self.to.hides(kind)
    }

    /// Takes a fault's sentence away, if anything is hidden.
    pub fn fault_of<T>(&self, reading: &mut Result<T, Fault>) {
        if let Err(fault) = reading {
            self.fault(fault);
        }
    }

    /// The same of a fault by itself.
    pub fn fault(&self, fault: &mut Fault) {
        if self.hide() {
            *fault = fault.code_alone();
        }
    }
}

/// Something that holds names.
pub trait Named {
    /// Renames them all.
    fn rename(&mut self, names: &mut Names<'_>);
}

impl<T: Named> Named for Option<T> {
    fn rename(&mut self, names: &mut Names<'_>) {
        if let Some(one) = self {
            one.rename(names);
        }
    }
}

impl<T: Named> Named for Vec<T> {
    fn rename(&mut self, names: &mut Names<'_>) {
        for one in self {
            one.rename(names);
        }
    }
}

impl<T: Named + Clone> Named for Arc<[T]> {
    fn rename(&mut self, names: &mut Names<'_>) {
        for one in Self::make_mut(self) {
            one.rename(names);
        }
    }
}

impl Named for Fault {
    fn rename(&mut self, names: &mut Names<'_>) {
        names.fault(self);
    }
}

macro_rules! named {
    ($($name:ident $kind:ident,)+) => {$(
        impl Named for $name {
            fn rename(&mut self, names: &mut Names<'_>) {
                names.text(Kind::$kind, self.shared());
            }
        }
    )+};
}

named! { GroupId Group, MemberId Member, }

impl Named for TopicName {
    fn rename(&mut self, names: &mut Names<'_>) {
        if !matches!(self.as_str(), "__consumer_offsets" | "__transaction_state") {
            names.text(Kind::Topic, self.shared());
        }
    }
}

impl Named for TopicPartition {
    fn rename(&mut self, names: &mut Names<'_>) {
        self.topic.rename(names);
    }
}

impl Named for TopicPartitions {
    fn rename(&mut self, names: &mut Names<'_>) {
        self.topic.rename(names);
    }
}

/// A note is in the person's own words, which name things.
impl Named for Marker {
    fn rename(&mut self, names: &mut Names<'_>) {
        names.text(Kind::Note, &mut self.note);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_is_the_same_pseudonym_and_comes_back() {
        let mut pseudonyms = Pseudonyms::default();
        let mut renamed = |from, to, name: &str| {
            let mut group = GroupId::from(name);
            group.rename(&mut pseudonyms.names(from, to));
            group.as_str().to_owned()
        };
        assert_eq!(renamed(Hiding::Off, Hiding::All, "billing"), "group-1");
        // A group may be called so.
        assert_eq!(renamed(Hiding::Off, Hiding::All, "group-1"), "group-2");
        assert_eq!(renamed(Hiding::Off, Hiding::All, "billing"), "group-1");
        assert_eq!(renamed(Hiding::All, Hiding::Off, "group-1"), "billing");
        assert_eq!(renamed(Hiding::All, Hiding::Off, "group-2"), "group-1");
        assert_eq!(renamed(Hiding::All, Hiding::Hosts, "group-1"), "billing");
        assert_eq!(renamed(Hiding::Off, Hiding::Hosts, "billing"), "billing");
        assert_eq!(renamed(Hiding::All, Hiding::All, "group-1"), "group-1");
        assert_eq!(renamed(Hiding::All, Hiding::Off, "group-9"), "group-9", "nobody's");
        assert_eq!(renamed(Hiding::Off, Hiding::All, ""), "");
    }

    #[test]
    fn kinds_stand_where_their_tables_do() {
        for (at, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, at, "{kind:?}");
            let same = Kind::ALL.iter().filter(|other| other.word() == kind.word());
            assert_eq!(same.count(), 1, "{kind:?}");
        }
    }

    #[test]
    fn kafkas_own_topics_keep_their_names() {
        let mut topic = TopicName::from("__consumer_offsets");
        topic.rename(&mut Pseudonyms::default().names(Hiding::Off, Hiding::All));
        assert_eq!(topic.as_str(), "__consumer_offsets");
    }
}
