//! Names of processes, and what processes name.

use super::Redactor;
use crate::model::process::{ProcessSample, ProcessSamples, ProcessesFound};
use crate::model::pseudonym::Kind;

impl Redactor {
    pub(super) fn processes(&mut self, found: &mut ProcessesFound) {
        if let Some(searched) = &mut found.searched {
            self.rename(&mut searched.group);
            self.rename(&mut searched.members);
            for known in &mut searched.addresses {
                self.names().text(Kind::Host, &mut known.address);
            }
            self.rename(&mut searched.fault);
        }
        self.rename(&mut found.processes);
    }

    pub(super) fn process_samples(&mut self, samples: &mut ProcessSamples) {
        for sample in &mut samples.processes {
            self.sample(sample);
        }
    }

    fn sample(&mut self, sample: &mut ProcessSample) {
        let mut names = self.names();
        names.fault_of(&mut sample.cpu);
        names.fault_of(&mut sample.rss);
        names.fault_of(&mut sample.thread_count);
        names.fault_of(&mut sample.throttled);
        names.fault_of(&mut sample.memory);
        names.fault_of(&mut sample.threads);
        for thread in sample.threads.iter_mut().flatten() {
            names.text(Kind::Thread, &mut thread.name);
        }
    }
}
