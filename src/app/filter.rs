//! Filters: plain text in any case, or `re:` and a regular expression.

use regex::{Regex, RegexBuilder};

/// Memory that a typed expression may take once compiled; enough for any that a person types.
const SIZE_LIMIT: usize = 1 << 20;

/// What a pane's rows have to contain. Plain text matches in any letter case; `re:` begins a regular
/// expression, which matches as written.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    text: String,
    pattern: Option<Regex>,
    error: Option<String>,
    generation: u64,
}

impl Filter {
    /// The text as typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Is nothing typed?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// What is wrong with the expression as typed; the last good one stays in force.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Grows when the pattern in force changes.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// Takes `text` as what is typed now. An expression that is not valid (yet) changes nothing but
    /// [`Filter::error`].
    pub fn set(&mut self, text: String) {
        if text == self.text {
            return;
        }
        self.text = text;
        match compile(&self.text) {
            Ok(pattern) => {
                self.pattern = pattern;
                self.error = None;
                self.generation += 1;
            }
            Err(error) => self.error = Some(error),
        }
    }

    /// Does everything pass?
    #[must_use]
    pub const fn passes_all(&self) -> bool {
        self.pattern.is_none()
    }

    /// Does `name` pass?
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(name))
    }
}

/// The pattern that `text` means; `None` lets everything pass.
fn compile(text: &str) -> Result<Option<Regex>, String> {
    let pattern = match text.strip_prefix("re:") {
        Some("") => return Ok(None),
        Some(expression) => RegexBuilder::new(expression).size_limit(SIZE_LIMIT).build(),
        None if text.is_empty() => return Ok(None),
        None => RegexBuilder::new(&regex::escape(text))
            .case_insensitive(true)
            .size_limit(SIZE_LIMIT)
            .build(),
    };
    pattern.map(Some).map_err(|error| reason(&error))
}

/// The one line of a regex error that says what is wrong; the rest draws carets under the expression.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let line = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(text: &str) -> Filter {
        let mut filter = Filter::default();
        filter.set(text.to_owned());
        filter
    }

    #[test]
    fn plain_text_matches_anywhere_in_any_case() {
        assert!(filter("Bill").matches("eu-billing"));
        assert!(!filter("b.l").matches("billing"), "a dot is a dot");
        assert!(filter("").matches("anything"));
    }

    #[test]
    fn an_expression_matches_as_written() {
        assert!(filter("re:^b.l+ing$").matches("billing"));
        assert!(!filter("re:^B").matches("billing"));
        assert!(filter("re:").matches("anything"));
    }

    #[test]
    fn a_bad_expression_keeps_the_last_good_one_and_says_why() {
        let mut filter = filter("re:bill");
        let before = filter.generation();
        filter.set("re:bill(".to_owned());
        assert_eq!(filter.error(), Some("unclosed group"));
        assert!(filter.matches("billing") && !filter.matches("search"));
        assert_eq!(filter.generation(), before);
        filter.set("re:bill(ing)".to_owned());
        assert_eq!(filter.error(), None);
        assert!(filter.generation() > before);
    }

    #[test]
    fn an_expression_that_would_take_too_much_memory_is_refused() {
        assert!(filter(r"re:(\w{1000}){1000}").error().is_some());
    }
}
