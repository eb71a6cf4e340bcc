//! What the terminal can show: from flags, then from the environment, as other programs read it.

use crate::app::{Depth, Looks, Theme};

/// What the person asked for; `None`: as the terminal seems to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Colours.
    pub depth: Option<Depth>,
    /// Background.
    pub theme: Option<Theme>,
    /// ASCII glyphs only.
    pub ascii: Option<bool>,
}

/// What to show: the wish where there is one, else what `env` (the environment) tells.
pub fn looks(wish: Wish, env: impl Fn(&str) -> Option<String>) -> Looks {
    Looks {
        depth: wish.depth.unwrap_or_else(|| depth(&env)),
        theme: wish.theme.unwrap_or_else(|| theme(&env)),
        ascii: wish.ascii.unwrap_or_else(|| ascii(&env)),
    }
}

/// `NO_COLOR` (<https://no-color.org>), `COLORTERM`, `TERM`.
fn depth(env: &impl Fn(&str) -> Option<String>) -> Depth {
    let term = env("TERM").unwrap_or_default();
    let set = |name| env(name).is_some_and(|value| !value.is_empty());
    if set("NO_COLOR") || term == "dumb" {
        return Depth::Mono;
    }
    let colorterm = env("COLORTERM").unwrap_or_default();
    if matches!(colorterm.as_str(), "truecolor" | "24bit") || term.ends_with("-direct") {
        Depth::TrueColor
    } else if term.contains("256color") {
        Depth::Indexed
    } else {
        Depth::Ansi
    }
}

/// `COLORFGBG` (rxvt, Konsole, iTerm2): the last field is the background's number in the palette.
fn theme(env: &impl Fn(&str) -> Option<String>) -> Theme {
    let colors = env("COLORFGBG").unwrap_or_default();
    match colors.rsplit(';').next() {
        Some("7" | "15") => Theme::Light,
        _ => Theme::Dark,
    }
}

/// A locale that is named and is not UTF-8. No locale at all (containers, minimal logins) says nothing
/// about the terminal at the other end.
fn ascii(env: &impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(env)
        .find(|value| !value.is_empty())
        .map(|value| value.to_ascii_lowercase());
    locale.is_some_and(|locale| !locale.contains("utf-8") && !locale.contains("utf8"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn env(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        |name| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned())
    }

    #[rstest]
    #[case::bare(&[], Depth::Ansi)]
    #[case::console(&[("TERM", "linux")], Depth::Ansi)]
    #[case::palette(&[("TERM", "xterm-256color")], Depth::Indexed)]
    #[case::truecolor(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], Depth::TrueColor)]
    #[case::no_color(&[("COLORTERM", "truecolor"), ("NO_COLOR", "1")], Depth::Mono)]
    #[case::no_color_must_not_be_empty(&[("COLORTERM", "24bit"), ("NO_COLOR", "")], Depth::TrueColor)]
    #[case::dumb(&[("TERM", "dumb")], Depth::Mono)]
    fn depths(#[case] pairs: &'static [(&str, &str)], #[case] expected: Depth) {
        assert_eq!(looks(Wish::default(), env(pairs)).depth, expected);
    }

    #[test]
    fn a_wish_wins() {
        let wish = Wish { depth: Some(Depth::Ansi), theme: Some(Theme::Light), ascii: Some(false) };
        let looks = looks(wish, env(&[("NO_COLOR", "1"), ("LC_ALL", "C"), ("COLORFGBG", "7;0")]));
        assert_eq!(looks, Looks { depth: Depth::Ansi, theme: Theme::Light, ascii: false });
    }

    #[rstest]
    #[case::unknown(&[], Theme::Dark)]
    #[case::dark(&[("COLORFGBG", "15;0")], Theme::Dark)]
    #[case::light(&[("COLORFGBG", "0;default;15")], Theme::Light)]
    fn themes(#[case] pairs: &'static [(&str, &str)], #[case] expected: Theme) {
        assert_eq!(looks(Wish::default(), env(pairs)).theme, expected);
    }

    #[rstest]
    #[case::unset(&[], false)]
    #[case::utf8(&[("LANG", "de_CH.UTF-8")], false)]
    #[case::c(&[("LC_ALL", "C"), ("LANG", "de_CH.UTF-8")], true)]
    #[case::c_utf8(&[("LC_ALL", "C.UTF-8")], false)]
    fn locales(#[case] pairs: &'static [(&str, &str)], #[case] expected: bool) {
        assert_eq!(looks(Wish::default(), env(pairs)).ascii, expected);
    }
}
