//! Comma-separated values (RFC 4180) that no spreadsheet takes for formulas.

use jiff::tz::TimeZone;
use steward_app::error::Error;

use super::cell::Cell;

/// Signs at which spreadsheets begin to calculate, with their full-width forms, which some take for the same.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Rows as lines.
///
/// # Errors
/// When a cell cannot be written, which none of ours is.
pub(super) fn lines(rows: &[Vec<Cell>], zone: &TimeZone) -> Result<Vec<u8>, Error> {
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::NonNumeric)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|cell| text(cell, zone))).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(|error| Error::internal(error.to_string()))
}

fn text(cell: &Cell, zone: &TimeZone) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Text(text) => guarded(text),
        Cell::Number(number) => number.to_string(),
        Cell::Moment(moment) => moment.timestamp().to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        Cell::Day(day) => day.clone(),
    }
}

/// A text with an apostrophe before it where a spreadsheet would calculate, or where it would be taken for such an
/// apostrophe: taking one away gives the text back in every case.
fn guarded(text: &str) -> String {
    match text.trim_start_matches('\'').starts_with(FORMULA) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an import makes of a cell.
    fn unguarded(text: &str) -> &str {
        match text.strip_prefix('\'') {
            Some(rest) if rest.trim_start_matches('\'').starts_with(FORMULA) => rest,
            _ => text,
        }
    }

    #[test]
    fn sec_034_no_text_is_a_formula_and_each_comes_back() {
        let dangerous =
            ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "＋1", "－1", "＠x", "=cmd|' /C calc'!A0"];
        for text in dangerous {
            let guarded = guarded(text);
            assert!(guarded.starts_with('\''), "{text}");
            assert_eq!(unguarded(&guarded), text);
        }
        for text in ["plain", "a=b", "'quoted'", "'=x", "''=x", "", "'", " =x"] {
            assert_eq!(unguarded(&guarded(text)), text, "{text}");
        }
    }

    #[test]
    fn cells_keep_their_form() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let row = vec![
            Cell::Text("a, \"b\"\nc".to_owned()),
            Cell::Text("=1".to_owned()),
            Cell::Number(-3.5),
            Cell::Moment(steward_model::moment::Moment(1_767_603_600_000_000)),
            Cell::Day("2026-02-01".to_owned()),
            Cell::Nothing,
        ];
        let lines = String::from_utf8(lines(&[row], &zone).unwrap()).unwrap();
        assert_eq!(lines, "\"a, \"\"b\"\"\nc\",\"'=1\",-3.5,\"2026-01-05T10:00:00+01:00\",\"2026-02-01\",\"\"\r\n");
    }
}
