//! Lists as saved views ask for them.

use std::net::SocketAddr;

use crate::bench::client::{Call, Client, run};
use crate::bench::report::{Bar, Figure};
use crate::bench::server::Server;
use crate::bench::world::World;

const PATH: &str = "/api/v1/incidents";
const OPEN: &str = r#"state_category in ["new", "active", "waiting"]"#;
/// The slowest of a hundred takes less than this, in milliseconds.
const BAR_MS: f64 = 5.0;

/// A list: its name, condition, and order.
struct List {
    name: &'static str,
    filter: String,
    search: &'static str,
    sort: &'static str,
    /// Whether its second page is wanted instead of the first.
    second: bool,
}

fn lists(world: &World) -> Vec<List> {
    let list = |name, filter: &str, sort| List { name, filter: filter.to_owned(), search: "", sort, second: false };
    let open_and = |more: &str| format!("{OPEN} && {more}");
    vec![
        list("all, last changed first", "", "-updated_at"),
        list("open, last changed first", OPEN, "-updated_at"),
        List { second: true, ..list("open, last changed first, second page", OPEN, "-updated_at") },
        list("open, by priority", OPEN, "priority,updated_at"),
        list("open, by due time", OPEN, "due_at"),
        list("overdue, by due time", &open_and("due_at < now"), "due_at"),
        list("mine, open", &open_and("assignee == me"), "-updated_at"),
        list("my teams, open, by priority", &open_and("team in my_teams"), "priority,updated_at"),
        list(
            "one team, open, by priority",
            &open_and(&format!("team == \"{}\"", world.teams[0])),
            "priority,updated_at",
        ),
        list("one organisation", &format!("organisation == \"{}\"", world.customer), "-updated_at"),
        list("one requester", &format!("requester == \"{}\"", world.requesters[0]), "-created_at"),
        List { search: "printer", ..list("text, in progress", "state == \"in_progress\"", "-updated_at") },
    ]
}

/// Measures every list as every caller, with and without count.
///
/// # Errors
/// When a list is refused.
pub(super) async fn measure(server: &Server, world: &World, seconds: u64) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for caller in &world.callers {
        for list in lists(world) {
            for count in ["capped", "off"] {
                let call = page(server.address, &caller.token, &list, count).await?;
                let times = run(server, &caller.token, 1, seconds, move |_| call.clone()).await?;
                let counted = if count == "off" { "" } else { ", counted" };
                let name = format!("{}: {}{counted}", caller.role, list.name);
                figures.push(Figure::load(name, times, Bar::below(BAR_MS)));
            }
        }
    }
    Ok(figures)
}

async fn page(address: SocketAddr, token: &str, list: &List, count: &str) -> anyhow::Result<Call> {
    let mut parameters = vec![("limit", "50"), ("sort", list.sort), ("count", count)];
    if !list.filter.is_empty() {
        parameters.push(("filter", &list.filter));
    }
    if !list.search.is_empty() {
        parameters.push(("q", list.search));
    }
    let first = Call::query(PATH, &parameters);
    if !list.second {
        return Ok(first);
    }
    let next = Client::connect(address, token).await?.call(&first).await?;
    // A caller who sees less than a page sees its first page again.
    Ok(next.map_or(first, Call::get))
}
