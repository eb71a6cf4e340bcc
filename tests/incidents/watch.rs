//! An incident that runs, and lagtop that is started beside it.

use std::io::Write as _;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use lagtop::diagnose::Rules;
use lagtop::model::peek::{Backlog, PeekOutcome, PeekStep, PeekTarget};
use lagtop::model::process::{Confidence, MemberMatch, Pin, ProcessWish};
use lagtop::model::{Finding, GroupId, MemberView, PollPlan, Severity, Snapshot, TopicPartition};
use lagtop::source::kafka::peek;

use crate::lab::process::pid;
use crate::lab::{Lab, Scenario, Sizes};
use crate::live::{self, Live};
use crate::support::{self, KafkaCluster};

/// Until an incident is in its middle, on a busy machine.
pub(crate) const MIDDLE: Duration = Duration::from_mins(2);

/// Time between two rounds.
const ROUND_MS: u64 = 500;

/// A scenario that runs on the cluster that all of them share; `None` without Kafka. It ends with the
/// test, the cluster with the process.
pub(crate) fn run(name: &str) -> Option<(Lab, Scenario)> {
    static SHARED: OnceLock<Option<Arc<KafkaCluster>>> = OnceLock::new();
    let cluster = SHARED.get_or_init(|| support::kafka_or_skip(Lab::builder()).map(Arc::new));
    Some(set_up(name, Arc::clone(cluster.as_ref()?)))
}

/// The same on a cluster of its own, for what would be true of all others on it.
pub(crate) fn run_alone(name: &str) -> Option<(Lab, Scenario)> {
    Some(set_up(name, Arc::new(support::kafka_or_skip(Lab::builder())?)))
}

fn set_up(name: &str, cluster: Arc<KafkaCluster>) -> (Lab, Scenario) {
    let scenario = Scenario::named(name).unwrap();
    let mut lab = Lab::on(cluster).unwrap();
    (scenario.set_up)(&mut lab, Sizes::default()).unwrap();
    (lab, scenario)
}

/// lagtop, with this group on its screen.
pub(crate) struct Watch {
    scenario: Scenario,
    live: Live,
    started: Instant,
}

impl Watch {
    /// Started cold, now.
    pub(crate) fn start(lab: &Lab, scenario: Scenario, groups: &[&str]) -> Self {
        let bootstrap = lab.cluster.bootstrap();
        let filters: Vec<_> = groups.iter().map(|group| format!("^{group}$")).collect();
        let mut flags = vec!["-b", &bootstrap, "--timeout", "5s"];
        flags.extend(filters.iter().flat_map(|filter| ["-g", filter]));
        let plan = live::on_screen(groups[0], ROUND_MS);
        let live = Live::ruled(&flags, plan, true, rules(scenario));
        Self { scenario, live, started: Instant::now() }
    }

    /// The newest picture.
    pub(crate) fn now(&self) -> Arc<Snapshot> {
        self.live.now()
    }

    /// Looks until something is to be seen; until then nothing is found that is not true.
    pub(crate) async fn sees<T>(
        &mut self,
        within: Duration,
        what: &str,
        mut see: impl FnMut(&Snapshot) -> Option<T>,
    ) -> T {
        let scenario = self.scenario;
        let looking = async {
            loop {
                let snapshot = self.live.next().await;
                nothing_untrue(scenario, &snapshot);
                if let Some(seen) = see(&snapshot) {
                    return seen;
                }
            }
        };
        let seen = tokio::time::timeout(within, looking).await;
        seen.unwrap_or_else(|_late| panic!("{what} within {within:?}: {:#?}", self.live.now()))
    }

    /// Looks at the records that wait for a group on a partition.
    pub(crate) async fn looks_at(&self, lab: &Lab, group: &str, of: &TopicPartition) -> Backlog {
        let context = live::looking(&["-b", &lab.cluster.bootstrap()]);
        let snapshot = self.now();
        let view = &snapshot.group(&group.into()).unwrap().view;
        let rows = &view.topic(of.topic.as_str()).unwrap().partitions;
        let row = rows.iter().find(|row| row.partition == of.partition).unwrap();
        let committed = row.commit.as_ref().map(|commit| commit.offset);
        let target = PeekTarget { group: group.into(), partition: of.clone(), committed };
        match peek::fulfil(&target, PeekStep::Records, &context).await.unwrap() {
            PeekOutcome::Read(backlog) => Arc::unwrap_or_clone(backlog),
            other => panic!("it reads: {other:?}"),
        }
    }

