//! Numbers of at most four significant characters and a unit: on screen, in sentences, in reports.

use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;

/// Units of a thousand each: `i64::MAX` is 9.22E.
const UNITS: [&str; 6] = ["k", "M", "G", "T", "P", "E"];

/// So many things of a name: `1 broker`, `3 brokers`.
#[must_use]
pub fn counted(number: usize, one: &str) -> String {
    format!("{number} {one}{}", plural(number))
}

/// What ends the name of so many things: nothing or `s`.
#[must_use]
pub const fn plural(number: usize) -> &'static str {
    if number == 1 { "" } else { "s" }
}

/// A count in at most five characters (six below zero): `801`, `1.20k`, `4.44M`, `-12`.
#[must_use]
pub fn count(value: i64) -> String {
    let magnitude = value.unsigned_abs();
    let sign = if value < 0 { "-" } else { "" };
    if magnitude < 1_000 {
        return format!("{sign}{magnitude}");
    }
    let mut scale = 1_000_u128;
    let mut unit = 0;
    // What rounds up to a thousand of one unit is one of the next.
    while unit + 1 < UNITS.len() && rounded(magnitude, scale).1 >= 1_000 {
        scale *= 1_000;
        unit += 1;
    }
    let (digits, _) = rounded(magnitude, scale);
    format!("{sign}{digits}{}", UNITS.get(unit).copied().unwrap_or_default())
}

/// `magnitude ÷ scale` to three digits, and the same as a whole number.
fn rounded(magnitude: u64, scale: u128) -> (String, u128) {
    let magnitude = u128::from(magnitude);
    let half_up = |parts: u128| (magnitude * parts + scale / 2) / scale;
    let hundredths = half_up(100);
    if hundredths < 1_000 {
        return (format!("{}.{:02}", hundredths / 100, hundredths % 100), hundredths / 100);
    }
    let tenths = half_up(10);
    if tenths < 1_000 {
        return (format!("{}.{}", tenths / 10, tenths % 10), tenths / 10);
    }
    let whole = half_up(1);
    (whole.to_string(), whole)
}

/// An exact number with its thousands set apart: `4,440,123`.
#[must_use]
pub fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    if value < 0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Something per second, without its `/s`: `12.0k`, `801`, `4.2`, `0.42`, `<0.01`, `0`.
/// `None` for what is no number.
#[must_use]
pub fn rate(per_second: f64) -> Option<String> {
    if !per_second.is_finite() {
        return None;
    }
    let sign = if per_second < 0.0 { "-" } else { "" };
    let magnitude = per_second.abs();
    Some(if magnitude == 0.0 {
        "0".to_owned()
    } else if magnitude < 0.005 {
        "<0.01".to_owned()
    } else if magnitude < 0.995 {
        format!("{sign}{magnitude:.2}")
    } else if magnitude < 9.95 {
        format!("{sign}{magnitude:.1}")
    } else {
        count(saturating(per_second))
    })
}

/// A share in percent, in at most five characters: `96 %`, `<1 %`. All and nothing are exact: what
/// rounds to them without being them is `>99 %` or `<1 %`. `None` for what is no number.
#[must_use]
pub fn percent(share: f64) -> Option<String> {
    let percent = share * 100.0;
    if !percent.is_finite() {
        return None;
    }
    Some(if percent > 0.0 && percent < 0.995 {
        "<1 %".to_owned()
    } else if percent > 99.5 && percent < 100.0 {
        ">99 %".to_owned()
    } else {
        format!("{} %", saturating(percent.clamp(-999.0, 9_999.0)))
    })
}

/// Bytes in units of a thousand: `801 B`, `7.42 kB`.
#[must_use]
pub fn bytes(value: f64) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    let text = count(saturating(value));
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(unit_at);
    Some(format!("{digits} {unit}B"))
}

/// A span in whole seconds and at most two units, six characters at most: `4s`, `94s`, `6m12s`,
/// `2h05m`, `3d04h`, `400d`, `12y`. Up to 99 seconds stay seconds, because rhythms are told so.
#[must_use]
pub fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..100 => format!("{seconds}s"),
        100..HOUR => format!("{}m{:02}s", seconds / MINUTE, seconds % MINUTE),
        HOUR..DAY => format!("{}h{:02}m", seconds / HOUR, seconds % HOUR / MINUTE),
        DAY..8_640_000 => format!("{}d{:02}h", seconds / DAY, seconds % DAY / HOUR),
        8_640_000..YEAR => format!("{}d", seconds / DAY),
        _ if seconds / YEAR > 999 => ">999y".to_owned(),
        _ => format!("{}y", seconds / YEAR),
    }
}

