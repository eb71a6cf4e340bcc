//! Groups of which something is wrong, missing or forbidden.

use std::sync::Arc;

use lagtop::model::{
    BrokerId, Fault, GroupKind, GroupState, GroupView, PartitionView, StateBand, TopicView,
};

use super::ago;
use super::cast::{group, member, stable};
use super::flow::{Flow, HISTORY};

/// lagtop may not look at it.
pub(super) fn forbidden() -> (GroupView, Vec<TopicView>) {
    let fault = Fault::new("GROUP_AUTHORIZATION_FAILED", "not authorized to describe this group");
    let mut view = GroupView::new("payments-audit".into(), GroupKind::Classic, GroupState::Stable);
    view.describe_fault = Some(fault.clone());
    view.commits_fault = Some(fault);
    view.coordinator = Some(BrokerId(1));
    view.band = Arc::new(stable());
    (view, Vec::new())
}

/// Nobody is there any more: commits on a topic that is gone, beyond an end, and none at all.
pub(super) fn leftovers() -> (GroupView, Vec<TopicView>) {
    let negative = Flow::steady(1_200, 0.0, -340);
    let none = Flow::steady(52_000, 0.0, 0).lag(|_| None);
    let lost = Flow { log_start: 20_000, ..Flow::steady(30_000, 0.0, 28_500) };
    let (mut view, mut topics) = group(
        "legacy-export",
        &[("exports", vec![negative, none, lost]), ("exports.v1", vec![])],
        &[],
    );
    view.state = GroupState::Empty;
    view.assignor = None;
    let gone = Fault::new("UNKNOWN_TOPIC_OR_PARTITION", "this topic does not exist any more");
    if let Some(topic) = topics.get_mut(1) {
        topic.fault = Some(gone.clone());
    }
    let kept = Flow { leader: None, ..Flow::steady(5_000, 0.0, 0) }.partition(0, None);
    let mut all = view.topics.to_vec();
    if let Some(topic) = all.get_mut(1) {
        topic.partitions.push(PartitionView { fault: Some(gone), ..kept });
    }
    view.topics = all.into();
    let mut band = StateBand::default();
    band.push(ago(HISTORY), Some(GroupState::Empty));
    view.band = Arc::new(band);
    (view, topics)
}

/// Named by somebody with bad intentions.
pub(super) fn hostile() -> (GroupView, Vec<TopicView>) {
    let topic = format!("{}.\u{202e}txt", "very-long-topic-name".repeat(12));
    let id = "\u{1b}[2J\u{1b}[31mPWNED\r\n\u{200b}\u{202e}evil\u{7}";
    group(
        id,
        &[(&topic, vec![Flow::steady(10, 0.0, 1)])],
        &[member("\u{1b}]0;title\u{7}client\u{feff}", "host\nwith\tcontrols", &[0])],
    )
}

/// Named at length in letters that are twice as wide, are read from right to left, stand upon one another, or
/// take no room.
pub(super) fn foreign() -> Vec<(GroupView, Vec<TopicView>)> {
    const LONGEST: usize = 249;
    let scripts = [
        "顧客注文😀👨\u{200d}👩\u{200d}👧",
        "קבוצה",
        "مجموعة",
        "e\u{301}\u{302}\u{303}",
        "ｶﾞ\u{200b}\u{2060}",
    ];
    let mut mixed = scripts.concat();
    mixed.push('-');
    let named = |nth: usize, script: &str| {
        let name: String = script.chars().cycle().take(LONGEST).collect();
        let members = [member("顧客-קבוצה-e\u{301}\u{302}\u{303}", "مضيف", &[0])];
        let flows = vec![Flow::steady(10, 0.0, 1), Flow::steady(10, 0.0, 2)];
        group(&format!("{nth}{name}"), &[(&name, flows)], &members)
    };
    let all = scripts.into_iter().chain([mixed.as_str()]).enumerate();
    all.map(|(nth, script)| named(nth, script)).collect()
}

/// Another type, without anything to consume.
pub(super) fn idle_share() -> (GroupView, Vec<TopicView>) {
    let mut view = GroupView::new("s3-sink-share".into(), GroupKind::Share, GroupState::Empty);
    view.members = Some(Arc::new([]));
    view.band = Arc::new(stable());
    (view, Vec::new())
}
