//! `ApiVersions`: which versions of which requests a broker speaks. Asked first on each connection.
//!
//! Version 3; a broker that is too old answers with error 35 in the format of version 0 and names
//! the versions it does speak (KIP-511), and is asked again.

use kafka_protocol::messages::{ApiKey, ApiVersionsRequest};

use super::{Answered, Question, text};
use crate::source::kafka::wire::decode::{Malformed, Reader};

/// One request and the versions of it that a broker speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source::kafka::wire) struct ApiRange {
    pub(in crate::source::kafka::wire) api_key: i16,
    pub(in crate::source::kafka::wire) min: i16,
    pub(in crate::source::kafka::wire) max: i16,
}

pub(in crate::source::kafka::wire) struct AskVersions<'a> {
    pub(in crate::source::kafka::wire) client_id: &'a str,
}

/// The error code, and what is spoken (with error 35: at least of `ApiVersions` itself).
pub(in crate::source::kafka::wire) struct Spoken {
    pub(in crate::source::kafka::wire) error: i16,
    pub(in crate::source::kafka::wire) apis: Vec<ApiRange>,
}

impl Question for AskVersions<'_> {
    type Message = ApiVersionsRequest;
    type Answer = Spoken;
    const OPERATION: &'static str = "connect to";
    const KEY: ApiKey = ApiKey::ApiVersions;
    const VERSIONS: (i16, i16) = (0, 3);

    fn message(&self, version: i16) -> Self::Message {
        if version < 3 {
            return ApiVersionsRequest::default();
        }
        ApiVersionsRequest::default()
            .with_client_software_name(text(&software_name(self.client_id)))
            .with_client_software_version(text(env!("CARGO_PKG_VERSION")))
    }

    fn read(r: &mut Reader<'_>, version: i16) -> Result<Answered<Self::Answer>, Malformed> {
        let error = r.i16()?;
        let apis = r.array(|r| {
            let range = ApiRange { api_key: r.i16()?, min: r.i16()?, max: r.i16()? };
            r.tags()?;
            Ok(range)
        })?;
        let throttle = if version >= 1 { r.i32()? } else { 0 };
        r.tags()?;
        Ok(Answered::new(throttle, Spoken { error, apis }))
    }
}

/// Brokers accept letters, digits, dots and dashes here, and close the connection otherwise.
fn software_name(client_id: &str) -> String {
    let name: String = client_id
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '-' })
        .collect();
    let name = name.trim_matches(['.', '-']);
    if name.is_empty() { "client".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn software_names_are_what_brokers_accept() {
        assert_eq!(software_name("lagtop"), "lagtop");
        assert_eq!(software_name("..a b/c.-"), "a-b-c");
        assert_eq!(software_name("€"), "client");
    }
}
