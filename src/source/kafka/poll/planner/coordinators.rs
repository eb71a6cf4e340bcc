//! The first part of a round: each broker's groups, their commits, their members.

use std::sync::Arc;

use super::Planner;
use crate::model::observation::{
    CommitsObserved, GroupDescription, GroupListObserved, GroupObserved, TopicCommits,
};
use crate::model::{Body, BrokerId, Fault, GroupId, Timestamp};
use crate::source::kafka::poll::ask::{Told, What};
use crate::source::kafka::poll::convert::{self, Describer};
use crate::source::kafka::poll::fault::{of_kafka, of_wire};
use crate::source::kafka::poll::groups::{Scope, ToAsk};
use crate::source::kafka::wire::{GroupList, PerGroup, WireError};

/// Groups in one question: a thousand answer with a quarter of a megabyte in 20 ms, and a group on
/// screen should not wait behind more than that.
const GROUPS_A_QUESTION: usize = 1_000;

/// The round's coordinators.
impl Planner {
    pub(super) fn list(
        &mut self,
        at: Timestamp,
        (broker, current): (Option<BrokerId>, bool),
        result: Result<Told, WireError>,
    ) {
        let Some(coordinator) = broker else { return };
        let list = match result {
            Ok(Told::List(list)) => list,
            Ok(_) => return,
            Err(error) => {
                let fault = of_wire(&error);
                self.round.lists_failed += usize::from(current);
                self.list_fault = Some(fault.clone());
                if error.is_connection() {
                    // Perhaps the brokers are others by now.
                    self.ask_metadata_aside(Vec::new());
                }
                let groups = Err(fault);
                self.see(at, Body::GroupList(GroupListObserved { coordinator, groups }));
                return;
            }
        };
        self.listed(at, coordinator, current, list);
    }

    fn listed(&mut self, at: Timestamp, coordinator: BrokerId, current: bool, list: GroupList) {
        self.list_fault = None;
        if current {
            self.round.told.insert(coordinator);
            // A coordinator that is loading names only a part: nothing may be forgotten for that.
            self.round.partial |= list.incomplete.is_some();
        }
        let filter = &self.options.groups;
        let listed = list.groups.into_iter().filter(|group| filter(&group.group));
        let groups: Vec<_> = listed.map(convert::listed).collect();
        self.round.partial |= self.groups.listed(coordinator, &groups);
        self.see(at, Body::GroupList(GroupListObserved { coordinator, groups: Ok(groups) }));
        if current {
            if let Some(gate) = self.round.gates.of.get_mut(&coordinator) {
                gate.listed = true;
            }
            self.pass_gate(coordinator);
        }
    }

    /// Asks a coordinator about what is not followed of its groups.
    pub(super) fn ask_about_groups(&mut self, coordinator: BrokerId) {
        self.ask_commits(coordinator);
        let slow = self.slow_turn().is_some();
        let moving = !self.groups.visibly_moving(&self.plan).is_empty();
        if !slow || moving || self.options.scope == Scope::Everything {
            self.ask_descriptions(coordinator);
        }
    }

    fn ask_commits(&mut self, coordinator: BrokerId) {
        let ToAsk { mut visible, rest, compared } =
            self.groups.commits_next(coordinator, &self.plan, self.round.number);
        let batches: Vec<Arc<[GroupId]>> = if visible.len() + rest.len() <= GROUPS_A_QUESTION {
            // So few that those on screen would not be told sooner by themselves.
            visible.extend(rest);
            vec![visible.into()]
        } else {
            let rest = rest.chunks(GROUPS_A_QUESTION).map(Into::into);
            std::iter::once(visible.into()).chain(rest).collect()
        };
        for batch in batches.into_iter().filter(|batch| !batch.is_empty()) {
            self.ask_coordinator(coordinator, What::Commits(batch));
        }
        for batch in compared.chunks(GROUPS_A_QUESTION) {
            self.ask_coordinator(coordinator, What::Compare(batch.into()));
        }
    }

