//! `inventory-growth`: there are more and more topics, partitions, groups or members.

use std::time::Duration;

use crate::diagnose::ClusterCase;
use crate::diagnose::report::{Report, list, many};
use crate::diagnose::tuning::thresholds;
use crate::model::inventory::{Count, Counted, Newcomer};
use crate::model::number::{count, span};
use crate::model::{GroupId, Point, Severity, Since, Timestamp, TopicName, Verdict};

thresholds! {
    /// Topics of an experiment that nobody had announced are how a cluster's brokers once ran out of memory.
    /// What a deployment adds it adds at once, and that is a note; what goes on adding is a warning.
    InventoryGrowth {
        /// grown within so long
        window: Duration = Duration::from_hours(1),
        /// at so many moments or more: a deployment adds what it adds at once
        times: i64 = 3,
        /// so many topics more
        topics: i64 = 10,
        /// so many partitions more
        partitions: i64 = 100,
        /// so many groups more
        groups: i64 = 20,
        /// so many members more: services are scaled
        members: i64 = 100,
        /// and by this share of what there was: large clusters change every day
        share: f64 = 0.05,
    }
}

/// How something grew.
struct Growth {
    counted: Counted,
    from: i64,
    to: i64,
    /// What it was, until when.
    base: Timestamp,
    began: Timestamp,
    /// Moments at which there were more than ever.
    times: i64,
}

impl InventoryGrowth {
    pub(in crate::diagnose) const NAME: &'static str = "inventory-growth";
    pub(in crate::diagnose) const WHAT: &'static str =
        "topics, partitions, groups or members become more and more";

    pub(in crate::diagnose) fn check(&self, case: &ClusterCase<'_>) -> Verdict {
        let inventory = case.inventory;
        if let (None, Some(fault)) = (inventory.since, &inventory.fault) {
            return Verdict::Unknown(format!("a look at all topics: {}", fault.text));
        }
        let from = case.now.minus(self.window);
        let grown = |counted| Growth::of(counted, inventory.count(counted)?, (from, case.now));
        let kinds = [Counted::Topics, Counted::Partitions, Counted::Groups, Counted::Members];
        let all: Vec<Growth> = kinds.into_iter().filter_map(grown).collect();
        let mut told: Vec<&Growth> = all.iter().filter(|one| self.minds(one)).collect();
        if told.is_empty() {
            return Verdict::Clear;
        }
        // Topics come with their partitions: of the two both are told.
        let topical = |one: &Growth| matches!(one.counted, Counted::Topics | Counted::Partitions);
        if told.iter().any(|one| topical(one)) {
            told.retain(|one| !topical(one));
            let both = all.iter().filter(|one| topical(one));
            told.splice(0..0, both.collect::<Vec<_>>());
        }
        self.report(case, &told)
    }

    fn minds(&self, growth: &Growth) -> bool {
        let least = match growth.counted {
            Counted::Topics => self.topics,
            Counted::Partitions => self.partitions,
            Counted::Groups => self.groups,
            _ => self.members,
        };
        let more = growth.to - growth.from;
        more >= least && more as f64 >= growth.from as f64 * self.share
    }

    fn report(&self, case: &ClusterCase<'_>, told: &[&Growth]) -> Verdict {
        let began = told.iter().map(|one| one.began).min().unwrap_or(case.now);
        let base = told.iter().map(|one| one.base).min().unwrap_or(case.now);
        let goes_on = told.iter().any(|one| one.times >= self.times);
        let severity = if goes_on { Severity::Warning } else { Severity::Note };
        let parts = |show: fn(&Growth) -> String| {
            told.iter().map(|one| show(one)).collect::<Vec<_>>().join(", ")
        };
        let more = parts(|one| format!("+{} {}", count(one.to - one.from), one.counted.name()));
        let now = parts(|one| format!("{} {}", count(one.to), one.counted.name()));
        let facts =
            parts(|one| format!("{} {} to {}", one.counted.name(), count(one.from), count(one.to)));
        let is_about = |counted| told.iter().any(|one| one.counted == counted);
        let topics = since(&case.inventory.new_topics, base, is_about(Counted::Topics));
        let groups = since(&case.inventory.new_groups, base, is_about(Counted::Groups));
        let ago = span(case.now.since(began));
        let pace = if goes_on { format!("in {ago}") } else { format!("{ago} ago") };
        let mut report = Report::cluster(Self::NAME, case, severity)
            .says(format!("{more} {pace}{}; now {now}", prefixed(topics, groups)))
            .because("inventory", (base, case.now), facts);
        if !topics.is_empty() {
            let all = topics.iter().map(|one| {
                let partitions = many(one.partitions, "partition", "partitions");
                format!("{} ({partitions})", one.name.as_str())
            });
            let text = format!("topics that came: {}", list(all));
            report = report.because("inventory", (began, case.now), text);
        }
        if !groups.is_empty() {
            let all = groups.iter().map(|one| one.name.as_str().to_owned());
            let text = format!("groups that came: {}", list(all));
            report = report.because("inventory", (began, case.now), text);
        }
        report.since(Since::At(began)).next(
            "find who makes them, and whether there is an end to it; key i lists what came when",
        )
    }
}

