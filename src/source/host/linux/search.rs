//! The search for processes that may be members: connections to brokers, names, and what the person pinned.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::super::names;
use super::sockets::{self, Table};
use super::stat::Stat;
use super::{Brokers, DETAILED, Processes, cgroup, read, runtime};
use crate::model::process::{
    HostAddress, NamingKind, Pinned, ProcessFacts, ProcessKey, ProcessWish, ProcessesFound,
    Reading, Searched,
};
use crate::model::{Fault, Timestamp};

/// At most so many processes are looked at; those that the person pinned come first.
const MOST: usize = 64;

/// What a search has read so far of all processes.
struct Scan<'a> {
    brokers: &'a Brokers,
    own: Option<u64>,
    tables: HashMap<u64, Reading<Table>>,
    /// Sockets that a process has open, by inode.
    open: HashSet<u64>,
    unreadable: u32,
}

impl Processes {
    pub(in super::super) fn search(
        &mut self,
        wish: Option<&ProcessWish>,
        brokers: &Brokers,
        now: Timestamp,
    ) -> ProcessesFound {
        self.searched = now;
        let own = sockets::namespace(std::process::id()).ok();
        let open = sockets::open_sockets(std::process::id()).unwrap_or_default();
        let open = open.into_iter().collect();
        let mut scan = Scan { brokers, own, tables: HashMap::new(), open, unreadable: 0 };
        let entries = std::fs::read_dir("/proc");
        let names = entries.into_iter().flatten().flatten();
        let pids = names.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let uptime = uptime();
        let found = pids.filter(|&pid| pid != std::process::id()).filter_map(|pid| {
            let mut facts = self.examine(pid, wish, &mut scan)?;
            let age = Duration::from_micros(facts.key.start.saturating_mul(self.tick_us));
            facts.started = now.minus(uptime.saturating_sub(age));
            Some(facts)
        });
        let mut found: Vec<_> = found.collect();
        found.sort_by_key(|facts| (facts.pinned.is_empty(), facts.key));
        found.truncate(MOST);
        let is_sought =
            |facts: &ProcessFacts| wish.is_some_and(|wish| names_any(&facts.namings, wish));
        let mut closely: Vec<_> =
            found.iter().map(|facts| (!is_sought(facts), facts.key)).collect();
        closely.sort_by_key(|(others, _)| *others);
        self.closely = closely.into_iter().map(|(_, key)| key).take(DETAILED).collect();
        self.watched =
            found.into_iter().map(|facts| (facts.key, facts)).collect::<BTreeMap<_, _>>();
        let searched = wish.map(|wish| Searched {
            group: wish.group.clone(),
            members: wish.members.iter().map(|member| member.id.clone()).collect(),
            addresses: scan.addresses(),
            unreadable: scan.unreadable,
            unseen: scan.unseen(),
            fault: brokers.fault.clone(),
        });
        ProcessesFound { searched, processes: self.watched.values().cloned().collect() }
    }

    /// The facts of a process that is worth a look; `None` for all others.
    fn examine(
        &mut self,
        pid: u32,
        wish: Option<&ProcessWish>,
        scan: &mut Scan<'_>,
    ) -> Option<ProcessFacts> {
        let stat = Stat::parse(&read::bytes(format!("/proc/{pid}/stat")).ok()?)?;
        // The kernel's own threads and the dead have no connections.
        if stat.is_kernels || stat.state == 'Z' {
            return None;
        }
        let key = ProcessKey { pid, start: stat.start };
        let command = command(pid);
        let words = command.as_deref().unwrap_or_default();
        let pinned = self.pinned(key, &stat.name, words, wish);
        let mut namings = names::of_command(words, wish);
        let (namespace, connections, is_broker) = scan.connections(pid);
        let connected = connections.as_ref().is_ok_and(|open| !open.is_empty());
        let sought = connections.is_err() && wish.is_some_and(|wish| names_any(&namings, wish));
        if pinned.is_empty() && !connected && !sought {
            return None;
        }
        let environment = read::bytes(format!("/proc/{pid}/environ"));
        let namings_fault = match environment {
            Ok(bytes) => {
                namings.extend(names::of_environment(&bytes, wish));
                None
            }
            Err(error) => Some(read::fault("environment", &error)),
        };
        let cgroup = read::text(format!("/proc/{pid}/cgroup"))
            .map_err(|error| read::fault("control group", &error));
        let (runtime, library) = runtime::of(pid, &words.join(" "), &mut self.executables);
        Some(ProcessFacts {
            key,
            started: Timestamp::default(),
            name: stat.name.into(),
            command,
            user: self.user(pid),
            cgroup: cgroup.map(|text| cgroup::name(&text).unwrap_or_default().into()),
            runtime,
            library,
            namespace,
            connections,
            is_broker,
            namings: namings.into_iter().collect(),
            namings_fault,
            pinned,
        })
    }

    fn pinned(
        &self,
        key: ProcessKey,
        name: &str,
        words: &[Arc<str>],
        wish: Option<&ProcessWish>,
    ) -> Vec<Pinned> {
        let by_name =
            self.filter.as_ref().is_some_and(|filter| filter(name) || filter(&words.join(" ")));
        let flag = (self.pids.contains(&key.pid) || by_name).then_some(Pinned::Flag);
        let pins = wish.into_iter().flat_map(|wish| wish.pins.iter());
        let pins = pins.filter(|pin| pin.process == key);
        let pins =
            pins.map(|pin| Pinned::Member { group: pin.group.clone(), member: pin.member.clone() });
        flag.into_iter().chain(pins).collect()
    }

