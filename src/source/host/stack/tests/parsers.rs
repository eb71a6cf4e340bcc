use std::time::Duration;

use proptest::prelude::*;
use rstest::rstest;

use crate::model::stack::{StackLine, ThreadStack};
use crate::source::host::stack::{goroutines, hot, jstack, py_spy};

const JSTACK_17: &str = include_str!("jstack_17.txt");
const PY_SPY: &str = include_str!("py_spy_0_4.txt");
const GOROUTINES: &str = include_str!("goroutine_1_26.txt");

fn find<'a>(threads: &'a [ThreadStack], name: &str) -> &'a ThreadStack {
    threads.iter().find(|thread| &*thread.name == name).expect("it is there")
}

fn top(thread: &ThreadStack) -> &str {
    thread.frames().next().map_or("", |frame| frame)
}

#[test]
fn a_dump_of_kafkas_console_consumer() {
    let (threads, remarks) = jstack::parse(JSTACK_17);
    assert_eq!((threads.len(), remarks.len()), (20, 0));
    let main = find(&threads, "main");
    assert_eq!(main.tid, Some(0x45de));
    assert_eq!(&*main.state, "TIMED_WAITING (sleeping)");
    assert_eq!(main.cpu, Some(Duration::from_micros(947_890)));
    assert_eq!(top(main), "java.lang.Thread.sleep(java.base@17.0.15/Native Method)");
    assert_eq!(main.frames().count(), 16);
    let note = "- locked <0x000000069dc000a0> (a org.apache.kafka.clients.consumer.internals.\
                ConsumerCoordinator)";
    assert_eq!(main.lines.get(5), Some(&StackLine::Note(note.into())));
    let collector = find(&threads, "GC Thread#0");
    assert_eq!((collector.tid, &*collector.state), (Some(0x45df), "runnable"));
    assert!(collector.lines.is_empty());
}

#[rstest]
#[case::hexadecimal("\"a\" #1 prio=5 cpu=1.50ms tid=0x0 nid=0x28e7 runnable  [0x0]", Some(10_471))]
#[case::decimal(
    "\"a\" #1 [10471] prio=5 cpu=1.50ms tid=0x0 nid=10471 runnable [0x0]",
    Some(10_471)
)]
#[case::no_number("\"a\" #1 prio=5 cpu=1.50ms tid=0x0 nid=NA runnable [0x0]", None)]
fn native_ids_of_different_jdks(#[case] line: &str, #[case] tid: Option<u32>) {
    let (threads, _) = jstack::parse(line);
    let [thread] = threads.as_slice() else { panic!("one thread, not {threads:?}") };
    assert_eq!(thread.tid, tid);
    assert_eq!((&*thread.name, &*thread.state), ("a", "runnable"));
    assert_eq!(thread.cpu, Some(Duration::from_micros(1_500)));
}

#[test]
fn names_with_quotes_and_deadlocks() {
    let text = "\"say \"hi\" nid=7\" #1 tid=0x0 nid=0x2 waiting\n\tat a.b(C.java:1)\n\n\
                Found one Java-level deadlock:\n=====\n\"Thread-1\":\n  waiting to lock monitor\n\
                \tat never.counted(X.java:1)\n";
    let (threads, remarks) = jstack::parse(text);
    let [thread] = threads.as_slice() else { panic!("one thread, not {threads:?}") };
    assert_eq!((&*thread.name, thread.tid), ("say \"hi\" nid=7", Some(2)));
    assert_eq!(thread.frames().count(), 1);
    assert_eq!(remarks, ["Found one Java-level deadlock".into()]);
}

#[test]
fn a_dump_of_a_python_worker() {
    let (threads, remarks) = py_spy::parse(PY_SPY);
    assert_eq!(remarks, ["Python 3.11.7 (/usr/bin/python3.11)".into()]);
    let ids: Vec<_> = threads.iter().map(|thread| thread.tid).collect();
    assert_eq!(ids, [Some(17_177), Some(17_185), Some(17_186)]);
    let busy = find(&threads, "consumer poll");
    assert_eq!((&*busy.state, top(busy)), ("active+gil", "deserialize (worker.py:4)"));
    assert_eq!(busy.frames().count(), 5);
}

