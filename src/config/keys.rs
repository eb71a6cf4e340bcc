//! `[keys]` of the config file: keys for actions, in place of those of the key table.

use super::error::ConfigError;
use super::layer::Given;
use super::meant::meant;
use super::properties::unicode;
use crate::app::keymap::{Clash, Keymap, Mistake};

/// Keys that were given to an action.
#[derive(Clone, Debug)]
pub(super) struct KeysGiven {
    /// Its name.
    pub(super) action: Given,
    /// As the help writes them; none: nothing is said.
    pub(super) keys: Vec<Given>,
}

/// The keys that are in force.
pub(super) fn keymap(given: &[KeysGiven]) -> Result<Keymap, ConfigError> {
    let mut keymap = Keymap::default();
    for one in given {
        choose(&mut keymap, one)?;
    }
    let Some(Clash { key, names: [first, second], place }) = keymap.clash() else {
        return Ok(keymap);
    };
    // The table itself has none, so that one of the two was given; the later one is the mistake.
    let named = |one: &&KeysGiven| [first, second].iter().any(|name| one.action.text == **name);
    let from =
        given.iter().rfind(named).map_or(super::Origin::Usual, |one| one.action.from.clone());
    Err(ConfigError::Clash { from, key, first, second, place })
}

fn choose(keymap: &mut Keymap, KeysGiven { action, keys }: &KeysGiven) -> Result<(), ConfigError> {
    let name = unicode(action)?;
    let texts: Vec<_> = keys.iter().map(unicode).collect::<Result<_, _>>()?;
    // An unknown name is told of also where nothing is said.
    let chosen = match texts.as_slice() {
        [] if keymap.names().contains(&name) => Ok(()),
        texts => keymap.choose(name, texts),
    };
    chosen.map_err(|mistake| {
        let (what, text, instead) = match mistake {
            Mistake::Name(known) => ("an action", name.to_owned(), meant(name, &known, "")),
            Mistake::Key(text) => ("a key", text, KEYS.to_owned()),
            Mistake::Types(text) => ("a key for what is done while typing", text, OTHER.to_owned()),
        };
        let at = keys.iter().find(|given| given.text == *text).unwrap_or(action);
        ConfigError::Value { from: at.from.clone(), text, what, instead }
    })
}

const KEYS: &str = "one character, F1, Ctrl-B, Alt-x, Enter, Esc, Tab, Shift-Tab, Space, Backspace, Up, \
                    Down, Left, Right, PgUp, PgDn, Home, End, or none alone";
const OTHER: &str = "one that types nothing, as in Ctrl-W";
