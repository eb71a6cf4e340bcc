use std::time::Instant;

use crate::app::fixture::{Group, app, group, press, snapshot};
use crate::app::{
    AppState, GroupSort, MemberKey, MemberSort, PartitionSort, SortColumn as _, Unowned,
};

fn names(app: &AppState) -> Vec<&str> {
    app.rows.groups.iter().map(|&row| app.picture().groups[row as usize].view.id.as_str()).collect()
}

fn partitions(app: &AppState) -> Vec<i32> {
    let rows = app.rows.partitions.iter();
    rows.map(|row| row.of(app.picture()).expect("a row").2.partition).collect()
}

fn members(app: &AppState) -> Vec<String> {
    let name = |at| match app.rows.member_key(&app.picture().groups[0].view, at) {
        Some(MemberKey::Member(id)) => id.as_str().to_owned(),
        Some(MemberKey::Unowned) => "-".to_owned(),
        None => panic!("no row at {at}"),
    };
    (0..app.rows.members.len()).map(name).collect()
}

fn unknown(name: &str) -> Group {
    Group { lags: vec![None], ..group(name, &[]) }
}

#[test]
fn growing_lag_comes_before_great_lag_before_unknown_lag() {
    let app = app(&[
        group("great", &[1_000_000]).rates(100.0, 100.0),
        group("growing", &[50_000]).rates(5_000.0, 800.0),
        group("growing-slowly", &[60_000]).rates(30.0, 10.0),
        group("noisy", &[500]).rates(1_000.0, 960.0),
        group("small", &[7]),
        unknown("unknown"),
    ]);
    assert_eq!(names(&app), ["growing", "growing-slowly", "great", "noisy", "small", "unknown"]);
}

#[test]
fn a_growth_of_the_same_order_does_not_swap_rows() {
    let with = |a, b| app(&[group("a", &[900]).rates(a, 0.0), group("b", &[800]).rates(b, 0.0)]);
    assert_eq!(names(&with(20.0, 21.0)), ["a", "b"]);
    assert_eq!(names(&with(21.0, 20.0)), ["a", "b"]);
    assert_eq!(names(&with(20.0, 200.0)), ["b", "a"]);
}

#[test]
fn equal_rows_stand_in_the_order_of_their_ids_in_both_directions() {
    let mut app = app(&[group("b", &[5]), group("a", &[5]), group("c", &[5])]);
    while app.groups.sort != GroupSort::Lag {
        press(&mut app, "s");
    }
    assert_eq!(names(&app), ["a", "b", "c"]);
    press(&mut app, "S");
    assert_eq!(names(&app), ["a", "b", "c"]);
}

#[test]
fn what_is_not_known_comes_last_in_both_directions() {
    let mut app = app(&[unknown("a"), group("b", &[5]), group("c", &[9])]);
    while app.groups.sort != GroupSort::Lag {
        press(&mut app, "s");
    }
    assert_eq!(names(&app), ["c", "b", "a"]);
    press(&mut app, "S");
    assert_eq!(names(&app), ["b", "c", "a"]);
}

#[test]
fn partitions_by_lag_then_by_number() {
    let lags = vec![Some(5), None, Some(900), Some(-3), Some(5)];
    let mut app = app(&[Group { lags, ..group("g", &[]) }]);
    assert_eq!(partitions(&app), [2, 0, 4, 3, 1]);
    press(&mut app, "2 s");
    assert_eq!(app.partitions.sort, PartitionSort::Partition);
    assert_eq!(partitions(&app), [0, 1, 2, 3, 4]);
    press(&mut app, "S");
    assert_eq!(partitions(&app), [4, 3, 2, 1, 0]);
}

#[test]
fn partitions_are_found_by_number_and_by_owner() {
    let mut app = app(&[group("g", &[1, 2, 3, 4]).members(&["left", "right"])]);
    press(&mut app, "2 s / / 3");
    assert_eq!(partitions(&app), [3]);
    press(&mut app, "Ctrl-u r i g h t");
    assert_eq!(partitions(&app), [1, 3]);
}

#[test]
fn idle_members_stand_at_the_end_however_they_are_sorted() {
    let mut app = app(&[group("g", &[5, 900]).members(&["a", "b", "c"])]);
    for _ in MemberSort::ALL {
        assert_eq!(members(&app).last().map(String::as_str), Some("c-2"));
        press(&mut app, "3 S");
        assert_eq!(members(&app).last().map(String::as_str), Some("c-2"));
        press(&mut app, "s");
    }
    while app.members.sort != MemberSort::Host {
        press(&mut app, "s");
    }
    assert_eq!(members(&app), ["b-1", "a-0", "c-2"], "10.0.0.8 before 10.0.0.9");
}

#[test]
fn partitions_without_an_owner_are_a_row_of_their_own() {
    let app = app(&[group("g", &[5, -2, 900])]);
    assert_eq!(members(&app), ["-"]);
    assert_eq!(app.rows.unowned, Some(Unowned { partitions: 3, lag: Some(905) }));
}

#[test]
fn rebalances_newest_first() {
    let app = app(&[group("g", &[5]).rebalances(4)]);
    assert_eq!(app.rows.rebalances, [3, 2, 1, 0]);
}

#[test]
fn rows_are_made_again_only_when_something_they_depend_on_changes() {
    let mut app = app(&[group("a", &[5]), group("b", &[9])]);
    // Made visible by spoiling what was made.
    app.rows.groups.reverse();
    press(&mut app, "j 2 ? Esc z");
    assert_eq!(names(&app), ["a", "b"]);
    press(&mut app, "1 S");
    assert_eq!(app.groups.len(), 2);
    press(&mut app, "S");
    assert_eq!(names(&app), ["b", "a"]);
}

#[test]
fn a_great_cluster_is_sorted_within_a_frame() {
    let lags: Vec<i64> = (0..5_000).map(|n| (n * 7_919) % 100_003).collect();
    let mut groups: Vec<_> =
        (0..10_000_i64).map(|n| group(&format!("group-{n:05}"), &[(n * 7_919) % 10_007])).collect();
    groups.push(group("wide", &lags));
    let mut app = app(&groups);
    let next = snapshot(&groups, 11);
    let start = Instant::now();
    let now = crate::app::fixture::NOW;
    crate::app::update(&mut app, crate::app::Input::Snapshot(next), now);
    let took = start.elapsed();
    assert_eq!((app.groups.len(), app.partitions.len()), (10_001, 5_000));
    // Unoptimised and on a busy machine; optimised it is a small part of this.
    assert!(took.as_millis() < 500, "{took:?}");
    println!("all rows of 10,001 groups and 5,000 partitions: {took:?}");
}
