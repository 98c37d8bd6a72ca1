//! Outgoing mail: one's own, and for those who keep it that of others; each message as its receiver would get it now.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::notices::compose::Why;
use steward_app::notices::{Filter, Look, MailPage, MailView, Standing};
use steward_ui::button::{Button, Submit, submit};
use steward_ui::form::{Form as FormParts, form as draw_form};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::message::{Empty, Notice, empty, notice};
use steward_ui::notices::{Letter, MailLine, MailMark, letter, outbox};
use steward_ui::reference::{Crumb, Reference, reference};
use steward_ui::tabs::Tab;
use steward_ui::tone::Tone;
use steward_words::{in_sentence, t, t_with};

use crate::error::WebError;
use crate::files::Segments;
use crate::form::{Posted, Query};
use crate::frame::{Place, frame};
use crate::values::time;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Its address.
pub(crate) const ADDRESS: &str = "/outbox";
/// Lines of one page.
const LINES: usize = 50;

pub(crate) async fn page(State(web): State<Web>, visitor: Visitor, Query(query): Query) -> Result<Response, WebError> {
    let standing = query.get("state").and_then(Standing::parse);
    let person = query.text("person").map(str::to_owned);
    let filter = Filter {
        person: person.clone(),
        standing,
        before: query.text("before").and_then(|text| text.parse().ok()),
        limit: LINES,
    };
    let found = web.app().outbox(visitor.actor(), &filter).await?;
    let asked = person.as_deref();
    let mut ways = vec![(t("outbox-all"), address_of(None, asked, None), standing.is_none())];
    ways.extend(Standing::ALL.map(|one| (mark(one).word(), address_of(Some(one), asked, None), standing == Some(one))));
    let tabs: Vec<Tab<'_>> = ways
        .iter()
        .map(|(label, address, is_current)| Tab { label, address, count: None, is_current: *is_current })
        .collect();
    let of_one = asked.and(found.mails.first()).map(|mail| mail.person.label.clone());
    let detail = of_one.map(|person| t_with("outbox-of", &[("person", (&person).into())])).unwrap_or_default();
    let older = found.next_before.map(|before| address_of(standing, asked, Some(before)));
    let main = html! {
        (header(&Header { title: t("outbox"), detail: &detail, tabs: &tabs, ..Header::default() }, html! {}))
        div.page-body {
            @if !web.app().can_mail() { (notice(&Notice { tone: Tone::Info, text: t("mail-not-set-up") }, html! {})) }
            @if found.is_of_others { (asking(asked, standing)) }
            @if found.mails.is_empty() {
                (empty(&Empty { icon: Icon::Mail, title: t("outbox-empty"), text: t("outbox-empty-help") }, html! {}))
            } @else {
                (lines(&web, &visitor, &found, asked.is_none()))
            }
            @if let Some(older) = &older { p { a href=(older) { (t("older")) } } }
        }
    };
    Ok(frame(&web, &visitor, Place { title: t("outbox"), current: ADDRESS, ..Place::default() }, main).into_response())
}

/// A message, as its receiver would get it.
pub(crate) async fn one(
    State(web): State<Web>,
    Segments(message): Segments<String>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    let look = web.app().one_mail(visitor.actor(), number(&message)?).await?;
    let mail = &look.mail;
    let list =
        if mail.person_id == visitor.actor().person { address_of(None, Some("me"), None) } else { ADDRESS.to_owned() };
    let crumbs = [Crumb { label: t("outbox"), address: &list }];
    let title = t_with("outbox-of", &[("person", (&mail.person.label).into())]);
    let main = html! {
        (header(&Header { title: &title, crumbs: &crumbs, ..Header::default() }, sending(&visitor, mail)))
        div.page-body {
            (facts(&web, &visitor, mail))
            (composed(&look))
        }
    };
    Ok(frame(&web, &visitor, Place { title: &title, current: ADDRESS, ..Place::default() }, main).into_response())
}

/// Has a message sent at once.
pub(crate) async fn send(
    State(web): State<Web>,
    Segments(message): Segments<String>,
    posted: Posted,
) -> Result<Response, WebError> {
    let id = number(&message)?;
    web.app().send_mail_now(posted.visitor.actor(), id).await?;
    Ok(Redirect::to(&format!("{ADDRESS}/{id}")).into_response())
}

fn number(text: &str) -> Result<i64, WebError> {
    text.parse().map_err(|_| Error::NotFound.into())
}

fn address_of(standing: Option<Standing>, person: Option<&str>, before: Option<i64>) -> String {
    let mut parts = Vec::new();
    parts.extend(standing.map(|standing| format!("state={}", standing.key())));
    parts.extend(person.map(|person| format!("person={}", address::part(person))));
    parts.extend(before.map(|before| format!("before={before}")));
    if parts.is_empty() { ADDRESS.to_owned() } else { format!("{ADDRESS}?{}", parts.join("&")) }
}

