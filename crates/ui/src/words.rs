//! Sentences with markup in the places of their values.

use maud::{Markup, html};
use steward_words::{Part, parts};

/// A message whose values are markup; the language says in which order they stand.
pub fn sentence(id: &'static str, values: &[(&str, Markup)]) -> Markup {
    html! {
        @for part in parts(id) {
            @match part {
                Part::Text(text) => (text),
                Part::Value(name) => @if let Some((_, value)) = values.iter().find(|(given, _)| *given == name) { (value) },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_markup_and_texts_are_not() {
        let values = [("field", html! { b { "<Team>" } }), ("after", html! { "Net" })];
        assert_eq!(sentence("set-field-to", &values).into_string(), "set <b>&lt;Team&gt;</b> to Net");
    }
}
