//! The screen on this thread, whatever feeds it.

use tokio::sync::{mpsc, watch};

use super::trap;
use crate::diagnose::RuleBook;
use crate::model::Timestamp;
use crate::{app, config, export, rewind, tui, ui};

/// Shows it until the person quits or the process is told to end.
pub(super) async fn show(desk: tui::Desk) -> Result<(), tui::Error> {
    let trap = trap::Trap::set(desk.snapshots.clone());
    let end = tui::signal::end()?;
    let mut terminal = tui::Tty::enter(true)?;
    let draw: tui::Draw<'_> = &mut |view, frame| {
        trap.spring_in_ui(view.snapshot);
        ui::draw(view, frame)
    };
    let exit = tui::run(&mut terminal, desk, (draw, export::summary), end).await?;
    terminal.leave(exit.frame.as_ref())?;
    Ok(())
}

/// Tells earlier moments, judged by these rules, as long as somebody wishes for any.
pub(super) fn moments(rules: RuleBook) -> (tui::Moments, impl Future<Output = ()> + Send) {
    let (wishes, wanted) = watch::channel(None);
    let (answer, answers) = mpsc::channel(1);
    let road = tui::MomentRoad { wishes, answers };
    (tui::Moments::Told(road), rewind::task::serve(wanted, answer, rules))
}

/// How a new finding is told, if it is.
pub(super) const fn notice(wished: config::Notify) -> Option<app::Notice> {
    match wished {
        config::Notify::Never => None,
        config::Notify::Bell => Some(app::Notice::Bell),
        config::Notify::Osc9 => Some(app::Notice::Message),
    }
}

/// What the terminal can show, as far as that is wished for.
pub(super) fn looks(wished: config::Looks) -> app::Looks {
    let wish = tui::detect::Wish {
        depth: match wished.color {
            config::Color::Auto | config::Color::Always => None,
            config::Color::Never => Some(app::Depth::Mono),
        },
        theme: match wished.theme {
            config::Theme::Auto => None,
            config::Theme::Dark => Some(app::Theme::Dark),
            config::Theme::Light => Some(app::Theme::Light),
        },
        ascii: wished.ascii.then_some(true),
    };
    let mut looks = tui::detect::looks(wish, |name| std::env::var(name).ok());
    if wished.color == config::Color::Always && looks.depth == app::Depth::Mono {
        looks.depth = app::Depth::Ansi;
    }
    looks
}

/// Seconds east of Greenwich, here and then.
pub(super) fn utc_offset(then: Timestamp) -> i32 {
    let moment = jiff::Timestamp::from_millisecond(then.as_millis()).unwrap_or_default();
    jiff::tz::TimeZone::system().to_offset(moment).seconds()
}
