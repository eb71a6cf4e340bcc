//! The cost of a look at a process of 300 threads that all run a little: at one look a second, at most 10 ms
//! are allowed, which is one percent of a core.

#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a bench that cannot begin shall not go on")]

use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group};
use lagtop::model::time::SystemClock;
use lagtop::model::{Body, Clock as _};
use lagtop::source::host::{Options, Reader};

const CHILD: &str = "LAGTOP_BENCH_THREADS";
const THREADS: usize = 300;

/// The process that is looked at: each thread wakes ten times a second, for as long as its standard input
/// is open.
fn child() {
    for _ in 1..THREADS {
        std::thread::spawn(|| {
            loop {
                std::thread::sleep(Duration::from_millis(100));
            }
        });
    }
    let mut ready = std::io::stdout();
    let _ = ready.write_all(b"!").and_then(|()| ready.flush());
    let _ = std::io::stdin().read(&mut [0]);
}

fn start() -> std::io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    let command = command.env(CHILD, "1").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn()?;
    if let Some(out) = &mut child.stdout {
        out.read_exact(&mut [0])?;
    }
    Ok(child)
}

fn look(criterion: &mut Criterion) {
    let mut watched = start().expect("a process of threads");
    let mut reader = Reader::new(Options { pids: Arc::new([watched.id()]), process: None });
    let found = reader.find(SystemClock.now());
    let is_found = |body: &Body| matches!(body, Body::Processes(it) if it.processes.len() == 1);
    assert!(found.iter().any(is_found), "{found:?}");
    let mut group = criterion.benchmark_group("a process of 300 threads");
    // As far apart as the screen looks, all threads have run in between: then each costs two files.
    group.bench_function("first look, every thread new", |bencher| {
        bencher.iter_batched(
            || {
                let mut reader =
                    Reader::new(Options { pids: Arc::new([watched.id()]), process: None });
                reader.find(SystemClock.now());
                std::thread::sleep(Duration::from_millis(120));
                reader
            },
            |mut reader| black_box(reader.read(SystemClock.now())),
            criterion::BatchSize::PerIteration,
        );
    });
    group.bench_function("again at once", |bencher| {
        bencher.iter(|| black_box(reader.read(SystemClock.now())));
    });
    group.finish();
    drop(watched.stdin.take());
    let _ = watched.wait();
}

criterion_group! {
    name = host;
    config = Criterion::default().sample_size(30);
    targets = look
}

fn main() {
    if std::env::var_os(CHILD).is_some() {
        return child();
    }
    host();
    Criterion::default().configure_from_args().final_summary();
}
