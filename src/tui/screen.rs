//! The backend under ratatui: crossterm's, with three habits changed.
//!
//! - A frame in which no cell changed writes nothing at all (crossterm's would reset colours and hide
//!   the cursor again, sixty times a minute, into somebody's SSH session).
//! - What a frame writes goes out at once, between the marks of a synchronized update, so that no half
//!   of it is ever seen.
//! - The cursor's position is never asked for: the answer would come through the input that the event
//!   stream reads, and be waited for in vain.

use std::io::{self, Write};

use crossterm::{cursor, queue};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

/// Begins and ends a synchronized update; terminals that do not know it ignore it.
const BEGIN: &[u8] = b"\x1b[?2026h";
pub(super) const END: &[u8] = b"\x1b[?2026l";

/// Collects a frame and writes it in one piece.
#[derive(Debug)]
pub(super) struct Framed<W> {
    out: W,
    frame: Vec<u8>,
}

impl<W: Write> Write for Framed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.frame.is_empty() {
            self.frame.extend_from_slice(BEGIN);
        }
        self.frame.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        self.frame.extend_from_slice(END);
        let written = self.out.write_all(&self.frame).and_then(|()| self.out.flush());
        self.frame.clear();
        written
    }
}

/// The terminal as ratatui draws on it.
#[derive(Debug)]
pub struct Screen<W: Write> {
    inner: CrosstermBackend<Framed<W>>,
    cursor_shown: bool,
    cursor_at: Position,
}

impl<W: Write> Screen<W> {
    /// A screen that writes to `out`, where the cursor is hidden already.
    pub fn new(out: W) -> Self {
        let framed = Framed { out, frame: Vec::new() };
        Self {
            inner: CrosstermBackend::new(framed),
            cursor_shown: false,
            cursor_at: Position::ORIGIN,
        }
    }
}

impl<W: Write> Backend for Screen<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() { Ok(()) } else { self.inner.draw(content) }
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.cursor_shown) {
            queue!(self.inner, cursor::Hide)
        } else {
            Ok(())
        }
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.cursor_shown, true) {
            return Ok(());
        }
        queue!(self.inner, cursor::Show)
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor_at)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.cursor_at = position.into();
        let Position { x, y } = self.cursor_at;
        queue!(self.inner, cursor::MoveTo(x, y))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        use crossterm::terminal::{Clear, ClearType as Region};
        let region = match region {
            ClearType::All => Region::All,
            ClearType::AfterCursor => Region::FromCursorDown,
            ClearType::BeforeCursor => Region::FromCursorUp,
            ClearType::CurrentLine => Region::CurrentLine,
            ClearType::UntilNewLine => Region::UntilNewLine,
        };
        queue!(self.inner, Clear(region))
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Style};
    use ratatui::{Terminal, TerminalOptions, Viewport};

    use super::*;

    fn terminal(out: &mut Vec<u8>) -> Terminal<Screen<&mut Vec<u8>>> {
        let viewport = Viewport::Fixed(Rect::new(0, 0, 10, 2));
        Terminal::with_options(Screen::new(out), TerminalOptions { viewport }).expect("no i/o")
    }

    #[test]
    fn a_frame_goes_out_in_one_piece_and_an_unchanged_one_not_at_all() {
        let mut out = Vec::new();
        {
            let mut terminal = terminal(&mut out);
            for _ in 0..5 {
                let draw = |frame: &mut ratatui::Frame<'_>| {
                    frame.buffer_mut().set_string(0, 0, "lag", Style::new().fg(Color::Red));
                };
                terminal.draw(draw).expect("no i/o");
            }
        }
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(text.matches("lag").count(), 1, "{text:?}");
        assert_eq!(text.matches("\x1b[?2026h").count(), 1, "{text:?}");
        assert!(text.starts_with("\x1b[?2026h") && text.ends_with("\x1b[?2026l"), "{text:?}");
    }

    #[test]
    fn drawing_anew_asks_the_terminal_nothing() {
        let mut out = Vec::new();
        {
            let mut terminal = terminal(&mut out);
            terminal.clear().expect("no i/o");
            terminal.draw(|_| {}).expect("no i/o");
        }
        let text = String::from_utf8(out).expect("UTF-8");
        assert!(!text.contains("\x1b[6n"), "{text:?}");
    }
}
