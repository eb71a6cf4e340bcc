//! Every answer in every version, written by the protocol crate's encoders and read by ours, to the
//! last byte; every prefix of it and random damage to it refused or read, never a panic. Every
//! question in every version can be written.

mod groups;
mod offsets;

use kafka_protocol::messages::{
    ApiVersionsResponse, ConsumerGroupDescribeResponse, DescribeClusterResponse,
    DescribeGroupsResponse, DescribeProducersResponse, DescribeQuorumResponse,
    FindCoordinatorResponse, ListGroupsResponse, ListOffsetsResponse, MetadataResponse,
    OffsetFetchResponse, ResponseHeader, SaslAuthenticateResponse, SaslHandshakeResponse,
    ShareGroupDescribeResponse, api_versions_response,
    consumer_group_describe_response as consumer, describe_cluster_response,
    describe_groups_response, describe_producers_response, describe_quorum_response,
    find_coordinator_response, list_groups_response, list_offsets_response, metadata_response,
    offset_fetch_response, share_group_describe_response as share,
};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::api_versions::{ApiRange, AskVersions};
use super::classic_groups::AskClassicGroups;
use super::consumer_groups::{AskConsumerGroups, MemberType};
use super::coordinators::{AskCoordinator, AskCoordinators, Coordinator};
use super::describe_cluster::AskCluster;
use super::list_groups::{AskGroups, GroupState, GroupType};
use super::list_offsets::{
    AskOffsets, Isolation, ListedOffset, OffsetSpec, OffsetsOf, PartitionOffset,
};
use super::metadata::{AskMetadata, Topics};
use super::offset_fetch::{AskCommits, AskCommitsOfOne, Commit, CommitsOf, PartitionCommit};
use super::producers::{AskProducers, Producer};
use super::quorum::{AskQuorum, Quorum};
use super::sasl::{AskMechanism, AskProof};
use super::share_groups::AskShareGroups;
use super::*;
use crate::source::kafka::wire::frame;
use crate::source::kafka::wire::login::Mechanism;

fn versions<Q: Question>() -> std::ops::RangeInclusive<i16> {
    Q::VERSIONS.0..=Q::VERSIONS.1
}

fn encode<Q: Question>(response: &impl Encodable, version: i16) -> Vec<u8> {
    let mut frame = bytes::BytesMut::new();
    let header = Q::KEY.response_header_version(version);
    ResponseHeader::default().with_correlation_id(7).encode(&mut frame, header).unwrap();
    response.encode(&mut frame, version).unwrap();
    frame.to_vec()
}

/// Reads the whole answer, and tries every way of spoiling it.
fn read<Q: Question>(response: &impl Encodable, version: i16) -> Answered<Q::Answer> {
    let frame = encode::<Q>(response, version);
    let flexible = Q::KEY.request_header_version(version) >= 2;
    let skip = if Q::KEY.response_header_version(version) >= 1 { 5 } else { 4 };
    let mut reader = Reader::new(&frame[skip..], flexible);
    Q::read(&mut reader, version).unwrap();
    assert!(reader.is_empty(), "version {version} leaves bytes");
    for end in 0..frame.len() {
        assert!(
            frame::open::<Q>(&frame[..end], version).is_err(),
            "version {version}, {end} bytes"
        );
    }
    damage::<Q>(&frame, version);
    frame::open::<Q>(&frame, version).unwrap()
}

fn damage<Q: Question>(frame: &[u8], version: i16) {
    let places = (0..frame.len(), any::<[u8; 4]>());
    let mut runner = TestRunner::new(ProptestConfig::with_cases(64));
    let run = runner.run(&places, |(at, bytes)| {
        let mut damaged = frame.to_vec();
        for (place, byte) in damaged[at..].iter_mut().zip(bytes) {
            *place = byte;
        }
        let _ = frame::open::<Q>(&damaged, version);
        Ok(())
    });
    run.unwrap();
}

fn writes<Q: Question>(question: &Q) {
    for version in versions::<Q>() {
        let written = frame::write(question, version, 1, "test");
        written.unwrap_or_else(|error| panic!("{:?} version {version}: {error}", Q::KEY));
    }
}

fn name(text: &'static str) -> StrBytes {
    StrBytes::from_static_str(text)
}

