use proptest::prelude::*;
use rstest::rstest;

use super::*;

const BEGIN: i64 = 1_000_000;

fn key(pid: u32) -> ProcessKey {
    ProcessKey { pid, start: 1 }
}

/// Looked at ten times a second for `seconds`, a socket that sent at these milliseconds.
fn socket(pid: u32, seconds: i64, sends: impl IntoIterator<Item = i64>) -> SocketLooks {
    let mut sends: Vec<_> = sends.into_iter().collect();
    sends.sort_unstable();
    let looks = (0..seconds * 10).map(|nth| {
        let at = nth * 100 + 37;
        let sent = sends.iter().rfind(|sent| **sent <= at).copied().unwrap_or(-60_000);
        SendLook { at: (BEGIN + at).into(), sent: Some((BEGIN + sent).into()) }
    });
    SocketLooks { process: key(pid), port: 40_000, looks: looks.collect() }
}

/// Heartbeats every three seconds and commits every five, both with a phase of their own.
fn client(pid: u32, seconds: i64, (beat, commit): (i64, i64)) -> SocketLooks {
    let beats = (0..).map(|nth| beat + 3_000 * nth).take_while(|at| *at < seconds * 1_000);
    let commits = (0..).map(|nth| commit + 5_000 * nth).take_while(|at| *at < seconds * 1_000);
    socket(pid, seconds, beats.chain(commits))
}

/// The commits of [`client`], recorded so much later.
fn recorded(seconds: i64, commit: i64, later: i64) -> Vec<Timestamp> {
    let commits = (0..).map(|nth| commit + 5_000 * nth).take_while(|at| *at < seconds * 1_000);
    commits.map(|at| (BEGIN + at + later).into()).collect()
}

fn told(commits: &[Timestamp], sockets: &[SocketLooks], apart: bool) -> String {
    let mut pids: Vec<_> = sockets.iter().map(|socket| socket.process.pid).collect();
    pids.dedup();
    let candidates: Vec<_> = pids.iter().map(|&pid| Timed { process: key(pid), apart }).collect();
    let told = timing(commits, &candidates, sockets);
    let scores = told.scores.iter();
    let scores: Vec<_> =
        scores.map(|it| format!("{}: {}/{}", it.process.pid, it.hits, it.of)).collect();
    format!("{} {}", if told.is_told { "told" } else { "open" }, scores.join(", "))
}

#[rstest]
#[case::the_one_that_commits(30, &[(1_100, 700), (400, 2_900)], "told 1: 6/6, 2: 0/6")]
#[case::heartbeats_hit_now_and_then(60, &[(1_100, 700), (700, 3_000)], "told 1: 12/12, 2: 4/12")]
#[case::too_few_commits(20, &[(1_100, 700), (400, 2_900)], "open 1: 4/4, 2: 0/4")]
#[case::two_in_step(30, &[(1_100, 700), (400, 690)], "open 1: 6/6, 2: 6/6")]
#[case::the_true_one_is_not_here(60, &[(1_100, 3_300), (400, 2_900)], "open 1: 0/12, 2: 0/12")]
fn of_quiet_sockets(#[case] seconds: i64, #[case] phases: &[(i64, i64)], #[case] expected: &str) {
    let sockets = phases.iter().zip(1..);
    let sockets: Vec<_> = sockets.map(|(phases, pid)| client(pid, seconds, *phases)).collect();
    assert_eq!(told(&recorded(seconds, 700, 6), &sockets, true), expected);
}

#[test]
fn a_socket_that_sends_all_the_time_proves_nothing() {
    let commits = recorded(60, 700, 6);
    let busy = |pid| socket(pid, 60, (0..60_000).step_by(40));
    let quiet = |pid, phases| client(pid, 60, phases);
    assert_eq!(told(&commits, &[busy(1)], true), "open ");
    // Beside a quiet one it is what the process fetches by, if its client keeps the two apart.
    let sockets = [quiet(1, (1_100, 700)), quiet(2, (400, 2_900)), busy(2)];
    assert_eq!(told(&commits, &sockets, true), "told 1: 12/12, 2: 0/12");
    assert_eq!(told(&commits, &sockets, false), "open 1: 12/12, 2: 0/12");
    let sockets = [quiet(1, (1_100, 700)), busy(2)];
    assert_eq!(told(&commits, &sockets, true), "open 1: 12/12");
}

