//! From what somebody says in a form to the text of a definition, which they go on to work on. Pure.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};
use steward_model::decide::FieldError;
use steward_model::kind::{Kind, Registry, Source};

/// What the form asks, as a kind of its own.
const FORM: &str = include_str!("design.toml");
/// Letters of the prefix of numbers.
const PREFIX: usize = 3;
/// Fields that stand in the list beside number, title and state.
const LISTED: usize = 3;

/// The form, with the kinds that can be added to or referred to and the roles that can be given rights.
pub(super) fn form(registry: &Registry, roles: &[(String, String)]) -> Result<Registry, String> {
    let choice = |(key, label): (&str, &str)| format!("{{ key = {}, label = {} }}", quoted(key), quoted(label));
    let kinds: Vec<String> = registry.kinds().iter().map(|kind| choice((&kind.key, &kind.label))).collect();
    let roles: Vec<String> = roles.iter().map(|(key, label)| choice((key, label))).collect();
    let text = FORM.replace("\"KINDS\"", &kinds.join(", ")).replace("\"ROLES\"", &roles.join(", "));
    let source = Source { path: "own/design.toml".to_owned(), text };
    Registry::load(&[source]).map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

/// A definition made of what was said: its title and text.
///
/// # Errors
/// What is missing, by field of the form.
pub(super) fn written(said: &Map<String, Json>, registry: &Registry) -> Result<(String, String), Vec<FieldError>> {
    let text = |key: &str| said.get(key).and_then(Json::as_str).unwrap_or_default().trim();
    match registry.kind(text("adds_to")) {
        Some(kind) => addition(said, kind),
        None => own_kind(said, &text, registry),
    }
}

fn own_kind<'a>(
    said: &'a Map<String, Json>,
    text: &dyn Fn(&str) -> &'a str,
    registry: &Registry,
) -> Result<(String, String), Vec<FieldError>> {
    let (label, many) = (text("label"), text("label_plural"));
    let missing = [("label", label), ("label_plural", many), ("description", text("description"))];
    let mut faults: Vec<FieldError> = missing
        .into_iter()
        .filter(|(_, value)| value.is_empty())
        .map(|(field, _)| FieldError::new(field, "is required for a kind of its own".to_owned()))
        .collect();
    let states = rows(said, "states");
    if states.is_empty() {
        faults.push(FieldError::new("states", "needs at least one state, which new records have".to_owned()));
    }
    let icon = if text("icon").is_empty() { "puzzle".to_owned() } else { text("icon").replace('_', "-") };
    let (key, plural) = (key_of(label), key_of(many).replace('_', "-"));
    for (field, said, made) in [("label", label, &key), ("label_plural", many, &plural)] {
        if !said.is_empty() && made.is_empty() {
            faults.push(FieldError::new(field, "needs a letter from a to z".to_owned()));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut taken: BTreeSet<String> = ["title", "team", "assignee", "requester"].map(str::to_owned).into();
    let fields: Vec<(String, String)> = rows(said, "fields").iter().filter_map(|row| field(row, &mut taken)).collect();
    let mut lines = vec![
        format!("key = {}", quoted(&key)),
        format!("plural = {}", quoted(&plural)),
        format!("label = {}", quoted(label)),
        format!("label_plural = {}", quoted(many)),
        format!("description = {}", quoted(text("description"))),
        format!("icon = {}", quoted(&icon)),
        format!("numbering = {{ prefix = {} }}", quoted(&prefix(label, registry))),
        "label_field = \"title\"".to_owned(),
    ];
    let mut known = BTreeSet::new();
    let states: Vec<(String, &str, &str)> = states
        .iter()
        .map(|row| {
            let label = cell(row, "label");
            let key = distinct(&key_or(label, "state"), &mut known);
            let category = if cell(row, "category").is_empty() { "active" } else { cell(row, "category") };
            (key, label, category)
        })
        .collect();
    let initial = states.first().map(|(key, ..)| key.as_str()).unwrap_or_default();
    lines.push(format!("initial = {}", quoted(initial)));
    let listed: Vec<String> = ["number", "title"]
        .into_iter()
        .chain(fields.iter().take(LISTED).map(|(key, _)| key.as_str()))
        .chain(["state", "assignee", "updated_at"])
        .map(quoted)
        .collect();
    lines.push(format!("list_columns = [{}]", listed.join(", ")));
    lines.push("\nfield = [".to_owned());
    lines.push(
        "  { key = \"title\", type = \"text\", required = true, audience = \"requester\", write = \"requester\" },"
            .to_owned(),
    );
    lines.extend(fields.iter().map(|(_, line)| format!("  {line},")));
    lines.push("  { key = \"requester\", type = \"reference\", target = \"person\", indexed = true, audience = \"requester\", write = \"agent\", default = { me = true } },".to_owned());
    lines.push("  { key = \"team\", type = \"reference\", target = \"team\", indexed = true, audience = \"requester\", write = \"agent\" },".to_owned());
    lines.push("  { key = \"assignee\", type = \"reference\", target = \"person\", indexed = true, audience = \"requester\", write = \"agent\" },".to_owned());
    lines.push("]\nstate = [".to_owned());
    lines.extend(states.iter().map(|(key, label, category)| {
        format!("  {{ key = {}, label = {}, category = {} }},", quoted(key), quoted(label), quoted(category))
    }));
    lines.push(
        "]\n# From each state that is open to each other one, and back from those that are over.\ntransition = ["
            .to_owned(),
    );
    lines.extend(steps(&states));
    lines.push("]".to_owned());
    lines.extend(grants(text("worked_by"), said.get("requesters") == Some(&Json::Bool(true))));
    Ok((many.to_owned(), lines.join("\n") + "\n"))
}

fn addition(said: &Map<String, Json>, kind: &Kind) -> Result<(String, String), Vec<FieldError>> {
    let mut taken: BTreeSet<String> = kind.fields.iter().map(|field| field.key.clone()).collect();
    let fields: Vec<(String, String)> = rows(said, "fields").iter().filter_map(|row| field(row, &mut taken)).collect();
    if fields.is_empty() {
        return Err(vec![FieldError::new(
            "fields",
            format!("needs at least one field to add to {}", kind.label_plural),
        )]);
    }
    let first: Vec<&str> = rows(said, "fields").iter().map(|row| cell(row, "label")).take(2).collect();
    let mut lines = vec![format!("overlay = {}\n\nfield = [", quoted(&kind.key))];
    lines.extend(fields.iter().map(|(_, line)| format!("  {line},")));
    lines.push("]".to_owned());
    Ok((format!("{}: {}", kind.label_plural, first.join(", ")), lines.join("\n") + "\n"))
}

/// A field with its key; nothing for an empty row.
fn field(row: &Map<String, Json>, taken: &mut BTreeSet<String>) -> Option<(String, String)> {
    let label = cell(row, "label");
    if label.is_empty() {
        return None;
    }
    let key = distinct(&key_or(label, "field"), taken);
    let (sort, more) = match cell(row, "type") {
        "" => ("text", String::new()),
        "person" => ("reference", ", target = \"person\", indexed = true".to_owned()),
        "record" => {
            let target = if cell(row, "target").is_empty() { "configuration_item" } else { cell(row, "target") };
            ("reference", format!(", target = {}, indexed = true", quoted(target)))
        }
        "choice" => {
            let mut known = BTreeSet::new();
            let choices = cell(row, "choices").split([',', ';', '\n']).map(str::trim).filter(|one| !one.is_empty());
            let choices: Vec<String> = choices
                .map(|label| {
                    let key = key_or(label, "choice");
                    format!("{{ key = {}, label = {} }}", quoted(&distinct(&key, &mut known)), quoted(label))
                })
                .collect();
            ("choice", format!(", indexed = true, choices = [{}]", choices.join(", ")))
        }
        other => (
            other,
            if matches!(other, "integer" | "decimal" | "date" | "moment" | "boolean") {
                ", indexed = true".to_owned()
            } else {
                String::new()
            },
        ),
    };
    let required = if row.get("required") == Some(&Json::Bool(true)) { ", required = true" } else { "" };
    let shown = match cell(row, "shown_to") {
        "requester" => ", audience = \"requester\", write = \"requester\"",
        "owner" => ", audience = \"owner\"",
        _ => "",
    };
    let line = format!(
        "{{ key = {}, label = {}, type = {}{more}{required}{shown} }}",
        quoted(&key),
        quoted(label),
        quoted(sort)
    );
    Some((key, line))
}

/// From each open state to each other, and back from those that are over to the first that is open.
fn steps(states: &[(String, &str, &str)]) -> Vec<String> {
    let is_open = |category: &str| matches!(category, "new" | "active" | "waiting");
    let open: Vec<&(String, &str, &str)> = states.iter().filter(|(_, _, category)| is_open(category)).collect();
    let mut lines = Vec::new();
    for (key, label, category) in states.iter().skip(1) {
        let from: Vec<String> =
            open.iter().filter(|(other, ..)| other != key).map(|(other, ..)| quoted(other)).collect();
        let from = if from.is_empty() { vec![quoted(&states[0].0)] } else { from };
        let stated = if is_open(category) { "" } else { ", fields = [\"assignee\"]" };
        lines.push(format!(
            "  {{ key = {}, label = {}, from = [{}], to = {}{stated} }},",
            quoted(&format!("to_{key}")),
            quoted(label),
            from.join(", "),
            quoted(key)
        ));
    }
    let over: Vec<String> =
        states.iter().filter(|(_, _, category)| !is_open(category)).map(|(key, ..)| quoted(key)).collect();
    if let Some((back, ..)) = open.get(1).or(open.first()).filter(|_| !over.is_empty()) {
        lines.push(format!("  {{ key = \"reopen\", from = [{}], to = {} }},", over.join(", "), quoted(back)));
    }
    lines
}

fn grants(worked_by: &str, requesters: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if !worked_by.is_empty() {
        lines.push(format!("\n[[grant]]\nroles = [{}]", quoted(worked_by)));
        lines.push("actions = [\"read\", \"create\", \"update\", \"transition\", \"comment\", \"note\", \"work\", \"attach\", \"link\", \"watch\"]".to_owned());
        lines.push("scope = \"organisation in my_organisations\"\nread = \"agent\"".to_owned());
    }
    if requesters {
        lines.push("\n[[grant]]\nroles = [\"requester\"]".to_owned());
        lines.push("actions = [\"read\", \"create\", \"comment\", \"attach\", \"watch\"]".to_owned());
        lines.push("scope = \"organisation == my_organisation && (requester == me || created_by == me)\"\nread = \"requester\"".to_owned());
    }
    lines
}

fn rows<'a>(said: &'a Map<String, Json>, key: &str) -> Vec<&'a Map<String, Json>> {
    let rows = said.get(key).and_then(Json::as_array).into_iter().flatten();
    rows.filter_map(Json::as_object).filter(|row| !cell(row, "label").is_empty()).collect()
}

