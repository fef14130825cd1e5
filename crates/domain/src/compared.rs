//! The earlier period's values beside those of a panel's frame, row by row: for tables and CSV.

mod spelling;

use crate::panel::{Cell, ColumnStyle};
use crate::panel_kind::EmptyBucket;
use crate::point::{Roles, identity, of_column};
use crate::{
    Additivity, Column, Coverage, Decimal, EarlierPeriod, Frame, Panel, PanelData, PanelKind,
    Timestamp, Values, ZoneOffsets, format,
};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// For each number column of the frame of `data`, a column with the earlier period's value in the same
/// place: `revenue (previous period)`. Rows match if what names them does: text, keys, and times at the
/// same place on the clock. A cell is NULL where the earlier period has no such row or several, or only a
/// part of a bucket that is whole in the frame; but an earlier bucket that was over and has no row is what
/// its chart shows: 0 for sums and counts. Empty without a comparison.
pub fn compared_columns(panel: &Panel, data: &PanelData) -> Vec<Column> {
    let (Some(compare), frame) = (panel.compare, &data.frame) else { return Vec::new() };
    let Some((keys, numbers)) = roles(panel, frame, &data.additivity) else { return Vec::new() };
    let beside = data.previous.as_ref().zip(data.earlier).map(|(previous, earlier)| {
        let pairs = Pairs { keys: &keys, data, previous, earlier };
        let rows = pairs.rows(matches!(panel.kind, PanelKind::Stat(_) | PanelKind::Gauge(_)));
        let empty = if has_empty_buckets(&panel.kind) { pairs.empty(&rows) } else { Vec::new() };
        (previous, rows, empty)
    });
    let nothing = vec![NOWHERE; frame.rows()];
    let picked = match &beside {
        Some((previous, rows, _)) => previous.of_rows(rows),
        None => frame.of_rows(&nothing),
    };
    let column = |at: usize| {
        let own = &frame.columns()[at];
        let none = || Values::Int(vec![None; frame.rows()]);
        let mut values = picked.column(&own.name).map_or_else(none, |one| one.values.clone());
        if let Some((.., empty)) = &beside
            && empty_bucket(&panel.kind, of_column(&data.additivity, at)) == EmptyBucket::Zero
        {
            empty.iter().for_each(|row| set_zero(&mut values, *row));
        }
        Column { name: compared_name(&own.name, compare.label()), values }
    };
    // The author may have used such a name.
    let is_free = |column: &Column| frame.column(&column.name).is_none();
    numbers.into_iter().map(column).filter(is_free).collect()
}

/// The sentence, without its full stop, where the two periods name their rows otherwise: where both have rows and no row
/// of a table is beside one of the earlier period, or where names differ in capital letters alone.
pub fn note(panel: &Panel, data: &PanelData) -> Option<String> {
    let (compare, previous, earlier) = (panel.compare?, data.previous.as_ref()?, data.earlier?);
    let (keys, numbers) = roles(panel, &data.frame, &data.additivity)?;
    let pairs = Pairs { keys: &keys, data, previous, earlier };
    let has_rows = data.frame.rows() > 0 && previous.rows() > 0 && !numbers.is_empty();
    if !has_rows || pairs.is_less_than_covered() {
        return None;
    }
    let label_of_period = compare.label();
    if let Some((own, before)) = pairs.spelled_otherwise() {
        return Some(format!(
            "\"{own}\" is not compared with \"{before}\" of the {label_of_period}: where the database takes both for \
             one name, let the statement spell it in one way, as with lower(…)"
        ));
    }
    let (own, before) = pairs.names();
    let is_beside = |row: usize| pairs.beside(row, &before).is_some();
    if !matches!(panel.kind, PanelKind::Table(_)) || own.into_values().any(is_beside) {
        return None;
    }
    let label = |at: &usize| format!("\"{}\"", panel.label_of(&data.frame.columns()[*at].name));
    Some(match keys.iter().map(label).collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => {
            format!("Nothing is compared with the {label_of_period}: no column names the rows")
        }
        labels => format!(
            "Nothing is compared with the {label_of_period}: it has no row with the same {labels}"
        ),
    })
}

