//! `lagtop export`: the snapshot as a page for Prometheus.
//!
//! Pure: a [`Snapshot`] and the moment in, text out; a scrape asks Kafka nothing. May import `model`
//! and the export's own helpers; must never read a clock or know a socket (that is
//! [`http`](super::http)).
//!
//! - What is not known is absent, never 0 and never -1: a partition without a commit has no sample.
//! - What is stale is absent: a group whose listing or commits were not confirmed for three rounds
//!   vanishes as a whole and is counted in `lagtop_stale_groups`; a partition whose end was not
//!   confirmed has no lag, and its group no promise.
//! - Four families have the names and labels of
//!   [kafka_exporter](https://github.com/danielqsj/kafka_exporter), so that its dashboards and alerts
//!   go on working; `kafka_consumer_lag` is the one that home-made exporters write. lagtop's own begin
//!   with `lagtop_`, in base units.
//! - How many series there are is bounded by the group and topic filters: they act on what is polled.

mod findings;
mod fresh;
mod groups;
mod text;

use std::time::Duration;

pub use fresh::health;

use super::{VERSION, errors};
use crate::model::inventory::Counted;
use crate::model::{BrokerHealth, Snapshot, SourceHealth, SourceView, Timestamp};
use fresh::Horizon;
use groups::Group;
use text::{Label, Metric, Page, Value};

/// The page at `now`, where rounds shall begin every `interval`.
#[must_use]
pub fn render(snapshot: &Snapshot, now: Timestamp, interval: Duration) -> String {
    let horizon = Horizon::of(snapshot, now, interval);
    let groups: Vec<_> =
        snapshot.groups.iter().filter_map(|entry| Group::of(entry, snapshot, horizon)).collect();
    let mut page = Page::default();
    groups::write(&groups, &mut page);
    findings::write(&groups, (snapshot, horizon), &mut page);
    totals(snapshot, groups.len(), &mut page);
    inventory(snapshot, now, &mut page);
    sources(snapshot, now, &mut page);
    brokers(snapshot, &mut page);
    let about = Metric::gauge("lagtop_build_info", "Which lagtop tells this");
    page.family(about).sample(&[("version", Label::Text(VERSION))], 1_i64);
    page.into_text()
}

/// How much of the cluster the rest of the page does not speak of.
fn totals(snapshot: &Snapshot, told: usize, page: &mut Page) {
    let mut listed =
        page.family(Metric::gauge("lagtop_groups", "Groups that the filters let pass"));
    if errors::anything_read(snapshot) {
        listed.sample(&[], snapshot.groups.len());
    }
    let stale = "Groups left out because nothing confirmed them for three rounds";
    let mut stale = page.family(Metric::gauge("lagtop_stale_groups", stale));
    stale.sample(&[], snapshot.groups.len() - told);
    let refused = "Groups that could not be described or whose commits could not be had";
    let mut unreadable = page.family(Metric::gauge("lagtop_unreadable_groups", refused));
    let faulty = snapshot.groups.iter().map(|entry| &entry.view);
    let faulty =
        faulty.filter(|view| view.describe_fault.is_some() || view.commits_fault.is_some());
    unreadable.sample(&[], faulty.count());
}

/// A look at all topics may come this late: large clusters are looked at less often.
const INVENTORY_KEPT: Duration = Duration::from_mins(10);

/// How much there is in the cluster, as the filters let pass.
fn inventory(snapshot: &Snapshot, now: Timestamp, page: &mut Page) {
    let families = [
        ("lagtop_topics", "Topics that are not Kafka's own", Counted::Topics),
        ("lagtop_topic_partitions", "Partitions of these topics", Counted::Partitions),
        ("lagtop_members", "Members of all groups", Counted::Members),
        ("lagtop_brokers", "Live brokers", Counted::Brokers),
    ];
    let entry = &snapshot.inventory;
    let is_fresh = entry.seen.is_some_and(|at| now.since(at) <= INVENTORY_KEPT);
    for (name, help, counted) in families {
        let mut family = page.family(Metric::gauge(name, help));
        let number = entry.view.count(counted).and_then(|count| count.now);
        if let Some(number) = number.filter(|_| is_fresh) {
            family.sample(&[], number);
        }
    }
}

/// One sample a source, or none where that is not known.
type OfSource = fn(&SourceView, Timestamp) -> Option<Value>;

const SOURCE_FAMILIES: &[(Metric, OfSource)] = &[
    (
        Metric::gauge("lagtop_source_up", "Whether the source's last attempt brought anything"),
        |source, _| match source.health {
            SourceHealth::Starting => None,
            SourceHealth::Working => Some(true.into()),
            SourceHealth::Failing { .. } | SourceHealth::Restarting { .. } => Some(false.into()),
        },
    ),
    (
        Metric::gauge("lagtop_source_round_age_seconds", "Time since the last round ended"),
        |source, now| Some(now.since(source.last_round_at?).as_secs_f64().into()),
    ),
    (
        Metric::counter("lagtop_source_requests_total", "Requests sent to the cluster"),
        |source, _| Some(source.last_round.as_ref()?.cost.requests.into()),
    ),
    (
        Metric::counter("lagtop_source_received_bytes_total", "Bytes received from the cluster"),
        |source, _| Some(source.last_round.as_ref()?.cost.bytes_in.into()),
    ),
    (
        Metric::counter("lagtop_source_sent_bytes_total", "Bytes sent to the cluster"),
        |source, _| Some(source.last_round.as_ref()?.cost.bytes_out.into()),
    ),
    (
        Metric::counter(
            "lagtop_source_throttled_seconds_total",
            "Time for which brokers asked to be left alone",
        ),
        |source, _| {
            let throttled = source.last_round.as_ref()?.cost.throttle_ms;
            Some(Duration::from_millis(throttled).as_secs_f64().into())
        },
    ),
];

fn sources(snapshot: &Snapshot, now: Timestamp, page: &mut Page) {
    for (metric, value) in SOURCE_FAMILIES {
        let mut family = page.family(*metric);
        for source in snapshot.sources.iter() {
            if let Some(value) = value(source, now) {
                family.sample(&[("source", Label::Text(source.id.name()))], value);
            }
        }
    }
}

fn brokers(snapshot: &Snapshot, page: &mut Page) {
    let mut family = page.family(Metric::gauge("lagtop_broker_up", "Whether the broker answers"));
    for view in &snapshot.cluster.brokers {
        let up = match view.health {
            BrokerHealth::Unknown => continue,
            BrokerHealth::Up { .. } => true,
            BrokerHealth::Down { .. } => false,
        };
        family.sample(&[("broker", Label::Number(view.broker.id.0))], up);
    }
}
