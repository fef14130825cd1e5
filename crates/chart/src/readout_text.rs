//! A readout as text, in an attribute of its chart. A line format instead of JSON: half as long in
//! markup, where quotes are escaped, and its parser is a twentieth of what browsers would load for JSON.
//!
//! ```text
//! FLAGS LEFT RIGHT TOP BOTTOM [FIRST LAST]   m: by mark, k: stacked, else -; px; µs since the epoch
//! label⇥label…
//! x x…                                       ten-thousandths of the plot's width
//! ```
//!
//! and for each series four lines: colour⇥name, values, heights (`-` where there is none), digits.

use crate::readout::{Readout, ReadoutSeries};
use brisk_domain::Timestamp;
use std::fmt::Write as _;

const PARTS: f64 = 10_000.0;

impl Readout {
    /// The readout as [`Readout::parse`] reads it. Texts lose their tabs and line breaks, which markup does
    /// not show either.
    pub fn to_text(&self) -> String {
        let flags = [(self.by_mark, 'm'), (self.stacked, 'k')];
        let mut text: String = flags.iter().filter(|flag| flag.0).map(|flag| flag.1).collect();
        if text.is_empty() {
            text.push('-');
        }
        let (left, right, top, bottom) = self.margins;
        for margin in [left, right, top, bottom] {
            text.push(' ');
            text.push_str(&decimal(margin));
        }
        if let Some((first, last)) = self.time {
            let _ = write!(text, " {} {}", first.0, last.0);
        }
        line(&mut text, '\t', self.labels.iter().map(|label| plain(label)));
        line(&mut text, ' ', self.xs.iter().map(|x| ((x * PARTS).round() as i64).to_string()));
        for series in &self.series {
            line(&mut text, '\t', [series.color.to_string(), plain(&series.name)]);
            line(&mut text, '\t', series.values.iter().map(|value| plain(value)));
            line(&mut text, ' ', series.ys.iter().map(|y| y.map_or("-".into(), decimal)));
            line(&mut text, '\t', series.digits.iter().map(|digits| plain(digits)));
        }
        text
    }

    /// Reads [`Readout::to_text`]; nothing where another version wrote it.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        let mut head = lines.next()?.split(' ');
        let flags = head.next()?;
        let mut margin = || number(head.next()?);
        let margins = (margin()?, margin()?, margin()?, margin()?);
        let time = match (head.next(), head.next()) {
            (Some(first), Some(last)) => {
                Some((Timestamp(first.parse().ok()?), Timestamp(last.parse().ok()?)))
            }
            _ => None,
        };
        let labels = texts(lines.next()?);
        let xs = numbers(lines.next()?).into_iter();
        let xs = xs.map(|x| Some(x? / PARTS)).collect::<Option<_>>()?;
        let mut series = Vec::new();
        while let Some(head) = lines.next() {
            let (color, name) = head.split_once('\t')?;
            series.push(ReadoutSeries {
                name: name.to_owned(),
                color: color.parse().ok()?,
                values: texts(lines.next()?),
                ys: numbers(lines.next()?),
                digits: texts(lines.next()?),
            });
        }
        let (by_mark, stacked) = (flags.contains('m'), flags.contains('k'));
        Some(Self { by_mark, margins, xs, labels, series, time, stacked })
    }
}

/// A CSS number: at most four digits after the point. Browsers use this instead of the library's
/// `Display`, which is exact and large.
pub fn decimal(number: f64) -> String {
    let parts = (number * PARTS).round() as i64;
    let (sign, parts) = (if parts < 0 { "-" } else { "" }, parts.unsigned_abs());
    let (whole, rest) = (parts / PARTS as u64, parts % PARTS as u64);
    let mut text = format!("{sign}{whole}");
    if rest > 0 {
        let _ = write!(text, ".{rest:04}");
        text.truncate(text.trim_end_matches('0').len());
    }
    text
}

/// Reads [`decimal`].
fn number(text: &str) -> Option<f64> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let mut parts: i64 = whole.trim_start_matches('-').parse().ok()?;
    for at in 0..4 {
        let digit = rest.as_bytes().get(at).map_or(0, |digit| i64::from(digit.wrapping_sub(b'0')));
        parts = parts.checked_mul(10)?.checked_add(digit)?;
    }
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    Some(sign * parts as f64 / PARTS)
}

fn line(text: &mut String, between: char, parts: impl IntoIterator<Item = String>) {
    text.push('\n');
    for (i, part) in parts.into_iter().enumerate() {
        if i > 0 {
            text.push(between);
        }
        text.push_str(&part);
    }
}

fn plain(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}

fn texts(line: &str) -> Vec<String> {
    if line.is_empty() { Vec::new() } else { line.split('\t').map(str::to_owned).collect() }
}

fn numbers(line: &str) -> Vec<Option<f64>> {
    if line.is_empty() { Vec::new() } else { line.split(' ').map(number).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text() -> impl Strategy<Value = String> {
        "[^\t\n\r]{1,12}"
    }

    fn px() -> impl Strategy<Value = f64> {
        (-9_000_000..9_000_000_i64).prop_map(|parts| parts as f64 / PARTS)
    }

    prop_compose! {
        fn series()(
            name in text(), color in 0..8_u8,
            values in prop::collection::vec(text(), 0..4),
            ys in prop::collection::vec(prop::option::of(px()), 0..4),
            digits in prop::collection::vec(text(), 0..4),
        ) -> ReadoutSeries {
            ReadoutSeries { name, color, values, ys, digits }
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            by_mark: bool, stacked: bool,
            margins in (px(), px(), px(), px()),
            xs in prop::collection::vec(0..10_000_i64, 0..4),
            labels in prop::collection::vec(text(), 1..4),
            series in prop::collection::vec(series(), 0..3),
            time in prop::option::of((any::<i64>(), any::<i64>())),
        ) {
            let xs = xs.into_iter().map(|x| x as f64 / PARTS).collect();
            let time = time.map(|(first, last)| (Timestamp(first), Timestamp(last)));
            let readout = Readout { by_mark, stacked, margins, xs, labels, series, time };
            prop_assert_eq!(Readout::parse(&readout.to_text()), Some(readout));
        }

        #[test]
        fn no_text_is_too_strange_to_be_read(text in ".{0,40}", lines in prop::collection::vec("[-m0-9. \t]{0,20}", 0..8)) {
            Readout::parse(&text);
            Readout::parse(&lines.join("\n"));
        }
    }

    #[test]
    fn numbers_are_as_short_as_css_allows() {
        let written = [0.0, 12.0, -0.5, 0.25, 1.0 / 3.0, -1234.56789, -0.00001].map(decimal);
        assert_eq!(written, ["0", "12", "-0.5", "0.25", "0.3333", "-1234.5679", "0"]);
    }

    #[test]
    fn tabs_and_line_breaks_of_texts_do_not_break_the_lines() {
        let labels = vec!["a\tb".to_owned(), "c\r\nd".to_owned()];
        let readout = Readout { labels, ..Readout::default() };
        let read = Readout::parse(&readout.to_text()).unwrap();
        assert_eq!(read.labels, ["a b", "c  d"]);
    }
}