    fn ask_descriptions(&mut self, coordinator: BrokerId) {
        let (scope, round) = (self.options.scope, self.round.number);
        let due = self.groups.describe_next(coordinator, &self.plan, scope, round);
        for (kind, groups) in due {
            for batch in groups.chunks(GROUPS_A_QUESTION) {
                self.ask_coordinator(coordinator, What::Describe(kind, batch.into()));
            }
        }
    }

    pub(super) fn commits(
        &mut self,
        (asked, at): (Timestamp, Timestamp),
        (groups, compared): (&[GroupId], bool),
        result: Result<Told, WireError>,
    ) {
        let round = self.round.number;
        let told = match result {
            Ok(Told::Commits(told)) => told,
            Ok(_) => return,
            Err(error) => {
                let fault = of_wire(&error);
                for id in groups {
                    self.groups.commits_told(id, None);
                }
                let failed = |id: &GroupId| CommitsObserved {
                    id: id.clone(),
                    asked,
                    topics: Err(fault.clone()),
                    compared,
                };
                self.see(at, Body::Commits(groups.iter().map(failed).collect()));
                return;
            }
        };
        let mut observed = Vec::with_capacity(told.len());
        for (group, topics) in told {
            let topics = topics
                .map_err(|error| of_kafka(&error))
                .map(|topics| convert::commits(topics, &self.options.topics, &mut self.names));
            for topic in topics.iter().flatten() {
                let partitions = topic.partitions.iter().map(|commit| commit.partition);
                self.wanted.name(&topic.topic, partitions, round);
            }
            let id = GroupId::from(group);
            self.groups.commits_told(&id, Some(asked).filter(|_| is_whole(&topics)));
            let group = CommitsObserved { id, asked, topics, compared };
            self.note_focus(&group);
            observed.push(group);
        }
        self.see(at, Body::Commits(observed));
    }

    pub(super) fn described(
        &mut self,
        when: (Timestamp, Timestamp),
        broker: Option<BrokerId>,
        groups: &[GroupId],
        result: Result<Told, WireError>,
    ) {
        let Some(coordinator) = broker else { return };
        let (asked, at) = when;
        let mut describe = Describer { filter: &self.options.topics, names: &mut self.names };
        let told: Vec<(GroupId, Result<GroupDescription, Fault>)> = match result {
            Ok(Told::Classic(told)) => each(told, |group| describe.classic(group)),
            Ok(Told::Consumer(told)) => each(told, |group| describe.consumer(group)),
            Ok(Told::Share(told)) => each(told, |group| describe.share(group)),
            Ok(_) => return,
            Err(error) => {
                let fault = of_wire(&error);
                groups.iter().map(|id| (id.clone(), Err(fault.clone()))).collect()
            }
        };
        for (id, description) in &told {
            let Ok(description) = description else { continue };
            self.groups.described(id, description.state, asked);
            let held =
                description.members.iter().flat_map(|member| member.assignment.iter().flatten());
            for topic in held {
                let partitions = topic.partitions.iter().copied();
                // Not every round describes every group: what its members hold stays wanted.
                self.wanted.name(&topic.topic, partitions, self.round.number);
            }
        }
        let observed = told
            .into_iter()
            .map(|(id, description)| GroupObserved {
                id,
                coordinator: Some(coordinator),
                asked,
                written: None,
                description,
            })
            .collect();
        self.see(at, Body::Groups(observed));
    }
}

/// Was everything told?
fn is_whole(topics: &Result<Vec<TopicCommits>, Fault>) -> bool {
    let each = |topics: &Vec<TopicCommits>| {
        let commits = topics.iter().flat_map(|topic| &topic.partitions);
        commits.into_iter().all(|commit| commit.offset.is_ok())
    };
    topics.as_ref().is_ok_and(each)
}

fn each<T>(
    told: PerGroup<T>,
    mut describe: impl FnMut(T) -> GroupDescription,
) -> Vec<(GroupId, Result<GroupDescription, Fault>)> {
    told.into_iter()
        .map(|(id, group)| {
            (GroupId::from(id), group.map(&mut describe).map_err(|error| of_kafka(&error)))
        })
        .collect()
}
