//! Which headers records have.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::PeekedRecord;

/// Names told: nobody looks through more.
const TOP: usize = 20;

/// The headers of records, by name. What is in them is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// Different names.
    pub different: usize,
    /// The most frequent ones, the most frequent first, else by name.
    pub top: Vec<HeaderCount>,
    /// Records whose headers cannot be told, because a name is not UTF-8.
    pub untold: usize,
}

/// A header's name and its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderCount {
    /// The name, unescaped.
    pub name: Arc<str>,
    /// How many records have it, once or more often.
    pub records: usize,
}

impl Headers {
    /// Of these records.
    #[must_use]
    pub fn of(records: &[PeekedRecord]) -> Self {
        // By name: in how many records, and in which last.
        let mut counts: BTreeMap<&Arc<str>, (usize, i64)> = BTreeMap::new();
        for record in records {
            for name in record.headers.iter().flat_map(|names| names.iter()) {
                let (count, last) = counts.entry(name).or_insert((0, i64::MIN));
                if *last != record.offset {
                    (*count, *last) = (*count + 1, record.offset);
                }
            }
        }
        let count =
            |(name, (records, _)): (&Arc<str>, _)| HeaderCount { name: Arc::clone(name), records };
        let mut top: Vec<_> = counts.into_iter().map(count).collect();
        let different = top.len();
        // Stable: equals stay in the order of their names.
        top.sort_by_key(|count| std::cmp::Reverse(count.records));
        top.truncate(TOP);
        let untold = records.iter().filter(|record| record.headers.is_none()).count();
        Self { different, top, untold }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::peek::record::fixture::record;

    #[test]
    fn a_name_counts_once_a_record() {
        let with = |offset, names: Option<&[&str]>| PeekedRecord {
            headers: names.map(|names| names.iter().map(|&name| name.into()).collect()),
            ..record(offset, None, 1)
        };
        let records = [
            with(1, Some(&["trace", "trace", "retries"])),
            with(2, Some(&["trace"])),
            with(3, Some(&[])),
            with(4, None),
            with(5, Some(&["a"])),
        ];
        let headers = Headers::of(&records);
        let told: Vec<_> = headers.top.iter().map(|count| (&*count.name, count.records)).collect();
        assert_eq!(told, [("trace", 2), ("a", 1), ("retries", 1)]);
        assert_eq!((headers.different, headers.untold), (3, 1));
    }

    #[test]
    fn the_list_is_bounded() {
        let names: Arc<[Arc<str>]> = (0..50).map(|number| format!("h{number}").into()).collect();
        let record = PeekedRecord { headers: Some(names), ..record(1, None, 1) };
        let headers = Headers::of(&[record]);
        assert_eq!((headers.different, headers.top.len()), (50, TOP));
    }
}
