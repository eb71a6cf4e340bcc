//! A group of 5,000 members on a topic of 10,000 partitions, all with names of the greatest length, from a
//! scripted broker through the real client, poller and store onto the screen.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

#[expect(dead_code, reason = "belongs to another test too")]
#[path = "wire_scripted/broker.rs"]
mod broker;
mod live;
#[path = "support/screen.rs"]
mod screen;
mod support;

use bytes::{BufMut as _, Bytes, BytesMut};
use kafka_protocol::messages::consumer_protocol_assignment::{
    ConsumerProtocolAssignment, TopicPartition,
};
use kafka_protocol::messages::describe_groups_response::{DescribedGroup, DescribedGroupMember};
use kafka_protocol::messages::list_groups_response::ListedGroup;
use kafka_protocol::messages::list_offsets_response::{
    ListOffsetsPartitionResponse, ListOffsetsTopicResponse,
};
use kafka_protocol::messages::metadata_response::{
    MetadataResponsePartition, MetadataResponseTopic,
};
use kafka_protocol::messages::offset_fetch_response::{
    OffsetFetchResponseGroup, OffsetFetchResponsePartitions, OffsetFetchResponseTopics,
};
use kafka_protocol::messages::{
    ApiKey, DescribeGroupsResponse, ListGroupsResponse, ListOffsetsRequest, ListOffsetsResponse,
    MetadataResponse, OffsetFetchResponse,
};
use kafka_protocol::protocol::{Decodable as _, Encodable as _, StrBytes};
use lagtop::app::Looks;
use lagtop::model::Snapshot;
use screen::Screen;

use broker::{Asked, Broker, brokers};
use live::{Live, on_screen};

const MEMBERS: i32 = 5_000;
const PARTITIONS: i32 = 10_000;
/// Of each partition: the position, and the end.
const OFFSETS: (i64, i64) = (7, 10);
/// In place of a time: where the log begins.
const EARLIEST: i64 = -2;
/// The longest name that Kafka allows a topic. A group's may be longer.
const LONGEST: usize = 249;

/// What the broker speaks.
const APIS: [(ApiKey, i16, i16); 4] = [
    (ApiKey::ListGroups, 0, 5),
    (ApiKey::DescribeGroups, 0, 5),
    (ApiKey::OffsetFetch, 8, 9),
    (ApiKey::ListOffsets, 1, 8),
];

fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

fn topic() -> String {
    format!("{}the-end.9", "crowded-".repeat(30))
}

/// Kafka allows everything: letters that are twice as wide, read from right to left, or take no room.
fn group() -> String {
    let strange = "顧客-😀-קבוצה-مجموعة-e\u{301}\u{302}\u{303}-\u{200b}\u{200d}\u{202e}-";
    strange.repeat(20).chars().take(LONGEST).collect()
}

fn answer(asked: &Asked, port: u16) -> Option<Vec<u8>> {
    Some(match asked.key {
        ApiKey::Metadata => asked.answer(&metadata(port)),
        ApiKey::ListGroups => {
            let listed = ListedGroup::default()
                .with_group_id(text(&group()).into())
                .with_protocol_type(text("consumer"))
                .with_group_state(text("Stable"))
                .with_group_type(text("classic"));
            asked.answer(&ListGroupsResponse::default().with_groups(vec![listed]))
        }
        ApiKey::DescribeGroups => asked.answer(&described()),
        ApiKey::OffsetFetch => asked.answer(&committed()),
        ApiKey::ListOffsets => asked.answer(&offsets(asked)),
        _ => return None,
    })
}

fn metadata(port: u16) -> MetadataResponse {
    let partitions = (0..PARTITIONS).map(|number| {
        MetadataResponsePartition::default()
            .with_partition_index(number)
            .with_leader_id(1.into())
            .with_replica_nodes(vec![1.into()])
            .with_isr_nodes(vec![1.into()])
    });
    let topic = MetadataResponseTopic::default()
        .with_name(Some(text(&topic()).into()))
        .with_partitions(partitions.collect());
    brokers(&[(1, port)]).with_topics(vec![topic])
}

