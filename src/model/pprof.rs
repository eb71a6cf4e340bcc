//! Where a Go program serves its profiles (`net/http/pprof`).

use std::fmt;
use std::net::SocketAddr;

/// Where Go's own handler is mounted.
const PATH: &str = "/debug/pprof";

/// `http://HOST:PORT` and the path below which pprof answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PprofAddress {
    /// A name or an address; version 6 in brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The path, without a slash at its end.
    pub path: String,
}

impl PprofAddress {
    /// From `http://localhost:6060`, with or without `/debug/pprof`; `None` for anything else. Only plain
    /// HTTP: profiles are served on the host itself.
    #[must_use]
    pub fn parse(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() => (host, port.parse().ok()?),
            None if !authority.is_empty() => (authority, 80),
            _ => return None,
        };
        // It is shown as a command for a shell, in quotes.
        if url.contains(|sign: char| sign.is_whitespace() || sign.is_control() || sign == '\'') {
            return None;
        }
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        let path = if path.is_empty() { PATH.to_owned() } else { format!("/{path}") };
        Some(Self { host: host.to_owned(), port, path })
    }

    /// Go's own handler at this address.
    #[must_use]
    pub fn at(address: SocketAddr) -> Self {
        let host = match address {
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        };
        Self { host, port: address.port(), path: PATH.to_owned() }
    }

    /// The address of one of its pages.
    #[must_use]
    pub fn page(&self, page: &str) -> String {
        format!("{self}/{page}")
    }
}

impl fmt::Display for PprofAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}:{}{}", self.host, self.port, self.path)
    }
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
    #[case("http://a:1/'; reboot '", None)]
    fn addresses(#[case] url: &str, #[case] page: Option<&str>) {
        assert_eq!(PprofAddress::parse(url).map(|found| found.page("x")).as_deref(), page);
    }

    #[rstest]
    #[case("127.0.0.1:6060", "http://127.0.0.1:6060/debug/pprof")]
    #[case("[::1]:6060", "http://[::1]:6060/debug/pprof")]
    fn of_sockets(#[case] socket: &str, #[case] expected: &str) {
        let address = PprofAddress::at(socket.parse().unwrap());
        assert_eq!(address.to_string(), expected);
        assert_eq!(PprofAddress::parse(expected), Some(address));
    }
}
