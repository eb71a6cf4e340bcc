//! Who is connected to a broker: TCP tables by network namespace, and the sockets that a process has open.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

use procfs::net::{TcpNetEntry, TcpState};
use procfs::process::Process;

use super::super::plain;
use super::read;
use crate::model::process::{Connection, Reading};

/// Sockets of one network namespace that matter.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Established connections to brokers by inode.
    pub(super) connections: HashMap<u64, Connection>,
    /// Sockets that listen where a broker does.
    pub(super) listeners: HashSet<u64>,
    /// Addresses that are in use as a near end.
    pub(super) addresses: HashSet<std::net::IpAddr>,
}

impl Table {
    /// The namespace that `pid` is in.
    pub(super) fn read(pid: i32, brokers: &[SocketAddr]) -> Reading<Self> {
        let strange = |error: procfs::ProcError| {
            crate::model::Fault::new("NOT_READ", &format!("connections: {error}"))
        };
        let process = Process::new(pid).map_err(strange)?;
        let mut entries = process.tcp().map_err(strange)?;
        // A kernel without version 6 has no such table.
        entries.extend(process.tcp6().unwrap_or_default());
        Ok(Self::of(&entries, brokers))
    }

    fn of(entries: &[TcpNetEntry], brokers: &[SocketAddr]) -> Self {
        let brokers: HashSet<_> =
            brokers.iter().map(|broker| (plain(broker.ip()), broker.port())).collect();
        let ports: HashSet<u16> = brokers.iter().map(|broker| broker.1).collect();
        let mut table = Self::default();
        for entry in entries {
            let (local, remote) = (entry.local_address, entry.remote_address);
            let (near, far) = (plain(local.ip()), plain(remote.ip()));
            if entry.state == TcpState::Listen {
                let here = near.is_unspecified() || brokers.contains(&(near, local.port()));
                if ports.contains(&local.port()) && here {
                    table.listeners.insert(entry.inode);
                }
                continue;
            }
            table.addresses.insert(near);
            if entry.state == TcpState::Established && brokers.contains(&(far, remote.port())) {
                let connection = Connection {
                    local: near.to_string().into(),
                    local_port: local.port(),
                    remote: far.to_string().into(),
                    remote_port: remote.port(),
                };
                table.connections.insert(entry.inode, connection);
            }
        }
        table
    }
}

/// The inodes of the sockets that the process has open.
pub(super) fn open_sockets(pid: u32) -> Reading<Vec<u64>> {
    let entries = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .map_err(|error| read::fault("connections", &error))?;
    let inode = |path: std::path::PathBuf| -> Option<u64> {
        path.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
    };
    let mut inodes = Vec::new();
    for entry in entries.flatten() {
        match std::fs::read_link(entry.path()) {
            Ok(link) => inodes.extend(inode(link)),
            // Of a process with more rights than ours the list may be read and nothing in it.
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                return Err(read::fault("connections", &error));
            }
            // Closed meanwhile.
            Err(_) => {}
        }
    }
    Ok(inodes)
}

/// The inode number of the process's network namespace.
pub(super) fn namespace(pid: u32) -> Reading<u64> {
    let link = std::fs::read_link(format!("/proc/{pid}/ns/net"))
        .map_err(|error| read::fault("network namespace", &error))?;
    let number =
        link.to_str().and_then(|text| text.strip_prefix("net:[")?.strip_suffix(']')?.parse().ok());
    number.ok_or_else(|| read::strange("network namespace"))
}
