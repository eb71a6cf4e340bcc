//! Commits, ends, producers.

use super::*;

#[test]
fn commits_of_many() {
    use offset_fetch_response as r;
    for version in versions::<AskCommits<'_>>() {
        let partition = |index: i32, offset: i64| {
            r::OffsetFetchResponsePartitions::default()
                .with_partition_index(index)
                .with_committed_offset(offset)
                .with_committed_leader_epoch(3)
                .with_metadata(Some(name("note")))
        };
        let topic =
            r::OffsetFetchResponseTopics::default().with_name(topic_name("t")).with_partitions(
                vec![partition(0, 5), partition(1, -1), partition(2, -1).with_error_code(88)],
            );
        let group = |id, code| {
            let topics = if code == 0 { vec![topic.clone()] } else { vec![] };
            r::OffsetFetchResponseGroup::default()
                .with_group_id(group_id(id))
                .with_error_code(code)
                .with_topics(topics)
        };
        let response = OffsetFetchResponse::default().with_groups(vec![
            group("a", 0),
            group("b", 0),
            group("c", 30),
        ]);
        let groups = read::<AskCommits<'_>>(&response, version).answer;
        let topics: Vec<_> =
            groups.iter().take(2).map(|(_, topics)| &topics.as_ref().unwrap()[0]).collect();
        assert!(Arc::ptr_eq(&topics[0].topic, &topics[1].topic));
        let commit = Commit { offset: 5, leader_epoch: Some(3), metadata: Some("note".into()) };
        assert_eq!(
            topics[0].partitions,
            [
                PartitionCommit { partition: 0, commit: Ok(Some(commit)) },
                PartitionCommit { partition: 1, commit: Ok(None) },
                PartitionCommit { partition: 2, commit: Err(KafkaError::new(88)) },
            ]
        );
        assert_eq!(groups[2].1, Err(KafkaError::new(30)));
    }
}

#[test]
fn commits_of_one() {
    use offset_fetch_response as r;
    for version in versions::<AskCommitsOfOne<'_>>() {
        let partition = r::OffsetFetchResponsePartition::default()
            .with_partition_index(1)
            .with_committed_offset(0)
            .with_committed_leader_epoch(if version >= 5 { 3 } else { -1 })
            .with_metadata(Some(name("")));
        let topic = r::OffsetFetchResponseTopic::default()
            .with_name(topic_name("t"))
            .with_partitions(vec![partition]);
        let response = OffsetFetchResponse::default().with_topics(vec![topic]);
        let topics = read::<AskCommitsOfOne<'_>>(&response, version).answer.unwrap();
        let leader_epoch = (version >= 5).then_some(3);
        let commit = Commit { offset: 0, leader_epoch, metadata: None };
        assert_eq!(topics[0].partitions[0].commit, Ok(Some(commit)));
        let failed = response.with_error_code(16);
        assert_eq!(read::<AskCommitsOfOne<'_>>(&failed, version).answer, Err(KafkaError::new(16)));
    }
}

#[test]
fn list_offsets() {
    use list_offsets_response as r;
    for version in versions::<AskOffsets<'_>>() {
        let partition = |index: i32, offset: i64, code| {
            r::ListOffsetsPartitionResponse::default()
                .with_partition_index(index)
                .with_error_code(code)
                .with_offset(offset)
                .with_timestamp(if offset > 0 { 77 } else { -1 })
                .with_leader_epoch(if version >= 4 { 2 } else { -1 })
        };
        let topic = r::ListOffsetsTopicResponse::default()
            .with_name(topic_name("t"))
            .with_partitions(vec![partition(0, 8, 0), partition(1, -1, 0), partition(2, -1, 6)]);
        let response = ListOffsetsResponse::default().with_topics(vec![topic]);
        let topics = read::<AskOffsets<'_>>(&response, version).answer;
        let leader_epoch = (version >= 4).then_some(2);
        let found = ListedOffset { offset: 8, timestamp: Some(77), leader_epoch };
        assert_eq!(
            topics[0].partitions,
            [
                PartitionOffset { partition: 0, offset: Ok(Some(found)) },
                PartitionOffset { partition: 1, offset: Ok(None) },
                PartitionOffset { partition: 2, offset: Err(KafkaError::new(6)) },
            ]
        );
    }
}

#[test]
fn producers() {
    use describe_producers_response as r;
    let producer = r::ProducerState::default()
        .with_producer_id(9.into())
        .with_producer_epoch(1)
        .with_last_sequence(-1)
        .with_last_timestamp(5)
        .with_coordinator_epoch(0)
        .with_current_txn_start_offset(-1);
    let good = r::PartitionResponse::default()
        .with_partition_index(1)
        .with_active_producers(vec![producer]);
    let bad = r::PartitionResponse::default().with_partition_index(2).with_error_code(6);
    let topic =
        r::TopicResponse::default().with_name(topic_name("t")).with_partitions(vec![good, bad]);
    let response = DescribeProducersResponse::default().with_topics(vec![topic]);
    let topics = read::<AskProducers<'_>>(&response, 0).answer;
    let producer = Producer {
        producer_id: 9,
        epoch: 1,
        last_sequence: None,
        last_timestamp: Some(5),
        coordinator_epoch: Some(0),
        transaction_start: None,
    };
    assert_eq!(topics[0].partitions, [(1, Ok(vec![producer])), (2, Err(KafkaError::new(6)))]);
}
