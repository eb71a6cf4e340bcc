//! Go's own account of its goroutines, over HTTP (`net/http/pprof`).
//!
//! The address is given, or found among the ports on which the process listens. Before it is used, the
//! program behind it must say the command line of the process: another one's stacks would mislead.

use std::collections::HashSet;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::child::{MOST, Written};
use crate::model::stack::{StackTrouble, StackTroubleKind};

/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(5);
/// Ports that are tried.
const PORTS: usize = 8;
const PREFIX: &str = "/debug/pprof";
const STACKS: &str = "goroutine?debug=2";

/// `http://HOST:PORT` and the path below which pprof answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    host: String,
    port: u16,
    path: String,
}

impl Endpoint {
    /// From `http://localhost:6060`, with or without `/debug/pprof`. Only plain HTTP: profiles are
    /// served on the host itself.
    #[must_use]
    pub fn parse(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://")?;
        let (authority, path) = rest.split_once('/').map_or((rest, ""), |(a, p)| (a, p));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() => (host, port.parse().ok()?),
            None if !authority.is_empty() => (authority, 80),
            _ => return None,
        };
        if url.contains(char::is_whitespace) || url.contains(char::is_control) {
            return None;
        }
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        let path = if path.is_empty() { PREFIX.to_owned() } else { format!("/{path}") };
        Some(Self { host: host.to_owned(), port, path })
    }

    fn local(port: u16) -> Self {
        Self { host: "127.0.0.1".to_owned(), port, path: PREFIX.to_owned() }
    }

    /// The address of one of its pages.
    fn url(&self, page: &str) -> String {
        format!("http://{}:{}{}/{page}", self.host, self.port, self.path)
    }

    /// The command that asks it by hand.
    pub(super) fn command(&self) -> String {
        format!("curl '{}'", self.url(STACKS))
    }

    /// HTTP/1.0, so that the answer ends with the connection.
    async fn get(&self, page: &str) -> Result<Written, String> {
        let ask = async {
            let host = self.host.trim_matches(['[', ']']);
            let mut stream = TcpStream::connect((host, self.port)).await?;
            let (path, at) = (&self.path, format!("{}:{}", self.host, self.port));
            let request = format!("GET {path}/{page} HTTP/1.0\r\nHost: {at}\r\n\r\n");
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

    /// Is it this process that answers?
    async fn is_of(&self, pid: u32) -> Result<(), String> {
        let said = self.get("cmdline").await?;
        let own = fs::read(format!("/proc/{pid}/cmdline")).map_err(|error| error.to_string())?;
        let own = String::from_utf8_lossy(&own);
        let same = said.text.trim_end_matches('\0') == own.trim_end_matches('\0');
        if same { Ok(()) } else { Err("another program answers there".to_owned()) }
    }
}

/// Where this process may be asked: the address given, or those of its ports.
pub(super) fn endpoints(pid: u32, given: Option<&Endpoint>) -> Vec<Endpoint> {
    match given {
        Some(given) => vec![given.clone()],
        None => listening(pid).into_iter().map(Endpoint::local).collect(),
    }
}

/// Asks the first of `endpoints` that is this process's.
pub(super) async fn goroutines(
    pid: u32,
    endpoints: &[Endpoint],
) -> Result<(Endpoint, Written), StackTrouble> {
    let mut reason = "it listens on no port".to_owned();
    for endpoint in endpoints {
        let answer = match endpoint.is_of(pid).await {
            Ok(()) => endpoint.get(STACKS).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(written) => return Ok((endpoint.clone(), written)),
            Err(error) => reason = format!("{}: {error}", endpoint.url("")),
        }
    }
    Err(not_served(&reason))
}

/// It is a Go program that serves no profiles where anybody would find them.
pub(super) fn not_served(reason: &str) -> StackTrouble {
    StackTrouble {
        kind: StackTroubleKind::NotInstalled,
        text: format!("no pprof endpoint is found ({reason}); --pprof URL names one").into(),
        by_hand: Some("curl 'http://localhost:6060/debug/pprof/goroutine?debug=2'".into()),
    }
}

/// The ports on which a process listens for this host; none where its files may not be read or its
/// network is not ours.
fn listening(pid: u32) -> Vec<u16> {
    let space = |pid: &str| fs::read_link(format!("/proc/{pid}/ns/net")).ok();
    if space("self") != space(&pid.to_string()) {
        return Vec::new();
    }
    let Ok(files) = fs::read_dir(format!("/proc/{pid}/fd")) else { return Vec::new() };
    let inode = |entry: fs::DirEntry| {
        let link = fs::read_link(entry.path()).ok()?;
        Some(Arc::<str>::from(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?))
    };
    let own: HashSet<Arc<str>> = files.filter_map(|entry| inode(entry.ok()?)).collect();
    let mut ports = Vec::new();
    for table in ["tcp", "tcp6"] {
        let table = fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
        let lines = table.lines().filter_map(listener);
        ports.extend(lines.filter(|(_, inode)| own.contains(*inode)).map(|(port, _)| port));
    }
    ports.sort_unstable();
    ports.dedup();
    ports.truncate(PORTS);
    ports
}

/// Port and inode of a line of `/proc/net/tcp` whose socket listens (state 0A).
fn listener(line: &str) -> Option<(u16, &str)> {
    let mut fields = line.split_whitespace();
    let port = fields.nth(1)?.rsplit_once(':')?.1;
    let is_listening = fields.nth(1)? == "0A";
    let inode = fields.nth(5)?;
    is_listening.then_some((u16::from_str_radix(port, 16).ok()?, inode))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("http://localhost:6060", Some("http://localhost:6060/debug/pprof/x"))]
    #[case("http://localhost:6060/", Some("http://localhost:6060/debug/pprof/x"))]
    #[case("http://[::1]:6060/debug/pprof/", Some("http://[::1]:6060/debug/pprof/x"))]
    #[case("http://app/internal/pprof?debug=1", Some("http://app:80/internal/pprof/x"))]
    #[case("https://localhost:6060", None)]
    #[case("localhost:6060", None)]
    #[case("http://:6060", None)]
    #[case("http://localhost:sixty", None)]
    #[case("http://a:1/b c", None)]
    fn addresses(#[case] url: &str, #[case] page: Option<&str>) {
        assert_eq!(Endpoint::parse(url).map(|found| found.url("x")).as_deref(), page);
    }

    #[test]
    fn listening_sockets_are_found_in_the_kernels_table() {
        let listens = "   0: 0100007F:3EBC 00000000:0000 0A 00000000:00000000 00:00000000 \
                       00000000     0        0 24680 1 0000000000000000 100 0 0 10 0";
        assert_eq!(listener(listens), Some((16_060, "24680")));
        assert_eq!(listener(&listens.replace(" 0A ", " 01 ")), None);
        assert_eq!(listener("  sl  local_address rem_address   st"), None);
    }

    #[tokio::test]
    async fn a_port_of_ones_own_is_found_and_a_stranger_behind_it_refused() {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = server.local_addr().expect("it is bound").port();
        let pid = std::process::id();
        let answer = async {
            let (mut stream, _) = server.accept().await.expect("a question");
            let mut request = [0; 512];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nanother\0program").await;
        };
        // Other tests listen too: only the own port is asked.
        let endpoints = [Endpoint::local(port)];
        let (asked, ()) = tokio::join!(goroutines(pid, &endpoints), answer);
        let trouble = asked.expect_err("it is another program");
        assert!(trouble.text.contains("another program answers"), "{trouble:?}");
    }
}