#[test]
fn every_question_can_be_written_in_every_version() {
    let names: Vec<Arc<str>> = vec!["a".into(), "b".into()];
    let partitions = vec![TopicPartitions::new("t", vec![0, 1])];
    let some = CommitsOf { group: "g".into(), topics: Some(partitions.clone()) };
    for topics in [Topics::All, Topics::None, Topics::Named(&names)] {
        writes(&AskMetadata(topics));
    }
    writes(&AskCluster);
    writes(&AskGroups);
    writes(&AskClassicGroups(&names));
    writes(&AskConsumerGroups(&names));
    writes(&AskShareGroups(&names));
    writes(&AskCommits { groups: &[CommitsOf::all("g"), some.clone()], require_stable: true });
    writes(&AskCommitsOfOne { group: &some, require_stable: true });
    writes(&AskCommitsOfOne { group: &CommitsOf::all("g"), require_stable: true });
    let topics = [OffsetsOf {
        topic: "t".into(),
        partitions: vec![
            (0, OffsetSpec::Latest),
            (1, OffsetSpec::Earliest),
            (2, OffsetSpec::ByTimestamp(-5)),
        ],
    }];
    writes(&AskOffsets { topics: &topics, isolation: Isolation::ReadCommitted, timeout_ms: 9 });
    writes(&AskProducers(&partitions));
    writes(&AskCoordinators(&names));
    writes(&AskCoordinator("g"));
    writes(&AskVersions { client_id: "c" });
    writes(&AskMechanism(Mechanism::Plain));
    writes(&AskProof(vec![1, 2]));
}

#[test]
fn a_name_beyond_the_protocol_is_an_error() {
    let names: Vec<Arc<str>> = vec!["x".repeat(40_000).into()];
    assert!(frame::write(&AskClassicGroups(&names), 0, 1, "test").is_err());
}

#[test]
fn metadata() {
    for version in versions::<AskMetadata<'_>>() {
        let partition = metadata_response::MetadataResponsePartition::default()
            .with_error_code(5)
            .with_partition_index(3)
            .with_leader_id((-1).into())
            .with_leader_epoch(if version >= 7 { 9 } else { -1 })
            .with_replica_nodes(vec![1.into(), 2.into()])
            .with_isr_nodes(vec![2.into()])
            .with_offline_replicas(if version >= 5 { vec![1.into()] } else { vec![] });
        let mut topic = metadata_response::MetadataResponseTopic::default()
            .with_name(Some(topic_name("t")))
            .with_is_internal(true)
            .with_partitions(vec![partition]);
        if version >= 10 {
            topic = topic.with_topic_id("04".repeat(16).parse().unwrap());
        }
        let hidden = metadata_response::MetadataResponseTopic::default()
            .with_name(Some(topic_name("hidden")))
            .with_error_code(29);
        let broker = metadata_response::MetadataResponseBroker::default()
            .with_node_id(2.into())
            .with_host(name("h"))
            .with_port(9092)
            .with_rack(Some(name("r")));
        let response = MetadataResponse::default()
            .with_throttle_time_ms(8)
            .with_brokers(vec![broker])
            .with_cluster_id(Some(name("id")))
            .with_controller_id((-1).into())
            .with_topics(vec![topic, hidden]);
        let read = read::<AskMetadata<'_>>(&response, version);
        assert_eq!(read.throttle, Duration::from_millis(8));
        let metadata = read.answer.unwrap();
        assert_eq!(metadata.cluster_id.as_deref(), Some("id"));
        assert_eq!(metadata.controller, None);
        assert_eq!((metadata.brokers[0].id, metadata.brokers[0].port), (2, 9092));
        assert_eq!(metadata.brokers[0].rack.as_deref(), Some("r"));
        let topic = &metadata.topics[0];
        assert_eq!((&*topic.name, topic.internal), ("t", true));
        assert_eq!(topic.id, (version >= 10).then_some([4; 16]));
        let partition = &topic.partitions.as_ref().unwrap()[0];
        assert_eq!((partition.partition, partition.leader), (3, None));
        assert_eq!(partition.leader_epoch, (version >= 7).then_some(9));
        assert_eq!((&*partition.replicas, &*partition.isr), (&[1, 2][..], &[2][..]));
        assert_eq!(partition.offline, if version >= 5 { vec![1] } else { vec![] });
        assert_eq!(partition.error, Some(KafkaError::new(5)));
        assert_eq!(metadata.topics[1].partitions, Err(KafkaError::new(29)));
    }
}

