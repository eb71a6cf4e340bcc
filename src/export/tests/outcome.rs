//! Exit codes, and pipes that close.

use std::io;

use rstest::rstest;

use super::*;
use crate::export::{Outcome, outcome};

fn healthy() -> GroupView {
    let partitions = vec![row(0, Some(1), lag(Some(2), Some(3)))];
    group("healthy", vec![GroupTopic { topic: "t".into(), partitions }])
}

fn failing() -> SourceView {
    let fault = Fault::new("CONNECTION_REFUSED", "kafka:9092 refused the connection");
    SourceView {
        health: SourceHealth::Failing { since: AT, fault },
        last_round: None,
        ..source(false, false)
    }
}

fn of(snapshot: &Snapshot) -> u8 {
    outcome(snapshot, Selection::ALL).exit_code()
}

#[test]
fn all_that_was_asked_for() {
    assert_eq!(of(&snapshot(vec![healthy()], vec![topic("t", &[(0, 3)])])), 0);
    assert_eq!(of(&snapshot(vec![], vec![])), 0, "no groups is an answer");
}

#[test]
fn nothing_could_be_read() {
    assert_eq!(of(&Snapshot::empty(AT, Isolation::ReadUncommitted)), 1);
    let refused = Snapshot { sources: Arc::new([failing()]), ..snapshot(vec![], vec![]) };
    assert_eq!(of(&refused), 1);
    let unlisted =
        Snapshot { sources: Arc::new([source(false, true)]), ..snapshot(vec![], vec![]) };
    assert_eq!(of(&unlisted), 1, "nobody would name a group");
}

#[rstest]
#[case::source(failing())]
#[case::lists(source(false, true))]
#[case::round(source(true, false))]
fn a_round_with_holes(#[case] source: SourceView) {
    let snapshot = Snapshot { sources: Arc::new([source]), ..snapshot(vec![healthy()], vec![]) };
    assert_eq!(of(&snapshot), 4);
}

#[test]
fn a_broker_that_does_not_answer() {
    let fault = Fault::new("REQUEST_TIMED_OUT", "no answer within 5s");
    let mut snapshot = snapshot(vec![healthy()], vec![]);
    let down = broker(3, BrokerHealth::Down { since: AT, fault });
    Arc::make_mut(&mut snapshot.cluster).brokers.push(down);
    assert_eq!(of(&snapshot), 4);
}

#[test]
fn faults_count_where_they_were_asked_for() {
    let snapshot = snapshot(vec![billing(), healthy(), secret()], vec![orders()]);
    let only = |group: &'static str, topic: Option<&'static str>| {
        let topic = topic.map(|topic| move |name: &str| name == topic);
        let topic = topic.as_ref().map(|topic| topic as &dyn Fn(&str) -> bool);
        outcome(&snapshot, Selection { group: &|name| name == group, topic })
    };
    assert_eq!(only("healthy", None), Outcome::Complete);
    assert_eq!(only("secret", None), Outcome::Partial);
    assert_eq!(only("billing", None), Outcome::Partial);
    assert_eq!(only("billing", Some("orders")), Outcome::Complete);
}

/// A pipe that closes after so many bytes.
struct Closing(usize);

impl io::Write for Closing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken == 0 { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A disk that is full.
struct Full;

impl io::Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[rstest]
#[case(Form::Table)]
#[case(Form::Json)]
#[case(Form::Csv { escaped: false })]
fn a_closed_pipe_is_no_error_but_a_full_disk_is(#[case] form: Form) {
    let many =
        (0..2_000).map(|n| GroupView { id: format!("g{n:04}").as_str().into(), ..healthy() });
    let snapshot = snapshot(many.collect(), vec![]);
    for room in [0, 10, 70_000] {
        assert!(write(form, &snapshot, Selection::ALL, &mut Closing(room)).is_ok(), "{room}");
    }
    let error = write(form, &snapshot, Selection::ALL, &mut Full).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
}
