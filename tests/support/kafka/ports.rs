//! Free ports that stay free while their broker is down.
//!
//! Asking the kernel for port 0 gives a number out of the range of outgoing connections: between
//! the question and the broker's `bind`, or while a broker is being restarted, any client may be
//! given the same number. So ports are taken below that range, and held by an advisory lock on a
//! file that all test processes of this machine use.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context as _, Result};

/// Below 32768, where Linux begins to number outgoing connections.
const RANGE: std::ops::Range<u16> = 20_000..32_000;

/// A port of 127.0.0.1 that nobody else using this module is given.
#[derive(Debug)]
pub struct Port {
    /// The number.
    pub number: u16,
    /// Its lock ends when the file is closed, by us or by the kernel.
    _lock: File,
}

/// A free port. Processes begin at different places, so that they seldom meet.
pub fn take() -> Result<Port> {
    let directory = std::env::temp_dir().join("lagtop-test-ports");
    fs::create_dir_all(&directory)?;
    let span = RANGE.end - RANGE.start;
    let first = u16::try_from(std::process::id().wrapping_mul(97) % u32::from(span))?;
    (0..span)
        .map(|step| RANGE.start + (first + step) % span)
        .find_map(|number| {
            let lock = File::create(directory.join(number.to_string())).ok()?;
            lock.try_lock().ok()?;
            TcpListener::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
            Some(Port { number, _lock: lock })
        })
        .context("no free port on 127.0.0.1")
}
