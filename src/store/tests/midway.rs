//! A recording that begins in the middle: what is told first makes a picture that is not wrong at once, and
//! is whole after a round.

use std::fmt::Debug;
use std::sync::Arc;

use crate::model::{
    Body, Commit, Differences, GroupView, Isolation, MemberView, Observation, PartitionView,
    Snapshot, Timestamp, TopicView,
};
use crate::record::Entry;
use crate::record::bundle::{ALL, Bundled};
use crate::record::opening::opening;
use crate::store::Store;

fn entries(bundled: &Bundled) -> Vec<Observation> {
    let mut reader = bundled.open().unwrap();
    let mut seen = Vec::new();
    while let Some(entry) = reader.entry().unwrap() {
        if let Entry::Seen(observation) = entry {
            seen.push(observation);
        }
    }
    seen
}

/// What of a picture is told wrong, against the whole truth.
struct Comparison {
    /// What is not known is wrong too.
    must_know: bool,
    wrong: Vec<String>,
}

impl Comparison {
    fn of(shown: &Snapshot, truth: &Snapshot, must_know: bool) -> Vec<String> {
        let mut comparison = Self { must_know, wrong: Vec::new() };
        let ids = |all: &Snapshot| {
            let ids = all.groups.iter().map(|entry| entry.view.id.as_str().to_owned());
            ids.collect::<Vec<_>>()
        };
        comparison.same("groups", [Some(ids(shown)), Some(ids(truth))]);
        comparison.same("cluster", [Some(&shown.cluster), Some(&truth.cluster)]);
        for entry in truth.groups.iter() {
            if let Some(told) = shown.group(&entry.view.id) {
                comparison.group(&told.view, &entry.view);
            }
        }
        for entry in truth.topics.iter() {
            if let Some(told) = shown.topic(&entry.view.name) {
                comparison.topic(&told.view, &entry.view);
            }
        }
        comparison.wrong
    }

    /// What is shown and the truth.
    fn same<T: Debug + PartialEq>(&mut self, what: &str, both: [Option<T>; 2]) {
        let [shown, truth] = both;
        if shown != truth && (self.must_know || shown.is_some()) {
            self.wrong.push(format!("{what}: {shown:?}, in truth {truth:?}"));
        }
    }

    fn group(&mut self, shown: &GroupView, truth: &GroupView) {
        let id = truth.id.as_str();
        self.same(&format!("{id} state"), [Some(shown.state), Some(truth.state)]);
        self.same(&format!("{id} kind"), [Some(shown.kind), Some(truth.kind)]);
        let members = |view: &GroupView| {
            let one = |it: &MemberView| {
                let who = (it.id.clone(), Arc::clone(&it.client_id), Arc::clone(&it.host));
                (who, it.assignment.clone(), it.target.clone())
            };
            Some(view.members.as_ref()?.iter().map(one).collect::<Vec<_>>())
        };
        self.same(&format!("{id} members"), [members(shown), members(truth)]);
        for (topic, row) in truth.partitions() {
            let place = format!("{id} {}/{}", topic.as_str(), row.partition);
            let told = shown
                .partitions()
                .find(|(name, told)| *name == topic && told.partition == row.partition);
            let commit = |row: &PartitionView| row.commit.as_ref().map(Commit::newest);
            let told = told.map(|(_, told)| told);
            self.same(&format!("{place} commit"), [told.and_then(commit), commit(row)]);
            let lag = |row: &PartitionView| row.lag.records;
            self.same(&format!("{place} lag"), [told.and_then(lag), lag(row)]);
        }
    }

    fn topic(&mut self, shown: &TopicView, truth: &TopicView) {
        for (number, (told, log)) in shown.partitions.iter().zip(&truth.partitions).enumerate() {
            let place = format!("{}/{number}", truth.name.as_str());
            self.same(&format!("{place} end"), [told.high_watermark, log.high_watermark]);
            self.same(&format!("{place} start"), [told.log_start, log.log_start]);
            self.same(&format!("{place} leader"), [told.leader, log.leader]);
        }
    }
}

/// Rounds after which everything is known again that is asked now and then.
const FULL: usize = 20;

fn begun_at(all: &[Observation], begin: usize, name: &str) {
    let mut live = Store::new(Isolation::ReadUncommitted);
    all[..begin].iter().for_each(|seen| live.apply(seen.clone()));
    let known = live.publish();
    let mut played = Store::new(Isolation::ReadUncommitted);
    for seen in opening(&known) {
        played.apply(seen);
    }
    assert_eq!(
        Comparison::of(&played.publish(), &known, false),
        Vec::<String>::new(),
        "{name} at {begin}"
    );
    let mut rounds = 0;
    for seen in &all[begin..] {
        live.apply(seen.clone());
        if !matches!(seen.body, Body::Past(_) | Body::History(_)) {
            played.apply(seen.clone());
        }
        if matches!(seen.body, Body::Round(_)) {
            rounds += 1;
            let (shown, truth) = (played.publish(), live.publish());
            let wrong = Comparison::of(&shown, &truth, rounds > FULL);
            assert_eq!(wrong, Vec::<String>::new(), "{name} from {begin} on, round {rounds}");
            assert_eq!(shown.differences, Differences::default(), "{name}");
        }
    }
    assert!(rounds > FULL, "{name}: {rounds} rounds from {begin} on");
}

#[test]
fn a_picture_from_the_middle_is_not_wrong_and_soon_whole() {
    for bundled in ALL {
        let all = entries(bundled);
        for begin in [all.len() / 7, all.len() / 3, all.len() / 2] {
            begun_at(&all, begin, bundled.name);
        }
    }
}

/// What nobody knows is not told, as if it were known to be nothing.
#[test]
fn of_nothing_nothing_is_told() {
    let empty = Snapshot::empty(Timestamp::from_millis(5_000), Isolation::ReadUncommitted);
    let told = opening(&Arc::new(empty));
    let is_empty = |body: &Body| match body {
        Body::TopicNames(names) => names.is_empty(),
        Body::Topics(topics) => topics.is_empty(),
        _ => false,
    };
    assert!(told.iter().all(|observation| is_empty(&observation.body)), "{told:?}");
}