fn cell<'a>(row: &'a Map<String, Json>, key: &str) -> &'a str {
    row.get(key).and_then(Json::as_str).unwrap_or_default().trim()
}

/// A label as a key: letters from a to z and digits, with underscores between words.
fn key_of(label: &str) -> String {
    let mut key = String::new();
    for letter in label.chars().flat_map(char::to_lowercase) {
        match letter {
            letter if letter.is_ascii_alphanumeric() => key.push(letter),
            'ä' => key.push_str("ae"),
            'ö' => key.push_str("oe"),
            'ü' => key.push_str("ue"),
            'ß' => key.push_str("ss"),
            'é' | 'è' | 'ê' => key.push('e'),
            'à' | 'â' => key.push('a'),
            'ç' => key.push('c'),
            _ if key.is_empty() || key.ends_with('_') => {}
            _ => key.push('_'),
        }
    }
    key.trim_matches('_')
        .trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '_')
        .chars()
        .take(40)
        .collect()
}

/// A label as a key, or another word where it has no letter that keys have.
fn key_or(label: &str, otherwise: &str) -> String {
    let key = key_of(label);
    if key.is_empty() { otherwise.to_owned() } else { key }
}

/// A key that is not taken yet, nor a word of its own.
fn distinct(key: &str, taken: &mut BTreeSet<String>) -> String {
    let is_word = Kind::is_reserved(key);
    let mut candidates =
        std::iter::once(key.to_owned()).filter(|_| !is_word).chain((2..).map(|place| format!("{key}_{place}")));
    let free = candidates.find(|candidate| !taken.contains(candidate)).unwrap_or_default();
    taken.insert(free.clone());
    free
}

