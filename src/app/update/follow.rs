//! From a finding to what it is about.

use std::sync::Arc;

use super::Turn;
use crate::app::{Page, Pane, PartitionKey, PartitionScope, Subject};
use crate::model::{Finding, GroupId, ProcessKey, Snapshot, TopicName};

impl Turn<'_> {
    /// One partition's page, which closes back to the finding; the process and its thread; else the group's
    /// partitions, the worst of them selected; of a topic, its partitions in all groups; of the cluster, what
    /// there is in it.
    pub(super) fn go_to_subject(&mut self) -> bool {
        let snapshot = Arc::clone(self.app.picture());
        let row = self.app.rows.findings.get(self.app.findings.cursor()).copied();
        let Some(row) = row else { return false };
        self.app.findings.choose();
        let Some(finding) = row.finding(&snapshot) else {
            let only = row.waits == Some(1);
            let group = row.group(&snapshot).filter(|_| only);
            return group.is_some_and(|group| self.go_to_group(&snapshot, group));
        };
        let subject = &finding.subject;
        match (&subject.group, &subject.topic) {
            (Some(group), _) => {
                self.go_to_group(&snapshot, group) && self.go_on(&snapshot, finding)
            }
            (None, Some(topic)) => self.go_to_topic(&snapshot, topic),
            (None, None) => self.inventory(),
        }
    }

    fn go_to_group(&mut self, snapshot: &Snapshot, group: &GroupId) -> bool {
        if snapshot.group(group).is_none() {
            return false;
        }
        // A filter may hide it.
        if self.app.rows.group_position(snapshot, group).is_none() {
            self.app.set_filter(Pane::Groups, String::new());
        }
        self.refresh();
        let Some(at) = self.app.rows.group_position(snapshot, group) else { return false };
        self.app.go(Pane::Groups, at);
        self.app.set_scope(PartitionScope::Group);
        self.app.focus = Pane::Partitions;
        self.refresh();
        true
    }

    fn go_on(&mut self, snapshot: &Snapshot, finding: &Finding) -> bool {
        let partitions = &finding.subject.partitions;
        let process = finding.subject.process.filter(|_| partitions.is_empty());
        if let Some(process) = process.filter(|key| snapshot.processes.process(*key).is_some()) {
            self.go_to_process(process, finding.subject.thread);
            return true;
        }
        let Some((group, worst)) = finding.subject.group.clone().zip(partitions.first()) else {
            return true;
        };
        let key = PartitionKey { group, topic: worst.topic.clone(), partition: worst.partition };
        if self.app.rows.partition_position(snapshot, &key).is_none() {
            self.app.set_filter(Pane::Partitions, String::new());
            self.refresh();
        }
        if let Some(at) = self.app.rows.partition_position(snapshot, &key) {
            self.app.go(Pane::Partitions, at);
        }
        if partitions.len() == 1 {
            self.app.focus = Pane::Findings;
            self.app.pages.push(Page { subject: Subject::Partition(key), scroll: 0 });
        }
        true
    }

    /// To the process, and to its thread: from there `Enter` takes its stack.
    fn go_to_process(&mut self, process: ProcessKey, thread: Option<u32>) {
        self.app.process = Some(process);
        self.app.threads.reset();
        self.app.set_filter(Pane::Process, String::new());
        self.app.focus = Pane::Process;
        self.refresh();
        let of = |tid| self.app.rows.threads.iter().position(|key| key.tid == tid);
        if let Some(at) = thread.and_then(of) {
            self.app.go(Pane::Process, at);
        }
    }

    fn go_to_topic(&mut self, snapshot: &Snapshot, topic: &TopicName) -> bool {
        let mut read = snapshot.groups.iter().flat_map(|entry| entry.view.topics.iter());
        if !read.any(|one| one.topic == *topic) {
            self.say(format!("no group reads {}", topic.as_str()));
            return true;
        }
        self.app.set_scope(PartitionScope::Topic(topic.clone()));
        self.app.focus = Pane::Partitions;
        true
    }
}
