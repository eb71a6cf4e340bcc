//! The table as it is, and keys that somebody chose.

use std::collections::HashSet;

use rstest::rstest;

use super::*;
use crate::app::fixture::{app, group, press};
use crate::app::{Key, Pane, Travel};

#[test]
fn a_chord_means_one_thing_in_its_scope() {
    let mut seen = HashSet::new();
    for binding in Keymap::default().bindings() {
        for chord in &binding.chords {
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
            for binding in app.keys.of(scope) {
                for &chord in &binding.chords {
                    if app.keys.action(app.scopes(), chord) != Some(binding.action) {
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
    for binding in Keymap::default().bindings() {
        assert!(!binding.chords.is_empty(), "{binding:?}");
        assert!(!binding.help.is_empty() && !binding.help.ends_with('.'), "{binding:?}");
        assert!(binding.footer.is_none_or(|word| word.len() <= 6), "{binding:?}");
    }
}

#[test]
fn every_scope_is_somewhere_in_force_and_in_the_help() {
    let keys = Keymap::default();
    for scope in Scope::ALL {
        assert!(keys.of(scope).next().is_some(), "{scope:?} has no keys");
    }
    let shown: Vec<_> =
        keys.help(&[Scope::Members, Scope::Always]).map(|(scope, _)| scope).collect();
    assert_eq!(shown.first(), Some(&Scope::Members), "the focused pane comes first");
    let unique: HashSet<_> = shown.iter().collect();
    assert_eq!((shown.len(), unique.len()), (Scope::ALL.len(), Scope::ALL.len()));
}

#[test]
fn the_footer_names_what_can_be_pressed() {
    let app = app(&[group("g", &[1])]);
    let words: Vec<_> = app.keys.footer(app.scopes()).map(|(_, word, _)| word).collect();
    for word in ["open", "pane", "filter", "sort", "zoom", "pause", "copy", "help", "quit"] {
        assert!(words.contains(&word), "{word} is not among {words:?}");
    }
}

/// A click on a word of the footer acts, so a word must not stand there twice with two meanings.
#[test]
fn while_paused_the_footer_says_what_keys_mean_then() {
    let mut app = app(&[group("g", &[1])]);
    press(&mut app, "Space");
    let footer: Vec<_> = app.keys.footer(app.scopes()).collect();
    let space: Vec<_> = footer.iter().filter(|(chord, ..)| *chord == Chord::char(' ')).collect();
    assert_eq!(space, [&(Chord::char(' '), "resume", Action::Pause)]);
    let past = footer.iter().find(|(_, word, _)| *word == "past");
    assert_eq!(past.map(|(.., action)| *action), Some(Action::Travel(Travel::Earlier)));
}

#[test]
fn the_readme_lists_every_key_as_a_table() {
    let text = markdown();
    assert_eq!(text.lines().count(), table::BINDINGS.len() + 2);
    assert!(text.contains("| Panes | `/` | filter as you type (re: for a regex) |"), "{text}");
    assert!(text.lines().skip(2).all(|line| line.matches(" | ").count() == 2), "{text}");
}

#[test]
fn bindings_of_one_name_have_the_same_keys_and_one_is_the_way_out() {
    let keys = Keymap::default();
    for name in keys.names() {
        let mut same = keys.bindings().iter().filter(|binding| binding.name == Some(name));
        let first = same.next().unwrap();
        assert!(
            same.all(|one| (one.action, &one.chords) == (first.action, &first.chords)),
            "{name}"
        );
        let plain = |char: char| char.is_ascii_lowercase() || char == '-';
        assert!(name.chars().all(plain) && name != "none", "{name}");
    }
    let fixed = keys.bindings().iter().filter(|binding| binding.name.is_none());
    let fixed: Vec<_> = fixed.map(|binding| (binding.action, binding.keys(true))).collect();
    assert_eq!(fixed, [(Action::Quit, "Ctrl-C".to_owned())]);
}

#[test]
fn every_scope_that_holds_is_known_to_hold_together_with_others() {
    let together: Vec<_> = scope::together().collect();
    let mut app = app(&[group("g", &[1])]);
    for pane in Pane::ALL {
        app.focus = pane;
        assert!(together.contains(&app.scopes()), "{pane:?}");
    }
    press(&mut app, "Space");
    assert!(app.scopes().contains(&Scope::Paused) && together.contains(&app.scopes()));
    let known: HashSet<_> = together.into_iter().flatten().collect();
    assert_eq!(known.len(), Scope::ALL.len());
}

#[test]
fn a_chord_is_read_as_it_is_written() {
    let f1 = Chord::key(Key::F(1));
    let alt = Chord { alt: true, ..Chord::char('X') };
    let all =
        Keymap::default().bindings().iter().flat_map(|one| one.chords.clone()).collect::<Vec<_>>();
    for chord in all.into_iter().chain([
        f1,
        alt,
        Chord { ctrl: true, ..Chord { alt: true, ..Chord::char('b') } },
    ]) {
        for ascii in [true, false] {
            assert_eq!(Chord::named(&chord.label(ascii)), Some(chord), "{chord:?}");
        }
    }
    for (text, chord) in
        [("space", Chord::char(' ')), ("ctrl-b", Chord::ctrl('b')), ("-", Chord::char('-'))]
    {
        assert_eq!(Chord::named(text), Some(chord), "{text}");
    }
    for text in ["", "pp", "Ctrl-", "F0", "F25", "\u{1b}", "Del", "Alt-Ctrl-x", "é\u{301}"] {
        assert_eq!(Chord::named(text), None, "{text:?}");
    }
}

fn chosen(choices: &[(&str, &[&str])]) -> Keymap {
    let mut keys = Keymap::default();
    for (name, texts) in choices {
        keys.choose(name, texts).unwrap();
    }
    keys
}

#[test]
fn what_is_chosen_is_what_is_pressed_and_shown() {
    let keys = chosen(&[("pause", &["u", "F5"]), ("open", &["x"]), ("zoom", &["none"])]);
    assert_eq!(keys.clash(), None);
    let app = app(&[group("g", &[1])]);
    let scopes = app.scopes();
    assert_eq!(keys.action(scopes, Chord::char('u')), Some(Action::Pause));
    assert_eq!(keys.action(scopes, Chord::key(Key::F(5))), Some(Action::Pause));
    assert_eq!(keys.action(scopes, Chord::char(' ')), None);
    assert_eq!(keys.action(scopes, Chord::char('z')), None);
    for scope in [Scope::Groups, Scope::Members, Scope::Findings] {
        assert_eq!(keys.action(&[scope], Chord::char('x')), Some(Action::Open));
    }
    let footer: Vec<_> = keys.footer(scopes).map(|(chord, word, _)| (chord, word)).collect();
    assert!(
        footer.contains(&(Chord::char('u'), "pause")) && footer.iter().all(|one| one.1 != "zoom")
    );
    let help = keys.help(scopes).flat_map(|(_, bindings)| bindings);
    assert!(help.map(|binding| binding.action).all(|action| action != Action::Zoom));
    assert_eq!(keys.chord(Action::Zoom), None);
}

#[rstest]
#[case::same_scope(&[("pause", "y")], "y", ["pause", "copy-row"], "Screen")]
#[case::both_chosen(&[("pause", "x"), ("help", "x")], "x", ["pause", "help"], "Screen")]
#[case::hidden_by_a_pane(&[("pause", "t")], "t", ["all-groups", "pause"], "Partitions")]
#[case::hiding(&[("matrix", "s")], "s", ["matrix", "next-sort"], "Members")]
#[case::the_way_out(&[("pause", "Ctrl-C")], "Ctrl-C", ["pause", "quit"], "Page")]
#[case::while_typing(&[("redraw", "Ctrl-W")], "Ctrl-W", ["filter-erase-word", "redraw"], "Typing")]
fn a_key_cannot_mean_two_things(
    #[case] choices: &[(&str, &str)],
    #[case] key: &str,
    #[case] names: [&'static str; 2],
    #[case] place: &'static str,
) {
    let mut keys = Keymap::default();
    for (name, key) in choices {
        keys.choose(name, &[key]).unwrap();
    }
    assert_eq!(keys.clash(), Some(Clash { key: key.to_owned(), names, place }));
}

/// What the table itself hides stays as it is, also where somebody says it again; and keys change places.
#[test]
fn keys_that_do_not_clash() {
    assert_eq!(Keymap::default().clash(), None);
    assert_eq!(chosen(&[("right", &["l"]), ("log-scale", &["l"])]).clash(), None);
    assert_eq!(chosen(&[("pause", &["y"]), ("copy-row", &["Space"])]).clash(), None);
    assert_eq!(chosen(&[("quit", &["Ctrl-C"])]).clash(), None);
}

#[test]
fn what_cannot_be_chosen() {
    let choose = |name: &str, keys: &[&str]| Keymap::default().choose(name, keys);
    assert_eq!(choose("paus", &["p"]), Err(Mistake::Name(Keymap::default().names())));
    assert_eq!(choose("pause", &["p", "Hyper-x"]), Err(Mistake::Key("Hyper-x".to_owned())));
    assert_eq!(choose("pause", &["p", "none"]), Err(Mistake::Key("none".to_owned())));
    // What is typed is text.
    for name in ["filter-up", "filter-keep", "redraw"] {
        assert_eq!(choose(name, &["k"]), Err(Mistake::Types("k".to_owned())), "{name}");
    }
}
