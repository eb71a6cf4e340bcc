//! Recordings written and read back, whole, cut off and damaged.

use std::io::Cursor;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::model::inventory::TopicListed;
use crate::model::observation::{
    CommitObserved, CommitsObserved, GroupDescription, GroupObserved, LogOffset, MemberObserved,
    OffsetsObserved, PastObserved, TopicCommits, TopicOffsets,
};
use crate::model::writers::{OpenTransaction, ProducersObserved, ProducersSeen, Written};
use crate::model::{
    Body, BrokerId, Fault, GroupKind, GroupState, Marker, Snapshot, SourceHealth, SourceId,
    TopicPartitions,
};

fn header() -> Header {
    Header {
        format: FORMAT,
        version: "0.0.0".to_owned(),
        started: Timestamp::from_millis(1_000),
        title: "somewhere:9092".to_owned(),
        isolation: Isolation::ReadCommitted,
        interval_ms: 1_000,
        redacted: false,
    }
}

fn seen(at: i64, body: Body) -> Entry {
    Entry::Seen(Observation { at: Timestamp::from_millis(at), source: SourceId::Poll, body })
}

fn commits(at: i64, group: &str, topic: &str, offset: Result<Option<i64>, Fault>) -> Entry {
    let metadata = Arc::from("written by host alpha");
    let commit = CommitObserved { partition: 3, offset, leader_epoch: Some(7), metadata };
    let topics = Ok(vec![TopicCommits { topic: topic.into(), partitions: vec![commit] }]);
    let asked = Timestamp::from_millis(at - 1);
    seen(
        at,
        Body::Commits(vec![CommitsObserved { id: group.into(), asked, topics, compared: false }]),
    )
}

fn ends(at: i64, topic: &str, end: Result<i64, Fault>) -> Entry {
    let topics = vec![TopicOffsets { topic: topic.into(), partitions: vec![(3, end)] }];
    seen(at, Body::Offsets(OffsetsObserved { which: LogOffset::HighWatermark, topics }))
}

fn described(at: i64, group: &str, topic: &str) -> Entry {
    let held = vec![TopicPartitions { topic: topic.into(), partitions: vec![3] }];
    let member = MemberObserved {
        id: "alpha-client-b2f1".into(),
        instance_id: Some("alpha-instance".into()),
        client_id: "alpha-client".into(),
        host: "alpha.example".into(),
        rack: Some("alpha-rack".into()),
        epoch: None,
        classic: false,
        assignment: Some(held.clone()),
        target: Some(held),
    };
    let description = GroupDescription {
        state: GroupState::Stable,
        kind: GroupKind::Classic,
        assignor: Some("range".into()),
        epoch: None,
        assignment_epoch: None,
        members: vec![member],
    };
    let group = GroupObserved {
        id: group.into(),
        coordinator: Some(BrokerId(2)),
        asked: Timestamp::from_millis(at),
        written: None,
        description: Ok(description),
    };
    seen(at, Body::Groups(vec![group]))
}

fn listed(topic: &str) -> TopicListed {
    TopicListed { topic: topic.into(), internal: false, metadata: Err(refused()) }
}

fn producers(topic: &str) -> ProducersObserved {
    let transaction = OpenTransaction {
        producer_id: 4_711,
        epoch: 3,
        coordinator_epoch: None,
        start: 17,
        last_write: Some(Timestamp::from_millis(1_700)),
    };
    let since = Some(Written { from: Timestamp::from_millis(1_000), came: 1, wrote: 2 });
    let seen = ProducersSeen { active: 3, since, oldest: None, open: vec![transaction] };
    let partitions = vec![(3, Ok(seen)), (4, Err(refused()))];
    ProducersObserved { topic: topic.into(), partitions }
}

fn marker(at: i64, note: &str) -> Marker {
    Marker { at: Timestamp::from_millis(at), note: note.into() }
}

fn refused() -> Fault {
    Fault::new("TOPIC_AUTHORIZATION_FAILED", "not authorized to alpha-topic")
}

fn written(entries: &[Entry]) -> Vec<u8> {
    let mut writer = Writer::create(Vec::new(), &header()).unwrap();
    for entry in entries {
        writer.write(entry).unwrap();
    }
    writer.finish().unwrap()
}

/// What can be read, and why no more.
fn read(bytes: &[u8]) -> (Vec<Entry>, Option<Damage>) {
    let mut reader = Reader::new(Cursor::new(bytes)).unwrap();
    let mut entries = Vec::new();
    loop {
        match reader.entry() {
            Ok(Some(entry)) => entries.push(entry),
            Ok(None) => return (entries, None),
            Err(damage) => return (entries, Some(damage)),
        }
    }
}

