//! Writers that keep a ledger of what they asked for and what was acknowledged, and the check of it afterwards.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Client, NoAnswer};

/// Writers at once.
pub(crate) const WRITERS: u32 = 8;

/// Something that a writer asked for. Its text occurs nowhere else.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) text: String,
    pub(crate) what: What,
    /// Whether the server said that it is done.
    pub(crate) acknowledged: bool,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Created,
    Commented,
    Attached,
    Cancelled,
}

/// Writers at work.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    asked: Arc<Mutex<Vec<Asked>>>,
    /// Statuses seen; 0 is no answer.
    statuses: Arc<Mutex<BTreeMap<u16, u32>>>,
    writers: Vec<JoinHandle<()>>,
}

impl Load {
    /// Has writers write until they are stopped.
    pub(crate) fn start(client: &Client) -> Self {
        static RUN: AtomicU32 = AtomicU32::new(0);
        let run = RUN.fetch_add(1, Ordering::Relaxed);
        let (stop, asked, statuses) = (Arc::default(), Arc::default(), Arc::default());
        let mut load = Self { stop, asked, statuses, writers: Vec::new() };
        for writer in 0..WRITERS {
            let hand = Hand {
                client: client.clone(),
                name: format!("run {run} writer {writer}"),
                stop: load.stop.clone(),
                asked: load.asked.clone(),
                statuses: load.statuses.clone(),
            };
            load.writers.push(std::thread::spawn(move || hand.write()));
        }
        load
    }

    /// What was asked for so far.
    pub(crate) fn so_far(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Waits until as many are acknowledged.
    pub(crate) fn await_acknowledged(&self, count: usize) {
        let begun = Instant::now();
        while self.acknowledged() < count {
            assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", self.statuses.lock().unwrap());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// How many were acknowledged so far.
    pub(crate) fn acknowledged(&self) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| asked.acknowledged).count()
    }

    /// Ends the writers; returns the ledger and the statuses that they saw.
    pub(crate) fn finish(self) -> (Vec<Asked>, BTreeMap<u16, u32>) {
        self.stop.store(true, Ordering::Relaxed);
        self.writers.into_iter().for_each(|writer| writer.join().unwrap());
        let asked = self.asked.lock().unwrap().clone();
        let statuses = self.statuses.lock().unwrap().clone();
        (asked, statuses)
    }
}

struct Hand {
    client: Client,
    name: String,
    stop: Arc<AtomicBool>,
    asked: Arc<Mutex<Vec<Asked>>>,
    statuses: Arc<Mutex<BTreeMap<u16, u32>>>,
}

impl Hand {
    fn write(&self) {
        for count in 0.. {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let title = format!("{} record {count}", self.name);
            let fields = json!({"title": title, "description": content(&title), "impact": "low", "urgency": "low"});
            let created =
                self.ask(&title, What::Created, || self.client.post("/api/v1/incidents", &json!({"fields": fields})));
            let Some(number) = created.and_then(|record| Some(record["number"].as_str()?.to_owned())) else { continue };
            let path = format!("/api/v1/incidents/{number}");
            let text = format!("{title} comment");
            let body = json!({"body": content(&text), "audience": "internal"});
            self.ask(&text, What::Commented, || self.client.post(&format!("{path}/comments"), &body));
            let text = format!("{title} file");
            let address = format!("{path}/attachments?name=file.txt&audience=internal");
            self.ask(&text, What::Attached, || self.client.send("POST", &address, &[], content(&text).into_bytes()));
            let text = format!("{title} cancelled");
            let body = json!({"fields": {"cancel_reason": text}});
            self.ask(&text, What::Cancelled, || self.client.post(&format!("{path}/transitions/cancel"), &body));
        }
    }

    /// Writes down what is asked for, then asks.
    fn ask(
        &self,
        text: &str,
        what: What,
        ask: impl FnOnce() -> Result<crate::client::Answer, NoAnswer>,
    ) -> Option<Value> {
        if self.stop.load(Ordering::Relaxed) {
            return None;
        }
        let place = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(Asked { text: text.to_owned(), what, acknowledged: false });
            asked.len() - 1
        };
        let answer = ask();
        let status = answer.as_ref().map_or(0, |answer| answer.status);
        *self.statuses.lock().unwrap().entry(status).or_default() += 1;
        match answer {
            Ok(answer) if (200..300).contains(&answer.status) => {
                self.asked.lock().unwrap()[place].acknowledged = true;
                Some(answer.json())
            }
            _ => {
                // Nobody hammers on a server that is away.
                std::thread::sleep(Duration::from_millis(20));
                None
            }
        }
    }
}

