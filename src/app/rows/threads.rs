//! Rows of the Process pane.

use super::order::{Key, sort};
use super::{Rows, Table};
use crate::app::{ThreadKey, ThreadSort};
use crate::model::ProcessView;
use crate::model::process::ThreadView;

impl Rows {
    /// Makes the rows of the Process pane: one process has some hundred threads.
    pub(in crate::app) fn make_threads(
        &mut self,
        process: Option<&ProcessView>,
        table: &Table<ThreadKey, ThreadSort>,
    ) {
        self.threads.clear();
        let Some(process) = process else { return };
        let threads: &[ThreadView] = process.threads.as_deref().unwrap_or_default();
        let passes = |thread: &ThreadView| {
            table.filter.passes_all()
                || table.filter.matches(&thread.name)
                || table.filter.matches(&thread.tid.to_string())
        };
        let mut positions: Vec<usize> =
            (0..threads.len()).filter(|&at| threads.get(at).is_some_and(passes)).collect();
        positions.sort_by_key(|&at| threads.get(at).map(|thread| thread.tid));
        sort(&mut positions, table.descending, |at| match (threads.get(at), table.sort) {
            (Some(thread), ThreadSort::Cpu) => Key::of(thread.cpu.map(|cpu| cpu.total)),
            (Some(thread), ThreadSort::Tid) => Key::of(Some(f64::from(thread.tid))),
            (Some(thread), ThreadSort::State) => {
                Key::of(Some(f64::from(u32::from(thread.state.0))))
            }
            (None, _) => Key::last(2),
        });
        let key = |at: usize| Some(ThreadKey { process: process.key(), tid: threads.get(at)?.tid });
        self.threads.extend(positions.into_iter().filter_map(key));
    }
}
