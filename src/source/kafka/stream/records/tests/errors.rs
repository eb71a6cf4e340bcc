//! What is newer, and what is damaged.

use rstest::rstest;

use super::encoder::{Bytes, classic, flexible, key, key_of, tagged, uvarint};
use super::record;
use crate::source::kafka::stream::records::{DecodeError, Malformed, Part, Record, decode};

#[rstest]
fn an_unknown_type_is_newer(#[values(9, 18, 24, 255, i16::MAX)] record_type: i16) {
    for value in [None, Some(&[][..]), Some(&[0, 7, 1, 2, 3][..])] {
        let key = key(record_type).raw(&[1, 2, 3]).done();
        let read = decode(&key, value).unwrap();
        assert_eq!(read, Record::NewerKey(record_type));
        assert_eq!(read.group(), None);
    }
}

#[rstest]
#[case(1, 5)]
#[case(2, 5)]
#[case(2, i16::MAX)]
#[case(3, 1)]
#[case(11, 1)]
#[case(23, 1)]
fn an_unknown_value_version_is_newer(#[case] record_type: i16, #[case] version: i16) {
    let key = if record_type == 1 {
        key(1).text("g").text("t").i32(0).done()
    } else {
        key_of(record_type, "g", "")
    };
    let value = classic(version).raw(&[0xff; 5]).done();
    assert_eq!(record(&key, &value), Record::NewerValue { record_type, version, group: "g" });
}

fn why(key: &[u8], value: Option<&[u8]>) -> (Part, Malformed, usize) {
    let DecodeError { part, why, at, .. } = decode(key, value).unwrap_err();
    (part, why, at)
}

#[rstest]
#[case::no_bytes(vec![], Malformed::Truncated, 0)]
#[case::half_a_type(vec![0], Malformed::Truncated, 0)]
#[case::negative_type(vec![0xff, 0xff], Malformed::NegativeVersion, 0)]
#[case::no_group(key(3).done(), Malformed::Truncated, 2)]
#[case::null_group(key(3).null_text().done(), Malformed::Null, 4)]
#[case::negative_length(key(3).i16(-2).done(), Malformed::NegativeLength, 4)]
#[case::long_length(key(3).i16(2).raw(b"g").done(), Malformed::Truncated, 4)]
#[case::not_utf8(key(3).i16(1).raw(&[0xff]).done(), Malformed::NotUtf8, 5)]
#[case::left_over(key(3).text("g").raw(&[0]).done(), Malformed::LeftOver, 5)]
#[case::no_member(key(5).text("g").done(), Malformed::Truncated, 5)]
fn keys(#[case] key: Vec<u8>, #[case] expected: Malformed, #[case] at: usize) {
    assert_eq!(why(&key, None), (Part::Key, expected, at));
}

#[rstest]
#[case::no_bytes(3, tagged(), Malformed::Truncated, 0)]
#[case::negative_version(3, classic(-1), Malformed::NegativeVersion, 2)]
#[case::no_fields(3, flexible(0), Malformed::Truncated, 2)]
#[case::no_tagged_section(3, flexible(0).i32(1), Malformed::Truncated, 6)]
#[case::left_over(3, flexible(0).i32(1).end().raw(&[0]), Malformed::LeftOver, 7)]
#[case::long_tag(3, flexible(0).i32(1).raw(&[1, 0, 9, 1]), Malformed::Truncated, 9)]
#[case::short_tag(3, flexible(0).i32(1).tags(&[(0, vec![1])]), Malformed::Truncated, 10)]
#[case::varint_of_six_bytes(3, flexible(0).i32(1).raw(&[0xff; 6]), Malformed::Varint, 11)]
#[case::varint_of_33_bits(
    3, flexible(0).i32(1).raw(&[0xff, 0xff, 0xff, 0xff, 0x1f]), Malformed::Varint, 11
)]
#[case::null_array(16, flexible(0).null_array(), Malformed::Null, 3)]
#[case::null_text(17, flexible(0).i32(1).i64(1).tags(&[(1, vec![2, 0])]), Malformed::Null, 19)]
#[case::long_text(
    16, flexible(0).count(1).raw(&uvarint(32_769)).raw(&vec![b'a'; 32_768]),
    Malformed::StringTooLong, 6
)]
#[case::classic_null_array(2, classic(0).text("").i32(0).null_text().null_text().null_array(),
    Malformed::Null, 16)]
#[case::classic_negative_count(
    2, classic(0).text("").i32(0).null_text().null_text().i32(-2), Malformed::NegativeLength, 16
)]
fn values(
    #[case] record_type: i16,
    #[case] value: Bytes,
    #[case] expected: Malformed,
    #[case] at: usize,
) {
    let key = key_of(record_type, "g", if record_type == 16 { "re" } else { "" });
    assert_eq!(why(&key, Some(&value.done())), (Part::Value, expected, at));
}

/// Each would take gigabytes if it was believed.
#[rstest]
#[case::classic_members(
    2, classic(3).text("").i32(0).null_text().null_text().i64(0).i32(i32::MAX).raw(&[0; 64])
)]
#[case::texts(16, flexible(0).raw(&uvarint(u32::MAX)).raw(&[1; 64]))]
#[case::integers(7, flexible(0).count(1).id(1).raw(&uvarint(u32::MAX)).raw(&[0; 64]))]
#[case::structs(23, flexible(0).i32(1).raw(&uvarint(u32::MAX)).raw(&[1; 64]))]
#[case::tags(3, flexible(0).i32(1).raw(&uvarint(u32::MAX)).raw(&[0; 64]))]
#[case::size_of_a_tag(3, flexible(0).i32(1).raw(&[1, 7]).raw(&uvarint(u32::MAX)).raw(&[0; 64]))]
fn lengths_are_not_believed(#[case] record_type: i16, #[case] value: Bytes) {
    let key = key_of(record_type, "g", if matches!(record_type, 7 | 16) { "m" } else { "" });
    assert_eq!(why(&key, Some(&value.done())).1, Malformed::Truncated);
}

#[test]
fn an_error_says_where_and_nothing_of_the_names() {
    let key = key_of(3, "secret-group", "");
    let error = decode(&key, Some(&[0, 0, 1])).unwrap_err();
    let text = "the value of a record of type 3, version 0: it ends inside of a field (byte 2)";
    assert_eq!(error.to_string(), text);
    let error = decode(&[0], None).unwrap_err();
    assert_eq!(error.to_string(), "the key of a record: it ends inside of a field (byte 0)");
}
