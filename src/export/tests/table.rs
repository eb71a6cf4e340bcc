//! The table as people see it.

use super::*;

fn table(snapshot: &Snapshot) -> String {
    printed(Form::Table, snapshot, Selection::ALL)
}

#[test]
fn a_block_a_group() {
    let expected = "\
cluster abc  2 brokers, controller 1  2026-11-23 01:14:05 UTC

billing  Stable, classic, range, coordinator 2, 2 members  lag 146 over 5 partitions, 2 not known, 1 negative
  TOPIC    PARTITION  COMMITTED   END  LAG  OWNER     HOST       NOTE
  orders           0       1200  1296   96  client-1  /10.0.0.7
  orders           1          -   400    -  -         -          no commit, 300 in the log
  orders           2         10   150   50  -         -          90 lost before they were read
  orders           3          9     7   -2  -         -
  removed          0          5     -    -  -         -          the topic does not exist
  holds nothing: client-2 on /10.0.0.7

secret  no partitions
  not known: not allowed to describe the group

2 groups: lag 146 over 5 partitions, 2 not known, 1 negative
";
    assert_eq!(table(&snapshot(vec![billing(), secret()], vec![orders()])), expected);
}

#[test]
fn columns_align_by_what_a_terminal_draws() {
    let partitions = vec![row(7, Some(1), lag(Some(2), Some(3)))];
    let topics = ["t", "注文", "\u{1b}[2J"]
        .map(|name| GroupTopic { topic: name.into(), partitions: partitions.clone() });
    let expected = "\
cluster abc  2 brokers, controller 1  2026-11-23 01:14:05 UTC

größe\\u{202e}  Stable, classic, range, coordinator 2  lag 6 over 3 partitions
  TOPIC      PARTITION  COMMITTED  END  LAG  OWNER  HOST  NOTE
  t                  7          1    3    2  -      -
  注文               7          1    3    2  -      -
  \\u{1b}[2J          7          1    3    2  -      -

1 group: lag 6 over 3 partitions
";
    assert_eq!(table(&snapshot(vec![group("größe\u{202e}", topics.into())], vec![])), expected);
}

#[test]
fn what_is_wrong_with_the_cluster_stands_below() {
    let fault = Fault::new("REQUEST_TIMED_OUT", "no answer within 5s\u{7}");
    let mut snapshot = snapshot(vec![], vec![]);
    let down = broker(3, BrokerHealth::Down { since: AT, fault });
    Arc::make_mut(&mut snapshot.cluster).brokers.push(down);
    snapshot.sources = Arc::new([source(true, false)]);
    let expected = "\
cluster abc  3 brokers, controller 1  2026-11-23 01:14:05 UTC

0 groups: no partitions
cluster: not every question was asked, so some values may be old or missing
broker 3: no answer within 5s\\u{7}
";
    assert_eq!(table(&snapshot), expected);
}