    /// The user by name, or else by number.
    fn user(&self, pid: u32) -> Reading<Arc<str>> {
        use std::os::unix::fs::MetadataExt as _;
        let owner = std::fs::metadata(format!("/proc/{pid}"))
            .map_err(|error| read::fault("user", &error))?
            .uid()
            .to_string();
        let id = owner.parse::<sysinfo::Uid>().ok();
        let user =
            self.users.as_ref().zip(id.as_ref()).and_then(|(users, id)| users.get_user_by_id(id));
        Ok(user.map_or_else(|| owner.as_str().into(), |user| user.name().into()))
    }
}

impl Scan<'_> {
    /// The process's namespace, its connections to brokers, and whether it is a broker itself.
    fn connections(
        &mut self,
        pid: u32,
    ) -> (Reading<Option<u64>>, Reading<Vec<crate::model::process::Connection>>, bool) {
        let inodes = sockets::open_sockets(pid);
        let namespace = sockets::namespace(pid);
        let (inodes, number) = match (inodes, &namespace) {
            (Ok(inodes), Ok(number)) => (inodes, *number),
            (Err(fault), _) if &*fault.code == "NOT_PERMITTED" => {
                self.unreadable += 1;
                return (namespace.map(Some), Err(fault), false);
            }
            (_, Err(fault)) if &*fault.code == "NOT_PERMITTED" => {
                self.unreadable += 1;
                return (Err(fault.clone()), Err(fault.clone()), false);
            }
            // It ended while it was looked at.
            (inodes, _) => return (Ok(None), inodes.map(|_| Vec::new()), false),
        };
        self.open.extend(&inodes);
        let here = Ok(Some(number).filter(|_| self.own != Some(number)));
        match self.table(number, pid) {
            Ok(table) => {
                let open = inodes.iter().filter_map(|inode| table.connections.get(inode));
                let listens = inodes.iter().any(|inode| table.listeners.contains(inode));
                (here, Ok(open.cloned().collect()), listens)
            }
            Err(fault) => {
                let fault = fault.clone();
                self.unreadable += 1;
                (here, Err(fault), false)
            }
        }
    }

    /// The sockets of a namespace, which a process is in.
    fn table(&mut self, namespace: u64, pid: u32) -> &Reading<Table> {
        let brokers = &self.brokers.addresses;
        self.tables.entry(namespace).or_insert_with(|| {
            i32::try_from(pid)
                .map_or_else(|_| Ok(Table::default()), |pid| Table::read(pid, brokers))
        })
    }

    /// Connections to brokers from the own network that no process has open that was looked at.
    fn unseen(&mut self) -> u32 {
        let Some(own) = self.own else { return 0 };
        let open = std::mem::take(&mut self.open);
        let Ok(table) = self.table(own, std::process::id()) else { return 0 };
        let others = table.connections.keys().filter(|inode| !open.contains(inode));
        u32::try_from(others.count()).unwrap_or(u32::MAX)
    }

    /// Addresses of this host's interfaces, and those in use in the namespaces of its containers.
    fn addresses(&self) -> Vec<HostAddress> {
        let mut all = BTreeSet::new();
        if let Ok(networks) = sysinfo::Networks::new_with_refreshed_list() {
            let interfaces = networks.values().flat_map(sysinfo::NetworkData::ip_networks);
            all.extend(interfaces.map(|network| (super::super::plain(network.addr), None)));
        }
        for (&number, table) in &self.tables {
            let namespace = Some(number).filter(|_| self.own != Some(number));
            let Ok(table) = table else { continue };
            // A container's own loopback is nobody that a broker elsewhere could have seen.
            let used =
                table.addresses.iter().filter(|near| namespace.is_none() || !near.is_loopback());
            all.extend(used.map(|&near| (near, namespace)));
        }
        let address = |(address, namespace): (std::net::IpAddr, _)| HostAddress {
            address: address.to_string().into(),
            namespace,
        };
        all.into_iter().map(address).collect()
    }
}

/// Does it name the group, or one of its members?
fn names_any<'a>(
    namings: impl IntoIterator<Item = &'a crate::model::process::Naming>,
    wish: &ProcessWish,
) -> bool {
    namings.into_iter().any(|naming| {
        naming.kind == NamingKind::Word
            || *naming.name == *wish.group.as_str()
            || wish.members.iter().any(|member| member.client_id == naming.name)
    })
}

/// The command line by words.
fn command(pid: u32) -> Reading<Arc<[Arc<str>]>> {
    let bytes = read::bytes(format!("/proc/{pid}/cmdline"))
        .map_err(|error| -> Fault { read::fault("command line", &error) })?;
    let mut words: Vec<Arc<str>> =
        bytes.split(|&byte| byte == 0).map(|word| String::from_utf8_lossy(word).into()).collect();
    while words.last().is_some_and(|word| word.is_empty()) {
        words.pop();
    }
    Ok(words.into())
}

/// How long the host has been up.
fn uptime() -> Duration {
    let text = read::text("/proc/uptime").unwrap_or_default();
    let seconds = text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0.0);
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
