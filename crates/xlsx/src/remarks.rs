//! What a sheet does not show as it is, in sentences for the first sheet.

use crate::limits::{MOST_COLUMNS, MOST_ROWS};
use brisk_domain::format;

/// What was done to the cells of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Remarks {
    /// How many rows are left out.
    pub(crate) rows_left_out: usize,
    /// How many columns are left out.
    pub(crate) columns_left_out: usize,
    /// How many texts are cut.
    pub(crate) cut: usize,
    /// Whether control characters are written out.
    pub(crate) has_escapes: bool,
    /// Whether numbers are text.
    pub(crate) has_long_numbers: bool,
    /// Whether times are text.
    pub(crate) has_written_times: bool,
}

impl Remarks {
    /// The sentences.
    pub(crate) fn sentences(&self) -> Vec<String> {
        let grouped = |number: usize| format::grouped(&number.to_string());
        let mut sentences = Vec::new();
        for (left_out, what, most) in [
            (self.rows_left_out, "row", format!("{} below its head", grouped(MOST_ROWS))),
            (self.columns_left_out, "column", grouped(MOST_COLUMNS)),
        ] {
            match left_out {
                0 => continue,
                1 => sentences.push(format!("1 {what} is left out: a sheet has {most}.")),
                count => {
                    let count = grouped(count);
                    sentences.push(format!("{count} {what}s are left out: a sheet has {most}."));
                }
            }
        }
        match self.cut {
            0 => {}
            1 => sentences
                .push("1 text is cut, and ends with …: a cell holds 32,767 characters.".to_owned()),
            cut => sentences.push(format!(
                "{} texts are cut, and end with …: a cell holds 32,767 characters.",
                grouped(cut)
            )),
        }
        if self.has_escapes {
            sentences.push("Control characters are written out, as in \\u{1b}.".to_owned());
        }
        if self.has_long_numbers {
            sentences.push(
                "Numbers that Excel would round (more than 15 digits), or has no number for, are text."
                    .to_owned(),
            );
        }
        if self.has_written_times {
            sentences.push(
                "Dates and times that Excel's calendar does not have (before 1 March 1900, after 9999), and times that \
                 the clock showed twice, are text."
                    .to_owned(),
            );
        }
        sentences
    }
}
