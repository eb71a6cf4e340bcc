//! What happened, for a person who goes from one event to the next.

use super::{Finding, Marker, MemberRef, Rebalance, Timestamp};

/// Something that happened, and what to say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What; may hold names, unescaped.
    pub text: String,
    /// The same without any name, for whom names are hidden.
    pub bare: String,
}

impl From<&Rebalance> for Event {
    fn from(event: &Rebalance) -> Self {
        let named = |members: &[MemberRef]| match members {
            [] => None,
            [one] => Some(one.client_id.to_string()),
            [one, more @ ..] => Some(format!("{} and {} more", one.client_id, more.len())),
        };
        let left = named(&event.left).map(|who| format!("{who} left"));
        let joined = named(&event.joined).map(|who| format!("{who} joined"));
        let what: Vec<_> = left.into_iter().chain(joined).collect();
        let what = if what.is_empty() { "same members".to_owned() } else { what.join(", ") };
        let bare = "rebalance".to_owned();
        Self { at: event.at, text: format!("{bare}: {what}"), bare }
    }
}

impl From<&Marker> for Event {
    fn from(marker: &Marker) -> Self {
        let bare = "marker".to_owned();
        Self { at: marker.at, text: format!("{bare}: {}", marker.note), bare }
    }
}

/// That it began.
impl From<&Finding> for Event {
    fn from(finding: &Finding) -> Self {
        let (word, name) = (finding.severity.word(), finding.subject.name());
        let rule = &finding.rule;
        let (text, bare) = (format!("{word} {name} {rule}"), format!("{word} {rule}"));
        Self { at: finding.since.at(), text, bare }
    }
}
