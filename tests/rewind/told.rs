//! What a picture says of a moment, as far as two of them can be compared.

use std::collections::{BTreeMap, BTreeSet};

use lagtop::diagnose::{Case, Rules};
use lagtop::model::{
    Eta, Findings, GroupState, GroupView, MemberView, Rate, Severity, Snapshot, Timestamp,
    TopicPartitions,
};

/// Group by group.
pub(crate) type Told = BTreeMap<String, Group>;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub(crate) state: GroupState,
    pub(crate) lag: Option<i64>,
    /// Records a second in and out.
    pub(crate) rates: (Option<Rate>, Option<Rate>),
    /// Records a second out, by partition.
    pub(crate) consumed: Vec<Option<Rate>>,
    pub(crate) etas: Vec<Option<Eta>>,
    pub(crate) rows: BTreeMap<(String, i32), Row>,
    /// Client ids with what each holds; `None` while that is not told.
    pub(crate) members: Option<BTreeMap<String, BTreeSet<(String, i32)>>>,
    pub(crate) found: BTreeSet<Found>,
    /// The same by rules that are a little less patient: so well are durations told.
    pub(crate) nearly: Vec<BTreeSet<Found>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) committed: Option<i64>,
    pub(crate) lag: Option<i64>,
}

/// A rule that fires, how badly, and about what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    pub(crate) rule: &'static str,
    pub(crate) severity: Severity,
    pub(crate) partitions: BTreeSet<(String, i32)>,
    pub(crate) member: Option<String>,
}

/// What `snapshot` says, with the rules asked anew as of `now`; all but the first are a little less patient.
pub(crate) fn tell(snapshot: &Snapshot, now: Timestamp, rules: &[Rules]) -> Told {
    let groups = snapshot.groups.iter().map(|entry| {
        let processes = &snapshot.processes;
        let case = Case { group: &entry.view, seen: entry.seen, logs: snapshot, processes, now };
        let said = rules.iter().map(|rules| found(&rules.group(&case, &Findings::default())));
        (entry.view.id.as_str().to_owned(), group(&entry.view, said.collect()))
    });
    groups.collect()
}

/// What a picture of a moment says; its findings are its own.
pub(crate) fn read(picture: &Snapshot) -> Told {
    let groups = picture.groups.iter();
    let name = |view: &GroupView| view.id.as_str().to_owned();
    groups
        .map(|entry| (name(&entry.view), group(&entry.view, vec![found(&entry.findings)])))
        .collect()
}

fn group(view: &GroupView, mut said: Vec<BTreeSet<Found>>) -> Group {
    let rows = view.partitions().map(|(topic, row)| {
        let committed = row.commit.as_ref().map(|commit| commit.offset);
        ((topic.as_str().to_owned(), row.partition), Row { committed, lag: row.lag.records })
    });
    let members = view.members.as_ref().map(|members| {
        members.iter().map(|member| (name(member), held(member))).collect::<BTreeMap<_, _>>()
    });
    if let Some(members) = &members {
        // Owners say the same as assignments.
        for (topic, row) in view.partitions() {
            let owner = view.owner(row).map(name);
            let partition = (topic.as_str().to_owned(), row.partition);
            let holder = members.iter().find(|(_, held)| held.contains(&partition));
            assert_eq!(owner.as_ref(), holder.map(|(name, _)| name), "{partition:?}");
        }
    }
    let found = said.remove(0);
    Group {
        state: view.state,
        lag: view.totals.lag,
        rates: (view.totals.arriving, view.totals.consumed),
        consumed: view.partitions().map(|(_, row)| row.consumed).collect(),
        etas: view.partitions().map(|(_, row)| row.eta).chain([view.totals.eta]).collect(),
        rows: rows.collect(),
        members,
        found,
        nearly: said,
    }
}

fn found(said: &Findings) -> BTreeSet<Found> {
    let found = said.firing.iter().map(|finding| Found {
        rule: finding.rule,
        severity: finding.severity,
        partitions: (finding.subject.partitions.iter())
            .map(|one| (one.topic.as_str().to_owned(), one.partition))
            .collect(),
        member: finding.subject.member.as_ref().map(|member| member.client_id.to_string()),
    });
    found.collect()
}

fn name(member: &MemberView) -> String {
    member.client_id.to_string()
}

fn held(member: &MemberView) -> BTreeSet<(String, i32)> {
    let held = member.assignment.iter().flatten().flat_map(TopicPartitions::each);
    held.map(|one| (one.topic.as_str().to_owned(), one.partition)).collect()
}
