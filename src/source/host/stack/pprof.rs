//! Go's own account of its goroutines, over HTTP (`net/http/pprof`).
//!
//! The address is given, or found among those at which the process listens. Before it is used, the program
//! behind it must say the command line of the process: another one's stacks would mislead.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::child::{MOST, Written};
use crate::model::PprofAddress;
use crate::model::stack::{StackTrouble, StackTroubleKind};

/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(5);
/// Addresses that are tried.
const TRIED: usize = 8;
const STACKS: &str = "goroutine?debug=2";

/// The command that asks by hand.
pub(super) fn command(address: &PprofAddress) -> String {
    format!("curl '{}'", address.page(STACKS))
}

/// Where this process may be asked: the address given, or those at which it listens, or why there is none.
pub(super) fn addresses(
    pid: u32,
    given: Option<&PprofAddress>,
) -> Result<Vec<PprofAddress>, StackTrouble> {
    if let Some(given) = given {
        return Ok(vec![given.clone()]);
    }
    let space = |pid: &str| fs::read_link(format!("/proc/{pid}/ns/net")).ok();
    if space("self") != space(&pid.to_string()) {
        return Err(not_served("its network is a container's, or may not be looked at"));
    }
    let listening = listening(pid);
    if listening.is_empty() {
        return Err(not_served("it listens on no port"));
    }
    Ok(listening.into_iter().map(PprofAddress::at).collect())
}

/// Asks the first of the addresses that is this process's.
pub(super) async fn goroutines(
    pid: u32,
    addresses: &[PprofAddress],
) -> Result<Written, StackTrouble> {
    let mut reason = "it listens on no port".to_owned();
    for address in addresses {
        let answer = match is_of(address, pid).await {
            Ok(()) => get(address, STACKS).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(written) => return Ok(written),
            Err(error) => reason = format!("{address}: {error}"),
        }
    }
    Err(not_served(&reason))
}

/// It is a Go program that serves no profiles where anybody would find them.
fn not_served(reason: &str) -> StackTrouble {
    StackTrouble {
        kind: StackTroubleKind::NotInstalled,
        text: format!("no pprof endpoint is found ({reason}); --pprof URL names one").into(),
        by_hand: Some("curl 'http://localhost:6060/debug/pprof/goroutine?debug=2'".into()),
    }
}

/// Is it this process that answers?
async fn is_of(address: &PprofAddress, pid: u32) -> Result<(), String> {
    let said = get(address, "cmdline").await?;
    let own = fs::read(format!("/proc/{pid}/cmdline")).map_err(|error| error.to_string())?;
    let own = String::from_utf8_lossy(&own);
    let same = said.text.trim_end_matches('\0') == own.trim_end_matches('\0');
    if same { Ok(()) } else { Err("another program answers there".to_owned()) }
}

/// HTTP/1.0, so that the answer ends with the connection.
async fn get(address: &PprofAddress, page: &str) -> Result<Written, String> {
    let PprofAddress { host, port, path } = address;
    let ask = async {
        let mut stream = TcpStream::connect((host.trim_matches(['[', ']']), *port)).await?;
        let request = format!("GET {path}/{page} HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut bytes = Vec::new();
        stream.take(MOST + 1).read_to_end(&mut bytes).await?;
        Ok::<_, std::io::Error>(bytes)
    };
    let bytes = match timeout(ANSWER, ask).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(error)) => return Err(error.to_string()),
        Err(_) => return Err(format!("no answer within {} s", ANSWER.as_secs())),
    };
    let cut = bytes.len() as u64 > MOST;
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").ok_or("it does not speak HTTP")?;
    match head.split_whitespace().nth(1) {
        Some("200") => Ok(Written { text: body.to_owned(), cut }),
        status => Err(format!("it answers {}", status.unwrap_or("nothing"))),
    }
}

