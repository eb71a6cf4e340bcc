//! The key table: one for dispatch, footer, help and README.

use std::fmt::Write as _;

use super::{Action, Chord, Key, Pane};

/// Where a binding holds. Scopes nest; the most particular one that knows a chord decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everywhere, even while typing.
    Always,
    /// Wherever something is read: panes, pages and the help.
    Reading,
    /// Panes and pages, while nothing lies over them.
    Screen,
    /// Any pane.
    Panes,
    /// The Groups pane.
    Groups,
    /// The Partitions pane.
    Partitions,
    /// The Members pane.
    Members,
    /// The Rebalances pane.
    Rebalances,
    /// The Process pane.
    Process,
    /// The Findings pane.
    Findings,
    /// The page of a stack.
    Stack,
    /// A detail page.
    Page,
    /// The help.
    Help,
    /// While typing.
    Prompt,
}

impl Scope {
    /// All scopes, in the order of the README.
    pub const ALL: [Self; 14] = [
        Self::Reading,
        Self::Screen,
        Self::Panes,
        Self::Groups,
        Self::Partitions,
        Self::Members,
        Self::Rebalances,
        Self::Process,
        Self::Findings,
        Self::Stack,
        Self::Page,
        Self::Help,
        Self::Prompt,
        Self::Always,
    ];

    /// The heading over its keys.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Always => "Always",
            Self::Reading => "Moving",
            Self::Screen => "Screen",
            Self::Panes => "Panes",
            Self::Groups => "Groups",
            Self::Partitions => "Partitions",
            Self::Members => "Members",
            Self::Rebalances => "Rebalances",
            Self::Process => "Process",
            Self::Findings => "Findings",
            Self::Stack => "Stack",
            Self::Page => "Page",
            Self::Help => "Help",
            Self::Prompt => "Filter",
        }
    }
}

/// One line of the key table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Where it holds.
    pub scope: Scope,
    /// The chords that mean it; the first is the one to teach.
    pub chords: &'static [Chord],
    /// What they mean.
    pub action: Action,
    /// What that does, for help and README.
    pub help: &'static str,
    /// A word for the footer; `None`: not there.
    pub footer: Option<&'static str>,
}

const fn bind(
    scope: Scope,
    chords: &'static [Chord],
    action: Action,
    help: &'static str,
) -> Binding {
    Binding { scope, chords, action, help, footer: None }
}

impl Binding {
    const fn footer(self, word: &'static str) -> Self {
        Self { footer: Some(word), ..self }
    }

    /// The chords as help and README write them.
    #[must_use]
    pub fn keys(&self, ascii: bool) -> String {
        let labels: Vec<_> = self.chords.iter().map(|chord| chord.label(ascii)).collect();
        labels.join(" ")
    }
}

macro_rules! chords {
    ($($chord:expr),+) => { &[$($chord),+] };
}

const fn key(key: Key) -> Chord {
    Chord::key(key)
}

const fn c(char: char) -> Chord {
    Chord::char(char)
}

const fn ctrl(char: char) -> Chord {
    Chord::ctrl(char)
}

