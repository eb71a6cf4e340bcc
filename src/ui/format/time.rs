//! Spans and clock times.

use std::time::Duration;

use jiff::tz::Offset;

use crate::model::Timestamp;
use crate::model::number::span;

/// How long something took, where fractions of a second matter: `0`, `420ms`, `8.1s`, then as [`span`].
#[must_use]
pub fn took(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis {
        0 => "0".to_owned(),
        1..1_000 => format!("{millis}ms"),
        1_000..9_950 => format!("{}.{}s", (millis + 50) / 1_000, (millis + 50) % 1_000 / 100),
        _ => span(duration.saturating_add(Duration::from_millis(500))),
    }
}

/// The time of day, `utc_offset` seconds east of Greenwich: `14:03:22`; dashes for what no calendar
/// holds.
#[must_use]
pub fn clock(at: Timestamp, utc_offset: i32) -> String {
    let moment = jiff::Timestamp::from_millisecond(at.as_millis());
    let (Ok(at), Ok(offset)) = (moment, Offset::from_seconds(utc_offset)) else {
        return "--:--:--".to_owned();
    };
    let time = offset.to_datetime(at).time();
    format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
}

/// A place in a recording, from its begin: `2:05`, `1:02:05`.
#[must_use]
pub fn place(from_begin: Duration) -> String {
    let seconds = from_begin.as_secs();
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, "0s")]
    #[case(4_999, "4s")]
    #[case(94_000, "94s")]
    #[case(100_000, "1m40s")]
    #[case(372_000, "6m12s")]
    #[case(3_599_999, "59m59s")]
    #[case(3_600_000, "1h00m")]
    #[case(7_500_000, "2h05m")]
    #[case(86_400_000, "1d00h")]
    #[case(273_600_000, "3d04h")]
    #[case(8_640_000_000, "100d")]
    #[case(31_536_000_000, "1y")]
    fn spans(#[case] millis: u64, #[case] expected: &str) {
        assert_eq!(span(Duration::from_millis(millis)), expected);
    }

    #[rstest]
    #[case(0, "0")]
    #[case(7, "7ms")]
    #[case(999, "999ms")]
    #[case(1_000, "1.0s")]
    #[case(8_120, "8.1s")]
    #[case(9_949, "9.9s")]
    #[case(9_950, "10s")]
    #[case(61_600, "62s")]
    fn durations(#[case] millis: u64, #[case] expected: &str) {
        assert_eq!(took(Duration::from_millis(millis)), expected);
    }

    #[rstest]
    #[case(0, "0:00")]
    #[case(59, "0:59")]
    #[case(754, "12:34")]
    #[case(3_599, "59:59")]
    #[case(3_725, "1:02:05")]
    #[case(360_000, "100:00:00")]
    fn places(#[case] seconds: u64, #[case] expected: &str) {
        assert_eq!(place(Duration::from_secs(seconds)), expected);
    }

    #[test]
    fn clocks_know_where_they_hang() {
        let at = Timestamp::from_millis(1_717_423_402_000);
        assert_eq!(clock(at, 0), "14:03:22");
        assert_eq!(clock(at, 7_200), "16:03:22");
        assert_eq!(clock(at, -12_600), "10:33:22");
        assert_eq!(clock(at, i32::MAX), "--:--:--");
        assert_eq!(clock(Timestamp::MAX, 0), "--:--:--");
    }

    proptest! {
        #[test]
        fn a_span_is_short(seconds: u64, millis in 0_u64..100_000_000) {
            prop_assert!(span(Duration::from_secs(seconds)).len() <= 6);
            prop_assert!(took(Duration::from_millis(millis)).len() <= 6);
        }
    }
}
