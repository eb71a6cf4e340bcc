//! Properties over random records and random bytes.

use proptest::prelude::*;

use super::layouts::{TYPES, samples};
use crate::source::kafka::stream::records::{Malformed, Record, decode};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_version_of_every_type_is_read(seed: u64) {
        for sample in samples(seed, false) {
            let (number, version) = (sample.record_type, sample.version);
            let read = decode(&sample.key, Some(&sample.value));
            prop_assert!(read.is_ok(), "{number} {version}: {read:?}");
            let newer = matches!(read, Ok(Record::NewerKey(_) | Record::NewerValue { .. }));
            prop_assert!(!newer, "{number} {version}");
            prop_assert!(decode(&sample.key, None).is_ok());
        }
    }

    #[test]
    fn tags_of_later_writers_change_nothing(seed: u64) {
        for (plain, tagged) in samples(seed, false).into_iter().zip(samples(seed, true)) {
            let read = decode(&tagged.key, Some(&tagged.value));
            prop_assert_eq!(decode(&plain.key, Some(&plain.value)), read);
        }
    }

    #[test]
    fn a_record_has_one_length(seed: u64) {
        for mut sample in samples(seed, true) {
            for cut in 0..sample.value.len() {
                let read = decode(&sample.key, Some(&sample.value[..cut]));
                prop_assert!(read.is_err(), "{} of {}: {read:?}", cut, sample.value.len());
            }
            for cut in 0..sample.key.len() {
                let read = decode(&sample.key[..cut], Some(&sample.value));
                prop_assert!(read.is_err(), "{} of {}: {read:?}", cut, sample.key.len());
            }
            sample.value.push(0);
            let read = decode(&sample.key, Some(&sample.value)).map_err(|error| error.why);
            prop_assert_eq!(read, Err(Malformed::LeftOver));
        }
    }

    /// Any answer will do, as long as there is one.
    #[test]
    fn damaged_records_are_answered(
        seed: u64,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        for mut sample in samples(seed, true) {
            for (place, byte) in &damage {
                *place.get_mut(&mut sample.value) = *byte;
            }
            let _ = decode(&sample.key, Some(&sample.value));
            for (place, byte) in &damage {
                *place.get_mut(&mut sample.key) = *byte;
            }
            let _ = decode(&sample.key, Some(&sample.value));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_answered(
        key in prop::collection::vec(any::<u8>(), 0..40),
        value in prop::option::of(prop::collection::vec(any::<u8>(), 0..200)),
    ) {
        let _ = decode(&key, value.as_deref());
    }

    /// A good key and version in front, so that the fields are reached.
    #[test]
    fn any_fields_are_answered(
        nth in 0..TYPES.len(),
        version in 0_i16..6,
        fields in prop::collection::vec(prop_oneof![0_u8..4, any::<u8>()], 0..200),
    ) {
        let sample = samples(0, false).into_iter().find(|one| one.record_type == TYPES[nth].0);
        let value = [&version.to_be_bytes()[..], &fields].concat();
        let _ = decode(&sample.unwrap().key, Some(&value));
    }
}