#[test]
fn describe_cluster() {
    for version in versions::<AskCluster>() {
        let broker = describe_cluster_response::DescribeClusterBroker::default()
            .with_broker_id(1.into())
            .with_host(name("h"))
            .with_port(1)
            .with_is_fenced(version >= 2);
        let response = DescribeClusterResponse::default()
            .with_cluster_id(name("id"))
            .with_controller_id(1.into())
            .with_brokers(vec![broker]);
        let cluster = read::<AskCluster>(&response, version).answer.unwrap();
        assert_eq!((&*cluster.cluster_id, cluster.controller), ("id", Some(1)));
        assert_eq!(cluster.brokers[0].fenced, (version >= 2).then_some(true));
        let response = response.with_error_code(31).with_error_message(Some(name("no")));
        let error = read::<AskCluster>(&response, version).answer.unwrap_err();
        assert_eq!((error.code(), error.message()), (31, Some("no")));
    }
}

#[test]
fn quorum() {
    use describe_quorum_response::{PartitionData, ReplicaState, TopicData};
    for version in versions::<AskQuorum>() {
        let partition = PartitionData::default()
            .with_leader_id(3.into())
            .with_leader_epoch(7)
            .with_current_voters(vec![ReplicaState::default(); 3])
            .with_observers(vec![ReplicaState::default()]);
        let of = |partition| {
            let topic = TopicData::default().with_partitions(vec![partition]);
            DescribeQuorumResponse::default().with_topics(vec![topic])
        };
        let answer = read::<AskQuorum>(&of(partition.clone()), version).answer;
        assert_eq!(answer, Ok(Quorum { leader: Some(3), epoch: 7 }));
        let electing = of(partition.clone().with_leader_id((-1).into()));
        assert_eq!(read::<AskQuorum>(&electing, version).answer.unwrap().leader, None);
        let odd = of(partition.with_error_code(3));
        assert_eq!(read::<AskQuorum>(&odd, version).answer, Err(KafkaError::new(3)));
        let refused = DescribeQuorumResponse::default().with_error_code(31);
        assert_eq!(read::<AskQuorum>(&refused, version).answer, Err(KafkaError::new(31)));
    }
}

#[test]
fn coordinators() {
    let expected = Coordinator { id: 3, host: "h".into(), port: 9 };
    for version in versions::<AskCoordinators<'_>>() {
        let found = find_coordinator_response::Coordinator::default()
            .with_key(name("g"))
            .with_node_id(3.into())
            .with_host(name("h"))
            .with_port(9);
        let failed = find_coordinator_response::Coordinator::default()
            .with_key(name("x"))
            .with_node_id((-1).into())
            .with_port(-1)
            .with_error_code(15);
        let response = FindCoordinatorResponse::default().with_coordinators(vec![found, failed]);
        let answer = read::<AskCoordinators<'_>>(&response, version).answer;
        assert_eq!(answer[0], ("g".into(), Ok(expected.clone())));
        assert_eq!(answer[1], ("x".into(), Err(KafkaError::new(15))));
    }
    for version in versions::<AskCoordinator<'_>>() {
        let response = FindCoordinatorResponse::default()
            .with_node_id(3.into())
            .with_host(name("h"))
            .with_port(9);
        assert_eq!(read::<AskCoordinator<'_>>(&response, version).answer, Ok(expected.clone()));
    }
}

#[test]
fn greetings() {
    for version in versions::<AskVersions<'_>>() {
        let api = api_versions_response::ApiVersion::default()
            .with_api_key(3)
            .with_min_version(1)
            .with_max_version(9);
        let response = ApiVersionsResponse::default().with_api_keys(vec![api]);
        // `read` would try prefixes; trailing tagged features make it longer only from version 3.
        let spoken = read::<AskVersions<'_>>(&response, version).answer;
        assert_eq!(spoken.apis, [ApiRange { api_key: 3, min: 1, max: 9 }]);
    }
    let response =
        SaslHandshakeResponse::default().with_error_code(33).with_mechanisms(vec![name("X")]);
    let offered = read::<AskMechanism>(&response, 1).answer;
    assert_eq!((offered.error, offered.mechanisms), (33, vec!["X".into()]));
    for version in versions::<AskProof>() {
        let response = SaslAuthenticateResponse::default()
            .with_auth_bytes(bytes::Bytes::from_static(b"v="))
            .with_session_lifetime_ms(if version >= 1 { 1500 } else { 0 });
        let proof = read::<AskProof>(&response, version).answer.unwrap();
        assert_eq!(proof.bytes, b"v=");
        assert_eq!(proof.session, (version >= 1).then_some(Duration::from_millis(1500)));
        let refused = response.with_error_code(58).with_error_message(Some(name("no")));
        assert_eq!(read::<AskProof>(&refused, version).answer.err().unwrap().message(), Some("no"));
    }
}
