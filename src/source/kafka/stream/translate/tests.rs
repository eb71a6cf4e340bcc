//! The records of the reference's test vectors, as observations.

use super::*;
use crate::model::membership::{Before, Change, HeldRecorded, Progress};

struct At(i64);

impl Clock for At {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0)
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// A commit of `dec-classic` on `dec-b`/0: offset 42, leader epoch 7, at 1795336262059.
const COMMIT: (&str, &str) = (
    "0001 000b6465632d636c6173736963 00056465632d62 00000000",
    "0004 000000000000002a 00000007 0d6e6f74653a2068c3a96c6c6f 000001a2026151ab 01 00 10 \
     6f159c5b048a4527991719a356988b0a",
);

/// Generation 1 of `dec-mig`: one member, `dec-a` 0, 1, 2.
const GENERATION: (&str, &str) = (
    "0002 00076465632d6d6967",
    "0003 0008636f6e73756d6572 00000001 000572616e6765 \
     00296d672d312d34653935373231362d626530382d346663342d393239332d656430363332623133353364 \
     000001a20261d39a 00000001 \
     00296d672d312d34653935373231362d626530382d346663342d393239332d656430363332623133353364 \
     ffff 00046d672d31 000a2f3132372e302e302e31 000493e0 00002710 0000001b 0003 00000001 \
     00056465632d61 ffffffff 00000000 ffffffff ffff 00000021 0003 00000001 00056465632d61 \
     00000003 00000000 00000001 00000002 ffffffff",
);

fn translate(now: i64, record: (&str, &str), groups: &'static str) -> Vec<Body> {
    let value = bytes(record.1);
    try_translate(now, (record.0, Some(&value)), groups).expect("a record")
}

fn try_translate(
    now: i64,
    (key, value): (&str, Option<&[u8]>),
    groups: &'static str,
) -> Result<Vec<Body>, Fault> {
    let mut translator = Translator::new(
        Arc::new(At(now)),
        Arc::new(move |name| name.starts_with(groups)),
        Arc::new(|_| true),
    );
    translator.record(&bytes(key), value, Some(now))?;
    Ok(translator.take())
}

const RECORDED: i64 = 1_795_336_262_059;

#[test]
fn a_commit_carries_the_coordinators_time() {
    let bodies = translate(RECORDED + 3, COMMIT, "dec");
    let [Body::Recorded(commits)] = bodies.as_slice() else { panic!("{bodies:?}") };
    let commit = &commits[0];
    assert_eq!((commit.group.as_str(), commit.topic.as_str()), ("dec-classic", "dec-b"));
    assert_eq!((commit.partition, commit.offset, commit.leader_epoch), (0, Some(42), Some(7)));
    assert_eq!(&*commit.metadata, "note: h\u{e9}llo");
    assert_eq!(commit.recorded, Timestamp::from_millis(RECORDED));
}

#[test]
fn a_clock_that_is_far_off_is_not_believed() {
    for now in [RECORDED - 3_600_000, RECORDED + 3_600_000] {
        let bodies = translate(now, COMMIT, "dec");
        let [Body::Recorded(commits)] = bodies.as_slice() else { panic!("{bodies:?}") };
        assert_eq!(commits[0].recorded, Timestamp::from_millis(now));
    }
}

#[test]
fn a_generation_describes_its_group() {
    let bodies = translate(RECORDED, GENERATION, "dec");
    let [Body::Groups(groups)] = bodies.as_slice() else { panic!("{bodies:?}") };
    let description = groups[0].description.as_ref().expect("described");
    assert_eq!((description.epoch, description.state), (Some(1), GroupState::Stable));
    assert_eq!(description.assignor.as_deref(), Some("range"));
    let member = &description.members[0];
    assert_eq!((&*member.client_id, &*member.host), ("mg-1", "127.0.0.1"));
    let held = TopicPartitions { topic: "dec-a".into(), partitions: vec![0, 1, 2] };
    assert_eq!(member.assignment, Some(vec![held]));
}

#[test]
fn a_tombstone_takes_the_position_away() {
    let bodies = try_translate(RECORDED, (COMMIT.0, None), "dec").expect("a record");
    let [Body::Recorded(commits)] = bodies.as_slice() else { panic!("{bodies:?}") };
    assert_eq!((commits[0].offset, commits[0].partition), (None, 0));
    assert_eq!(commits[0].recorded, Timestamp::from_millis(RECORDED), "when it was written");
}

#[test]
fn what_is_not_looked_at_or_of_a_new_type_says_nothing() {
    assert!(translate(RECORDED, COMMIT, "other").is_empty());
    assert!(translate(RECORDED, GENERATION, "other").is_empty());
    assert!(translate(RECORDED, ("7fff", "00"), "dec").is_empty());
}

