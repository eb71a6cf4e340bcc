//! Colour by meaning: a [`Role`] becomes a style here and nowhere else.
//!
//! Widgets and panes name roles, never colours. The hues are those that people with any common kind of
//! colour blindness tell apart (after Okabe and Ito), and no role relies on its hue alone: severities
//! are also words, staleness an age or `?`, the selection a mark.
//!
//! Without colour, styles hold neither foreground nor background at all. A terminal library that
//! writes an empty colour command would reset the reverse and bold that were set just before it.

use ratatui::style::{Color, Modifier, Style};

use super::format::Charset;
use super::glyphs::Glyphs;
use crate::app::{Depth, Looks, Theme as Ground};
use crate::model::GroupState;

/// What a piece of the screen means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Plain text.
    Text,
    /// It is as it should be.
    Ok,
    /// Worth a look.
    Warning,
    /// Wrong.
    Critical,
    /// Of less weight than what stands beside it.
    Muted,
    /// Not confirmed for a while.
    Stale,
    /// The row that keys act on.
    Selected,
    /// What the eye shall find: the product's name, the focused frame, keys.
    Accent,
    /// A moment that a person marked.
    Marker,
    /// The moment shown, on a time axis.
    Cursor,
    /// A pane's title.
    Title,
    /// A column's header.
    Header,
    /// Frames and rules.
    Frame,
    /// Lines of trends.
    Trend,
    /// The ground of the header over a cluster where mistakes are dear.
    Production,
    /// A group's state.
    State(GroupState),
}

impl Role {
    /// Whether it colours the ground, so that other roles stand on it.
    #[must_use]
    pub const fn is_ground(self) -> bool {
        matches!(self, Self::Selected | Self::Production)
    }

    /// All roles, for tests and for reading styles back.
    pub const ALL: [Self; 24] = [
        Self::Text,
        Self::Ok,
        Self::Warning,
        Self::Critical,
        Self::Muted,
        Self::Stale,
        Self::Selected,
        Self::Accent,
        Self::Marker,
        Self::Cursor,
        Self::Title,
        Self::Header,
        Self::Frame,
        Self::Trend,
        Self::Production,
        Self::State(GroupState::Stable),
        Self::State(GroupState::PreparingRebalance),
        Self::State(GroupState::CompletingRebalance),
        Self::State(GroupState::Assigning),
        Self::State(GroupState::Reconciling),
        Self::State(GroupState::Empty),
        Self::State(GroupState::Dead),
        Self::State(GroupState::NotReady),
        Self::State(GroupState::Unknown),
    ];
}

/// How meanings look on this terminal.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    ground: Ground,
    depth: Depth,
    /// The signs to draw with.
    pub glyphs: Glyphs,
}

impl Default for Theme {
    fn default() -> Self {
        Self::new(Looks::default())
    }
}

impl Theme {
    /// A theme for a terminal with this background, these colours and these characters.
    #[must_use]
    pub const fn new(looks: Looks) -> Self {
        let charset = if looks.ascii { Charset::Ascii } else { Charset::Unicode };
        Self { ground: looks.theme, depth: looks.depth, glyphs: Glyphs::new(charset) }
    }

    /// How `role` looks.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        let ink = ink(role);
        let style = Style::new().add_modifier(ink.modifier);
        match self.depth {
            Depth::Mono => Style::new().add_modifier(ink.plain),
            // The terminal's own theme decides what the sixteen look like; a background of its grey
            // would swallow its grey text, so the selection is reversed.
            Depth::Ansi if role == Role::Selected => style.add_modifier(Modifier::REVERSED),
            Depth::Ansi => ink.basic(self.ground).map_or(style, |colour| style.fg(colour)),
            Depth::Indexed | Depth::TrueColor => {
                let Some(rgb) = ink.rgb(self.ground) else { return style };
                let colour = match self.depth {
                    Depth::TrueColor => Color::Rgb(rgb.0, rgb.1, rgb.2),
                    _ => Color::Indexed(nearest_indexed(rgb)),
                };
                if role.is_ground() { style.bg(colour) } else { style.fg(colour) }
            }
        }
    }

    /// How a group's state looks.
    #[must_use]
    pub fn state(&self, state: GroupState) -> Style {
        self.style(Role::State(state))
    }
}

type Rgb = (u8, u8, u8);

