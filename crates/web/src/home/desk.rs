//! The first page of staff: what is theirs to do in the order that matters, what waits in their teams, what changed since
//! they looked; for managers also where work piles up.

use std::collections::BTreeSet;
use std::sync::Arc;

use maud::{Markup, html};
use serde_json::Value as Json;
use steward_app::error::Error;
use steward_app::list::{Counting, ListRequest};
use steward_app::view::RecordView;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_practices::approval::APPROVAL;
use steward_ui::chart::{Bar, Tile, bars, tiles};
use steward_ui::header::{Header, header};
use steward_ui::icon::Icon;
use steward_ui::message::{Empty, empty};
use steward_words::{t, t_with};

use super::{ask, gathered, work};
use crate::frame::{Place, frame};
use crate::list::counted;
use crate::visitor::Visitor;
use crate::{Web, address, inbox};

/// Kinds of work.
const WORK: [&str; 10] = [
    "incident",
    "service_request",
    "problem",
    "change",
    "release",
    "task",
    "incident_task",
    "request_task",
    "problem_task",
    "change_task",
];
/// Kinds that teams share among their members.
const QUEUED: [&str; 2] = ["incident", "service_request"];
/// Rows of one list.
const ROWS: usize = 20;
/// Changes since one looked.
const CHANGED: usize = 8;
/// Teams with the most work.
const TEAMS: usize = 10;
/// Roles of this rank and above answer for the work of others.
const MANAGES: u8 = 4;

pub(super) async fn page(web: &Web, visitor: &Visitor) -> Result<Markup, Error> {
    let mine = async { Ok(in_order(gathered(web, visitor, &WORK, "is:open assignee:me").await?)) };
    let teams = async { Ok(in_order(gathered(web, visitor, &QUEUED, "is:open team:mine assignee:none").await?)) };
    let asked = async { Ok(in_order(gathered(web, visitor, &[APPROVAL], "is:open pending:me").await?)) };
    let changed = async { web.app().changed_since_visit(visitor.actor(), CHANGED).await };
    let (mine, teams, asked, changed, numbers, piles) =
        tokio::try_join!(mine, teams, asked, changed, numbers(web, visitor), piles(web, visitor))?;
    let with_kind = |views: Vec<RecordView>| views.into_iter().map(|view| (view.kind.clone(), view)).collect();
    let changed: Vec<(Arc<Kind>, RecordView)> = with_kind(changed);
    let name = visitor.actor().label.split_whitespace().next().unwrap_or_default().to_owned();
    let main = html! {
        (header(&Header { title: t("my-work"), detail: &name, ..Header::default() }, html! {}))
        div.page-body."page-body--wide" {
            (numbers)
            @if !asked.is_empty() {
                section.home-section {
                    h2.home-section__title { (t("waiting-for-your-approval")) }
                    (work(web, visitor, t("waiting-for-your-approval"), &asked))
                }
            }
            section.home-section {
                h2.home-section__title { (t("assigned-to-me")) }
                @if mine.is_empty() {
                    (empty(&Empty { icon: Icon::Checks, title: t("nothing-assigned"), text: t("nothing-assigned-help") }, html! {}))
                } @else { (work(web, visitor, t("assigned-to-me"), &mine)) }
            }
            section.home-section {
                h2.home-section__title { (t("teams-untaken")) }
                @if teams.is_empty() {
                    (empty(&Empty { icon: Icon::Inbox, title: t("teams-idle"), text: t("teams-idle-help") }, html! {}))
                } @else { (work(web, visitor, t("in-my-teams"), &teams)) }
            }
            @if !changed.is_empty() {
                section.home-section {
                    h2.home-section__title { (t("changed-since")) }
                    (work(web, visitor, t("changed-since"), &changed))
                }
            }
            (piles)
        }
    };
    Ok(frame(web, visitor, Place { title: t("my-work"), current: "/", ..Place::default() }, main))
}

/// Work of several kinds as one row: what is due soonest first, then what has priority, then what waits longest.
fn in_order(mut records: Vec<(Arc<Kind>, RecordView)>) -> Vec<(Arc<Kind>, RecordView)> {
    records.sort_by_key(|(kind, view)| {
        let asked = view.record.field("due_at").and_then(Json::as_i64).unwrap_or(i64::MAX);
        let promised = view.record.dues.next_due.map_or(i64::MAX, |due| due.0);
        let due = asked.min(promised);
        (due, priority(kind, view), view.record.created_at, view.record.id)
    });
    records.truncate(ROWS);
    records
}

/// The place of a record's priority among those that there are, highest first; last where it has none.
fn priority(kind: &Kind, view: &RecordView) -> usize {
    let choices = kind.field("priority").and_then(|field| field.field_type.choices());
    let key = view.record.text("priority");
    choices.and_then(|choices| choices.0.iter().position(|choice| choice.key == key)).unwrap_or(usize::MAX)
}