impl Growth {
    /// `None` where nothing grew.
    fn of(counted: Counted, count: &Count, (from, now): (Timestamp, Timestamp)) -> Option<Self> {
        let known = |point: Point| Some((point.at, point.value?));
        let points = count.history.between(from, now);
        let points: Vec<(Timestamp, i64)> = points.filter_map(known).collect();
        let (&(_, first), &(_, to)) = (points.first()?, points.last()?);
        // What was there before, and came back, is no growth.
        let last_base = points.iter().rposition(|(_, value)| *value <= first)?;
        let rising = points.get(last_base + 1..)?;
        let &(began, _) = rising.first()?;
        let (mut most, mut times) = (first, 0);
        for &(_, value) in rising {
            if value > most {
                (most, times) = (value, times + 1);
            }
        }
        let base = points.get(last_base).map(|(at, _)| *at)?;
        Some(Self { counted, from: first, to, base, began, times })
    }
}

/// Those that came after `base`; none where they are not what is told.
fn since<T>(newcomers: &[Newcomer<T>], base: Timestamp, told: bool) -> &[Newcomer<T>] {
    let first = newcomers.partition_point(|one| one.at <= base);
    newcomers.get(first..).filter(|_| told).unwrap_or_default()
}

/// `, prefix exp-`, where most of them share one.
fn prefixed(topics: &[Newcomer<TopicName>], groups: &[Newcomer<GroupId>]) -> String {
    let topics = topics.iter().map(|one| one.name.as_str());
    let names: Vec<&str> = topics.chain(groups.iter().map(|one| one.name.as_str())).collect();
    prefix(&names).map_or_else(String::new, |prefix| format!(", prefix {prefix}"))
}

