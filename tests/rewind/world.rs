//! A cluster that is made up: what happens in it second by second, and what a source sees of that.

use std::collections::BTreeMap;

use lagtop::model::observation::{
    CommitObserved, CommitsObserved, GroupDescription, GroupListObserved, GroupObserved,
    ListedGroup, LogOffset, MemberObserved, OffsetsObserved, TopicCommits, TopicOffsets,
};
use lagtop::model::{
    Body, BrokerId, Cost, GroupKind, GroupState, Observation, RoundReport, SourceId, Timestamp,
    TopicPartitions,
};
use proptest::prelude::*;

pub(crate) const START: i64 = 1_700_000_000;
const PARTITIONS: usize = 4;
const NAMES: [&str; 4] = ["reader-1", "reader-2", "reader-3", "reader-4"];
/// Of the names, the one that is static: it comes back as the same member with another id.
const STATIC: usize = 2;

/// Something that happens.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// So many records come to and are consumed from a partition each second from now on.
    Flow(usize, i64, i64),
    /// It is consumed in bursts, every so many seconds.
    Bursts(usize, i64),
    /// A commit goes back.
    Rewind(usize, i64),
    /// A log loses its end.
    Truncate(usize, i64),
    /// Records are deleted at the log's start.
    Delete(usize, i64),
    /// Other members, which are seen to change hands for so many seconds.
    Rebalance(Vec<bool>, i64),
    /// A second group begins to commit.
    Second,
    /// Nothing is seen for so long.
    Silence(i64),
    /// Time passes.
    Pass(i64),
}

/// Acts, each with so many seconds after it. `jumps`: commits come in bursts, and go back; within ten
/// seconds that leaves no trace.
pub(crate) fn any_acts(
    passing: std::ops::Range<i64>,
    jumps: bool,
) -> impl Strategy<Value = Vec<Act>> {
    let partition = || 0..PARTITIONS;
    // Rates that no rule has its threshold between: all that comes is consumed, or half, or nothing.
    let flow = (partition(), prop::sample::select(vec![0, 40, 200]), 0..4_u8).prop_map(
        |(partition, come, go)| {
            Act::Flow(
                partition,
                come,
                match go {
                    0 => 0,
                    1 => come / 2,
                    2 => come,
                    _ => come + 150,
                },
            )
        },
    );
    let act = prop_oneof![
        4 => flow,
        // What lasts no longer than a look is a toss-up.
        1 => (partition(), 15..19_i64).prop_map(|(partition, every)| Act::Bursts(partition, every)),
        1 => (partition(), 1..900_i64).prop_map(|(partition, by)| Act::Rewind(partition, by)),
        1 => (partition(), 1..3_000_i64).prop_map(|(partition, by)| Act::Truncate(partition, by)),
        1 => (partition(), 1..4_000_i64).prop_map(|(partition, by)| Act::Delete(partition, by)),
        4 => (prop::collection::vec(any::<bool>(), NAMES.len()), 0..9_i64).prop_map(|(there, lasts)| Act::Rebalance(there, lasts)),
        1 => Just(Act::Second),
        1 => (1..25_i64).prop_map(Act::Silence),
    ];
    let act = act.prop_map(move |act| match act {
        Act::Bursts(..) | Act::Rewind(..) if !jumps => Act::Pass(1),
        act => act,
    });
    // Something, and then time for it to be seen.
    let step = (act, passing).prop_map(|(act, seconds)| [act, Act::Pass(seconds)]);
    prop::collection::vec(step, 4..24).prop_map(|steps| steps.concat())
}

/// The cluster.
pub(crate) struct World {
    now: i64,
    rounds: u64,
    flow: Vec<(i64, i64)>,
    bursts: BTreeMap<usize, i64>,
    ends: Vec<i64>,
    commits: Vec<i64>,
    starts: Vec<i64>,
    /// Member ids by name.
    members: BTreeMap<usize, String>,
    lives: u32,
    /// Until when partitions change hands.
    moving: Option<i64>,
    second: bool,
    silent_until: i64,
    seen: Vec<Observation>,
    /// The seconds in which something was seen.
    pub(crate) looks: Vec<i64>,
}

impl World {
    pub(crate) fn new() -> Self {
        let mut world = Self {
            now: 0,
            rounds: 0,
            flow: vec![(40, 40); PARTITIONS],
            bursts: BTreeMap::new(),
            ends: vec![10_000; PARTITIONS],
            commits: vec![10_000; PARTITIONS],
            starts: vec![0; PARTITIONS],
            members: BTreeMap::new(),
            lives: 0,
            moving: None,
            second: false,
            silent_until: 0,
            seen: Vec::new(),
            looks: Vec::new(),
        };
        world.take_part(&[true, true, false, false]);
        world
    }

    /// Everything that was seen of these acts.
    pub(crate) fn play(mut self, acts: &[Act]) -> (Vec<Observation>, Vec<i64>) {
        for act in acts {
            self.act(act);
        }
        (self.seen, self.looks)
    }

    fn act(&mut self, act: &Act) {
        match *act {
            Act::Flow(partition, come, go) => {
                self.bursts.remove(&partition);
                self.flow[partition] = (come, go);
            }
            Act::Bursts(partition, every) => {
                self.bursts.insert(partition, every);
            }
            Act::Rewind(partition, by) => {
                self.commits[partition] = (self.commits[partition] - by).max(0);
            }
            Act::Truncate(partition, by) => {
                self.ends[partition] = (self.ends[partition] - by).max(self.starts[partition]);
            }
            Act::Delete(partition, by) => {
                self.starts[partition] = (self.starts[partition] + by).min(self.ends[partition]);
            }
            Act::Rebalance(ref there, lasts) => {
                self.take_part(there);
                self.moving = (lasts > 0).then(|| self.now + lasts);
            }
            Act::Second => self.second = true,
            Act::Silence(seconds) => self.silent_until = self.now + seconds,
            Act::Pass(seconds) => (0..seconds).for_each(|_| self.second()),
        }
    }

