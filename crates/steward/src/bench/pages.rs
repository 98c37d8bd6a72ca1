//! Pages as browsers ask for them: signed in by cookie, compressed.

use crate::bench::client::{Call, Client, run};
use crate::bench::report::{Bar, Figure};
use crate::bench::server::Server;
use crate::bench::world::World;

/// The slowest of a hundred takes less than this, in milliseconds.
const BAR_MS: f64 = 10.0;
/// List pages a second for [`READERS`] at once, at least.
const BAR_RATE: f64 = 800.0;
/// People who read lists at once.
const READERS: usize = 8;

/// Lists of incidents: a name and the query of the page.
const LISTS: [(&str, &str); 5] = [
    ("open", "view=open"),
    ("mine", "view=mine"),
    ("my teams", "view=teams"),
    ("open, last changed first", "view=open&sort=-updated_at"),
    ("all", "view=all"),
];

/// Measures list pages as every caller, the page of a record with many entries, and what they weigh.
///
/// # Errors
/// When somebody cannot sign in, or a page is refused.
pub(super) async fn measure(server: &Server, world: &World, long: &str, seconds: u64) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let record = Call::get(format!("/incidents/{long}"));
    for caller in &world.callers {
        let cookie = Client::sign_in(server.address, caller.role, &caller.password).await?;
        for (name, query) in LISTS {
            let call = Call::get(format!("/incidents?{query}"));
            let times = run(server, &cookie, 1, seconds, move |_| call.clone()).await?;
            figures.push(Figure::load(format!("{}: list page, {name}", caller.role), times, Bar::below(BAR_MS)));
        }
        if caller.role == "administrator" {
            let list = Call::get("/incidents?view=open");
            let mut client = Client::connect(server.address, &cookie).await?;
            figures.push(weight("list page of 50, compressed", client.weight(&list).await?));
            figures.push(weight("record page, compressed", client.weight(&record).await?));
            let times = run(server, &cookie, READERS, seconds, move |_| list.clone()).await?;
            let bar = Some(Bar { at_least: Some(BAR_RATE), below: None });
            figures.push(Figure::load(format!("list page, {READERS} readers"), times, bar));
            let record = record.clone();
            let times = run(server, &cookie, 1, seconds, move |_| record.clone()).await?;
            figures.push(Figure::load("record page with 200 entries", times, Bar::below(BAR_MS)));
        }
    }
    Ok(figures)
}

fn weight(name: &str, bytes: usize) -> Figure {
    Figure::value(name, bytes as f64 / 1024.0, "KiB", None)
}
