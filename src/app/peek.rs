//! The page of what waits on a partition: what was wished for, and what came of it.

use std::sync::Arc;

use super::copy::Line;
use crate::model::peek::{Backlog, Excerpt, PeekPlan, PeekWish, PeekedRecord};
use crate::model::pseudonym::{Named, Names};
use crate::model::{Fault, Timestamp};

/// A wish for a look and its answers so far.
#[derive(Clone, Debug, PartialEq)]
pub struct PeekState {
    /// What is wished for now.
    pub wish: PeekWish,
    /// The wish was answered.
    pub answered: bool,
    /// What would be read; `None` until that is known.
    pub plan: Option<PeekPlan>,
    /// What was read last, and when; `None` while nothing was.
    pub read: Option<(Timestamp, Arc<Backlog>)>,
    /// Why the last wish was not fulfilled; `None` if it was, or while it is worked on.
    pub trouble: Option<Fault>,
}

impl Named for PeekState {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { wish, answered: _, plan: _, read, trouble } = self;
        wish.rename(names);
        if let Some((_, backlog)) = read {
            Arc::make_mut(backlog).rename(names);
        }
        trouble.rename(names);
    }
}

/// All of it as text, for the clipboard: what stands out, keys, and a line for each record, with the
/// beginning of its value only while that is on the page.
pub(super) fn text(state: &PeekState) -> Option<String> {
    let (_, backlog) = state.read.as_ref()?;
    let target = &state.wish.target;
    let look = &backlog.look;
    let head = Line::name("group", target.group.as_str())
        .text("topic", target.partition.topic.as_str())
        .value("partition", Some(target.partition.partition))
        .value("from", Some(look.plan.start))
        .value("next", Some(look.next))
        .value("end", Some(look.plan.end()))
        .text("says", &backlog.sentence());
    let keys = backlog.keys.top.iter().map(|count| {
        Line::name("key", &count.key.text())
            .value("records", Some(count.records))
            .value("run", Some(count.run))
            .value("bytes", Some(count.bytes))
    });
    let records = look.records.iter().map(record);
    let lines = std::iter::once(head).chain(keys).chain(records);
    Some(lines.map(|line| line.0 + "\n").collect())
}

fn record(record: &PeekedRecord) -> Line {
    let key = record.key.as_ref().map(Excerpt::text);
    let line = Line::name("offset", &record.offset.to_string())
        .value("time_ms", record.stamp.map(|stamp| stamp.at.as_millis()))
        .value("bytes", Some(record.bytes))
        .text("key", key.as_deref().unwrap_or("-"));
    match (&record.shown, record.value) {
        (Some(value), _) => line.text("value", &value.text()),
        (None, None) => line.text("value", "-"),
        (None, Some(_)) => line,
    }
}
