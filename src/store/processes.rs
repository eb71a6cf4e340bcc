//! This host and its processes.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::process::{HostSample, HostView, ProcessFacts, ProcessSamples, ProcessesFound};
use crate::model::{Fault, ProcessKey, ProcessView, ProcessesView, Timestamp};

/// Everything known of this host and its processes.
#[derive(Debug, Default)]
pub(super) struct Processes {
    view: Arc<ProcessesView>,
    cells: BTreeMap<ProcessKey, Arc<ProcessView>>,
    changed: bool,
}

impl Processes {
    /// Folds in a look at the host.
    pub(super) fn host(&mut self, at: Timestamp, sample: HostSample) {
        let view = Arc::make_mut(&mut self.view);
        let cpu_history = view.host.take().map(|host| host.cpu_history).unwrap_or_default();
        cpu_history.push(at, sample.cpu.map(|cpu| i64::from(cpu.0)));
        view.host = Some(HostView { at, sample, cpu_history });
    }

    /// Folds in the list of processes that are looked at.
    pub(super) fn found(&mut self, _at: Timestamp, found: ProcessesFound) {
        self.cells.retain(|key, cell| {
            cell.gone.is_some() || found.processes.iter().any(|facts| facts.key == *key)
        });
        for facts in found.processes {
            match self.cells.get_mut(&facts.key) {
                Some(cell) => Arc::make_mut(cell).facts = facts,
                None => {
                    self.cells.insert(facts.key, Arc::new(unseen(facts)));
                }
            }
        }
        self.changed = true;
    }

    /// Folds in a look at their counters.
    pub(super) fn samples(&mut self, at: Timestamp, samples: ProcessSamples) {
        for sample in samples.processes {
            let Some(cell) = self.cells.get_mut(&sample.key) else { continue };
            let cell = Arc::make_mut(cell);
            cell.at = Some(at);
            cell.rss_history
                .push(at, sample.rss.as_ref().ok().and_then(|&rss| rss.try_into().ok()));
            cell.rss = sample.rss;
            cell.thread_count = sample.thread_count;
            cell.memory = sample.memory;
        }
        for key in samples.gone {
            if let Some(cell) = self.cells.get_mut(&key) {
                Arc::make_mut(cell).gone = Some(at);
            }
        }
        self.changed = true;
    }

    /// Everything as the screen shows it.
    pub(super) fn view(&mut self) -> Arc<ProcessesView> {
        if std::mem::take(&mut self.changed) {
            Arc::make_mut(&mut self.view).processes = self.cells.values().cloned().collect();
        }
        Arc::clone(&self.view)
    }
}

/// A process of which no counter was read yet.
fn unseen(facts: ProcessFacts) -> ProcessView {
    let not_yet = || Fault::new("NOT_READ_YET", "not read yet");
    ProcessView {
        facts,
        at: None,
        gone: None,
        cpu: Ok(None),
        cpu_history: Arc::default(),
        rss: Err(not_yet()),
        rss_history: Arc::default(),
        thread_count: Err(not_yet()),
        switches_per_second: Ok(None),
        throttling: Err(not_yet()),
        memory: Err(not_yet()),
        threads: Err(not_yet()),
        per_record: None,
    }
}
