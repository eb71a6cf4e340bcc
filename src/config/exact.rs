//! Regular expressions that are one name: `^billing$`, `^orders\.v2$`.

/// The characters that mean something in an expression and stand for themselves behind a backslash.
const SPECIAL: &str = r"\.+*?()|[]{}^$#&-~";

/// The one name that matches, if it is one; `None` also where it would take more than unescaping to tell.
pub(super) fn name(expression: &str) -> Option<String> {
    let mut rest = expression.strip_prefix('^')?.strip_suffix('$')?.chars();
    let mut name = String::new();
    while let Some(letter) = rest.next() {
        match letter {
            '\\' => name.push(rest.next().filter(|escaped| SPECIAL.contains(*escaped))?),
            // Of these three a bare one means itself outside of brackets.
            '#' | '&' | '-' | '~' => name.push(letter),
            special if SPECIAL.contains(special) => return None,
            letter => name.push(letter),
        }
    }
    Some(name)
}

#[cfg(test)]
mod tests {
    use regex::Regex;
    use rstest::rstest;

    use super::name;

    #[rstest]
    #[case(r"^billing$", "billing")]
    #[case(r"^orders\.v2-eu_1$", "orders.v2-eu_1")]
    #[case(r"^a\\b\$$", r"a\b$")]
    #[case("^gruppe-é$", "gruppe-é")]
    fn one_name_is_found(#[case] expression: &str, #[case] expected: &str) {
        assert_eq!(name(expression).as_deref(), Some(expected));
        assert!(Regex::new(expression).expect("an expression").is_match(expected));
    }

    #[rstest]
    #[case("billing")]
    #[case("^billing")]
    #[case("^bill.ng$")]
    #[case("^a|b$")]
    #[case("^(a)$")]
    #[case(r"^\d$")]
    #[case(r"^a\$")]
    #[case("^a?$")]
    fn several_names_are_none(#[case] expression: &str) {
        assert_eq!(name(expression), None);
    }
}
