//! Incidents on real clusters, polled and listened to, as they were recorded.
//!
//! What coordinators write is read a moment later, and tells of the moment at which it was written: in
//! hindsight a state or a commit is known a little before it was shown.

use std::sync::Arc;
use std::time::Duration;

use lagtop::diagnose::{RuleBook, Rules};
use lagtop::model::{Body, GroupState, Snapshot, Timestamp};
use lagtop::record::Entry;
use lagtop::record::bundle::{self, Bundled};
use lagtop::rewind::as_of;
use lagtop::store::Store;

use crate::agree::Shown;
use crate::told::{Group, Row, read, tell};

/// How often the store's task publishes, if nothing else makes it.
const PUBLISHED: Duration = Duration::from_millis(100);

/// So many seconds are kept by the second.
const KEPT: i64 = 118;

fn end(second: i64) -> Timestamp {
    Timestamp::from_millis(second * 1_000 + 999)
}

/// The last picture, and what was shown at the end of each second from the first complete round on.
fn played(bundled: &Bundled, rules: &Rules) -> (Arc<Snapshot>, Shown) {
    let mut reader = bundled.open().unwrap();
    let mut store = Store::new(reader.header().isolation).ruled_by(rules.clone());
    let (mut last, mut published) = (store.publish(), Timestamp::default());
    let mut shown = Shown::new();
    let mut second = reader.header().started.as_millis().div_euclid(1_000);
    let mut rounds = 0;
    while let Some(entry) = reader.entry().unwrap() {
        let Entry::Seen(observation) = entry else { continue };
        while observation.at > end(second) {
            if rounds > 1 {
                shown.insert(second, tell(&last, end(second), std::slice::from_ref(rules)));
            }
            second += 1;
        }
        let at = observation.at;
        let over = matches!(observation.body, Body::Round(_) | Body::Health(_));
        rounds += u64::from(matches!(observation.body, Body::Round(_)));
        store.apply(observation);
        if over || at.since(published) >= PUBLISHED {
            (last, published) = (store.publish(), at);
        }
    }
    (last, shown)
}

/// Those of `name` that were shown about then.
fn about<'a>(shown: &'a Shown, (second, reach): (i64, i64), name: &str) -> Vec<&'a Group> {
    shown.range(second - reach..=second + reach).filter_map(|(_, told)| told.get(name)).collect()
}

fn check(told: &Group, about: &[&Group], (in_gap, what): (bool, &str)) {
    let known = about.iter().any(|was| was.state == told.state);
    assert!(known || in_gap && told.state == GroupState::Unknown, "{what}: {:?}", told.state);
    if told.members.is_some() {
        let same = about.iter().any(|was| was.members == told.members);
        assert!(same, "{what}: {:?}", told.members);
    }
    for (partition, row) in &told.rows {
        let was: Vec<_> = about.iter().filter_map(|was| was.rows.get(partition)).collect();
        let fits = was.iter().any(|was| was.lag == row.lag) || within(row, &was);
        assert!(fits, "{what}: {partition:?} {row:?}, shown {was:?}");
    }
}

/// Between the least and the greatest lag that was shown; what was committed meanwhile is worked off.
fn within(told: &Row, was: &[&Row]) -> bool {
    let known = || was.iter().filter_map(|was| Some((was.lag?, was.committed?)));
    let (Some(lag), Some(committed)) = (told.lag, told.committed) else { return false };
    let ahead = |(lag, known): (i64, i64)| (lag - (committed - known).max(0)).max(lag.min(0));
    let (least, most) = (known().map(ahead).min(), known().map(|(lag, _)| lag).max());
    least.is_some_and(|least| least <= lag) && most.is_some_and(|most| lag <= most)
}

#[test]
fn what_is_told_of_a_recorded_incident_was_shown_then() {
    for bundled in bundle::ALL {
        let rules = Rules::default();
        let (last, shown) = played(bundled, &rules);
        let rules = RuleBook::from(rules);
        let newest = last.at.as_millis().div_euclid(1_000);
        let (mut owned, mut pictures) = (0, 0);
        let moments: Vec<_> = shown.keys().copied().filter(|second| *second < newest - 2).collect();
        for second in moments {
            let fine = newest - second < KEPT;
            if !fine && second % 10 != 9 {
                continue;
            }
            let reach = if fine { 2 } else { 11 };
            for (name, told) in read(&as_of(&last, end(second), &rules)) {
                let about = about(&shown, (second, reach), &name);
                let now = &last.group(&name.as_str().into()).unwrap().view;
                // A gap is only known when it is over, and then begins earlier than anything looked old.
                let in_gap = now.band.at(end(second)).is_none();
                let what = format!("{}: {name} at {second}", bundled.name);
                check(&told, &about, (in_gap, &what));
                let same = about.iter().all(|was| was.members == about[0].members);
                // Between two pictures somebody may have gone and come back.
                let reach = Duration::from_secs(reach.unsigned_abs() + 1);
                let near = (end(second).minus(reach), end(second).plus(reach));
                let moved = now.rebalances.iter().any(|one| near.0 <= one.at && one.at <= near.1);
                let still = about.iter().all(|was| !was.state.is_rebalancing());
                let rests = same && still && !moved && !in_gap;
                let told = told.members.is_some();
                assert!(told || !rests, "{}: nobody is told of {name} at {second}", bundled.name);
                pictures += 1;
                owned += u32::from(told);
            }
        }
        // In a storm there are moments at which partitions change hands.
        assert!(owned * 2 > pictures, "{}: owners are told in {owned} of {pictures}", bundled.name);
    }
}
