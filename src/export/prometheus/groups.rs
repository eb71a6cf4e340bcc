//! Families about groups and their partitions: two tables, of which each line is a family.

use super::fresh::Horizon;
use super::text::{Label, Metric, Page, Value};
use crate::model::behind::Age;
use crate::model::{
    Eta, Findings, GroupEntry, GroupState, GroupView, PartitionLog, PartitionView, Snapshot,
    Timestamp, TopicEntry,
};

/// A group as far as it is known and fresh.
pub(super) struct Group<'a> {
    view: &'a GroupView,
    findings: &'a Findings,
    rows: Vec<Row<'a>>,
    /// It was described at least once, so its rebalances are counted.
    described: bool,
    at: Timestamp,
    /// Some partition's end is stale: what follows from all ends is not known.
    blurred: bool,
}

/// A partition as one group consumes it. `None`: not known, or stale.
struct Row<'a> {
    topic: &'a str,
    partition: i32,
    committed: Option<i64>,
    lag: Option<i64>,
    lost: Option<i64>,
}

impl<'a> Group<'a> {
    /// `None` if it is stale.
    pub(super) fn of(
        entry: &'a GroupEntry,
        snapshot: &'a Snapshot,
        horizon: Horizon,
    ) -> Option<Self> {
        let seen = entry.seen;
        if !(horizon.covers(seen.listed) && horizon.covers(seen.commits)) {
            return None;
        }
        let (mut rows, mut blurred) = (Vec::new(), false);
        for topic in entry.view.topics.iter() {
            let log = snapshot.topic(&topic.topic);
            for partition in &topic.partitions {
                let fresh =
                    log.is_none_or(|log| horizon.covers(log.confirmed(partition.partition)));
                blurred |= !fresh;
                rows.push(row(topic.topic.as_str(), partition, log, fresh));
            }
        }
        let described = seen.described.is_some();
        let (view, findings) = (&*entry.view, &*entry.findings);
        Some(Self { view, findings, rows, described, at: snapshot.at, blurred })
    }

    /// What is wrong with it.
    pub(super) fn findings(&self) -> &'a Findings {
        self.findings
    }

    fn id(&self) -> Label<'a> {
        Label::Text(self.view.id.as_str())
    }

    /// Sum of what is known; `None` while nothing is.
    fn sum(&self, of: impl Fn(&Row<'a>) -> Option<i64>) -> Option<i64> {
        self.rows.iter().filter_map(of).reduce(i64::saturating_add)
    }

    fn count(&self, of: impl Fn(&Row<'a>) -> bool) -> usize {
        self.rows.iter().filter(|row| of(row)).count()
    }
}

fn row<'a>(
    topic: &'a str,
    view: &PartitionView,
    entry: Option<&TopicEntry>,
    fresh: bool,
) -> Row<'a> {
    let log = entry.and_then(|entry| entry.view.partition(view.partition));
    let of_log = entry.is_some_and(|entry| entry.view.fault.is_some())
        || log.is_some_and(|log| log.fault.is_some());
    // A fault that is not the log's is the commit's: what was committed is not known any more.
    let told = view.fault.is_none() || of_log;
    let commit = view.commit.as_ref().filter(|_| told);
    let log_start = log.and_then(|log: &PartitionLog| log.log_start);
    Row {
        topic,
        partition: view.partition,
        committed: commit.map(|commit| commit.offset),
        lag: view.lag.records.filter(|_| told && fresh),
        lost: commit.and(log_start).map(|_| view.lag.lost),
    }
}

/// What the families of others call a group.
const THEIRS: &str = "consumergroup";
/// What lagtop's own and home-made ones do.
const OURS: &str = "group";