/// One role in all depths.
struct Ink {
    /// Hue on dark and on light ground; `None`: the terminal's own foreground.
    hues: Option<(Rgb, Rgb)>,
    /// Of the sixteen, on dark and on light ground.
    sixteen: Option<(Color, Color)>,
    /// Weight, with colours.
    modifier: Modifier,
    /// Weight, without colours.
    plain: Modifier,
}

impl Ink {
    const PLAIN: Self =
        Self { hues: None, sixteen: None, modifier: Modifier::empty(), plain: Modifier::empty() };

    const fn hue(dark: Rgb, light: Rgb, sixteen: (Color, Color)) -> Self {
        Self { hues: Some((dark, light)), sixteen: Some(sixteen), ..Self::PLAIN }
    }

    const fn weight(self, modifier: Modifier, plain: Modifier) -> Self {
        Self { modifier, plain, ..self }
    }

    const fn rgb(&self, ground: Ground) -> Option<Rgb> {
        match (self.hues, ground) {
            (Some((dark, _)), Ground::Dark) => Some(dark),
            (Some((_, light)), Ground::Light) => Some(light),
            (None, _) => None,
        }
    }

    const fn basic(&self, ground: Ground) -> Option<Color> {
        match (self.sixteen, ground) {
            (Some((dark, _)), Ground::Dark) => Some(dark),
            (Some((_, light)), Ground::Light) => Some(light),
            (None, _) => None,
        }
    }
}

const NONE: Modifier = Modifier::empty();
const BOLD: Modifier = Modifier::BOLD;
const DIM: Modifier = Modifier::DIM;

const fn ink(role: Role) -> Ink {
    use Color::{Black, Blue, Cyan, DarkGray, Green, LightRed, LightYellow, Magenta, Red, Yellow};
    match role {
        Role::Text => Ink::PLAIN,
        Role::Ok => Ink::hue((54, 179, 126), (0, 115, 77), (Green, Green)),
        Role::Warning => {
            Ink::hue((240, 180, 41), (150, 93, 0), (Yellow, Yellow)).weight(NONE, BOLD)
        }
        Role::Critical => {
            Ink::hue((255, 107, 61), (184, 56, 0), (LightRed, Red)).weight(BOLD, BOLD)
        }
        Role::Muted => {
            Ink::hue((135, 145, 158), (98, 106, 115), (DarkGray, DarkGray)).weight(NONE, DIM)
        }
        Role::Stale => Ink::hue((135, 145, 158), (98, 106, 115), (DarkGray, DarkGray))
            .weight(Modifier::ITALIC, DIM),
        Role::Selected => {
            Ink::hue((38, 56, 77), (208, 224, 243), (Black, Black)).weight(NONE, Modifier::REVERSED)
        }
        Role::Accent | Role::Cursor => {
            Ink::hue((86, 180, 233), (0, 101, 163), (Cyan, Blue)).weight(BOLD, BOLD)
        }
        Role::Marker => Ink::hue((214, 137, 191), (150, 62, 122), (Magenta, Magenta)),
        Role::Title => Ink::PLAIN.weight(BOLD, BOLD),
        Role::Header => {
            Ink::hue((135, 145, 158), (98, 106, 115), (DarkGray, DarkGray)).weight(NONE, NONE)
        }
        Role::Frame => {
            Ink::hue((78, 88, 101), (176, 184, 194), (DarkGray, DarkGray)).weight(NONE, DIM)
        }
        // Of sixteen colours, none that grey can be read on is as dark.
        Role::Production => {
            Ink { hues: Some(((90, 16, 24), (255, 210, 204))), sixteen: None, ..Ink::PLAIN }
        }
        Role::Trend => Ink::hue((86, 180, 233), (0, 101, 163), (Cyan, Blue)),
        Role::State(state) => match state {
            GroupState::Stable => Ink::hue((54, 179, 126), (0, 115, 77), (Green, Green)),
            GroupState::PreparingRebalance => {
                Ink::hue((255, 107, 61), (184, 56, 0), (LightRed, Red)).weight(NONE, BOLD)
            }
            GroupState::CompletingRebalance => {
                Ink::hue((240, 180, 41), (150, 93, 0), (Yellow, Yellow)).weight(NONE, BOLD)
            }
            GroupState::Assigning => {
                Ink::hue((240, 228, 66), (122, 112, 0), (LightYellow, Yellow)).weight(NONE, BOLD)
            }
            GroupState::Reconciling => {
                Ink::hue((214, 137, 191), (150, 62, 122), (Magenta, Magenta)).weight(NONE, BOLD)
            }
            GroupState::Empty | GroupState::Unknown => {
                Ink::hue((135, 145, 158), (98, 106, 115), (DarkGray, DarkGray)).weight(NONE, DIM)
            }
            GroupState::Dead | GroupState::NotReady => {
                Ink::hue((255, 107, 61), (184, 56, 0), (LightRed, Red)).weight(DIM, BOLD)
            }
        },
    }
}