/// Where a process listens; nowhere if its files may not be read.
fn listening(pid: u32) -> Vec<SocketAddr> {
    let files = fs::read_dir(format!("/proc/{pid}/fd"));
    let links = files.into_iter().flatten().flatten().map(|entry| fs::read_link(entry.path()));
    let inode = |link: std::path::PathBuf| {
        Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
    };
    let own: Vec<String> = links.flatten().filter_map(inode).collect();
    let tables = ["tcp", "tcp6"]
        .map(|table| fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default());
    let listeners = tables.iter().flat_map(|table| table.lines().filter_map(listener));
    let listeners = listeners.filter(|(_, inode)| own.iter().any(|one| one == inode));
    let mut all: Vec<_> = listeners.map(|(address, _)| address).collect();
    all.sort_unstable_by_key(|address| (address.port(), address.ip()));
    all.dedup();
    all.truncate(TRIED);
    all
}

/// Where to reach the socket of a line of `/proc/net/tcp` if it listens (state 0A), and its inode
/// (`proc_pid_net(5)`).
fn listener(line: &str) -> Option<(SocketAddr, &str)> {
    let mut fields = line.split_whitespace();
    let (address, port) = fields.nth(1)?.split_once(':')?;
    let is_listening = fields.nth(1)? == "0A";
    let inode = fields.nth(5)?;
    // Numbers of four bytes, each in this machine's order.
    let words = address.as_bytes().chunks(8).map(|digits| {
        let word = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        Some(word.to_ne_bytes())
    });
    let bytes = words.collect::<Option<Vec<_>>>()?.concat();
    let version_6 = |bytes| IpAddr::from(<[u8; 16]>::try_from(bytes).ok()?).into();
    let version_4 = <[u8; 4]>::try_from(bytes.as_slice()).ok().map(IpAddr::from);
    let address: IpAddr = version_4.or_else(|| version_6(bytes))?;
    // Who listens everywhere listens here.
    let address = match address {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        other => other,
    };
    let port = u16::from_str_radix(port, 16).ok()?;
    is_listening.then_some((SocketAddr::new(address, port), inode))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0100007F:3EBC", "127.0.0.1:16060")]
    #[case("00000000:3EBC", "127.0.0.1:16060")]
    #[case("00000000000000000000000000000000:17AC", "[::1]:6060")]
    #[case("00000000000000000000000001000000:17AC", "[::1]:6060")]
    #[case("0000000000000000FFFF00000100007F:17AC", "[::ffff:127.0.0.1]:6060")]
    #[cfg(target_endian = "little")]
    fn listening_sockets_are_found_in_the_kernels_table(
        #[case] written: &str,
        #[case] address: &str,
    ) {
        let line = format!(
            "   0: {written} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        \
             0 24680 1 0000000000000000 100 0 0 10 0"
        );
        assert_eq!(listener(&line), Some((address.parse().unwrap(), "24680")));
        assert_eq!(listener(&line.replace(" 0A ", " 01 ")), None);
        assert_eq!(listener("  sl  local_address rem_address   st"), None);
    }

    #[tokio::test]
    async fn an_address_of_ones_own_is_found_and_a_stranger_behind_it_refused() {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = server.local_addr().expect("it is bound");
        let pid = std::process::id();
        let answer = async {
            let (mut stream, _) = server.accept().await.expect("a question");
            let mut request = [0; 512];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nanother\0program").await;
        };
        // Other tests listen too: only the own one is asked.
        let addresses = [PprofAddress::at(address)];
        let (asked, ()) = tokio::join!(goroutines(pid, &addresses), answer);
        let trouble = asked.expect_err("it is another program");
        assert!(trouble.text.contains("another program answers"), "{trouble:?}");
    }

    proptest! {
        #[test]
        fn any_line_is_read_or_passed_over(line in "(?s).{0,80}", words in "([0-9A-F:]{0,40} ){0,12}") {
            let _ = (listener(&line), listener(&words));
        }
    }
}
