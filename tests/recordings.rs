//! What was recorded is what is replayed: the same pictures and findings, one for one.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic in a test binary is a failed test"
)]

use std::io::Cursor;

use lagtop::model::{Body, Isolation, Marker, Observation, SourceId, Timestamp};
use lagtop::record::{Entry, FORMAT, Header, Reader, Writer, bundle};
use lagtop::store::Store;
use proptest::prelude::*;
use world::{Act, START, World, any_acts};

#[path = "rewind/world.rs"]
mod world;

fn header(isolation: Isolation) -> Header {
    Header {
        format: FORMAT,
        version: "0.0.0".to_owned(),
        started: Timestamp::from_millis(START * 1_000),
        title: "somewhere:9092".to_owned(),
        isolation,
        interval_ms: 1_000,
        redacted: false,
    }
}

/// Folds a stream, and what a recording of it holds, into a store each; they are looked at whenever a round
/// is over, and show the same. Returns how many pictures there were, and what was found in them.
fn recorded_again(stream: &[Observation], isolation: Isolation) -> (usize, Vec<&'static str>) {
    let mut writer = Writer::create(Vec::new(), &header(isolation)).unwrap();
    for observation in stream {
        writer.write(&Entry::Seen(observation.clone())).unwrap();
    }
    let mut reader = Reader::new(Cursor::new(writer.finish().unwrap())).unwrap();
    assert_eq!(reader.header().isolation, isolation);
    let (mut first, mut second) = (Store::new(isolation), Store::new(isolation));
    let (mut pictures, mut found) = (0, Vec::new());
    for observation in stream {
        let Some(Entry::Seen(again)) = reader.entry().unwrap() else {
            panic!("{observation:?} is not in the recording");
        };
        let over = matches!(observation.body, Body::Round(_) | Body::Marker(_));
        first.apply(observation.clone());
        second.apply(again);
        if over {
            let (first, second) = (first.publish(), second.publish());
            assert!(first == second, "at {:?}:\n{first:#?}\nbut replayed\n{second:#?}", first.at);
            found.extend(first.findings().iter().map(|finding| finding.rule));
            pictures += 1;
        }
    }
    assert_eq!(reader.entry().unwrap(), None);
    found.sort_unstable();
    found.dedup();
    (pictures, found)
}

/// What a person marks meanwhile: how long after the start, of how long before that, and the note.
fn any_markers() -> impl Strategy<Value = Vec<(i64, i64, String)>> {
    prop::collection::vec((1..400_i64, 0..60_i64, "\\PC{0,12}"), 0..4)
}

fn marked(markers: &[(i64, i64, String)]) -> impl Iterator<Item = Observation> {
    markers.iter().map(|(at, before, note)| {
        let moment = |seconds| Timestamp::from_millis((START + seconds) * 1_000);
        let marker = Marker { at: moment(at - before), note: note.as_str().into() };
        Observation { at: moment(*at), source: SourceId::Person, body: Body::Marker(marker) }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_replay_shows_what_was_shown_when_it_was_recorded(
        acts in any_acts(1..30, true),
        markers in any_markers(),
        committed in any::<bool>(),
    ) {
        let (mut stream, looks) = World::new().play(&acts);
        stream.extend(marked(&markers));
        stream.sort_by_key(|observation| observation.at);
        let isolation = if committed { Isolation::ReadCommitted } else { Isolation::default() };
        let (pictures, _) = recorded_again(&stream, isolation);
        prop_assert_eq!(pictures, looks.len() + markers.len());
    }
}

/// The property would hold of silence too.
#[test]
fn what_is_found_is_found_again() {
    let acts = [
        Act::Pass(40),
        Act::Flow(0, 40, 0),
        Act::Rebalance(vec![true, true, true, false], 400),
        Act::Pass(150),
    ];
    let (stream, _) = World::new().play(&acts);
    let (_, found) = recorded_again(&stream, Isolation::default());
    assert!(found.contains(&"falling-behind") && found.contains(&"stuck-rebalance"), "{found:?}");
}

/// Real clusters, with everything that sources tell.
#[test]
fn a_recording_of_a_replay_is_the_same_again() {
    for bundled in bundle::ALL {
        let mut reader = bundled.open().unwrap();
        let mut stream = Vec::new();
        while let Some(entry) = reader.entry().unwrap() {
            if let Entry::Seen(observation) = entry {
                stream.push(observation);
            }
        }
        let (pictures, found) = recorded_again(&stream, reader.header().isolation);
        assert!(pictures > 60, "{}: {pictures}", bundled.name);
        assert!(!found.is_empty() || bundled.name == "steady", "{}", bundled.name);
    }
}