fn some_entries() -> Vec<Entry> {
    vec![
        described(1_000, "alpha-group", "alpha-topic"),
        commits(1_001, "alpha-group", "alpha-topic", Ok(Some(41))),
        ends(1_002, "alpha-topic", Ok(50)),
        Entry::Dropped { at: Timestamp::from_millis(1_500), observations: 9 },
        commits(2_000, "alpha-group", "alpha-topic", Err(refused())),
        ends(2_001, "alpha-topic", Err(refused())),
        seen(
            2_002,
            Body::Health(SourceHealth::Failing {
                since: Timestamp::from_millis(2_000),
                fault: refused(),
            }),
        ),
        seen(2_003, Body::Inventory(Ok(vec![listed("alpha-topic")]))),
        seen(2_004, Body::Producers(vec![producers("alpha-topic")])),
        seen(2_005, Body::Marker(marker(1_003, "alpha-topic was resized"))),
        Entry::Ended { at: Timestamp::from_millis(2_006), why: "full".to_owned() },
    ]
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let fault = (".{0,12}", ".{0,12}").prop_map(|(code, text)| Fault::new(&code, &text));
    let offset = prop_oneof![
        any::<Option<i64>>().prop_map(Ok),
        fault.clone().prop_map(Err::<Option<i64>, _>)
    ];
    let end = prop_oneof![any::<i64>().prop_map(Ok), fault.prop_map(Err::<i64, _>)];
    let at = 1..i64::MAX;
    prop_oneof![
        (at.clone(), ".{0,9}", ".{0,9}", offset).prop_map(|(at, g, t, o)| commits(at, &g, &t, o)),
        (at.clone(), ".{0,9}", end).prop_map(|(at, topic, end)| ends(at, &topic, end)),
        (at, ".{0,9}", ".{0,9}").prop_map(|(at, group, topic)| described(at, &group, &topic)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_written_is_read(entries in prop::collection::vec(any_entry(), 0..40)) {
        prop_assert_eq!(read(&written(&entries)), (entries, None));
    }
}

#[test]
fn a_recording_cut_off_anywhere_plays_up_to_there() {
    let entries = some_entries();
    let mut writer = Writer::create(Vec::new(), &header()).unwrap();
    for entry in &entries {
        writer.write(entry).unwrap();
        writer.flush().unwrap();
    }
    let whole = writer.finish().unwrap();
    let mut longest = 0;
    for length in 0..whole.len() {
        let Ok(mut reader) = Reader::new(Cursor::new(&whole[..length])) else { continue };
        let mut count = 0;
        let damage = loop {
            match reader.entry() {
                Ok(Some(entry)) => {
                    assert_eq!(entry, entries[count]);
                    count += 1;
                }
                Ok(None) => break None,
                Err(damage) => break Some(damage),
            }
        };
        assert!(damage.is_some(), "{length} of {} bytes", whole.len());
        longest = longest.max(count);
    }
    assert!(longest >= entries.len() - 1, "{longest}");
}

#[test]
fn what_was_flushed_can_be_read_although_nothing_was_finished() {
    let entries = some_entries();
    let mut file = tempfile::tempfile().unwrap();
    let mut writer = Writer::create(file.try_clone().unwrap(), &header()).unwrap();
    for entry in &entries[..2] {
        writer.write(entry).unwrap();
    }
    writer.flush().unwrap();
    writer.write(&entries[2]).unwrap();
    // As killed: no finish.
    std::mem::forget(writer);
    std::io::Seek::rewind(&mut file).unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
    let (read, damage) = read(&bytes);
    assert_eq!(read, entries[..2]);
    assert_eq!(damage.unwrap().to_string(), "the recording ends after 2 entries: it was cut off");
}

#[test]
fn a_damaged_byte_ends_the_play_and_invents_nothing() {
    let entries = some_entries();
    let whole = written(&entries);
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        // A byte of a text may change without anybody noticing; the number of entries may not grow.
        if let Ok(mut reader) = Reader::new(Cursor::new(damaged)) {
            let mut count = 0;
            while let Ok(Some(_)) = reader.entry() {
                count += 1;
            }
            assert!(count <= entries.len(), "byte {at}");
        }
    }
}

#[test]
fn a_newer_format_is_refused_with_words() {
    let newer = Header { format: FORMAT + 1, version: "9.1.0".to_owned(), ..header() };
    let bytes = Writer::create(Vec::new(), &newer).unwrap().finish().unwrap();
    let refusal = Reader::new(Cursor::new(bytes)).err().unwrap().to_string();
    assert_eq!(
        refusal,
        "it has format 3, written by lagtop 9.1.0; this lagtop reads up to format 2: update it"
    );
}

/// A regression: markers were written under the number of the format that had none, so that an older
/// lagtop stopped at the first one instead of refusing the file.
#[test]
fn markers_came_with_the_second_format_and_the_first_is_read_as_well() {
    const { assert!(FORMAT >= 2) };
    let entries = some_entries();
    for format in 1..=FORMAT {
        let mut writer = Writer::create(Vec::new(), &Header { format, ..header() }).unwrap();
        for entry in &entries {
            writer.write(entry).unwrap();
        }
        assert_eq!(read(&writer.finish().unwrap()), (entries.clone(), None), "format {format}");
    }
    for bundled in bundle::ALL {
        let mut reader = bundled.open().unwrap();
        assert!((1..=FORMAT).contains(&reader.header().format), "{}", bundled.name);
        while reader.entry().unwrap().is_some() {}
    }
}

#[test]
fn what_is_no_recording_is_refused() {
    let foreign = zstd::encode_all(&b"{\"some\": \"json\"}\n"[..], 3).unwrap();
    for bytes in [&b""[..], b"plain text\n", &foreign] {
        assert!(matches!(Reader::new(bytes).err().unwrap(), ReadError::Foreign));
    }
}

#[test]
fn a_redacted_recording_has_no_name_left_and_the_same_pseudonym_for_the_same_name() {
    let mut redactor = Redactor::default();
    let mut text = String::new();
    for entry in some_entries() {
        let Entry::Seen(mut observation) = entry else { continue };
        redactor.redact(&mut observation);
        text.push_str(&serde_json::to_string(&observation).unwrap());
    }
    assert!(!text.contains("alpha"), "{text}");
    assert_eq!(text.matches("group-1").count(), 3, "{text}");
    assert!(text.contains("topic-1") && !text.contains("topic-2"), "{text}");
    assert!(text.contains("TOPIC_AUTHORIZATION_FAILED"), "{text}");
}

fn observed(count: i64) -> impl Iterator<Item = Observation> {
    (0..count).filter_map(|at| match ends(2_000 + at, "alpha-topic", Ok(at)) {
        Entry::Seen(observation) => Some(observation),
        _ => None,
    })
}

#[test]
fn a_recorder_writes_what_it_sees_and_never_over_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.lagtop");
    let (tee, recorder) = Recorder::start(&path, &header(), 1 << 20, None, |end| {
        panic!("it ended by itself: {end}");
    })
    .unwrap();
    let entries: Vec<_> = observed(100).map(Entry::Seen).collect();
    observed(100).for_each(|observation| tee.see(&observation));
    drop(tee);
    recorder.wait();
    let all = std::fs::read(&path).unwrap();
    assert_eq!(read(&all), (entries, None));
    let again = Recorder::start(&path, &header(), 1 << 20, None, |_| {});
    assert_eq!(again.err().unwrap().kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!(std::fs::read(&path).unwrap(), all);
}

/// A tee that begins in the middle takes what is known first, and nothing of a past that is still being read.
#[test]
fn a_recording_from_the_middle_begins_with_what_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("late.lagtop");
    let (mut tee, recorder) =
        Recorder::start(&path, &header(), 1 << 20, None, |end| panic!("it ended: {end}")).unwrap();
    let marker = Marker { at: Timestamp::from_millis(900), note: "deploy".into() };
    let empty = Snapshot::empty(Timestamp::from_millis(1_500), Isolation::ReadCommitted);
    tee.begin(&Snapshot { markers: Arc::new(vec![marker.clone()]), ..empty });
    let still =
        PastObserved::Still { from: Timestamp::from_millis(1), until: Timestamp::from_millis(2) };
    let later = observed(1).next().unwrap();
    for body in [Body::Past(still), later.body.clone()] {
        tee.see(&Observation { body, ..later.clone() });
    }
    assert!(!recorder.is_over());
    drop(tee);
    recorder.wait();
    let (entries, damage) = read(&std::fs::read(&path).unwrap());
    let bodies: Vec<_> = entries
        .into_iter()
        .filter_map(|entry| if let Entry::Seen(seen) = entry { Some(seen.body) } else { None })
        .collect();
    assert_eq!((bodies.first(), bodies.last()), (Some(&Body::Marker(marker)), Some(&later.body)));
    assert!(!bodies.iter().any(|body| matches!(body, Body::Past(_))) && damage.is_none());
}

#[test]
fn a_full_recording_ends_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("full.lagtop");
    let (told, ended) = std::sync::mpsc::channel();
    let (tee, _recorder) = Recorder::start(&path, &header(), 1, None, move |end| {
        told.send(end.to_string()).unwrap();
    })
    .unwrap();
    tee.see(&observed(1).next().unwrap());
    let end = ended.recv_timeout(Duration::from_mins(1)).unwrap();
    assert!(end.starts_with("the recording is full"), "{end}");
    let (entries, damage) = read(&std::fs::read(&path).unwrap());
    assert_eq!((entries.len(), damage), (2, None));
    assert!(matches!(&entries[1], Entry::Ended { why, .. } if why.contains("limit of 1 bytes")));
}
