//! What the address of a list asks for: a view, further conditions, an order, a place.

use steward_app::list::{Counting, ListRequest};
use steward_app::saved_views::SavedView;
use steward_model::access::Actor;
use steward_model::kind::Kind;
use steward_words::t;

use crate::address::part;
use crate::form::Form;

/// A list with a name: a condition in the search box's notation, an order, columns, groups.
#[derive(Debug, Clone)]
pub(crate) struct View {
    /// The word that names it in addresses.
    pub(crate) key: String,
    /// What it is called.
    pub(crate) label: String,
    /// The condition.
    pub(crate) search: String,
    /// The order, where it has one of its own.
    pub(crate) sort: Option<String>,
    /// Keys of its columns; the kind's when empty.
    pub(crate) columns: Vec<String>,
    /// The field by which it is grouped.
    pub(crate) group: Option<String>,
    /// What is saved, when somebody saved it.
    pub(crate) saved: Option<SavedView>,
}

impl From<SavedView> for View {
    fn from(saved: SavedView) -> Self {
        let definition = saved.definition.clone();
        Self {
            key: saved.id.to_string(),
            label: saved.name.clone(),
            search: definition.q,
            sort: definition.sort,
            columns: definition.columns,
            group: definition.group,
            saved: Some(saved),
        }
    }
}

/// Views of work, for those who do it: key, label, condition.
const DESK: [(&str, &str, &str); 5] = [
    ("open", "view-open", "is:open"),
    ("mine", "view-mine", "is:open assignee:me"),
    ("teams", "view-teams", "is:open team:mine"),
    ("unassigned", "view-unassigned", "is:open assignee:none"),
    ("all", "all", ""),
];
/// Views of what one asked for.
const ASKED: [(&str, &str, &str); 2] = [("open", "view-open", "is:open"), ("all", "all", "")];
/// Views of what waits for people to decide.
const DECIDED: [(&str, &str, &str); 3] =
    [("pending", "view-pending", "is:open pending:me"), ("open", "view-open", "is:open"), ("all", "all", "")];
/// Everything else has one.
const PLAIN: [(&str, &str, &str); 1] = [("all", "all", "")];

/// What changed last first.
pub(crate) const NEWEST: &str = "-updated_at";

/// The views that are there without being made.
pub(crate) fn built_in(kind: &Kind, actor: &Actor) -> Vec<View> {
    let has = |key: &str| kind.field(key).is_some();
    let views: &[(&str, &'static str, &str)] = if actor.is_staff() && has("assignee") && has("team") {
        &DESK
    } else if has("pending") {
        &DECIDED
    } else if has("requester") {
        &ASKED
    } else {
        &PLAIN
    };
    let view = |(key, label, search): &(&str, &'static str, &str)| View {
        key: (*key).to_owned(),
        label: t(label).to_owned(),
        search: (*search).to_owned(),
        // Who asked for something looks for what became of it, not for what matters most.
        sort: (!actor.is_staff()).then(|| NEWEST.to_owned()),
        columns: Vec::new(),
        group: None,
        saved: None,
    };
    views.iter().map(view).collect()
}

/// What the address says besides the view.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// The word of the view.
    pub(crate) view: String,
    /// Conditions besides those of the view.
    pub(crate) search: String,
    /// Another order.
    pub(crate) sort: Option<String>,
    /// Other columns.
    pub(crate) columns: Option<String>,
    /// Other groups; empty for none.
    pub(crate) group: Option<String>,
    /// Where the page before ended.
    pub(crate) cursor: Option<String>,
}

impl Said {
    /// Reads it.
    pub(crate) fn of(query: &Form) -> Self {
        let text = |name: &str| query.text(name).map(str::to_owned);
        Self {
            view: text("view").unwrap_or_default(),
            search: text("q").unwrap_or_default(),
            sort: text("sort"),
            columns: text("columns"),
            group: query.get("group").map(|group| group.trim().to_owned()),
            cursor: text("cursor"),
        }
    }

    /// The values of the address, those that say nothing left out; without the place.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("view", Some(self.view.as_str()).filter(|view| !view.is_empty())),
            ("q", Some(self.search.trim()).filter(|search| !search.is_empty())),
            ("sort", self.sort.as_deref()),
            ("columns", self.columns.as_deref()),
            ("group", self.group.as_deref()),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// The address of the list, or with `rest` of what hangs on it, such as `/export`.
    pub(crate) fn address(&self, kind: &Kind, rest: &str) -> String {
        let cursor = self.cursor.as_deref().map(|cursor| ("cursor", cursor));
        let pairs = self.pairs().into_iter().chain(cursor).map(|(name, value)| format!("{name}={}", part(value)));
        let query = pairs.collect::<Vec<_>>().join("&");
        let mark = if query.is_empty() { "" } else { "?" };
        format!("/{}{rest}{mark}{query}", kind.plural)
    }
}

