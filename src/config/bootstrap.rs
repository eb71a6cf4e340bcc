//! Broker addresses as people write them: `host`, `host:9092`, `[::1]:9092`, in comma lists.

use std::fmt;

use thiserror::Error;

/// Kafka's customary port, used where an address names none.
pub const DEFAULT_PORT: u16 = 9092;

/// One broker address to start from. Displays as `host:port`, IPv6 in brackets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostPort {
    /// Name or address, IPv6 without brackets.
    pub host: String,
    /// 1 to 65535.
    pub port: u16,
}

/// Why a text is not a broker address. Reads after the address in quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HostPortProblem {
    /// An empty list, or nothing between two commas.
    #[error("is empty; write HOST:PORT[,HOST:PORT…]")]
    Empty,
    /// `:9092`
    #[error("has no host; write HOST:PORT")]
    NoHost,
    /// Not a number from 1 to 65535.
    #[error("has no port between 1 and 65535 after its colon; write HOST:PORT")]
    Port,
    /// `::1` or `fe80::1:9092`: where the port begins cannot be known.
    #[error("has several colons; write an IPv6 address in brackets, as in [::1]:9092")]
    Brackets,
    /// `http://…` and the like.
    #[error("has a scheme that is not Kafka's; write HOST:PORT")]
    Scheme,
    /// Something no host name contains.
    #[error("has a character that no host name has; write HOST:PORT")]
    Character,
}

impl HostPort {
    /// Parses a comma-separated list; white space around the commas is allowed.
    ///
    /// The error carries the text of the address at fault.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, (String, HostPortProblem)> {
        text.split(',')
            .map(str::trim)
            .map(|one| Self::parse(one).map_err(|problem| (one.to_owned(), problem)))
            .collect()
    }

    /// Parses one address. A leading `SASL_SSL://` or other protocol name is dropped, as Java's
    /// client drops it: cloud consoles show addresses that way.
    pub fn parse(text: &str) -> Result<Self, HostPortProblem> {
        Self::parse_or(without_protocol(text)?, DEFAULT_PORT)
    }

    /// Parses one address without a protocol. `default_port` is meant where it names none.
    pub(super) fn parse_or(text: &str, default_port: u16) -> Result<Self, HostPortProblem> {
        if text.is_empty() {
            return Err(HostPortProblem::Empty);
        }
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => rest.split_once(']').ok_or(HostPortProblem::Brackets)?,
            None => match text.find(':') {
                Some(at) => text.split_at(at),
                None => (text, ""),
            },
        };
        let port = match port.strip_prefix(':') {
            Some(digits) if digits.contains(':') => return Err(HostPortProblem::Brackets),
            Some(digits) => parse_port(digits)?,
            None if port.is_empty() => default_port,
            None => return Err(HostPortProblem::Port),
        };
        if host.is_empty() {
            return Err(HostPortProblem::NoHost);
        }
        // '%' begins the zone of a link-local IPv6 address; names beyond ASCII are resolved as is.
        let belongs = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | '%' | ':');
        if !host.chars().all(belongs) {
            return Err(HostPortProblem::Character);
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

fn without_protocol(text: &str) -> Result<&str, HostPortProblem> {
    match text.split_once("://") {
        None => Ok(text),
        Some((scheme, rest)) => ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
            .then_some(rest)
            .ok_or(HostPortProblem::Scheme),
    }
}

fn parse_port(digits: &str) -> Result<u16, HostPortProblem> {
    // `u16::from_str` would take "+9092".
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(HostPortProblem::Port);
    }
    match digits.parse() {
        Ok(port) if port > 0 => Ok(port),
        Ok(_) | Err(_) => Err(HostPortProblem::Port),
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("kafka", "kafka", 9092)]
    #[case("kafka:9094", "kafka", 9094)]
    #[case("10.0.0.1:1", "10.0.0.1", 1)]
    #[case("[::1]:9092", "::1", 9092)]
    #[case("[fe80::1%eth0]", "fe80::1%eth0", 9092)]
    #[case("SASL_SSL://pkc-1.example.com:9092", "pkc-1.example.com", 9092)]
    #[case("bücher.example:65535", "bücher.example", 65535)]
    fn reads_an_address(#[case] text: &str, #[case] host: &str, #[case] port: u16) {
        assert_eq!(HostPort::parse(text), Ok(HostPort { host: host.to_owned(), port }));
    }

    #[rstest]
    #[case("", HostPortProblem::Empty)]
    #[case(":9092", HostPortProblem::NoHost)]
    #[case("[]:9092", HostPortProblem::NoHost)]
    #[case("kafka:", HostPortProblem::Port)]
    #[case("kafka:0", HostPortProblem::Port)]
    #[case("kafka:65536", HostPortProblem::Port)]
    #[case("kafka:+9092", HostPortProblem::Port)]
    #[case("kafka:ninety", HostPortProblem::Port)]
    #[case("[::1]9092", HostPortProblem::Port)]
    #[case("::1", HostPortProblem::Brackets)]
    #[case("[::1", HostPortProblem::Brackets)]
    #[case("http://kafka:9092", HostPortProblem::Scheme)]
    #[case("kaf ka:9092", HostPortProblem::Character)]
    #[case("kafka/path", HostPortProblem::Character)]
    fn refuses(#[case] text: &str, #[case] problem: HostPortProblem) {
        assert_eq!(HostPort::parse(text), Err(problem));
    }

    #[test]
    fn a_list_names_the_address_at_fault() {
        let list = HostPort::parse_list(" a:1 , b ,[::1]:3").unwrap();
        let shown: Vec<String> = list.iter().map(HostPort::to_string).collect();
        assert_eq!(shown, ["a:1", "b:9092", "[::1]:3"]);
        assert_eq!(HostPort::parse_list("a:1,b:x"), Err(("b:x".to_owned(), HostPortProblem::Port)));
        assert_eq!(HostPort::parse_list("a:1,,b"), Err((String::new(), HostPortProblem::Empty)));
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(host in "[a-z0-9.-]{1,20}|[0-9a-f]{1,4}::[0-9a-f]{1,4}", port in 1_u16..) {
            let address = HostPort { host, port };
            prop_assert_eq!(HostPort::parse(&address.to_string()), Ok(address));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,40}") {
            // The answer does not matter, only that there is one.
            let _ = HostPort::parse_list(&text);
        }
    }
}
