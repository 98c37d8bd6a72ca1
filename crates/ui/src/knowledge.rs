//! Articles: to be read, compared, judged by readers, and found beside the work on a record.

use maud::{Markup, html};
use steward_words::{t, t_with};

use crate::icon::{Icon, icon};
use crate::reference::{Reference, reference};
use crate::tone::Tone;

/// A part of an article.
#[derive(Debug, Clone)]
pub struct ReadingPart<'a> {
    /// Key of its field, for addresses within the page.
    pub key: &'a str,
    /// Heading.
    pub label: &'a str,
    /// Safe markup.
    pub text: Markup,
    /// Whether only staff read it.
    pub is_internal: bool,
}

/// A language that an article is there in.
#[derive(Debug, Clone, Copy, Default)]
pub struct LanguageLink<'a> {
    /// Its name in itself: `Deutsch`.
    pub label: &'a str,
    /// Key, such as `de`.
    pub key: &'a str,
    /// Where it is read.
    pub address: &'a str,
    /// Whether it is the one shown.
    pub is_current: bool,
    /// What is to be minded: `older than the source`; empty when nothing.
    pub detail: &'a str,
}

/// The article itself.
#[derive(Debug, Clone, Default)]
pub struct Reading<'a> {
    /// Key of its language.
    pub language: &'a str,
    /// What one gets from it; may be empty.
    pub summary: &'a str,
    /// Facts about it in one line: version, who wrote it, until when it holds.
    pub facts: &'a [String],
    /// Languages, when there are several.
    pub languages: &'a [LanguageLink<'a>],
    /// Its parts.
    pub parts: Vec<ReadingPart<'a>>,
}

/// An article as it is read: 45 rem wide, parts under headings.
pub fn reading(article: &Reading) -> Markup {
    html! {
        div.reading {
            @if article.languages.len() > 1 {
                nav.reading__languages aria-label=(t("article-languages")) {
                    (icon(Icon::Language))
                    @for language in article.languages {
                        a.reading__language href=(language.address) hreflang=(language.key) lang=(language.key) aria-current=[language.is_current.then_some("true")] {
                            (language.label)
                        }
                        @if !language.detail.is_empty() { span.reading__language-detail { (language.detail) } }
                    }
                }
            }
            @if !article.summary.is_empty() { p.reading__summary lang=(article.language) { (article.summary) } }
            @if !article.facts.is_empty() {
                ul.reading__facts { @for fact in article.facts { li { (fact) } } }
            }
            @for part in &article.parts {
                section.reading__part.{ "reading__part--" (if part.is_internal { "internal" } else { "open" }) } id={ "part-" (part.key) } {
                    h2.reading__label { @if part.is_internal { (icon(Icon::Lock)) } (part.label) }
                    div.article."article--reading" lang=(article.language) { (part.text) }
                }
            }
        }
    }
}

/// The question whether an article helped.
#[derive(Debug, Clone, Copy, Default)]
pub struct Helpful<'a> {
    /// Address it posts to: `helpful` (`yes` or `no`), `comment`.
    pub action: &'a str,
    /// Token, sent as `csrf_token`.
    pub csrf_token: &'a str,
    /// What the reader said before.
    pub said: Option<bool>,
}

/// The question, with room for words to the owner.
pub fn helpful(question: &Helpful) -> Markup {
    let said = match question.said {
        None => "",
        Some(true) => t("article-said-yes"),
        Some(false) => t("article-said-no"),
    };
    html! {
        section.helpful aria-labelledby="helpful-title" {
            form.helpful__form method="post" action=(question.action) data-form hx-sync="this:drop" {
                input type="hidden" name="csrf_token" value=(question.csrf_token);
                h2.helpful__title #helpful-title { (t("article-did-help")) }
                div.helpful__buttons {
                    button."button button--plain" type="submit" name="helpful" value="yes" aria-pressed=(if question.said == Some(true) { "true" } else { "false" }) { (icon(Icon::ThumbUp)) span { (t("yes")) } }
                    button."button button--plain" type="submit" name="helpful" value="no" aria-pressed=(if question.said == Some(false) { "true" } else { "false" }) { (icon(Icon::ThumbDown)) span { (t("no")) } }
                    @if !said.is_empty() { p.helpful__said { (said) } }
                }
                details.disclosure.helpful__more {
                    summary.disclosure__summary { (icon(Icon::Message)) span { (t("article-say-why")) } }
                    label.helpful__label for="helpful-comment" { (t("article-comment")) }
                    textarea.input.helpful__comment id="helpful-comment" name="comment" rows="3" maxlength="4000" {}
                    p.helpful__hint { (t("article-comment-help")) }
                }
            }
        }
    }
}

/// A number with what it counts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figure<'a> {
    /// The number, as text.
    pub value: &'a str,
    /// What it counts.
    pub label: &'a str,
    /// Where it leads; may be empty.
    pub address: &'a str,
    /// What it means.
    pub tone: Tone,
}

/// Numbers in a row.
pub fn figures(figures: &[Figure]) -> Markup {
    html! {
        ul.figures {
            @for figure in figures {
                li.figures__item.{ "figures__item--" (figure.tone.key()) } {
                    @if figure.address.is_empty() { (number(figure)) } @else { a.figures__link href=(figure.address) { (number(figure)) } }
                }
            }
        }
    }
}

fn number(figure: &Figure) -> Markup {
    html! { strong.figures__value { (figure.value) } " " span.figures__label { (figure.label) } }
}

