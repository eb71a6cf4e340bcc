//! What every commit of the cluster costs before anything is made of it.
//!
//! Budget: a million commits a second on one core, so 10,000 in 10 ms.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lagtop::source::kafka::stream::records::{decode, partition_of};

const COMMITS: u32 = 10_000;
const GROUPS: u32 = 1_000;

/// Key and value of commits as Kafka 4.1 and later write them, with topic id and a little text.
fn commits() -> Vec<(Vec<u8>, Vec<u8>)> {
    (0..COMMITS).map(|number| (key(number), value(number))).collect()
}

fn key(number: u32) -> Vec<u8> {
    let (group, topic) = (group(number % GROUPS), format!("orders-{:03}", number % 100));
    let names = [group, topic].into_iter().flat_map(|name| {
        let length = u16::try_from(name.len()).unwrap_or_default();
        [&length.to_be_bytes(), name.as_bytes()].concat()
    });
    let key_type = 1_u16.to_be_bytes().into_iter();
    key_type.chain(names).chain((number % 10).to_be_bytes()).collect()
}

fn value(number: u32) -> Vec<u8> {
    let mut value = vec![0, 4];
    value.extend(u64::from(number).to_be_bytes());
    value.extend([0, 0, 0, 7]);
    value.extend(b"\x05host");
    value.extend(1_795_336_262_059_u64.to_be_bytes());
    value.extend([1, 0, 16]);
    value.extend([0x6f; 16]);
    value
}

fn group(number: u32) -> String {
    format!("payments-service-{number:05}")
}

fn records(criterion: &mut Criterion) {
    let mut bench = criterion.benchmark_group("records");
    bench.throughput(Throughput::Elements(COMMITS.into()));
    let commits = commits();
    bench.bench_function("decode 10,000 commits", |bencher| {
        bencher.iter(|| {
            for (key, value) in &commits {
                let record = decode(black_box(key), Some(black_box(value)));
                assert!(black_box(record).is_ok());
            }
        });
    });
    bench.throughput(Throughput::Elements(GROUPS.into()));
    let groups: Vec<_> = (0..GROUPS).map(group).collect();
    bench.bench_function("partition of 1,000 groups", |bencher| {
        bencher.iter(|| groups.iter().map(|group| partition_of(group, 50)).sum::<i32>());
    });
    bench.finish();
}

criterion_group!(benches, records);
criterion_main!(benches);
