//! Words of mail, and how some of those who sign in want to be told.

use anyhow::Context;
use serde::Deserialize;
use serde_json::json;
use steward_app::App;
use steward_app::inbox::Reason;
use steward_app::notices::choices::{Mailing, Mode, Quiet};
use steward_app::person_settings::PersonSettings;
use steward_model::id::RecordId;

use crate::calendar::Calendar;
use crate::script::{Deed, Script, go, page};

/// Days before now at which templates came into force.
const SINCE: i64 = 60;

#[derive(Deserialize)]
struct Templates {
    template: Vec<Template>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    title: String,
    reason: String,
    for_kind: String,
    language: String,
    subject: String,
    text: String,
}

/// Writes the templates.
pub(crate) fn write(script: &mut Script, calendar: &Calendar) -> anyhow::Result<()> {
    let templates: Templates = toml::from_str(include_str!("../data/notices.toml")).context("notices.toml")?;
    let day = calendar.working_day(-SINCE);
    for (place, template) in (0..).zip(&templates.template) {
        let record = format!("notice:{place}");
        let fields = json!({
            "title": template.title,
            "reason": template.reason,
            "for_kind": template.for_kind,
            "language": template.language,
            "subject": template.subject,
            "text": template.text.trim(),
        });
        let made = Deed::Create { kind: "notice_template", company: "nwe".to_owned(), fields, links: Vec::new() };
        let at = calendar.at(day, 540 + 5 * place);
        script.add(at, page("ada"), &record, made);
        script.add(at.plus_seconds(120), page("ada"), &record, go("activate", json!({})));
    }
    Ok(())
}

/// Has somebody in the network team get a digest each morning, and no mail at night.
pub(crate) async fn choose(app: &App, person: RecordId) -> anyhow::Result<()> {
    let mut mailing = Mailing { quiet: Some(Quiet::default()), ..Mailing::default() };
    for reason in [Reason::Reply, Reason::Team, Reason::Mention] {
        mailing.set_mode(reason, Mode::Digest);
    }
    let actor = app.actor(person, None).await?;
    app.set_settings(&actor, &PersonSettings { mailing, ..PersonSettings::default() }).await?;
    Ok(())
}
