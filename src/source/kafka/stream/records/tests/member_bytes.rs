//! What clients wrote into classic groups.

use proptest::prelude::*;

use super::encoder::classic;
use crate::source::kafka::stream::records::{Assignment, Subscription, TopicPartitions};

#[test]
fn a_subscription_may_end_at_every_border() {
    let topics = classic(9).texts(&["t", "u"]).done();
    let fields: [(&str, Vec<u8>); 4] = [
        ("user data", vec![0, 0, 0, 1, 6]),
        ("owned", vec![0, 0, 0, 1, 0, 1, b't', 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 5]),
        ("generation", vec![0, 0, 0, 7]),
        ("rack", vec![0, 2, b'r', b'1']),
    ];
    let mut bytes = topics;
    let mut expected = Subscription { topics: vec!["t", "u"], ..Subscription::default() };
    assert_eq!(Subscription::read(&bytes.clone()), Some(expected.clone()));
    for (name, field) in fields {
        for short in 1..field.len() {
            let cut = [&bytes[..], &field[..short]].concat();
            assert_eq!(Subscription::read(&cut), None, "cut inside of {name}");
        }
        bytes.extend(field);
        match name {
            "user data" => expected.user_data = &[6],
            "owned" => {
                let owned = TopicPartitions { topic: "t", partitions: vec![0, 5] };
                expected.owned_partitions = vec![owned];
            }
            "generation" => expected.generation_id = Some(7),
            _ => expected.rack_id = Some("r1"),
        }
        assert_eq!(Subscription::read(&bytes.clone()), Some(expected.clone()), "up to {name}");
    }
    bytes.extend([1, 2, 3]);
    assert_eq!(Subscription::read(&bytes), Some(expected), "appended by a later version");
}

#[test]
fn a_version_has_its_own_fields_only() {
    for (version, owned, generation) in [(0, 0, None), (1, 1, None), (2, 1, Some(7))] {
        let bytes = classic(version).texts(&["t"]).null_array().count(1).text("t").i32s(&[1]);
        let bytes = bytes.i32(7).text("r").done();
        let read = Subscription::read(&bytes).unwrap();
        assert_eq!((read.owned_partitions.len(), read.generation_id), (owned, generation));
        assert_eq!(read.rack_id, None);
    }
}

#[test]
fn empty_and_null_are_the_same() {
    // As librdkafka writes it.
    let empty = classic(3).texts(&["t"]).bytes(&[]).count(0).i32(-1).text("").done();
    let null = classic(3).texts(&["t"]).null_array().count(0).i32(-1).null_text().done();
    let expected = Subscription { topics: vec!["t"], ..Subscription::default() };
    assert_eq!(Subscription::read(&empty), Some(expected.clone()));
    assert_eq!(Subscription::read(&null), Some(expected));
}

#[test]
fn assignments() {
    let topic = TopicPartitions { topic: "t", partitions: vec![2, 0] };
    let without_data = classic(0).count(1).text("t").i32s(&[2, 0]).done();
    let with_data = [&without_data[..], &[0, 0, 0, 2, 8, 9]].concat();
    let expected = |user_data| Assignment { assigned_partitions: vec![topic.clone()], user_data };
    assert_eq!(Assignment::read(&without_data), Some(expected(&[])));
    assert_eq!(Assignment::read(&with_data), Some(expected(&[8, 9])));
    assert_eq!(Assignment::read(&[]), Some(Assignment::default()));
    assert_eq!(Assignment::read(b"\xff\xff"), None, "negative version");
    assert_eq!(Assignment::read(b"\0\x01\x7f\xff\xff\xff"), None, "more topics than bytes");
    assert_eq!(Subscription::read(&[]), None);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        let _ = Subscription::read(&bytes);
        let _ = Assignment::read(&bytes);
    }
}
