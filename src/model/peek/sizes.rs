//! How large records are.

use super::PeekedRecord;

/// Units of a thousand each.
const UNITS: [&str; 4] = ["B", "kB", "MB", "GB"];
/// Records smaller than this are all small.
const SMALL: u64 = 100;

/// Sizes of records: key, value and headers in bytes, uncompressed. How large they are in the log, where
/// whole batches are compressed, is not known for single records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// All together.
    pub total: u64,
    /// The smallest.
    pub least: u64,
    /// Half of them are as large or smaller.
    pub median: u64,
    /// 99 of 100 are as large or smaller.
    pub p99: u64,
    /// The largest.
    pub greatest: u64,
    /// How many are how large, the smallest first, without gaps.
    pub bars: Vec<Bar>,
}

/// Records of about the same size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// They have at least so many bytes: 0, or a power of ten from 100 on.
    pub from: u64,
    /// How many.
    pub records: usize,
}

impl Sizes {
    /// Of these records; `None` if there are none.
    #[must_use]
    pub fn of(records: &[PeekedRecord]) -> Option<Self> {
        let mut sizes: Vec<u64> = records.iter().map(|record| record.bytes).collect();
        sizes.sort_unstable();
        let total = sizes.iter().fold(0, |sum: u64, size| sum.saturating_add(*size));
        Some(Self {
            total,
            least: *sizes.first()?,
            median: rank(&sizes, 50)?,
            p99: rank(&sizes, 99)?,
            greatest: *sizes.last()?,
            bars: bars(&sizes),
        })
    }
}

/// The least size that so many percent do not exceed.
fn rank(sorted: &[u64], percent: usize) -> Option<u64> {
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied()
}

fn bars(sorted: &[u64]) -> Vec<Bar> {
    let mut bars: Vec<Bar> = Vec::new();
    for &size in sorted {
        match bars.last_mut() {
            Some(bar) if bar.holds(size) => bar.records += 1,
            None => bars.push(Bar { from: floor(size), records: 1 }),
            Some(bar) => {
                let mut next = bar.below();
                while next < floor(size) {
                    bars.push(Bar { from: next, records: 0 });
                    next = next.saturating_mul(10);
                }
                bars.push(Bar { from: next, records: 1 });
            }
        }
    }
    bars
}

/// Where the bar of a size begins.
const fn floor(size: u64) -> u64 {
    if size < SMALL { 0 } else { 10_u64.pow(size.ilog10()) }
}

impl Bar {
    /// They have fewer bytes than this.
    #[must_use]
    pub const fn below(&self) -> u64 {
        if self.from == 0 { SMALL } else { self.from.saturating_mul(10) }
    }

    const fn holds(&self, size: u64) -> bool {
        floor(size) == self.from
    }

    /// `below 100 B`, `10 kB to 100 kB`.
    #[must_use]
    pub fn label(&self) -> String {
        match self.from {
            0 => format!("below {}", round(SMALL)),
            from => format!("{} to {}", round(from), round(self.below())),
        }
    }
}

/// A power of ten in words: `100 kB`.
fn round(power: u64) -> String {
    let digits = power.ilog10();
    let unit = (digits / 3).min(3);
    let unit_name = usize::try_from(unit).ok().and_then(|unit| UNITS.get(unit));
    format!("{} {}", power / 1_000_u64.pow(unit), unit_name.copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::model::peek::record::fixture::records;

    fn sizes(of: &[u64]) -> Option<Sizes> {
        let of: Vec<_> = of.iter().map(|&size| (None, size)).collect();
        Sizes::of(&records(&of))
    }

    #[test]
    fn of_no_records_there_are_no_sizes() {
        assert_eq!(sizes(&[]), None);
    }

    #[rstest]
    #[case(&[7], [7, 7, 7, 7, 7])]
    #[case(&[1, 2], [3, 1, 1, 2, 2])]
    #[case(&[30, 10, 20], [60, 10, 20, 30, 30])]
    fn least_median_and_greatest(#[case] of: &[u64], #[case] expected: [u64; 5]) {
        let told =
            sizes(of).map(|told| [told.total, told.least, told.median, told.p99, told.greatest]);
        assert_eq!(told, Some(expected));
    }

    #[test]
    fn of_two_hundred_the_two_largest_are_beyond_the_99th_percentile() {
        let of: Vec<u64> = (1..=200).collect();
        let told = sizes(&of).expect("there are some");
        assert_eq!((told.median, told.p99), (100, 198));
    }

    #[test]
    fn bars_have_no_gaps() {
        let told = sizes(&[0, 99, 100, 800_000, 800_000]).expect("there are some");
        let shown: Vec<_> = told.bars.iter().map(|bar| (bar.label(), bar.records)).collect();
        let expected = [
            ("below 100 B", 2),
            ("100 B to 1 kB", 1),
            ("1 kB to 10 kB", 0),
            ("10 kB to 100 kB", 0),
            ("100 kB to 1 MB", 2),
        ];
        assert_eq!(shown, expected.map(|(label, records)| (label.to_owned(), records)));
    }

    proptest! {
        #[test]
        fn figures_are_in_order_and_bars_hold_all(of in prop::collection::vec(any::<u64>(), 1..80)) {
            let told = sizes(&of).expect("there are some");
            let order = [told.least, told.median, told.p99, told.greatest];
            prop_assert!(order.is_sorted(), "{told:?}");
            prop_assert_eq!(told.bars.iter().map(|bar| bar.records).sum::<usize>(), of.len());
            let edges: Vec<u64> = told.bars.iter().map(|bar| bar.from).collect();
            prop_assert!(edges.windows(2).all(|pair| pair[0] < pair[1]), "{told:?}");
            prop_assert!(told.bars.len() <= 20);
            for end in [told.bars.first(), told.bars.last()] {
                prop_assert!(end.is_some_and(|bar| bar.records > 0));
            }
        }
    }
}
