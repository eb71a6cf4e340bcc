//! A page for Prometheus as somebody else's parser reads it.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]
#![allow(dead_code, reason = "each test uses its part")]

use std::collections::BTreeMap;

use openmetrics_parser::{PrometheusType, PrometheusValue, prometheus::parse_prometheus};

/// What a page says.
#[derive(Debug)]
pub(crate) struct Page {
    /// Help and type by family; also families without samples.
    pub(crate) families: BTreeMap<String, (String, PrometheusType)>,
    samples: BTreeMap<Series, f64>,
}

/// A name, and labels in their own order.
type Series = (String, BTreeMap<String, String>);

impl Page {
    /// Panics where the parser refuses the page, or a series comes twice.
    pub(crate) fn read(text: &str) -> Self {
        let page = parse_prometheus(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut families = BTreeMap::new();
        let mut samples = BTreeMap::new();
        for (name, family) in page.families {
            for sample in family.iter_samples() {
                let value = match &sample.value {
                    PrometheusValue::Gauge(value) => value.as_f64(),
                    PrometheusValue::Counter(counter) => counter.value.as_f64(),
                    other => panic!("{name}: {other:?}"),
                };
                let labels = sample.get_labelset().unwrap();
                let labels = labels.iter().map(|(name, value)| (name.clone(), value.clone()));
                let before = samples.insert((name.clone(), labels.collect()), value);
                assert_eq!(before, None, "{name} comes twice");
            }
            families.insert(name, (family.help, family.family_type));
        }
        Self { families, samples }
    }

    /// A sample with exactly these labels.
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let owned = labels.iter().map(|&(name, value)| (name.to_owned(), value.to_owned()));
        self.samples.get(&(name.to_owned(), owned.collect())).copied()
    }

    /// All samples of a family.
    pub(crate) fn of(&self, name: &str) -> Vec<(&BTreeMap<String, String>, f64)> {
        let of = self.samples.iter().filter(|((family, _), _)| family == name);
        of.map(|((_, labels), value)| (labels, *value)).collect()
    }

    /// The values of one label, in order, without repetition.
    pub(crate) fn labels(&self, label: &str) -> Vec<&str> {
        let mut found: Vec<_> =
            self.samples.keys().filter_map(|(_, labels)| labels.get(label)).collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(String::as_str).collect()
    }
}
