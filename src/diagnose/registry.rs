//! All rules, switched and tuned.

use std::sync::Arc;

use super::rules as r;
use super::tuning::{Knob, Tunable};
use super::{Case, ClusterCase, TopicCase};
use crate::model::{Finding, Findings, Unknown, Verdict};

/// What a rule's name or threshold was given wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// There is no such rule.
    Rule,
    /// The rule has no such threshold; it has these.
    Threshold(Vec<String>),
    /// The value is not of the threshold's kind; this would be.
    Value(&'static str),
    /// The rule is about topics, and was set for groups.
    AboutTopics,
    /// The rule is about the cluster, and was set for some groups or topics.
    AboutCluster,
}

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A group.
    Groups,
    /// A topic, whoever reads it.
    Topics,
    /// The cluster as a whole.
    Cluster,
}

/// A rule as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Its name.
    pub name: &'static str,
    /// What it finds, in one sentence.
    pub what: &'static str,
    /// Is it in force?
    pub on: bool,
    /// Its thresholds as they are in force.
    pub knobs: Vec<Knob>,
}

macro_rules! rules {
    (
        groups { $($group:ident: $group_type:ty,)+ }
        topics { $($topic:ident: $topic_type:ty,)+ }
        cluster { $($cluster:ident: $cluster_type:ty,)+ }
    ) => {
        /// All rules with their thresholds.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Rules {
            $($group: (bool, $group_type),)+
            $($topic: (bool, $topic_type),)+
            $($cluster: (bool, $cluster_type),)+
        }

        impl Default for Rules {
            fn default() -> Self {
                Self {
                    $($group: (true, <$group_type>::default()),)+
                    $($topic: (true, <$topic_type>::default()),)+
                    $($cluster: (true, <$cluster_type>::default()),)+
                }
            }
        }

        impl Rules {
            /// All rules, in the order in which they are told.
            #[must_use]
            pub fn describe(&self) -> Vec<Described> {
                vec![
                    $(Described {
                        name: <$group_type>::NAME,
                        what: <$group_type>::WHAT,
                        on: self.$group.0,
                        knobs: self.$group.1.knobs(),
                    },)+
                    $(Described {
                        name: <$topic_type>::NAME,
                        what: <$topic_type>::WHAT,
                        on: self.$topic.0,
                        knobs: self.$topic.1.knobs(),
                    },)+
                    $(Described {
                        name: <$cluster_type>::NAME,
                        what: <$cluster_type>::WHAT,
                        on: self.$cluster.0,
                        knobs: self.$cluster.1.knobs(),
                    },)+
                ]
            }

            /// What a rule is about; `None` if there is no such rule.
            #[must_use]
            pub fn about(rule: &str) -> Option<About> {
                let about = [
                    (About::Groups, [$(<$group_type>::NAME),+].contains(&rule)),
                    (About::Topics, [$(<$topic_type>::NAME),+].contains(&rule)),
                    (About::Cluster, [$(<$cluster_type>::NAME),+].contains(&rule)),
                ];
                about.into_iter().find_map(|(about, is_it)| is_it.then_some(about))
            }

            /// Sets a threshold, or with none named switches the rule: `on` or `off`.
            pub fn set(
                &mut self,
                rule: &str,
                threshold: Option<&str>,
                value: &str,
            ) -> Result<(), Mistake> {
                $(if rule == <$group_type>::NAME {
                    return set(&mut self.$group, threshold, value);
                })+
                $(if rule == <$topic_type>::NAME {
                    return set(&mut self.$topic, threshold, value);
                })+
                $(if rule == <$cluster_type>::NAME {
                    return set(&mut self.$cluster, threshold, value);
                })+
                Err(Mistake::Rule)
            }

            /// What is wrong with a group. `before` is what was said last: what goes on is so since
            /// then.
            #[must_use]
            pub fn group(&self, case: &Case<'_>, before: &Findings) -> Findings {
                let mut said = Findings::default();
                $(if self.$group.0 {
                    take(&mut said, <$group_type>::NAME, self.$group.1.check(case));
                })+
                settle(said, before)
            }

            /// What is wrong with a topic, whoever reads it.
            #[must_use]
            pub fn topic(&self, case: &TopicCase<'_>, before: &Findings) -> Findings {
                let mut said = Findings::default();
                $(if self.$topic.0 {
                    take(&mut said, <$topic_type>::NAME, self.$topic.1.check(case));
                })+
                settle(said, before)
            }

            /// What is wrong with the cluster, of which no group and no topic is the subject.
            #[must_use]
            pub fn cluster(&self, case: &ClusterCase<'_>, before: &Findings) -> Findings {
                let mut said = Findings::default();
                $(if self.$cluster.0 {
                    take(&mut said, <$cluster_type>::NAME, self.$cluster.1.check(case));
                })+
                settle(said, before)
            }
        }
    };
}

// Of what is equally bad the first is told first: what may be a cause before what follows from it.
rules! {
    groups {
        lag_threshold: r::LagThreshold,
        records_lost: r::RecordsLost,
        retention_risk: r::RetentionRisk,
        rebalance_storm: r::RebalanceStorm,
        stuck_rebalance: r::StuckRebalance,
        no_members: r::NoMembers,
        group_gone_quiet: r::GroupGoneQuiet,
        stalled_partition: r::StalledPartition,
        hot_partition: r::HotPartition,
        stop_and_go: r::StopAndGo,
        negative_lag: r::NegativeLag,
        rewound: r::Rewound,
        falling_behind: r::FallingBehind,
        too_few_partitions: r::TooFewPartitions,
        unowned_partitions: r::UnownedPartitions,
        cpu_per_record: r::CpuPerRecord,
        hot_thread: r::HotThread,
        cpu_throttled: r::CpuThrottled,
        host_pressure: r::HostPressure,
        idle_members: r::IdleMembers,
    }
    topics {
        no_leader: r::NoLeader,
        under_replicated: r::UnderReplicated,
        open_transaction: r::OpenTransaction,
        producer_churn: r::ProducerChurn,
    }
    cluster {
        inventory_growth: r::InventoryGrowth,
    }
}

fn set<T: Tunable>(
    rule: &mut (bool, T),
    threshold: Option<&str>,
    value: &str,
) -> Result<(), Mistake> {
    let Some(threshold) = threshold else {
        rule.0 = match value {
            "on" => true,
            "off" => false,
            _ => return Err(Mistake::Value("on or off")),
        };
        return Ok(());
    };
    if let Some(set) = rule.1.set(threshold, value) {
        return set.map_err(Mistake::Value);
    }
    let knobs = rule.1.knobs().into_iter();
    Err(Mistake::Threshold(knobs.map(|knob| knob.name).collect()))
}

fn take(said: &mut Findings, rule: &'static str, verdict: Verdict) {
    match verdict {
        Verdict::Clear => {}
        Verdict::Firing(finding) => said.firing.push(*finding),
        Verdict::Unknown(waits_for) => {
            said.unknown.push(Unknown { rule, waits_for: Arc::from(waits_for) });
        }
    }
}

/// The worst first, each since it was first found.
fn settle(mut said: Findings, before: &Findings) -> Findings {
    for finding in &mut said.firing {
        let same = |old: &&Finding| {
            old.rule == finding.rule
                && old.subject.partitions.first() == finding.subject.partitions.first()
                && old.subject.process == finding.subject.process
        };
        if let Some(old) = before.firing.iter().find(same)
            && old.since.at() < finding.since.at()
        {
            finding.since = old.since;
        }
    }
    // A stable sort: of equals, the order of the rules.
    said.firing.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    said
}
