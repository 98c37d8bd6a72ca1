//! When a message is due: after a burst, with a digest, past quiet hours. Pure, in the zone of whoever gets it.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use steward_model::moment::Moment;

use super::choices::{DAY_MINUTES, Digest, Every, Mailing, Mode, Quiet};

/// How long a message that goes at once waits for what else happens to its record, in seconds.
pub const BURST: i64 = 120;
/// Days looked ahead for the end of quiet hours: whole weeks that are quiet are none.
const DAYS: usize = 9;

/// When something is mailed that happens now; `None` when it is not mailed. The second says that it waits for the digest.
pub(super) fn due(
    mailing: &Mailing,
    mode: Mode,
    zone: &TimeZone,
    is_critical: bool,
    now: Moment,
) -> Option<(Moment, bool)> {
    let (at, in_digest) = match mode {
        Mode::Never => return None,
        Mode::AtOnce => (now.plus_seconds(BURST), false),
        Mode::Digest => (next(&mailing.digest, zone, now), true),
    };
    let quiet = mailing.quiet.as_ref().filter(|quiet| !(is_critical && quiet.but_critical));
    Some((quiet.map_or(at, |quiet| after(quiet, zone, at)), in_digest))
}

/// The next digest after a moment.
fn next(digest: &Digest, zone: &TimeZone, now: Moment) -> Moment {
    let local = now.timestamp().to_zoned(zone.clone());
    if digest.every == Every::Hour {
        // Zones that are half an hour off have their full hours at another moment.
        let into = i64::from(local.minute()) * 60 + i64::from(local.second());
        return Moment(now.0 - now.0.rem_euclid(1_000_000)).plus_seconds(3600 - into);
    }
    let mut day = local.date();
    for _ in 0..DAYS {
        let is_day = digest.every == Every::Day || day.weekday().to_monday_one_offset() == digest.weekday;
        let at = moment(at_minute(day, digest.at), zone);
        if is_day && at > now {
            return at;
        }
        let Ok(tomorrow) = day.tomorrow() else { break };
        day = tomorrow;
    }
    now.plus_seconds(24 * 3600)
}

/// The moment itself, or the end of the quiet hours that it lies in.
fn after(quiet: &Quiet, zone: &TimeZone, at: Moment) -> Moment {
    let mut at = at;
    for _ in 0..DAYS {
        let today = at.timestamp().to_zoned(zone.clone()).date();
        let begun = [today.yesterday().ok(), Some(today)].into_iter().flatten();
        let end = begun.filter_map(|day| span(quiet, zone, day)).find(|(begin, end)| *begin <= at && at < *end);
        let Some((_, end)) = end else { return at };
        at = end;
    }
    at
}

/// The quiet hours that begin on a day.
fn span(quiet: &Quiet, zone: &TimeZone, day: Date) -> Option<(Moment, Moment)> {
    if !quiet.days.contains(&day.weekday().to_monday_one_offset()) {
        return None;
    }
    let end = if quiet.until > quiet.from { day } else { day.tomorrow().ok()? };
    Some((moment(at_minute(day, quiet.from), zone), moment(at_minute(end, quiet.until), zone)))
}

fn at_minute(day: Date, minutes: u16) -> DateTime {
    let minutes = minutes.min(DAY_MINUTES - 1);
    let part = |number: u16| i8::try_from(number).unwrap_or_default();
    day.at(part(minutes / 60), part(minutes % 60), 0, 0)
}

