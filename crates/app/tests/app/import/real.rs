//! The whole real logs: what their READMEs say must come out.

use std::path::PathBuf;

use steward_app::App;
use steward_app::facts::{Breakdown, Facts};
use steward_app::forecast::{AGES, Held};
use steward_app::import::{ImportReport, Profile};
use steward_testkit::database::TestDatabase;
use steward_testkit::on_both;

use crate::world::app;

/// A log beside the project; `None`, told clearly, when it is not there.
fn shared(path: &str) -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let root = std::env::var_os("STEWARD_SHARED").map_or(beside, PathBuf::from);
    let file = root.join("data").join(path);
    if !file.exists() {
        eprintln!("SKIPPED: {} is missing; set STEWARD_SHARED to the folder that holds data/", file.display());
        return None;
    }
    Some(file)
}

async fn import(db: &TestDatabase, profile: &str, path: PathBuf) -> ImportReport {
    let report = super::import(&app(db).await, path, &Profile::shipped(profile).unwrap(), None).await.unwrap();
    println!("{report}");
    report
}

async fn facts(db: &TestDatabase, kind: &str) -> Facts {
    let app = app(db).await;
    let facts = app.facts(app.kind(kind).unwrap()).await.unwrap();
    println!("{facts}");
    facts
}

#[track_caller]
fn check_events(breakdown: &Breakdown, wanted: &[(&str, u64)]) {
    let found: Vec<(&str, u64)> = wanted.iter().map(|(value, _)| (*value, breakdown.events(value))).collect();
    assert_eq!(found, wanted, "events by {}", breakdown.field);
}

#[track_caller]
fn check_records(breakdown: &Breakdown, wanted: &[(&str, u64)]) {
    let found: Vec<(&str, u64)> = wanted.iter().map(|(value, _)| (*value, breakdown.records(value))).collect();
    assert_eq!(found, wanted, "records by {}", breakdown.field);
}

/// Records that ever named one, and how many different ones.
#[track_caller]
fn check_named(facts: &Facts, field: &str, wanted: (u64, u64)) {
    let breakdown = facts.field(field).unwrap();
    assert_eq!((breakdown.records_ever, breakdown.distinct), wanted, "{field}");
}

fn check_uci(facts: &Facts) {
    assert_eq!((facts.records, facts.events, facts.most_events), (24_918, 141_712, 58));
    let states = [("in_progress", 38_716), ("new", 36_407), ("resolved", 25_751), ("closed", 24_985), ("-100", 5)];
    check_events(&facts.state, &states);
    check_events(&facts.state, &[("on_hold", 14_642 + 707 + 461 + 38)]);
    check_records(&facts.state, &[("closed", 24_918)]);
    let field = |key: &str| facts.field(key).unwrap();
    check_events(
        field("on_hold_reason"),
        &[
            ("awaiting_requester", 14_642),
            ("awaiting_vendor", 707),
            ("awaiting_problem", 461),
            ("awaiting_evidence", 38),
        ],
    );
    check_events(field("priority"), &[("moderate", 132_452), ("low", 4_030), ("high", 2_972), ("critical", 2_258)]);
    check_records(field("priority"), &[("moderate", 23_466), ("low", 774), ("high", 408), ("critical", 270)]);
    check_events(field("impact"), &[("medium", 134_335), ("low", 3_886), ("high", 3_491)]);
    check_events(field("urgency"), &[("medium", 134_094), ("high", 4_020), ("low", 3_598)]);
    let channels = [("phone", 140_462), ("portal", 995), ("mail", 220), ("voice_menu", 18), ("direct", 17)];
    check_events(field("channel"), &channels);
    check_events(field("team"), &[("Group 70", 43_474), ("Group 25", 7_679), ("Group 24", 6_752), ("Group 73", 3_304)]);
    assert_eq!(field("team").empty_events, 14_213);
    check_events(field("service"), &[("Category 26", 18_453), ("Category 42", 15_977), ("Category 20", 5_506)]);
    assert_eq!((field("priority").records_changed, field("team").records_changed), (383, 9_575));
    check_named(facts, "problem", (381, 252));
    check_named(facts, "fixed_by_change", (179, 181));
    check_named(facts, "caused_by_change", (3, 3));
    let missing = ["requester", "location", "service", "service_offering", "assignee", "configuration_items"];
    let missing = missing.map(|key| (field(key).distinct, field(key).empty_events));
    assert_eq!(missing, [(5_244, 29), (224, 76), (58, 78), (357, 111), (234, 27_496), (50, 141_267)]);
    check_uci_numbers(facts);
}

