//! [`Readout`]: the position and the formatted values of each point, for tooltips and keyboard
//! navigation.

use brisk_domain::{Timestamp, Values};

/// Positions and texts of a drawing's points.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Readout {
    /// Whether points are marks (`data-i` in the markup) instead of places along x.
    pub by_mark: bool,
    /// The plot's margins in the chart's box, in px: left, right, top, bottom. In a box so narrow that
    /// the left one would be more than two fifths of it, it is two fifths.
    pub margins: (f64, f64, f64, f64),
    /// Where each point is, as a fraction of the plot's width.
    pub xs: Vec<f64>,
    /// What each point is.
    pub labels: Vec<String>,
    /// The values.
    pub series: Vec<ReadoutSeries>,
    /// The instants at the fractions 0 and 1 of a time axis.
    pub time: Option<(Timestamp, Timestamp)>,
    /// Whether the series are stacked.
    pub stacked: bool,
}

impl Readout {
    /// Takes out the values of series that are switched off.
    pub(crate) fn hide(&mut self, hidden: &[usize]) {
        for at in hidden {
            if let Some(series) = self.series.get_mut(*at) {
                series.values.iter_mut().for_each(String::clear);
                series.digits.clear();
            }
        }
    }

    /// The series that have a value at a point, in the order in which a tooltip lists them: that of the
    /// legend or, if stacked, from the top down.
    pub fn seen(&self, at: usize) -> Vec<usize> {
        let has_value = |i: &usize| self.series[*i].values.get(at).is_some_and(|v| !v.is_empty());
        let listed = (0..self.series.len()).filter(has_value);
        if !self.stacked {
            return listed.collect();
        }
        let y = |i: usize| self.series[i].ys.get(at).copied().flatten().unwrap_or(0.0);
        let mut seen: Vec<usize> = Vec::new();
        // Of two ends at the same height, the later series is on top. An insertion sort, because there
        // are few and browsers then need not load the library's.
        for i in listed.rev() {
            let below = seen.iter().position(|j| y(*j) > y(i));
            seen.insert(below.unwrap_or(seen.len()), i);
        }
        seen
    }
}

/// One series of a [`Readout`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadoutSeries {
    /// Its name.
    pub name: String,
    /// Its colour's class: `s{color}`.
    pub color: u8,
    /// One text a point; empty where there is no value.
    pub values: Vec<String>,
    /// One y a point, in px from the top of the box.
    pub ys: Vec<Option<f64>>,
    /// All digits of the values whose text has fewer; empty for the others, and where all are.
    pub digits: Vec<String>,
}

impl ReadoutSeries {
    /// All digits of a point's value, in plain notation: `-1234.560`.
    pub fn exact(&self, at: usize) -> Option<String> {
        let text = self.values.get(at).filter(|text| !text.is_empty())?;
        match self.digits.get(at) {
            Some(digits) if !digits.is_empty() => Some(digits.clone()),
            _ => Some(plain(text)),
        }
    }
}

/// The digits of formatted text: `-1234.50` for `−£1,234.50`.
fn plain(text: &str) -> String {
    let kept = text.chars().filter_map(|c| match c {
        '−' => Some('-'),
        '0'..='9' | '.' => Some(c),
        _ => None,
    });
    kept.collect()
}

/// All digits of the cell that is shown as `text`; empty if `text` has them all.
pub(crate) fn digits_of(values: &Values, row: usize, text: &str) -> String {
    values.exact(row).filter(|exact| *exact != plain(text)).unwrap_or_default()
}

/// All digits of the cell that is shown as `text`, if `text` is rounded.
pub(crate) fn rounded_from(values: &Values, row: usize, text: &str) -> Option<String> {
    let without_zeros = |digits: String| match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => digits,
    };
    let exact = values.number(row).filter(|n| n.is_finite()).and_then(|_| values.exact(row))?;
    (without_zeros(exact.clone()) != without_zeros(plain(text))).then_some(exact)
}

/// The digits of a sum that is shown as `text`: as many as a float holds reliably.
pub(crate) fn digits_of_sum(sum: f64, text: &str) -> String {
    let sure: f64 = format!("{sum:.14e}").parse().unwrap_or(sum);
    Some(sure.to_string()).filter(|exact| *exact != plain(text)).unwrap_or_default()
}

/// `digits`, or nothing if all are empty, which saves bytes for most series.
pub(crate) fn if_any(digits: Vec<String>) -> Vec<String> {
    if digits.iter().all(String::is_empty) { Vec::new() } else { digits }
}

/// Four digits are enough for a fraction of a screen.
pub(crate) fn fraction(x: f64) -> f64 {
    (x * 10_000.0).round() / 10_000.0
}
