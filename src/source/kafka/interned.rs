//! One `Arc` for every mention of a name: thousands of groups repeat the same few topics, and nearly all
//! commits the same empty text. What the store keeps of an answer or a record it keeps shared.

use std::collections::HashSet;
use std::sync::Arc;

use crate::model::TopicName;

/// Names kept; beyond, all are learned anew. Topics that are made and deleted without end would fill it.
const MOST: usize = 200_000;

/// The names met so far.
#[derive(Default)]
pub(super) struct Interned {
    topics: HashSet<TopicName>,
    none: Option<Arc<str>>,
}

impl Interned {
    pub(super) fn topic(&mut self, name: &str) -> TopicName {
        if let Some(known) = self.topics.get(name) {
            return known.clone();
        }
        if self.topics.len() >= MOST {
            self.topics.clear();
        }
        let topic = TopicName::from(name);
        self.topics.insert(topic.clone());
        topic
    }

    /// A client's text, which is mostly empty.
    pub(super) fn text(&mut self, text: &str) -> Arc<str> {
        if text.is_empty() {
            return Arc::clone(self.none.get_or_insert_with(|| "".into()));
        }
        text.into()
    }
}