/// A piece of two texts that were compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// In both.
    Same(&'a str),
    /// Only in the older one.
    Removed(&'a str),
    /// Only in the newer one.
    Added(&'a str),
}

/// Two texts, word by word: what went is crossed out, what came is marked.
pub fn comparison(label: &str, pieces: &[Piece]) -> Markup {
    let is_same = pieces.iter().all(|piece| matches!(piece, Piece::Same(_)));
    html! {
        section.comparison {
            h2.comparison__label { (label) @if is_same { span.comparison__same { (t("article-unchanged")) } } }
            @if !is_same {
                div.comparison__text {
                    @for piece in pieces {
                        @match piece {
                            Piece::Same(text) => (text),
                            Piece::Removed(text) => del { span.hidden-text { (t("article-piece-removed")) " " } (text) },
                            Piece::Added(text) => ins { span.hidden-text { (t("article-piece-added")) " " } (text) },
                        }
                    }
                }
            }
        }
    }
}

/// An article that could answer a record.
#[derive(Debug, Clone, Default)]
pub struct FitLine<'a> {
    /// The article.
    pub article: Reference<'a>,
    /// Its number, sent as `article`.
    pub number: &'a str,
    /// What is known of it: how often it was used, whether it helped, language.
    pub details: &'a [String],
    /// Whether it was used here already.
    pub is_used: bool,
    /// Address of the form that flags it.
    pub flag: &'a str,
    /// Address where it is bettered; empty for who may not.
    pub fix: &'a str,
}

/// What the lines of [`fits`] share.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fits<'a> {
    /// Address they post to: `article`, `do` (`text`, `reference` or `link`).
    pub action: &'a str,
    /// Token, sent as `csrf_token`.
    pub csrf_token: &'a str,
    /// Whether their words may go into a reply.
    pub may_write: bool,
    /// Whether the record may be linked.
    pub may_link: bool,
}

/// Articles that could answer a record, each with what can be done with it.
pub fn fits(shared: &Fits, lines: &[FitLine]) -> Markup {
    html! {
        ul.fits {
            @for line in lines {
                li.fits__item {
                    (reference(&line.article))
                    @if !line.details.is_empty() || line.is_used {
                        p.fits__details {
                            @if line.is_used { span.fits__used { (icon(Icon::Check)) (t("article-used-here")) } }
                            @for detail in line.details { span { (detail) } }
                        }
                    }
                    div.fits__actions {
                        form.fits__form method="post" action=(shared.action) data-apply {
                            input type="hidden" name="csrf_token" value=(shared.csrf_token);
                            input type="hidden" name="article" value=(line.number);
                            @if shared.may_write {
                                button."button button--plain button--small" type="submit" name="do" value="text" title=(t("article-insert-help")) { (icon(Icon::ArrowBackUp)) span { (t("article-insert")) } }
                                button."button button--quiet button--small" type="submit" name="do" value="reference" title=(t("article-link-help")) { (icon(Icon::Link)) span { (t("article-link")) } }
                            }
                            @if shared.may_link && !line.is_used {
                                button."button button--quiet button--small" type="submit" name="do" value="link" title=(t("article-used-help")) { (icon(Icon::Check)) span { (t("article-used")) } }
                            }
                        }
                        @if !line.fix.is_empty() {
                            @let fix = t_with("article-fix", &[("number", line.number.into())]);
                            a.icon-button."icon-button--small" href=(line.fix) title=(fix) aria-label=(fix) { (icon(Icon::Edit)) }
                        }
                        @let flag = t_with("article-flag-number", &[("number", line.number.into())]);
                        a.icon-button."icon-button--small" href=(line.flag) hx-get=(line.flag) hx-target="#dialog" hx-swap="innerHTML" title=(flag) aria-label=(flag) { (icon(Icon::Flag)) }
                    }
                }
            }
        }
    }
}

/// Where articles for a record are looked for; filled by scripts, a form of its own without them.
pub fn fit_search(source: &str, words: &str, found: Option<Markup>) -> Markup {
    html! {
        search.fit-search {
            form.fit-search__form method="get" action=(source) hx-get=(source) hx-target="#article-fits" hx-swap="innerHTML" hx-trigger="submit, input changed delay:250ms from:#article-words" {
                label.hidden-text for="article-words" { (t("article-look")) }
                span.fit-search__box { (icon(Icon::Search)) input.input #article-words type="search" name="q" value=(words) placeholder=(t("article-look-hint")) autocomplete="off"; }
            }
            div #article-fits aria-live="polite" hx-get=[found.is_none().then_some(source)] hx-trigger=[found.is_none().then_some("load")] hx-swap="innerHTML" {
                @if let Some(found) = &found { (found) }
            }
        }
    }
}

/// A note that pops up: whom it is about, what to mind.
#[derive(Debug, Clone)]
pub struct PopUp<'a> {
    /// Whom or what it is about.
    pub about: &'a str,
    /// In one line.
    pub title: &'a str,
    /// More about it, as safe markup; may be empty.
    pub text: Markup,
}

/// Handling notes over a record, once in a session. They stand in nobody's way: everything else can be used meanwhile,
/// and the head folds them away.
pub fn pop_up(notes: &[PopUp]) -> Markup {
    html! {
        details.pop-up role="group" aria-labelledby="pop-up-title" open data-pop-up {
            summary.pop-up__head {
                h2.pop-up__title #pop-up-title { (icon(Icon::AlertTriangle)) (t("note-mind-this")) }
                span.pop-up__fold { (icon(Icon::X)) (t("note-put-away")) }
            }
            ul.pop-up__notes {
                @for note in notes {
                    li.pop-up__note {
                        p { strong { (note.title) } " " @if !note.about.is_empty() { span.pop-up__about { (t_with("note-about", &[("whom", note.about.into())])) } } }
                        div.article { (note.text) }
                    }
                }
            }
        }
    }
}
