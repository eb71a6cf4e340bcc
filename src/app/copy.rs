//! Rows as text for the clipboard: exact figures, one line, `name=value`. Names come from strangers and
//! will be pasted into shells and chats, so control characters are written out.

use std::fmt::{Display, Write as _};

use super::{AppState, MemberKey, Pane, PartitionKey, RebalanceKey, Subject, peek, stack};
use crate::model::inventory::Counted;
use crate::model::{
    Finding, GroupId, GroupView, InventoryView, Rate, Rebalance, Snapshot, TopicName,
};

/// The text of what is selected, or of the open page's subject; `None` if there is nothing.
pub(super) fn text(app: &AppState) -> Option<String> {
    let snapshot = app.picture();
    if let Some(page) = app.page() {
        return match &page.subject {
            Subject::Partition(key) => partition(snapshot, key),
            Subject::Member(group, key) => member(app, group, key),
            Subject::Rebalance(group, key) => rebalance(view(snapshot, group)?, *key),
            Subject::Peek(_) => peek::text(app.peek.as_ref()?),
            Subject::Stack(_) => stack::text(app.stack.as_ref()?),
            Subject::Inventory => Some(inventory(&snapshot.inventory.view)),
        };
    }
    let group = app.groups.selected();
    match app.focus {
        Pane::Groups => Some(group_line(view(snapshot, group?)?)),
        Pane::Partitions => partition(snapshot, app.partitions.selected()?),
        Pane::Members => member(app, group?, app.members.selected()?),
        Pane::Rebalances => rebalance(view(snapshot, group?)?, *app.rebalances.selected()?),
        Pane::Findings => {
            let row = app.rows.findings.get(app.findings.cursor())?;
            row.finding(snapshot).map(finding)
        }
        Pane::Process => thread(app),
    }
}

fn view<'a>(snapshot: &'a Snapshot, id: &GroupId) -> Option<&'a GroupView> {
    snapshot.group(id).map(|entry| &*entry.view)
}

/// A line of `name=value`.
pub(super) struct Line(pub(super) String);

impl Line {
    pub(super) fn name(name: &str, value: &str) -> Self {
        Self(String::new()).text(name, value)
    }

    pub(super) fn text(mut self, name: &str, value: &str) -> Self {
        self.begin(name);
        for char in value.chars() {
            if char.is_control() {
                self.0.extend(char.escape_default());
            } else {
                self.0.push(char);
            }
        }
        self
    }

    /// A value, or `-` where it is not known.
    pub(super) fn value(mut self, name: &str, value: Option<impl Display>) -> Self {
        self.begin(name);
        // Writing to a string cannot fail.
        let _ = match value {
            Some(value) => write!(self.0, "{value}"),
            None => write!(self.0, "-"),
        };
        self
    }

    fn rate(self, name: &str, rate: Option<Rate>) -> Self {
        self.value(name, rate.map(|rate| format!("{:.1}", rate.0)))
    }

    fn begin(&mut self, name: &str) {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(name);
        self.0.push('=');
    }
}

fn group_line(group: &GroupView) -> String {
    Line::name("group", group.id.as_str())
        .value("state", Some(group.state))
        .text("type", group.kind.name())
        .value("members", group.members.as_ref().map(|members| members.len()))
        .value("partitions", Some(group.totals.partitions))
        .value("lag", group.totals.lag)
        .rate("in/s", group.totals.arriving)
        .rate("out/s", group.totals.consumed)
        .value("coordinator", group.coordinator)
        .0
}

fn partition(snapshot: &Snapshot, key: &PartitionKey) -> Option<String> {
    let group = view(snapshot, &key.group)?;
    let topic = group.topic(key.topic.as_str())?;
    let partition = topic.partitions.iter().find(|other| other.partition == key.partition)?;
    let log = snapshot.topic(&key.topic).and_then(|topic| topic.view.partition(key.partition));
    let owner = group.owner(partition);
    let mut line = Line::name("group", group.id.as_str())
        .text("topic", key.topic.as_str())
        .value("partition", Some(key.partition))
        .value("committed", partition.commit.as_ref().map(|commit| commit.offset))
        .value("end", partition.lag.end)
        .value("log_start", log.and_then(|log| log.log_start))
        .value("lag", partition.lag.records)
        .rate("in/s", log.and_then(|log| log.arriving))
        .rate("out/s", partition.consumed)
        .value("leader", log.and_then(|log| log.leader))
        .text("owner", owner.map_or("-", |owner| &owner.client_id))
        .text("host", owner.map_or("-", |owner| &owner.host));
    if let Some(fault) = &partition.fault {
        line = line.text("error", &fault.code);
    }
    Some(line.0)
}

