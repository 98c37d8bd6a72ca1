//! The line over a list: the search box, what the list is narrowed to, menus that narrow it further.

use maud::{Markup, html};
use steward_ui::filter::{Chip, FilterLine, filter_line};
use steward_ui::menu::{MenuAction, MenuButton, MenuItem, menu};
use steward_ui::partial::Partial;
use steward_words::{in_sentence, t, t_with};

use super::{Listing, Said};
use crate::address;

impl Listing<'_> {
    pub(super) fn filters(&self) -> Markup {
        let kind = self.kind();
        let said = &self.asked().said;
        let hint = t_with("search-in", &[("kinds", (&in_sentence(&kind.label_plural)).into())]);
        let without = Said { search: String::new(), cursor: None, ..said.clone() };
        let keep = without.pairs();
        let terms = terms(&said.search);
        let removals: Vec<String> = (0..terms.len()).map(|index| self.without(&terms, index)).collect();
        let chips: Vec<Chip<'_>> = terms
            .iter()
            .zip(&removals)
            .filter_map(|(term, remove)| {
                let (field, value) = term.split_once(':')?;
                let (relation, field) = match (field, field.strip_prefix('-')) {
                    // The word is the relation already: `is:open`.
                    ("is", _) => ("", "is"),
                    ("-is", _) => ("", t("is-not")),
                    (_, Some(field)) => (t("is-not"), field),
                    (field, None) => (t("is"), field),
                };
                Some(Chip { label: field, relation, value, remove })
            })
            .collect();
        let line = FilterLine {
            action: &format!("{}{}", address::list(kind), self.layout.rest()),
            query: &said.search,
            hint: &hint,
            keep: &keep,
            chips: &chips,
            clear: None,
        };
        filter_line(&line, html! { (self.state_menu()) (self.priority_menu()) }, self.arrangement())
    }

    fn state_menu(&self) -> Markup {
        let states = self.kind().lifecycle.states.iter();
        self.narrowing(t("state"), states.map(|state| ("state", state.key.as_str(), state.label.as_str())).collect())
    }

    fn priority_menu(&self) -> Markup {
        let choices = self.kind().field("priority").filter(|field| field.audience <= self.opened.level);
        let choices = choices.and_then(|field| field.field_type.choices());
        let choices = choices.iter().flat_map(|choices| &choices.0);
        self.narrowing(
            t("priority"),
            choices.map(|choice| ("priority", choice.key.as_str(), choice.label.as_str())).collect(),
        )
    }

    /// A menu that adds a term to what is searched for.
    fn narrowing(&self, label: &str, values: Vec<(&str, &str, &str)>) -> Markup {
        if values.len() < 2 {
            return html! {};
        }
        let addresses: Vec<String> = values
            .iter()
            .map(|(field, value, _)| self.searching(&format!("{} {field}:{value}", self.asked().said.search)))
            .collect();
        let items: Vec<MenuItem<'_>> = values
            .iter()
            .zip(&addresses)
            .map(|((_, _, label), address)| MenuItem {
                label,
                icon: None,
                action: MenuAction::Link { address, partial: Partial::NONE },
                is_danger: false,
                key: None,
                is_chosen: false,
            })
            .collect();
        menu(label, MenuButton::Label(label), &items)
    }

    fn without(&self, terms: &[&str], index: usize) -> String {
        let rest: Vec<&str> =
            terms.iter().enumerate().filter(|(place, _)| *place != index).map(|(_, term)| *term).collect();
        self.searching(&rest.join(" "))
    }
}

/// The terms of a search, phrases in quotes kept whole.
fn terms(search: &str) -> Vec<&str> {
    let mut terms = Vec::new();
    let mut start = None;
    let mut quoted = false;
    for (index, letter) in search.char_indices() {
        quoted ^= letter == '"';
        match (letter.is_whitespace() && !quoted, start) {
            (true, Some(begin)) => {
                terms.push(&search[begin..index]);
                start = None;
            }
            (false, None) => start = Some(index),
            _ => {}
        }
    }
    terms.extend(start.map(|begin| &search[begin..]));
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_stay_whole() {
        assert_eq!(terms(" is:open  title:\"mail server\" -x "), ["is:open", "title:\"mail server\"", "-x"]);
        assert!(terms("  ").is_empty());
    }
}
