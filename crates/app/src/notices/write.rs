//! The words of a message: by a template where there is one, else by those that Steward brings. Pure, and bounded: what is
//! filled in is never read again as a template.

use std::collections::BTreeSet;

use steward_model::event::Act;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::Record;
use steward_model::value::display_value;
use steward_model::variables::fill;
use steward_practices::notice::DIGEST;
use steward_words::{language, t_with};

use super::compose::{About, Names, Receiver, Told};
use crate::inbox::Reason;

/// Letters of a line: subject, name, title.
const LINE: usize = 200;
/// Letters of what somebody said, for each entry.
const SAID: usize = 4_000;
/// Bytes of a text.
const TEXT: usize = 256 * 1024;

/// What a message is written from.
pub(super) struct Letter<'a> {
    pub(super) receiver: &'a Receiver,
    pub(super) abouts: &'a [About],
    pub(super) names: &'a Names,
    /// Scheme and host of pages.
    pub(super) address: &'a str,
    pub(super) is_digest: bool,
    /// What happened besides and is not written out.
    pub(super) more: usize,
}

/// The words of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) because: String,
    pub(super) count: usize,
}

/// Writes a message in the language of whoever reads; with `forced` by that template and no other.
pub(super) fn write(letter: &Letter, templates: &[Record], forced: Option<&Record>) -> Written {
    let reason = letter.reason();
    let template = forced.or_else(|| choose(templates, letter, reason));
    let count = letter.abouts.iter().map(|about| about.told.len()).sum::<usize>() + letter.more;
    let because = letter.because(reason);
    let (subject, body) = match template {
        Some(template) => {
            let value = |path: &str| Some(letter.value(path, count).unwrap_or_default());
            (fill(template.text("subject"), value).text, fill(template.text("text"), value).text)
        }
        None => letter.usual(count),
    };
    let mut text = format!("{}\n\n-- \n{because}\n", body.trim_end());
    for way in letter.ways_out() {
        text.push_str(&way);
        text.push('\n');
    }
    Written { subject: one_line(&subject), text: plain(&text), because, count }
}

/// The template that would be chosen for a message.
pub(super) fn chosen<'t>(templates: &'t [Record], letter: &Letter) -> Option<&'t Record> {
    choose(templates, letter, letter.reason())
}

/// The template for a message: of the receiver's organisation or the nearest one above it, for this reason rather than for
/// all, for this kind rather than for all.
fn choose<'t>(templates: &'t [Record], letter: &Letter, reason: Option<Reason>) -> Option<&'t Record> {
    let key = if letter.is_digest { DIGEST } else { reason?.key() };
    let kind = letter.abouts.first().map(|about| about.kind.key.as_str()).filter(|_| !letter.is_digest);
    let above = &letter.receiver.actor.belongs.organisations_above;
    let place = |template: &Record| {
        let near = above.iter().position(|organisation| *organisation == template.organisation)?;
        let (reason, for_kind) = (template.text("reason"), template.text("for_kind"));
        let is_for_all = reason.is_empty() && !letter.is_digest;
        let is_for_kinds = for_kind.is_empty();
        let fits = (is_for_all || reason == key) && (is_for_kinds || kind == Some(for_kind));
        fits.then_some((near, is_for_all, is_for_kinds, template.id))
    };
    let active = |template: &&Record| template.state == "active" && template.text("language") == language().code();
    let found = templates.iter().filter(active).filter_map(|template| Some((place(template)?, template)));
    found.min_by_key(|(place, _)| *place).map(|(_, template)| template)
}

