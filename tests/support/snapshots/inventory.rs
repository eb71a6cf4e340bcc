//! The incident in a cluster that grows, and in which producers come and go.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use lagtop::diagnose::{ClusterCase, Rules, TopicCase};
use lagtop::model::inventory::{Change, Changed, Counted, Newcomer, PartitionChange};
use lagtop::model::series::PartitionSeries;
use lagtop::model::writers::{
    Held, Look, OpenTransaction, Producers, ProducersSeen, Writers, Written,
};
use lagtop::model::{
    BrokerId, Findings, InventoryEntry, InventoryView, Snapshot, TopicEntry, TopicName,
};

use super::{NOW, ago, incident};

/// Seconds between two looks at producers.
const LOOKS: u64 = 10;

/// An experiment makes topics, a broker was away, and what is written to the hot topic is written by a
/// producer for each record and held back by another.
pub(crate) fn grown() -> Snapshot {
    let mut snapshot = incident();
    let (view, rules, before) = (view(), Rules::default(), Findings::default());
    let found = rules.cluster(&ClusterCase { inventory: &view, now: NOW }, &before);
    snapshot.inventory =
        InventoryEntry { view: Arc::new(view), seen: Some(ago(4)), findings: Arc::new(found) };
    let topics = snapshot.topics.iter().map(|entry| {
        let mut entry = entry.clone();
        if entry.view.name.as_str() == "user-events" {
            write(&mut entry);
            let case = TopicCase { topic: &entry.view, readers: &snapshot, now: NOW };
            entry.findings = Arc::new(rules.topic(&case, &before));
        }
        entry
    });
    snapshot.topics = topics.collect();
    snapshot
}

fn view() -> InventoryView {
    let mut view = InventoryView { since: Some(ago(600)), ..InventoryView::default() };
    let steps: [(Counted, &[(u64, i64)]); 6] = [
        (Counted::Topics, &[(600, 46), (430, 50), (310, 54), (190, 58), (70, 60)]),
        (
            Counted::Partitions,
            &[(600, 1_412), (430, 1_460), (310, 1_508), (190, 1_556), (70, 1_580)],
        ),
        (Counted::InternalTopics, &[(600, 2)]),
        (Counted::Groups, &[(600, 9), (200, 8)]),
        (Counted::Members, &[(600, 31), (330, 29), (290, 31)]),
        (Counted::Brokers, &[(600, 3), (340, 2), (300, 3)]),
    ];
    for (counted, points) in steps {
        let Some(count) = view.counts.get_mut(counted as usize) else { continue };
        for &(seconds, number) in points {
            count.history.push(ago(seconds), Some(number));
            count.now = Some(number);
        }
    }
    let newcomer = |nth: u64| Newcomer {
        at: ago(430 - 27 * nth),
        name: TopicName::from(format!("exp-ranking-{}", nth + 1).as_str()),
        partitions: 12,
    };
    view.new_topics = Arc::new((0..14).map(newcomer).collect());
    view.changes = Arc::new(changes());
    view
}

fn changes() -> VecDeque<Change> {
    let change = |seconds, what| Change { at: ago(seconds), what, alike: 0 };
    let appeared = |nth: u64| {
        let topic = format!("exp-ranking-{}", nth + 1);
        change(430 - 27 * nth, Changed::TopicAppeared(topic.as_str().into(), 12))
    };
    let ids = |ids: &[i32]| ids.iter().copied().map(BrokerId).collect::<Arc<[_]>>();
    let led = |from: i32, to: Option<i32>| PartitionChange {
        topic: "user-events".into(),
        partition: 1,
        from: Some(BrokerId(from)),
        to: to.map(BrokerId),
        more: 0,
    };
    let in_sync = |from: &[i32], to: &[i32]| PartitionChange {
        topic: "orders.v2.eu-central-1.settled-and-reconciled".into(),
        partition: 0,
        from: ids(from),
        to: ids(to),
        more: 11,
    };
    let away = Change { alike: 41, ..change(340, Changed::InSync(in_sync(&[1, 2, 3], &[1, 3]))) };
    let mut changes = vec![
        change(340, Changed::BrokerVanished(BrokerId(2))),
        change(340, Changed::Leader(led(2, None))),
        away,
        change(300, Changed::BrokerAppeared(BrokerId(2))),
        change(300, Changed::Leader(led(2, Some(3)))),
        change(290, Changed::Partitions("clicks".into(), 3, 12)),
        change(200, Changed::GroupVanished("nightly\u{1b}[31m-export".into())),
        change(120, Changed::TopicMadeAnew("ledger".into())),
    ];
    changes.extend((0..14).map(appeared));
    changes.sort_by_key(|change| change.at);
    changes.into()
}

/// Who writes to partition 1.
fn write(entry: &mut TopicEntry) {
    let view = Arc::make_mut(&mut entry.view);
    let Some(log) = view.partitions.get_mut(1) else { return };
    let history = PartitionSeries::default();
    let (mut looks, mut active) = (Vec::new(), 310);
    for look in (0..40).rev() {
        active += 12;
        let to = ago(look * LOOKS + 6);
        history.push(to, Some(i64::from(active)));
        let from = to.minus(Duration::from_secs(LOOKS));
        let written = Some(Written { from, came: 12, wrote: 13 });
        looks.push(Look { to, active, written });
    }
    let open = OpenTransaction {
        producer_id: 4_711,
        epoch: 3,
        coordinator_epoch: Some(5),
        start: 124_876_799,
        last_write: Some(ago(742)),
    };
    let seen = ProducersSeen {
        active,
        since: looks.last().and_then(|look| look.written),
        oldest: Some(ago(80_000)),
        open: vec![open],
    };
    let producers = Producers { at: ago(6), seen: Ok(seen), history: Arc::new(history), looks };
    let held = Held { last_stable: 124_876_799, since: ago(738), until: ago(3), records: 4_205 };
    log.writers = Some(Arc::new(Writers { producers: Some(producers), held: Some(held) }));
}
