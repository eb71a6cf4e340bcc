//! What runs every round: folding answers in, judging, and giving out a snapshot.
//!
//! Budgets: a round of 1,000 groups with 10 partitions each, published as the live screen does, in 10 ms;
//! all of them judged, in 50 ms; a changed group of 100 partitions judged, in 1 ms; 10,000 group-partitions
//! with full history in 40 MB. The memory is printed before the first bench.

use std::hint::black_box;
use std::io::Write as _;
use std::time::Duration;

use cluster::Cluster;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use lagtop::model::Isolation;
use lagtop::store::{JUDGED_AT_ONCE, Store};

mod cluster;

/// A store that has watched the cluster for two minutes, and judges so many groups at once.
fn warm(cluster: &Cluster, judged: usize) -> Store {
    let mut store = Store::new(Isolation::ReadUncommitted).judging_in_turn(judged);
    for number in 1..=120_u64 {
        for observation in cluster.round(number, 1_700_000_000 + number.cast_signed(), 1) {
            store.apply(observation);
        }
        black_box(store.publish());
    }
    store
}

fn round(criterion: &mut Criterion) {
    let one = Cluster { partitions: 100, ..Cluster::new(1, true) };
    for (name, cluster, judged) in [
        ("1,000 groups x 10, shared topics", Cluster::new(1_000, false), JUDGED_AT_ONCE),
        ("1,000 groups x 10, own topics", Cluster::new(1_000, true), JUDGED_AT_ONCE),
        ("1,000 groups x 10, own topics, all judged", Cluster::new(1_000, true), usize::MAX),
        ("1 group x 100, judged", one, usize::MAX),
    ] {
        let mut store = warm(&cluster, judged);
        let mut second = 1_700_000_120;
        criterion.bench_function(&format!("apply and publish {name}"), |bench| {
            // The screen holds the snapshot before, so that nothing can be changed in place.
            let mut held = store.publish();
            bench.iter_batched(
                || {
                    second += 1;
                    cluster.round(1, second, 1)
                },
                |observations| {
                    for observation in observations {
                        store.apply(observation);
                    }
                    held = store.publish();
                },
                BatchSize::PerIteration,
            );
            black_box(&held);
        });
    }
}

/// Resident memory of this process in bytes (proc(5), `statm`: pages of 4 KiB).
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: usize =
        statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or_default();
    pages * 4_096
}

/// Prints what 10,000 group-partitions with full history, each with a log of its own, take.
fn memory(_: &mut Criterion) {
    let cluster = Cluster::new(1_000, true);
    let before = resident();
    let mut store = Store::new(Isolation::ReadUncommitted);
    let mut second = 1_700_000_000;
    let mut number = 0;
    let mut snapshot = store.publish();
    // Six hours by the minute, the last half hour by ten seconds, the last two minutes by the second.
    for (rounds, step) in [(330, 60_u64), (168, 10), (120, 1)] {
        for _ in 0..rounds {
            (second, number) = (second + step.cast_signed(), number + 1);
            for observation in cluster.round(number, second, step) {
                store.apply(observation);
            }
            snapshot = store.publish();
        }
    }
    let taken = resident().saturating_sub(before);
    let partitions = snapshot.totals.partitions;
    let _ = writeln!(
        std::io::stdout(),
        "memory: {:.1} MB resident for {partitions} group-partitions with full history, {} bytes each",
        taken as f64 / 1e6,
        taken / partitions.max(1),
    );
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(5));
    targets = memory, round
}
criterion_main!(benches);