/// What is asked for, with the view that it names.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// What the address says.
    pub(crate) said: Said,
    /// The view that is shown.
    pub(crate) view: View,
    /// Whether one's own choice of columns counts where nothing else does.
    pub(crate) own_columns: Vec<String>,
}

impl Asked {
    /// The view that the address names, else the first.
    pub(crate) fn of(mut said: Said, views: &[View], own_columns: Vec<String>) -> Option<Self> {
        let view = views.iter().find(|view| view.key == said.view).or(views.first())?.clone();
        said.view.clone_from(&view.key);
        Some(Self { said, view, own_columns })
    }

    /// The whole condition in the search box's notation.
    pub(crate) fn search(&self) -> String {
        format!("{} {}", self.view.search, self.said.search).trim().to_owned()
    }

    /// The order.
    pub(crate) fn sort(&self, kind: &Kind) -> String {
        let chosen = self.said.sort.clone().or_else(|| self.view.sort.clone());
        chosen.unwrap_or_else(|| usual_order(kind, &self.view.key).to_owned())
    }

    /// Keys of the columns that were chosen; none when the kind's are meant.
    pub(crate) fn columns(&self) -> Vec<String> {
        match &self.said.columns {
            Some(said) => said.split(',').map(|key| key.trim().to_owned()).collect(),
            None if !self.view.columns.is_empty() => self.view.columns.clone(),
            None => self.own_columns.clone(),
        }
    }

    /// The field by which it is grouped.
    pub(crate) fn group(&self) -> Option<&str> {
        self.said.group.as_deref().or(self.view.group.as_deref()).filter(|group| !group.is_empty())
    }

    /// Whether it differs from the view as it was saved.
    pub(crate) fn differs(&self) -> bool {
        let (said, view) = (&self.said, &self.view);
        let columns = said.columns.as_ref().is_some_and(|columns| *columns != view.columns.join(","));
        let group = said.group.as_deref().is_some_and(|group| group != view.group.as_deref().unwrap_or_default());
        !said.search.trim().is_empty() || said.sort.is_some() && said.sort != view.sort || columns || group
    }

    /// The request for a page of so many rows.
    pub(crate) fn request(&self, kind: &Kind, limit: usize, count: Counting) -> ListRequest {
        ListRequest {
            search: Some(self.search()).filter(|search| !search.is_empty()),
            sort: Some(self.sort(kind)),
            limit,
            cursor: self.said.cursor.clone(),
            count,
            group: self.group().map(str::to_owned),
            ..ListRequest::default()
        }
    }
}

/// The order of a list that nobody sorted: work by what matters most, and what waits longest first, which is also the
/// order that an index holds; all else by what changed last.
pub(crate) fn usual_order(kind: &Kind, view: &str) -> &'static str {
    let ranked = kind.field("priority").is_some_and(|field| field.indexed);
    if ranked && view != "all" { "priority,updated_at" } else { NEWEST }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> View {
        View {
            key: "7".to_owned(),
            label: "Network".to_owned(),
            search: "is:open".to_owned(),
            sort: Some("-priority".to_owned()),
            columns: vec!["number".to_owned(), "title".to_owned()],
            group: Some("state".to_owned()),
            saved: None,
        }
    }

    fn asked(address: &str) -> Asked {
        Asked::of(Said::of(&Form::parse(address.as_bytes())), &[view()], vec!["team".to_owned()]).unwrap()
    }

    #[test]
    fn an_address_says_what_differs() {
        let plain = asked("view=7");
        assert_eq!((plain.search().as_str(), plain.group(), plain.differs()), ("is:open", Some("state"), false));
        assert_eq!(plain.columns(), ["number", "title"]);
        for same in ["view=7&sort=-priority", "view=7&group=state&columns=number,title", ""] {
            assert!(!asked(same).differs(), "{same}");
        }
        for other in ["q=team:mine", "sort=priority", "group=", "columns=number"] {
            assert!(asked(other).differs(), "{other}");
        }
        assert_eq!(asked("group=").group(), None);
        assert_eq!(asked("q=x").search(), "is:open x");
    }
}
