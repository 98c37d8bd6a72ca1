//! What to do with many records: which field, which move, which words.

use std::collections::BTreeMap;

use maud::{Markup, html};
use steward_app::bulk::{BulkAction, BulkComment, may_set};
use steward_app::error::Error;
use steward_app::view::Labels;
use steward_model::access::Action;
use steward_model::command::Input;
use steward_model::decide::transition_fields;
use steward_model::event::Audience;
use steward_model::id::RecordId;
use steward_model::kind::{Field, FieldType, Kind, Transition};
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_ui::button::{Button, Look, Submit, submit};
use steward_ui::dialog::dismiss;
use steward_ui::field::{ChoiceOption, Control, Field as Frame, field as draw_field};
use steward_ui::form::{Form as FormParts, form, form_actions};
use steward_ui::partial::Partial;
use steward_words::{in_sentence, t, t_with};

use crate::Web;
use crate::actions::on_list;
use crate::form::Form;
use crate::kind_form::{Faults, Filling, one};
use crate::list::Opened;
use crate::list::asked::Said;
use crate::values::input;
use crate::visitor::Visitor;

/// Fields of people that open an account to somebody: never for many at once by a page.
const ONE_BY_ONE: [&str; 3] = ["roles", "login", "mail"];

/// The fields of a kind that somebody may set on many records at once somewhere.
pub(crate) fn fields_to_set<'k>(web: &Web, visitor: &Visitor, kind: &'k Kind) -> Vec<&'k Field> {
    let level = web.app().writable_level(visitor.actor(), Action::Update, kind);
    let Some(level) = level else { return Vec::new() };
    kind.fields
        .iter()
        .filter(|field| field.write.is_some_and(|needed| needed <= level) && may_set(field))
        .filter(|field| kind.key != "person" || !ONE_BY_ONE.contains(&field.key.as_str()))
        .collect()
}

/// The values of a list's address, as a form keeps them.
pub(crate) fn said_of(said: &Said) -> Vec<(&str, &str)> {
    said.pairs()
}

