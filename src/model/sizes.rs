//! What one group-partition takes, held so that growth is a decision.
//!
//! The budget is 10,000 group-partitions with full history in 40 MB (`benches/store.rs` measures it). Each
//! has a row, a log, the histories of both, and the row and the log twice while a screen still holds the
//! snapshot before: a word more here is 20 to 40 bytes a partition.

use std::mem::size_of;

use super::series::{GroupSeries, PartitionSeries};
use super::{Commit, PartitionLog, PartitionView, Run, Series, Timestamp};

#[test]
fn what_every_partition_has_is_as_small_as_it_was() {
    assert_eq!(size_of::<Option<Timestamp>>(), 8, "no moment costs as much as one");
    assert_eq!(size_of::<Option<Commit>>(), 72);
    // 32 of them tell how far behind it is in time, and what retention leaves; 24 of the log are when
    // its records were written, 8 by whom.
    assert_eq!(size_of::<PartitionView>(), 232);
    assert_eq!(size_of::<PartitionLog>(), 160);
    assert_eq!(size_of::<Run>(), 80);
    assert_eq!(size_of::<Series<2>>(), 160);
    assert_eq!(size_of::<PartitionSeries>(), 256);
    assert_eq!(size_of::<GroupSeries>(), 336);
}

#[test]
fn a_busy_partition_has_the_room_it_needs_and_no_more() {
    let series = PartitionSeries::default();
    for second in 0..7_200_i64 {
        series.push(Timestamp::from_millis(second * 1_000), Some(second * 1_000));
    }
    assert_eq!(series.heap_bytes(), 376 + 552);
}
