//! Working time: the hours of a week, the days of a year, and how a length of work becomes a moment.

use maud::{Markup, html};
use steward_words::t;

/// A day of the week with its hours.
#[derive(Debug, Clone, Default)]
pub struct WeekDay<'a> {
    /// Its name.
    pub label: &'a str,
    /// Its hours in minutes since midnight, in order.
    pub spans: Vec<(u16, u16)>,
    /// Its hours in words: `08:00–12:00, 13:00–17:00`; how it is told that there are none.
    pub hours: &'a str,
}

/// The week as a table: a bar of the day's 24 hours, and the same in words.
pub fn week(name: &str, days: &[WeekDay]) -> Markup {
    html! {
        table.working-week aria-label=(name) {
            thead.hidden-text { tr { th scope="col" { (t("working-day")) } th scope="col" { (t("working-hours")) } th scope="col" { (t("working-bar")) } } }
            tbody {
                @for day in days {
                    tr.working-week__day {
                        th.working-week__label scope="row" { (day.label) }
                        td.working-week__hours { (day.hours) }
                        td.working-week__bar aria-hidden="true" { (bar(&day.spans)) }
                    }
                }
            }
        }
    }
}

/// Hours of a day from left to right, with marks every six.
fn bar(spans: &[(u16, u16)]) -> Markup {
    html! {
        svg.working-bar viewBox="0 0 1440 100" preserveAspectRatio="none" focusable="false" {
            rect.working-bar__day width="1440" height="100" {}
            @for (from, to) in spans { rect.working-bar__open x=(from) width=(to.saturating_sub(*from)) height="100" {} }
            path.working-bar__marks d="M360 0v100M720 0v100M1080 0v100" {}
        }
    }
}

/// What sort of day it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mark {
    /// Open as usual.
    #[default]
    Open,
    /// Closed as usual.
    Closed,
    /// A holiday.
    Holiday,
    /// Unlike the week.
    Exception,
}

impl Mark {
    fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Holiday => "holiday",
            Self::Exception => "exception",
        }
    }
}

/// A month of the year.
#[derive(Debug, Clone, Default)]
pub struct Month<'a> {
    /// Its name.
    pub label: String,
    /// First letters of the days of the week, in the order of the columns.
    pub weekdays: &'a [&'a str],
    /// Cells before its first day.
    pub blanks: usize,
    /// Each day: what sort it is, and what to say of it (`1 May: Labour Day`).
    pub days: Vec<(Mark, String)>,
}

/// A day that is unlike others.
#[derive(Debug, Clone, Default)]
pub struct Unlike {
    /// The day in words.
    pub day: String,
    /// What sort it is.
    pub mark: Mark,
    /// Its name.
    pub name: String,
    /// Its hours in words.
    pub hours: String,
}

/// A year.
#[derive(Debug, Clone, Default)]
pub struct Year<'a> {
    /// Its number.
    pub label: &'a str,
    /// Address of the year before and its number, if there is one.
    pub previous: Option<(String, String)>,
    /// Address of the year after and its number, if there is one.
    pub next: Option<(String, String)>,
    /// Its months.
    pub months: Vec<Month<'a>>,
    /// The holidays and exceptions as a table.
    pub unlike: Vec<Unlike>,
}

/// A year as twelve small months, with the days that are unlike others as a table below.
pub fn year(year: &Year) -> Markup {
    html! {
        div.working-year id="year" {
            div.working-year__head {
                h3.working-year__label { (year.label) }
                nav.working-year__ways aria-label=(t("working-years")) {
                    @if let Some((address, label)) = &year.previous { a href=(address) rel="prev" { (label) } }
                    @if let Some((address, label)) = &year.next { a href=(address) rel="next" { (label) } }
                }
            }
            ul.working-legend aria-hidden="true" {
                @for (mark, words) in [(Mark::Open, "working-open"), (Mark::Closed, "working-closed"), (Mark::Holiday, "working-holiday"), (Mark::Exception, "working-exception")] {
                    li { span.working-mark.{ "working-mark--" (mark.key()) } {} (t(words)) }
                }
            }
            div.working-year__months aria-hidden="true" {
                @for month in &year.months {
                    table.working-month {
                        caption { (month.label) }
                        thead { tr { @for day in month.weekdays { th { (day) } } } }
                        tbody {
                            @let cells: Vec<Option<usize>> = (0..month.blanks).map(|_| None).chain((0..month.days.len()).map(Some)).collect();
                            @for week in cells.chunks(7) {
                                tr {
                                    @for cell in week {
                                        @match cell.and_then(|place| Some((place, month.days.get(place)?))) {
                                            Some((place, (mark, title))) => td.{ "working-mark--" (mark.key()) } title=[(!title.is_empty()).then_some(title)] { (place + 1) },
                                            None => td {},
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            @if year.unlike.is_empty() { p.working-note { (t("working-none-unlike")) } }
            @else {
                table.working-table {
                    caption.hidden-text { (t("working-unlike")) }
                    thead { tr { th scope="col" { (t("working-day")) } th scope="col" { (t("working-name")) } th scope="col" { (t("working-hours")) } } }
                    tbody {
                        @for day in &year.unlike {
                            tr {
                                th scope="row" { span.working-mark.{ "working-mark--" (day.mark.key()) } aria-hidden="true" {} (day.day) }
                                td { (day.name) }
                                td { (day.hours) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A stretch on the way from one moment to another.
#[derive(Debug, Clone, Default)]
pub struct Stretch {
    /// Where it begins, in words.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// What it is: `Open`, `Night`, the name of a holiday.
    pub what: String,
    /// How much working time it has, in words; empty for none.
    pub length: String,
}

/// How a length of work became a moment: the answer, and each stretch on the way.
pub fn reckoned(answer: &str, stretches: &[Stretch], left_out: Option<&str>) -> Markup {
    html! {
        p.working-answer role="status" { (answer) }
        table.working-table {
            caption.hidden-text { (t("working-way")) }
            thead { tr { th scope="col" { (t("working-from")) } th scope="col" { (t("working-until")) } th scope="col" { (t("working-what")) } th scope="col" { (t("working-length")) } } }
            tbody {
                @for stretch in stretches {
                    tr.working-table__closed[stretch.length.is_empty()] {
                        td { (stretch.from) }
                        td { (stretch.to) }
                        td { (stretch.what) }
                        td { (stretch.length) }
                    }
                }
            }
        }
        @if let Some(words) = left_out { p.working-note { (words) } }
    }
}
