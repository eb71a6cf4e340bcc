//! A number over time in one row of cells.

use crate::ui::glyphs::Glyphs;

/// What full height means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    top: i64,
    log: bool,
}

impl Scale {
    /// From zero to `top` (at least 1), in equal steps or in equal factors.
    #[must_use]
    pub fn new(top: i64, log: bool) -> Self {
        Self { top: top.max(1), log }
    }

    /// From zero to the greatest value, but at least to `floor`, so that the noise of a few records
    /// does not look like a mountain.
    #[must_use]
    pub fn own(columns: &[Option<i64>], floor: i64, log: bool) -> Self {
        Self::new(greatest(columns).unwrap_or(0).max(floor), log)
    }

    /// As [`Scale::own`], but at least to twice the mean: what stays as it is lies at half height, and
    /// only what changes reaches the top. Beside its number a trend tells where that is going, and a
    /// wall of full blocks would say that it goes somewhere.
    #[must_use]
    pub fn shape(columns: &[Option<i64>], floor: i64, log: bool) -> Self {
        let known = || columns.iter().flatten().map(|value| i128::from((*value).max(0)));
        let count = i128::try_from(known().count()).unwrap_or(1).max(1);
        let twice_mean = i64::try_from(known().sum::<i128>() * 2 / count).unwrap_or(i64::MAX);
        Self::own(columns, floor.max(twice_mean), log)
    }

    /// How high `value` reaches, from 0 (nothing) to 1 (full height and beyond).
    #[must_use]
    pub fn share(self, value: i64) -> f64 {
        if value <= 0 {
            return 0.0;
        }
        let share = if self.log {
            (value as f64).ln_1p() / (self.top as f64).ln_1p()
        } else {
            value as f64 / self.top as f64
        };
        share.clamp(0.0, 1.0)
    }

    /// The value at full height.
    #[must_use]
    pub const fn top(self) -> i64 {
        self.top
    }

    /// The level of eight: the lowest is kept for zero, so that something never looks like nothing.
    fn level(self, value: i64) -> usize {
        if value <= 0 {
            return 0;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the share is from 0 to 1"
        )]
        let above = (self.share(value) * 7.0).ceil() as usize;
        above.clamp(1, 7)
    }
}

/// The greatest value; `None` while none is known.
#[must_use]
pub fn greatest(columns: &[Option<i64>]) -> Option<i64> {
    columns.iter().flatten().max().copied()
}

/// One sign a column: gaps are blank, values below zero have a sign of their own.
#[must_use]
pub fn sparkline(columns: &[Option<i64>], scale: Scale, glyphs: &Glyphs) -> String {
    columns
        .iter()
        .map(|column| match *column {
            None => " ",
            Some(value) if value < 0 => glyphs.below,
            Some(value) => glyphs.levels.get(scale.level(value)).copied().unwrap_or(" "),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::ui::format::Charset;

    fn drawn(columns: &[Option<i64>], scale: Scale) -> String {
        sparkline(columns, scale, &Glyphs::new(Charset::Unicode))
    }

    fn known(values: impl IntoIterator<Item = i64>) -> Vec<Option<i64>> {
        values.into_iter().map(Some).collect()
    }

    #[rstest]
    #[case::steps(known(0..=7), Scale::new(7, false), "▁▂▃▄▅▆▇█")]
    #[case::something_is_not_nothing(known([0, 1, 1_000_000]), Scale::new(1_000_000, false), "▁▂█")]
    #[case::beyond_the_top(known([50]), Scale::new(10, false), "█")]
    #[case::gaps(vec![Some(1), None, Some(1)], Scale::new(1, false), "█ █")]
    #[case::below_zero(known([-5, 5]), Scale::new(5, false), "▾█")]
    #[case::factors(known([0, 10, 1_000, 100_000]), Scale::new(100_000, true), "▁▃▆█")]
    #[case::nothing(Vec::new(), Scale::new(1, false), "")]
    #[case::extremes(known([i64::MIN, i64::MAX]), Scale::new(i64::MAX, true), "▾█")]
    fn levels(#[case] columns: Vec<Option<i64>>, #[case] scale: Scale, #[case] expected: &str) {
        assert_eq!(drawn(&columns, scale), expected);
    }

    #[test]
    fn noise_stays_low() {
        let columns = known([0, 3, 1, 0, 2]);
        assert_eq!(drawn(&columns, Scale::own(&columns, 50, false)), "▁▂▂▁▂");
        let columns = known([0, 300, 100]);
        assert_eq!(drawn(&columns, Scale::own(&columns, 50, false)), "▁█▄");
    }

    #[test]
    fn what_stays_lies_at_half_height_and_what_changes_reaches_the_top() {
        let shape = |columns: &[Option<i64>]| drawn(columns, Scale::shape(columns, 10, false));
        assert_eq!(shape(&known([210, 210, 210])), "▅▅▅");
        assert_eq!(shape(&known([0, 400, 800])), "▁▅█");
        assert_eq!(shape(&known([800, 400, 0])), "█▅▁");
        assert_eq!(shape(&known([1, 1, 1])), "▂▂▂");
        assert_eq!(shape(&known([i64::MAX; 3])), "███");
        assert_eq!(shape(&[]), "");
    }

    #[test]
    fn ascii_terminals_see_the_same_shape() {
        let columns = known(0..=7);
        let line = sparkline(&columns, Scale::new(7, false), &Glyphs::new(Charset::Ascii));
        assert_eq!(line, "_.:-=+*#");
    }
}
