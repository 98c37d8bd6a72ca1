//! From what people are told to what is mailed: when each message is due, as its receiver has chosen.

use std::collections::{BTreeSet, HashMap};

use jiff::tz::TimeZone;
use steward_model::id::RecordId;
use steward_model::record::Record;
use steward_store::notifications::NewNotification;
use steward_store::outbox::{MailPlace, NewMail};

use super::choices::{Mailing, Mode};
use super::when::due;
use crate::App;
use crate::error::Error;
use crate::inbox::Reason;
use crate::person_settings::PersonSettings;

/// The priority that may break quiet hours.
const CRITICAL: &str = "critical";

impl App {
    /// What of some news is mailed, and when: with the same few questions however many people there are, and with none
    /// where nobody wants mail.
    pub(crate) async fn mail_for(&self, news: &[NewNotification]) -> Result<Vec<NewMail>, Error> {
        let wanted: Vec<(&NewNotification, Reason)> = news
            .iter()
            .filter(|one| one.mail && one.read_at.is_none())
            .filter_map(|one| Some((one, Reason::parse(&one.reason)?)))
            .collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let people: BTreeSet<RecordId> = wanted.iter().map(|(one, _)| one.person).collect();
        let chosen = self.settings_of(&people.iter().copied().collect::<Vec<_>>()).await?;
        let usual = PersonSettings::default();
        let settings = |person: &RecordId| chosen.get(person).unwrap_or(&usual);
        let by_clock = |one: &NewNotification, reason: Reason| {
            let mailing = &settings(&one.person).mailing;
            mailing.quiet.is_some() || mailing.mode(reason) == Mode::Digest
        };
        // Only where the clock matters is it asked for, and the priority only where it does.
        let clocked: Vec<RecordId> = people
            .iter()
            .copied()
            .filter(|person| settings(person).zone.is_none())
            .filter(|person| wanted.iter().any(|(one, reason)| one.person == *person && by_clock(one, *reason)))
            .collect();
        let judged: Vec<RecordId> = wanted
            .iter()
            .filter(|(one, _)| settings(&one.person).mailing.quiet.as_ref().is_some_and(|quiet| quiet.but_critical))
            .map(|(one, _)| one.record)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let asked: Vec<RecordId> = clocked.into_iter().chain(judged).collect();
        let records: HashMap<RecordId, Record> = match asked.is_empty() {
            true => HashMap::new(),
            false => {
                self.store().get_records(&asked).await?.into_iter().map(|one| (one.record.id, one.record)).collect()
            }
        };
        let now = self.now();
        let mail = wanted.into_iter().filter_map(|(one, reason)| {
            let settings = settings(&one.person);
            let zone = zone_of(settings, records.get(&one.person));
            let is_critical = records.get(&one.record).is_some_and(|record| record.text("priority") == CRITICAL);
            let (due_at, in_digest) = due(&settings.mailing, settings.mailing.mode(reason), &zone, is_critical, now)?;
            let place = MailPlace {
                record: one.record,
                seq: one.seq,
                reason: one.reason.clone(),
                actor: one.actor,
                internal: one.internal,
                at: one.at,
            };
            Some(NewMail { person: one.person, in_digest, due_at, created_at: now, place })
        });
        Ok(mail.collect())
    }
}

/// The zone in which somebody's hours are meant: as they chose, else as their record says.
pub(crate) fn zone_of(settings: &PersonSettings, person: Option<&Record>) -> TimeZone {
    let named = |name: &str| TimeZone::get(name).ok();
    let own = settings.zone.as_deref().and_then(named);
    own.or_else(|| named(person?.text("time_zone"))).unwrap_or(TimeZone::UTC)
}

/// The ways by which somebody is told for a reason: inbox and mail.
pub(crate) fn ways(settings: Option<&PersonSettings>, reason: Reason) -> (bool, bool) {
    match settings {
        Some(settings) => (settings.hears(reason), settings.mailing.mode(reason) != Mode::Never),
        None => (true, Mailing::default().mode(reason) != Mode::Never),
    }
}