/// Content that shows when a part of it is missing.
fn content(text: &str) -> String {
    format!("{text} begins\n{}{text} ends", "0123456789 abcdefghijklmnopqrstuvwxyz\n".repeat(20))
}

/// Every record, as the server gives it now.
pub(crate) fn all_incidents(client: &Client) -> Vec<Value> {
    let mut found = Vec::new();
    let mut address = "/api/v1/incidents?limit=1000&sort=number".to_owned();
    loop {
        let page = client.get(&address).unwrap();
        found.extend(page.expect(200).as_array().unwrap().iter().cloned());
        let Some(link) = page.headers.get("link") else { return found };
        let link = link.to_str().unwrap();
        address = link.trim_start_matches('<').split_once('>').unwrap().0.to_owned();
    }
}

/// Every acknowledged write is there and equal; any other is there as a whole, once, or not at all.
#[track_caller]
pub(crate) fn check_ledger(client: &Client, asked: &[Asked]) {
    let records = all_incidents(client);
    let by_title: BTreeMap<&str, Vec<&Value>> = records.iter().fold(BTreeMap::new(), |mut map, record| {
        map.entry(record["fields"]["title"].as_str().unwrap()).or_insert_with(Vec::new).push(record);
        map
    });
    let mut looked_at: BTreeMap<&str, Looked> = BTreeMap::new();
    for asked in asked {
        let title = asked.text.trim_end_matches(" comment").trim_end_matches(" file").trim_end_matches(" cancelled");
        let found = by_title.get(title).map_or(&[][..], Vec::as_slice);
        assert!(found.len() <= 1, "twice: {asked:?}");
        let there = found.first().is_some_and(|record| {
            let looked = looked_at.entry(title).or_insert_with(|| Looked::at(client, record));
            is_there(client, looked, asked)
        });
        assert!(there || !asked.acknowledged, "acknowledged but lost: {asked:?}, {found:?}");
    }
}

/// A record with what hangs on it.
struct Looked<'a> {
    path: String,
    record: &'a Value,
    journal: Vec<Value>,
    files: Vec<Value>,
}

impl<'a> Looked<'a> {
    fn at(client: &Client, record: &'a Value) -> Self {
        let path = format!("/api/v1/incidents/{}", record["number"].as_str().unwrap());
        let list = |what: &str| {
            let listed = client.get(&format!("{path}/{what}")).unwrap().expect(200);
            listed.as_array().unwrap().clone()
        };
        Self { record, journal: list("journal"), files: list("attachments"), path }
    }
}

/// Whether what was asked for is on the record; what is there only in part fails.
#[track_caller]
fn is_there(client: &Client, looked: &Looked<'_>, asked: &Asked) -> bool {
    let wanted = content(&asked.text);
    let record = looked.record;
    match asked.what {
        What::Created => {
            assert_eq!(record["fields"]["description"], wanted.as_str(), "{asked:?}");
            let places: Vec<i64> = looked.journal.iter().map(|entry| entry["seq"].as_i64().unwrap()).collect();
            assert_eq!(places, (1..=record["revision"].as_i64().unwrap()).collect::<Vec<_>>(), "{asked:?}");
            true
        }
        What::Commented => {
            let bodies = looked.journal.iter().filter(|entry| entry["type"] == "commented");
            let bodies: Vec<&str> = bodies.map(|entry| entry["data"]["body"].as_str().unwrap()).collect();
            assert!(bodies.is_empty() || bodies == [wanted.trim_end()], "{asked:?}: {bodies:?}");
            !bodies.is_empty()
        }
        What::Attached => {
            assert!(looked.files.len() <= 1, "{asked:?}");
            let Some(file) = looked.files.first() else { return false };
            let address = format!("{}/attachments/{}", looked.path, file["id"].as_str().unwrap());
            let downloaded = client.get(&address).unwrap();
            assert_eq!((downloaded.status, downloaded.bytes), (200, wanted.into_bytes()), "{asked:?}");
            true
        }
        What::Cancelled => {
            let reason = &record["fields"]["cancel_reason"];
            assert_eq!(record["state"] == "cancelled", reason == asked.text.as_str(), "{asked:?}");
            record["state"] == "cancelled"
        }
    }
}
