//! The rules of importing, each on a small log.

use std::io::Write as _;

use serde_json::{Value as Json, json};
use steward_app::App;
use steward_app::error::Error;
use steward_app::import::{ImportReport, ImportRequest, Profile};
use steward_model::event::Cause;
use steward_model::id::RecordId;
use steward_model::moment::Moment;
use steward_model::record::Record;
use steward_testkit::database::TestDatabase;
use steward_testkit::on_both;

use super::{file, import};
use crate::world::app;

const PROFILE: &str = r#"
name = "small"
kind = "incident"
case = "{number}"
moment = "at"
actor = { column = "by", reference = "person" }
moments = { format = "%d/%m/%Y %H:%M", time_zone = "Europe/Brussels" }
missing = ["?"]

[state]
text = "{state}"

[state.map]
"New" = "new"
"Active" = "in_progress"
"Waiting" = { state = "on_hold", on_hold_reason = "awaiting_vendor" }
"Resolved" = "resolved"
"Closed" = "closed"

[reference.person]
kind = "person"
match = "external_id"
name = "small:{value}"
fields = { family_name = "{value}" }
state = "active"

[reference.change]
kind = "change"
match = "number"
fields = { title = "{value}" }

[reference.service]
kind = "service"
match = "name"
fields = { name = "{value}" }
state = "live"

[reference.offering]
kind = "service_offering"
match = "name"
name = "{category} / {value}"
fields = { name = "{category} / {value}", service = { reference = "service", column = "category" } }

[field]
title = { text = "{category} / {sub}", once = true }
service = { column = "category", reference = "service" }
service_offering = { column = "sub", reference = "offering" }
impact = { column = "impact", map = { "1" = "high", "2" = "medium", "3" = "low" } }
urgency = { column = "urgency", map = { "1" = "high", "2" = "medium", "3" = "low" } }
priority = { column = "priority", map = { "1" = "critical", "2" = "high", "3" = "moderate", "4" = "low" } }
fixed_by_change = { column = "rfc", reference = "change" }
reopen_count = { count = "reopened" }

[field.resolved_at]
column = "resolved_at"
known = { states = ["resolved", "closed"], not_before = "resolved_at" }

[extra]
vendor = {}
code = { known = { states = ["resolved", "closed"], not_before = "resolved_at" } }

[ignore]
modified = "it numbers the rows"
"#;

const HEADER: &str = "number,state,at,by,category,sub,impact,urgency,priority,rfc,vendor,code,resolved_at,modified\n";

fn profile() -> Profile {
    Profile::parse(PROFILE).unwrap()
}

/// A row of case, state and moment; the rest is alike in all.
fn row(case: &str, state: &str, at: &str) -> String {
    format!("{case},{state},{at},Ann,Mail,Rules,2,2,3,?,?,?,?,1\n")
}

fn log(rows: &[String]) -> String {
    format!("{HEADER}{}", rows.concat())
}

async fn imported(db: &TestDatabase, rows: &[String]) -> (App, ImportReport) {
    let app = app(db).await;
    let report = import(&app, file(db, "log.csv", log(rows)), &profile(), None).await.unwrap();
    (app, report)
}

async fn incident(db: &TestDatabase, number: &str) -> Record {
    db.store.find_by_number("incident", number).await.unwrap().unwrap().record
}

/// The value of a field after each event of an incident.
async fn history(db: &TestDatabase, number: &str, field: &str) -> Vec<Option<Json>> {
    let entries = db.store.journal_of(incident(db, number).await.id, 0, 100).await.unwrap();
    let mut record = None;
    let mut values = Vec::new();
    for entry in &entries {
        record = Some(steward_model::apply::apply(record.take(), &entry.event).unwrap());
        values.extend(record.as_ref().map(|record| record.field(field).cloned()));
    }
    values
}

fn at(text: &str) -> Json {
    json!(Moment::parse(text).unwrap().0)
}