/// How much there is, each number leading to what it counts.
async fn numbers(web: &Web, visitor: &Visitor) -> Result<Markup, Error> {
    let Some(kind) = readable(web, visitor, "incident") else { return Ok(html! {}) };
    let mut shown = Vec::new();
    for (label, search) in [
        (t("open-incidents"), "is:open"),
        (t("critical-or-high"), "is:open priority:critical,high"),
        (t("without-team"), "is:open team:none assignee:none"),
        (t("overdue"), "is:open due:<now"),
        (t("breached-open"), "is:open breach:<now"),
        (t("due-in-thirty"), "is:open next_due:>=now next_due:<now+30m"),
    ] {
        let total = ask(web, visitor, &kind, search, "-updated_at", Counting::Capped, 1).await?.total;
        shown.push((label, counted(total), format!("{}&view=all", address::list_with(&kind, search))));
    }
    let unread = web.app().unread(visitor.actor()).await?.count;
    if unread > 0 {
        shown.push((t("unread-in-inbox"), inbox::told(unread), inbox::ADDRESS.to_owned()));
    }
    let shown: Vec<Tile<'_>> = shown
        .iter()
        .map(|(label, value, address)| Tile { label, value, address: Some(address), ..Tile::default() })
        .collect();
    Ok(tiles(&shown))
}

/// One team's open work.
struct Pile {
    label: String,
    address: String,
    open: usize,
    untaken: usize,
    overdue: usize,
}

/// Where work piles up, for those who answer for it.
async fn piles(web: &Web, visitor: &Visitor) -> Result<Markup, Error> {
    let manages = visitor.actor().assignments.iter().any(|held| held.role.staff && held.role.rank >= MANAGES);
    let Some(kind) = readable(web, visitor, "incident").filter(|_| manages) else { return Ok(html! {}) };
    let (open, untaken, overdue) = tokio::try_join!(
        by_team(web, visitor, &kind, "is:open"),
        by_team(web, visitor, &kind, "is:open assignee:none"),
        by_team(web, visitor, &kind, "is:open due:<now"),
    )?;
    // Counts by team are only there for lists that are not too long to be grouped.
    let Some(mut open) = open else { return Ok(html! {}) };
    open.sort_by_key(|(team, count)| (std::cmp::Reverse(*count), *team));
    open.truncate(TEAMS);
    let ids: BTreeSet<RecordId> = open.iter().filter_map(|(team, _)| *team).collect();
    let names = web.app().names(visitor.actor(), ids).await?;
    let of = |counts: &Option<Vec<(Option<RecordId>, usize)>>, team: Option<RecordId>| {
        counts.iter().flatten().find(|(other, _)| *other == team).map_or(0, |(_, count)| *count)
    };
    let piles: Vec<Pile> = open
        .iter()
        .filter_map(|(team, count)| {
            let (label, search) = match team {
                None => (t("no-team").to_owned(), "is:open team:none".to_owned()),
                Some(id) => {
                    let name = names.get(id)?;
                    (name.label.clone(), format!("is:open team:{}", name.number))
                }
            };
            let address = format!("{}&view=all", address::list_with(&kind, &search));
            Some(Pile { label, address, open: *count, untaken: of(&untaken, *team), overdue: of(&overdue, *team) })
        })
        .collect();
    let shown: Vec<String> = piles
        .iter()
        .map(|pile| {
            let values =
                [("open", pile.open.into()), ("untaken", pile.untaken.into()), ("overdue", pile.overdue.into())];
            t_with("pile", &values).to_string()
        })
        .collect();
    let lines: Vec<Bar<'_>> = piles
        .iter()
        .zip(&shown)
        .map(|(pile, shown)| Bar { label: &pile.label, value: pile.open as f64, shown, address: Some(&pile.address) })
        .collect();
    Ok(html! {
        @if !lines.is_empty() {
            section.home-section {
                h2.home-section__title { (t("where-work-piles-up")) }
                (bars(t("where-work-piles-up"), &lines))
            }
        }
    })
}

/// Incidents by team; `None` where there are too many to be told apart.
async fn by_team(
    web: &Web,
    visitor: &Visitor,
    kind: &Arc<Kind>,
    search: &str,
) -> Result<Option<Vec<(Option<RecordId>, usize)>>, Error> {
    let request = ListRequest {
        search: Some(search.to_owned()),
        limit: 1,
        count: Counting::Off,
        group: Some("team".to_owned()),
        ..ListRequest::default()
    };
    let groups = web.app().list(visitor.actor(), kind, &request).await?.groups;
    let team = |value: &Json| value.as_i64().map(RecordId);
    Ok(groups.map(|groups| groups.iter().map(|(value, count)| (team(value), *count)).collect()))
}

fn readable(web: &Web, visitor: &Visitor, key: &str) -> Option<Arc<Kind>> {
    let kind = web.app().registry().kind(key)?.clone();
    web.app().readable_level(visitor.actor(), &kind)?;
    Some(kind)
}