#[test]
fn what_cannot_be_read_is_said_unless_nobody_looks_at_it() {
    let code = |value: &str, groups| {
        let told = try_translate(RECORDED, (COMMIT.0, Some(&bytes(value))), groups);
        told.err().map(|fault| fault.code.to_string())
    };
    let newer = "0009 000000000000002a";
    assert_eq!(code(newer, "dec").as_deref(), Some("RECORD_UNREADABLE"));
    assert_eq!(code(newer, "other"), None);
    let damaged = "0004 0000";
    assert_eq!(code(damaged, "dec").as_deref(), Some("RECORD_UNREADABLE"));
}

/// Member `Y6rbBcUCSWWdopvHQ0ui8A` of `dec-next`: a static one.
const MEMBER: (&str, &str) = (
    "0005 00086465632d6e657874 00165936726242635543535757646f707648513075693841",
    "0000 097374617469632d6b 00 056b632d32 0b2f3132372e302e302e31 03 066465632d61 066465632d62 01 \
     000493e0 0672616e6765 01 00 01 00",
);

/// The same left for now, at [`RECORDED`].
const AWAY: (&str, &str) = (
    "0008 00086465632d6e657874 00165936726242635543535757646f707648513075693841",
    "0000 fffffffe 00000003 00 03 6f159c5b048a4527991719a356988b0a 02 00000000 01 00 05 02 00000000 \
     31b9425f6c824a05b8dbd0cd63228a5e 03 00000000 00000001 01 00 09 03 00000000 00000000 01 00",
);

#[test]
fn records_of_a_consumer_group_are_one_change_each() {
    let told = |record| {
        let bodies = translate(RECORDED, record, "dec");
        let [Body::Membership(changes)] = bodies.as_slice() else { panic!("{bodies:?}") };
        let [change] = changes.as_slice() else { panic!("{changes:?}") };
        assert_eq!((change.group.as_str(), change.kind), ("dec-next", GroupKind::Consumer));
        assert_eq!(change.recorded, Timestamp::from_millis(RECORDED));
        change.change.clone()
    };
    let epoch = told(("0003 00086465632d6e657874", "0000 00000002 01 00 08 3c3843731d2a52a6"));
    assert_eq!(epoch, Change::Epoch(Some(2)));
    let Change::Member(id, Some(member)) = told(MEMBER) else { panic!("a member") };
    assert_eq!(id.as_str(), "Y6rbBcUCSWWdopvHQ0ui8A");
    assert_eq!((member.instance_id.as_deref(), &*member.host), (Some("static-k"), "127.0.0.1"));
    assert_eq!(member.rebalance_timeout, Some(Duration::from_mins(5)));
    let Change::Held(_, Some(held)) = told(AWAY) else { panic!("what it holds") };
    assert_eq!((held.epoch, held.progress), (HeldRecorded::AWAY, Progress::Settled));
    let partitions: Vec<_> = held.held.iter().map(|topic| topic.partitions.clone()).collect();
    assert_eq!(partitions, [vec![0], vec![0, 1]]);
    let before = Before { joined: false, held: held.held.clone() };
    assert_eq!(held.before, Some(before), "who is away keeps what it has");
    assert!(translate(RECORDED, MEMBER, "other").is_empty());
}

/// A member's first record, at epoch 5 from this epoch, in this state: partition 0 given at epoch 3, or 5, and
/// partition 2 to be given back.
fn held(previous: i32, state: u8, given: i32, pending: bool) -> Option<Before> {
    let topic = "6f159c5b048a4527991719a356988b0a";
    let pending = if pending { format!("02 {topic} 02 00000002 00") } else { "01".to_owned() };
    let value = format!(
        "0000 00000005 {previous:08x} {state:02x} 02 {topic} 02 00000000 01 00 05 02 {given:08x} \
         {pending} 00"
    );
    let bodies = translate(RECORDED, (AWAY.0, &value), "dec");
    let [Body::Membership(changes)] = bodies.as_slice() else { panic!("{bodies:?}") };
    let Change::Held(_, Some(held)) = &changes[0].change else { panic!("{changes:?}") };
    held.before.clone()
}

#[test]
fn what_a_member_had_before_follows_from_one_record() {
    let had = |before: Option<Before>| -> Option<(bool, Vec<i32>)> {
        let Before { joined, held } = before?;
        Some((joined, held.into_iter().flat_map(|topic| topic.partitions).collect()))
    };
    assert_eq!(had(held(0, 0, 5, false)), Some((true, vec![])), "it joined");
    assert_eq!(had(held(4, 0, 5, false)), Some((false, vec![])), "partition 0 is new");
    assert_eq!(had(held(4, 0, 3, false)), Some((false, vec![0])), "it stayed");
    assert_eq!(had(held(4, 1, 5, true)), Some((false, vec![0, 2])), "one is to be given back");
}
