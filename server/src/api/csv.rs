//! A frame as CSV (RFC 4180): a header row, exact values, times in the dashboard's zone. After the
//! columns come the earlier period's values and, for time buckets, whether each is complete.

use super::frame::{self, Buckets, complete_name};
use brisk_domain::compared::compared_columns;
use brisk_domain::{Column, Frame, IsoInstant, Panel, PanelData, Values, ZoneOffsets};

/// The frame of `data`, which is that of `panel`. NULL is an empty field, an empty text a quoted one, as
/// PostgreSQL's `copy` writes and reads them. But in a file of one column NULL is a quoted field, too: most readers
/// skip an empty line, and a row less is worse than an empty text.
pub fn of(panel: &Panel, data: &PanelData) -> Vec<u8> {
    written(data, &compared_columns(panel, data)).into_bytes()
}

/// The frame of `data`, and further columns.
fn written(data: &PanelData, compared: &[Column]) -> String {
    let frame: &Frame = &data.frame;
    if frame.columns().is_empty() {
        return String::new();
    }
    let mut out = String::new();
    let buckets = data.coverage.as_ref();
    let buckets = buckets.and_then(|coverage| Buckets::of(frame, coverage, &data.offsets));
    let columns = || frame.columns().iter().map(AsRef::as_ref).chain(compared);
    let names = columns().map(|column| Some(harmless(&column.name)));
    let is_alone = frame.columns().len() + compared.len() + usize::from(buckets.is_some()) == 1;
    record(&mut out, names.chain(buckets.as_ref().map(|_| Some(complete_name(frame)))));
    for row in 0..frame.rows() {
        let cells = columns().map(|column| cell(&column.values, row, &data.offsets));
        let complete = buckets.as_ref().map(|buckets| match buckets.complete.get(row) {
            Some(Some(complete)) => Some(complete.to_string()),
            _ => None,
        });
        let cells = cells.chain(complete);
        record(&mut out, cells.map(|cell| cell.or_else(|| is_alone.then(String::new))));
    }
    out
}

/// A line of fields, `None` for NULL. The csv crate quotes all fields of a file alike, and could not
/// tell NULL from an empty text.
fn record(out: &mut String, fields: impl Iterator<Item = Option<String>>) {
    for (i, field) in fields.enumerate() {
        if i > 0 {
            out.push(',');
        }
        match field {
            None => {}
            // Where commas are decimal points, spreadsheets part fields at semicolons, and run what is behind one.
            Some(text) if text.is_empty() || text.contains([',', ';', '\t', '"', '\r', '\n']) => {
                out.push('"');
                out.push_str(&text.replace('"', "\"\""));
                out.push('"');
            }
            Some(text) => out.push_str(&text),
        }
    }
    out.push_str("\r\n");
}

fn cell(values: &Values, row: usize, zone: &ZoneOffsets) -> Option<String> {
    match values {
        Values::Text(cells) => cells.get(row).and_then(Option::as_deref).map(harmless),
        Values::Time(_) => values.time(row).map(|at| IsoInstant::in_zone(at, zone).to_string()),
        Values::Float(cells) => {
            cells.get(row).copied().flatten().map(|v| match frame::not_finite(v) {
                Some(word) => word.to_owned(),
                None => v.to_string(),
            })
        }
        Values::Int(_)
        | Values::Decimal(_)
        | Values::Bool(_)
        | Values::Date(_)
        | Values::WallTime(_) => values.exact(row),
    }
}