/// The entry of xterm's palette (its cube of 6×6×6 and its 24 greys) that is nearest to `rgb`.
fn nearest_indexed((red, green, blue): Rgb) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let distance = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    let nearest = |value: u8| {
        (0_u8..).zip(STEPS).min_by_key(|&(_, step)| distance(value, step)).unwrap_or((0, 0))
    };
    let ((r, red_step), (g, green_step), (b, blue_step)) =
        (nearest(red), nearest(green), nearest(blue));
    let cube = distance(red, red_step) + distance(green, green_step) + distance(blue, blue_step);
    let grey = |level: u8| {
        let value = 8 + 10 * level;
        distance(red, value) + distance(green, value) + distance(blue, value)
    };
    let level = (0..24).min_by_key(|&level| grey(level)).unwrap_or(0);
    if grey(level) < cube { 232 + level } else { 16 + 36 * r + 6 * g + b }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEPTHS: [Depth; 4] = [Depth::TrueColor, Depth::Indexed, Depth::Ansi, Depth::Mono];
    const GROUNDS: [Ground; 2] = [Ground::Dark, Ground::Light];

    fn themed(theme: Ground, depth: Depth) -> Theme {
        Theme::new(Looks { depth, theme, ascii: false })
    }

    #[test]
    fn without_colour_no_style_holds_a_colour() {
        for ground in GROUNDS {
            let theme = themed(ground, Depth::Mono);
            for role in Role::ALL {
                let style = theme.style(role);
                assert_eq!(
                    (style.fg, style.bg, style.underline_color),
                    (None, None, None),
                    "{role:?}"
                );
            }
            assert!(theme.style(Role::Selected).add_modifier.contains(Modifier::REVERSED));
        }
    }

    #[test]
    fn each_depth_uses_only_its_colours() {
        for depth in DEPTHS {
            for ground in GROUNDS {
                let theme = themed(ground, depth);
                for role in Role::ALL {
                    let style = theme.style(role);
                    for colour in [style.fg, style.bg].into_iter().flatten() {
                        let fits = match depth {
                            Depth::TrueColor => matches!(colour, Color::Rgb(..)),
                            Depth::Indexed => matches!(colour, Color::Indexed(16..)),
                            Depth::Ansi => !matches!(colour, Color::Rgb(..) | Color::Indexed(_)),
                            Depth::Mono => false,
                        };
                        assert!(fits, "{role:?} in {depth:?}: {colour:?}");
                    }
                }
            }
        }
    }

    /// Relative luminance and contrast as WCAG 2 defines them.
    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let channel = |value: u8| {
            let share = f64::from(value) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        let luminance = |(r, g, b)| 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_can_be_read_on_every_ground() {
        for (ground, paper) in [(Ground::Dark, (24, 26, 31)), (Ground::Light, (255, 255, 255))] {
            for role in Role::ALL {
                if role.is_ground() || role == Role::Frame {
                    continue;
                }
                let Some(rgb) = ink(role).rgb(ground) else { continue };
                assert!(contrast(rgb, paper) >= 4.5, "{role:?} {}", contrast(rgb, paper));
                for under in Role::ALL.into_iter().filter(|role| role.is_ground()) {
                    let contrast = contrast(rgb, ink(under).rgb(ground).expect("a ground"));
                    assert!(contrast >= 3.5, "{role:?} on {under:?}: {contrast}");
                }
            }
        }
    }

    #[test]
    fn the_palette_of_256_is_hit_where_it_can_be() {
        assert_eq!(nearest_indexed((0, 0, 0)), 16);
        assert_eq!(nearest_indexed((255, 255, 255)), 231);
        assert_eq!(nearest_indexed((95, 175, 255)), 75);
        assert_eq!(nearest_indexed((128, 128, 128)), 244);
    }
}
