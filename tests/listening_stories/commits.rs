//! Positions that are committed, aborted, taken away, and go with their group.

use lagtop::model::{GroupState, Snapshot};

use crate::lab::transaction::Transactions;
use crate::lab::{Consumer, Worker};
use crate::live::group;
use crate::watched::{TOPIC, Watched, since};

fn positions(snapshot: &Snapshot, name: &str) -> Option<Vec<(i32, i64)>> {
    let rows = group(snapshot, name)?.view.partitions();
    Some(rows.filter_map(|(_, row)| Some((row.partition, row.commit.as_ref()?.newest()))).collect())
}

impl Watched<'_> {
    async fn is_at(&mut self, name: &str, expected: &[(i32, i64)]) {
        let what = format!("{name} at {expected:?}");
        let is = |snapshot: &Snapshot| (positions(snapshot, name)? == expected).then_some(());
        self.live.until(&what, is).await;
    }
}

/// What is aborted never happened.
pub(crate) async fn in_transactions(watched: &mut Watched<'_>) {
    let transactions = Transactions::of(&watched.kafka.bootstrap(), "transactional").unwrap();
    transactions.begin(TOPIC, 0, 5).unwrap();
    transactions.commit().unwrap();
    watched.is_at("transactional", &[(0, 5)]).await;
    transactions.begin(TOPIC, 0, 20).unwrap();
    transactions.abort().unwrap();
    transactions.begin(TOPIC, 1, 7).unwrap();
    transactions.commit().unwrap();
    watched.is_at("transactional", &[(0, 5), (1, 7)]).await;
}

/// One of two positions, by an administrator.
pub(crate) async fn are_deleted(watched: &mut Watched<'_>) {
    watched.kafka.admin().unwrap().commit("audit", TOPIC, &[(0, 10), (1, 3)]).unwrap();
    watched.is_at("audit", &[(0, 10), (1, 3)]).await;
    watched.kafka.delete_offsets("audit", TOPIC, 1).unwrap();
    watched.is_at("audit", &[(0, 10)]).await;
}

/// Under its old name it is another group, of which nothing is remembered.
pub(crate) async fn a_group_is_deleted_and_comes_back(watched: &mut Watched<'_>) -> Worker {
    let bootstrap = watched.kafka.bootstrap();
    let member = |client_id: &str| {
        let member = Consumer::of("again", TOPIC);
        Consumer { client_id: client_id.to_owned(), ..member }.spawn(&bootstrap).unwrap()
    };
    let first = member("first");
    let before = watched.at_rest("again", &[("first", 4)]).await;
    first.stop().unwrap();
    let empty = watched
        .live
        .until("nobody there", |snapshot| {
            let view = &group(snapshot, "again")?.view;
            (view.state == GroupState::Empty).then(|| (**view).clone())
        })
        .await;
    assert_eq!(since(&before, &empty), ["-first, 4 first>nobody"]);
    watched.kafka.admin().unwrap().delete_groups(&["again"]).await.unwrap();
    let gone = |snapshot: &Snapshot| group(snapshot, "again").is_none().then_some(());
    watched.live.until("no such group", gone).await;

    let second = member("second");
    let back = watched.at_rest("again", &[("second", 4)]).await;
    let known = back.rebalances.iter().flat_map(|event| event.left.iter().chain(&event.joined));
    assert!(known.clone().all(|one| &*one.client_id != "first"), "{:?}", back.rebalances);
    second
}
