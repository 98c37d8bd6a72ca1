//! Keys: the one table of what is pressed for what, and its overview, opened with `?`.

use maud::{Markup, html};
use steward_words::t;

use crate::icon::{Icon, icon};

/// Where a shortcut works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On every page.
    Everywhere,
    /// In a list.
    List,
    /// On a record.
    Record,
}

/// What a single key does.
#[derive(Debug, Clone, Copy)]
pub struct Shortcut {
    /// Its name in stored settings.
    pub name: &'static str,
    /// The usual key; in `data-key` it stands for the shortcut, whatever key a person chose.
    pub usual: char,
    /// The message that says what it does.
    pub label: &'static str,
    /// Where it works.
    pub place: Place,
}

const fn shortcut(name: &'static str, usual: char, label: &'static str, place: Place) -> Shortcut {
    Shortcut { name, usual, label, place }
}

/// All shortcuts of a single key. Scripts bind the usual keys (`keys.ts`, `list.ts`).
pub const SHORTCUTS: [Shortcut; 10] = [
    shortcut("overview", '?', "key-overview", Place::Everywhere),
    shortcut("create", 'c', "key-create", Place::Everywhere),
    shortcut("inbox", 'i', "inbox", Place::Everywhere),
    shortcut("next", 'j', "key-next-row", Place::List),
    shortcut("previous", 'k', "key-previous-row", Place::List),
    shortcut("tick", 'x', "key-tick", Place::List),
    shortcut("search", '/', "key-search-list", Place::List),
    shortcut("reply", 'r', "key-reply", Place::Record),
    shortcut("note", 'n', "key-note", Place::Record),
    shortcut("edit", 'e', "key-edit-title", Place::Record),
];

/// The keys of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyMap {
    /// Whether single keys do anything.
    pub is_on: bool,
    keys: [char; SHORTCUTS.len()],
}

impl Default for KeyMap {
    fn default() -> Self {
        Self { is_on: true, keys: SHORTCUTS.map(|shortcut| shortcut.usual) }
    }
}

impl KeyMap {
    /// The key for a shortcut, by its place in [`SHORTCUTS`].
    pub fn key(&self, place: usize) -> char {
        self.keys.get(place).copied().unwrap_or_default()
    }

    /// Chooses a key for the shortcut of this name.
    pub fn set(&mut self, name: &str, key: char) {
        if let Some(place) = SHORTCUTS.iter().position(|shortcut| shortcut.name == name) {
            self.keys[place] = key;
        }
    }

    /// The key of the shortcut whose usual key is `usual`, as it is shown.
    pub fn shown(&self, usual: char) -> String {
        let place = SHORTCUTS.iter().position(|shortcut| shortcut.usual == usual);
        place.map_or(usual, |place| self.keys[place]).to_uppercase().to_string()
    }

    /// Shortcuts that another one shares its key with, as places in [`SHORTCUTS`]: the later one and the earlier one.
    pub fn clashes(&self) -> Vec<(usize, usize)> {
        let earlier = |place: usize| self.keys[..place].iter().position(|key| *key == self.keys[place]);
        (0..self.keys.len()).filter_map(|place| Some((place, earlier(place)?))).collect()
    }

    /// What scripts need to know: the usual key of each chosen one, as JSON; `None` when all is as usual.
    pub fn for_scripts(&self) -> Option<String> {
        let chosen = SHORTCUTS.iter().zip(self.keys);
        let pairs: serde_json::Map<String, serde_json::Value> =
            chosen.map(|(shortcut, key)| (key.to_string(), shortcut.usual.to_string().into())).collect();
        match self.is_on {
            false => Some("{}".to_owned()),
            true if *self == Self::default() => None,
            true => Some(serde_json::Value::Object(pairs).to_string()),
        }
    }
}

/// Keys beyond those that work everywhere.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keys<'a> {
    /// The keys of who reads.
    pub map: KeyMap,
    /// Key and what it does.
    pub more: &'a [(&'a str, &'a str)],
}

/// The dialog; every page of the shell has it.
pub fn keys(keys: &Keys) -> Markup {
    let of = |place: Place| {
        let own = SHORTCUTS.iter().enumerate().filter(move |(_, shortcut)| keys.map.is_on && shortcut.place == place);
        own.map(|(index, shortcut)| (keys.map.key(index).to_uppercase().to_string(), t(shortcut.label)))
    };
    let fixed = |key: &'static str, what: &'static str| (key.to_owned(), what);
    let mut everywhere = vec![fixed(t("key-ctrl-k"), t("search"))];
    everywhere.extend(of(Place::Everywhere));
    everywhere.push(fixed(t("key-escape"), t("key-close")));
    let mut list: Vec<(String, &str)> = of(Place::List).collect();
    list.push(fixed(t("key-enter"), t("key-open-row")));
    if keys.map.is_on {
        list.push((keys.map.shown('e'), t("key-edit-row")));
    }
    let mut record: Vec<(String, &str)> = of(Place::Record).collect();
    record.push(fixed(t("key-ctrl-enter"), t("key-send")));
    let more: Vec<(String, &str)> = keys.more.iter().map(|(key, what)| ((*key).to_owned(), *what)).collect();
    html! {
        dialog.dialog.keys #keys data-dialog data-keys aria-labelledby="keys-title" {
            div.dialog__head {
                h2.dialog__title #keys-title { (t("keys-title")) }
                form method="dialog" { button.icon-button type="submit" title=(t("close")) aria-label=(t("close")) { (icon(Icon::X)) } }
            }
            div.dialog__body.keys__groups {
                @if !keys.map.is_on { p.keys__off { (t("keys-off")) } }
                (group(t("keys-everywhere"), &everywhere))
                (group(t("keys-list"), &list))
                (group(t("keys-record"), &record))
                @if !more.is_empty() { (group(t("keys-here"), &more)) }
            }
        }
    }
}

fn group(label: &str, keys: &[(String, &str)]) -> Markup {
    html! {
        section.keys__group {
            h3.keys__label { (label) }
            dl.keys__list { @for (key, what) in keys { div { dt { @for part in key.split(' ') { kbd { (part) } } } dd { (what) } } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_shortcuts_on_one_key_clash() {
        let mut map = KeyMap::default();
        assert!(map.clashes().is_empty());
        map.set("reply", 'n');
        let names: Vec<(&str, &str)> =
            map.clashes().iter().map(|(one, other)| (SHORTCUTS[*one].name, SHORTCUTS[*other].name)).collect();
        assert_eq!(names, [("note", "reply")]);
    }

    #[test]
    fn scripts_hear_of_other_keys_only() {
        assert_eq!(KeyMap::default().for_scripts(), None);
        let mut map = KeyMap::default();
        map.set("create", 'g');
        assert!(map.for_scripts().is_some_and(|text| text.contains(r#""g":"c""#) && !text.contains(r#""c":"c""#)));
        map.is_on = false;
        assert_eq!(map.for_scripts().as_deref(), Some("{}"));
    }
}
