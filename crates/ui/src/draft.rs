//! What was typed into a form and not sent yet: kept by scripts while one types, shown again by the server.

use maud::{Markup, html};
use steward_words::t;

use crate::icon::{Icon, icon};
use crate::time::{Time, time};
use crate::words::sentence;

/// The draft of a form.
#[derive(Debug, Clone, Copy, Default)]
pub struct Draft<'a> {
    /// Address that scripts post the form's values to while they are typed, and that ends the draft when it gets
    /// `draft_end`. The form carries it as `data-draft`.
    pub address: &'a str,
    /// Which form it is, among those that have the address; sent as `draft_place`.
    pub place: &'a str,
    /// The draft that the form appears with.
    pub kept: Option<KeptDraft<'a>>,
}

/// A draft that was kept.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeptDraft<'a> {
    /// The page that it was typed on: an opaque word, sent as `draft_mark`.
    pub mark: &'a str,
    /// When it was kept.
    pub time: Time<'a>,
}

/// What a form with a draft has at its end: how old the draft is, a button that discards it, and a word from scripts on
/// whether what is typed now is kept.
pub fn draft(draft: &Draft) -> Markup {
    let mark = draft.kept.map_or("", |kept| kept.mark);
    html! {
        input type="hidden" name="draft_place" value=(draft.place);
        input type="hidden" name="draft_mark" value=(mark);
        p.draft data-draft-line hidden[draft.kept.is_none()] {
            span.draft__state data-draft-state {
                @if let Some(kept) = &draft.kept { (icon(Icon::DeviceFloppy)) (sentence("draft-from", &[("moment", time(&kept.time))])) }
            }
            // Last in the form, so that Enter never means this one.
            button.draft__discard type="submit" name="draft_end" value="true" formaction=(draft.address) formenctype="application/x-www-form-urlencoded" formnovalidate data-draft-discard { (t("discard")) }
        }
    }
}
