//! The rights that lagtop makes use of, found out by using them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::topics::some;
use super::{Doctor, Gone};
use crate::model::checkup::Check;
use crate::source::kafka::stream;
use crate::source::kafka::wire::{
    Client, GroupType, KafkaError, PerGroup, TopicPartitions, WireError, WireErrorKind,
};

/// What was found out about groups.
#[derive(Default)]
struct Groups {
    /// By coordinator and type.
    listed: BTreeMap<(i32, Kind), Vec<Arc<str>>>,
    /// Brokers that did not list theirs, and why.
    unlisted: Vec<String>,
    described: usize,
    /// Groups that may not be described, and the error.
    refused: Vec<(Arc<str>, KafkaError)>,
    /// Topics that members hold.
    topics: BTreeSet<Arc<str>>,
}

/// How a group is described.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Classic,
    Consumer,
    Share,
}

impl Doctor {
    /// Tries one right after the other.
    pub(super) async fn rights(&self, part: &Arc<str>) -> Result<(), Gone> {
        let client = &self.context.listening.client;
        let (check, sees_all) = self.cluster(part, client).await;
        self.tell(check).await?;
        let mut groups = self.list(client).await;
        groups.describe(client).await;
        self.tell(self.groups(part, &groups, sees_all)).await?;
        let (check, topics) = self.topics(part, client, &groups.topics).await;
        self.tell(check).await?;
        self.tell(self.listen(part).await).await?;
        self.tell(self.records(part, client, &topics).await).await
    }

    /// Without this right Kafka leaves groups out of lists, and says nothing.
    async fn cluster(&self, part: &Arc<str>, client: &Client) -> (Check, bool) {
        const NAME: &str = "cluster";
        match client.describe_cluster().await {
            Ok(told) if told.may_be_described => {
                (Check::passed(part, NAME, "may be described: all groups are listed"), true)
            }
            Ok(_) => {
                let found = "no right to describe it: only groups that may be described are listed";
                let check = Check::limited(part, NAME, found)
                    .detail("all else works without it")
                    .command(self.grant("Describe --cluster"));
                (check, false)
            }
            Err(WireError { kind: WireErrorKind::UnsupportedVersion { .. }, .. }) => {
                (Check::skipped(part, NAME, "brokers before 2.8 do not tell this right"), true)
            }
            Err(error) => (Check::failed(part, NAME, error.to_string()), true),
        }
    }

    async fn list(&self, client: &Client) -> Groups {
        let mut groups = Groups::default();
        for broker in client.broker_ids() {
            match client.list_groups(broker).await {
                Ok(told) => {
                    let wanted = |name: &Arc<str>| (self.context.listening.groups)(name);
                    for one in told.groups.into_iter().filter(|one| wanted(&one.group)) {
                        let kind = match one.group_type {
                            Some(GroupType::Consumer) => Kind::Consumer,
                            Some(GroupType::Share) => Kind::Share,
                            _ => Kind::Classic,
                        };
                        groups.listed.entry((broker, kind)).or_default().push(one.group);
                    }
                    groups.unlisted.extend(told.incomplete.map(|why| why.to_string()));
                }
                Err(error) => groups.unlisted.push(error.to_string()),
            }
        }
        groups
    }

    fn groups(&self, part: &Arc<str>, groups: &Groups, sees_all: bool) -> Check {
        const NAME: &str = "groups";
        if let Some(why) = groups.unlisted.first() {
            return Check::failed(part, NAME, why.clone())
                .detail("groups that are not listed are not shown");
        }
        let Some((_, error)) = groups.refused.first() else {
            return match groups.described {
                0 if sees_all => Check::skipped(part, NAME, "there is none, or none that -g names"),
                0 => Check::failed(part, NAME, "none is listed: no right to describe any")
                    .command(self.grant("Describe --group '*'")),
                described => {
                    Check::passed(part, NAME, format!("{described} listed, all may be described"))
                }
            };
        };
        let names: Vec<_> = groups.refused.iter().map(|(name, _)| &**name).collect();
        let all = groups.described + groups.refused.len();
        let found = format!(
            "{} of {all} may not be described ({}): {}",
            names.len(),
            error.name(),
            some(&names)
        );
        Check::limited(part, NAME, found)
            .detail("their rows have this reason in place of figures")
            .command(self.grant("Describe --group '*'"))
    }