    fn take_part(&mut self, there: &[bool]) {
        for (nth, there) in there.iter().enumerate() {
            if !there {
                self.members.remove(&nth);
            } else if !self.members.contains_key(&nth) {
                self.lives += 1;
                self.members.insert(nth, format!("{}-{}", NAMES[nth], self.lives));
            }
        }
    }

    fn second(&mut self) {
        self.now += 1;
        self.moving = self.moving.filter(|until| *until > self.now);
        let consumed = !self.members.is_empty() && self.moving.is_none();
        for partition in 0..PARTITIONS {
            let (come, go) = self.flow[partition];
            self.ends[partition] += come;
            let burst = self.bursts.get(&partition);
            let go = match burst {
                Some(every) if self.now % every == 0 => go * every,
                Some(_) => 0,
                None => go,
            };
            let behind = self.ends[partition] - self.commits[partition];
            if consumed && behind > 0 {
                self.commits[partition] += go.min(behind);
            }
        }
        if self.now > self.silent_until {
            self.look();
        }
    }

    /// A round of questions.
    fn look(&mut self) {
        self.looks.push(self.now);
        self.rounds += 1;
        let state = match (self.moving, self.members.is_empty()) {
            (Some(_), _) => GroupState::PreparingRebalance,
            (None, true) => GroupState::Empty,
            (None, false) => GroupState::Stable,
        };
        self.see(300, Body::GroupList(self.list(state)));
        self.see(305, Body::Groups(vec![self.described(state)]));
        self.see(310, Body::Commits(self.committed()));
        self.see(330, offsets(LogOffset::HighWatermark, &self.ends));
        self.see(331, offsets(LogOffset::Start, &self.starts));
        let report = RoundReport {
            number: self.rounds,
            started: self.at(299),
            lists_complete: true,
            complete: true,
            next_in_ms: 1_000,
            cost: Cost::default(),
        };
        self.see(340, Body::Round(report));
    }

    fn at(&self, ms: i64) -> Timestamp {
        // Rounds begin when they may.
        Timestamp::from_millis((START + self.now) * 1_000 + ms + self.now * 37 % 400)
    }

    fn see(&mut self, ms: i64, body: Body) {
        let at = self.at(ms);
        self.seen.push(Observation { at, source: SourceId::Poll, body });
    }

    fn list(&self, state: GroupState) -> GroupListObserved {
        let listed = |id: &str, state| ListedGroup {
            id: id.into(),
            state: Some(state),
            kind: GroupKind::Classic,
            protocol_type: "consumer".into(),
        };
        let mut groups = vec![listed("readers", state)];
        if self.second {
            groups.push(listed("second", GroupState::Empty));
        }
        GroupListObserved { coordinator: BrokerId(1), groups: Ok(groups) }
    }

    fn described(&self, state: GroupState) -> GroupObserved {
        let settled = self.moving.is_none();
        let ids: Vec<_> = self.members.iter().collect();
        let members = ids.iter().enumerate().map(|(nth, (name, id))| {
            let held = (0_i32..).take(PARTITIONS);
            let held = held.filter(|held| usize::try_from(*held).unwrap() % ids.len() == nth);
            let partitions: Vec<_> = held.collect();
            let topics = vec![TopicPartitions { topic: "events".into(), partitions }];
            let held = topics.into_iter().filter(|topic| !topic.partitions.is_empty()).collect();
            MemberObserved {
                id: id.as_str().into(),
                instance_id: (**name == STATIC).then(|| "fixed".into()),
                client_id: NAMES[**name].into(),
                host: "10.0.1.15".into(),
                rack: None,
                epoch: None,
                classic: false,
                assignment: settled.then_some(held),
                target: None,
            }
        });
        GroupObserved {
            id: "readers".into(),
            coordinator: Some(BrokerId(1)),
            asked: self.at(303),
            written: None,
            description: Ok(GroupDescription {
                state,
                kind: GroupKind::Classic,
                assignor: Some("range".into()),
                epoch: None,
                assignment_epoch: None,
                members: members.collect(),
            }),
        }
    }

    fn committed(&self) -> Vec<CommitsObserved> {
        let of = |id: &str, commits: &[i64]| {
            let commit = |(partition, &offset): (i32, &i64)| CommitObserved {
                partition,
                offset: Ok(Some(offset)),
                leader_epoch: None,
                metadata: "".into(),
            };
            let partitions = (0..).zip(commits).map(commit).collect();
            let topics = vec![TopicCommits { topic: "events".into(), partitions }];
            let (asked, topics) = (self.at(308), Ok(topics));
            CommitsObserved { id: id.into(), asked, topics, compared: false }
        };
        let mut all = vec![of("readers", &self.commits)];
        if self.second {
            all.push(of("second", &[12, 7]));
        }
        all
    }
}

fn offsets(which: LogOffset, offsets: &[i64]) -> Body {
    let partitions = (0..).zip(offsets).map(|(partition, &offset)| (partition, Ok(offset)));
    let topics = vec![TopicOffsets { topic: "events".into(), partitions: partitions.collect() }];
    Body::Offsets(OffsetsObserved { which, topics })
}
