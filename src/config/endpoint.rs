//! Addresses of HTTP services, as tokens are fetched from.

use std::fmt;

use super::bootstrap::HostPort;

/// An address that begins with `https://` or `http://`.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Whether TLS is spoken there.
    pub encrypted: bool,
    /// The host, and the port that is named or customary.
    pub at: HostPort,
    /// Path and query, from the slash on.
    pub path: String,
}

impl Endpoint {
    /// `None` for anything that cannot be asked over HTTP, as `file:///token`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (encrypted, port) = match scheme.to_ascii_lowercase().as_str() {
            "https" => (true, 443),
            "http" => (false, 80),
            _ => return None,
        };
        let place = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(place);
        let at = HostPort::parse_or(authority, port).ok()?;
        // What comes after # is for browsers.
        let path = path.split('#').next().unwrap_or_default();
        let slash = if path.starts_with('/') { "" } else { "/" };
        let printable = path.bytes().all(|byte| byte.is_ascii_graphic());
        printable.then(|| Self { encrypted, at, path: format!("{slash}{path}") })
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

/// Without the query, which may hold what is nobody's business.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.encrypted { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.at, self.path.split('?').next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://idp/token", "https://idp:443/token", "/token")]
    #[case("HTTP://idp", "http://idp:80/", "/")]
    #[case("https://idp:8443/a/b?c=d#e", "https://idp:8443/a/b", "/a/b?c=d")]
    #[case("https://[::1]?x", "https://[::1]:443/", "/?x")]
    fn parses(#[case] text: &str, #[case] shown: &str, #[case] path: &str) {
        let endpoint = Endpoint::parse(text).unwrap();
        assert_eq!((endpoint.to_string().as_str(), endpoint.path.as_str()), (shown, path));
    }

    #[rstest]
    #[case("idp/token")]
    #[case("file:///token")]
    #[case("https:///token")]
    #[case("https://user:password@idp/token")]
    #[case("https://idp:0/token")]
    #[case("https://idp/to ken")]
    #[case("https://idp/\u{fc}")]
    fn refuses(#[case] text: &str) {
        assert_eq!(Endpoint::parse(text), None);
    }
}