/// Each member holds its share.
fn described() -> DescribeGroupsResponse {
    let members = (0..MEMBERS).map(|number| {
        let each = PARTITIONS / MEMBERS;
        let held = TopicPartition::default()
            .with_topic(text(&topic()).into())
            .with_partitions((number * each..(number + 1) * each).collect());
        DescribedGroupMember::default()
            .with_member_id(text(&format!("member-{number}")))
            .with_client_id(text(&format!("client-{number:04}")))
            .with_client_host(text("/10.0.0.1"))
            .with_member_assignment(assignment(held))
    });
    let group = DescribedGroup::default()
        .with_group_id(text(&group()).into())
        .with_group_state(text("Stable"))
        .with_protocol_type(text("consumer"))
        .with_protocol_data(text("range"))
        .with_members(members.collect());
    DescribeGroupsResponse::default().with_groups(vec![group])
}

fn assignment(held: TopicPartition) -> Bytes {
    let mut bytes = BytesMut::new();
    bytes.put_i16(0);
    let message = ConsumerProtocolAssignment::default().with_assigned_partitions(vec![held]);
    message.encode(&mut bytes, 0).unwrap();
    bytes.freeze()
}

fn committed() -> OffsetFetchResponse {
    let partitions = (0..PARTITIONS).map(|number| {
        OffsetFetchResponsePartitions::default()
            .with_partition_index(number)
            .with_committed_offset(OFFSETS.0)
    });
    let topic = OffsetFetchResponseTopics::default()
        .with_name(text(&topic()).into())
        .with_partitions(partitions.collect());
    let group = OffsetFetchResponseGroup::default()
        .with_group_id(text(&group()).into())
        .with_topics(vec![topic]);
    OffsetFetchResponse::default().with_groups(vec![group])
}

/// Log starts or ends.
fn offsets(asked: &Asked) -> ListOffsetsResponse {
    let request = ListOffsetsRequest::decode(&mut asked.body.clone(), asked.version).unwrap();
    let mut partitions = request.topics.iter().flat_map(|topic| &topic.partitions);
    let offset = if partitions.any(|one| one.timestamp == EARLIEST) { 0 } else { OFFSETS.1 };
    let partitions = (0..PARTITIONS).map(|number| {
        ListOffsetsPartitionResponse::default().with_partition_index(number).with_offset(offset)
    });
    let topic = ListOffsetsTopicResponse::default()
        .with_name(text(&topic()).into())
        .with_partitions(partitions.collect());
    ListOffsetsResponse::default().with_topics(vec![topic])
}

/// The screen at this size after these keys.
fn shown(snapshot: &Snapshot, size: (u16, u16), keys: &str) -> String {
    Screen::new(snapshot.clone(), size, Looks::default(), snapshot.at).press(keys).text()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_is_told_whole_and_can_be_scrolled_through() {
    assert_eq!((topic().len(), group().chars().count()), (LONGEST, LONGEST));
    let port = std::sync::Arc::<std::sync::OnceLock<u16>>::default();
    let own = std::sync::Arc::clone(&port);
    let broker = Broker::start(&APIS, move |asked| {
        // Whoever asks knows the port already.
        Some(answer(asked, *own.get()?)?.into())
    })
    .await;
    port.set(broker.port).unwrap();
    let bootstrap = format!("127.0.0.1:{}", broker.port);
    let mut live = Live::start(&["-b", &bootstrap], on_screen(&group(), 500), false);
    let (members, partitions) = (MEMBERS.unsigned_abs(), PARTITIONS.unsigned_abs());
    live.until("all members and all lag", |snapshot| {
        let view = &live::group(snapshot, &group())?.view;
        let told = view.members.as_ref()?.len() == members as usize;
        let owned = view.partitions().filter(|(_, row)| row.owner.is_some()).count();
        let lag = view.totals.lag == Some((OFFSETS.1 - OFFSETS.0) * i64::from(partitions));
        (told && owned == partitions as usize && lag).then_some(())
    })
    .await;

    let now = live.now();
    for size in [(160, 45), (120, 35), (80, 24), (40, 12)] {
        let text = shown(&now, size, "2 z End");
        assert!(text.contains("9999"), "the last partition at {size:?}:\n{text}");
        let begin = shown(&now, size, "2 z");
        assert_ne!(begin, text);
        assert_eq!(begin, shown(&now, size, "2 z PgDn PgDn PgUp PgUp"));
        let text = shown(&now, size, "3 z End");
        assert!(text.contains("client-4999"), "the last member at {size:?}:\n{text}");
        shown(&now, size, "3 a");
        shown(&now, size, "2 Enter");
    }
}
