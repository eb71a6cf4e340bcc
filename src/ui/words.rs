//! The words of cells: values, unknowns, ages and faults, each with its role.

use std::borrow::Cow;
use std::time::Duration;

use ratatui::text::{Line, Span};

use super::format;
use super::fresh::Freshness;
use super::theme::{Role, Theme};
use crate::model::behind::Age;
use crate::model::{Behind, Dropped, Eta, Fault, Headroom, Rate, Timestamp, Took};

/// Mark of a number that is not confirmed (any more).
const UNSURE: &str = "?";

/// A value as `text`, an unknown as a dash, a stale one dimmed, a lost one as `?`.
#[must_use]
pub fn value(text: Option<String>, sure: Freshness, role: Role, theme: &Theme) -> Line<'static> {
    let (text, role) = match (text, sure) {
        (None, _) => (Cow::Borrowed(theme.glyphs.unknown), Role::Muted),
        (Some(text), Freshness::Fresh) => (Cow::Owned(text), role),
        (Some(text), Freshness::Stale(_)) => (Cow::Owned(text), Role::Stale),
        (Some(_), Freshness::Lost(_)) => (Cow::Borrowed(UNSURE), Role::Stale),
    };
    Line::from(Span::styled(text, theme.style(role)))
}

/// A lag: below zero it is wrong, and a stale one carries its mark besides.
#[must_use]
pub fn lag(records: Option<i64>, sure: Freshness, theme: &Theme) -> Line<'static> {
    let role = if records.is_some_and(|records| records < 0) { Role::Critical } else { Role::Text };
    let mark = if matches!(sure, Freshness::Stale(_)) { UNSURE } else { "" };
    value(records.map(|records| format!("{}{mark}", format::count(records))), sure, role, theme)
}

/// A rate, without its `/s`.
#[must_use]
pub fn rate(rate: Option<Rate>, sure: Freshness, theme: &Theme) -> Line<'static> {
    value(rate.and_then(|rate| format::rate(rate.0)), sure, Role::Text, theme)
}

/// Do more records arrive than are consumed?
#[must_use]
pub fn losing(arriving: Option<Rate>, consumed: Option<Rate>) -> bool {
    arriving.zip(consumed).is_some_and(|(arriving, consumed)| arriving.0 > consumed.0)
}

/// When a lag will be worked off. `never` is an alarm where the lag grows; where nothing comes and
/// nothing goes it is what somebody left behind.
#[must_use]
pub fn eta(eta: Option<Eta>, losing: bool, sure: Freshness, theme: &Theme) -> Line<'static> {
    let never = if losing { Role::Critical } else { Role::Muted };
    match eta {
        // There is nothing to wait for: neither a time nor an unknown.
        Some(Eta::CaughtUp) => value(Some("now".to_owned()), sure, Role::Muted, theme),
        Some(Eta::Steady) => value(Some("steady".to_owned()), sure, Role::Muted, theme),
        Some(Eta::Never) => value(Some("never".to_owned()), sure, never, theme),
        Some(Eta::In(span)) => value(Some(format::span(span)), sure, Role::Text, theme),
        None => value(None, sure, Role::Text, theme),
    }
}

/// Why a member is gone, behind its name.
pub const fn dropped(dropped: Dropped) -> &'static str {
    match dropped {
        Dropped::NotBack => ", not back within its session timeout",
        Dropped::TooSlow => ", gave no partitions back within max.poll.interval.ms",
        Dropped::Silent => ", static: its session timed out",
    }
}

/// Lag in time: `6m12s`, and as far as that is not known exactly `≈6m`, `>30m00s`, `<40s`. Who has
/// consumed everything is behind by `0`.
#[must_use]
pub fn behind(
    behind: Option<Behind>,
    now: Timestamp,
    sure: Freshness,
    theme: &Theme,
) -> Line<'static> {
    if behind == Some(Behind::CaughtUp) {
        return value(Some("0".to_owned()), sure, Role::Muted, theme);
    }
    let text = behind.and_then(|behind| behind.age(now)).map(|age| self::behind_text(age, theme));
    value(text, sure, Role::Text, theme)
}

/// An age, with a sign for how far it is known.
#[must_use]
pub fn behind_text(age: Age, theme: &Theme) -> String {
    match age {
        Age::Known(age) => format::span(age),
        Age::About(age) => format!("{}{}", theme.glyphs.about, format::span(age)),
        Age::MoreThan(age) => format!(">{}", format::span(age)),
        Age::LessThan(age) => format!("<{}", format::span(age)),
    }
}

/// Headroom: the time until retention reaches the commit, or, where the log start does not move, the
/// records between them; what is lost already comes first.
#[must_use]
pub fn headroom(headroom: Option<Headroom>, sure: Freshness, theme: &Theme) -> Line<'static> {
    let Some(headroom) = headroom else { return value(None, sure, Role::Text, theme) };
    if headroom.lost > 0 {
        let text = format!("-{}", format::count(headroom.lost));
        return value(Some(text), sure, Role::Critical, theme);
    }
    if let Some(span) = headroom.to_loss {
        return value(Some(format::span(span)), sure, Role::Text, theme);
    }
    value(Some(format!("{} r", format::count(headroom.records))), sure, Role::Muted, theme)
}

