//! What people are told and mailed: the choice of ways, the outbox, and a message as its receiver gets it.

use maud::{Markup, html};
use steward_words::{t, t_with};

use crate::automation::Part;
use crate::badge::badge;
use crate::icon::Icon;
use crate::tone::Tone;

/// How somebody is told for one reason.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ways<'a> {
    /// Key of the reason: sent as `tell.KEY` and `mail.KEY`.
    pub key: &'a str,
    /// The reason, as what follows `when`.
    pub label: &'a str,
    /// Whether it comes to the inbox.
    pub inbox: bool,
    /// Key of the way of mail.
    pub mail: &'a str,
}

/// The choice of ways for each reason; `modes` are the ways of mail by key and label.
pub fn ways(reasons: &[Ways], modes: &[(&str, &str)]) -> Markup {
    html! {
        div.small-table #notifications {
            table.ways {
                thead { tr { th scope="col" { (t("tell-when")) } th scope="col" { (t("tell-inbox")) } th scope="col" { (t("tell-mail")) } } }
                tbody {
                    @for one in reasons {
                        @let (inbox, mail) = (format!("tell.{}", one.key), format!("mail.{}", one.key));
                        tr {
                            th.ways__reason scope="row" { (one.label) }
                            td.ways__inbox {
                                input type="hidden" name=(inbox) value="false";
                                input.check__box type="checkbox" id=(inbox) name=(inbox) value="true" checked[one.inbox]
                                    aria-label=(t_with("tell-inbox-of", &[("reason", one.label.into())]));
                            }
                            td.ways__mail {
                                select.input id=(mail) name=(mail) aria-label=(t_with("tell-mail-of", &[("reason", one.label.into())])) {
                                    @for (key, label) in modes { option value=(key) selected[*key == one.mail] { (label) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Days of the week, each a box; sent as `name`, always with one empty value first.
pub fn weekdays(name: &str, label: &str, days: &[(String, &str, bool)]) -> Markup {
    html! {
        fieldset.field.weekdays {
            legend.field__label { (label) }
            input type="hidden" name=(name) value="";
            div.weekdays__days {
                @for (value, label, is_on) in days {
                    label.weekdays__day { input.check__box type="checkbox" name=(name) value=(value) checked[*is_on]; span { (label) } }
                }
            }
        }
    }
}

/// How a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MailMark {
    /// It waits for its moment.
    #[default]
    Waiting,
    /// It would be sent if there were a way.
    Held,
    /// It was handed over.
    Sent,
    /// Nothing was sent.
    Withheld,
    /// It is tried again.
    Failed,
    /// It was given up.
    Dead,
}

impl MailMark {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => t("outbox-waiting"),
            Self::Held => t("outbox-held"),
            Self::Sent => t("outbox-sent"),
            Self::Withheld => t("outbox-withheld"),
            Self::Failed => t("outbox-failed"),
            Self::Dead => t("outbox-dead"),
        }
    }

    /// Word and look of it.
    pub fn mark(self) -> Markup {
        let (tone, symbol) = match self {
            Self::Waiting => (Tone::Neutral, Icon::Hourglass),
            Self::Held => (Tone::Info, Icon::Mail),
            Self::Sent => (Tone::Success, Icon::Check),
            Self::Withheld => (Tone::Warning, Icon::HandStop),
            Self::Failed => (Tone::Warning, Icon::Refresh),
            Self::Dead => (Tone::Danger, Icon::Ban),
        };
        badge(self.word(), tone, Some(symbol))
    }
}

/// A message in the outbox.
#[derive(Debug, Clone, Default)]
pub struct MailLine<'a> {
    /// Where it is shown.
    pub address: &'a str,
    /// Who gets it; left out where all lines are of one person.
    pub person: &'a str,
    /// What it is about.
    pub about: Part,
    /// How it stands.
    pub mark: MailMark,
    /// Why, or what went wrong; may be empty.
    pub note: &'a str,
    /// When it is due, or was done.
    pub when: Part,
}

/// The outbox, newest first. `with_people` where lines are of several.
pub fn outbox(lines: &[MailLine], with_people: bool) -> Markup {
    let of = |part: &Part| part.0.clone().unwrap_or_default();
    let label = if with_people { t("outbox") } else { t("mail-mine") };
    html! {
        div.small-table.outbox tabindex="0" role="region" aria-label=(label) {
            table {
                thead {
                    tr {
                        th scope="col" { (t("outbox-when")) }
                        @if with_people { th scope="col" { (t("outbox-person")) } }
                        th scope="col" { (t("outbox-about")) }
                        th scope="col" { (t("outbox-state")) }
                    }
                }
                tbody {
                    @for line in lines {
                        tr {
                            td.outbox__when { (of(&line.when)) }
                            @if with_people { td.outbox__person { (line.person) } }
                            td.outbox__about { a href=(line.address) { (of(&line.about)) } }
                            td.outbox__state { (line.mark.mark()) @if !line.note.is_empty() { span.outbox__note { (line.note) } } }
                        }
                    }
                }
            }
        }
    }
}

/// A message as it reads.
#[derive(Debug, Clone, Copy, Default)]
pub struct Letter<'a> {
    /// Over it: the language, or which template; may be empty.
    pub label: &'a str,
    /// Tag of its language.
    pub language: &'a str,
    /// Name and address of the receiver; may be empty.
    pub to: &'a str,
    /// Subject.
    pub subject: &'a str,
    /// Text.
    pub text: &'a str,
}

/// A message as its receiver reads it.
pub fn letter(letter: &Letter) -> Markup {
    html! {
        article.letter lang=[(!letter.language.is_empty()).then_some(letter.language)] {
            @if !letter.label.is_empty() { p.letter__label { (letter.label) } }
            dl.letter__head {
                @if !letter.to.is_empty() { dt { (t("outbox-person")) } dd { (letter.to) } }
                dt { (t("outbox-subject")) } dd.letter__subject { (letter.subject) }
            }
            pre.letter__text { (letter.text) }
        }
    }
}
