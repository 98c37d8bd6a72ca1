//! The box in which replies and notes are written.

use maud::{Markup, html};
use steward_words::{t, t_with};

use crate::draft::{Draft, draft};
use crate::icon::{Icon, icon};
use crate::partial::Partial;

/// Who will read what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Audience {
    /// The requester too.
    #[default]
    Public,
    /// Staff only.
    Internal,
}

/// The box.
#[derive(Debug, Clone, Copy, Default)]
pub struct Composer<'a> {
    /// Address it posts to: `body`, `audience` (`public` or `internal`), `files`.
    pub action: &'a str,
    /// What it asks for instead of a new page.
    pub partial: Partial<'a>,
    /// Token, sent as `csrf_token`.
    pub csrf_token: &'a str,
    /// Address that answers whom a name may mean, as JSON suggestions for `q` and `audience`; no type-ahead without it.
    pub mentions: Option<&'a str>,
    /// Address that answers canned texts in the same way, and one of them with its variables filled in, as
    /// `{"text","left"}`, when its number is posted under it.
    pub snippets: Option<&'a str>,
    /// What was typed before and not sent.
    pub draft: Option<Draft<'a>>,
    /// Chosen at first.
    pub audience: Audience,
    /// Whether the writer may write internal notes; without it there is nothing to choose.
    pub may_note: bool,
    /// Who reads a public reply: `Ada Okafor and 2 watchers`. Nobody in particular when empty: then it is a comment.
    pub readers: &'a str,
    /// Text, when the form comes back.
    pub body: &'a str,
    /// What is wrong with it.
    pub errors: &'a [String],
}

/// The way to take a picture at once, where there is a camera at hand: on what is used by touch. Stands in a form beside its
/// other files.
pub fn camera() -> Markup {
    html! {
        label.composer__attach.composer__camera {
            (icon(Icon::Camera)) span { (t("take-picture")) }
            input.composer__file type="file" name="files" accept="image/*" capture="environment" data-camera;
        }
    }
}

/// Files of a form: chosen, dropped, pasted or taken with the camera.
pub fn file_field(id: &str, label: &str, errors: &[String]) -> Markup {
    let (wrong, told) = (!errors.is_empty(), format!("{id}-error"));
    html! {
        div.field.file-field data-takes-files {
            label.field__label for=(id) { (label) }
            input.input type="file" id=(id) name="files" multiple data-files aria-invalid=[wrong.then_some("true")] aria-describedby=[wrong.then_some(&told)];
            (camera())
            ul.composer__files data-files-list hidden aria-label=(t("files-to-attach")) {}
            @if wrong { ul.field__errors id=(told) { @for error in errors { li { (icon(Icon::AlertCircle)) span { (error) } } } } }
        }
    }
}

/// The box. `more` stands beside the submit button: a menu such as "Reply and resolve".
pub fn composer(composer: &Composer, more: Markup) -> Markup {
    html! {
        form.composer #composer method="post" action=(composer.action) enctype="multipart/form-data" novalidate data-form hx-sync="this:drop" data-composer data-takes-files data-mentions=[composer.mentions] data-snippets=[composer.snippets] data-draft=[composer.draft.map(|draft| draft.address)]
            hx-post=[composer.partial.post] hx-target=[composer.partial.target] hx-swap=[composer.partial.swap] {
            input type="hidden" name="csrf_token" value=(composer.csrf_token);
            @if composer.may_note {
                fieldset.composer__audience {
                    legend.hidden-text { (t("who-reads")) }
                    label.composer__choice {
                        input type="radio" name="audience" value="public" checked[composer.audience == Audience::Public] data-key="r";
                        span { (icon(Icon::Messages)) (if composer.readers.is_empty() { t("comment") } else { t("reply") }) }
                    }
                    label.composer__choice."composer__choice--internal" {
                        input type="radio" name="audience" value="internal" checked[composer.audience == Audience::Internal] data-key="n";
                        span { (icon(Icon::Lock)) (t("internal-note")) }
                    }
                    p.composer__readers."composer__readers--public" { @if !composer.readers.is_empty() { (t_with("reply-to", &[("name", composer.readers.into())])) } }
                    p.composer__readers."composer__readers--internal" { (t("only-staff")) }
                }
            } @else { input type="hidden" name="audience" value="public"; }
            textarea.composer__text name="body" id="composer-body" rows="3" aria-label=(t("composer-text")) placeholder=(t("composer-write")) data-autosize
                aria-invalid=[(!composer.errors.is_empty()).then_some("true")] aria-describedby=[(!composer.errors.is_empty()).then_some("composer-error")] { "\n" (composer.body) }
            @if !composer.errors.is_empty() {
                ul.field__errors #composer-error { @for error in composer.errors { li { (icon(Icon::AlertCircle)) span { (error) } } } }
            }
            ul.composer__files data-files-list hidden aria-label=(t("files-to-attach")) {}
            div.composer__foot {
                label.composer__attach {
                    (icon(Icon::Paperclip)) span { (t("attach-files")) }
                    input.composer__file type="file" name="files" multiple data-files;
                }
                (camera())
                @if composer.snippets.is_some() {
                    button.composer__canned.script-only type="button" data-snippets-open title=(t("canned-texts")) { (icon(Icon::Bolt)) span { (t("canned-text")) } }
                }
                span.composer__hint { (t("markdown")) }
                div.composer__send {
                    (more)
                    button."button button--main" type="submit" data-key="mod+enter" { (icon(Icon::Send)) span.composer__verb--public { (if composer.readers.is_empty() { t("comment") } else { t("send-reply") }) } span.composer__verb--internal { (t("add-note")) } }
                }
            }
            @if let Some(kept) = &composer.draft { (draft(kept)) }
        }
    }
}
