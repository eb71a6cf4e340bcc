//! What a recording takes of the disk, and folding it of a CPU.
//!
//! The recording is of half an hour of 100 groups with 10 partitions and 5 members each, asked about every
//! second, all of which move every second: written as `--record` does, and folded as a replay does that
//! goes to its end. Budget: a second of the recording in 1/60 of a second.
//!
//!     cargo bench --bench replay
#![expect(clippy::expect_used, reason = "a bench that cannot do its work says so and ends")]

use std::io::{Cursor, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cluster::Cluster;
use lagtop::diagnose::RuleBook;
use lagtop::model::{Isolation, Timestamp};
use lagtop::record::{Entry, FORMAT, Header, Reader, Writer};
use lagtop::replay::{Step, Tape};

mod cluster;

const START: i64 = 1_700_000_000;
const SECONDS: u32 = 1_800;

/// The recording, flushed every second.
fn recorded() -> Vec<u8> {
    let cluster = Cluster { members: 5, uneven: true, ..Cluster::new(100, true) };
    let header = Header {
        format: FORMAT,
        version: "bench".to_owned(),
        started: Timestamp::from_millis(START * 1_000),
        title: "bench".to_owned(),
        isolation: Isolation::ReadUncommitted,
        interval_ms: 1_000,
        redacted: false,
    };
    let mut writer = Writer::create(Vec::new(), &header).expect("memory");
    for number in 1..=SECONDS {
        for observation in cluster.round(number.into(), START + i64::from(number), 1) {
            writer.write(&Entry::Seen(observation)).expect("memory");
        }
        writer.flush().expect("memory");
    }
    writer.finish().expect("memory")
}

fn main() {
    let bytes: Arc<[u8]> = recorded().into();
    let open = || Reader::new(Cursor::new(Arc::clone(&bytes))).expect("a recording");
    let measuring = Instant::now();
    let end = open().last_moment().expect("an entry");
    let measuring = measuring.elapsed();
    // One thread that waits for nothing: time is CPU time where nothing else runs.
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let begun = Instant::now();
        let mut tape = Tape::begin(open(), RuleBook::default(), &[]);
        while let Step::Second(_) = tape.step(end) {}
        assert_eq!(tape.picture().totals.partitions, 1_000, "all is in");
        best = best.min(begun.elapsed());
    }
    let second = best / SECONDS;
    let _ = writeln!(
        std::io::stdout(),
        "1,000 group-partitions at 1 s: {:.1} MB an hour; {:.2} s for 30 minutes, {:.2} ms a second, \
         {:.0}x of one core; where it ends is found in {:.2} s",
        bytes.len() as f64 / 1e6 * 3_600.0 / f64::from(SECONDS),
        best.as_secs_f64(),
        second.as_secs_f64() * 1e3,
        1.0 / second.as_secs_f64(),
        measuring.as_secs_f64(),
    );
}
