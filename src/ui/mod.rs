//! Pixels: what a person sees of a [`View`].
//!
//! ```text
//!  lagtop  prod-eu  3 brokers  poll  lag 4.61M ▲ 11.2k/s  312 groups       14:03:22  1s  7 req/s   header
//!  Broker 2 (kafka-2:9092) does not answer for 12s: connection refused.                            trouble
//!  CRIT user-events-consumer  hot partition: user-events/1 holds 96 % of the lag …                 strip
//! ┌ Groups ──────────────────────┬ user-events-consumer ▸ user-events  Stable  range ───────────┐
//! │ GROUP        STATE   LAG 10m │   P    LAG  10m       IN/s  OUT/s   ETA  COMMIT  OWNER       │ panes
//! │▸user-events… Stable  4.61M ▆ │▸  1  4.44M  ▁▁▂▃▅▆█  12.0k    801 never      4s  consumer-2  │
//! │                              ├ Members ─────────────────┬ Rebalances  7 in 10m ─────────────┤
//! │                              │ MEMBER      HOST    LAG  │ ▁▁▁█▁▁▁▁█▁▁▁▁█▁▁▁▁█▁▁▁▁█▁▁▁▁█▁▁▁  │
//! └──────────────────────────────┴──────────────────────────┴───────────────────────────────────┘
//!  Enter open  Tab pane  / filter  s sort  Space pause  ? help  q quit                              footer
//! ```
//!
//! [`draw`] is a pure function: it reads the view, in which time comes too, writes cells, and returns
//! what the cells mean. It changes nothing and remembers nothing; drawing twice is drawing once. This
//! room imports the state of the screen and the model, and names the drawing library, never the
//! terminal.
//!
//! From meaning to cell: [`mod@format`] makes text of values, [`words`] gives it a role, [`theme`] gives
//! the role a style, [`glyphs`] the signs; [`layout`] says where; [`widgets`] draw anything, [`panes`]
//! draw Kafka. Whatever a stranger named goes through [`glyphs::Glyphs::name`].

pub mod axis;
pub mod format;
pub mod fresh;
pub mod glyphs;
pub mod layout;
pub mod paint;
pub mod panes;
pub mod theme;
pub mod widgets;
pub mod words;

use std::time::Duration;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use self::layout::Layout;
use self::panes::{
    Canvas, Scene, findings, footer, groups, header, help, members, page, partitions, process,
    rebalances, strip,
};
use self::theme::Role;
use self::widgets::frame;
use crate::app::{Hit, HitMap, Pane, Shape, View};

/// Draws the whole screen and returns what its cells mean.
pub fn draw(view: &View<'_>, frame: &mut Frame<'_>) -> HitMap {
    let area = frame.area();
    draw_into(view, area, frame.buffer_mut())
}

/// Draws the whole screen into `area` of a buffer and returns what its cells mean.
pub fn draw_into(view: &View<'_>, area: Rect, buf: &mut Buffer) -> HitMap {
    let area = area.intersection(buf.area);
    let scene = Scene::new(*view);
    let mut hits = HitMap::default();
    let mut canvas = Canvas { buf, hits: &mut hits };
    let shape = view.app.shape();
    if shape == Shape::TooSmall {
        too_small(&scene, area, canvas.buf);
        return hits;
    }
    let trouble = header::trouble(&scene);
    let sentence = trouble.as_ref().map_or(0, |(text, _)| format::width(text));
    let strip = strip::lines(&scene, area.height);
    let layout = Layout::new(area, shape, (sentence, strip), view.app.page().is_some());
    header::draw(&scene, layout.header, &mut canvas);
    if let Some(trouble) = trouble {
        header::draw_trouble(&scene, &trouble, paint::indent(layout.trouble, 1), canvas.buf);
    }
    strip::draw(&scene, layout.strip, &mut canvas);
    header::tabs(&scene, layout.tabs, &mut canvas);
    draw_panes(&scene, &layout, &mut canvas);
    footer::draw(&scene, layout.footer, &mut canvas);
    if let Some(from) = view.app.help {
        let over = Rect { height: area.height.saturating_sub(1), ..area };
        help::draw(&scene, over, from, &mut canvas);
    }
    if !view.app.is_held_still() {
        // The clock in the header changes with the second, and every age with it.
        let into = view.now.as_millis().rem_euclid(1_000).unsigned_abs();
        hits.ages(Duration::from_millis(1_000 - into));
    }
    hits
}

fn draw_panes(scene: &Scene<'_>, layout: &Layout, canvas: &mut Canvas<'_>) {
    let frame_of = |pane: Pane, area| frame::Frame { area, focused: scene.has_keys(pane) };
    let mut frames: Vec<_> =
        layout.panes.iter().map(|(pane, place)| frame_of(*pane, place.frame)).collect();
    frames.extend(layout.page.map(|place| frame::Frame { area: place.frame, focused: true }));
    frame::draw(&frames, &scene.theme, canvas.buf);
    for (pane, place) in &layout.panes {
        for area in [place.frame, place.inside] {
            canvas.hits.add(panes::area_of(area), Hit::Pane(*pane));
        }
        match pane {
            Pane::Groups => groups::draw(scene, *place, canvas),
            Pane::Partitions => partitions::draw(scene, *place, canvas),
            Pane::Members => members::draw(scene, *place, canvas),
            Pane::Rebalances => rebalances::draw(scene, *place, canvas),
            Pane::Findings => findings::draw(scene, *place, canvas),
            Pane::Process => process::draw(scene, *place, canvas),
        }
    }
    if let (Some(place), Some(page)) = (layout.page, scene.view.app.page()) {
        page::draw(scene, page, place, canvas);
    }
}

/// One line where nothing else fits.
fn too_small(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let text = format!("lagtop needs 40x10, not {}x{}", area.width, area.height);
    let text = format::cut_end(&text, area.width, scene.theme.glyphs.ellipsis);
    paint::text(buf, area, &text, scene.style(Role::Warning));
}