/// How many there are, then a line for each change, the newest first.
fn inventory(inventory: &InventoryView) -> String {
    let mut counts = Line(String::new());
    for counted in Counted::ALL {
        let name = counted.name().replace(' ', "_");
        counts = counts.value(&name, inventory.count(counted).and_then(|count| count.now));
    }
    let changes = inventory.changes.iter().rev().map(|change| {
        let at = Line(String::new()).value("at_ms", Some(change.at.as_millis()));
        let what = at.text("what", change.what.word()).text("name", &change.what.name());
        let alike = Some(change.alike).filter(|alike| *alike > 0);
        let what = what.text("detail", &change.what.detail());
        if alike.is_some() { what.value("and_more_alike", alike).0 } else { what.0 }
    });
    std::iter::once(counts.0).chain(changes).collect::<Vec<_>>().join("\n")
}

fn finding(finding: &Finding) -> String {
    let subject = &finding.subject;
    let partition = subject.partitions.first().map(|one| one.partition);
    let line = Line::name("rule", finding.rule)
        .text("severity", finding.severity.name())
        .text("group", subject.group.as_ref().map_or("-", GroupId::as_str))
        .text("topic", subject.topic.as_ref().map_or("-", TopicName::as_str))
        .value("partition", partition)
        .value("since_ms", Some(finding.since.at().as_millis()));
    line.text("says", &finding.sentence).0
}

fn member(app: &AppState, group: &GroupId, key: &MemberKey) -> Option<String> {
    let line = Line::name("group", group.as_str());
    let MemberKey::Member(id) = key else {
        // Rows are those of the selected group.
        let unowned = app.rows.unowned.filter(|_| app.groups.selected() == Some(group))?;
        let line = line.value("partitions_without_owner", Some(unowned.partitions));
        return Some(line.value("lag", unowned.lag).0);
    };
    let view = view(app.picture(), group)?;
    let member = view.members.as_ref()?.iter().find(|member| member.id == *id)?;
    let line = line
        .text("member", member.id.as_str())
        .text("client", &member.client_id)
        .text("instance", member.instance_id.as_deref().unwrap_or("-"))
        .text("host", &member.host)
        .value("partitions", member.held())
        .value("lag", member.lag)
        .rate("out/s", member.consumed);
    Some(line.value("epoch", member.epoch).0)
}

/// The selected thread of the process shown.
fn thread(app: &AppState) -> Option<String> {
    let process = app.shown_process()?;
    let tid = app.threads.selected()?.tid;
    let threads = process.threads.as_ref().ok()?;
    let thread = threads.iter().find(|thread| thread.tid == tid)?;
    let line = Line::name("process", &process.facts.name)
        .value("pid", Some(process.key().pid))
        .value("tid", Some(tid))
        .text("nid", &format!("{tid:#x}"))
        .text("thread", &thread.name)
        .text("state", thread.state.word());
    Some(line.value("cpu%", thread.cpu.map(|cpu| format!("{:.1}", cpu.total))).0)
}

fn rebalance(group: &GroupView, key: RebalanceKey) -> Option<String> {
    let same = |event: &&Rebalance| RebalanceKey { at: event.at, epoch: event.epoch } == key;
    let event = group.rebalances.iter().rfind(same)?;
    let names = |members: &[crate::model::MemberRef]| {
        let names: Vec<&str> = members.iter().map(|member| member.id.as_str()).collect();
        if names.is_empty() { "-".to_owned() } else { names.join(",") }
    };
    let line = Line::name("group", group.id.as_str())
        .value("at_ms", Some(event.at.as_millis()))
        .value("took_at_most_ms", event.took.at_most().map(|span| span.as_millis()))
        .value("epoch", event.epoch)
        .value("ended_in", Some(event.ended_in))
        .text("joined", &names(&event.joined))
        .text("left", &names(&event.left));
    Some(line.value("moved", Some(event.moved.len())).0)
}
