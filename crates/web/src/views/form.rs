//! The form of a saved view.

use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::list::group_attribute;
use steward_app::saved_views::{NewView, SavedView, ViewAudience};
use steward_ui::button::{Button, Look, Submit, submit};
use steward_ui::field::{ChoiceOption, Control, Field as Frame, field as draw_field};
use steward_ui::form::{Form as FormParts, form, form_actions};
use steward_ui::partial::Partial;
use steward_words::{in_sentence, t, t_with};

use crate::Web;
use crate::actions::on_list;
use crate::kind_form::Faults;
use crate::list::Opened;
use crate::list::columns::named;
use crate::visitor::Visitor;

/// A view on its way to a form.
pub(super) struct Sheet<'a> {
    pub(super) web: &'a Web,
    pub(super) visitor: &'a Visitor,
    pub(super) opened: &'a Opened,
    /// The view that is changed; `None` for a new one.
    pub(super) saved: Option<SavedView>,
}

impl Sheet<'_> {
    pub(super) async fn page(&self, view: &NewView, pinned: bool, faults: &Faults) -> Result<Markup, Error> {
        let kind = &self.opened.kind;
        let actor = self.visitor.actor();
        let base = format!("/{}/views", kind.plural);
        let (title, action) = match &self.saved {
            None => (t("save-as-view").to_owned(), base.clone()),
            Some(saved) => {
                (t_with("change-view", &[("view", (&saved.name).into())]), format!("{base}/{}/edit", saved.id))
            }
        };
        let back = self.opened.asked.said.address(kind, "");
        let audience = match view.audience {
            ViewAudience::Team(team) => format!("team:{team}"),
            other => other.key().to_owned(),
        };
        let mut audiences = vec![("owner".to_owned(), t("only-me").to_owned())];
        let mut teams = actor.teams.clone();
        if let ViewAudience::Team(team) = view.audience
            && !teams.contains(&team)
        {
            teams.push(team);
        }
        let names = self.web.app().names(actor, teams.iter().copied().collect()).await?;
        for team in &teams {
            let name = names.get(team).map_or(t("a-team"), |label| &label.label);
            audiences.push((format!("team:{team}"), t_with("team-named", &[("team", name.into())])));
        }
        let for_all = self.web.app().may_share_with_all(actor, kind) || view.audience == ViewAudience::Everybody;
        if for_all {
            audiences.push((
                "everybody".to_owned(),
                t_with("everybody", &[("kinds", (&in_sentence(&kind.label_plural)).into())]),
            ));
        }
        let audiences: Vec<ChoiceOption<'_>> = audiences.iter().map(|(key, label)| option(key, label)).collect();
        let groups: Vec<ChoiceOption<'_>> = self.groups().into_iter().map(|(key, label)| option(key, label)).collect();
        let parts = FormParts {
            action: &action,
            partial: Partial { get: None, post: Some(&action), target: Some("#dialog"), swap: Some("innerHTML") },
            csrf_token: &self.visitor.csrf_token,
            ..FormParts::default()
        };
        let definition = &view.definition;
        let (columns, sort) = (definition.columns.join(","), definition.sort.clone().unwrap_or_default());
        let frame = |name, label, help, is_required, is_first| Frame {
            name,
            label,
            help,
            is_required,
            is_first,
            errors: faults.on(name),
            ..Frame::default()
        };
        let limits: Vec<String> = definition.limits.iter().map(|(key, limit)| format!("{key}:{limit}")).collect();
        let limits = limits.join(", ");
        let group = definition.group.as_deref().unwrap_or_default();
        let content = html! {
            (form(&parts, html! {
                (faults.summary(kind, &["name", "audience", "q", "group", "limits"]))
                (draw_field(&frame("name", t("view-name"), "", true, true), &Control::Text { value: &view.name, max_length: Some(80) }))
                (draw_field(&frame("audience", t("view-audience"), t("view-audience-help"), true, false), &Control::Choice { value: &audience, options: &audiences }))
                (draw_field(&frame("q", t("view-condition"), t("view-condition-help"), false, false), &Control::Text { value: &definition.q, max_length: Some(2000) }))
                (draw_field(&frame("group", t("view-group"), "", false, false), &Control::Choice { value: group, options: &groups }))
                (draw_field(&frame("limits", t("view-limits"), t("view-limits-help"), false, false), &Control::Text { value: &limits, max_length: Some(500) }))
                (draw_field(&Frame { name: "pinned", label: t("view-pin"), errors: faults.on("pinned"), ..Frame::default() }, &Control::Boolean { value: pinned }))
                input type="hidden" name="columns" value=(columns);
                input type="hidden" name="sort" value=(sort);
                (form_actions(html! {
                    (submit(&Button { label: t("save"), look: Look::Main, ..Button::default() }, &Submit::default()))
                    a."button button--plain" href=(back) { span { (t("cancel")) } }
                }))
            }))
            @if let Some(saved) = &self.saved {
                form.form method="post" action={ (base) "/" (saved.id) "/remove" } data-form {
                    input type="hidden" name="csrf_token" value=(self.visitor.csrf_token);
                    (submit(&Button { label: t("view-remove"), look: Look::Quiet, ..Button::default() }, &Submit::default()))
                }
            }
        };
        Ok(on_list(self.web, self.visitor, kind, &title, &back, content))
    }

    /// What a list may be grouped by: key and label.
    fn groups(&self) -> Vec<(&str, &str)> {
        let kind = &self.opened.kind;
        let fixed = ["state", "organisation"].into_iter();
        let keys = fixed.chain(kind.fields.iter().map(|field| field.key.as_str()));
        keys.filter(|key| group_attribute(kind, key).is_some())
            .filter_map(|key| Some((key, named(kind, self.opened.level, key)?.label())))
            .filter(|(_, label)| !label.is_empty())
            .collect()
    }
}

fn option<'a>(key: &'a str, label: &'a str) -> ChoiceOption<'a> {
    ChoiceOption { key, label, depth: 0, is_inactive: false }
}
