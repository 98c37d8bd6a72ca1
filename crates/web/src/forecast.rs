//! When something will be done, in words that promise nothing.

use jiff::tz::TimeZone;
use maud::{Markup, html};
use steward_app::forecast::at_least;
use steward_clock::forecast::{Basis, Forecast};
use steward_model::moment::Moment;
use steward_ui::clock::forecast_line;
use steward_ui::record::{RailSection, rail_section};
use steward_words::{date, formats, number, t, t_with, time_of_day};

/// The range: days, or hours where it lies within one day.
pub(crate) fn range(forecast: &Forecast, now: Moment, zone: &TimeZone) -> String {
    let [from, until, now] = [forecast.from, forecast.until, now].map(|at| at.timestamp().to_zoned(zone.clone()));
    let day = |at: &jiff::Zoned| date(at.date(), Some(now.year()));
    if from.date() == until.date() {
        let (day, from, until) = (day(&from), time_of_day(from.time()), time_of_day(until.time()));
        return t_with(
            "forecast-within-day",
            &[("day", (&day).into()), ("from", (&from).into()), ("until", (&until).into())],
        );
    }
    let (from, until) = (day(&from), day(&until));
    t_with("forecast-between", &[("from", (&from).into()), ("until", (&until).into())])
}

/// What it rests on.
pub(crate) fn why(forecast: &Forecast) -> String {
    let count = number(i64::try_from(at_least(forecast.done)).unwrap_or(i64::MAX), formats());
    let alike = t(match forecast.basis {
        Basis::OfferingTeamPriority => "forecast-offering-team-priority",
        Basis::ServiceTeamPriority => "forecast-service-team-priority",
        Basis::TeamPriority => "forecast-team-priority",
        Basis::ServicePriority => "forecast-service-priority",
        Basis::Priority => "forecast-priority",
        Basis::Kind => "forecast-kind",
    });
    t_with("forecast-why", &[("count", (&count).into()), ("alike", alike.into())])
}

/// Beside a record.
pub(crate) fn section(forecast: Option<&Forecast>, now: Moment, zone: &TimeZone) -> Markup {
    let Some(forecast) = forecast else { return html! {} };
    let section = RailSection { label: t("forecast-title"), ..RailSection::default() };
    let said = t_with("forecast-for-staff", &[("range", (&range(forecast, now, zone)).into())]);
    rail_section(&section, forecast_line(&said, &why(forecast)))
}