/// What most of the names begin with, up to a separator where there is one: an experiment's topics come
/// beside those of others. `None` where that is less than three characters.
fn prefix(names: &[&str]) -> Option<String> {
    const MOST: f64 = 0.75;
    const LEAST: usize = 3;
    let separator = |c: char| matches!(c, '-' | '.' | '_');
    let head = |name: &str| name.find(separator).map_or(name.len(), |at| at + 1);
    let mut families: Vec<(&str, Vec<&str>)> = Vec::new();
    for &name in names {
        let family = name.get(..head(name)).unwrap_or(name);
        match families.iter_mut().find(|(known, _)| *known == family) {
            Some((_, members)) => members.push(name),
            None => families.push((family, vec![name])),
        }
    }
    let (_, alike) = families.into_iter().max_by_key(|(_, members)| members.len())?;
    if alike.len() < 2 || (alike.len() as f64) < names.len() as f64 * MOST {
        return None;
    }
    let mut common = (*alike.first()?).to_owned();
    for name in &alike {
        while !name.starts_with(common.as_str()) {
            common.pop();
        }
    }
    if let Some(at) = common.rfind(separator) {
        common.truncate(at + 1);
    }
    (common.chars().count() >= LEAST).then_some(common)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rstest::rstest;

    use super::*;
    use crate::model::{Fault, InventoryView};

    const NOW: Timestamp = Timestamp::from_millis(100_000_000);

    fn ago(seconds: u64) -> Timestamp {
        NOW.minus(Duration::from_secs(seconds))
    }

    /// An inventory in which something was counted so, so many seconds ago.
    fn counted(all: &[(Counted, &[(u64, i64)])]) -> InventoryView {
        let mut view = InventoryView { since: Some(ago(7_200)), ..InventoryView::default() };
        for (of, points) in all {
            let slot = &mut view.counts[*of as usize];
            for &(seconds, value) in *points {
                slot.history.push(ago(seconds), Some(value));
                slot.now = Some(value);
            }
        }
        view
    }

    fn check(view: &InventoryView) -> Verdict {
        InventoryGrowth::default().check(&ClusterCase { inventory: view, now: NOW })
    }

    #[rstest]
    #[case::one_topic(&[(7_200, 30), (600, 31)], None)]
    #[case::all_at_once(&[(7_200, 30), (600, 50)], Some(Severity::Note))]
    #[case::again_and_again(&[(7_200, 30), (900, 34), (600, 38), (300, 42)], Some(Severity::Warning))]
    #[case::long_ago(&[(20_000, 30), (18_000, 40), (16_000, 50), (14_000, 60)], None)]
    #[case::made_and_deleted(&[(7_200, 30), (900, 45), (600, 30), (300, 45), (100, 30)], None)]
    #[case::a_twentieth_of_many(&[(7_200, 4_000), (900, 4_050), (600, 4_100), (300, 4_150)], None)]
    #[case::more_of_many(&[(7_200, 4_000), (900, 4_070), (600, 4_140), (300, 4_210)], Some(Severity::Warning))]
    #[case::fewer(&[(7_200, 60), (900, 40), (300, 20)], None)]
    fn topics_that_become_more_and_more(
        #[case] points: &[(u64, i64)],
        #[case] expected: Option<Severity>,
    ) {
        let said = check(&counted(&[(Counted::Topics, points)]));
        let severity = match &said {
            Verdict::Firing(finding) => Some(finding.severity),
            _ => None,
        };
        assert_eq!(severity, expected, "{said:?}");
    }

    #[test]
    fn the_sentence_tells_how_many_since_when_and_what_they_are_called() {
        let mut view = counted(&[
            (Counted::Topics, &[(7_200, 20), (720, 25), (480, 30), (240, 34)]),
            (Counted::Partitions, &[(7_200, 244), (720, 304), (480, 364), (240, 412)]),
            (Counted::Groups, &[(7_200, 12), (480, 13)]),
        ]);
        let topic = |(nth, name): (u64, &str)| Newcomer {
            at: ago(720 - 100 * nth),
            name: name.into(),
            partitions: 12,
        };
        let names = ["exp-a", "exp-b-1", "exp-b-2", "audit", "exp-c"];
        view.new_topics = Arc::new((0..).zip(names).map(topic).collect());
        let Verdict::Firing(found) = check(&view) else { panic!("it grows") };
        assert_eq!(
            found.sentence,
            "+14 topics, +168 partitions in 12m00s, prefix exp-; now 34 topics, 412 partitions"
        );
        assert_eq!(found.since, Since::At(ago(720)));
        assert_eq!(found.subject.name(), "cluster");
        let facts: Vec<_> = found.evidence.iter().map(|fact| fact.text.as_str()).collect();
        assert_eq!(
            facts,
            [
                "topics 20 to 34, partitions 244 to 412",
                "topics that came: exp-a (12 partitions), exp-b-1 (12 partitions), \
                 exp-b-2 (12 partitions) and 2 more",
            ]
        );
    }

    #[test]
    fn groups_that_nobody_removes_are_told_by_themselves() {
        let mut view = counted(&[
            (Counted::Topics, &[(7_200, 20)]),
            (Counted::Groups, &[(7_200, 12), (900, 22), (600, 32), (300, 42)]),
        ]);
        let group = |nth: u64| Newcomer {
            at: ago(900 - nth),
            name: format!("console-consumer-{nth}").as_str().into(),
            partitions: 0,
        };
        view.new_groups = Arc::new((0..30).map(group).collect());
        let Verdict::Firing(found) = check(&view) else { panic!("it grows") };
        assert_eq!(found.sentence, "+30 groups in 15m00s, prefix console-consumer-; now 42 groups");
    }

    #[test]
    fn without_a_look_it_is_not_known_and_why_is_said() {
        let nothing = InventoryView::default();
        assert_eq!(check(&nothing), Verdict::Clear, "nobody looks");
        let fault = Some(Fault::new("REQUEST_TIMED_OUT", "no answer within 5s"));
        let refused = InventoryView { fault, ..InventoryView::default() };
        let waits = "a look at all topics: no answer within 5s".to_owned();
        assert_eq!(check(&refused), Verdict::Unknown(waits));
    }

    #[rstest]
    #[case(&["exp-1", "exp-2", "exp-10"], Some("exp-"))]
    #[case(&["exp-a-1", "exp-a-2"], Some("exp-a-"))]
    #[case(&["exp-1", "exp-2", "exp-3", "orders"], Some("exp-"))]
    #[case(&["exp-1", "exp-2", "orders"], None)]
    #[case(&["a-1", "a-2"], None)]
    #[case(&["users", "orders"], None)]
    #[case(&["one.of.its.kind"], None)]
    #[case(&["größe-1", "größe-2"], Some("größe-"))]
    #[case(&[], None)]
    fn most_names_share_a_prefix_or_there_is_none(
        #[case] names: &[&str],
        #[case] expected: Option<&str>,
    ) {
        assert_eq!(prefix(names).as_deref(), expected);
    }
}