/// The key table. Within a scope, the footer shows words in this order.
pub const BINDINGS: &[Binding] = &[
    // What a pane does that others do not.
    bind(Scope::Groups, chords![key(Key::Enter)], Action::Open, "the group's partitions")
        .footer("open"),
    bind(Scope::Partitions, chords![key(Key::Enter)], Action::Open, "the partition's page")
        .footer("open"),
    bind(
        Scope::Partitions,
        chords![c('t')],
        Action::AllGroups,
        "this topic in all groups, or back",
    )
    .footer("topic"),
    bind(Scope::Partitions, chords![c('l')], Action::LogScale, "logarithmic sparklines, or linear")
        .footer("log"),
    bind(Scope::Members, chords![key(Key::Enter)], Action::Open, "the member's page")
        .footer("open"),
    bind(Scope::Members, chords![c('a')], Action::Matrix, "members × partitions, or the list")
        .footer("matrix"),
    bind(Scope::Rebalances, chords![key(Key::Enter)], Action::Open, "who joined, left, got what")
        .footer("open"),
    bind(Scope::Process, chords![key(Key::Enter)], Action::Open, "stack: what would be run")
        .footer("stack"),
    bind(Scope::Process, chords![c('c')], Action::NextProcess, "the next candidate process")
        .footer("next"),
    bind(
        Scope::Process,
        chords![c('P')],
        Action::Pin,
        "pin the selected member to this process, or unpin",
    )
    .footer("pin"),
    bind(
        Scope::Process,
        chords![c('w')],
        Action::CopyCapture,
        "copy commands that capture its traffic with brokers",
    )
    .footer("wire"),
    bind(Scope::Stack, chords![key(Key::Enter)], Action::TakeStack, "run what the page says")
        .footer("run"),
    bind(
        Scope::Stack,
        chords![c('H')],
        Action::CountFrames,
        "run it 10 times over 2 seconds and count frames",
    )
    .footer("hot"),
    bind(
        Scope::Findings,
        chords![key(Key::Enter)],
        Action::Open,
        "the group, partition or thread it is about",
    )
    .footer("go to"),
    bind(
        Scope::Page,
        chords![key(Key::Esc), c('h'), key(Key::Left)],
        Action::Back,
        "close the page",
    )
    .footer("back"),
    bind(Scope::Page, chords![c('l')], Action::LogScale, "logarithmic charts, or linear")
        .footer("log"),
    bind(Scope::Help, chords![key(Key::Esc), c('?')], Action::Back, "close the help")
        .footer("close"),
    // Panes.
    bind(Scope::Panes, chords![key(Key::Esc)], Action::Back, "clear the filter, or one step back"),
    bind(Scope::Panes, chords![key(Key::Tab)], Action::NextPane, "next pane").footer("pane"),
    bind(Scope::Panes, chords![key(Key::BackTab)], Action::PreviousPane, "previous pane"),
    bind(Scope::Panes, chords![key(Key::Left), c('h')], Action::Left, "pane on the left"),
    bind(Scope::Panes, chords![key(Key::Right), c('l')], Action::Right, "pane on the right"),
    bind(Scope::Panes, chords![c('/')], Action::Filter, "filter as you type (re: for a regex)")
        .footer("filter"),
    bind(Scope::Panes, chords![c('s')], Action::NextSort, "sort by the next column").footer("sort"),
    bind(Scope::Panes, chords![c('S')], Action::ReverseSort, "turn the order round"),
    bind(Scope::Panes, chords![c('z')], Action::Zoom, "zoom the pane, or back").footer("zoom"),
    // Panes and pages.
    bind(Scope::Screen, chords![c('1')], Action::Focus(Pane::Groups), "Groups"),
    bind(Scope::Screen, chords![c('2')], Action::Focus(Pane::Partitions), "Partitions"),
    bind(Scope::Screen, chords![c('3')], Action::Focus(Pane::Members), "Members"),
    bind(Scope::Screen, chords![c('4')], Action::Focus(Pane::Rebalances), "Rebalances"),
    bind(Scope::Screen, chords![c('5')], Action::Focus(Pane::Process), "Process"),
    bind(Scope::Screen, chords![c('6')], Action::Focus(Pane::Findings), "Findings"),
    bind(Scope::Screen, chords![c(' ')], Action::Pause, "pause the picture; collection goes on")
        .footer("pause"),
    bind(Scope::Screen, chords![c('+'), c('=')], Action::Slower, "longer interval"),
    bind(Scope::Screen, chords![c('-')], Action::Faster, "shorter interval"),
    bind(Scope::Screen, chords![c('y')], Action::CopyRow, "copy the row").footer("copy"),
    bind(Scope::Screen, chords![c('Y')], Action::CopySummary, "copy the incident as Markdown"),
    bind(Scope::Screen, chords![c('?'), key(Key::F(1))], Action::Help, "this help").footer("help"),
    // Moving.
    bind(Scope::Reading, chords![key(Key::Up), c('k')], Action::Up, "up"),
    bind(Scope::Reading, chords![key(Key::Down), c('j')], Action::Down, "down"),
    bind(Scope::Reading, chords![key(Key::PageUp), ctrl('b')], Action::PageUp, "a screenful up"),
    bind(
        Scope::Reading,
        chords![key(Key::PageDown), ctrl('f')],
        Action::PageDown,
        "a screenful down",
    ),
    bind(Scope::Reading, chords![ctrl('u')], Action::HalfPageUp, "half a screenful up"),
    bind(Scope::Reading, chords![ctrl('d')], Action::HalfPageDown, "half a screenful down"),
    bind(Scope::Reading, chords![key(Key::Home), c('g')], Action::Top, "to the first"),
    bind(Scope::Reading, chords![key(Key::End), c('G')], Action::Bottom, "to the last"),
    bind(Scope::Reading, chords![c('q')], Action::Quit, "quit").footer("quit"),
    bind(Scope::Reading, chords![c('Q')], Action::QuitLeavingFrame, "quit, leaving the last frame"),
    // Typing.
    bind(Scope::Prompt, chords![key(Key::Enter)], Action::Accept, "keep the filter").footer("keep"),
    bind(Scope::Prompt, chords![key(Key::Esc)], Action::Cancel, "the filter as it was before")
        .footer("cancel"),
    bind(
        Scope::Prompt,
        chords![key(Key::Backspace), ctrl('h')],
        Action::Erase,
        "erase a character",
    ),
    bind(Scope::Prompt, chords![ctrl('w')], Action::EraseWord, "erase a word"),
    bind(Scope::Prompt, chords![ctrl('u')], Action::EraseAll, "erase all"),
    bind(Scope::Prompt, chords![key(Key::Up)], Action::Up, "up"),
    bind(Scope::Prompt, chords![key(Key::Down)], Action::Down, "down"),
    // Always.
    bind(Scope::Always, chords![ctrl('l')], Action::Redraw, "draw everything anew"),
    bind(Scope::Always, chords![ctrl('z')], Action::Suspend, "back to the shell until `fg`"),
    bind(Scope::Always, chords![ctrl('c')], Action::Quit, "quit"),
];