impl Letter<'_> {
    /// The most telling reason.
    fn reason(&self) -> Option<Reason> {
        self.abouts.iter().flat_map(|about| &about.told).map(|told| told.reason).min()
    }

    /// A value of a template's variables; nothing where there is none or it may not be read.
    fn value(&self, path: &str, count: usize) -> Option<String> {
        match path {
            "recipient.name" => return Some(self.receiver.name.clone()),
            "recipient.given_name" => return Some(self.receiver.given_name.clone()),
            "count" => return Some(count.to_string()),
            "happened" => return Some(self.happened()),
            "link" if self.is_digest => return Some(format!("{}/inbox", self.address)),
            _ => {}
        }
        let about = self.abouts.first().filter(|_| !self.is_digest)?;
        let named = |id: Option<RecordId>| id.and_then(|id| self.names.get(&id));
        match path {
            "link" => Some(self.link(about)),
            "number" => Some(about.record.number.clone()),
            "title" => Some(title(about)),
            "kind" => Some(about.kind.label.clone()),
            "state" => Some(state(&about.kind, &about.record.state)),
            "priority" => about
                .kind
                .field("priority")
                .and_then(|field| Some(one_line(&display_value(field, about.record.field("priority")?)))),
            "organisation.name" => named(Some(about.record.organisation)),
            "actor.name" => about.told.last().map(|told| self.actor(told)),
            _ => named(about.record.reference(path.strip_suffix(".name")?)),
        }
    }

    /// Subject and text where there is no template.
    fn usual(&self, count: usize) -> (String, String) {
        let hello = t_with("mail-hello", &[("name", self.hello().into())]);
        let figure = i64::try_from(count).unwrap_or(i64::MAX);
        let happened = self.happened();
        match self.abouts.first() {
            Some(about) if !self.is_digest => {
                let title = title(about);
                let subject =
                    t_with("mail-subject", &[("number", (&about.record.number).into()), ("title", (&title).into())]);
                let open = t_with("mail-open", &[("link", (&self.link(about)).into())]);
                (subject, format!("{hello}\n\n{happened}\n\n{open}"))
            }
            _ => {
                let subject = t_with("mail-digest-subject", &[("count", figure.into())]);
                let lead = t_with("mail-digest-lead", &[("count", figure.into())]);
                (subject, format!("{hello}\n\n{lead}\n\n{happened}"))
            }
        }
    }

    fn hello(&self) -> &str {
        match self.receiver.given_name.as_str() {
            "" => &self.receiver.name,
            name => name,
        }
    }

    /// What happened, in the order in which it did; in a digest by record.
    fn happened(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for about in self.abouts {
            if self.is_digest {
                let head = format!("{} · {}", named(about), state(&about.kind, &about.record.state));
                parts.push(format!("{head}\n{}", self.link(about)));
            }
            for (place, told) in about.told.iter().enumerate() {
                // Its title is read once.
                let record = if self.is_digest || place > 0 { about.record.number.clone() } else { named(about) };
                let sentence = self.sentence(&record, told);
                parts.push(match said(&about.kind, told) {
                    Some(said) => format!("{sentence}\n\n{said}"),
                    None => sentence,
                });
            }
        }
        if self.more > 0 {
            let more = i64::try_from(self.more).unwrap_or(i64::MAX);
            parts.push(t_with("mail-more", &[("count", more.into())]));
        }
        parts.join("\n\n")
    }

    fn actor(&self, told: &Told) -> String {
        self.names.get(&told.actor).unwrap_or_else(|| "Steward".to_owned())
    }

    /// What somebody did that the receiver is told of.
    fn sentence(&self, record: &str, told: &Told) -> String {
        let actor = self.actor(told);
        let values = [("actor", (&actor).into()), ("record", record.into())];
        let id = match told.reason {
            Reason::Mention => "mail-did-mention",
            Reason::Assigned => "mail-did-assigned",
            Reason::Answer => "mail-did-answer",
            Reason::Progress => "mail-did-progress",
            Reason::Reply => "mail-did-reply",
            Reason::Team => "mail-did-team",
            Reason::Review => "mail-did-review",
            Reason::Approval => "mail-did-approval",
            Reason::Viewed => "mail-did-viewed",
            Reason::Due => return t_with("mail-did-due", &values[1..]),
            Reason::File => return t_with("mail-did-file", &values[1..]),
            Reason::Rule => return t_with("mail-did-rule", &values[1..]),
        };
        t_with(id, &values)
    }

    /// Why the receiver gets it.
    fn because(&self, reason: Option<Reason>) -> String {
        let Some((about, reason)) = self.abouts.first().zip(reason).filter(|_| !self.is_digest) else {
            return steward_words::t("mail-why-digest").to_owned();
        };
        let me = self.receiver.actor.person;
        let record = named(about);
        let id = match reason {
            Reason::Mention => "mail-why-mention",
            Reason::Assigned => "mail-why-assigned",
            Reason::Answer | Reason::Progress => "mail-why-request",
            Reason::Reply if about.record.reference("assignee") == Some(me) => "mail-why-work",
            Reason::Reply => "mail-why-watch",
            Reason::Team => "mail-why-team",
            Reason::Review => "mail-why-review",
            Reason::Approval => "mail-why-approval",
            Reason::Viewed => "mail-why-viewed",
            Reason::Due => "mail-why-due",
            Reason::File => "mail-why-file",
            Reason::Rule => "mail-why-rule",
        };
        t_with(id, &[("record", (&record).into())])
    }

    /// How to get less mail: by one's settings, and by no longer watching what one watches.
    fn ways_out(&self) -> Vec<String> {
        let settings = settings(self.address);
        let mut ways = vec![t_with("mail-way-settings", &[("link", (&settings).into())])];
        let watched = self.abouts.iter().filter(|about| about.is_watched);
        let numbers: BTreeSet<(String, String)> =
            watched.map(|about| (about.record.number.clone(), format!("{}#watch", self.link(about)))).collect();
        for (number, link) in numbers {
            ways.push(t_with("mail-way-unwatch", &[("record", (&number).into()), ("link", (&link).into())]));
        }
        ways
    }

    fn link(&self, about: &About) -> String {
        format!("{}/{}/{}", self.address, about.kind.plural, about.record.number)
    }
}