/// The choice of a person.
fn asking(person: Option<&str>, standing: Option<Standing>) -> Markup {
    html! {
        form.try-form method="get" action=(ADDRESS) {
            @if let Some(standing) = standing { input type="hidden" name="state" value=(standing.key()); }
            div.field {
                label.field__label for="person" { (t("outbox-for-person")) }
                input.input id="person" name="person" value=(person.unwrap_or_default()) autocomplete="off";
            }
            button."button button--main" type="submit" { span { (t("outbox-show")) } }
        }
    }
}

fn lines(web: &Web, visitor: &Visitor, page: &MailPage, with_people: bool) -> Markup {
    let texts: Vec<(String, String)> =
        page.mails.iter().map(|mail| (format!("{ADDRESS}/{}", mail.id), note(mail))).collect();
    let lines: Vec<MailLine<'_>> = page
        .mails
        .iter()
        .zip(&texts)
        .map(|(mail, (address, note))| MailLine {
            address,
            person: &mail.person.label,
            about: about(mail).into(),
            mark: mark(mail.standing),
            note,
            when: when(web, visitor, mail).into(),
        })
        .collect();
    outbox(&lines, with_people && page.is_of_others)
}

/// What a message is about, in a line that is a link already.
fn about(mail: &MailView) -> Markup {
    match &mail.record {
        Some((_, label)) if label.label == label.number => html! { (label.number) },
        Some((_, label)) => html! { (label.number) " " (label.label) },
        None if mail.is_digest => html! { (t("outbox-digest")) },
        None => html! { (t("outbox-hidden")) },
    }
}

/// When it is due, or was done.
fn when(web: &Web, visitor: &Visitor, mail: &MailView) -> Markup {
    let (now, zone) = (web.app().now(), &visitor.preferences.zone);
    match mail.done_at {
        Some(at) => time::ago(at, now, zone),
        None => html! { (t("outbox-due")) " " (time::ago(mail.due_at, now, zone)) },
    }
}

/// Why nothing was sent, or what went wrong.
fn note(mail: &MailView) -> String {
    let why = mail.why.map(|why| reason(why).to_owned());
    let tried = (mail.tries > 0 && matches!(mail.standing, Standing::Failed | Standing::Dead))
        .then(|| t_with("outbox-tried", &[("count", mail.tries.into())]));
    [why, tried, mail.error.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn reason(why: Why) -> &'static str {
    match why {
        Why::NotActive => t("outbox-why-not-active"),
        Why::NoAddress => t("outbox-why-no-address"),
        Why::NoRight => t("outbox-why-no-right"),
        Why::Unwanted => t("outbox-why-unwanted"),
        Why::Old => t("outbox-why-old"),
    }
}

fn mark(standing: Standing) -> MailMark {
    match standing {
        Standing::Waiting => MailMark::Waiting,
        Standing::Held => MailMark::Held,
        Standing::Sent => MailMark::Sent,
        Standing::Withheld => MailMark::Withheld,
        Standing::Failed => MailMark::Failed,
        Standing::Dead => MailMark::Dead,
    }
}

/// The button that has it sent at once, for who may.
fn sending(visitor: &Visitor, mail: &MailView) -> Markup {
    let action = format!("{ADDRESS}/{}/send", mail.id);
    let label = if mail.standing == Standing::Waiting { t("outbox-send-now") } else { t("outbox-send-again") };
    let parts = FormParts { action: &action, csrf_token: &visitor.csrf_token, ..FormParts::default() };
    html! {
        @if mail.may_send {
            (draw_form(&parts, submit(&Button { label, icon: Some(Icon::Send), ..Button::default() }, &Submit::default())))
        }
    }
}

fn facts(web: &Web, visitor: &Visitor, mail: &MailView) -> Markup {
    let note = note(mail);
    let link = mail.record.as_ref().map(|(kind, label)| address::record(kind, &label.number));
    html! {
        div.outbox-facts {
            (mark(mail.standing).mark())
            span { (when(web, visitor, mail)) }
            @match (&mail.record, &link) {
                (Some((_, label)), Some(link)) => (reference(&Reference { number: &label.number, label: &label.label, address: Some(link), ..Reference::default() })),
                _ => span { (about(mail)) },
            }
            @if !note.is_empty() { span { (note) } }
        }
    }
}

/// The words of a message; why there are none.
fn composed(look: &Look) -> Markup {
    let person = &look.mail.person.label;
    match &look.composed {
        Err(why) => {
            let said = t_with("outbox-not-now", &[("why", (&*in_sentence(reason(*why))).into())]);
            notice(&Notice { tone: Tone::Warning, text: &said }, html! {})
        }
        Ok(composed) if composed.count == 0 => {
            notice(&Notice { tone: Tone::Info, text: t("outbox-all-hidden") }, html! {})
        }
        Ok(composed) => {
            let to = format!("{} <{}>", composed.name, composed.address);
            html! {
                p.settings__lead { (t_with("outbox-as-now", &[("person", person.into())])) }
                @if composed.is_partial { (notice(&Notice { tone: Tone::Info, text: t("outbox-partial") }, html! {})) }
                (letter(&Letter { label: "", language: composed.language.code(), to: &to, subject: &composed.subject, text: &composed.text }))
            }
        }
    }
}
