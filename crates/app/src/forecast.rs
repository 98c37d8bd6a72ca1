//! When a record will be done, told honestly: as a range, from how long such records took, and not from what is promised.

mod backtest;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value as Json;
use steward_clock::definition::{Metric, Sort};
use steward_clock::forecast::{Experience, Forecast, Like, Seen, WINDOW_DAYS};
use steward_clock::hours::{AroundTheClock, Hours};
use steward_model::access::Actor;
use steward_model::kind::Kind;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_store::experience::Took;
use tokio::sync::Mutex;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::RecordView;

pub use backtest::{AGES, Backtest, Held};

/// Seconds for which what was read of a kind is used.
const FRESH: i64 = 600;
/// Records read of a kind at most: so many open ones, and so many that ended.
const MOST: usize = 10_000;
/// Fields that say when something was done. Kinds with neither have no forecast.
const DONE: [&str; 2] = ["resolved_at", "fulfilled_at"];

/// The state of what nobody has sent yet: it waits for nobody, and says nothing about how long others wait.
const UNSENT: &str = "draft";

/// What was read of each kind. One reads while others wait, so a hundred pages cost one query.
pub(crate) type Experiences = Mutex<HashMap<String, (Moment, Arc<Experience>)>>;

/// Whether forecasts are made for records of a kind.
pub fn is_forecast(kind: &Kind) -> bool {
    DONE.iter().any(|key| kind.field(key).is_some())
}

impl App {
    /// When an open record will be done, as most records like it were; `None` when too little is known, when it is not
    /// open or was not sent yet. What others look like that the reader may not see goes into it, as a share alone.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn forecast(&self, view: &RecordView) -> Result<Option<Forecast>, Error> {
        let (kind, record) = (&view.kind, &view.record);
        if !is_forecast(kind) || !kind.lifecycle.category(&record.state).is_open() || record.state == UNSENT {
            return Ok(None);
        }
        let experience = self.experience(kind).await?;
        // The working time that the promise counts in, where there is one.
        let promised =
            view.clocks.iter().find(|one| one.clock.metric == Metric::Resolution && one.clock.sort == Sort::Sla);
        let book = self.book().await?;
        let hours: &dyn Hours = match promised {
            Some(one) => book.hours(one.clock.calendar),
            None => &AroundTheClock,
        };
        Ok(experience.forecast(&like(record), opened(record), self.now(), hours))
    }

    /// The same for a record by name.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when the actor may not see the record.
    #[boxed]
    pub async fn forecast_for(&self, actor: &Actor, kind: &Arc<Kind>, name: &str) -> Result<Option<Forecast>, Error> {
        let view = self.get(actor, kind, name, None).await?;
        self.forecast(&view).await
    }

    async fn experience(&self, kind: &Arc<Kind>) -> Result<Arc<Experience>, Error> {
        let now = self.now();
        let mut known = self.0.experiences.lock().await;
        if let Some((at, experience)) = known.get(&kind.key)
            && now.seconds_since(*at) < FRESH
        {
            return Ok(experience.clone());
        }
        let since = now.plus_seconds(-WINDOW_DAYS * 86_400);
        let (mut took, is_whole) = self.store().experience(kind, since, MOST).await?;
        if !is_whole {
            // Those that ended before the earliest that was read are not all there: none of that time counts.
            let ended = took.iter().filter_map(|one| one.left_at);
            if let Some(earliest) = ended.min() {
                took.retain(|one| one.left_at.is_none_or(|left| left > earliest));
            }
        }
        let sorting = tokio::task::spawn_blocking(move || Experience::new(took.into_iter().map(seen).collect()));
        let experience = Arc::new(sorting.await.map_err(Error::internal)?);
        known.insert(kind.key.clone(), (now, experience.clone()));
        Ok(experience)
    }
}

fn seen(took: Took) -> Seen {
    Seen {
        opened: took.opened_at,
        left: took.left_at,
        is_done: took.is_done,
        like: Like { offering: took.offering, service: took.service, team: took.team, priority: took.priority },
    }
}

/// What a record is like.
fn like(record: &Record) -> Like {
    let priority = record.text("priority");
    Like {
        offering: record.reference("catalogue_item").or_else(|| record.reference("service_offering")),
        service: record.reference("service"),
        team: record.reference("team"),
        priority: (!priority.is_empty()).then(|| priority.to_owned()),
    }
}

fn moment(record: &Record, key: &str) -> Option<Moment> {
    record.field(key).and_then(Json::as_i64).map(Moment)
}

fn opened(record: &Record) -> Moment {
    moment(record, "opened_at").unwrap_or(record.created_at)
}

/// How many, rounded down to the first figure: forecasts rest on records of others as well, whose exact count is nobody's
/// who may not see them.
pub fn at_least(count: usize) -> usize {
    let unit = 10_usize.pow(count.checked_ilog10().unwrap_or(0));
    count / unit * unit
}

#[cfg(test)]
mod tests {
    use super::at_least;

    #[test]
    fn counts_are_rounded_down_to_the_first_figure() {
        let all = [0, 7, 30, 39, 100, 299, 1_999].map(at_least);
        assert_eq!(all, [0, 7, 30, 30, 100, 200, 1_000]);
    }
}