/// The action that a form names.
pub(super) enum Wanted<'k> {
    /// To set a field that is still to be chosen.
    SomeField(Vec<&'k Field>),
    /// To set a field.
    Set(&'k Field),
    /// To move.
    Move(&'k Transition),
    /// To say something.
    Say(Audience),
    /// To watch, or no longer.
    Watch { end: bool },
}

impl<'k> Wanted<'k> {
    pub(super) fn of(web: &Web, visitor: &Visitor, opened: &'k Opened, form: &Form) -> Result<Self, Error> {
        let kind = &opened.kind;
        let named = form.get("action").unwrap_or_default();
        let (word, what) = named.split_once(':').unwrap_or((named, form.get("field").unwrap_or_default()));
        Ok(match (word, what) {
            ("set", "") => Self::SomeField(fields_to_set(web, visitor, kind)),
            ("set", key) => {
                let fields = fields_to_set(web, visitor, kind);
                Self::Set(fields.into_iter().find(|field| field.key == key).ok_or(Error::NotFound)?)
            }
            ("move", key) => Self::Move(kind.lifecycle.transition(key).ok_or(Error::NotFound)?),
            ("comment", "public") => Self::Say(Audience::Public),
            ("comment", "internal") => Self::Say(Audience::Internal),
            ("watch", _) => Self::Watch { end: false },
            ("unwatch", _) => Self::Watch { end: true },
            _ => return Err(Error::BadRequest("say what to do with the records".to_owned())),
        })
    }

    fn word(&self) -> String {
        match self {
            Self::SomeField(_) => "set".to_owned(),
            Self::Set(field) => format!("set:{}", field.key),
            Self::Move(transition) => format!("move:{}", transition.key),
            Self::Say(Audience::Public) => "comment:public".to_owned(),
            Self::Say(Audience::Internal) => "comment:internal".to_owned(),
            Self::Watch { end: false } => "watch".to_owned(),
            Self::Watch { end: true } => "unwatch".to_owned(),
        }
    }

    fn title(&self) -> String {
        match self {
            Self::SomeField(_) => t("set-a-field").to_owned(),
            Self::Set(field) => t_with("set-field", &[("field", (&in_sentence(&field.label)).into())]),
            Self::Move(transition) => transition.label.clone(),
            Self::Say(Audience::Public) => t("reply-to-all").to_owned(),
            Self::Say(Audience::Internal) => t("note-for-staff").to_owned(),
            Self::Watch { end: false } => t("watch").to_owned(),
            Self::Watch { end: true } => t("stop-watching").to_owned(),
        }
    }

    /// The fields that the form has.
    fn fields<'a>(&self, kind: &'a Kind) -> Vec<&'a Field> {
        match self {
            Self::Set(field) => kind.field(&field.key).into_iter().collect(),
            Self::Move(transition) => {
                let fields = transition_fields(transition).into_iter().filter_map(|key| kind.field(key));
                fields.filter(|field| may_set(field)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The action with what was typed, and that alone, for a form that comes back.
    pub(super) fn action(&self, kind: &Kind, form: &Form, visitor: &Visitor) -> Result<(BulkAction, Input), Error> {
        let own: Vec<&str> = self.fields(kind).into_iter().map(|field| field.key.as_str()).collect();
        let mut typed = input::read(kind, form, &visitor.preferences.zone);
        typed.retain(|key, _| own.contains(&key.as_str()));
        let words = form.text("comment").map(|body| body.replace("\r\n", "\n"));
        let action = match self {
            Self::SomeField(_) => return Err(Error::BadRequest("say which field to set".to_owned())),
            Self::Set(field) => {
                // A box that is not ticked is not sent.
                let unsent = match field.field_type {
                    FieldType::Boolean => serde_json::Value::Bool(false),
                    _ => serde_json::Value::Null,
                };
                typed.entry(field.key.clone()).or_insert(unsent);
                BulkAction::Update { fields: typed.clone() }
            }
            Self::Move(transition) => {
                let mut fields = typed.clone();
                // What is left empty stays as each record has it.
                fields.retain(|_, value| !value.is_null() && *value != serde_json::json!([]));
                let audience = transition.comment.as_ref().map_or(Audience::Public, |rule| rule.audience);
                let comment = words.clone().map(|body| BulkComment { audience, body });
                BulkAction::Transition { transition: transition.key.clone(), fields, comment }
            }
            Self::Say(audience) => {
                let body = words.clone().unwrap_or_default();
                BulkAction::Comment(BulkComment { audience: *audience, body })
            }
            Self::Watch { end } => BulkAction::Watch { end: *end },
        };
        if let Some(words) = words {
            typed.insert("comment".to_owned(), words.into());
        }
        Ok((action, typed))
    }
}

/// The form on its way to markup.
pub(super) struct Choice<'a> {
    pub(super) web: &'a Web,
    pub(super) visitor: &'a Visitor,
    pub(super) opened: &'a Opened,
    pub(super) wanted: &'a Wanted<'a>,
    /// What came: the records among it.
    pub(super) sent: &'a Form,
}

impl Choice<'_> {
    /// The form, in the dialog or on a page of its own.
    pub(super) fn form(&self, typed: Option<&Input>, faults: &Faults) -> Markup {
        let kind = &self.opened.kind;
        let back = Said { cursor: None, ..self.opened.asked.said.clone() }.address(kind, "");
        let title = self.wanted.title();
        let content = match self.wanted {
            Wanted::SomeField(fields) => self.field_choice(fields, &back),
            _ => self.values(typed, faults, &back),
        };
        on_list(self.web, self.visitor, kind, &title, &back, content)
    }

    /// How many records it is about, in words.
    fn lead(&self) -> String {
        let kind = &self.opened.kind;
        let noun = |count: usize| in_sentence(if count == 1 { &kind.label } else { &kind.label_plural });
        if self.sent.get("all") == Some("yes") {
            return t_with("for-all-of-list", &[("kinds", (&noun(2)).into())]);
        }
        let count = self.sent.all("record").count();
        t_with("for-these", &[("count", count.into()), ("kinds", (&noun(count)).into())])
    }

    fn kept(&self) -> Markup {
        let said = Said { cursor: None, ..self.opened.asked.said.clone() };
        let whole = self.sent.get("all") == Some("yes");
        html! {
            @for (name, value) in said.pairs() { input type="hidden" name=(name) value=(value); }
            @if whole { input type="hidden" name="all" value="yes"; }
            @else { @for record in self.sent.all("record") { input type="hidden" name="record" value=(record); } }
            input type="hidden" name="action" value=(self.wanted.word());
        }
    }

    fn field_choice(&self, fields: &[&Field], back: &str) -> Markup {
        let options: Vec<ChoiceOption<'_>> = fields
            .iter()
            .map(|field| ChoiceOption { key: &field.key, label: &field.label, depth: 0, is_inactive: false })
            .collect();
        let address = format!("/{}/bulk-edits/new", self.opened.kind.plural);
        html! {
            form.form method="get" action=(address) hx-get=(address) hx-target="#dialog" hx-swap="innerHTML" {
                p.form__lead { (self.lead()) }
                (self.kept())
                (draw_field(
                    &Frame { name: "field", label: t("field"), is_required: true, is_first: true, ..Frame::default() },
                    &Control::Choice { value: "", options: &options },
                ))
                (self.actions(t("continue"), back))
            }
        }
    }

    fn values(&self, typed: Option<&Input>, faults: &Faults, back: &str) -> Markup {
        let kind = &self.opened.kind;
        let fields = self.wanted.fields(kind);
        let action = format!("/{}/bulk-edits", kind.plural);
        let parts = FormParts {
            action: &action,
            partial: Partial { get: None, post: Some(&action), target: Some("#dialog"), swap: Some("innerHTML") },
            csrf_token: &self.visitor.csrf_token,
            ..FormParts::default()
        };
        let blank = blank(kind);
        let labels = Labels::new();
        let filling = Filling {
            record: Some(&blank),
            typed,
            labels: &labels,
            zone: &self.visitor.preferences.zone,
            is_refreshed: false,
        };
        let mut shown: Vec<&str> = fields.iter().map(|field| field.key.as_str()).collect();
        shown.push("comment");
        form(
            &parts,
            html! {
                (faults.summary(kind, &shown))
                p.form__lead { (self.lead()) " " (t("nothing-changes-yet"))
                    @if matches!(self.wanted, Wanted::Move(_)) { " " (t("empty-stays")) }
                }
                (self.kept())
                @for (place, field) in fields.iter().enumerate() {
                    // A move's own needs are met by what a record has already, too.
                    (one(field, &filling, faults, false, place == 0))
                }
                @if let Some((label, help, is_required)) = self.words() {
                    @let value = typed.and_then(|typed| typed.get("comment")).and_then(|text| text.as_str()).unwrap_or_default();
                    @let errors: Vec<String> = faults.on("comment").iter().chain(faults.on("body")).cloned().collect();
                    (draw_field(
                        &Frame { name: "comment", label, help, is_required, is_first: fields.is_empty(), errors: &errors, ..Frame::default() },
                        &Control::Markdown { value },
                    ))
                }
                (self.actions(t("preview"), back))
            },
        )
    }

    /// The words that the form asks for: label, help, whether they must not be missing.
    fn words(&self) -> Option<(&'static str, &'static str, bool)> {
        match self.wanted {
            Wanted::Say(Audience::Public) => Some((t("message"), t("message-help"), true)),
            Wanted::Say(Audience::Internal) => Some((t("note"), t("note-help"), true)),
            Wanted::Move(transition) => {
                let rule = transition.comment.as_ref();
                let needed = rule.is_some_and(|rule| rule.when.is_none());
                match rule.map(|rule| rule.audience) {
                    Some(Audience::Internal) => Some((t("note-for-staff"), "", needed)),
                    Some(Audience::Public) => Some((t("message-to-requester"), "", needed)),
                    None => None,
                }
            }
            _ => None,
        }
    }

    fn actions(&self, label: &str, back: &str) -> Markup {
        form_actions(html! {
            (submit(&Button { label, look: Look::Main, ..Button::default() }, &Submit::default()))
            @if self.visitor.partial { (dismiss(t("cancel"))) } @else { a."button button--plain" href=(back) { span { (t("cancel")) } } }
        })
    }
}

/// A record with nothing in it, so that controls are empty instead of holding defaults of new records.
fn blank(kind: &Kind) -> Record {
    Record {
        id: RecordId(0),
        kind: kind.key.clone(),
        number: String::new(),
        revision: 0,
        state: String::new(),
        organisation: RecordId(0),
        created_at: Moment(0),
        updated_at: Moment(0),
        created_by: RecordId(0),
        fields: BTreeMap::new(),
        watchers: Vec::new(),
        dues: steward_model::record::Dues::default(),
    }
}
