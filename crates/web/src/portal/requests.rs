//! What somebody asked for, of all kinds in one list.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use steward_app::error::Error;
use steward_app::list::{Counting, ListRequest};
use steward_app::view::RecordView;
use steward_practices::approval::APPROVAL;
use steward_ui::icon::Icon;
use steward_ui::message::{Empty, empty};
use steward_ui::portal::{Follow, PortalHead, follow_list, portal_head};
use steward_words::{t, t_with};

use super::words::Standing;
use super::{FOLLOWED, REQUESTS, page, record_address};
use crate::error::WebError;
use crate::form::Query;
use crate::visitor::Visitor;
use crate::{Web, address};

/// Records of one kind on the page.
const SHOWN: usize = 60;

/// Which records are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    MyOpen,
    MyClosed,
    MyAll,
    OfMyOrganisation(bool),
    MyApprovals,
    AnswersFromMe,
}

impl Wanted {
    /// The condition on records of a kind; `None` where the kind has none such.
    fn condition(self, kind: &str) -> Option<&'static str> {
        const OPEN: &str = "state_category in ['new', 'active', 'waiting']";
        match (self, kind) {
            (Self::MyOpen, "service_request") => Some(
                "(requester == me || created_by == me || requested_for == me) && state_category in ['new', 'active', 'waiting']",
            ),
            (Self::MyOpen, _) => {
                Some("(requester == me || created_by == me) && state_category in ['new', 'active', 'waiting']")
            }
            (Self::MyClosed, "service_request") => Some(
                "(requester == me || created_by == me || requested_for == me) && state_category in ['done', 'cancelled']",
            ),
            (Self::MyClosed, _) => {
                Some("(requester == me || created_by == me) && state_category in ['done', 'cancelled']")
            }
            (Self::MyAll, "service_request") => Some("requester == me || created_by == me || requested_for == me"),
            (Self::MyAll, _) => Some("requester == me || created_by == me"),
            (Self::OfMyOrganisation(true), _) => Some(OPEN),
            (Self::OfMyOrganisation(false), _) => Some("state_category in ['done', 'cancelled']"),
            (Self::MyApprovals, "service_request") => Some("me in pending_approvers && state == 'awaiting_approval'"),
            // Those of requests are theirs; what else waits has a page of its own.
            (Self::MyApprovals, APPROVAL) => {
                Some("me in pending && state == 'open' && subject_kind != 'service_request'")
            }
            (Self::MyApprovals, _) | (_, APPROVAL) => None,
            (Self::AnswersFromMe, "service_request") => Some(
                "requester == me && (state == 'waiting' && waiting_reason == 'awaiting_requester' || state == 'fulfilled')",
            ),
            (Self::AnswersFromMe, _) => Some(
                "requester == me && (state == 'on_hold' && on_hold_reason == 'awaiting_requester' || state == 'resolved')",
            ),
        }
    }
}

/// The newest records that are looked for, of all kinds.
pub(crate) async fn find(web: &Web, visitor: &Visitor, wanted: Wanted, limit: usize) -> Result<Vec<RecordView>, Error> {
    let mut found = Vec::new();
    for key in FOLLOWED.into_iter().chain([APPROVAL]) {
        let (Some(kind), Some(condition)) = (web.app().registry().kind(key).cloned(), wanted.condition(key)) else {
            continue;
        };
        if web.app().readable_level(visitor.actor(), &kind).is_none() {
            continue;
        }
        let request = ListRequest {
            filter: Some(condition.to_owned()),
            sort: Some("-updated_at".to_owned()),
            limit,
            count: Counting::Off,
            ..ListRequest::default()
        };
        found.extend(web.app().list(visitor.actor(), &kind, &request).await?.records);
    }
    found.sort_by_key(|view| std::cmp::Reverse(view.record.updated_at));
    found.truncate(limit);
    Ok(found)
}

/// Where one follows a record.
fn page_of(view: &RecordView) -> String {
    match view.kind.key == APPROVAL {
        true => address::record(&view.kind, &view.record.number),
        false => record_address(&view.record.number),
    }
}

/// Records as their askers follow them.
pub(super) fn follows(web: &Web, visitor: &Visitor, views: &[RecordView]) -> Markup {
    let me = visitor.actor().person;
    let texts: Vec<(String, Standing, String)> = views
        .iter()
        .map(|view| {
            let requester = view.record.reference("requester");
            let whose = requester.filter(|id| *id != me).and_then(|id| view.labels.get(&id));
            (
                page_of(view),
                Standing::of(web, visitor, view),
                whose.map(|label| label.label.clone()).unwrap_or_default(),
            )
        })
        .collect();
    let list: Vec<Follow<'_>> = views
        .iter()
        .zip(&texts)
        .map(|(view, (address, standing, whose))| Follow {
            address,
            title: match view.record.text(&view.kind.label_field) {
                "" => &view.record.number,
                title => title,
            },
            number: &view.record.number,
            state: (standing.shape, &standing.state),
            next: &standing.next,
            expected: &standing.expected,
            whose,
        })
        .collect();
    follow_list(&list)
}

pub(crate) async fn requests(
    State(web): State<Web>,
    visitor: Visitor,
    Query(query): Query,
) -> Result<Response, WebError> {
    let of_organisation = query.get("of") == Some("organisation") && sees_organisation(&visitor);
    let closed = query.get("show") == Some("closed");
    let wanted = match (of_organisation, closed, query.get("show")) {
        (true, closed, _) => Wanted::OfMyOrganisation(!closed),
        (false, true, _) => Wanted::MyClosed,
        (false, false, Some("all")) => Wanted::MyAll,
        (false, false, _) => Wanted::MyOpen,
    };
    let found = find(&web, &visitor, wanted, SHOWN).await?;
    let tab = |label: &'static str, address: &'static str, wanted_by: bool| (label, address, wanted_by);
    let mut tabs = vec![
        tab(t("portal-tab-open"), REQUESTS, wanted == Wanted::MyOpen),
        tab(t("portal-tab-closed"), "/portal/requests?show=closed", wanted == Wanted::MyClosed),
        tab(t("portal-tab-all"), "/portal/requests?show=all", wanted == Wanted::MyAll),
    ];
    if sees_organisation(&visitor) {
        tabs.push(tab(
            t("portal-tab-organisation-open"),
            "/portal/requests?of=organisation",
            wanted == Wanted::OfMyOrganisation(true),
        ));
        tabs.push(tab(
            t("portal-tab-organisation-closed"),
            "/portal/requests?of=organisation&show=closed",
            wanted == Wanted::OfMyOrganisation(false),
        ));
    }
    let content = html! {
        (portal_head(&PortalHead { title: t("portal-requests"), text: t("portal-requests-text"), ..PortalHead::default() }, html! {}))
        nav.portal-tabs aria-label=(t("portal-which")) {
            @for (label, address, current) in &tabs { a href=(address) aria-current=[current.then_some("page")] { (label) } }
        }
        @if found.is_empty() {
            (empty(&Empty { icon: Icon::Checks, title: t("portal-nothing-here"), text: t("portal-nothing-here-text") }, html! {}))
        } @else { (follows(&web, &visitor, &found)) }
        @if found.len() == SHOWN { p.portal-barred { (t_with("portal-last-changed", &[("count", SHOWN.into())])) } }
    };
    Ok(page(&web, &visitor, t("portal-requests"), REQUESTS, content).into_response())
}

/// Whether somebody answers for what others of an organisation ask; the records that show are those that they may read.
fn sees_organisation(visitor: &Visitor) -> bool {
    visitor.actor().assignments.iter().any(|held| held.role.key == "organisation_manager")
}