/// Whether the kind shows something where a time bucket has no row.
fn has_empty_buckets(kind: &PanelKind) -> bool {
    matches!(
        kind,
        PanelKind::Line(_) | PanelKind::Area(_) | PanelKind::Bar(_) | PanelKind::Histogram(_)
    )
}

/// What it shows there, for a column.
fn empty_bucket(kind: &PanelKind, additivity: Additivity) -> EmptyBucket {
    let chosen = match kind {
        PanelKind::Line(line) => line.empty,
        PanelKind::Area(area) => area.empty,
        PanelKind::Bar(bar) => bar.empty,
        PanelKind::Histogram(histogram) => histogram.empty,
        _ => None,
    };
    match additivity {
        Additivity::Shared => EmptyBucket::Gap,
        _ => chosen.unwrap_or_else(|| additivity.empty()),
    }
}

fn set_zero(values: &mut Values, row: usize) {
    match values {
        Values::Int(cells) => cells[row] = Some(0),
        Values::Decimal(cells) => cells[row] = Some(Decimal::from_scaled(0, 0)),
        Values::Float(cells) => cells[row] = Some(0.0),
        _ => {}
    }
}

/// How the columns of [`compared_columns`] are shown: like those they stand beside.
pub fn compared_styles(panel: &Panel, columns: &[Column]) -> Vec<ColumnStyle> {
    let Some(compare) = panel.compare else { return Vec::new() };
    let styles = columns.iter().filter_map(|column| {
        let own = column.name.strip_suffix(&compared_name("", compare.label()))?;
        let style = panel.column(own);
        Some(ColumnStyle {
            name: column.name.clone(),
            label: Some(compared_name(&panel.label_of(own), compare.label())),
            unit: panel.own_unit_of(own).cloned(),
            scale: 0,
            grouping: style.and_then(|style| style.grouping),
            cell: match style.map(|style| style.cell) {
                Some(Cell::Hidden) => Cell::Hidden,
                _ => Cell::Plain,
            },
        })
    });
    styles.collect()
}

/// The additivity of the columns of `data`, followed by [`compared_columns`], which have that of the
/// columns they stand beside.
pub fn compared_additivity(panel: &Panel, data: &PanelData, columns: &[Column]) -> Vec<Additivity> {
    let suffix = panel.compare.map(|compare| compared_name("", compare.label()));
    let own = |column: &Column| {
        let name = column.name.strip_suffix(suffix.as_deref()?)?;
        data.frame.columns().iter().position(|own| own.name == name)
    };
    let of = |at: usize| of_column(&data.additivity, at);
    let beside = columns.iter().map(|column| own(column).map_or_else(Additivity::default, of));
    (0..data.frame.columns().len()).map(of).chain(beside).collect()
}

fn compared_name(name: &str, label: &str) -> String {
    format!("{name} ({label})")
}

/// The index of no row.
const NOWHERE: usize = usize::MAX;