    async fn listen(&self, part: &Arc<str>) -> Check {
        const NAME: &str = "listen";
        if !self.context.listens {
            return Check::skipped(part, NAME, "--source poll");
        }
        let limit = self.context.config.connect_timeout + self.context.config.request_timeout;
        let fault = match stream::check(&self.context.listening, limit).await {
            Ok(()) => {
                let found = "__consumer_offsets may be read, and librdkafka did";
                return Check::passed(part, NAME, found);
            }
            Err(fault) => fault,
        };
        if &*fault.code == "UNKNOWN_TOPIC_OR_PARTITION" {
            let found = "there is no __consumer_offsets yet: the first commit makes it";
            return Check::skipped(part, NAME, found);
        }
        let check = Check::limited(part, NAME, &*fault.text).detail(
            "polling works without it: what happens between two rounds is not seen, nor what was \
             before the start",
        );
        if &*fault.code == "TOPIC_AUTHORIZATION_FAILED" {
            return check
                .command(self.grant("Read --operation Describe --topic __consumer_offsets"));
        }
        check
    }

    /// The command that gives a right.
    pub(super) fn grant(&self, what: &str) -> String {
        let server = self.reached.first().map(ToString::to_string).unwrap_or_default();
        let security = &self.context.config.security;
        let admin = match (&security.tls, &security.sasl) {
            (None, None) => "",
            // Whoever may give rights has properties of their own.
            _ => " --command-config admin.properties",
        };
        let principal = self.context.principal.as_deref().unwrap_or("NAME");
        format!(
            "kafka-acls.sh --bootstrap-server {server}{admin} --add \
             --allow-principal 'User:{principal}' --operation {what}"
        )
    }
}

impl Groups {
    /// Describes all that were listed, each by its coordinator.
    async fn describe(&mut self, client: &Client) {
        for ((broker, kind), names) in std::mem::take(&mut self.listed) {
            let told = match kind {
                Kind::Classic => client.describe_classic_groups(broker, &names).await.map(|told| {
                    held(told, |group| group.members.into_iter().filter_map(|one| one.assignment))
                }),
                Kind::Consumer => {
                    client.describe_consumer_groups(broker, &names).await.map(|told| {
                        held(told, |group| group.members.into_iter().map(|one| one.assignment))
                    })
                }
                Kind::Share => client.describe_share_groups(broker, &names).await.map(|told| {
                    held(told, |group| group.members.into_iter().map(|one| one.assignment))
                }),
            };
            match told {
                Ok(told) => told.into_iter().for_each(|group| self.take(group)),
                Err(error) => self.unlisted.push(error.to_string()),
            }
        }
    }

    fn take(&mut self, (name, topics): (Arc<str>, Result<Vec<Arc<str>>, KafkaError>)) {
        match topics {
            Ok(topics) => {
                self.described += 1;
                self.topics.extend(topics);
            }
            Err(error) if error.is_authorization() => self.refused.push((name, error)),
            // It ended, or moved, meanwhile.
            Err(_) => {}
        }
    }
}

/// Of each group the topics that its members hold.
fn held<G, I>(told: PerGroup<G>, of: impl Fn(G) -> I) -> PerGroup<Vec<Arc<str>>>
where
    I: Iterator<Item = Vec<TopicPartitions>>,
{
    let topics = |group| of(group).flatten().map(|one| one.topic).collect();
    told.into_iter().map(|(name, group)| (name, group.map(topics))).collect()
}
