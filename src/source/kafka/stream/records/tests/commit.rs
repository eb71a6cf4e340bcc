//! Commits in every version.

use rstest::rstest;

use super::encoder::{Bytes, classic, flexible, id, key};
use super::{entry, record};
use crate::source::kafka::stream::records::{OffsetCommit, OffsetCommitKey, Record, decode};

const KEY: OffsetCommitKey<'_> = OffsetCommitKey { group: "g", topic: "t", partition: 7 };

fn key_bytes(record_type: i16) -> Vec<u8> {
    key(record_type).text("g").text("t").i32(7).done()
}

fn plain() -> OffsetCommit<'static> {
    OffsetCommit {
        offset: Some(5),
        leader_epoch: None,
        metadata: "m",
        commit_timestamp: 11,
        expire_timestamp: None,
        topic_id: None,
    }
}

#[rstest]
#[case::first(classic(0).i64(5).text("m").i64(11), plain())]
#[case::expiring(
    classic(1).i64(5).text("m").i64(11).i64(99),
    OffsetCommit { expire_timestamp: Some(99), ..plain() }
)]
#[case::not_expiring(classic(1).i64(5).text("m").i64(11).i64(-1), plain())]
#[case::second(classic(2).i64(5).text("m").i64(11), plain())]
#[case::with_epoch(
    classic(3).i64(5).i32(3).text("m").i64(11),
    OffsetCommit { leader_epoch: Some(3), ..plain() }
)]
#[case::epoch_unknown(classic(3).i64(5).i32(-1).text("m").i64(11), plain())]
#[case::flexible(flexible(4).i64(5).i32(-1).text("m").i64(11).end(), plain())]
#[case::with_topic_id(
    flexible(4).i64(5).i32(0).text("m").i64(11).tags(&[(0, vec![8; 16])]),
    OffsetCommit { leader_epoch: Some(0), topic_id: Some(id(8)), ..plain() }
)]
#[case::topic_id_of_zeroes(
    flexible(4).i64(5).i32(-1).text("m").i64(11).tags(&[(0, vec![0; 16])]),
    plain()
)]
#[case::unknown_tags_around(
    flexible(4).i64(5).i32(-1).text("m").i64(11)
        .tags(&[(0, vec![8; 16]), (1, vec![]), (300, vec![1, 2, 3])]),
    OffsetCommit { topic_id: Some(id(8)), ..plain() }
)]
#[case::known_tag_that_grew(
    flexible(4).i64(5).i32(-1).text("m").i64(11).tags(&[(0, vec![8; 20])]),
    OffsetCommit { topic_id: Some(id(8)), ..plain() }
)]
#[case::no_position(
    classic(3).i64(-1).i32(-1).text("m").i64(11),
    OffsetCommit { offset: None, ..plain() }
)]
#[case::position_zero(
    classic(3).i64(0).i32(-1).text("").i64(11),
    OffsetCommit { offset: Some(0), metadata: "", ..plain() }
)]
fn value(#[case] bytes: Bytes, #[case] expected: OffsetCommit<'static>) {
    let (key, value) = (key_bytes(1), bytes.done());
    assert_eq!(entry!(OffsetCommit, &key, &value), (KEY, expected));
}

#[test]
fn a_legacy_key_has_values_of_version_0_only() {
    let (key, value) = (key_bytes(0), classic(0).i64(5).text("m").i64(11).done());
    assert_eq!(entry!(LegacyOffsetCommit, &key, &value), (KEY, plain()));
    let newer = classic(1).i64(5).text("m").i64(11).i64(-1).done();
    let expected = Record::NewerValue { record_type: 0, version: 1, group: "g" };
    assert_eq!(record(&key, &newer), expected);
}

#[test]
fn no_value_is_a_tombstone() {
    for record_type in [0, 1] {
        match decode(&key_bytes(record_type), None).unwrap() {
            Record::OffsetCommit(entry) | Record::LegacyOffsetCommit(entry) => {
                assert_eq!((entry.key, entry.value), (KEY, None));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn any_characters_are_text() {
    let hostile = "\0\u{1b}[31m\u{202e}é😀\n";
    let key = key(1).text(hostile).text(hostile).i32(-1).done();
    let value = flexible(4).i64(1).i32(-1).text(hostile).i64(2).end().done();
    let (key, value) = entry!(OffsetCommit, &key, &value);
    assert_eq!((key.group, key.topic, value.metadata), (hostile, hostile, hostile));
}