/// The columns that name a row, and those with its numbers; `None` for kinds whose rows nothing names.
fn roles(
    panel: &Panel,
    frame: &Frame,
    additivity: &[Additivity],
) -> Option<(Vec<usize>, Vec<usize>)> {
    let columns = frame.columns();
    let all = 0..columns.len();
    let first = |count: usize| (0..count.min(columns.len())).collect::<Vec<_>>();
    let keys = match &panel.kind {
        PanelKind::Stat(_) | PanelKind::Gauge(_) => Vec::new(),
        PanelKind::Scatter(_) => return None,
        PanelKind::Histogram(_) => first(1),
        PanelKind::Heatmap(_) => first(2),
        PanelKind::Line(_) | PanelKind::Area(_) | PanelKind::Bar(_) | PanelKind::Donut(_) => {
            let Range { end, .. } = Roles::of(frame, additivity).names;
            first(end)
        }
        PanelKind::Table(_) => {
            let is_trend = |column: &Column| {
                panel.column(&column.name).is_some_and(|style| style.cell == Cell::Trend)
            };
            let is_key = |at: &usize| {
                let column = &columns[*at];
                let additivity = of_column(additivity, *at);
                let names = match column.values.is_number() {
                    true => additivity == Additivity::Key || format::looks_plain(column),
                    false => additivity != Additivity::Extreme,
                };
                names && !is_trend(column)
            };
            all.clone().filter(is_key).collect()
        }
    };
    let is_number = |at: &usize| columns[*at].values.is_number() && !keys.contains(at);
    let numbers = all.filter(is_number).collect();
    Some((keys, numbers))
}

/// The rows of two periods.
struct Pairs<'a> {
    keys: &'a [usize],
    data: &'a PanelData,
    previous: &'a Frame,
    earlier: EarlierPeriod,
}

impl Pairs<'_> {
    /// For each row of the frame, the index of the earlier period's row beside it, or [`NOWHERE`].
    fn rows(&self, is_figure: bool) -> Vec<usize> {
        let frame = &self.data.frame;
        if self.is_less_than_covered() {
            return vec![NOWHERE; frame.rows()];
        }
        if is_figure {
            let first = |row| if row == 0 && self.previous.rows() > 0 { 0 } else { NOWHERE };
            return (0..frame.rows()).map(first).collect();
        }
        let (own, before) = self.names();
        let mut rows = vec![NOWHERE; frame.rows()];
        for row in own.into_values() {
            let is_alike = |beside: &usize| !self.is_whole(row) || self.is_whole_before(*beside);
            if let Some(beside) = self.beside(row, &before).filter(is_alike) {
                rows[row] = beside;
            }
        }
        rows
    }

    /// Whether a part of the period would be beside the whole of it, which no time tells.
    fn is_less_than_covered(&self) -> bool {
        let columns = self.data.frame.columns();
        let has_time = self.keys.iter().any(|at| columns[*at].values.is_time());
        !has_time && self.earlier.is_covered == Some(false)
    }

    /// The rows of the frame and of the earlier period by their names.
    fn names(&self) -> (HashMap<String, usize>, HashMap<String, usize>) {
        let name = |frame: &Frame, row| {
            self.name_of(frame, row, &|row, at| self.placed(frame, row, at).map(|at| at.0))
        };
        let frame = &self.data.frame;
        let own = unique((0..frame.rows()).map(|row| name(frame, row)));
        let before = unique((0..self.previous.rows()).map(|row| name(self.previous, row)));
        (own, before)
    }

    /// The row of the earlier period with the name of `row`; both of a doubled hour stand beside the same one.
    fn beside(&self, row: usize, before: &HashMap<String, usize>) -> Option<usize> {
        before.get(&self.name_back(row)?).copied()
    }

    /// The name that the row beside `row` has in the earlier period.
    fn name_back(&self, row: usize) -> Option<String> {
        let frame = &self.data.frame;
        let back = |row, at| {
            self.earlier.back(self.placed(frame, row, at)?, &self.data.offsets).map(|at| at.0)
        };
        self.name_of(frame, row, &back)
    }

    fn placed(&self, frame: &Frame, row: usize, at: usize) -> Option<Timestamp> {
        frame.columns().get(at)?.values.placed(row, &self.data.offsets)
    }

    /// The rows of the frame beside time buckets of the earlier period that were over and have no row. Before
    /// its first row there may have been no data at all.
    fn empty(&self, rows: &[usize]) -> Vec<usize> {
        let [key] = self.keys else { return Vec::new() };
        let (frame, zone, earlier) = (&self.data.frame, &self.data.offsets, self.earlier);
        let placed = |frame: &Frame, row| {
            let values = &frame.columns().get(*key)?.values;
            values.is_time().then(|| values.placed(row, zone)).flatten()
        };
        let known: HashSet<Timestamp> =
            (0..self.previous.rows()).filter_map(|row| placed(self.previous, row)).collect();
        let (Some(first), Some(last)) = (known.iter().min(), known.iter().max()) else {
            return Vec::new();
        };
        let from = match earlier.is_covered {
            Some(true) => self.data.interval.start(earlier.bounds.from, zone),
            _ => *first,
        };
        let coverage = self.data.previous_coverage;
        let is_over = |at: Timestamp| match coverage {
            Some(one) => at < one.ahead_from && (at < one.whole_to || at <= *last),
            None => at <= *last,
        };
        let is_empty = |row: &usize| {
            let at = placed(frame, *row).and_then(|at| earlier.back(at, zone));
            at.is_some_and(|at| {
                let is_alike = !self.is_whole(*row) || coverage.is_none_or(|one| one.is_whole(at));
                let is_inside = from <= at && at < earlier.bounds.to;
                is_inside && is_over(at) && is_alike && !known.contains(&at)
            })
        };
        (0..frame.rows()).filter(|row| rows[*row] == NOWHERE).filter(is_empty).collect()
    }

    /// A text that is equal for rows with the same names at the same `time`s; `None` if a time has none.
    fn name_of(
        &self,
        frame: &Frame,
        row: usize,
        time: &impl Fn(usize, usize) -> Option<i64>,
    ) -> Option<String> {
        let mut name = String::new();
        for at in self.keys {
            let column = frame.columns().get(*at)?;
            match column.values.is_time() && column.values.exact(row).is_some() {
                true => name.push_str(&format!("@{};", time(row, *at)?)),
                false => name.push_str(&identity(std::slice::from_ref(column), row)),
            }
        }
        Some(name)
    }

    fn is_whole(&self, row: usize) -> bool {
        is_whole(&self.data.frame, self.data.coverage.as_ref(), row, &self.data.offsets)
    }

    fn is_whole_before(&self, row: usize) -> bool {
        let coverage = self.data.previous_coverage.as_ref();
        is_whole(self.previous, coverage, row, &self.data.offsets)
    }
}

