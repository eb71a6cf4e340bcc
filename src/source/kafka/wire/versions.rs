//! Which version of a request to speak: the highest that both sides know.

use std::collections::HashMap;
use std::sync::Arc;

use kafka_protocol::messages::ApiKey;

use super::error::WireErrorKind;
use super::requests::Question;
use super::requests::api_versions::ApiRange;
use super::requests::consumer_groups::AskConsumerGroups;
use super::requests::offset_fetch::AskCommits;

/// What one broker can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// The oldest release of Apache Kafka that speaks as it does; `None` for one before those that this
    /// client knows.
    pub release: Option<&'static str>,
    /// The commits of many groups in one question.
    pub commits_together: bool,
    /// Members of KIP-848 groups.
    pub consumer_groups: bool,
}

/// By what releases are told apart, the newest first: the version of a request that came with them.
const RELEASES: [(&str, ApiKey, i16); 11] = [
    ("4.1", ApiKey::OffsetFetch, 10),
    ("4.0", ApiKey::ConsumerGroupDescribe, 1),
    ("3.9", ApiKey::ListOffsets, 9),
    ("3.8", ApiKey::ListGroups, 5),
    ("3.7", ApiKey::ConsumerGroupDescribe, 0),
    ("3.0", ApiKey::OffsetFetch, 8),
    ("2.8", ApiKey::DescribeCluster, 0),
    ("2.6", ApiKey::ListGroups, 4),
    ("2.5", ApiKey::OffsetFetch, 7),
    ("2.4", ApiKey::Metadata, 9),
    ("2.1", ApiKey::Metadata, 7),
];

/// What one broker speaks.
#[derive(Debug, Clone, Default)]
pub(super) struct Versions(HashMap<i16, (i16, i16)>);

impl Versions {
    pub(super) fn new(apis: &[ApiRange]) -> Self {
        Self(apis.iter().map(|api| (api.api_key, (api.min, api.max))).collect())
    }

    pub(super) fn speaks<Q: Question>(&self) -> bool {
        self.range::<Q>().and_then(|theirs| highest_common(Q::VERSIONS, theirs)).is_some()
    }

    /// The highest version that both speak.
    pub(super) fn choose<Q: Question>(&self) -> Result<i16, WireErrorKind> {
        let theirs = self.range::<Q>();
        theirs.and_then(|theirs| highest_common(Q::VERSIONS, theirs)).ok_or_else(|| {
            WireErrorKind::UnsupportedVersion {
                api: Arc::from(format!("{:?}", Q::KEY)),
                ours: Q::VERSIONS,
                theirs,
            }
        })
    }

    /// What this client can ask of this broker.
    pub(super) fn abilities(&self) -> Abilities {
        Abilities {
            release: self.release(),
            commits_together: self.speaks::<AskCommits<'_>>(),
            consumer_groups: self.speaks::<AskConsumerGroups<'_>>(),
        }
    }

    fn release(&self) -> Option<&'static str> {
        let speaks = |key: ApiKey, version: i16| {
            self.0.get(&(key as i16)).is_some_and(|(_, highest)| *highest >= version)
        };
        RELEASES.iter().find(|(_, key, version)| speaks(*key, *version)).map(|(name, ..)| *name)
    }

    fn range<Q: Question>(&self) -> Option<(i16, i16)> {
        self.0.get(&(Q::KEY as i16)).copied()
    }
}

fn highest_common(ours: (i16, i16), theirs: (i16, i16)) -> Option<i16> {
    let highest = ours.1.min(theirs.1);
    (highest >= ours.0.max(theirs.0)).then_some(highest)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case((2, 10), (1, 11), Some(10))]
    #[case((2, 10), (0, 5), Some(5))]
    #[case((2, 10), (10, 20), Some(10))]
    #[case((2, 10), (11, 20), None)]
    #[case((2, 10), (0, 1), None)]
    #[case((2, 10), (9, 3), None)]
    fn the_highest_common_version(
        #[case] ours: (i16, i16),
        #[case] theirs: (i16, i16),
        #[case] chosen: Option<i16>,
    ) {
        assert_eq!(highest_common(ours, theirs), chosen);
    }
}
