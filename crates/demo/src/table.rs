//! Tables written in Markdown: a heading row, a row of dashes, one row for each thing.

use std::collections::BTreeMap;

/// One row, by the words of the heading in lower case.
pub(crate) type Row = BTreeMap<String, String>;

/// The rows of the first table in a text.
pub(crate) fn rows(text: &str) -> Vec<Row> {
    let mut lines = text.lines().filter(|line| line.starts_with('|'));
    let Some(heading) = lines.next() else { return Vec::new() };
    let heading: Vec<String> = cells(heading).map(str::to_lowercase).collect();
    lines
        .filter(|line| !line.starts_with("| ---"))
        .map(|line| heading.iter().cloned().zip(cells(line).map(str::to_owned)).collect())
        .collect()
}

/// A cell of a row, empty when it is not there.
pub(crate) fn cell<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).map(String::as_str).unwrap_or_default()
}

fn cells(line: &str) -> impl Iterator<Item = &str> {
    line.trim().trim_start_matches('|').trim_end_matches('|').split('|').map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_by_its_heading() {
        let read = rows("# People\n\n| Login | Name |\n| --- | --- |\n| ada | Ada Okafor |\n|  | Olga |\n");
        assert_eq!(read.len(), 2);
        assert_eq!(cell(&read[0], "name"), "Ada Okafor");
        assert_eq!(cell(&read[1], "login"), "");
        assert_eq!(cell(&read[1], "missing"), "");
    }
}