/// Rows by name; names that several rows share are left out.
fn unique(names: impl Iterator<Item = Option<String>>) -> HashMap<String, usize> {
    let mut rows: HashMap<String, Option<usize>> = HashMap::new();
    for (row, name) in names.enumerate() {
        let Some(name) = name else { continue };
        rows.entry(name).and_modify(|known| *known = None).or_insert(Some(row));
    }
    rows.into_iter().filter_map(|(name, row)| Some((name, row?))).collect()
}

fn is_whole(frame: &Frame, coverage: Option<&Coverage>, row: usize, zone: &ZoneOffsets) -> bool {
    let column = coverage.and_then(|one| Some((one, frame.columns().get(one.column?)?)));
    column.is_none_or(|(coverage, column)| {
        coverage.start(&column.values, row, zone).is_none_or(|start| coverage.is_whole(start))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel_kind::Line;
    use crate::{
        Bounds, CachePolicy, Compare, Edges, Edition, Freshness, GridPlace, Interval, PanelId,
        Query, Shift, SourceName, Unit,
    };

    const DAY: i64 = 86_400;

    fn at(day: i64) -> Timestamp {
        Timestamp::from_seconds(day * DAY)
    }

    /// Days with their counts, as a statement returns them: without the days that have no rows.
    fn frame(days: &[(i64, i64)]) -> Frame {
        let time = Values::Time(days.iter().map(|day| Some(at(day.0))).collect());
        let counts = Values::Int(days.iter().map(|day| Some(day.1)).collect());
        let column = |name: &str, values| Column { name: name.into(), values };
        Frame::new(vec![column("day", time), column("orders", counts)]).unwrap()
    }

    fn panel(empty: Option<EmptyBucket>) -> Panel {
        Panel {
            id: PanelId::parse("orders").unwrap(),
            title: "Orders".into(),
            description: None,
            kind: PanelKind::Line(Line { empty }),
            source: SourceName::parse("shop").unwrap(),
            query: Query::new(""),
            unit: Unit::None,
            compare: Some(Compare::PreviousPeriod),
            edges: Edges::default(),
            place: GridPlace { x: 0, y: 0, w: 6, h: 4 },
            cache: CachePolicy::default(),
            tags: vec![],
            interval: None,
            columns: vec![],
            computed: vec![],
            filter: None,
            link: None,
        }
    }

    /// A table of channels with what they sold and their last order, beside the ten days before.
    fn channels(last: Additivity, before: &[(&str, i64, i64)]) -> (Panel, PanelData) {
        let frame = |rows: &[(&str, i64, i64)]| {
            let column = |name: &str, values| Column { name: name.into(), values };
            let texts = rows.iter().map(|row| Some(row.0.to_owned())).collect();
            let counts = rows.iter().map(|row| Some(row.1)).collect();
            let times = rows.iter().map(|row| Some(at(row.2))).collect();
            Frame::new(vec![
                column("channel", Values::Text(texts)),
                column("orders", Values::Int(counts)),
                column("last", Values::Time(times)),
            ])
            .unwrap()
        };
        let (mut panel, data) = (panel(None), data(Additivity::Total, None));
        panel.kind = PanelKind::Table(crate::panel_kind::Table);
        let data = PanelData {
            frame: frame(&[("shop", 3, 19), ("web", 5, 18)]),
            additivity: vec![Additivity::Key, Additivity::Total, last],
            previous: Some(frame(before)),
            coverage: None,
            previous_coverage: None,
            ..data
        };
        (panel, data)
    }

    #[test]
    fn an_aggregated_time_names_no_row() {
        let counts = |last, before: &[(&str, i64, i64)]| {
            let (panel, data) = channels(last, before);
            let columns = compared_columns(&panel, &data);
            let Values::Int(counts) = &columns[0].values else { panic!("{columns:?}") };
            (counts.clone(), note(&panel, &data))
        };
        let before = [("web", 4, 7), ("shop", 2, 4)];
        assert_eq!(counts(Additivity::Extreme, &before), (vec![Some(2), Some(4)], None));
        let said = "Nothing is compared with the previous period: it has no row with the same \
                    \"Channel\", \"Last\"";
        assert_eq!(counts(Additivity::Plain, &before), (vec![None, None], Some(said.into())));
        // One row is enough.
        let (one, none) = counts(Additivity::Extreme, &[("web", 4, 7), ("fair", 2, 4)]);
        assert_eq!((one, none), (vec![None, Some(4)], None));
        assert_eq!(counts(Additivity::Plain, &[]).1, None, "without rows");
    }

    #[test]
    fn names_that_differ_in_capital_letters_alone_are_said() {
        let said = |before: &[(&str, i64, i64)]| {
            let (panel, data) = channels(Additivity::Extreme, before);
            note(&panel, &data)
        };
        let note = said(&[("Web", 4, 7), ("shop", 2, 4)]).unwrap();
        assert!(note.starts_with("\"web\" is not compared with \"Web\" of the previous"), "{note}");
        // Where the earlier period has both, the database tells them apart.
        assert_eq!(said(&[("Web", 4, 7), ("web", 2, 4)]), None);
        assert_eq!(said(&[("fair", 4, 7), ("web", 2, 4)]), None);
    }

    #[test]
    fn values_beside_computed_columns_are_shown_like_these() {
        use crate::panel::{Computed, ComputedKind};
        let computed =
            |name: &str, of: &str, kind| Computed { name: name.into(), of: of.into(), kind };
        let mut panel = panel(None);
        panel.unit = Unit::Money("EUR".into());
        panel.computed = vec![
            computed("share", "orders", ComputedKind::Share),
            computed("sum of shares", "share", ComputedKind::RunningTotal),
            computed("sum", "orders", ComputedKind::RunningTotal),
        ];
        let names = ["share", "sum of shares", "sum", "orders"];
        let column = |name: &&str| Column {
            name: compared_name(name, "previous period"),
            values: Values::Int(vec![]),
        };
        let columns: Vec<Column> = names.iter().map(column).collect();
        let units = |panel: &Panel| -> Vec<Option<Unit>> {
            compared_styles(panel, &columns).into_iter().map(|style| style.unit).collect()
        };
        let percent = Some(Unit::Percent);
        assert_eq!(units(&panel), [percent.clone(), percent.clone(), None, None]);
        let style = |name: &str, unit| ColumnStyle {
            name: name.into(),
            label: None,
            unit: Some(unit),
            scale: 0,
            grouping: None,
            cell: Cell::Plain,
        };
        let seconds = Some(Unit::Seconds);
        panel.columns = vec![style("orders", Unit::Seconds)];
        assert_eq!(
            units(&panel),
            [percent.clone(), percent.clone(), seconds.clone(), seconds.clone()]
        );
        panel.columns.push(style("sum", Unit::None));
        assert_eq!(units(&panel), [percent.clone(), percent, Some(Unit::None), seconds]);
    }

    /// Ten days beside the ten before them; the data begin on the third of those, if that is known.
    fn data(last: Additivity, is_covered: Option<bool>) -> PanelData {
        let coverage = |from: i64, to: i64| Coverage {
            whole_from: at(from),
            whole_to: at(to),
            ahead_from: at(20),
            is_under_way: false,
            column: Some(0),
            interval: Interval::Day,
            is_in_utc: false,
            is_trimmed: false,
            left_out: 0,
        };
        let own: Vec<(i64, i64)> = (10..20).map(|day| (day, 1)).collect();
        let bounds = Bounds { from: at(0), to: at(10) };
        PanelData {
            frame: frame(&own),
            additivity: vec![Additivity::Key, last],
            weekdays: vec![],
            previous: Some(frame(&[(2, 5), (4, 7)])),
            sparkline: None,
            sparkline_additivity: vec![],
            coverage: Some(coverage(10, 20)),
            previous_coverage: Some(coverage(0, 9)),
            sparkline_coverage: None,
            bounds: Bounds { from: at(10), to: at(20) },
            earlier: Some(EarlierPeriod {
                bounds,
                shift: Shift::Days(10),
                is_covered,
                is_by_days: true,
            }),
            interval: Interval::Day,
            offsets: ZoneOffsets::utc(),
            as_of: at(20),
            freshness: Freshness::Fresh,
            edition: Edition::default(),
            notes: vec![],
        }
    }

    fn beside(panel: &Panel, last: Additivity, is_covered: Option<bool>) -> Vec<Option<i64>> {
        let columns = compared_columns(panel, &data(last, is_covered));
        let Values::Int(counts) = &columns[0].values else { panic!("{columns:?}") };
        counts.clone()
    }

    #[test]
    fn earlier_buckets_that_were_over_are_zero_where_the_chart_is_at_zero() {
        let (none, zero) = (None, Some(0));
        // The last of the earlier days is partial, beside a whole one.
        let shown = [none, none, Some(5), zero, Some(7), zero, zero, zero, zero, none];
        assert_eq!(beside(&panel(None), Additivity::Total, None), shown);
        let mut covered = shown;
        covered[..2].fill(zero);
        assert_eq!(beside(&panel(None), Additivity::Total, Some(true)), covered);
        let mut gaps = shown;
        gaps.iter_mut().filter(|one| **one == zero).for_each(|one| *one = none);
        assert_eq!(beside(&panel(None), Additivity::Single, None), gaps, "no average is 0");
        assert_eq!(beside(&panel(Some(EmptyBucket::Gap)), Additivity::Total, None), gaps);
    }
}