/// One sample a partition, or none where that is not known.
type OfRow = fn(&Row<'_>) -> Option<i64>;

const ROW_FAMILIES: &[(Metric, &str, OfRow)] = &[
    (
        Metric::gauge(
            "kafka_consumergroup_current_offset",
            "Committed offset: the next to be read",
        ),
        THEIRS,
        |row| row.committed,
    ),
    (
        Metric::gauge(
            "kafka_consumergroup_lag",
            "Records from the committed offset to the end; below zero only where that is real",
        ),
        THEIRS,
        |row| row.lag,
    ),
    (
        Metric::gauge("kafka_consumer_lag", "The same as kafka_consumergroup_lag by another name"),
        OURS,
        |row| row.lag,
    ),
];

/// One sample a group, or none where that is not known.
type OfGroup = fn(&Group<'_>) -> Option<Value>;

const GROUP_FAMILIES: &[(Metric, &str, OfGroup)] = &[
    (
        Metric::gauge("kafka_consumergroup_members", "Members of the group"),
        THEIRS,
        // Groups nobody looks at are described in turn, so the age of a description is no fault.
        |group| {
            let told = group.view.describe_fault.is_none();
            Some(group.view.members.as_ref().filter(|_| told)?.len().into())
        },
    ),
    (
        Metric::gauge(
            "lagtop_group_consumed_records_per_second",
            "Records a second that the group's commits advance, over the last half minute",
        ),
        OURS,
        |group| Some(group.view.totals.consumed?.0.into()),
    ),
    (
        Metric::gauge(
            "lagtop_group_arriving_records_per_second",
            "Records a second that arrive where the group has committed, over the last half minute",
        ),
        OURS,
        |group| Some(group.view.totals.arriving.filter(|_| !group.blurred)?.0.into()),
    ),
    (
        Metric::gauge(
            "lagtop_group_eta_seconds",
            "Time until the lag is worked off if both rates stay; 0 caught up, +Inf if the lag does not shrink",
        ),
        OURS,
        |group| {
            let eta = match group.view.totals.eta.filter(|_| !group.blurred)? {
                Eta::CaughtUp => 0.0,
                Eta::In(span) => span.as_secs_f64(),
                Eta::Never | Eta::Steady => f64::INFINITY,
            };
            Some(eta.into())
        },
    ),
    (
        Metric::gauge(
            "lagtop_group_behind_seconds",
            "Age of the oldest record that is not consumed; none where only a bound is known",
        ),
        OURS,
        |group| match group.view.totals.behind.filter(|_| !group.blurred)?.age(group.at)? {
            Age::Known(age) | Age::About(age) => Some(age.as_secs_f64().into()),
            Age::MoreThan(_) | Age::LessThan(_) => None,
        },
    ),
    (
        Metric::counter("lagtop_group_rebalances_total", "Rebalances seen since lagtop watches"),
        OURS,
        |group| group.described.then(|| group.view.rebalances_seen.into()),
    ),
    (
        Metric::gauge("lagtop_group_partitions", "Partitions that it holds or has committed on"),
        OURS,
        |group| Some(group.rows.len().into()),
    ),
    (
        Metric::gauge("lagtop_group_unknown_partitions", "Partitions whose lag is not known"),
        OURS,
        |group| Some(group.count(|row| row.lag.is_none()).into()),
    ),
    (
        Metric::gauge("lagtop_group_negative_partitions", "Partitions whose lag is below zero"),
        OURS,
        |group| Some(group.count(|row| row.lag.is_some_and(|lag| lag < 0)).into()),
    ),
    (
        Metric::gauge("lagtop_group_lost_records", "Records deleted before the group read them"),
        OURS,
        |group| Some(group.sum(|row| row.lost)?.into()),
    ),
];

const LAG_SUM: Metric = Metric::gauge(
    "kafka_consumergroup_lag_sum",
    "Sum of the topic's lags that are known; one below zero never offsets another",
);

/// One series a group, whose `state` label changes, and not one for each of nine states that are
/// zero but for one: the series that ends is marked stale with the next scrape, so what holds now is
/// exact, and ten thousand groups are not ninety thousand series. How long a group was not stable:
/// `count_over_time(lagtop_group_state{state!="Stable"}[10m])`.
const STATE: Metric = Metric::gauge("lagtop_group_state", "1 for the state that the group is in");

pub(super) fn write(groups: &[Group<'_>], page: &mut Page) {
    for (metric, who, value) in ROW_FAMILIES {
        let mut family = page.family(*metric);
        for group in groups {
            for row in &group.rows {
                let Some(value) = value(row) else { continue };
                let (topic, partition) = (Label::Text(row.topic), Label::Number(row.partition));
                let labels = [(*who, group.id()), ("topic", topic), ("partition", partition)];
                family.sample(&labels, value);
            }
        }
    }
    lag_sums(groups, page);
    for (metric, who, value) in GROUP_FAMILIES {
        let mut family = page.family(*metric);
        for group in groups {
            if let Some(value) = value(group) {
                family.sample(&[(*who, group.id())], value);
            }
        }
    }
    let mut family = page.family(STATE);
    for group in groups.iter().filter(|group| group.view.state != GroupState::Unknown) {
        let state = Label::Text(group.view.state.name());
        let kind = Label::Text(group.view.kind.name());
        family.sample(&[(OURS, group.id()), ("state", state), ("type", kind)], 1_i64);
    }
}

fn lag_sums(groups: &[Group<'_>], page: &mut Page) {
    let mut family = page.family(LAG_SUM);
    for group in groups {
        for rows in group.rows.chunk_by(|a, b| a.topic == b.topic) {
            let known = rows.iter().filter_map(|row| row.lag);
            let sum = known.map(|lag| lag.max(0)).reduce(i64::saturating_add);
            if let (Some(sum), Some(row)) = (sum, rows.first()) {
                let labels = [(THEIRS, group.id()), ("topic", Label::Text(row.topic))];
                family.sample(&labels, sum);
            }
        }
    }
}