fn check_uci_numbers(facts: &Facts) {
    let reopened = facts.counter("reopen_count").unwrap();
    assert_eq!((reopened.sum_over_events, reopened.sum_of_highest, reopened.records_above_zero), (3_106, 331, 275));
    let reassigned = facts.counter("reassignment_count").unwrap();
    assert_eq!((reassigned.sum_of_highest, reassigned.highest), (23_414, 27));
    let imported = |name: &str| facts.imported(name).unwrap();
    check_events(imported("active"), &[("true", 116_726)]);
    check_events(imported("made_sla"), &[("true", 132_497)]);
    check_records(imported("made_sla"), &[("true", 15_803)]);
    check_events(imported("notify"), &[("Do Not Notify", 141_593), ("Send Email", 119)]);
    check_records(imported("knowledge"), &[("true", 3_551)]);
    check_records(imported("u_priority_confirmation"), &[("true", 19_143)]);
    assert_eq!(
        ["u_symptom", "vendor", "opened_by", "closed_code"].map(|name| imported(name).distinct),
        [525, 4, 207, 17]
    );
    assert_eq!(["u_symptom", "vendor", "opened_by"].map(|name| imported(name).empty_events), [32_964, 141_468, 4_835]);
    let range = |key: &str| facts.moment(key).map(|moment| (moment.records, moment.first.clone(), moment.last.clone()));
    let moment = |text: &str| Some(text.to_owned());
    assert_eq!(range("opened_at"), Some((24_918, moment("2016-02-29T01:16:00Z"), moment("2017-02-16T14:17:00Z"))));
    assert_eq!(range("closed_at"), Some((24_918, moment("2016-02-29T17:47:00Z"), moment("2017-02-18T15:00:00Z"))));
    assert_eq!(facts.moment("resolved_at").unwrap().records, 24_918 - 1_556);
    assert_eq!((facts.closed_records, facts.minutes_opened_to_closed), (24_918, 471_441_534));
    // The log leaves a finished state 331 times: 317 and 2 from resolved, 12 from closed.
    assert_eq!((facts.reopenings, facts.priority_overrides), (331, 0));
}