    /// Looks at this host as well, for the processes of the group's members: the right one is among the
    /// candidates of each, and is the match where lagtop calls it likely. Then they are pinned, since where
    /// others' processes may not be read no match is sure, and which may be can change.
    pub(crate) async fn looks_for_processes(&mut self, lab: &Lab, group: &str, members: usize) {
        self.live.look_at_this_host();
        let id: GroupId = group.into();
        let wish = |snapshot: &Snapshot| {
            let there = snapshot.group(&id)?.view.members.as_ref()?.len() == members;
            let wish = ProcessWish::of(snapshot, &id).filter(|_| there)?;
            (!wish.brokers.is_empty()).then_some(wish)
        };
        let wish = self.sees(MIDDLE, "members and brokers", wish).await;
        self.wish(group, wish.clone());
        let pins = |snapshot: &Snapshot| {
            let known = snapshot.group(&id)?.view.members.clone()?;
            let found = snapshot.processes.matches.as_ref().filter(|found| found.group == id)?;
            let pin = |member: &MemberView| pinned(lab, &id, member, found.member(&member.id)?);
            let pins: Option<Arc<[Pin]>> = known.iter().map(pin).collect();
            pins.filter(|pins| pins.len() == members)
        };
        let pins = self.sees(MIDDLE, "processes of all members", pins).await;
        self.wish(group, ProcessWish { pins, ..wish });
    }

    fn wish(&self, group: &str, wish: ProcessWish) {
        let plan = live::on_screen(group, ROUND_MS);
        self.live.wish(PollPlan { processes: Some(Arc::new(wish)), ..plan });
    }

    /// The first finding of a rule that is as it must be; until then nothing is found that is not true.
    pub(crate) async fn finds(&mut self, rule: &str, is: impl Fn(&Finding) -> bool) -> Finding {
        self.finds_within(live::SOON, rule, is).await
    }

    /// The same, for what takes its time.
    pub(crate) async fn finds_within(
        &mut self,
        span: Duration,
        rule: &str,
        is: impl Fn(&Finding) -> bool,
    ) -> Finding {
        self.sees(span, rule, |snapshot| {
            let all = snapshot.findings();
            let found = all.into_iter().find(|finding| finding.rule == rule && is(finding));
            found.cloned()
        })
        .await
    }

    /// Looks at so many more pictures: nothing that is not true is found.
    pub(crate) async fn goes_on(&mut self, pictures: u32) {
        for _ in 0..pictures {
            nothing_untrue(self.scenario, &*self.live.next().await);
        }
    }

    /// A row of the README's table.
    pub(crate) fn tell(&self, finding: &Finding) {
        let (name, seconds) = (self.scenario.name, self.started.elapsed().as_secs_f64());
        let (word, sentence) = (finding.severity.word(), &finding.sentence);
        // Past libtest's capture: the row is what a run of the tests is read for.
        let _ = writeln!(std::io::stderr(), "| `{name}` | {word} {sentence} | {seconds:.1} |");
    }

    /// The same where nothing was found.
    pub(crate) fn tell_nothing(&self) {
        let (name, seconds) = (self.scenario.name, self.started.elapsed().as_secs());
        let _ = writeln!(std::io::stderr(), "| `{name}` | nothing, for {seconds}s | - |");
    }
}

/// A pin on the process that the lab started, once it is a candidate.
fn pinned(lab: &Lab, group: &GroupId, member: &MemberView, found: &MemberMatch) -> Option<Pin> {
    let truth = pid(lab.worker(&format!("process {} ", member.client_id)).unwrap()).unwrap();
    if found.confidence >= Confidence::Likely {
        assert_eq!(found.process().map(|key| key.pid), Some(truth), "{found:#?}");
    }
    let mut candidates = found.candidates.iter().map(|candidate| candidate.process);
    let process = candidates.find(|process| process.pid == truth)?;
    Some(Pin { group: group.clone(), member: member.id.clone(), process })
}

/// The scenario's thresholds.
fn rules(scenario: Scenario) -> Rules {
    let mut rules = Rules::default();
    for (name, value) in scenario.scaled {
        let (rule, threshold) = name.split_once('.').unwrap();
        rules.set(rule, Some(threshold), value).unwrap();
    }
    rules
}

fn nothing_untrue(scenario: Scenario, snapshot: &Snapshot) {
    for finding in snapshot.findings() {
        let untrue =
            finding.severity >= Severity::Warning && !scenario.truths.contains(&finding.rule);
        assert!(!untrue, "{} is not true of {}: {finding:#?}", finding.rule, scenario.name);
    }
}

/// The numbers in a text, thousands and millions multiplied out.
pub(crate) fn numbers(text: &str) -> Vec<f64> {
    let pattern = regex::Regex::new(r"(\d+(?:\.\d+)?)([kM])?").unwrap();
    let number = |found: regex::Captures<'_>| {
        let factor = match found.get(2).map(|unit| unit.as_str()) {
            Some("k") => 1e3,
            Some("M") => 1e6,
            _ => 1.0,
        };
        found[1].parse::<f64>().unwrap() * factor
    };
    pattern.captures_iter(text).map(number).collect()
}

/// Whether it is that, with a part more or less.
pub(crate) fn about(shown: f64, truth: f64, part: f64) -> bool {
    (shown - truth).abs() <= truth * part
}
