//! Which version of a request to speak: the highest that both sides know.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::WireErrorKind;
use super::requests::Question;
use super::requests::api_versions::ApiRange;

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
