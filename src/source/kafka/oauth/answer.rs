//! What a token endpoint answered: a token and how long it holds, or what is wrong. Pure.

use std::time::Duration;

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use crate::model::Timestamp;

/// As much of a server's own words as anybody reads.
const WORDS: usize = 200;

/// RFC 7515 leaves the padding away; not everybody does.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A token as it was given.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) token: SecretString,
    /// From when on it is of no use.
    pub(super) expires: Timestamp,
}

/// Why an answer brought no token. Reads after the name of the endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Problem {
    #[error("refuses the client: {0}")]
    Refused(String),
    #[error("answers with status {0}")]
    Status(u16),
    #[error("answers with status {0}, which points elsewhere: write that address")]
    Elsewhere(u16),
    #[error("answers with something that is no token: is it a token endpoint?")]
    NoToken,
    #[error(
        "gives a token without an end: neither expires_in nor, in a JWT, exp says how long it holds"
    )]
    Endless,
    #[error("gives a token that has expired already: compare the clocks")]
    Expired,
}

impl Problem {
    /// Whether asking again could help without anybody changing anything.
    pub(super) fn needs_a_person(&self) -> bool {
        !matches!(self, Self::Status(429 | 500..) | Self::Expired)
    }
}

/// RFC 6749 section 5.1.
#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    /// Seconds; some write the number as a text.
    expires_in: Option<Value>,
}

/// RFC 6749 section 5.2.
#[derive(Deserialize)]
struct Refusal {
    error: String,
    error_description: Option<String>,
}

/// Reads an answer that came at `now`.
pub(super) fn read(status: u16, body: &[u8], now: Timestamp) -> Result<Given, Problem> {
    if !(200..300).contains(&status) {
        return Err(problem(status, body));
    }
    let granted: Granted = serde_json::from_slice(body).map_err(|_other| Problem::NoToken)?;
    let text = secrecy::ExposeSecret::expose_secret(&granted.access_token);
    if !is_token(text) {
        return Err(Problem::NoToken);
    }
    let lasts = granted.expires_in.as_ref().and_then(seconds).map(|lasts| now.plus(lasts));
    // What comes first: the one is counted from here, the other is what the broker will look at.
    let ends = [lasts, expiry_of_jwt(text)].into_iter().flatten().min();
    let expires = ends.ok_or(Problem::Endless)?;
    if expires <= now {
        return Err(Problem::Expired);
    }
    Ok(Given { token: granted.access_token, expires })
}

fn problem(status: u16, body: &[u8]) -> Problem {
    match serde_json::from_slice::<Refusal>(body) {
        Ok(Refusal { error, error_description: Some(words) }) if !words.is_empty() => {
            let words: String = words.chars().take(WORDS).collect();
            Problem::Refused(format!("{error} ({words})"))
        }
        Ok(Refusal { error, .. }) => Problem::Refused(error),
        Err(_other) if (300..400).contains(&status) => Problem::Elsewhere(status),
        Err(_other) => Problem::Status(status),
    }
}

/// The letters of RFC 6750 section 2.1. Anything else could end the message that it is put into.
fn is_token(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    !text.is_empty() && text.bytes().all(letter)
}

fn seconds(value: &Value) -> Option<Duration> {
    let seconds = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// `exp` of RFC 7519, if the token is a JWT. Its signature is the broker's business.
fn expiry_of_jwt(token: &str) -> Option<Timestamp> {
    #[derive(Deserialize)]
    struct Claims {
        exp: f64,
    }
    let payload = token.split('.').nth(1)?;
    let claims: Claims = serde_json::from_slice(&BASE64URL.decode(payload).ok()?).ok()?;
    Some(Timestamp::default().plus(Duration::try_from_secs_f64(claims.exp).ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use secrecy::ExposeSecret;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn jwt(claims: &str) -> String {
        format!("e30.{}.c2ln", BASE64URL.encode(claims))
    }

    fn expires(body: &str) -> Result<i64, Problem> {
        read(200, body.as_bytes(), NOW).map(|given| given.expires.as_millis())
    }

    #[rstest]
    #[case::counted_from_here(r#"{"access_token":"abc","expires_in":60}"#, Ok(1_060_000))]
    #[case::as_a_text(r#"{"access_token":"abc","expires_in":"60"}"#, Ok(1_060_000))]
    #[case::at_once(r#"{"access_token":"abc","expires_in":0}"#, Err(Problem::Expired))]
    #[case::negative(r#"{"access_token":"abc","expires_in":-1}"#, Err(Problem::Endless))]
    #[case::unsaid(r#"{"access_token":"abc"}"#, Err(Problem::Endless))]
    #[case::other_json(r#"{"token":"abc"}"#, Err(Problem::NoToken))]
    #[case::a_page("<html>", Err(Problem::NoToken))]
    #[case::no_text(r#"{"access_token":"","expires_in":60}"#, Err(Problem::NoToken))]
    #[case::two_lines(r#"{"access_token":"a\u0001auth=x","expires_in":60}"#, Err(Problem::NoToken))]
    fn reads(#[case] body: &str, #[case] expected: Result<i64, Problem>) {
        assert_eq!(expires(body), expected);
    }

    #[rstest]
    #[case(r#"{"exp":1030}"#, "", Ok(1_030_000))]
    #[case(r#"{"exp":1030.5}"#, r#","expires_in":60"#, Ok(1_030_500))]
    #[case(r#"{"exp":2000}"#, r#","expires_in":60"#, Ok(1_060_000))]
    #[case(r#"{"exp":999}"#, r#","expires_in":60"#, Err(Problem::Expired))]
    #[case(r#"{"sub":"a"}"#, "", Err(Problem::Endless))]
    fn reads_a_jwt(
        #[case] claims: &str,
        #[case] more: &str,
        #[case] expected: Result<i64, Problem>,
    ) {
        let body = format!(r#"{{"access_token":"{}"{more}}}"#, jwt(claims));
        assert_eq!(expires(&body), expected);
    }

    #[rstest]
    #[case(401, r#"{"error":"invalid_client"}"#, "refuses the client: invalid_client", true)]
    #[case(
        400,
        r#"{"error":"invalid_scope","error_description":"no such scope"}"#,
        "refuses the client: invalid_scope (no such scope)",
        true
    )]
    #[case(503, "<html>", "answers with status 503", false)]
    #[case(404, "", "answers with status 404", true)]
    #[case(302, "", "answers with status 302, which points elsewhere: write that address", true)]
    fn tells_refusals(
        #[case] status: u16,
        #[case] body: &str,
        #[case] words: &str,
        #[case] person: bool,
    ) {
        let problem = read(status, body.as_bytes(), NOW).unwrap_err();
        assert_eq!((problem.to_string().as_str(), problem.needs_a_person()), (words, person));
    }

    proptest! {
        #[test]
        fn any_answer_is_answered(status in 100_u16..600, body: Vec<u8>) {
            let _ = read(status, &body, NOW);
        }

        #[test]
        fn any_token_is_kept_as_it_is(token in "[A-Za-z0-9._~+/-]{1,40}={0,2}") {
            let body = format!(r#"{{"access_token":"{token}","expires_in":60}}"#);
            if let Ok(given) = read(200, body.as_bytes(), NOW) {
                prop_assert_eq!(given.token.expose_secret(), token.as_str());
            }
        }
    }
}
