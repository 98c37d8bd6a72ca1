//! A record with a journal, agreements around it, and office hours.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde_json::{Value as Json, json};
use steward_clock::book::{Around, Book};
use steward_clock::definition::{Agreement, Target};
use steward_clock::hours::Hours;
use steward_model::event::{Act, Audience, Change, Door, Event};
use steward_model::id::RecordId;
use steward_model::kind::{Kind, Registry};
use steward_model::moment::Moment;
use steward_model::record::{Dues, Record};

pub(crate) const CUSTOMER: RecordId = RecordId(1);
pub(crate) const ANNA: RecordId = RecordId(10);
pub(crate) const BEN: RecordId = RecordId(11);
pub(crate) const DESK: RecordId = RecordId(30);
pub(crate) const NETWORK: RecordId = RecordId(31);
pub(crate) const MAIL: RecordId = RecordId(40);
pub(crate) const OFFICE: RecordId = RecordId(50);

/// Monday, 2026-03-02 08:00 UTC.
pub(crate) const MONDAY: i64 = 1_772_438_400;

pub(crate) fn registry() -> &'static Registry {
    static SHIPPED: OnceLock<Registry> = OnceLock::new();
    SHIPPED.get_or_init(|| Registry::load(&steward_practices::sources()).unwrap())
}

pub(crate) fn incident() -> &'static Kind {
    registry().kind("incident").unwrap()
}

/// Monday to Friday, 9 to 17 UTC, second by second where it matters and day by day elsewhere.
pub(crate) struct OfficeHours;

const DAY: i64 = 86_400;

impl OfficeHours {
    /// The span of a day, in seconds since 1970; `None` at weekends.
    fn span(day: i64) -> Option<(i64, i64)> {
        // 1970-01-01 was a Thursday.
        let weekday = (day + 3).rem_euclid(7);
        (weekday < 5).then_some((day * DAY + 9 * 3600, day * DAY + 17 * 3600))
    }
}

impl Hours for OfficeHours {
    fn add(&self, from: Moment, seconds: i64) -> Option<Moment> {
        let (mut here, mut left) = (from.0 / 1_000_000, seconds);
        for day in here / DAY.. {
            let Some((open, close)) = Self::span(day) else { continue };
            here = here.max(open);
            if here < close {
                if left <= close - here {
                    return Some(Moment((here + left) * 1_000_000));
                }
                left -= close - here;
                here = close;
            }
        }
        None
    }

    fn between(&self, from: Moment, to: Moment) -> i64 {
        let (from, to) = (from.0 / 1_000_000, to.0 / 1_000_000);
        let days = from / DAY..=to / DAY;
        days.filter_map(Self::span).map(|(open, close)| (close.min(to) - open.max(from)).max(0)).sum()
    }
}

pub(crate) fn record(id: i64, kind: &str, state: &str, fields: Json) -> Record {
    let Json::Object(fields) = fields else { panic!("an object") };
    Record {
        id: RecordId(id),
        kind: kind.to_owned(),
        number: format!("R{id}"),
        revision: 1,
        state: state.to_owned(),
        organisation: CUSTOMER,
        created_at: Moment(0),
        updated_at: Moment(0),
        created_by: BEN,
        fields: fields.into_iter().collect::<BTreeMap<_, _>>(),
        watchers: Vec::new(),
        dues: Dues::default(),
    }
}

pub(crate) fn agreement(id: i64, fields: Json) -> Agreement {
    Agreement::of(&record(id, "agreement", "active", fields)).unwrap()
}

pub(crate) fn target(id: i64, agreement: i64, fields: Json) -> Target {
    let mut all = json!({ "agreement": agreement, "for_kind": "incident", "name": format!("T{id}") });
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    Target::of(&record(id, "service_level_target", "active", all), registry()).unwrap()
}

pub(crate) fn book(agreements: Vec<Agreement>, targets: Vec<Target>) -> Book {
    let mut around = Around::default();
    around.calendars.insert(OFFICE, Arc::new(OfficeHours));
    Book::new(1, agreements, targets, around)
}

/// A journal that grows.
pub(crate) struct Story {
    pub(crate) events: Vec<Event>,
    record: Option<Record>,
}

impl Story {
    /// An incident that is opened so many seconds after Monday 08:00.
    pub(crate) fn opened(after: i64, fields: Json) -> Self {
        let Json::Object(mut given) = fields else { panic!("an object") };
        given.entry("requester").or_insert(ANNA.0.into());
        given.entry("opened_at").or_insert((at(after).0).into());
        let act = Act::Created {
            kind: "incident".into(),
            number: "INC1".into(),
            organisation: CUSTOMER,
            state: "new".into(),
            fields: given.into_iter().collect(),
            why: Vec::new(),
            links: Vec::new(),
        };
        let mut story = Self { events: Vec::new(), record: None };
        story.add(after, act, Vec::new());
        story
    }

    pub(crate) fn moved(&mut self, after: i64, to: &str, changes: &[(&str, Json)]) {
        let from = self.record().state.clone();
        self.add(after, Act::Moved { transition: None, from, to: to.into() }, changes_of(changes));
    }

    pub(crate) fn updated(&mut self, after: i64, changes: &[(&str, Json)]) {
        self.add(after, Act::Updated, changes_of(changes));
    }

    pub(crate) fn said(&mut self, after: i64) {
        self.add(after, Act::Commented { audience: Audience::Public, body: "Soon".into() }, Vec::new());
    }

    pub(crate) fn record(&self) -> &Record {
        self.record.as_ref().unwrap()
    }

    fn add(&mut self, after: i64, act: Act, changes: Vec<Change>) {
        let event = Event {
            record: RecordId(100),
            seq: i64::try_from(self.events.len()).unwrap() + 1,
            at: at(after),
            actor: BEN,
            door: Door::Api,
            cause: None,
            act,
            changes,
        };
        self.record = Some(steward_model::apply::apply(self.record.take(), &event).unwrap());
        self.events.push(event);
    }
}

fn changes_of(changes: &[(&str, Json)]) -> Vec<Change> {
    let change = |(field, to): &(&str, Json)| Change {
        field: (*field).to_owned(),
        from: None,
        to: (!to.is_null()).then(|| to.clone()),
        why: None,
    };
    changes.iter().map(change).collect()
}

/// So many seconds after Monday 08:00.
pub(crate) fn at(after: i64) -> Moment {
    Moment((MONDAY + after) * 1_000_000)
}
