//! When records were written, by the times that they carry.

use super::{Clocked, PeekedRecord};
use crate::model::Timestamp;

/// The times of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// Of the first record that has one.
    pub first: Timestamp,
    /// Of the last record that has one.
    pub last: Timestamp,
    /// The earliest and the latest.
    pub span: (Timestamp, Timestamp),
    /// Records stamped by their producer's clock.
    pub by_producer: usize,
    /// Records stamped by the broker's clock.
    pub by_broker: usize,
    /// Records that are older than one before them.
    pub backwards: usize,
}

impl Times {
    /// Of records in the order of their offsets; `None` if none has a time.
    #[must_use]
    pub fn of(records: &[PeekedRecord]) -> Option<Self> {
        let mut stamps = records.iter().filter_map(|record| record.stamp);
        let first = stamps.clone().next()?.at;
        let begin = Self {
            first,
            last: first,
            span: (first, first),
            by_producer: 0,
            by_broker: 0,
            backwards: 0,
        };
        Some(stamps.by_ref().fold(begin, |times, stamp| {
            let (least, greatest) = times.span;
            let by = |clocked| usize::from(stamp.by == clocked);
            Self {
                first,
                last: stamp.at,
                span: (least.min(stamp.at), greatest.max(stamp.at)),
                by_producer: times.by_producer + by(Clocked::Producer),
                by_broker: times.by_broker + by(Clocked::Broker),
                backwards: times.backwards + usize::from(stamp.at < greatest),
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::peek::Stamp;
    use crate::model::peek::record::fixture::record;

    fn times(of: &[Option<i64>]) -> Option<Times> {
        let stamped = |(offset, at): (i64, &Option<i64>)| {
            let stamp = at.map(|at| Stamp {
                at: Timestamp::from_millis(at),
                by: if at % 2 == 0 { Clocked::Producer } else { Clocked::Broker },
            });
            PeekedRecord { stamp, ..record(offset, None, 1) }
        };
        Times::of(&(0..).zip(of).map(stamped).collect::<Vec<_>>())
    }

    #[test]
    fn without_a_time_nothing_is_told() {
        assert_eq!((times(&[]), times(&[None, None])), (None, None));
    }

    #[test]
    fn what_is_older_than_one_before_it_is_counted() {
        let at = Timestamp::from_millis;
        let told = times(&[None, Some(20), Some(50), Some(31), Some(40), Some(50), None]);
        let told = told.expect("some have times");
        assert_eq!((told.first, told.last, told.span), (at(20), at(50), (at(20), at(50))));
        assert_eq!((told.by_producer, told.by_broker, told.backwards), (4, 1, 2));
    }

    proptest! {
        #[test]
        fn the_span_holds_all_and_order_is_noticed(of in prop::collection::vec(any::<i64>(), 1..40)) {
            let stamps: Vec<_> = of.iter().copied().map(Some).collect();
            let told = times(&stamps).expect("all have times");
            let (least, greatest) = told.span;
            prop_assert_eq!(Some(least.as_millis()), of.iter().copied().min());
            prop_assert_eq!(Some(greatest.as_millis()), of.iter().copied().max());
            prop_assert_eq!(told.backwards == 0, of.is_sorted());
            prop_assert_eq!(told.by_producer + told.by_broker, of.len());
        }
    }
}
