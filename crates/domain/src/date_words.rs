//! Dates as they are written on pages and in URLs. By hand: the library's formats would be a
//! tenth of what browsers load.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};

/// The months in English, January first.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `November 2011`.
pub fn month(date: NaiveDate) -> String {
    format!("{} {}", name(date), year(date))
}

/// `1 November 2011`.
pub fn long(date: NaiveDate) -> String {
    format!("{} {}", date.day(), month(date))
}

/// `1 Nov 2011`.
pub(crate) fn short(date: NaiveDate) -> String {
    format!("{} {}", day_and_month(date), year(date))
}

/// `1 Nov`.
pub(crate) fn day_and_month(date: NaiveDate) -> String {
    format!("{} {}", date.day(), &name(date)[..3])
}

/// `14:05`.
pub(crate) fn clock(at: NaiveDateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `14:05`, or `14:05:30` where there are seconds.
pub(crate) fn exact_clock(at: NaiveDateTime) -> String {
    // A leap second is the sixtieth one.
    match at.second() + at.nanosecond() / 1_000_000_000 {
        0 => clock(at),
        seconds => format!("{}:{seconds:02}", clock(at)),
    }
}

/// `2011-11-01`, as in URLs and date fields.
pub fn iso(date: NaiveDate) -> String {
    format!("{}-{:02}-{:02}", year(date), date.month(), date.day())
}

fn name(date: NaiveDate) -> &'static str {
    MONTHS[date.month0() as usize]
}

/// Four digits; longer years have a sign, as ISO 8601 requires.
fn year(date: NaiveDate) -> String {
    match date.year() {
        year @ 0..=9999 => format!("{year:04}"),
        year => format!("{year:+05}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn dates_are_written_as_the_library_writes_them(day in -800_000..4_000_000_i32, minute in 0..1440_u32) {
            let date = NaiveDate::from_num_days_from_ce_opt(day).unwrap();
            let at = date.and_hms_opt(minute / 60, minute % 60, 0).unwrap();
            let library = |form: &str| at.format(form).to_string();
            prop_assert_eq!(month(date), library("%B %Y"));
            prop_assert_eq!(long(date), library("%-d %B %Y"));
            prop_assert_eq!(short(date), library("%-d %b %Y"));
            prop_assert_eq!(day_and_month(date), library("%-d %b"));
            prop_assert_eq!(clock(at), library("%H:%M"));
            prop_assert_eq!(iso(date), library("%Y-%m-%d"));
        }
    }
}