/// The moment at which clocks of a zone show a time; the later one where they leave it out.
fn moment(local: DateTime, zone: &TimeZone) -> Moment {
    let zoned = local.to_zoned(zone.clone()).map(|zoned| zoned.timestamp());
    zoned.unwrap_or(jiff::Timestamp::MAX).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mailing: &Mailing, mode: Mode, critical: bool, now: &str, wanted: &str) {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = Moment::parse(now).unwrap();
        let found = due(mailing, mode, &zone, critical, at).map(|(at, _)| at);
        assert_eq!(found, Moment::parse(wanted), "{now}: {found:?}");
    }

    fn mailing(every: Every, at: u16, quiet: Option<Quiet>) -> Mailing {
        Mailing { digest: Digest { every, at, weekday: 5 }, quiet, ..Mailing::default() }
    }

    #[test]
    fn a_burst_is_waited_for() {
        check(&Mailing::default(), Mode::AtOnce, false, "2026-03-02T09:00:00Z", "2026-03-02T09:02:00Z");
        assert_eq!(due(&Mailing::default(), Mode::Never, &TimeZone::UTC, true, Moment(0)), None);
    }

    #[test]
    fn digests_come_at_their_time_of_day_wherever_clocks_stand() {
        let daily = mailing(Every::Day, 8 * 60, None);
        check(&daily, Mode::Digest, false, "2026-03-02T06:59:00Z", "2026-03-02T07:00:00Z");
        check(&daily, Mode::Digest, false, "2026-03-02T07:00:00Z", "2026-03-03T07:00:00Z");
        // Clocks go forward on the 29th.
        check(&daily, Mode::Digest, false, "2026-03-28T12:00:00Z", "2026-03-29T06:00:00Z");
        // A time that clocks leave out comes when they are past it.
        check(&mailing(Every::Day, 150, None), Mode::Digest, false, "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z");
        let weekly = mailing(Every::Week, 16 * 60, None);
        check(&weekly, Mode::Digest, false, "2026-03-02T06:59:00Z", "2026-03-06T15:00:00Z");
        check(&weekly, Mode::Digest, false, "2026-03-06T15:00:00Z", "2026-03-13T15:00:00Z");
        check(&mailing(Every::Hour, 0, None), Mode::Digest, false, "2026-03-02T06:59:30Z", "2026-03-02T07:00:00Z");
        let nepal = TimeZone::get("Asia/Kathmandu").unwrap();
        assert_eq!(next(&Digest { every: Every::Hour, ..Digest::default() }, &nepal, Moment(0)), Moment(1_800_000_000));
    }

    #[test]
    fn quiet_hours_are_waited_out() {
        let nights = Quiet { days: (1..=5).collect(), ..Quiet::default() };
        let quiet = mailing(Every::Hour, 0, Some(nights));
        // 22:00 in Berlin on a Monday; 06:30 on the Tuesday after; by day; and on a Saturday, when nothing is quiet.
        check(&quiet, Mode::AtOnce, false, "2026-03-02T21:00:00Z", "2026-03-03T06:00:00Z");
        check(&quiet, Mode::AtOnce, false, "2026-03-03T05:30:00Z", "2026-03-03T06:00:00Z");
        check(&quiet, Mode::AtOnce, false, "2026-03-03T12:00:00Z", "2026-03-03T12:02:00Z");
        check(&quiet, Mode::AtOnce, false, "2026-03-07T21:00:00Z", "2026-03-07T21:02:00Z");
        check(&quiet, Mode::Digest, false, "2026-03-02T21:10:00Z", "2026-03-03T06:00:00Z");
        // What is critical comes, unless that is not wanted either.
        check(&quiet, Mode::AtOnce, true, "2026-03-02T21:00:00Z", "2026-03-02T21:02:00Z");
        let deaf = Quiet { but_critical: false, ..Quiet::default() };
        check(&mailing(Every::Hour, 0, Some(deaf)), Mode::AtOnce, true, "2026-03-02T21:00:00Z", "2026-03-03T06:00:00Z");
        // A weekend from midnight to midnight is one span after the other.
        let weekend = Quiet { from: 0, until: 0, days: [6, 7].into(), but_critical: true };
        check(
            &mailing(Every::Hour, 0, Some(weekend)),
            Mode::AtOnce,
            false,
            "2026-03-07T09:00:00Z",
            "2026-03-08T23:00:00Z",
        );
        // Who wants no mail at any time gets it late rather than never.
        let always = Quiet { from: 0, until: 0, ..Quiet::default() };
        let (at, _) =
            due(&mailing(Every::Day, 0, Some(always)), Mode::AtOnce, &TimeZone::UTC, false, Moment(0)).unwrap();
        assert!(at > Moment(0));
    }
}