/// A text that a spreadsheet would run as a formula gets an apostrophe before it, as OWASP's "CSV
/// Injection" says: then it is shown, not run. Numbers begin with a minus, too, and stay.
pub(crate) fn harmless(text: &str) -> String {
    // Also as East Asian keyboards write them.
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::{Bounds, Decimal, Edition, Freshness, Interval, Timestamp};

    fn data(columns: Vec<(&str, Values)>) -> PanelData {
        let columns =
            columns.into_iter().map(|(name, values)| Column { name: name.into(), values });
        let at = Timestamp::from_seconds;
        PanelData {
            frame: Frame::new(columns.collect()).unwrap(),
            additivity: Vec::new(),
            weekdays: Vec::new(),
            previous: None,
            sparkline: None,
            sparkline_additivity: Vec::new(),
            coverage: None,
            previous_coverage: None,
            sparkline_coverage: None,
            bounds: Bounds { from: at(1_320_105_600), to: at(1_320_192_000) },
            earlier: None,
            interval: Interval::Day,
            offsets: ZoneOffsets { first: 3600, changes: vec![] },
            as_of: at(0),
            freshness: Freshness::Fresh,
            edition: Edition::default(),
            notes: Vec::new(),
        }
    }

    fn csv(columns: Vec<(&str, Values)>) -> String {
        written(&data(columns), &[])
    }

    fn texts(cells: &[&str]) -> Values {
        Values::Text(cells.iter().map(|cell| Some((*cell).to_owned())).collect())
    }

    #[test]
    fn values_are_exact_and_times_are_in_the_zone() {
        let written = csv(vec![
            ("day", Values::Time(vec![Some(Timestamp(0)), None])),
            ("n", Values::Int(vec![Some(i64::MIN), None])),
            (
                "d",
                Values::Decimal(vec![
                    Decimal::parse("-0.100000000000000000000000000001").ok(),
                    None,
                ]),
            ),
            ("f", Values::Float(vec![Some(-1.5), Some(f64::NEG_INFINITY)])),
            ("b", Values::Bool(vec![Some(true), None])),
        ]);
        let expected = "day,n,d,f,b\r\n\
            1970-01-01T01:00:00+01:00,-9223372036854775808,-0.100000000000000000000000000001,-1.5,true\r\n\
            ,,,-Infinity,\r\n";
        assert_eq!(written, expected);
    }

    #[test]
    fn texts_are_quoted_where_they_have_to_be() {
        let written =
            csv(vec![("a", texts(&["x,y", "say \"so\"", "two\nlines", "Côte d'Ivoire"]))]);
        assert_eq!(
            written,
            "a\r\n\"x,y\"\r\n\"say \"\"so\"\"\"\r\n\"two\nlines\"\r\nCôte d'Ivoire\r\n"
        );
    }

    #[test]
    fn null_and_the_empty_text_are_told_apart() {
        let cells = || vec![None, Some(String::new()), Some("NULL".to_owned())];
        let two = csv(vec![("a", Values::Text(cells())), ("b", Values::Int(vec![None; 3]))]);
        assert_eq!(two, "a,b\r\n,\r\n\"\",\r\nNULL,\r\n");
    }

    #[test]
    fn no_row_of_a_single_column_is_an_empty_line() {
        let cells = || vec![None, Some(String::new()), Some("NULL".to_owned())];
        let written = csv(vec![("a", Values::Text(cells()))]);
        assert_eq!(written, "a\r\n\"\"\r\n\"\"\r\nNULL\r\n");
        let numbers = csv(vec![("n", Values::Int(vec![Some(1), None, None]))]);
        let rows = ::csv::Reader::from_reader(numbers.as_bytes()).into_records();
        let rows: Vec<String> = rows.map(|row| row.unwrap()[0].to_owned()).collect();
        assert_eq!(rows, ["1", "", ""], "as many as there are");
    }

    #[test]
    fn no_text_and_no_name_is_run_by_a_spreadsheet() {
        for first in ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"] {
            let written =
                csv(vec![(&format!("{first}a"), texts(&[&format!("{first}HYPERLINK(1)")]))]);
            let mut reader =
                ::csv::ReaderBuilder::new().has_headers(false).from_reader(written.as_bytes());
            for record in reader.records() {
                let record = record.unwrap();
                assert!(record[0].starts_with(&format!("'{first}")), "{first:?}: {written:?}");
            }
        }
    }

    #[test]
    fn no_field_is_parted_by_a_spreadsheet_of_another_country() {
        let written = csv(vec![("a", texts(&["x;=HYPERLINK(1)", "y\t=1"]))]);
        assert_eq!(written, "a\r\n\"x;=HYPERLINK(1)\"\r\n\"y\t=1\"\r\n");
    }

    #[test]
    fn a_frame_without_columns_is_an_empty_file() {
        assert_eq!(csv(vec![]), "");
    }
}
