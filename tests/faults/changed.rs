//! Topics and groups that are deleted, come anew and grow; and a coordinator that has no successor.

use lagtop::model::{BrokerId, Fault, GroupId, Snapshot, TopicId};

use crate::lab::bulk::{BulkCommit, commit_groups};
use crate::lab::{Consumer, Producer};
use crate::live::{every, group, lag, moment};
use crate::spread::{
    self, INTERVAL_MS, Others, TOPIC, a_coordinator, builder, commit, filled, is_well, is_whole,
    lag_on,
};
use crate::support::KafkaCluster;
use crate::witness::{Both, row};

/// The topic.
const DOOMED: &str = "doomed";
/// Who has committed there, and on a topic that stays.
const AUDIT: &str = "audit";
/// Whose member holds it.
const READER: &str = "reader";

/// What is committed on the topic that came anew, and where it ends.
const ANEW: (i64, i64) = (2, 5);
const LAG_ANEW: Option<i64> = Some(ANEW.1 - ANEW.0);

#[tokio::test(flavor = "multi_thread")]
async fn topics_and_groups_go_and_come_anew() {
    // One copy: what a coordinator knows is then nobody's when it is gone.
    let builder = builder().property("offsets.topic.replication.factor", "1");
    let Some(mut kafka) = filled(builder).await else { return };
    spread::topic(&kafka, DOOMED, 2, 3).await;
    commit(&kafka, AUDIT, DOOMED, &[0, 1]);
    commit(&kafka, AUDIT, TOPIC, &[0]);
    let reader = Consumer {
        // Else it would hear of more partitions within five minutes.
        properties: vec![("topic.metadata.refresh.interval.ms", "1000".into())],
        ..Consumer::of(READER, DOOMED)
    };
    let reader = reader.spawn(&kafka.bootstrap()).unwrap();
    let mut both = Both::of(&kafka.bootstrap(), &every(INTERVAL_MS));
    both.listens().await;
    both.stays(READER, &[READER]).await;
    both.until("everything", |snapshot| {
        let lags = [0, 1].map(|one| lag_of(snapshot, one));
        (is_well(snapshot) && lags == [Some(lag_on(1)); 2]).then_some(())
    })
    .await;
    a_topic_comes_anew(&kafka, &mut both).await;
    a_topic_grows(&kafka, &mut both).await;
    reader.stop().unwrap();
    both.let_go(READER);
    a_group_is_deleted(&kafka, &mut both).await;
    a_coordinator_has_no_successor(&mut kafka, &mut both).await;
    both.agree(&kafka).await;
}

fn lag_of(snapshot: &Snapshot, partition: i32) -> Option<i64> {
    row(snapshot, (&GroupId::from(AUDIT), DOOMED, partition))?.lag.records
}

/// Records, and a position before their end.
fn written_anew(kafka: &KafkaCluster, partitions: std::ops::Range<i32>) {
    let (position, records) = ANEW;
    for partition in partitions.clone() {
        let burst = Producer::burst(DOOMED, partition, u64::try_from(records).unwrap());
        burst.spawn(&kafka.bootstrap()).unwrap().finish().unwrap();
    }
    let offsets = partitions.map(|partition| (partition, position)).collect();
    commit_groups(kafka, DOOMED, &[BulkCommit { group: AUDIT.to_owned(), offsets }]).unwrap();
}

fn id(snapshot: &Snapshot) -> Option<TopicId> {
    snapshot.topic(&DOOMED.into())?.view.id
}

/// Figures of the old topic do not outlast it, and none comes back.
async fn a_topic_comes_anew(kafka: &KafkaCluster, both: &mut Both) {
    both.let_go(DOOMED);
    let mut before = None;
    both.each(|snapshot| before = id(snapshot));
    let admin = kafka.admin().unwrap();
    admin.delete_topic(DOOMED).await.unwrap();
    admin.create_topic(DOOMED, 2, 3).await.unwrap();
    written_anew(kafka, 0..2);
    both.until("the figures of the new topic", |snapshot| {
        let lags = [0, 1].map(|one| lag_of(snapshot, one));
        let anew =
            snapshot.topic(&DOOMED.into())?.view.made_anew.is_some() && id(snapshot) != before;
        (is_well(snapshot) && anew && lags == [LAG_ANEW; 2]).then_some(())
    })
    .await;
    both.some_rounds_later(|snapshot| {
        let lags = [0, 1].map(|one| lag_of(snapshot, one));
        assert_eq!(lags, [LAG_ANEW; 2], "{snapshot:#?}");
    })
    .await;
}

async fn a_topic_grows(kafka: &KafkaCluster, both: &mut Both) {
    kafka.admin().unwrap().grow_topic(DOOMED, 4).await.unwrap();
    written_anew(kafka, 2..4);
    both.until("four partitions, with figures and an owner who reads them", |snapshot| {
        let grown = snapshot.topic(&DOOMED.into())?.view.partitions.len() == 4;
        let lags = [0, 1, 2, 3].map(|one| lag_of(snapshot, one));
        let held = group(snapshot, READER)?.view.members.as_ref()?.first()?.held();
        let read = lag(snapshot, READER) == Some(0);
        (grown && lags == [LAG_ANEW; 4] && held == Some(4) && read).then_some(())
    })
    .await;
}

async fn a_group_is_deleted(kafka: &KafkaCluster, both: &mut Both) {
    both.let_go(AUDIT);
    kafka.admin().unwrap().delete_groups(&[AUDIT]).await.unwrap();
    both.until("no such group", |snapshot| {
        (is_well(snapshot) && group(snapshot, AUDIT).is_none()).then_some(())
    })
    .await;
    commit(kafka, AUDIT, TOPIC, &[1]);
    both.until("a new group of that name", |snapshot| {
        let topics = &group(snapshot, AUDIT)?.view.topics;
        let rows: Vec<_> = (topics.iter().flat_map(|topic| &topic.partitions))
            .map(|row| (row.partition, row.lag.records))
            .collect();
        assert!(rows.iter().all(|(partition, _)| *partition == 1), "of the old group: {topics:#?}");
        (rows == [(1, Some(lag_on(1)))]).then_some(())
    })
    .await;
}

/// Its groups are listed by nobody, and have not gone for that.
async fn a_coordinator_has_no_successor(kafka: &mut KafkaCluster, both: &mut Both) {
    let mut broker = BrokerId(-1);
    both.each(|snapshot| broker = a_coordinator(snapshot));
    kafka.kill(broker.0).unwrap();
    let gone = moment();
    both.until("that their coordinator is gone, and the others", |snapshot| {
        assert!(is_whole(snapshot), "values are kept: {snapshot:#?}");
        let known = snapshot.cluster.brokers.iter().any(|one| one.broker.id == broker);
        let (orphans, others): (Vec<_>, Vec<_>) =
            snapshot.groups.iter().partition(|entry| entry.view.coordinator == Some(broker));
        assert!(!orphans.is_empty() && !others.is_empty());
        let told = |fault: &Option<Fault>| {
            fault.as_ref().is_some_and(|fault| &*fault.code == "COORDINATOR_NOT_AVAILABLE")
        };
        let told = orphans.iter().all(|entry| told(&entry.view.commits_fault));
        let fresh = others.iter().all(|entry| entry.seen.commits >= Some(gone));
        (!known && told && fresh).then_some(())
    })
    .await;
    kafka.restart(broker.0).unwrap();
    let back = moment();
    both.until("all groups anew", |snapshot| {
        let anew = Others::all(snapshot).confirmed(snapshot)? >= back;
        (is_well(snapshot) && anew).then_some(())
    })
    .await;
}
