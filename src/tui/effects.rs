//! What reaches beyond the screen: the clipboard, the bell, notifications of the desktop.
//!
//! By escape sequences, which the terminal at the person's end understands, over SSH too: OSC 52 for the
//! clipboard, OSC 9 for notifications.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::app::Notice;
use crate::ui::format::{Charset, escape};

/// How an escape sequence reaches the terminal that the person sits at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Path {
    /// Directly.
    #[default]
    Direct,
    /// Through tmux, which may take the sequence itself (`set-clipboard on`) or let it pass
    /// (`allow-passthrough on`): both are tried.
    Tmux,
    /// Through GNU screen, which only lets it pass.
    Screen,
}

impl Path {
    pub(super) fn detect(env: impl Fn(&str) -> Option<String>) -> Self {
        if env("TMUX").is_some_and(|value| !value.is_empty()) {
            Self::Tmux
        } else if env("STY").is_some_and(|value| !value.is_empty()) {
            Self::Screen
        } else {
            Self::Direct
        }
    }
}

/// The bytes that put `text` into the clipboard.
pub(super) fn copy(text: &str, path: Path) -> String {
    let sequence = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    match path {
        // tmux may take it itself.
        Path::Tmux => format!("{sequence}{}", passed(&sequence, path)),
        Path::Direct | Path::Screen => passed(&sequence, path),
    }
}

/// The bytes that tell a person who looks elsewhere. Multiplexers have a bell of their own, by which they
/// mark the window; a message they only let pass.
pub(super) fn notice(how: Notice, text: &str, path: Path) -> String {
    match how {
        Notice::Bell => "\x07".to_owned(),
        Notice::Message => {
            // A text that began with a digit and a semicolon would be a command in some terminals.
            let sequence = format!("\x1b]9;lagtop: {}\x07", escape(text, Charset::Unicode));
            passed(&sequence, path)
        }
    }
}

/// The sequence, wrapped so that it comes through what lies between.
fn passed(sequence: &str, path: Path) -> String {
    match path {
        Path::Direct => sequence.to_owned(),
        Path::Tmux => format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")),
        Path::Screen => format!("\x1bP{sequence}\x1b\\"),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    // RFC 4648, section 10.
    #[rstest]
    #[case("", "")]
    #[case("f", "Zg==")]
    #[case("fo", "Zm8=")]
    #[case("foo", "Zm9v")]
    #[case("foobar", "Zm9vYmFy")]
    #[case("ÿ>?", "w78+Pw==")]
    fn encoding(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(copy(text, Path::Direct), format!("\x1b]52;c;{expected}\x07"));
    }

    #[test]
    fn the_way_to_the_terminal() {
        assert_eq!(copy("f", Path::Direct), "\x1b]52;c;Zg==\x07");
        assert_eq!(
            copy("f", Path::Tmux),
            "\x1b]52;c;Zg==\x07\x1bPtmux;\x1b\x1b]52;c;Zg==\x07\x1b\\"
        );
        assert_eq!(copy("f", Path::Screen), "\x1bP\x1b]52;c;Zg==\x07\x1b\\");
        let told = |how, path| notice(how, "WARN g\x1b\x07: slow", path);
        assert_eq!(told(Notice::Bell, Path::Tmux), "\x07");
        assert_eq!(
            told(Notice::Message, Path::Direct),
            "\x1b]9;lagtop: WARN g^[^G: slow\x07",
            "a name cannot end the sequence"
        );
        assert_eq!(
            told(Notice::Message, Path::Tmux),
            "\x1bPtmux;\x1b\x1b]9;lagtop: WARN g^[^G: slow\x07\x1b\\"
        );
        let tmux = |name: &str| (name == "TMUX").then(|| "/run/tmux,1,0".to_owned());
        assert_eq!(Path::detect(tmux), Path::Tmux);
    }
}