/// Microseconds, of which a record costs some: `412 us`, `3.41 ms`, `1.20 s`. `None` for what is no time.
#[must_use]
pub fn micros(micros: f64) -> Option<String> {
    if !micros.is_finite() || micros < 0.0 {
        return None;
    }
    Some(if micros < 999.5 {
        format!("{micros:.0} us")
    } else if micros < 999_500.0 {
        format!("{:.2} ms", micros / 1e3)
    } else {
        format!("{:.2} s", micros / 1e6)
    })
}

/// The nearest whole number.
fn saturating(value: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates, which is what is wanted")]
    let whole = value.round() as i64;
    whole
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0.0, "0 us")]
    #[case(999.4, "999 us")]
    #[case(999.6, "1.00 ms")]
    #[case(3_412.0, "3.41 ms")]
    #[case(1_200_000.0, "1.20 s")]
    fn what_a_record_costs_is_told_in_three_digits(#[case] value: f64, #[case] expected: &str) {
        assert_eq!(micros(value).as_deref(), Some(expected));
        assert_eq!((micros(-1.0), micros(f64::NAN)), (None, None));
    }

    #[rstest]
    #[case(0, "0")]
    #[case(7, "7")]
    #[case(-12, "-12")]
    #[case(999, "999")]
    #[case(1_000, "1.00k")]
    #[case(1_204, "1.20k")]
    #[case(9_994, "9.99k")]
    #[case(9_995, "10.0k")]
    #[case(12_000, "12.0k")]
    #[case(99_949, "99.9k")]
    #[case(99_950, "100k")]
    #[case(488_123, "488k")]
    #[case(999_499, "999k")]
    #[case(999_500, "1.00M")]
    #[case(4_440_000, "4.44M")]
    #[case(-4_440_000, "-4.44M")]
    #[case(1_234_567_890, "1.23G")]
    #[case(i64::MAX, "9.22E")]
    #[case(i64::MIN, "-9.22E")]
    fn counts(#[case] value: i64, #[case] expected: &str) {
        assert_eq!(count(value), expected);
    }

    #[rstest]
    #[case(0, "0")]
    #[case(999, "999")]
    #[case(1_000, "1,000")]
    #[case(-4_440_123, "-4,440,123")]
    #[case(i64::MIN, "-9,223,372,036,854,775,808")]
    fn exact_numbers(#[case] value: i64, #[case] expected: &str) {
        assert_eq!(grouped(value), expected);
    }

    #[rstest]
    #[case(0.0, "0")]
    #[case(-0.0, "0")]
    #[case(0.000_1, "<0.01")]
    #[case(0.416, "0.42")]
    #[case(0.999, "1.0")]
    #[case(4.2, "4.2")]
    #[case(9.96, "10")]
    #[case(801.4, "801")]
    #[case(12_012.0, "12.0k")]
    #[case(-42.4, "-42")]
    #[case(1e300, "9.22E")]
    fn rates(#[case] value: f64, #[case] expected: &str) {
        assert_eq!(rate(value).as_deref(), Some(expected));
    }

    #[rstest]
    #[case(0.0, "0 %")]
    #[case(0.001, "<1 %")]
    #[case(0.04, "4 %")]
    #[case(0.96, "96 %")]
    #[case(0.999, ">99 %")]
    #[case(1.0, "100 %")]
    fn shares(#[case] value: f64, #[case] expected: &str) {
        assert_eq!(percent(value).as_deref(), Some(expected));
    }

    #[rstest]
    #[case(801.0, "801 B")]
    #[case(7_420.0, "7.42 kB")]
    #[case(20_000_000.0, "20.0 MB")]
    fn sizes(#[case] value: f64, #[case] expected: &str) {
        assert_eq!(bytes(value).as_deref(), Some(expected));
    }

    #[test]
    fn what_is_no_number_has_no_text() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!((rate(value), percent(value), bytes(value)), (None, None, None));
        }
    }

    proptest! {
        #[test]
        fn a_count_is_short_and_near(value: i64) {
            let text = count(value);
            prop_assert!(text.trim_start_matches('-').len() <= 5, "{text}");
            let unit = text.find(|c: char| c.is_ascii_alphabetic());
            let digits: f64 = text[..unit.unwrap_or(text.len())].parse().unwrap();
            let power = unit.map_or(0, |at| 1 + UNITS.iter().position(|u| *u == &text[at..]).unwrap());
            let back = digits * 1_000_f64.powi(i32::try_from(power).unwrap());
            prop_assert!((back - value as f64).abs() <= (value as f64).abs() * 0.005 + 1e-9, "{text}");
        }

        #[test]
        fn a_rate_is_short(value: f64) {
            if let Some(text) = rate(value) {
                prop_assert!(text.len() <= 6, "{text}");
            }
            if let Some(text) = percent(value) {
                prop_assert!(text.len() <= 6, "{text}");
            }
        }
    }
}