/// Capital letters that no kind has before its numbers.
fn prefix(label: &str, registry: &Registry) -> String {
    let letters: String =
        key_of(label).chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_uppercase()).collect();
    let letters = if letters.is_empty() { "OWN".to_owned() } else { letters };
    let is_free = |prefix: &str| registry.kinds().iter().all(|kind| kind.numbering.prefix != prefix);
    let shorter = (PREFIX..=8).map(|length| letters.chars().take(length).collect::<String>());
    let longer = ('A'..='Z').map(|last| letters.chars().take(PREFIX).chain([last]).collect::<String>());
    shorter.chain(longer).find(|prefix| is_free(prefix)).unwrap_or(letters)
}

/// Text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use steward_model::access::Policy;

    use super::*;

    fn shipped() -> Registry {
        Registry::load(&steward_practices::sources()).unwrap_or_else(|_| panic!("the shipped kinds"))
    }

    fn made(said: Json) -> (Kind, String) {
        let registry = shipped();
        let (_, text) = written(said.as_object().unwrap(), &registry).unwrap();
        let mut sources = steward_practices::sources();
        sources.push(Source { path: "own/x".to_owned(), text: text.clone() });
        let loaded = Registry::load(&sources).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
        Policy::load(&steward_practices::roles(), &loaded).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
        let new = loaded.kinds().iter().find(|kind| registry.kind(&kind.key) != Some(*kind));
        (Kind::clone(new.unwrap()), text)
    }

    #[test]
    fn what_is_said_becomes_a_kind() {
        let (kind, text) = made(json!({
            "label": "Lab sample", "label_plural": "Lab samples", "description": "What the \"lab\" looks at", "icon": "flask",
            "fields": [
                { "label": "Matter", "type": "choice", "choices": "Water, Soil; Waste water,Water", "required": true, "shown_to": "requester" },
                { "label": "Weight (g)", "type": "integer" },
                { "label": "State", "type": "text" },
                { "label": "Taken by", "type": "person" },
                { "label": "Für wen", "type": "record", "target": "service" },
                { "label": "", "type": "text" },
            ],
            "states": [{ "label": "Received", "category": "new" }, { "label": "In test", "category": "active" }, { "label": "Done", "category": "done" }],
            "worked_by": "agent", "requesters": true,
        }));
        assert_eq!(
            (kind.key.as_str(), kind.plural.as_str(), kind.numbering.prefix.as_str()),
            ("lab_sample", "lab-samples", "LAB")
        );
        let keys: Vec<&str> = kind.fields.iter().map(|field| field.key.as_str()).collect();
        assert_eq!(
            keys,
            ["title", "matter", "weight_g", "state_2", "taken_by", "fuer_wen", "requester", "team", "assignee"],
            "{text}"
        );
        let choices: Vec<&str> = kind
            .field("matter")
            .and_then(|field| field.field_type.choices())
            .unwrap()
            .0
            .iter()
            .map(|one| one.key.as_str())
            .collect();
        assert_eq!(choices, ["water", "soil", "waste_water", "water_2"]);
        assert_eq!(kind.lifecycle.initial, "received");
        let moves: Vec<String> =
            kind.lifecycle.transitions.iter().map(|one| format!("{} {:?} {}", one.key, one.from, one.to)).collect();
        assert_eq!(
            moves,
            [
                "to_in_test [\"received\"] in_test",
                "to_done [\"received\", \"in_test\"] done",
                "reopen [\"done\"] in_test"
            ]
        );
    }

    #[test]
    fn words_without_latin_letters_have_keys_as_well() {
        let (kind, text) = made(json!({
            "label": "Lab проба", "label_plural": "Lab пробы", "description": "Проба",
            "fields": [{ "label": "Вода", "type": "text" }, { "label": "Земля", "type": "choice", "choices": "Да, Нет" }],
            "states": [{ "label": "Новая", "category": "new" }, { "label": "Готова", "category": "done" }],
        }));
        let states: Vec<(&str, &str)> =
            kind.lifecycle.states.iter().map(|one| (one.key.as_str(), one.label.as_str())).collect();
        // A word of the notation is no key.
        assert_eq!(states, [("state_2", "Новая"), ("state_3", "Готова")], "{text}");
        assert!(kind.field("field").is_some() && kind.field("field_2").is_some(), "{text}");
    }

    #[test]
    fn fields_are_added_to_what_is_shipped() {
        let (kind, _) = made(
            json!({ "adds_to": "incident", "fields": [{ "label": "Cost centre", "type": "text", "required": true, "shown_to": "requester" }, { "label": "Impact", "type": "text" }] }),
        );
        assert_eq!(kind.key, "incident");
        assert!(kind.field("cost_centre").is_some() && kind.field("impact_2").is_some());
    }

    #[test]
    fn what_is_missing_is_told_by_field() {
        let registry = shipped();
        let told = |said: Json| -> Vec<String> {
            written(said.as_object().unwrap(), &registry).unwrap_err().into_iter().map(|fault| fault.field).collect()
        };
        assert_eq!(told(json!({})), ["label", "label_plural", "description", "states"]);
        assert_eq!(told(json!({ "adds_to": "incident" })), ["fields"]);
        let other =
            json!({ "label": "Проба", "label_plural": "Пробы", "description": "x", "states": [{ "label": "Новая" }] });
        assert_eq!(told(other), ["label", "label_plural"]);
    }

    #[test]
    fn the_form_holds_together_in_every_language() {
        let roles = vec![("agent".to_owned(), "Agent".to_owned())];
        let form = form(&shipped(), &roles).unwrap();
        for language in ["de", "fr"] {
            let missing: Vec<String> = form
                .untranslated(language)
                .into_iter()
                .map(|one| one.english)
                .filter(|word| word != "Agent" && shipped().kinds().iter().all(|kind| kind.label != *word))
                .collect();
            assert!(missing.is_empty(), "{language}: {missing:?}");
        }
    }
}