/// What `chord` means where `scopes` hold, the most particular first.
#[must_use]
pub fn action(scopes: &[Scope], chord: Chord) -> Option<Action> {
    scopes.iter().find_map(|&scope| {
        of(scope).find(|binding| binding.chords.contains(&chord)).map(|binding| binding.action)
    })
}

/// The bindings of one scope, in the order of the table.
pub fn of(scope: Scope) -> impl Iterator<Item = &'static Binding> {
    BINDINGS.iter().filter(move |binding| binding.scope == scope)
}

/// What the footer shows where `scopes` hold: the first chord, the word, and what a click means.
pub fn footer(scopes: &[Scope]) -> impl Iterator<Item = (Chord, &'static str, Action)> + '_ {
    scopes
        .iter()
        .flat_map(|&scope| of(scope))
        .filter_map(|binding| Some((*binding.chords.first()?, binding.footer?, binding.action)))
}

/// What the help shows: the bindings of the scopes that hold, the most particular first, then the
/// others.
pub fn help(
    scopes: &[Scope],
) -> impl Iterator<Item = (Scope, impl Iterator<Item = &'static Binding>)> {
    let rest = Scope::ALL.into_iter().filter(|scope| !scopes.contains(scope));
    scopes.iter().copied().chain(rest).map(|scope| (scope, of(scope)))
}

/// The table as the README prints it.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from("| where | keys | what |\n|---|---|---|\n");
    for (scope, bindings) in help(&[]) {
        for binding in bindings {
            let keys: Vec<_> =
                binding.chords.iter().map(|chord| format!("`{}`", chord.label(false))).collect();
            let (title, keys) = (scope.title(), keys.join(" "));
            // Writing to a string cannot fail.
            let _ = writeln!(text, "| {title} | {keys} | {} |", binding.help);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::app::fixture::{app, group};

    #[test]
    fn a_chord_means_one_thing_in_its_scope() {
        let mut seen = HashSet::new();
        for binding in BINDINGS {
            for chord in binding.chords {
                assert!(seen.insert((binding.scope, *chord)), "{binding:?}");
            }
        }
    }

    /// A binding that a more particular scope hides for good could not be pressed.
    #[test]
    fn what_is_hidden_in_a_pane_is_known() {
        let mut hidden = Vec::new();
        let mut app = app(&[group("g", &[1])]);
        for pane in Pane::ALL {
            app.focus = pane;
            for &scope in app.scopes() {
                for binding in of(scope) {
                    for &chord in binding.chords {
                        if action(app.scopes(), chord) != Some(binding.action) {
                            hidden.push((pane, chord.label(true).into_owned(), binding.action));
                        }
                    }
                }
            }
        }
        // Nothing lies to the right of Partitions.
        assert_eq!(hidden, [(Pane::Partitions, "l".to_owned(), Action::Right)]);
    }

    #[test]
    fn every_line_has_keys_and_words_and_every_footer_word_a_key() {
        for binding in BINDINGS {
            assert!(!binding.chords.is_empty(), "{binding:?}");
            assert!(!binding.help.is_empty() && !binding.help.ends_with('.'), "{binding:?}");
            assert!(binding.footer.is_none_or(|word| word.len() <= 6), "{binding:?}");
        }
    }

    #[test]
    fn every_scope_is_somewhere_in_force_and_in_the_help() {
        for scope in Scope::ALL {
            assert!(of(scope).next().is_some(), "{scope:?} has no keys");
        }
        let shown: Vec<_> =
            help(&[Scope::Members, Scope::Always]).map(|(scope, _)| scope).collect();
        assert_eq!(shown.first(), Some(&Scope::Members), "the focused pane comes first");
        let unique: HashSet<_> = shown.iter().collect();
        assert_eq!((shown.len(), unique.len()), (Scope::ALL.len(), Scope::ALL.len()));
    }

    #[test]
    fn the_footer_names_what_can_be_pressed() {
        let app = app(&[group("g", &[1])]);
        let words: Vec<_> = footer(app.scopes()).map(|(_, word, _)| word).collect();
        for word in ["open", "pane", "filter", "sort", "zoom", "pause", "copy", "help", "quit"] {
            assert!(words.contains(&word), "{word} is not among {words:?}");
        }
    }

    #[test]
    fn the_readme_lists_every_key_as_a_table() {
        let text = markdown();
        assert_eq!(text.lines().count(), BINDINGS.len() + 2);
        assert!(text.contains("| Panes | `/` | filter as you type (re: for a regex) |"), "{text}");
        assert!(text.lines().skip(2).all(|line| line.matches(" | ").count() == 2), "{text}");
    }
}
