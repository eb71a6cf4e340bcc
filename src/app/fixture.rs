//! Snapshots for the tests of this room and of the terminal.

use std::sync::Arc;
use std::time::Duration;

use super::keymap::Keymap;
use super::{AppState, Chord, Effect, Input, Looks, Options, update};
use crate::model::{
    Commit, Cost, GroupEntry, GroupId, GroupKind, GroupSeen, GroupState, GroupTopic, GroupView,
    Isolation, Lag, MemberRef, MemberView, PartitionView, Rate, Rebalance, RoundReport, Snapshot,
    SourceHealth, SourceId, SourceView, Timestamp, Took, TopicPartitions,
};
use crate::veil::Veil;

/// The moment at which everything here happens.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_750_000_000_000);

/// A group as a test describes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    pub(crate) name: String,
    /// Lag of each partition of its topic `orders`; `None`: no commit.
    pub(crate) lags: Vec<Option<i64>>,
    /// Client ids; partitions are dealt out in turn.
    pub(crate) members: Vec<&'static str>,
    /// Records a second in and out.
    pub(crate) rates: Option<(f64, f64)>,
    pub(crate) rebalances: i64,
}

pub(crate) fn group(name: &str, lags: &[i64]) -> Group {
    Group {
        name: name.to_owned(),
        lags: lags.iter().copied().map(Some).collect(),
        ..Group::default()
    }
}

impl Group {
    pub(crate) fn members(mut self, members: &[&'static str]) -> Self {
        self.members = members.to_vec();
        self
    }

    pub(crate) fn rates(mut self, arriving: f64, consumed: f64) -> Self {
        self.rates = Some((arriving, consumed));
        self
    }

    pub(crate) fn rebalances(mut self, count: i64) -> Self {
        self.rebalances = count;
        self
    }

    fn view(&self) -> GroupView {
        let id = GroupId::from(self.name.as_str());
        let mut view = GroupView::new(id, GroupKind::Classic, GroupState::Stable);
        let count = self.members.len();
        let partitions: Vec<_> =
            self.lags.iter().enumerate().map(|(at, &lag)| partition(at, lag, count)).collect();
        view.members = Some(
            self.members.iter().enumerate().map(|(at, name)| member(self, at, name)).collect(),
        );
        view.totals.lag = self.lags.iter().flatten().copied().reduce(|a, b| a + b);
        view.totals.partitions = partitions.len();
        view.totals.arriving = self.rates.map(|rates| Rate(rates.0));
        view.totals.consumed = self.rates.map(|rates| Rate(rates.1));
        view.topics = Arc::new([GroupTopic { topic: "orders".into(), partitions }]);
        view.rebalances = Arc::new((0..self.rebalances).map(rebalance).collect());
        view
    }
}

fn partition(at: usize, lag: Option<i64>, members: usize) -> PartitionView {
    PartitionView {
        partition: i32::try_from(at).expect("few"),
        commit: lag.map(|_| Commit {
            recorded: None,
            offset: 100,
            seen: NOW,
            moved: None,
            leader_epoch: None,
            metadata: "".into(),
        }),
        fault: None,
        owner: (members > 0).then(|| u32::try_from(at % members).expect("few")),
        lag: Lag { records: lag, ..Lag::default() },
        consumed: None,
        eta: None,
        behind: None,
        history: Arc::default(),
    }
}

fn member(group: &Group, at: usize, name: &str) -> MemberView {
    let held = |partition: &usize| partition % group.members.len() == at;
    let partitions: Vec<i32> = (0..group.lags.len())
        .filter(held)
        .map(|partition| i32::try_from(partition).expect("few"))
        .collect();
    let lags = group.lags.iter().enumerate().filter(|(partition, _)| held(partition));
    MemberView {
        id: format!("{name}-{at}").as_str().into(),
        instance_id: None,
        client_id: name.into(),
        host: format!("10.0.0.{}", 9 - at % 9).as_str().into(),
        rack: None,
        epoch: None,
        classic: false,
        lag: lags.filter_map(|(_, lag)| *lag).reduce(|a, b| a + b),
        assignment: Some(if partitions.is_empty() {
            Vec::new()
        } else {
            vec![TopicPartitions { topic: "orders".into(), partitions }]
        }),
        target: None,
        consumed: None,
    }
}

fn rebalance(number: i64) -> Rebalance {
    let joined = MemberRef {
        id: "m-0".into(),
        instance_id: None,
        client_id: "m".into(),
        host: "10.0.0.1".into(),
        dropped: None,
    };
    Rebalance {
        at: NOW.minus(Duration::from_hours(1)).plus(Duration::from_secs(number.unsigned_abs())),
        took: Took::AtMost(Duration::from_secs(number.unsigned_abs() % 7)),
        epoch: i32::try_from(number).ok(),
        ended_in: GroupState::Stable,
        joined: vec![joined],
        left: Vec::new(),
        moved: Vec::new(),
    }
}

/// A snapshot of these groups after `rounds` rounds.
pub(crate) fn snapshot(groups: &[Group], rounds: u64) -> Arc<Snapshot> {
    let mut entries: Vec<_> = groups
        .iter()
        .map(|group| GroupEntry {
            view: Arc::new(group.view()),
            seen: GroupSeen::default(),
            findings: Arc::default(),
        })
        .collect();
    entries.sort_by(|a, b| a.view.id.cmp(&b.view.id));
    let source = SourceView {
        id: SourceId::Poll,
        health: SourceHealth::Working,
        last_round: Some(RoundReport {
            number: rounds,
            started: NOW,
            lists_complete: true,
            complete: true,
            next_in_ms: 1_000,
            cost: Cost::default(),
        }),
        last_round_at: Some(NOW),
        requests_per_second: None,
        bytes_per_second: None,
        throttled_ms: 0,
        history: None,
    };
    Arc::new(Snapshot {
        version: rounds,
        groups: entries.into(),
        sources: Arc::new([source]),
        ..Snapshot::empty(NOW, Isolation::default())
    })
}

pub(crate) fn options() -> Options {
    Options {
        title: "test".into(),
        interval: Duration::from_secs(1),
        max_requests: None,
        looks: Looks::default(),
        keys: Keymap::default(),
        notice: None,
        veil: Veil::default(),
    }
}

/// An application that has seen these groups for ten rounds, at 160x45, with ten rows a pane.
pub(crate) fn app(groups: &[Group]) -> AppState {
    let mut app = AppState::new(options(), snapshot(groups, 10));
    update(&mut app, Input::Resize { width: 160, height: 45 }, NOW);
    let mut hits =
        super::HitMap { heights: [10; super::Pane::ALL.len()], ..super::HitMap::default() };
    hits.page = super::Extent { lines: 30, height: 10 };
    hits.help = hits.page;
    app.drawn(hits);
    app
}

/// Presses keys, as they are written in the README.
pub(crate) fn press(app: &mut AppState, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for name in keys.split_whitespace() {
        let chord = Chord::named(name).unwrap_or_else(|| panic!("no key is called {name}"));
        effects.extend(update(app, Input::Key(chord), NOW));
    }
    effects
}