fn check_volvo(facts: &Facts) {
    assert_eq!((facts.records, facts.events, facts.most_events, facts.records_with_one_event), (1_487, 6_660, 35, 1));
    let states = [
        ("new", 875),
        ("assess", 614),
        ("root_cause_analysis", 3_066 + 527),
        ("closed", 1_565),
        ("cancelled", 3),
        ("Unmatched", 10),
    ];
    check_events(&facts.state, &states);
    check_records(&facts.state, &[("closed", 1_487)]);
    let imported = |name: &str| facts.imported(name).unwrap();
    check_events(imported("status"), &[("Accepted", 4_207), ("Completed", 1_568), ("Queued", 875), ("Unmatched", 10)]);
    check_events(
        imported("sub_status"),
        &[
            ("In Progress", 3_066),
            ("Closed", 1_565),
            ("Awaiting Assignment", 875),
            ("Assigned", 614),
            ("Wait", 527),
            ("Unmatched", 10),
            ("Cancelled", 3),
        ],
    );
    check_events(imported("impact"), &[("Medium", 3_817), ("High", 1_363), ("Low", 905), ("Major", 575)]);
    check_records(imported("impact"), &[("Medium", 811), ("High", 306), ("Low", 235), ("Major", 135)]);
    let field = |key: &str| facts.field(key).unwrap();
    check_events(field("impact"), &[("medium", 3_817), ("high", 1_363 + 575), ("low", 905)]);
    check_records(field("major"), &[("true", 135)]);
    check_events(field("team"), &[("G199 3rd", 1_164), ("G88 2nd", 294), ("G181 2nd", 97)]);
    check_events(field("configuration_items"), &[("PROD97", 612), ("PROD98", 383), ("PROD236", 102)]);
    let teams = field("team");
    assert_eq!((teams.records_changed, teams.changes, teams.distinct), (280, 655, 324));
    assert_eq!(field("configuration_items").distinct, 337);
    assert_eq!(imported("function_division").empty_events, 2_078);
    assert_eq!(
        ["function_division", "organisation_line", "organisation_country", "owner_country"]
            .map(|name| imported(name).distinct),
        [28, 15, 17, 21]
    );
    assert_eq!(facts.reopened_records, 61);
    assert_eq!(facts.counter("reanalysis_count").unwrap().records_above_zero, 61);
    assert_eq!(facts.first_event_at.as_deref(), Some("2006-01-11T14:49:42Z"));
    assert_eq!(facts.last_event_at.as_deref(), Some("2012-05-31T21:49:06Z"));
    assert_eq!(facts.seconds_first_to_last_event, 22_982_556_508);
}

/// Of each third record; how it is for all stands in BENCHMARKS.md.
async fn forecasts_hold_as_often_as_they_say(app: &App) {
    let found = app.backtest_forecasts(app.kind("incident").unwrap(), 3).await.unwrap();
    let check = |name: &str, held: &Held, least: usize| {
        assert!(held.made() >= least, "{name}: {} forecasts", held.made());
        let percent = held.percent().unwrap();
        assert!((76.0..=84.0).contains(&percent), "{name}: {percent}");
    };
    check("overall", &found.overall(), 5_000);
    for age in AGES {
        check(&format!("after {} h", age / 3_600), &found.at_age(age), 500);
    }
    check("moderate", &found.of_priority("moderate"), 4_000);
}

on_both! {
    async fn every_fact_of_the_uci_log_comes_out(db: TestDatabase) {
        let Some(path) = shared("uci-incident-log/incident_event_log.csv.xz") else { return };
        let report = import(&db, "uci", path.clone()).await;
        assert_eq!((report.rows, report.events, report.created), (141_712, 141_712, 24_918));
        assert_eq!((report.unusable_rows, report.other_priorities), (0, 0));
        let back = report.irregular.iter().find(|irregular| irregular.sort == "time_goes_back");
        assert_eq!(back.map(|irregular| irregular.count), Some(1));
        check_uci(&facts(&db, "incident").await);
        forecasts_hold_as_often_as_they_say(&app(&db).await).await;
        let again = import(&db, "uci", path).await;
        assert_eq!((again.events, again.known_rows, again.created), (0, 141_712, 0));
        assert!(again.referenced.is_empty());
        let verified = db.store.verify(None, |_| {}).await.unwrap();
        assert!(verified.is_good(), "{:?}", verified.faults);
    }

    async fn every_fact_of_the_volvo_log_comes_out(db: TestDatabase) {
        let Some(path) = shared("volvo-problems/problem_events.csv.xz") else { return };
        let report = import(&db, "volvo", path.clone()).await;
        assert_eq!((report.rows, report.events, report.created, report.unusable_rows), (6_660, 6_660, 1_487, 0));
        check_volvo(&facts(&db, "problem").await);
        assert_eq!(import(&db, "volvo", path).await.events, 0);
        let verified = db.store.verify(None, |_| {}).await.unwrap();
        assert!(verified.is_good(), "{:?}", verified.faults);
    }
}
