//! An ordinary day: every pane shows figures that move and are true.

use std::collections::BTreeMap;

use crate::lab::{Lab, Scenario, Sizes};
use crate::pty::Pty;
use crate::read::{Row, figure, row, rows, wait_for_rows};
use crate::support::{self, KafkaCluster};
use crate::{NARROW, WIDE, start};

/// Nobody commits for this group, so that its lag is exactly what is produced: records go up, and a
/// figure on the screen must lie between what was true before and what was true after it was read.
const STOPPED: &str = "nightly-report";

/// All that there are.
const GROUPS: [&str; 5] = ["billing", "fraud-check", "mailer", STOPPED, "search-index"];

/// What Kafka's own tool says that the stopped group has committed on its topic.
fn committed(lab: &Lab) -> BTreeMap<i32, i64> {
    let table = lab.cluster.oracle().describe_groups().unwrap();
    let rows = table.rows.iter().filter(|row| row.group == STOPPED);
    rows.filter_map(|row| Some((row.partition?, row.current_offset?))).collect()
}

/// The lag of each partition of the stopped group now, by the brokers' own log ends.
fn lags(lab: &Lab, committed: &BTreeMap<i32, i64>) -> BTreeMap<i32, f64> {
    let lag = |(&partition, &committed): (&i32, &i64)| {
        let (_, end) = lab.admin().log_range("orders", partition).unwrap();
        (partition, f64::from(i32::try_from(end - committed).unwrap()))
    };
    committed.iter().map(lag).collect()
}

fn sum(lags: &BTreeMap<i32, f64>) -> f64 {
    lags.values().sum()
}

#[test]
fn every_pane_shows_figures_that_move_and_are_true() {
    let cluster = KafkaCluster::builder().heap_mib(256);
    let Some(cluster) = support::kafka_or_skip(cluster) else { return };
    let mut lab = Lab::on(cluster).unwrap();
    let sizes = Sizes::default();
    (Scenario::named("steady").unwrap().set_up)(&mut lab, sizes).unwrap();
    let committed = committed(&lab);
    assert_eq!(committed.len(), 6, "{committed:?}");
    for size in [WIDE, NARROW] {
        let mut pty = start(&lab.cluster.bootstrap(), size);
        if size == WIDE {
            // Where it is narrow, the header has no room for it once it tells a rate.
            pty.wait_for("5 groups");
        }
        groups(&pty, &lab, &committed);
        only(&mut pty, STOPPED);
        partitions(&mut pty, &lab, &committed);
        page(&mut pty);
        only(&mut pty, "search-index");
        members(&mut pty);
        rebalances(&mut pty);
        only(&mut pty, "mailer");
        idle_members(&mut pty);
        pty.send("q");
        assert_eq!(pty.exit_code(crate::pty::DEADLINE), 0);
        lab.check().unwrap();
    }
    lab.stop().unwrap();
}

/// Leaves one group on the Groups pane and so selects it.
fn only(pty: &mut Pty, group: &str) {
    pty.send("1/\u{15}");
    pty.send(group);
    pty.send("\r");
    wait_for_rows(pty, group, |rows| {
        let shown = rows.iter().filter(|row| GROUPS.contains(&row[0].as_str()));
        // A title names the selected group too.
        shown.into_iter().all(|row| row[0] == group)
    });
}

fn groups(pty: &Pty, lab: &Lab, committed: &BTreeMap<i32, i64>) {
    wait_for_rows(pty, "all five groups", |rows| {
        GROUPS.iter().all(|group| rows.iter().any(|row| row[0] == *group && row.len() >= 4))
    });
    let before = sum(&lags(lab, committed));
    let shown = figure(pty, (STOPPED, 3), |lag| lag.most >= before);
    let after = sum(&lags(lab, committed));
    assert!(shown.least <= after, "{shown:?} is shown, {after} is true:\n{}", pty.text());
    figure(pty, (STOPPED, 3), |lag| lag.least > after);
    for (group, state, members) in
        [("billing", "Stable", "2"), ("fraud-check", "Stable", "1"), (STOPPED, "Empty", "0")]
    {
        let row = row(pty, group, 4).unwrap();
        assert_eq!(row[1..3], [state, members], "{}", pty.text());
    }
    // It does 40 of 60 records a second.
    figure(pty, ("fraud-check", 3), |lag| lag.least > 100.0);
}

