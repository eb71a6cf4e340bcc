//! A recorded incident, in which every name is another that cannot be guessed.
//!
//! Each string of a recording is a name or one of few words; one at a place that is not known here fails, so
//! that a name of a new kind cannot be forgotten.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use lagtop::model::inventory::TopicListed;
use lagtop::model::observation::{GroupObserved, TopicMetadata};
use lagtop::model::{
    Body, BrokerHealth, BrokerId, Fault, Isolation, Marker, Observation, Snapshot, SourceHealth,
    SourceId, Timestamp,
};
use lagtop::record::Entry;
use lagtop::record::bundle::Bundled;
use lagtop::store::Store;
use serde_json::Value;

/// Strings that are words of Kafka's or of lagtop.
const WORDS: &[&str] = &[
    "source",
    "state",
    "kind",
    "protocol_type",
    "assignor",
    "which",
    "stage",
    "progress",
    "runtime.Ok",
    "library.Ok",
    "place",
    "code",
    "health",
    "module",
    "version",
    "error",
];
/// Names that tell hosts or clients.
const HOSTS: &[&str] = &[
    "host",
    "host.name",
    "client_id",
    "instance_id",
    "address",
    "local",
    "remote",
    "command.Ok",
    "cgroup.Ok",
    "threads.Ok.name",
    "members.id",
    "searched.members",
    "change.member",
    "change.target",
    "change.held",
    "text",
    "metadata",
];
/// All others.
const OTHERS: &[&str] = &[
    "id",
    "topic",
    "group",
    "processes.name",
    "user.Ok",
    "rack",
    "topic_names",
    "followed.commits",
    "followed.members",
];
/// Names of either sort, all of which stand elsewhere too.
const EITHER: &[&str] = &["namings.name"];

/// The names given.
#[derive(Clone, Default)]
pub(crate) struct Strangers {
    /// By the name in the recording: the name in its place, and whether it only tells hosts.
    named: BTreeMap<String, (String, bool)>,
}

impl Strangers {
    /// A name that nobody can guess; the same for the same.
    fn name(&mut self, of: &str, tells_hosts: bool) -> String {
        let named = self.named.entry(of.to_owned());
        let (name, only_hosts) = named.or_insert_with(|| (unguessable(of), tells_hosts));
        *only_hosts &= tells_hosts;
        name.clone()
    }

    /// A name that tells a host or a client.
    pub(crate) fn host(&mut self, of: &str) -> String {
        self.name(of, true)
    }

    /// Any other.
    pub(crate) fn other(&mut self, of: &str) -> String {
        self.name(of, false)
    }

    /// All names, or those alone that tell hosts or clients and nothing else.
    pub(crate) fn all(&self, hosts_alone: bool) -> impl Iterator<Item = &str> {
        let named = self.named.values().filter(move |(_, hosts)| *hosts || !hosts_alone);
        named.map(|(name, _)| name.as_str())
    }

    fn rename(&mut self, value: &mut Value, path: &str) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    let path = format!("{path}.{key}");
                    if key == "rack" && value.is_null() {
                        *value = Value::String("rack".to_owned());
                    }
                    self.rename(value, &path);
                }
            }
            Value::Array(all) => all.iter_mut().for_each(|value| self.rename(value, path)),
            Value::String(text) => {
                let is = |places: &[&str]| {
                    places.iter().any(|place| path.ends_with(&format!(".{place}")))
                };
                if text.starts_with("__") || is(WORDS) {
                    return;
                }
                let tells_hosts = is(HOSTS);
                if is(EITHER) {
                    if let Some((name, _)) = self.named.get(text) {
                        text.clone_from(name);
                    } else {
                        *text = self.host(text);
                    }
                    return;
                }
                assert!(tells_hosts || is(OTHERS), "is {text:?} at {path} a name?");
                *text = self.name(text, tells_hosts);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn renamed(&mut self, observation: &Observation) -> Observation {
        let mut value = serde_json::to_value(observation).unwrap();
        self.rename(&mut value, "");
        serde_json::from_value(value).unwrap()
    }

    /// A recording up to its end with other names, and what has names besides.
    pub(crate) fn play(&mut self, bundled: &Bundled) -> Arc<Snapshot> {
        let mut reader = bundled.open().unwrap();
        let mut store = Store::new(Isolation::ReadUncommitted);
        let mut last = reader.header().started;
        let mut listed = Vec::new();
        while let Some(entry) = reader.entry().unwrap() {
            let Entry::Seen(observation) = entry else { continue };
            let observation = self.renamed(&observation);
            if observation.at.as_millis() / 1_000 > last.as_millis() / 1_000 {
                store.publish();
            }
            last = observation.at;
            if let Body::Inventory(Ok(topics)) = &observation.body {
                listed.clone_from(topics);
            }
            store.apply(observation);
        }
        for body in self.besides(last, listed) {
            let source = match body {
                Body::Marker(_) => SourceId::Person,
                Body::Health(_) => SourceId::Stream,
                _ => SourceId::Poll,
            };
            store.apply(Observation { at: last, source, body });
        }
        store.publish()
    }

    /// What a quiet recording does not have: notes, faults with a broker's words, a topic that came.
    fn besides(&mut self, at: Timestamp, mut listed: Vec<TopicListed>) -> [Body; 5] {
        let fault = |text: String| Fault::new("FAILED", &text);
        let down = fault(self.host("what the broker said"));
        let failing = fault(self.host("what the stream said"));
        let refused = fault(self.host("what the coordinator said"));
        let metadata = Ok(TopicMetadata { id: None, partitions: Vec::new() });
        let topic = self.other("a topic that came").as_str().into();
        listed.push(TopicListed { topic, internal: false, metadata });
        let group = self.other("nightly-report").as_str().into();
        [
            Body::Marker(Marker { at, note: self.other("a note").into() }),
            Body::BrokerHealth(vec![(BrokerId(1), BrokerHealth::Down { since: at, fault: down })]),
            Body::Health(SourceHealth::Failing { since: at, fault: failing }),
            Body::Groups(vec![GroupObserved {
                id: group,
                coordinator: Some(BrokerId(1)),
                asked: at,
                written: None,
                description: Err(refused),
            }]),
            Body::Inventory(Ok(listed)),
        ]
    }
}

/// Of letters that hardly follow one another in any language.
fn unguessable(of: &str) -> String {
    const LETTERS: &[u8] = b"qxzjvkwQXZJVKW";
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    let mut number = hasher.finish();
    let letters = (0..16).map(|_| {
        let letter = LETTERS[usize::try_from(number % LETTERS.len() as u64).unwrap()];
        number /= 11;
        char::from(letter)
    });
    letters.collect()
}
