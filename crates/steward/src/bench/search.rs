//! Search as people use it: words, beginnings of words, numbers; and how soon what is written is found.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::bail;
use serde_json::json;

use crate::bench::client::{Call, Client, Times, run};
use crate::bench::machine::processor_time;
use crate::bench::report::{Bar, Figure};
use crate::bench::server::Server;
use crate::bench::world::World;

const PATH: &str = "/api/v1/search";
/// The slowest of a hundred takes less than this, in milliseconds.
const BAR_MS: f64 = 20.0;
/// What is written is found within this, in milliseconds.
const FOUND_WITHIN_MS: f64 = 1_000.0;
/// How many records are written and looked for.
const WRITTEN: usize = 20;
/// How long the index of all records may take to be made.
const PATIENCE: Duration = Duration::from_secs(1_800);

/// What is searched for: its name, and words among which each request takes the next.
const SEARCHES: [(&str, &[&str]); 6] = [
    ("two words", &["printer blank ", "laptop freezes ", "network slow ", "payroll error ", "telephone broken "]),
    ("one word", &["printer ", "calendar ", "payroll ", "stolen ", "reachable "]),
    ("unfinished words", &["printer bla", "lapt", "netw slo", "payroll err", "broke"]),
    ("words of most records", &["session ", "colleagues floor ", "restart ", "morning restart ", "device "]),
    ("words of no record", &["xylophone ", "printer zebra ", "quux"]),
    ("number", &["INC0004242", "INC0000017", "inc0009999", "4711 ", "0012345 "]),
];

/// Waits until the index holds every record; says how long that took.
///
/// # Errors
/// When it takes too long.
pub(super) async fn complete(address: SocketAddr, token: &str) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let mut client = Client::connect(address, token).await?;
    loop {
        if client.read(&Call::query(PATH, &[("q", "printer")])).await?["complete"] == json!(true) {
            return Ok(begun.elapsed());
        }
        if begun.elapsed() > PATIENCE {
            bail!("the search index was not made within {PATIENCE:?}");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Measures making the index of what is new to it, every search as every caller, and finding what was just written.
///
/// # Errors
/// When a search is refused.
pub(super) async fn measure(
    server: &Server,
    world: &World,
    records: usize,
    seconds: u64,
) -> anyhow::Result<Vec<Figure>> {
    let took = complete(server.address, &world.callers[0].token).await?;
    let name = format!("search index of {records} incidents complete after start");
    let mut figures = vec![Figure::value(name, took.as_secs_f64(), "s", None)];
    for caller in &world.callers {
        for (what, texts) in SEARCHES {
            let call = move |number: u64| {
                let place = usize::try_from(number).unwrap_or(0) % texts.len();
                Call::query(PATH, &[("q", texts[place]), ("limit", "20")])
            };
            let times = run(server, &caller.token, 1, seconds, call).await?;
            let name = format!("{}: search, {what}", caller.role);
            figures.push(Figure::load(name, times, Bar::below(BAR_MS)));
        }
    }
    let begun = Instant::now();
    let processor = processor_time(server.process()?)?;
    let each = written(server.address, &world.callers[0].token).await?;
    let processor = processor_time(server.process()?)?.saturating_sub(processor);
    let times = Times { each, elapsed: begun.elapsed(), processor };
    figures.push(Figure::load("new text found", times, Bar::below(FOUND_WITHIN_MS)));
    Ok(figures)
}

/// From the answer to a creation until it is found.
async fn written(address: SocketAddr, token: &str) -> anyhow::Result<Vec<Duration>> {
    let mut client = Client::connect(address, token).await?;
    let mut times = Vec::new();
    for number in 0..WRITTEN {
        let word = format!("fresh{number}word{}", std::process::id());
        let body = json!({ "fields": { "title": format!("Something with {word} in it") } });
        client.call(&Call { path: "/api/v1/incidents".to_owned(), body: Some(body) }).await?;
        let answered = Instant::now();
        let search = Call::query(PATH, &[("q", &word)]);
        while client.read(&search).await?["hits"].as_array().is_none_or(Vec::is_empty) {
            if answered.elapsed() > PATIENCE {
                bail!("{word} is never found");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        times.push(answered.elapsed());
    }
    Ok(times)
}
