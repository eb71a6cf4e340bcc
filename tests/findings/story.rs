//! One group on one topic, as it goes through time.

use std::sync::Arc;

use lagtop::diagnose::Rules;
use lagtop::model::observation::{
    CommitObserved, CommitsObserved, GroupDescription, GroupListObserved, GroupObserved,
    ListedGroup, LogOffset, MemberObserved, OffsetsObserved, TopicCommits, TopicOffsets,
};
use lagtop::model::{
    Body, BrokerId, Finding, GroupKind, GroupState, Isolation, Observation, Severity, Snapshot,
    SourceId, Timestamp, TopicPartitions,
};
use lagtop::store::Store;

const START: i64 = 1_000_000_000;

/// The group, the topic, and what watches them.
pub(crate) struct Story {
    store: Store,
    pub(crate) members: Vec<(&'static str, Vec<i32>)>,
    pub(crate) ends: Vec<i64>,
    pub(crate) commits: Vec<i64>,
    /// `consumer`, or nothing for a group that only commits.
    pub(crate) protocol_type: &'static str,
    /// Log starts, if they are told.
    pub(crate) starts: Option<Vec<i64>>,
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(START + second * 1_000)
}

impl Story {
    pub(crate) fn of(
        members: &[(&'static str, &[i32])],
        partitions: usize,
        rules: &[(&str, &str)],
    ) -> Self {
        let mut tuned = Rules::default();
        for (name, value) in rules {
            let (rule, threshold) = name.split_once('.').unwrap();
            tuned.set(rule, Some(threshold), value).unwrap();
        }
        Self {
            store: Store::new(Isolation::ReadUncommitted).ruled_by(tuned),
            members: members.iter().map(|(name, held)| (*name, held.to_vec())).collect(),
            ends: vec![0; partitions],
            commits: vec![0; partitions],
            protocol_type: "consumer",
            starts: None,
        }
    }

    /// Sees it at a second, and what is found then.
    pub(crate) fn see(&mut self, second: i64) -> Arc<Snapshot> {
        let seen = [self.group(second), vec![self.committed(second)], self.logs()];
        for body in seen.into_iter().flatten() {
            self.store.apply(Observation { at: at(second), source: SourceId::Poll, body });
        }
        self.store.publish()
    }

    fn group(&self, second: i64) -> Vec<Body> {
        let stable = !self.members.is_empty();
        let state = if stable { GroupState::Stable } else { GroupState::Empty };
        let listed = Body::GroupList(GroupListObserved {
            coordinator: BrokerId(1),
            groups: Ok(vec![ListedGroup {
                id: "readers".into(),
                state: Some(state),
                kind: GroupKind::Classic,
                protocol_type: self.protocol_type.into(),
            }]),
        });
        let described = Body::Groups(vec![GroupObserved {
            id: "readers".into(),
            coordinator: None,
            asked: at(second),
            written: None,
            description: Ok(GroupDescription {
                state,
                kind: GroupKind::Classic,
                assignor: Some("range".into()),
                epoch: None,
                assignment_epoch: None,
                members: self.members.iter().map(|(name, held)| member(name, held)).collect(),
            }),
        }]);
        vec![listed, described]
    }

    fn committed(&self, second: i64) -> Body {
        let commit = |(partition, &offset): (i32, &i64)| CommitObserved {
            partition,
            offset: Ok(Some(offset)),
            leader_epoch: None,
            metadata: "".into(),
        };
        Body::Commits(vec![CommitsObserved {
            id: "readers".into(),
            asked: at(second),
            topics: Ok(vec![TopicCommits {
                topic: "events".into(),
                partitions: (0..).zip(&self.commits).map(commit).collect(),
            }]),
            compared: false,
        }])
    }

    fn logs(&self) -> Vec<Body> {
        let told = |which, offsets: &[i64]| {
            let offsets = (0..).zip(offsets).map(|(partition, &offset)| (partition, Ok(offset)));
            Body::Offsets(OffsetsObserved {
                which,
                topics: vec![TopicOffsets {
                    topic: "events".into(),
                    partitions: offsets.collect(),
                }],
            })
        };
        let ends = told(LogOffset::HighWatermark, &self.ends);
        let starts = self.starts.iter().map(|starts| told(LogOffset::Start, starts));
        std::iter::once(ends).chain(starts).collect()
    }

    /// Plays `seconds`, in each of which so many records come and go on each partition.
    pub(crate) fn play(
        &mut self,
        seconds: std::ops::Range<i64>,
        flow: &[(i64, i64)],
    ) -> Arc<Snapshot> {
        let mut last = None;
        for second in seconds {
            for (partition, (come, go)) in flow.iter().enumerate() {
                self.ends[partition] += come;
                self.commits[partition] += go;
            }
            last = Some(self.see(second));
        }
        last.unwrap()
    }
}

fn member(name: &str, held: &[i32]) -> MemberObserved {
    let assignment = match held {
        [] => Vec::new(),
        held => vec![TopicPartitions { topic: "events".into(), partitions: held.to_vec() }],
    };
    MemberObserved {
        id: format!("{name}-{}", held.len()).as_str().into(),
        instance_id: None,
        client_id: name.into(),
        host: "10.0.1.15".into(),
        rack: None,
        epoch: None,
        classic: false,
        assignment: Some(assignment),
        target: None,
    }
}

pub(crate) fn said(snapshot: &Snapshot) -> Vec<(&'static str, Severity)> {
    snapshot.findings().iter().map(|finding| (finding.rule, finding.severity)).collect()
}

pub(crate) fn find<'a>(snapshot: &'a Snapshot, rule: &str) -> &'a Finding {
    let all = snapshot.findings();
    all.into_iter().find(|finding| finding.rule == rule).unwrap_or_else(|| {
        panic!("no {rule} among {:?}", said(snapshot));
    })
}

pub(crate) const THREE: &[(&str, &[i32])] =
    &[("reader-1", &[0]), ("reader-2", &[1]), ("reader-3", &[2])];
