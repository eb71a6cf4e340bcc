//! Every sign that is not a word, with its twin for terminals that have only ASCII.

use std::borrow::Cow;

use super::format::{self, Charset};
use crate::model::GroupState;

/// The signs to draw with. All are one cell wide.
#[derive(Clone, Copy, Debug)]
pub struct Glyphs {
    charset: Charset,
    /// Not known.
    pub unknown: &'static str,
    /// Left out here.
    pub ellipsis: &'static str,
    /// The row that keys act on; also "within", between a group and its topic.
    pub select: &'static str,
    /// Growing, later, ascending.
    pub up: &'static str,
    /// Shrinking, earlier, descending.
    pub down: &'static str,
    /// From here to there.
    pub arrow: &'static str,
    /// Not exactly.
    pub about: &'static str,
    /// Between things of one kind.
    pub dot: &'static str,
    /// Times.
    pub times: &'static str,
    /// Given back.
    pub minus: &'static str,
    /// A partition that a member holds, in the matrix.
    pub held: &'static str,
    /// A partition that a member does not hold, in the matrix.
    pub dot_faint: &'static str,
    /// The thumb of a scroll bar.
    pub thumb: &'static str,
    /// Levels of a trend, lowest first.
    pub levels: [&'static str; 8],
    /// A value below zero, in a trend.
    pub below: &'static str,
    /// A rebalance of which no state was seen.
    pub event: &'static str,
    /// A moment that a person marked, on a time axis.
    pub marker: &'static str,
    /// The moment shown, on a time axis.
    pub cursor: &'static str,
    /// The upper and the lower of two lines, where signs cannot be finer than a cell.
    pub lines: Option<[&'static str; 2]>,
    frame: [&'static str; 16],
}

/// Arms of a frame's sign, as bits of [`Glyphs::frame`]'s argument.
pub mod arm {
    /// Towards the top.
    pub const UP: u8 = 1;
    /// Towards the bottom.
    pub const DOWN: u8 = 2;
    /// Towards the left.
    pub const LEFT: u8 = 4;
    /// Towards the right.
    pub const RIGHT: u8 = 8;
}

impl Glyphs {
    /// The signs of a character set.
    #[must_use]
    pub const fn new(charset: Charset) -> Self {
        match charset {
            Charset::Unicode => UNICODE,
            Charset::Ascii => ASCII,
        }
    }

    /// A name from a stranger, safe to draw; the only way for names onto the screen.
    #[must_use]
    pub fn name<'a>(&self, name: &'a str) -> Cow<'a, str> {
        format::escape(name, self.charset)
    }

    /// A frame's sign with these [`arm`]s.
    #[must_use]
    pub fn frame(&self, arms: u8) -> &'static str {
        self.frame.get(usize::from(arms)).copied().unwrap_or(" ")
    }

    /// A group's state as one sign: settled states lie low, unsettled ones stand up.
    #[must_use]
    pub const fn state(&self, state: GroupState) -> &'static str {
        match self.charset {
            Charset::Unicode => match state {
                GroupState::Stable => "▁",
                GroupState::PreparingRebalance => "█",
                GroupState::CompletingRebalance => "▆",
                GroupState::Assigning => "▅",
                GroupState::Reconciling => "▄",
                GroupState::Empty => "·",
                GroupState::Dead => "×",
                GroupState::NotReady => "!",
                GroupState::Unknown => "?",
            },
            Charset::Ascii => match state {
                GroupState::Stable => "_",
                GroupState::PreparingRebalance => "P",
                GroupState::CompletingRebalance => "C",
                GroupState::Assigning => "A",
                GroupState::Reconciling => "R",
                GroupState::Empty => ".",
                GroupState::Dead => "x",
                GroupState::NotReady => "!",
                GroupState::Unknown => "?",
            },
        }
    }
}

const UNICODE: Glyphs = Glyphs {
    charset: Charset::Unicode,
    unknown: "–",
    ellipsis: "…",
    select: "▸",
    up: "▲",
    down: "▼",
    arrow: "→",
    about: "≈",
    dot: "·",
    times: "×",
    minus: "−",
    held: "■",
    dot_faint: "·",
    thumb: "┃",
    levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    below: "▾",
    event: "▴",
    marker: "╎",
    cursor: "┃",
    lines: None,
    frame: [" ", "│", "│", "│", "─", "┘", "┐", "┤", "─", "└", "┌", "├", "─", "┴", "┬", "┼"],
};

const ASCII: Glyphs = Glyphs {
    charset: Charset::Ascii,
    unknown: "-",
    ellipsis: "~",
    select: ">",
    up: "^",
    down: "v",
    arrow: ">",
    about: "~",
    dot: "|",
    times: "x",
    minus: "-",
    held: "#",
    dot_faint: ".",
    thumb: "#",
    levels: ["_", ".", ":", "-", "=", "+", "*", "#"],
    below: "v",
    event: "^",
    marker: "!",
    cursor: "|",
    lines: Some(["*", "."]),
    frame: [" ", "|", "|", "|", "-", "+", "+", "+", "-", "+", "+", "+", "-", "+", "+", "+"],
};

#[cfg(test)]
mod tests {
    use super::*;

    fn all(glyphs: &Glyphs) -> Vec<&'static str> {
        let mut all = vec![
            glyphs.unknown,
            glyphs.ellipsis,
            glyphs.select,
            glyphs.up,
            glyphs.down,
            glyphs.arrow,
            glyphs.dot,
            glyphs.times,
            glyphs.minus,
            glyphs.held,
            glyphs.dot_faint,
            glyphs.thumb,
            glyphs.below,
            glyphs.event,
            glyphs.marker,
            glyphs.cursor,
        ];
        all.extend(glyphs.levels);
        all.extend(glyphs.lines.into_iter().flatten());
        all.extend((0..16).map(|arms| glyphs.frame(arms)));
        all.extend(GroupState::ALL.map(|state| glyphs.state(state)));
        all
    }

    #[test]
    fn every_sign_takes_one_cell_and_has_its_ascii_twin() {
        for sign in all(&UNICODE) {
            assert_eq!(format::width(sign), 1, "{sign}");
        }
        for sign in all(&ASCII) {
            assert!(sign.len() == 1 && sign.is_ascii(), "{sign}");
        }
    }

    #[test]
    fn no_two_states_share_a_sign() {
        for glyphs in [UNICODE, ASCII] {
            let mut signs = GroupState::ALL.map(|state| glyphs.state(state));
            signs.sort_unstable();
            assert!(signs.windows(2).all(|pair| pair[0] != pair[1]), "{signs:?}");
        }
    }
}
