//! What the terminal can show and how the person wants it: resolved before the first frame.

/// How many colours may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// 24 bits.
    TrueColor,
    /// The 256-colour palette.
    Indexed,
    /// The terminal's own sixteen.
    #[default]
    Ansi,
    /// None: meaning is carried by words, marks, bold and reverse.
    Mono,
}

/// Which background the colours are made for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Light text on a dark background.
    #[default]
    Dark,
    /// Dark text on a light background.
    Light,
}

/// What the terminal can show and how the person wants it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// Colours.
    pub depth: Depth,
    /// Background.
    pub theme: Theme,
    /// ASCII glyphs only.
    pub ascii: bool,
}