#[test]
fn what_was_not_looked_at_may_have_hit() {
    let commits = recorded(60, 700, 6);
    let mut late = client(2, 60, (400, 2_900));
    late.looks.retain(|look| look.at >= (BEGIN + 40_000).into());
    let sockets = [client(1, 60, (1_100, 700)), late];
    assert_eq!(told(&commits, &sockets, true), "open 1: 12/12, 2: 0/4");
    // A connection that is new, and was not looked at yet.
    let new = SocketLooks { port: 40_001, looks: Vec::new(), ..sockets[1].clone() };
    let sockets = [client(1, 60, (1_100, 700)), client(2, 60, (400, 2_900)), new];
    assert_eq!(told(&commits, &sockets, true), "open 1: 12/12, 2: 0/12");
    // One that was closed sends no more.
    let mut closed = client(2, 60, (400, 2_900));
    let ended = (BEGIN + 20_000).into();
    closed.looks.iter_mut().filter(|look| look.at > ended).for_each(|look| look.sent = None);
    let sockets = [client(1, 60, (1_100, 700)), closed];
    assert_eq!(told(&commits, &sockets, true), "told 1: 12/12, 2: 0/12");
    let nobody = [Timed { process: key(1), apart: true }];
    assert_eq!(timing(&commits, &nobody, &[]), Timing::default());
}

#[test]
fn a_coordinator_that_is_slow_hides_its_client_and_shows_no_other() {
    let sockets = [client(1, 60, (1_100, 700)), client(2, 60, (400, 2_900))];
    assert_eq!(told(&recorded(60, 700, 79), &sockets, true), "told 1: 12/12, 2: 0/12");
    assert_eq!(told(&recorded(60, 700, 900), &sockets, true), "open 1: 0/12, 2: 0/12");
}

#[test]
fn luck_is_the_binomial_tail() {
    assert!((luck(2, 3, 0.5) - 0.5).abs() < 1e-12);
    assert!((luck(3, 3, 0.1) - 1e-3).abs() < 1e-12);
    assert!((luck(0, 9, 0.3) - 1.0).abs() < 1e-9);
    assert!((luck(1, 1, 1.0) - 1.0).abs() < 1e-12);
}

#[rstest]
#[case::both_agree(&[(1_000, 1_004), (6_000, 6_090)], "0: 1000 6000")]
#[case::topics_of_one_commit(&[(1_000, 1_004), (1_003, 1_004), (1_090, 1_095)], "0: 1000")]
#[case::the_coordinator_is_ahead(&[(9_000, 1_004), (14_000, 6_080)], "-7996: 1004 6004")]
#[case::the_coordinator_is_behind(&[(1_000, 3_010), (6_000, 8_005)], "2005: 3005 8005")]
#[case::none(&[], "0:")]
fn clocks_are_brought_together(#[case] commits: &[(i64, i64)], #[case] expected: &str) {
    let times = |&(recorded, read): &(i64, i64)| CommitTimes {
        recorded: recorded.into(),
        read: read.into(),
    };
    let commits: Vec<_> = commits.iter().map(times).collect();
    let skew = clock_skew(&commits);
    let moments = moments(&commits, skew);
    let shown: Vec<_> = moments.iter().map(|moment| moment.as_millis().to_string()).collect();
    assert_eq!(format!("{skew}: {}", shown.join(" ")).trim_end(), expected);
}

/// A client that commits at intervals that vary, as they do by a loop that also works.
fn varied() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(300..6_000_i64, 5..60).prop_map(|gaps| {
        let ends = gaps.into_iter().scan(0, |at, gap| {
            *at += gap;
            Some(*at)
        });
        ends.take_while(|at| *at < 90_000).collect()
    })
}

proptest! {
    #[test]
    fn whoever_does_not_commit_for_the_member_is_never_told(
        truth in varied(), others in prop::collection::vec(varied(), 1..5), later in 0..60_i64,
    ) {
        let commits: Vec<Timestamp> =
            truth.iter().map(|at| (BEGIN + at + later).into()).collect();
        let rivals = others.into_iter().zip(2..);
        let mut sockets: Vec<_> =
            rivals.map(|(sends, pid)| socket(pid, 90, sends)).collect();
        let hidden = told(&commits, &sockets, true);
        prop_assert!(hidden.starts_with("open"), "{hidden}");
        sockets.insert(0, socket(1, 90, truth));
        let seen = told(&commits, &sockets, true);
        prop_assert!(seen.starts_with("open") || seen.starts_with("told 1:"), "{seen}");
    }

    #[test]
    fn any_looks_are_judged(
        commits in prop::collection::vec(any::<i64>(), 0..9),
        looks in prop::collection::vec((any::<i64>(), any::<i64>()), 0..40),
    ) {
        let looks = looks.into_iter();
        let looks = looks.map(|(at, sent)| SendLook { at: at.into(), sent: Some(sent.into()) });
        let socket = SocketLooks { process: key(1), port: 1, looks: looks.collect() };
        let commits: Vec<_> = commits.into_iter().map(Timestamp::from).collect();
        let _ = told(&commits, &[socket], false);
    }
}