async fn check_good(db: &TestDatabase) {
    let verified = db.store.verify(None, |_| {}).await.unwrap();
    assert!(verified.is_good(), "{:?}", verified.faults);
}

on_both! {
    async fn each_row_becomes_an_event_of_its_actor_at_its_moment(db: TestDatabase) {
        let rows = [row("INC0000045", "New", "29/2/2016 01:16"), row("INC0000045", "New", "1/7/2016 08:05")];
        let (_, report) = imported(&db, &rows).await;
        assert_eq!((report.events, report.created, report.unusable_rows), (2, 1, 0));
        let record = incident(&db, "INC0000045").await;
        let entries = db.store.journal_of(record.id, 0, 10).await.unwrap();
        let seen: Vec<_> = entries.iter().map(|entry| (entry.event.at.to_string(), entry.event.cause.clone())).collect();
        // Brussels is one hour ahead of UTC in winter, two in summer.
        let wanted = [("2016-02-29T00:16:00Z", "small:INC0000045:1"), ("2016-07-01T06:05:00Z", "small:INC0000045:2")];
        let wanted: Vec<_> =
            wanted.iter().map(|(at, cause)| ((*at).to_owned(), Some(Cause::Import((*cause).to_owned())))).collect();
        assert_eq!(seen, wanted);
        let actor = db.store.get_record(entries[1].event.actor).await.unwrap().unwrap().record;
        assert_eq!((actor.kind.as_str(), actor.text("name"), actor.state.as_str()), ("person", "Ann", "active"));
        check_good(&db).await;
    }

    async fn final_values_are_not_known_before_their_time(db: TestDatabase) {
        let line = |state: &str, at: &str| format!("INC1,{state},{at},Ann,Mail,Rules,2,2,3,?,?,code 5,3/3/2016 12:00,1\n");
        let rows = [
            line("New", "1/3/2016 08:00"),
            line("Resolved", "2/3/2016 08:00"),
            line("Active", "2/3/2016 09:00"),
            line("Resolved", "3/3/2016 12:00"),
            line("Closed", "4/3/2016 12:00"),
        ];
        imported(&db, &rows).await;
        let known = Some(at("2016-03-03T11:00:00Z"));
        assert_eq!(history(&db, "INC1", "resolved_at").await, [None, None, None, known.clone(), known]);
        let codes: Vec<bool> = history(&db, "INC1", "imported").await.iter().map(Option::is_some).collect();
        assert_eq!(codes, [false, false, false, true, true]);
        let reopened = history(&db, "INC1", "reopen_count").await;
        assert_eq!(reopened.last(), Some(&Some(json!(1))));
    }

    async fn the_last_row_of_a_case_knows_every_final_value(db: TestDatabase) {
        let line = |state: &str, at: &str| format!("INC1,{state},{at},Ann,Mail,Rules,2,2,3,?,?,code 5,3/3/2016 12:00,1\n");
        imported(&db, &[line("New", "1/3/2016 08:00"), line("Closed", "2/3/2016 08:00")]).await;
        assert_eq!(history(&db, "INC1", "resolved_at").await, [None, Some(at("2016-03-03T11:00:00Z"))]);
    }

    async fn a_waiting_record_says_for_what_and_forgets_it_after(db: TestDatabase) {
        let rows = [row("INC1", "New", "1/3/2016 08:00"), row("INC1", "Waiting", "1/3/2016 09:00"), row("INC1", "Active", "1/3/2016 10:00")];
        imported(&db, &rows).await;
        assert_eq!(history(&db, "INC1", "on_hold_reason").await, [None, Some(json!("awaiting_vendor")), None]);
    }

    async fn what_todays_rules_would_refuse_is_recorded_and_told(db: TestDatabase) {
        let rows = [
            row("INC1", "New", "1/3/2016 08:00"),
            row("INC1", "-100", "1/3/2016 09:00"),
            row("INC1", "Closed", "1/3/2016 08:30"),
        ];
        let (_, report) = imported(&db, &rows).await;
        assert_eq!(report.events, 3);
        assert_eq!(incident(&db, "INC1").await.state, "closed");
        let mut told: Vec<String> = report.irregular.iter().map(|irregular| format!("{} {irregular}", irregular.count)).collect();
        told.sort();
        assert_eq!(told, [
            "1 no transition leads from -100 to closed",
            "1 no transition leads from new to -100",
            "1 the lifecycle has no state -100",
            "1 the time goes back within the case",
        ]);
        check_good(&db).await;
    }

    async fn a_row_that_cannot_be_used_goes_to_the_error_file(db: TestDatabase) {
        let rows = [
            row("INC1", "New", "1/3/2016 08:00"),
            row("INC1", "Active", "31/2/2016 08:00"),
            row("", "Active", "1/3/2016 08:00"),
            "INC2,New,1/3/2016 08:00\n".to_owned(),
            row("INC1", "Active", "1/3/2016 10:00").replace("Rules,2", "Rules,7"),
            row("INC3", "New", "1/3/2016 10:00"),
        ];
        let app = app(&db).await;
        let errors = db.folder.path().join("errors.csv");
        let path = file(&db, "log.csv", log(&rows));
        let report = import(&app, path, &profile(), Some(errors.clone())).await.unwrap();
        assert_eq!((report.rows, report.events, report.unusable_rows, report.created), (6, 2, 4, 2));
        assert_eq!(report.error_file, Some(errors.clone()));
        let written = std::fs::read_to_string(errors).unwrap();
        let mut lines: Vec<&str> = written.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines.len(), 5);
        assert!(written.contains("resolved_at,modified,error_line,error_reason\n"), "{written}");
        assert!(written.contains("INC1,Active,31/2/2016 08:00,Ann,Mail,Rules,2,2,3,?,?,?,?,1,3,at: `31/2/2016 08:00` is not a moment written as %d/%m/%Y %H:%M\n"), "{written}");
        assert!(written.contains(",4,it names no case\n"), "{written}");
        assert!(written.contains(",6,impact: `7` is not in the profile's map\n"), "{written}");
        assert!(written.contains("INC2,New,1/3/2016 08:00,,,,,,,,,,,,5,\"it has 3 cells, not 14\"\n"), "{written}");
    }

    async fn a_file_of_errors_put_right_can_be_imported(db: TestDatabase) {
        let app = app(&db).await;
        let errors = db.folder.path().join("errors.csv");
        let path = file(&db, "log.csv", log(&[row("INC1", "New", "31/2/2016 08:00")]));
        import(&app, path, &profile(), Some(errors.clone())).await.unwrap();
        let right = std::fs::read_to_string(&errors).unwrap().replace("31/2/2016 08:00,Ann", "1/3/2016 08:00,Ann");
        let second = db.folder.path().join("errors2.csv");
        let report = import(&app, file(&db, "right.csv", right), &profile(), Some(second.clone())).await.unwrap();
        assert_eq!((report.events, report.unusable_rows, report.error_file), (1, 0, None));
        assert!(!second.exists(), "an error file without errors is taken away");
    }

    async fn a_second_run_changes_nothing_and_a_grown_log_goes_on(db: TestDatabase) {
        let mut rows = vec![row("INC1", "New", "1/3/2016 08:00"), row("INC2", "New", "1/3/2016 08:00"), row("INC1", "Active", "1/3/2016 09:00")];
        let (app, _) = imported(&db, &rows).await;
        let before = db.store.verify(None, |_| {}).await.unwrap();
        let again = import(&app, file(&db, "log.csv", log(&rows)), &profile(), None).await.unwrap();
        assert_eq!((again.events, again.known_rows, again.created, again.continued), (0, 3, 0, 0));
        // Counted, for the place up to which readers may go waits for whatever else the database is doing.
        let after = db.store.verify(None, |_| {}).await.unwrap();
        assert_eq!((after.entries, after.records), (before.entries, before.records));
        rows.push(row("INC2", "Active", "2/3/2016 08:00"));
        let grown = import(&app, file(&db, "log.csv", log(&rows)), &profile(), None).await.unwrap();
        assert_eq!((grown.events, grown.known_rows, grown.created, grown.continued), (1, 3, 0, 1));
        assert!(grown.referenced.is_empty(), "{:?}", grown.referenced);
        check_good(&db).await;
    }

    async fn a_case_that_comes_again_is_continued_when_it_is_newer(db: TestDatabase) {
        let (app, _) = imported(&db, &[row("INC1", "New", "1/3/2016 08:00")]).await;
        let newer = file(&db, "newer.csv", log(&[row("INC1", "Active", "2/3/2016 08:00")]));
        let report = import(&app, newer.clone(), &profile(), None).await.unwrap();
        assert_eq!((report.events, report.continued), (1, 1));
        let report = import(&app, newer, &profile(), None).await.unwrap();
        assert_eq!((report.events, report.known_rows), (0, 1));
        let older = file(&db, "older.csv", log(&[row("INC1", "Active", "1/1/2016 08:00")]));
        let report = import(&app, older, &profile(), None).await.unwrap();
        assert_eq!((report.events, report.unusable_rows), (0, 1));
        assert_eq!(report.unusable[0].reason, "it is older than what is stored of its case");
    }

    async fn a_number_that_is_taken_by_another_record_is_left_alone(db: TestDatabase) {
        let app = app(&db).await;
        app.ensure_organisation("Home").await.unwrap();
        let kind = app.registry().kind("incident").unwrap().clone();
        let id = db.store.next_ids(1).await.unwrap()[0];
        steward_testkit::records::commit(&db.store, vec![steward_testkit::records::created(&kind, id, "INC0000009", json!({"title": "Ours"}))]).await;
        let report = import(&app, file(&db, "log.csv", log(&[row("INC0000009", "Active", "1/3/2030 08:00")])), &profile(), None).await.unwrap();
        assert_eq!((report.events, report.unusable_rows), (0, 1));
        assert_eq!(incident(&db, "INC0000009").await.revision, 1);
    }

    async fn named_records_are_made_once_with_what_they_name_themselves(db: TestDatabase) {
        let line = |case: &str, rfc: &str| format!("{case},New,1/3/2016 08:00,Ann,Mail,Rules,2,2,3,{rfc},?,?,?,1\n");
        let (_, report) = imported(&db, &[line("INC1", "CHG0000404"), line("INC2", "CHG0000404"), line("INC3", "RFC 7")]).await;
        let made: Vec<(&str, u64)> = report.referenced.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
        assert_eq!(made, [("change", 2), ("person", 1), ("service", 1), ("service_offering", 1)]);
        let record = incident(&db, "INC1").await;
        let change = db.store.find_by_number("change", "CHG0000404").await.unwrap().unwrap().record;
        assert_eq!(record.reference("fixed_by_change"), Some(change.id));
        assert_eq!(incident(&db, "INC2").await.reference("fixed_by_change"), Some(change.id));
        let offering = db.store.get_record(record.reference("service_offering").unwrap()).await.unwrap().unwrap().record;
        assert_eq!((offering.text("name"), offering.reference("service")), ("Mail / Rules", record.reference("service")));
        // The number that the log gave is never given out again.
        let kind = steward_model::kind::Registry::load(&steward_practices::sources()).unwrap().kind("change").unwrap().clone();
        let next = db.store.next_numbers(&kind, 1).await.unwrap();
        assert!(next[0].as_str() > "CHG0000404", "{next:?}");
    }

    async fn another_priority_than_that_of_the_matrix_is_kept_and_told(db: TestDatabase) {
        let line = |at: &str, priority: &str| format!("INC1,New,{at},Ann,Mail,Rules,2,2,{priority},?,?,?,?,1\n");
        let (_, report) = imported(&db, &[line("1/3/2016 08:00", "1"), line("1/3/2016 09:00", "3")]).await;
        assert_eq!(report.other_priorities, 1);
        assert_eq!((report.other_priority[0].said.as_str(), report.other_priority[0].matrix.as_deref()), ("critical", Some("moderate")));
        assert_eq!(history(&db, "INC1", "priority").await, [Some(json!("critical")), Some(json!("moderate"))]);
        assert_eq!(history(&db, "INC1", "priority_override").await, [Some(json!("critical")), None]);
    }

    async fn columns_without_a_field_are_kept_by_name_or_told(db: TestDatabase) {
        let text = log(&[row("INC1", "New", "1/3/2016 08:00").replace("?,?,?,?,1", "?,Vendor 1,?,?,1")]);
        let text = text.replace("modified\n", "modified,mood\n").replace(",1\n", ",1,good\n");
        let app = app(&db).await;
        let report = import(&app, file(&db, "log.csv", text), &profile(), None).await.unwrap();
        let kept = incident(&db, "INC1").await.field("imported").cloned();
        assert_eq!(kept, Some(json!([{"name": "vendor", "value": "Vendor 1"}])));
        let left_out: Vec<(&str, &str)> = report.left_out.iter().map(|left| (left.column.as_str(), left.reason.as_str())).collect();
        assert_eq!(left_out, [("modified", "it numbers the rows"), ("mood", "the profile does not speak of it")]);
    }

    async fn packed_files_are_told_by_their_first_bytes(db: TestDatabase) {
        let app = app(&db).await;
        let text = log(&[row("INC1", "New", "1/3/2016 08:00")]);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        let report = import(&app, file(&db, "a.txt", gzip.finish().unwrap()), &profile(), None).await.unwrap();
        assert_eq!(report.events, 1);
        let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
        xz.write_all(text.replace("INC1", "INC2").as_bytes()).unwrap();
        let report = import(&app, file(&db, "b.csv", xz.finish().unwrap()), &profile(), None).await.unwrap();
        assert_eq!(report.events, 1);
        let marked = format!("\u{feff}{}", text.replace("INC1", "INC3"));
        assert_eq!(import(&app, file(&db, "c.csv", marked), &profile(), None).await.unwrap().events, 1);
    }

    async fn records_belong_to_the_organisation_named(db: TestDatabase) {
        let app = app(&db).await;
        let home = app.ensure_organisation("Home").await.unwrap();
        let path = file(&db, "log.csv", log(&[row("INC1", "New", "1/3/2016 08:00")]));
        let request = |organisation: &str| ImportRequest { path: path.clone(), profile: profile(), organisation: Some(organisation.to_owned()), errors: None };
        let outcome = app.import_event_log(request("Elsewhere"), &mut |_| {}).await;
        assert!(matches!(outcome, Err(Error::BadRequest(message)) if message == "there is no organisation `Elsewhere`"));
        app.import_event_log(request("home"), &mut |_| {}).await.unwrap();
        assert_eq!(incident(&db, "INC1").await.organisation, home);
        assert_ne!(home, RecordId::SYSTEM);
    }

    async fn a_profile_that_does_not_fit_is_refused_before_anything_is_written(db: TestDatabase) {
        let app = app(&db).await;
        let path = file(&db, "log.csv", log(&[row("INC1", "New", "1/3/2016 08:00")]));
        let refused = |text: String| {
            let (app, path) = (app.clone(), path.clone());
            async move { import(&app, path, &Profile::parse(&text).unwrap(), None).await.unwrap_err().to_string() }
        };
        assert_eq!(refused(PROFILE.replace("moment = \"at\"", "moment = \"when\"")).await.split(';').next(), Some("the file has no column `when`"));
        let told = refused(PROFILE.replace("reopen_count =", "reopened =")).await;
        assert_eq!(told, "the profile small cannot be used: incident has no field `reopened`");
        assert!(db.store.find_by_number("incident", "INC1").await.unwrap().is_none());
    }
}
