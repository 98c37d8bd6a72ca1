//! Workbooks for Excel: texts as texts, numbers, days and moments as what they are.

use jiff::tz::TimeZone;
use rust_xlsxwriter::{ColNum, ExcelDateTime, Format, RowNum, Workbook, Worksheet, XlsxError};
use steward_app::error::Error;
use steward_words::t;

use super::cell::Cell;

/// Longest text of a cell, in characters; more Excel does not take.
const TEXT_MAX: usize = 32_767;
/// Width of a column in characters, at least and at most.
const WIDTHS: (usize, usize) = (8, 60);

/// A workbook with a sheet of rows, and one that says what they are.
///
/// # Errors
/// When it cannot be put together.
pub(super) fn make(
    name: &str,
    headings: &[String],
    rows: &[Vec<Cell>],
    about: &[(String, Cell)],
    zone: &TimeZone,
) -> Result<Vec<u8>, Error> {
    write(name, headings, rows, about, zone).map_err(Error::internal)
}

fn write(
    name: &str,
    headings: &[String],
    rows: &[Vec<Cell>],
    about: &[(String, Cell)],
    zone: &TimeZone,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let formats = Formats::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(sheet_name(name))?;
    for (column, heading) in (0..).zip(headings) {
        sheet.write_string_with_format(0, column, heading, &formats.head)?;
    }
    let mut widths: Vec<usize> = headings.iter().map(|heading| heading.chars().count()).collect();
    for (line, row) in (1..).zip(rows) {
        for (column, cell) in row.iter().enumerate() {
            put(sheet, (line, ColNum::try_from(column).unwrap_or(ColNum::MAX)), cell, &formats, zone)?;
            widths[column] = widths[column].max(width(cell));
        }
    }
    for (column, width) in (0..).zip(&widths) {
        let width = (*width).clamp(WIDTHS.0, WIDTHS.1);
        sheet.set_column_width(column, u32::try_from(width + 2).unwrap_or_default())?;
    }
    sheet.set_freeze_panes(1, 0)?;
    if let (Some(last), Some(column)) = (RowNum::try_from(rows.len()).ok(), headings.len().checked_sub(1)) {
        sheet.autofilter(0, 0, last, ColNum::try_from(column).unwrap_or(ColNum::MAX))?;
    }
    let sheet = workbook.add_worksheet();
    sheet.set_name(t("export-about"))?;
    for (line, (name, cell)) in (0..).zip(about) {
        sheet.write_string_with_format(line, 0, name, &formats.head)?;
        put(sheet, (line, 1), cell, &formats, zone)?;
    }
    sheet.set_column_width(1, 60)?;
    workbook.save_to_buffer()
}

struct Formats {
    head: Format,
    moment: Format,
    day: Format,
}

impl Formats {
    fn new() -> Self {
        Self {
            head: Format::new().set_bold(),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm"),
            day: Format::new().set_num_format("yyyy-mm-dd"),
        }
    }
}

fn put(
    sheet: &mut Worksheet,
    (line, column): (RowNum, ColNum),
    cell: &Cell,
    formats: &Formats,
    zone: &TimeZone,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Nothing => return Ok(()),
        // As a string whatever it begins with: `write` would make formulas and links of some.
        Cell::Text(text) => sheet.write_string(line, column, text.chars().take(TEXT_MAX).collect::<String>())?,
        Cell::Number(number) => sheet.write_number(line, column, *number)?,
        Cell::Moment(moment) => {
            let text = moment.timestamp().to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S").to_string();
            match ExcelDateTime::parse_from_str(&text) {
                Ok(moment) => sheet.write_datetime_with_format(line, column, &moment, &formats.moment)?,
                // Before 1900, which Excel does not know.
                Err(_) => sheet.write_string(line, column, text)?,
            }
        }
        Cell::Day(day) => match ExcelDateTime::parse_from_str(day) {
            Ok(day) => sheet.write_datetime_with_format(line, column, &day, &formats.day)?,
            Err(_) => sheet.write_string(line, column, day)?,
        },
    };
    Ok(())
}

fn width(cell: &Cell) -> usize {
    match cell {
        Cell::Nothing => 0,
        Cell::Text(text) => text.chars().count(),
        Cell::Number(_) | Cell::Day(_) => 10,
        Cell::Moment(_) => 16,
    }
}

/// A name that Excel takes: 31 characters, none of those with a meaning in formulas.
fn sheet_name(name: &str) -> String {
    let name: String = name.chars().filter(|sign| !"[]:*?/\\'".contains(*sign)).take(31).collect();
    if name.is_empty() { t("export-list").to_owned() } else { name }
}
