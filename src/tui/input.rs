//! From the terminal's events to what the screen understands.

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use crate::app::{Chord, Input, Key, Mouse, MouseKind};

/// What `event` means; `None` for what nobody reacts to: releases, drags, focus changes.
#[must_use]
pub fn translate(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) => chord(key).map(Input::Key),
        Event::Mouse(event) => mouse(event).map(Input::Mouse),
        Event::Paste(text) => Some(Input::Paste(text)),
        Event::Resize(width, height) => Some(Input::Resize { width, height }),
        Event::FocusGained | Event::FocusLost => None,
    }
}

/// Drops every resize that is followed by another: only the last size is true.
pub fn coalesce(inputs: &mut Vec<Input>) {
    let is_resize = |input: &Input| matches!(input, Input::Resize { .. });
    let last = inputs.iter().rposition(is_resize);
    let mut at = 0;
    inputs.retain(|input| {
        let keep = !is_resize(input) || Some(at) == last;
        at += 1;
        keep
    });
}

fn chord(event: KeyEvent) -> Option<Chord> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let key = match event.code {
        // Shift-Tab arrives as either.
        KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => Key::BackTab,
        KeyCode::Char(char) => Key::Char(char),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left if event.modifiers.contains(KeyModifiers::SHIFT) => Key::ShiftLeft,
        KeyCode::Right if event.modifiers.contains(KeyModifiers::SHIFT) => Key::ShiftRight,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::F(number) => Key::F(number),
        _ => return None,
    };
    Some(Chord {
        key,
        ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
        alt: event.modifiers.contains(KeyModifiers::ALT),
    })
}

fn mouse(event: MouseEvent) -> Option<Mouse> {
    let kind = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => MouseKind::Click,
        MouseEventKind::ScrollUp => MouseKind::WheelUp,
        MouseEventKind::ScrollDown => MouseKind::WheelDown,
        _ => return None,
    };
    Some(Mouse { kind, x: event.column, y: event.row })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Option<Chord> {
        chord(KeyEvent::new(code, modifiers))
    }

    #[rstest]
    #[case::plain(KeyCode::Char('j'), KeyModifiers::NONE, Chord::char('j'))]
    #[case::shifted(KeyCode::Char('G'), KeyModifiers::SHIFT, Chord::char('G'))]
    #[case::control(KeyCode::Char('c'), KeyModifiers::CONTROL, Chord::ctrl('c'))]
    #[case::left(KeyCode::Left, KeyModifiers::NONE, Chord::key(Key::Left))]
    #[case::shift_left(KeyCode::Left, KeyModifiers::SHIFT, Chord::key(Key::ShiftLeft))]
    #[case::back_tab(KeyCode::BackTab, KeyModifiers::SHIFT, Chord::key(Key::BackTab))]
    #[case::shift_tab(KeyCode::Tab, KeyModifiers::SHIFT, Chord::key(Key::BackTab))]
    fn keys(#[case] code: KeyCode, #[case] modifiers: KeyModifiers, #[case] expected: Chord) {
        assert_eq!(key(code, modifiers), Some(expected));
    }

    #[test]
    fn a_release_is_no_key_and_a_drag_no_click() {
        let mut release = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE);
        release.kind = KeyEventKind::Release;
        assert!(translate(Event::Key(release)).is_none());
        let drag = MouseEvent {
            kind: MouseEventKind::Drag(MouseButton::Left),
            column: 1,
            row: 1,
            modifiers: KeyModifiers::NONE,
        };
        assert!(translate(Event::Mouse(drag)).is_none());
    }

    #[test]
    fn of_many_sizes_the_last_counts() {
        let resize = |width| Input::Resize { width, height: 9 };
        let mut inputs =
            vec![resize(1), Input::Key(Chord::char('a')), resize(2), resize(3), Input::Tick];
        coalesce(&mut inputs);
        let [Input::Key(_), Input::Resize { width: 3, .. }, Input::Tick] = &inputs[..] else {
            panic!("{inputs:?}");
        };
    }
}
