//! A rule book: rules switched and tuned for all, and for groups and topics by their names.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::Regex;

use super::registry::{About, Mistake, Rules};

/// For which groups and topics something is said; with neither pattern for all.
///
/// A rule about groups holds for a group whose name matches, and of whose topics every one does: lag is
/// the group's, not a topic's. A rule about topics holds for a topic whose name matches, whoever reads it.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    /// Groups by name.
    pub group: Option<Regex>,
    /// Topics by name.
    pub topic: Option<Regex>,
}

/// What is said of those that a selector chooses.
#[derive(Clone, Debug, Default)]
pub struct Chapter {
    selector: Selector,
    settings: Vec<Setting>,
}

#[derive(Clone, Debug)]
struct Setting {
    rule: String,
    threshold: Option<String>,
    value: String,
}

/// The rules for each group and topic.
#[derive(Clone, Debug, Default)]
pub struct RuleBook {
    /// What is said of all before anything is said of some.
    base: Rules,
    /// Later ones win.
    chapters: Vec<Chapter>,
    /// The rules of which these chapters are true; thousands of groups share a few.
    known: BTreeMap<Vec<usize>, Arc<Rules>>,
}

impl Selector {
    const fn is_for_all(&self) -> bool {
        self.group.is_none() && self.topic.is_none()
    }

    fn names(&self, group: &str) -> bool {
        self.group.as_ref().is_none_or(|pattern| pattern.is_match(group))
    }

    fn has_group(&self, group: &str, topics: &[&str]) -> bool {
        // Of a group without topics it is not known what it will read.
        let all = |pattern: &Regex| {
            !topics.is_empty() && topics.iter().all(|topic| pattern.is_match(topic))
        };
        self.names(group) && self.topic.as_ref().is_none_or(all)
    }

    fn has_topic(&self, topic: &str) -> bool {
        self.group.is_none() && self.topic.as_ref().is_none_or(|pattern| pattern.is_match(topic))
    }
}

impl Chapter {
    /// Nothing yet.
    #[must_use]
    pub const fn new(selector: Selector) -> Self {
        Self { selector, settings: Vec::new() }
    }

    /// Sets a threshold, or with none named switches the rule, as [`Rules::set`] does.
    pub fn set(&mut self, rule: &str, threshold: Option<&str>, value: &str) -> Result<(), Mistake> {
        Rules::default().set(rule, threshold, value)?;
        match Rules::about(rule) {
            Some(About::Topics) if self.selector.group.is_some() => {
                return Err(Mistake::AboutTopics);
            }
            Some(About::Cluster) if !self.selector.is_for_all() => {
                return Err(Mistake::AboutCluster);
            }
            _ => {}
        }
        let (threshold, value) = (threshold.map(str::to_owned), value.to_owned());
        self.settings.push(Setting { rule: rule.to_owned(), threshold, value });
        Ok(())
    }

    fn put(&self, rules: &mut Rules) {
        for Setting { rule, threshold, value } in &self.settings {
            // It was tried when it was written.
            let _ = rules.set(rule, threshold.as_deref(), value);
        }
    }

    /// For which groups and topics it is.
    #[must_use]
    pub const fn selector(&self) -> &Selector {
        &self.selector
    }

    /// What it says, as `--rule` takes it.
    pub fn settings(&self) -> impl Iterator<Item = String> {
        self.settings.iter().map(|Setting { rule, threshold, value }| match threshold {
            Some(threshold) => format!("{rule}.{threshold}={value}"),
            None => format!("{rule}={value}"),
        })
    }
}

impl RuleBook {
    /// Adds a chapter that wins over those before.
    pub fn add(&mut self, chapter: Chapter) {
        self.known.clear();
        if self.chapters.is_empty() && chapter.selector.is_for_all() {
            chapter.put(&mut self.base);
        } else if !chapter.settings.is_empty() {
            self.chapters.push(chapter);
        }
    }

    /// What is said of some groups and topics only.
    pub fn chapters(&self) -> impl Iterator<Item = &Chapter> {
        self.chapters.iter().filter(|chapter| !chapter.selector.is_for_all())
    }

    /// The same, of those that may choose a group of this name, depending on the topics that it reads.
    pub fn perhaps_for(&self, group: &str) -> impl Iterator<Item = &Chapter> {
        let named = move |selector: &Selector| selector.topic.is_some() && selector.names(group);
        self.chapters.iter().filter(move |chapter| named(&chapter.selector))
    }

    /// The rules for whatever no pattern chooses.
    #[must_use]
    pub fn for_all(&self) -> Rules {
        self.rules(Selector::is_for_all)
    }

    /// The rules for a group that reads these topics.
    pub fn for_group(&mut self, group: &str, topics: &[&str]) -> Arc<Rules> {
        self.shared(|selector| selector.has_group(group, topics))
    }

    /// The rules for a topic.
    pub fn for_topic(&mut self, topic: &str) -> Arc<Rules> {
        self.shared(|selector| selector.has_topic(topic))
    }

    /// The rules for the cluster as a whole.
    pub fn for_cluster(&mut self) -> Arc<Rules> {
        self.shared(Selector::is_for_all)
    }

    /// Whether the rules of a group may change with the topics that it reads.
    #[must_use]
    pub fn minds_topics(&self) -> bool {
        self.chapters.iter().any(|chapter| chapter.selector.topic.is_some())
    }

