//! OAUTHBEARER's messages (RFC 7628): pure.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::source::kafka::wire::login::Token;

/// Ends each part of a message, and alone is the whole answer to a refusal.
const SEPARATOR: &str = "\u{1}";

/// What the client says first: who it speaks for (nobody else), the token, and the extensions.
pub(super) fn first_message(token: &Token) -> SecretString {
    let mut parts = vec!["n,,".to_owned(), format!("auth=Bearer {}", token.value.expose_secret())];
    parts.extend(token.extensions.iter().map(|(name, value)| format!("{name}={value}")));
    // One separator ends the last part, another the message.
    parts.extend([String::new(), String::new()]);
    parts.join(SEPARATOR).into()
}

/// The broker's refusal must be answered before it becomes an error: RFC 7628 section 3.2.3.
pub(super) fn acknowledgement() -> Vec<u8> {
    SEPARATOR.as_bytes().to_vec()
}

/// RFC 7628 section 3.2.2.
#[derive(Deserialize)]
struct Refusal {
    status: String,
    scope: Option<String>,
}

/// A broker's reason in words, where it is RFC 7628's JSON; anything else as it came.
pub(super) fn words(reason: &str) -> String {
    let Ok(Refusal { status, scope }) = serde_json::from_str(reason) else {
        return reason.to_owned();
    };
    let scope = scope.filter(|scope| !scope.is_empty());
    let scope = scope.map(|scope| format!(", it wants the scope {scope}")).unwrap_or_default();
    format!("the broker does not accept the token: {status}{scope}")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&[], "n,,\u{1}auth=Bearer abc\u{1}\u{1}")]
    #[case(
        &[("pool", "p-1"), ("cluster", "lkc-2")],
        "n,,\u{1}auth=Bearer abc\u{1}pool=p-1\u{1}cluster=lkc-2\u{1}\u{1}"
    )]
    fn says_first(#[case] extensions: &[(&str, &str)], #[case] expected: &str) {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let extensions = extensions.iter().map(owned).collect();
        let token = Token { value: "abc".into(), extensions, expires_ms: 0 };
        assert_eq!(first_message(&token).expose_secret(), expected);
    }

    #[rstest]
    #[case(r#"{"status":"invalid_token"}"#, "the broker does not accept the token: invalid_token")]
    #[case(
        r#"{"status":"insufficient_scope","scope":"kafka","openid-configuration":"x"}"#,
        "the broker does not accept the token: insufficient_scope, it wants the scope kafka"
    )]
    #[case("no such user", "no such user")]
    #[case(r#"{"error":"x"}"#, r#"{"error":"x"}"#)]
    fn reasons(#[case] reason: &str, #[case] expected: &str) {
        assert_eq!(words(reason), expected);
    }
}
