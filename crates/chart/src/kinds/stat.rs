//! One figure, its change against the compared range, and a sparkline.

use super::chart::Chart;
use super::sparkline::sparkline;
use crate::data::figure;
use crate::readout::Readout;
use crate::scene::{Change, Figure, Scene, Stat, Verdict};
use crate::spec::Input;
use crate::text::width::text_width;
use brisk_domain::panel_kind::{Better, EmptyBucket, Stat as Options};
use brisk_domain::point::of_column;
use brisk_domain::{Frame, Timestamp, Unit, format};
use chrono::NaiveTime;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A smaller change is noise in most figures, and would take many digits to express.
const HARDLY: f64 = 0.000_5;
/// The usual size of a figure, and the width of the smallest box, in px.
const FIGURE: f64 = 28.0;
const SMALLEST: f64 = 120.0;
/// The height of the sparkline, in units.
const SPARK_HEIGHT: f64 = 32.0;

pub(crate) fn draw(input: &Input<'_>, options: &Options) -> Option<Chart> {
    let better = options.better;
    let shown = figure::of(input.frame)?;
    let unit = input.spec.unit_of(&shown.column.name);
    let full = format::full(shown.number.clone(), unit);
    let mut summary = format!("{}: {full}.", input.spec.title);
    let change = input.spec.compare.map(|compare| {
        let previous = input.previous.and_then(figure::of);
        let label = compare.label();
        if let Some(missing) = missing_time(input) {
            let _ = write!(summary, " There is no such {missing} in the {label}.");
            return Change::Unknown(format!("no such {missing} in the {label}"));
        }
        if previous.is_some() && input.earlier.is_some_and(|one| one.is_covered == Some(false)) {
            let _ = write!(summary, " The data begin within the {label}.");
            return Change::Unknown(format!("no full {label}"));
        }
        change((&shown, previous), unit, label, better, &mut summary)
    });
    let text = format::figure(&shown.number, unit);
    let figure = Figure {
        width: width(&text),
        is_beside_line: input.sparkline.is_some(),
        full,
        exact: shown.exact,
        text,
    };
    let whole = |at: f64| {
        let coverage = input.sparkline_coverage.filter(|coverage| coverage.column == Some(0));
        coverage.is_none_or(|coverage| coverage.is_whole(Timestamp(at as i64)))
    };
    let sparkline =
        input.sparkline.and_then(|frame| sparkline(&values(frame, input), SPARK_HEIGHT, whole));
    let stat = Stat { figure, change, sparkline };
    Some(Chart::new(Scene::Stat(stat), summary, Readout::default()))
}

/// What is not there, where the range or the earlier period has no instants: a day that the clock skips, a
/// 29 February.
fn missing_time(input: &Input<'_>) -> Option<&'static str> {
    let earlier = input.earlier?.bounds;
    let is_missing = earlier.is_empty() || input.bounds.is_empty();
    let is_midnight = |at| input.zone.local(at).time() == NaiveTime::MIN;
    let is_day = is_midnight(input.bounds.from) && is_midnight(input.bounds.to);
    is_missing.then_some(if is_day { "day" } else { "time" })
}

/// The width of a figure as a multiple of its font size, unless it fits every box at its usual size.
fn width(figure: &str) -> Option<f64> {
    // Figures are bolder than the text that `text_width` is made for.
    let width = text_width(figure) / 11.0 * 1.12;
    (width * FIGURE >= SMALLEST).then_some(width)
}

/// The change from a previous value, and its words at the end of `summary`; `label` names the compared
/// range.
fn change(
    (shown, previous): (&figure::Figure<'_>, Option<figure::Figure<'_>>),
    unit: &Unit,
    label: &'static str,
    better: Better,
    summary: &mut String,
) -> Change {
    let finite = previous.filter(|figure| shown.value.is_some() && figure.value.is_some());
    let Some(previous) = finite.map(|figure| figure.number) else {
        let _ = write!(summary, " Nothing to compare with in the {label}.");
        return Change::Unknown(format!("no {label}"));
    };
    let value = &shown.number;
    if value.equals(&previous) {
        let _ = write!(summary, " No change from the {label}.");
        return Change::Little { words: "No change", from: format!("from {label}") };
    }
    let before = format::figure(&previous, unit);
    let change = format::relative_change(value, &previous);
    let Some((change, text)) = change.zip(format::change(value, &previous)) else {
        // No percentage of zero.
        let _ = write!(summary, " {before} in the {label}.");
        return Change::Unknown(format!("from {before} in the {label}"));
    };
    if change.to_f64().abs() < HARDLY {
        let words = "Hardly any change";
        let _ = write!(summary, " {words} from the {label}.");
        return Change::Little { words, from: format!("from {label}") };
    }
    let rises = change.to_f64() > 0.0;
    let _ = write!(summary, " {text} compared with {before} in the {label}.");
    Change::Moved {
        rises,
        verdict: match (better, rises) {
            (Better::Neither, _) => Verdict::Neither,
            (Better::Up, true) | (Better::Down, false) => Verdict::Good,
            (Better::Up, false) | (Better::Down, true) => Verdict::Bad,
        },
        by: text.trim_start_matches(['+', '−']).to_owned(),
        versus: format!("vs {before}"),
        when: label,
    }
}

/// The numbers of the sparkline, placed by time where there are times. An empty bucket is 0 where its
/// number is a sum or a count.
fn values(frame: &Frame, input: &Input<'_>) -> Vec<(f64, f64)> {
    let columns = frame.columns();
    let Some(at) = columns.iter().position(|column| column.values.is_number()) else {
        return Vec::new();
    };
    let number = |row: usize| columns[at].values.number(row);
    let Some(x) = columns.first().filter(|x| x.values.is_time()) else {
        return (0..frame.rows()).filter_map(|row| Some((row as f64, number(row)?))).collect();
    };
    let additivity = of_column(input.sparkline_additivity, at);
    let known =
        (0..frame.rows()).filter_map(|row| Some((x.values.placed(row, input.zone)?, number(row)?)));
    let mut places: BTreeMap<Timestamp, f64> = BTreeMap::new();
    for (at, value) in known {
        let sum = places.entry(at).or_insert(0.0);
        *sum = if additivity.adds() { *sum + value } else { value };
    }
    // Its buckets may have another width than those of the panel.
    let interval = input.sparkline_coverage.map_or(input.interval, |coverage| coverage.interval);
    let buckets = interval.buckets(input.bounds, input.zone);
    let last = places.keys().next_back().copied();
    let is_bucket = |at: &Timestamp| buckets.binary_search(at).is_ok();
    if additivity.empty() == EmptyBucket::Zero && places.keys().all(is_bucket) {
        let is_over = |at: &Timestamp| input.sparkline_coverage.is_some_and(|c| *at < c.whole_to);
        let is_known = |at: &Timestamp| input.sparkline_coverage.is_none_or(|c| *at < c.ahead_from);
        let is_filled = |at: &Timestamp| is_over(at) || Some(*at) < last && is_known(at);
        for bucket in buckets.iter().filter(|at| last.is_some() && is_filled(at)) {
            places.entry(*bucket).or_insert(0.0);
        }
    }
    places.into_iter().map(|(at, value)| (at.0 as f64, value)).collect()
}