/// How long a rebalance took, as exactly as it is known.
#[must_use]
pub fn took(took: Took) -> String {
    match took {
        Took::Exactly(span) => format::took(span),
        Took::Between(least, most) if format::took(least) == format::took(most) => {
            format::took(most)
        }
        Took::Between(least, most) => {
            let (least, most) = (format::took(least), format::took(most));
            // One unit for both where they are of the same: 2.0-3.1s.
            let plain =
                |text: &str| text.ends_with('s') && !text.ends_with("ms") && !text.contains('m');
            let least =
                if plain(&least) && plain(&most) { least.trim_end_matches('s') } else { &least };
            format!("{least}-{most}")
        }
        Took::AtMost(most) => format!("<{}", format::took(most)),
        Took::AtLeast(least) => format!(">{}", format::took(least)),
    }
}

/// `12s old`, where it is too old.
#[must_use]
pub fn age(sure: Freshness) -> Option<String> {
    sure.age().map(old)
}

/// `12s old`.
#[must_use]
pub fn old(age: Duration) -> String {
    format!("{} old", format::span(age))
}

/// `one`, or the number with the plural.
#[must_use]
pub fn many(number: usize, one: &str, more: &str) -> String {
    let text = format::grouped(i64::try_from(number).unwrap_or(i64::MAX));
    format!("{text} {}", if number == 1 { one } else { more })
}

/// A fault in the few words that fit into a row; its sentence is on the row's page.
#[must_use]
pub fn fault(fault: &Fault) -> Cow<'static, str> {
    Cow::Borrowed(match &*fault.code {
        "TOPIC_AUTHORIZATION_FAILED"
        | "GROUP_AUTHORIZATION_FAILED"
        | "CLUSTER_AUTHORIZATION_FAILED" => "not authorized",
        "LEADER_NOT_AVAILABLE" | "NOT_LEADER_OR_FOLLOWER" | "LISTENER_NOT_FOUND" => "no leader",
        "UNKNOWN_TOPIC_OR_PARTITION" | "UNKNOWN_TOPIC_ID" => "topic gone",
        "GROUP_ID_NOT_FOUND" => "group gone",
        "COORDINATOR_NOT_AVAILABLE" | "NOT_COORDINATOR" => "no coordinator",
        "COORDINATOR_LOAD_IN_PROGRESS" => "coordinator loading",
        "REQUEST_TIMED_OUT" => "timed out",
        other => return Cow::Owned(spoken(other)),
    })
}

/// A code as words: `CONNECTION_REFUSED` is `connection refused`. Codes come from brokers too.
fn spoken(code: &str) -> String {
    let words = code.replace('_', " ").to_lowercase();
    format::escape(&words, format::Charset::Unicode).into_owned()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const STALE: Freshness = Freshness::Stale(Duration::from_secs(9));
    const LOST: Freshness = Freshness::Lost(Duration::from_secs(99));

    #[rstest]
    #[case(Some(4_440_000), Freshness::Fresh, "4.44M", Role::Text)]
    #[case(Some(-12), Freshness::Fresh, "-12", Role::Critical)]
    #[case(Some(4_440_000), STALE, "4.44M?", Role::Stale)]
    #[case(Some(4_440_000), LOST, "?", Role::Stale)]
    #[case(None, Freshness::Fresh, "–", Role::Muted)]
    #[case(None, LOST, "–", Role::Muted)]
    fn a_cell_is_a_value_or_says_why_not(
        #[case] records: Option<i64>,
        #[case] sure: Freshness,
        #[case] text: &str,
        #[case] role: Role,
    ) {
        let theme = Theme::default();
        let expected = Line::from(Span::styled(text.to_owned(), theme.style(role)));
        assert_eq!(lag(records, sure, &theme), expected);
    }

    #[rstest]
    #[case("GROUP_AUTHORIZATION_FAILED", "not authorized")]
    #[case("UNKNOWN_TOPIC_OR_PARTITION", "topic gone")]
    #[case("CONNECTION_REFUSED", "connection refused")]
    #[case("\u{1b}[2J", "^[[2j")]
    fn faults_are_words(#[case] code: &str, #[case] expected: &str) {
        assert_eq!(fault(&Fault::new(code, "")), expected);
    }

    #[rstest]
    #[case(Took::Exactly(Duration::from_millis(8_120)), "8.1s")]
    #[case(Took::AtMost(Duration::from_secs(2)), "<2.0s")]
    #[case(Took::AtLeast(Duration::from_secs(12)), ">12s")]
    #[case(Took::Between(Duration::from_secs(3), Duration::from_secs(5)), "3.0-5.0s")]
    #[case(Took::Between(Duration::from_secs(30), Duration::from_millis(30_100)), "30s")]
    fn durations_are_as_exact_as_they_are_known(#[case] span: Took, #[case] expected: &str) {
        assert_eq!(took(span), expected);
    }

    #[test]
    fn counted_things_have_a_plural() {
        assert_eq!(many(1, "group", "groups"), "1 group");
        assert_eq!(many(10_000, "group", "groups"), "10,000 groups");
    }
}