fn partitions(pty: &mut Pty, lab: &Lab, committed: &BTreeMap<i32, i64>) {
    pty.send("2");
    pty.wait_for("OWNER");
    for partition in committed.keys() {
        let first = partition.to_string();
        let before = lags(lab, committed)[partition];
        let shown = figure(pty, (&first, 1), |lag| lag.most >= before);
        let after = lags(lab, committed)[partition];
        assert!(shown.least <= after, "{shown:?} is shown, {after} is true:\n{}", pty.text());
        let row = row(pty, &first, 6).unwrap();
        assert!(row.iter().any(|word| word == "nobody"), "{row:?}");
    }
    // Known after two spans of data: nobody reads, records come.
    wait_for_rows(pty, "nothing is ever caught up", |rows| {
        let never = |row: &&Row| row[0].len() == 1 && row.iter().any(|word| word == "never");
        rows.iter().filter(never).count() == committed.len()
    });
}

/// The first partition's page: its end moves on, its commit does not.
fn page(pty: &mut Pty) {
    pty.send("g\r");
    pty.wait_for("growing");
    let line = |pty: &Pty, word: &str| {
        let found = rows(pty).into_iter().find(|row| row[0] == word && row.len() > 1);
        found.map(|row| row[1].clone())
    };
    pty.send("G");
    wait_for_rows(pty, "the end", |rows| rows.iter().any(|row| row[0] == "committed"));
    pty.send("g");
    let before = line(pty, "lag");
    wait_for_rows(pty, "another lag", |rows| {
        let now =
            rows.iter().find(|row| row[0] == "lag" && row.get(2).is_some_and(|w| w == "records"));
        now.is_some_and(|row| Some(&row[1]) != before.as_ref())
    });
    pty.send("\u{1b}");
    pty.wait_for("OWNER");
}

/// The rows of the Members pane: each begins with a client id of `group`.
fn of_members<'a>(rows: &'a [Row], prefix: &str) -> Vec<&'a Row> {
    let is_member = |row: &&Row| row[0].starts_with(prefix) && row[0] != prefix && row.len() > 3;
    // Titles and the Partitions pane name members elsewhere.
    rows.iter().filter(is_member).filter(|row| row[1] == "127.0.0.1").collect()
}

fn members(pty: &mut Pty) {
    pty.send("3");
    wait_for_rows(pty, "three members with eight partitions", |rows| {
        let members = of_members(rows, "search-");
        let partitions: usize = members.iter().filter_map(|row| row[2].parse::<usize>().ok()).sum();
        members.len() == 3 && partitions == 8
    });
    let before: Vec<Row> = of_members(&rows(pty), "search-").into_iter().cloned().collect();
    wait_for_rows(pty, "their lag to move", |rows| {
        let now = of_members(rows, "search-");
        now.len() == 3 && now.into_iter().zip(&before).any(|(now, before)| now != before)
    });
    pty.send("a");
    wait_for_rows(pty, "the matrix of eight partitions", |rows| {
        rows.iter().any(|row| row.len() == 1 && row[0] == "01234567")
    });
    pty.send("a");
    pty.wait_for("SHARE");
}

/// The band begins at the first look; it grows to the left.
fn rebalances(pty: &mut Pty) {
    pty.send("4");
    pty.wait_for("to now");
    let band = |rows: &[Row]| {
        let all_stable = |row: &&Row| row.len() == 1 && row[0].chars().all(|sign| sign == '▁');
        rows.iter().filter(all_stable).map(|row| row[0].chars().count()).max()
    };
    wait_for_rows(pty, "a band of Stable", |rows| {
        let named = rows.iter().any(|row| row.windows(2).any(|pair| pair == ["▁", "Stable"]));
        named && band(rows).or_else(|| rows.iter().find_map(ends_stable)).is_some_and(|n| n > 0)
    });
}

/// How many of a band's last signs are Stable.
fn ends_stable(row: &Row) -> Option<usize> {
    let last = row.first().filter(|_| row.len() == 1)?;
    let count = last.chars().rev().take_while(|sign| *sign == '▁').count();
    (count > 0).then_some(count)
}

fn idle_members(pty: &mut Pty) {
    pty.send("3");
    wait_for_rows(pty, "five members, two of them idle", |rows| {
        let members = of_members(rows, "mailer-");
        let idle = members.iter().filter(|row| row[2] == "0").count();
        members.len() == 5 && idle == 2
    });
}