#[test]
fn a_dump_of_a_go_worker() {
    let threads = goroutines::parse(GOROUTINES);
    assert!(threads.iter().all(|thread| thread.tid.is_none()), "goroutines are not threads");
    let reader = find(&threads, "goroutine 5");
    assert_eq!(&*reader.state, "chan receive");
    assert_eq!(top(reader), "main.worker (/src/worker/main.go:4)");
    let note = "created by main.main in goroutine 1 (/src/worker/main.go:6)";
    assert_eq!(reader.lines.last(), Some(&StackLine::Note(note.into())));
    assert!(!threads.iter().any(|thread| &*thread.name == "goroutine 10"), "it wrote the dump");
}

fn stack(tid: u32, state: &str, cpu_ms: Option<u64>, frames: &[&str]) -> ThreadStack {
    ThreadStack {
        tid: Some(tid),
        state: state.into(),
        cpu: cpu_ms.map(Duration::from_millis),
        lines: frames.iter().map(|&frame| StackLine::Frame(frame.into())).collect(),
        ..ThreadStack::default()
    }
}

fn counted(looks: &[Vec<ThreadStack>], thread: Option<u32>) -> (Vec<(String, u32, u32)>, u32, u32) {
    let hot = hot::count(looks, thread, Duration::from_secs(2));
    let frames = hot.frames.iter().map(|frame| (frame.name.to_string(), frame.top, frame.within));
    (frames.collect(), hot.counted, hot.idle)
}

#[test]
fn frames_are_counted_by_function_and_recursion_once() {
    let looks = [
        vec![stack(1, "active", None, &["decode (w.py:4)", "decode (w.py:9)", "run (w.py:1)"])],
        vec![stack(1, "active", None, &["decode (w.py:5)", "run (w.py:1)"])],
    ];
    let row = |name: &str, top, within| (name.to_owned(), top, within);
    let expected = vec![row("decode (w.py)", 2, 2), row("run (w.py)", 0, 2)];
    assert_eq!(counted(&looks, None), (expected, 2, 0));
}

#[test]
fn of_a_whole_process_only_threads_at_work_count() {
    let looks = [
        vec![stack(1, "RUNNABLE", Some(5), &["spin"]), stack(2, "RUNNABLE", Some(9), &["epoll"])],
        vec![stack(1, "RUNNABLE", Some(95), &["spin"]), stack(2, "RUNNABLE", Some(9), &["epoll"])],
    ];
    assert_eq!(counted(&looks, None), (vec![("spin".to_owned(), 1, 1)], 1, 3));
    // The one thread that was asked about counts wherever it is.
    assert_eq!(counted(&looks, Some(2)), (vec![("epoll".to_owned(), 2, 2)], 2, 0));
    let idle = [vec![stack(1, "idle", None, &["wait"])]];
    assert_eq!(counted(&idle, None), (vec![], 0, 1));
}

proptest! {
    #[test]
    fn no_text_makes_a_parser_fail(lines in proptest::collection::vec(
        prop_oneof![
            any::<String>(),
            "\"[a\" ]{0,4}\" nid=[0-9a-fx]{0,12} .*",
            "Thread [0-9]{0,12} ?\\(?.*",
            "goroutine [0-9]{0,22} ?\\[?.*",
            "\tat .*",
            "    .*",
        ],
        0..12,
    )) {
        let text = lines.join("\n");
        let mut threads = jstack::parse(&text).0;
        threads.extend(py_spy::parse(&text).0);
        threads.extend(goroutines::parse(&text));
        let _ = hot::count(&[threads.clone(), threads], None, Duration::ZERO);
    }
}