    fn shared(&mut self, holds: impl Fn(&Selector) -> bool) -> Arc<Rules> {
        let numbered = self.chapters.iter().enumerate();
        let which = numbered.filter(|(_, chapter)| holds(&chapter.selector));
        let which: Vec<usize> = which.map(|(number, _)| number).collect();
        if let Some(rules) = self.known.get(&which) {
            return Arc::clone(rules);
        }
        let rules = Arc::new(self.rules(holds));
        self.known.insert(which, Arc::clone(&rules));
        rules
    }

    fn rules(&self, holds: impl Fn(&Selector) -> bool) -> Rules {
        let mut rules = self.base.clone();
        let chapters = self.chapters.iter().filter(|chapter| holds(&chapter.selector));
        chapters.for_each(|chapter| chapter.put(&mut rules));
        rules
    }
}

impl From<Rules> for RuleBook {
    fn from(base: Rules) -> Self {
        Self { base, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn chapter(group: &str, topic: &str, settings: &[&str]) -> Chapter {
        let pattern = |text: &str| (!text.is_empty()).then(|| Regex::new(text).unwrap());
        let selector = Selector { group: pattern(group), topic: pattern(topic) };
        let mut chapter = Chapter::new(selector);
        for setting in settings {
            let (name, value) = setting.split_once('=').unwrap();
            let (rule, threshold) =
                name.split_once('.').map_or((name, None), |(r, t)| (r, Some(t)));
            chapter.set(rule, threshold, value).unwrap();
        }
        chapter
    }

    fn book(chapters: impl IntoIterator<Item = Chapter>) -> RuleBook {
        let mut book = RuleBook::default();
        chapters.into_iter().for_each(|chapter| book.add(chapter));
        book
    }

    /// The warning level of `lag-threshold`; `None` if it is switched off.
    fn warning(rules: &Rules) -> Option<String> {
        let rule = rules.describe().into_iter().find(|rule| rule.name == "lag-threshold")?;
        rule.on.then(|| rule.knobs[0].value.clone())
    }

    #[rstest]
    #[case::by_its_name("billing", &["orders"], "2")]
    #[case::by_all_its_topics("mirror", &["audit-a", "audit-b"], "3")]
    #[case::not_by_some("mirror", &["audit-a", "orders"], "1")]
    #[case::not_without_any("mirror", &[], "1")]
    #[case::by_both("billing-eu", &["audit-a"], "4")]
    #[case::the_last_wins("billing-us", &["audit-a"], "3")]
    fn a_group_is_chosen(#[case] group: &str, #[case] topics: &[&str], #[case] expected: &str) {
        let mut book = book([
            chapter("", "", &["lag-threshold.warning=1"]),
            chapter("^billing", "", &["lag-threshold.warning=2"]),
            chapter("", "^audit", &["lag-threshold.warning=3"]),
            chapter("-eu$", "^audit", &["lag-threshold.warning=4"]),
        ]);
        let rules = book.for_group(group, topics);
        assert_eq!(warning(&rules).as_deref(), Some(expected));
        assert_eq!(warning(&book.for_all()).as_deref(), Some("1"));
    }

    #[test]
    fn a_topic_is_chosen_by_its_name_alone() {
        let mut book = book([
            chapter("", "^audit", &["no-leader=off", "lag-threshold=off"]),
            chapter("^billing", "^audit", &["lag-threshold=on"]),
        ]);
        let is_on = |rules: &Rules| {
            let rules = rules.describe();
            rules.iter().find(|rule| rule.name == "no-leader").unwrap().on
        };
        assert!(!is_on(&book.for_topic("audit-a")) && is_on(&book.for_topic("orders")));
        let refused = chapter("^billing", "", &[]).set("no-leader", None, "off");
        assert_eq!(refused, Err(Mistake::AboutTopics));
    }

    /// There is one cluster, so nothing is said of some.
    #[test]
    fn what_is_about_the_cluster_is_said_of_all() {
        let mut of_some = chapter("", "^audit", &[]);
        let refused = of_some.set("inventory-growth", None, "off");
        assert_eq!(refused, Err(Mistake::AboutCluster));
        let mut book = book([
            chapter("", "^audit", &["lag-threshold=off"]),
            chapter("", "", &["inventory-growth=off"]),
        ]);
        let rules = book.for_cluster().describe();
        assert!(!rules.iter().find(|rule| rule.name == "inventory-growth").unwrap().on);
    }

    #[test]
    fn groups_of_which_the_same_is_said_share_their_rules() {
        let mut book = book([chapter("^a", "", &["lag-threshold=off"])]);
        let mut rules = |group: &str| book.for_group(group, &["t"]);
        assert!(Arc::ptr_eq(&rules("a1"), &rules("a2")) && Arc::ptr_eq(&rules("b"), &rules("c")));
        assert!(!Arc::ptr_eq(&rules("a1"), &rules("b")));
        book.add(chapter("", "", &["lag-threshold=on"]));
        assert_eq!(warning(&book.for_group("a1", &["t"])).as_deref(), Some("50,000"));
    }

    #[test]
    fn what_is_wrong_is_refused_when_it_is_written() {
        let mut chapter = chapter("a", "", &[]);
        assert_eq!(chapter.set("lag", None, "off"), Err(Mistake::Rule));
        assert_eq!(chapter.set("idle-members", None, "maybe"), Err(Mistake::Value("on or off")));
        assert_eq!(chapter.settings().count(), 0);
    }
}
