//! Facts as tables for people.

use std::fmt;

use super::{Breakdown, Facts};

impl fmt::Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("records", self.records.to_string()),
            ("events", self.events.to_string()),
            ("most events of one record", self.most_events.to_string()),
            ("records with one event", self.records_with_one_event.to_string()),
            ("first event", self.first_event_at.clone().unwrap_or_default()),
            ("last event", self.last_event_at.clone().unwrap_or_default()),
            ("seconds from first to last event", self.seconds_first_to_last_event.to_string()),
            ("records reopened", self.reopened_records.to_string()),
            ("reopenings", self.reopenings.to_string()),
            ("records with opened_at and closed_at", self.closed_records.to_string()),
            ("minutes between, all records", self.minutes_opened_to_closed.to_string()),
            ("priority overrides", self.priority_overrides.to_string()),
            ("of these with a reason", self.priority_overrides_with_reason.to_string()),
        ];
        writeln!(f, "Facts of {}", self.kind)?;
        for (name, value) in rows {
            writeln!(f, "  {name:<38} {value:>24}")?;
        }
        for moment in &self.moments {
            let (first, last) =
                (moment.first.as_deref().unwrap_or_default(), moment.last.as_deref().unwrap_or_default());
            writeln!(f, "  {:<22} {:>9} records, {first} to {last}", moment.field, moment.records)?;
        }
        if !self.counters.is_empty() {
            writeln!(
                f,
                "\n{:<30} {:>14} {:>14} {:>9} {:>12}",
                "number", "sum of highest", "sum of events", "highest", "records > 0"
            )?;
        }
        for counter in &self.counters {
            writeln!(
                f,
                "{:<30} {:>14} {:>14} {:>9} {:>12}",
                counter.field,
                counter.sum_of_highest,
                counter.sum_over_events,
                counter.highest,
                counter.records_above_zero
            )?;
        }
        self.state.table(f, "state")?;
        for breakdown in &self.fields {
            breakdown.table(f, &breakdown.field)?;
        }
        for breakdown in &self.imported {
            breakdown.table(f, &format!("imported: {}", breakdown.field))?;
        }
        Ok(())
    }
}

impl Breakdown {
    fn table(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        writeln!(f, "\n{name:<50} {:>10} {:>10}", "events", "records")?;
        for value in &self.values {
            writeln!(f, "  {:<48} {:>10} {:>10}", value.label, value.events, value.records)?;
        }
        let shown = u64::try_from(self.values.len()).unwrap_or(u64::MAX);
        if self.distinct > shown {
            writeln!(f, "  ({} more)", self.distinct - shown)?;
        }
        if self.empty_events > 0 {
            writeln!(f, "  {:<48} {:>10} {:>10}", "(empty)", self.empty_events, self.empty_records)?;
        }
        writeln!(
            f,
            "  ever set in {} records; changed {} times, in {} records",
            self.records_ever, self.changes, self.records_changed
        )
    }
}
