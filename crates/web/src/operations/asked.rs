//! What the address of the operations calendar asks for.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use steward_model::kind::TimeKind;
use steward_model::moment::Moment;

use crate::address::part;
use crate::form::Form;
use crate::list::calendar::{Grid, first_weekday};

/// Days of an agenda.
const AGENDA_DAYS: i64 = 28;

/// How it is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Month,
    Week,
    Agenda,
}

impl Layout {
    pub(super) const ALL: [Self; 3] = [Self::Month, Self::Week, Self::Agenda];

    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Week => "week",
            Self::Agenda => "agenda",
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) layout: Layout,
    /// Whether no layout was named: a month where there is room, an agenda on telephones.
    pub(super) is_unsaid: bool,
    /// A day of the month or week, or the first of the agenda.
    pub(super) at: Date,
    /// Kinds of time; all when empty.
    pub(super) times: Vec<TimeKind>,
    /// Number of a service.
    pub(super) service: String,
    /// Number of an organisation.
    pub(super) organisation: String,
}

impl Asked {
    pub(super) fn of(query: &Form, today: Date) -> Self {
        let layout = Layout::ALL.into_iter().find(|layout| query.get("view") == Some(layout.key()));
        let at = query.text("at").and_then(|text| text.parse::<Date>().ok());
        let named: Vec<&str> = query.all("time").flat_map(|text| text.split(',')).collect();
        Self {
            layout: layout.unwrap_or(Layout::Month),
            is_unsaid: layout.is_none(),
            at: at.filter(|day| (1990..=2070).contains(&day.year())).unwrap_or(today),
            times: TimeKind::ALL.into_iter().filter(|time| named.contains(&time.key())).collect(),
            service: query.text("service").unwrap_or_default().to_owned(),
            organisation: query.text("organisation").unwrap_or_default().to_owned(),
        }
    }

    /// What it is narrowed to, as an address writes it, with a mark before each value.
    pub(super) fn narrowed(&self) -> String {
        let mut text = String::new();
        if !self.times.is_empty() {
            let times: Vec<&str> = self.times.iter().map(|time| time.key()).collect();
            text.push_str(&format!("&time={}", times.join(",")));
        }
        for (name, value) in [("service", &self.service), ("organisation", &self.organisation)] {
            if !value.is_empty() {
                text.push_str(&format!("&{name}={}", part(value)));
            }
        }
        text
    }

    pub(super) fn address(&self) -> String {
        format!("{}?view={}&at={}{}", super::ADDRESS, self.layout.key(), self.at, self.narrowed())
    }

    /// The same with one kind of time more, or without it where it is chosen.
    pub(super) fn toggled(&self, time: TimeKind) -> Self {
        let mut asked = self.clone();
        match asked.times.iter().position(|chosen| *chosen == time) {
            Some(place) => drop(asked.times.remove(place)),
            None => asked.times.push(time),
        }
        asked
    }

    /// The first day that is shown, and how many are.
    pub(super) fn days(&self) -> Grid {
        match self.layout {
            Layout::Month => Grid::of(self.at.first_of_month()),
            Layout::Week => Grid { first: week_of(self.at, first_weekday()), days: 7 },
            Layout::Agenda => Grid { first: self.at, days: usize::try_from(AGENDA_DAYS).unwrap_or(28) },
        }
    }

    /// What is shown, as moments in a zone.
    pub(super) fn span(&self, zone: &TimeZone) -> (Moment, Moment) {
        let grid = self.days();
        let begin = |day: Date| {
            let midnight = day.to_zoned(zone.clone()).or_else(|_| day.to_zoned(TimeZone::UTC));
            midnight.map_or(Moment(0), |at| Moment::from(at.timestamp()))
        };
        (begin(grid.first), begin(grid.end()))
    }

    /// The times before and after.
    pub(super) fn around(&self) -> [Self; 2] {
        let step: Span = match self.layout {
            Layout::Month => 1.month(),
            Layout::Week => 1.week(),
            Layout::Agenda => AGENDA_DAYS.days(),
        };
        let moved = |at: Result<Date, jiff::Error>| Self { at: at.unwrap_or(self.at), ..self.clone() };
        [moved(self.at.checked_sub(step)), moved(self.at.checked_add(step))]
    }
}

fn week_of(day: Date, first: Weekday) -> Date {
    let back = i64::from(day.weekday().since(first));
    day.checked_sub(back.days()).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn asked(query: &str) -> Asked {
        Asked::of(&Form::parse(query.as_bytes()), date(2026, 11, 27))
    }

    #[test]
    fn what_is_asked_is_what_its_address_asks() {
        for query in
            ["", "view=week&at=2026-12-24", "view=agenda&time=freeze,change&service=SRV0000001&organisation=x%26y"]
        {
            let first = asked(query);
            let address = first.address();
            let (_, again) = address.split_once('?').expect("a question");
            assert_eq!(asked(again), Asked { is_unsaid: false, ..first }, "{query}");
        }
        assert_eq!(asked("at=9999-01-01&view=x&time=y").address(), "/operations-calendar?view=month&at=2026-11-27");
    }

    #[test]
    fn a_kind_of_time_is_chosen_and_taken_back() {
        let both = asked("time=freeze").toggled(TimeKind::Change);
        assert_eq!(both.narrowed(), "&time=freeze,change");
        assert_eq!(both.toggled(TimeKind::Freeze).toggled(TimeKind::Change).narrowed(), "");
    }

    #[test]
    fn weeks_begin_on_their_first_day() {
        assert_eq!(week_of(date(2026, 11, 27), Weekday::Monday), date(2026, 11, 23));
        assert_eq!(week_of(date(2026, 11, 27), Weekday::Sunday), date(2026, 11, 22));
        assert_eq!(week_of(date(2026, 11, 23), Weekday::Monday), date(2026, 11, 23));
    }

    #[test]
    fn the_last_day_of_a_month_leads_to_that_of_the_next() {
        let [before, after] = asked("at=2027-01-31").around();
        assert_eq!((before.at, after.at), (date(2026, 12, 31), date(2027, 2, 28)));
    }
}
