//! How often keys repeat.

use std::collections::HashMap;

use super::{Excerpt, PeekedRecord};

/// Keys told by name: those that repeat most come first.
const TOP: usize = 10;

/// The keys of records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// Records without a key.
    pub without: usize,
    /// Different keys.
    pub different: usize,
    /// Keys that a single record has.
    pub once: usize,
    /// Keys that repeat, the most frequent first; the rest is not told by name.
    pub top: Vec<KeyCount>,
    /// The most records after one another with the same key; `None` if none has one.
    pub longest: Option<KeyRun>,
}

/// A key and its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCount {
    /// The key.
    pub key: Excerpt,
    /// How many have it.
    pub records: usize,
    /// The most of them after one another.
    pub run: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Records after one another with the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRun {
    /// The key.
    pub key: Excerpt,
    /// How many.
    pub records: usize,
    /// The offset of the first.
    pub from: i64,
}

impl Keys {
    /// Of records in the order of their offsets.
    #[must_use]
    pub fn of(records: &[PeekedRecord]) -> Self {
        let mut counts: Vec<KeyCount> = Vec::new();
        let mut places: HashMap<&Excerpt, usize> = HashMap::new();
        let mut longest: Option<KeyRun> = None;
        for run in records.chunk_by(|a, b| a.key == b.key) {
            let Some(first) = run.first() else { continue };
            let Some(key) = &first.key else { continue };
            let place = *places.entry(key).or_insert_with(|| {
                counts.push(KeyCount { key: key.clone(), records: 0, run: 0, bytes: 0 });
                counts.len() - 1
            });
            if let Some(count) = counts.get_mut(place) {
                count.records += run.len();
                count.run = count.run.max(run.len());
                count.bytes += run.iter().map(|record| record.bytes).sum::<u64>();
            }
            if longest.as_ref().is_none_or(|longest| longest.records < run.len()) {
                let (records, from) = (run.len(), first.offset);
                longest = Some(KeyRun { key: key.clone(), records, from });
            }
        }
        let different = counts.len();
        counts.retain(|count| count.records > 1);
        let once = different - counts.len();
        // Stable: of equals the one that came first.
        counts.sort_by_key(|count| std::cmp::Reverse((count.records, count.run)));
        counts.truncate(TOP);
        let without = records.iter().filter(|record| record.key.is_none()).count();
        Self { without, different, once, top: counts, longest }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::peek::record::fixture::records;

    fn keys(of: &[Option<&str>]) -> Keys {
        let of: Vec<_> = of.iter().map(|&key| (key, 10)).collect();
        Keys::of(&records(&of))
    }

    fn named(keys: &Keys) -> Vec<(String, usize, usize)> {
        keys.top.iter().map(|count| (count.key.text(), count.records, count.run)).collect()
    }

    #[test]
    fn a_run_is_found_among_others() {
        let (a, b) = (Some("a"), Some("b"));
        let keys = keys(&[a, b, a, a, a, b, None, b]);
        let expected = [("\"a\"".to_owned(), 4, 3), ("\"b\"".to_owned(), 3, 1)];
        assert_eq!(named(&keys), expected);
        assert_eq!((keys.without, keys.different), (1, 2));
        let longest = keys.longest.expect("there are keys");
        assert_eq!((longest.records, longest.from), (3, 2));
        assert_eq!(keys.top.first().map(|count| count.bytes), Some(40));
    }

    #[test]
    fn records_without_a_key_are_no_run() {
        let keys = keys(&[None, None, None]);
        assert_eq!((keys.without, keys.different, keys.longest), (3, 0, None));
    }

    #[test]
    fn keys_that_do_not_repeat_are_counted_and_not_told() {
        let keys = keys(&[Some("a"), Some("b"), Some("c"), Some("b")]);
        assert_eq!((keys.different, keys.once), (3, 2));
        assert_eq!(named(&keys), [("\"b\"".to_owned(), 2, 1)]);
    }

    #[test]
    fn of_equals_the_first_comes_first() {
        let keys = keys(&[Some("z"), Some("a"), Some("z"), Some("a")]);
        assert_eq!(named(&keys).first().map(|(key, ..)| key.clone()), Some("\"z\"".to_owned()));
    }

    proptest! {
        #[test]
        fn every_record_is_counted_once(of in prop::collection::vec(prop::option::of(0..8_u8), 0..60)) {
            let names: Vec<Option<String>> =
                of.iter().map(|key| key.map(|key| key.to_string())).collect();
            let names: Vec<Option<&str>> = names.iter().map(Option::as_deref).collect();
            let keys = keys(&names);
            // Eight different keys are all told.
            let told: usize = keys.top.iter().map(|count| count.records).sum();
            prop_assert_eq!(told + keys.once + keys.without, of.len());
            prop_assert_eq!(keys.different, keys.top.len() + keys.once);
            prop_assert!(keys.top.iter().all(|count| 0 < count.run && count.run <= count.records));
            prop_assert!(keys.top.is_sorted_by(|a, b| a.records >= b.records));
            let longest = keys.longest.as_ref().map_or(0, |longest| longest.records);
            let runs = keys.top.iter().map(|count| count.run).max();
            prop_assert_eq!(runs.unwrap_or_else(|| usize::from(keys.once > 0)), longest);
        }
    }
}
