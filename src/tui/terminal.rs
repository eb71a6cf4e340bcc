//! The terminal itself: entered last, left first, restored whatever happens.

use std::io::{self, IsTerminal as _, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste, EventStream};
use crossterm::style::{
    Attribute, ContentStyle, PrintStyledContent, SetAttribute, StyledContent, force_color_output,
};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::Terminal;
use ratatui::backend::IntoCrossterm as _;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use rustix::process::{Signal, kill_current_process_group};

use super::effects::{Path, copy, notice};
use super::panic::Owner;
use super::screen::{END, Screen};
use super::signal::Continued;
use super::{Console, Error};
use crate::app::Notice;

/// Is the screen ours? There is one terminal to a process, and the panic hook has to know.
static UP: AtomicBool = AtomicBool::new(false);

/// Clicks and the wheel in SGR coordinates. Without motion, which crossterm's own command would turn
/// on: every move over the window would wake us for nothing.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// How long a stop that was asked for may take to come. Without job control (no shell that could
/// continue us) the kernel discards it.
const STOP: Duration = Duration::from_millis(200);

/// Is the screen up?
pub(super) fn is_up() -> bool {
    UP.load(Ordering::Acquire)
}

/// Gives the terminal back as it was; does nothing if it is not ours.
pub(super) fn restore() -> io::Result<()> {
    if !UP.swap(false, Ordering::AcqRel) {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    // A frame may have been cut short anywhere: end it first. Each step is tried whatever the others do.
    let marks = out.write_all(END).and_then(|()| out.write_all(MOUSE_OFF));
    let screen = execute!(
        out,
        SetAttribute(Attribute::Reset),
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    disable_raw_mode().and(marks).and(screen)
}

fn enter(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    UP.store(true, Ordering::Release);
    let mut out = io::stdout().lock();
    queue!(out, EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
    if mouse {
        out.write_all(MOUSE_ON)?;
    }
    out.flush()
}

/// The person's terminal, ours as long as this lives. It belongs to the thread that made it.
#[derive(Debug)]
pub struct Tty {
    terminal: Terminal<Screen<Stdout>>,
    mouse: bool,
    path: Path,
    _owner: Owner,
}

impl Tty {
    /// Takes the terminal: alternate screen, raw mode, mouse (if wanted), no cursor. A panic of the
    /// calling thread restores it from now on.
    pub fn enter(mouse: bool) -> Result<Self, Error> {
        if !io::stdout().is_terminal() {
            return Err(Error::NotATerminal);
        }
        // Colours are the theme's business. Left to itself, crossterm answers `NO_COLOR` with colour
        // commands without a colour, which terminals read as "reset everything", bold and reverse too.
        force_color_output(true);
        let owner = Owner::mark();
        let entered = enter(mouse).and_then(|()| Terminal::new(Screen::new(io::stdout())));
        let terminal = match entered {
            Ok(terminal) => terminal,
            Err(error) => {
                restore()?;
                return Err(error.into());
            }
        };
        let path = Path::detect(|name| std::env::var(name).ok());
        Ok(Self { terminal, mouse, path, _owner: owner })
    }

    /// Gives the terminal back and, if there is one, prints the last frame where the shell goes on.
    pub fn leave(self, frame: Option<&Buffer>) -> io::Result<()> {
        drop(self);
        match frame {
            Some(frame) => print(&mut io::stdout().lock(), frame),
            None => Ok(()),
        }
    }

    fn enter_again(&mut self) -> io::Result<()> {
        enter(self.mouse)?;
        self.terminal = Terminal::new(Screen::new(io::stdout()))?;
        self.terminal.clear()
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        // Nobody is left to be told.
        let _ = restore();
    }
}

impl Console for Tty {
    type Backend = Screen<Stdout>;
    type Refusal = io::Error;
    type Events = EventStream;

    fn terminal(&mut self) -> &mut Terminal<Self::Backend> {
        &mut self.terminal
    }

    fn events(&mut self) -> Self::Events {
        EventStream::new()
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(copy(text, self.path).as_bytes())?;
        out.flush()
    }

    fn notify(&mut self, how: Notice, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(notice(how, text, self.path).as_bytes())?;
        out.flush()
    }

    async fn suspend(&mut self) -> io::Result<()> {
        let mut continued = Continued::listen()?;
        restore()?;
        kill_current_process_group(Signal::TSTP)?;
        // Time stands still while we do; what ends the wait is the shell's `fg`.
        let _ = tokio::time::timeout(STOP, continued.wait()).await;
        self.enter_again()
    }

    fn resume(&mut self) -> io::Result<()> {
        // The shell has had the terminal: what we think it is set to, it is not.
        restore()?;
        self.enter_again()
    }
}

/// Prints a frame as plain lines with its styles, so that it scrolls with everything else.
fn print(out: &mut impl Write, frame: &Buffer) -> io::Result<()> {
    let area = frame.area;
    let cells =
        |y| (area.left()..area.right()).filter_map(move |x| frame.cell(Position::new(x, y)));
    let used = |y| {
        let last = cells(y).enumerate().filter(|(_, cell)| cell.symbol() != " ").last();
        last.map_or(0, |(at, _)| at.saturating_add(1))
    };
    let bottom = (area.top()..area.bottom()).rfind(|&y| used(y) > 0).map_or(0, |y| y + 1);
    for y in area.top()..bottom {
        for cell in cells(y).take(used(y)) {
            let style: ContentStyle = cell.style().into_crossterm();
            queue!(out, PrintStyledContent(StyledContent::new(style, cell.symbol())))?;
        }
        writeln!(out)?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn the_last_frame_is_printed_as_lines_without_trailing_blanks() {
        let mut frame = Buffer::empty(Rect::new(0, 0, 20, 9));
        frame.set_string(0, 0, "lag", Style::reset());
        frame.set_string(2, 2, "ago", Style::reset());
        let mut out = Vec::new();
        print(&mut out, &frame).expect("a vector takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        let (rows, columns) = (3.try_into().expect("not 0"), 20.try_into().expect("not 0"));
        let mut terminal = vt100::Parser::new(rows, columns, 0);
        terminal.process(text.replace('\n', "\r\n").trim_end().as_bytes());
        assert_eq!(terminal.screen().contents().trim_end(), "lag\n\n  ago");
        assert_eq!(text.lines().count(), 3, "{text:?}");
        assert!(!text.contains(" \n"), "{text:?}");
    }

    #[test]
    fn a_terminal_that_is_not_ours_is_left_alone() {
        assert!(!is_up());
        restore().expect("nothing to do");
    }
}