/// Where somebody says what is mailed to them.
pub(super) fn settings(address: &str) -> String {
    format!("{address}/settings#notifications")
}

fn title(about: &About) -> String {
    one_line(about.record.text(&about.kind.label_field))
}

/// A record by number and title.
fn named(about: &About) -> String {
    match title(about) {
        title if title.is_empty() || title == about.record.number => about.record.number.clone(),
        title => t_with("mail-record", &[("number", (&about.record.number).into()), ("title", (&title).into())]),
    }
}

fn state(kind: &Kind, key: &str) -> String {
    kind.lifecycle.state(key).map_or_else(|| key.to_owned(), |state| state.label.clone())
}

/// What was said, or what moved, each line set in.
fn said(kind: &Kind, told: &Told) -> Option<String> {
    let text = match &told.event.act {
        Act::Commented { body, .. } => cut(body.trim(), SAID),
        Act::Moved { from, to, .. } => format!("{} → {}", state(kind, from), state(kind, to)),
        _ => return None,
    };
    let lines: Vec<String> = text.lines().map(|line| format!("> {line}").trim_end().to_owned()).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn cut(text: &str, letters: usize) -> String {
    match text.char_indices().nth(letters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A text as one line without anything that could end it or say something to who reads heads of mail: neither breaks nor
/// words in the notation for other alphabets, which could hold breaks.
pub(super) fn one_line(text: &str) -> String {
    let no_breaks = |letter: char| {
        let is_break = letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{85}');
        if is_break { ' ' } else { letter }
    };
    let words: String = text.chars().map(no_breaks).collect();
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ").replace("=?", "= ?");
    cut(&line, LINE)
}

/// A text of many lines without other controls than line feeds, of bounded length.
fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut text: String =
        text.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).collect();
    if text.len() > TEXT {
        let end = (0..=TEXT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_035_a_line_stays_one_line() {
        for (text, line) in [
            ("a\r\nBcc: eve@example.org", "a Bcc: eve@example.org"),
            ("a\u{2028}b\u{0}c\td", "a b c d"),
            ("=?utf-8?Q?a=0D=0ABcc:_eve?=", "= ?utf-8?Q?a=0D=0ABcc:_eve?="),
            ("", ""),
        ] {
            assert_eq!(one_line(text), line);
        }
        assert_eq!(one_line(&"ä".repeat(500)).chars().count(), LINE + 1);
    }

    #[test]
    fn a_text_keeps_its_lines_and_nothing_else_that_steers() {
        assert_eq!(plain("a\r\n.\rb\u{7}\u{1b}[31m\tc"), "a\n.\nb[31m\tc");
        assert!(plain(&"ä".repeat(TEXT)).len() <= TEXT);
    }
}
