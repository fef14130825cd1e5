//! The earlier period's values beside those of a panel's frame, row by row: for tables and CSV.

use crate::panel::{Cell, ColumnStyle};
use crate::point::{Roles, identity, of_column};
use crate::{
    Additivity, Column, Coverage, EarlierPeriod, Frame, Panel, PanelData, PanelKind, Values,
    ZoneOffsets, format,
};
use std::collections::HashMap;
use std::ops::Range;

/// For each number column of the frame of `data` one with the value that the earlier period has in the same
/// place: `revenue (previous period)`. Rows are the same if what names them is: text, keys, and times that
/// have the same place on the clock. A cell is NULL where the earlier period has no such row or several,
/// or only a part of what stands in the frame as a whole. None without a comparison.
pub fn compared_columns(panel: &Panel, data: &PanelData) -> Vec<Column> {
    let (Some(compare), frame) = (panel.compare, &data.frame) else { return Vec::new() };
    let Some((keys, numbers)) = roles(panel, frame, &data.additivity) else { return Vec::new() };
    let beside = data.previous.as_ref().zip(data.earlier).map(|(previous, earlier)| {
        let pairs = Pairs { keys: &keys, data, previous, earlier };
        (previous, pairs.rows(matches!(panel.kind, PanelKind::Stat(_) | PanelKind::Gauge(_))))
    });
    let nothing = vec![NOWHERE; frame.rows()];
    let picked = match &beside {
        Some((previous, rows)) => previous.of_rows(rows),
        None => frame.of_rows(&nothing),
    };
    let column = |at: usize| {
        let own = &frame.columns()[at];
        let none = || Values::Int(vec![None; frame.rows()]);
        let values = picked.column(&own.name).map_or_else(none, |one| one.values.clone());
        Column { name: compared_name(&own.name, compare.label()), values }
    };
    // The author may have given a column such a name.
    let is_free = |column: &Column| frame.column(&column.name).is_none();
    numbers.into_iter().map(column).filter(is_free).collect()
}

/// How the columns of [`compared_columns`] are shown: like those that they stand beside.
pub fn compared_styles(panel: &Panel, columns: &[Column]) -> Vec<ColumnStyle> {
    let Some(compare) = panel.compare else { return Vec::new() };
    let styles = columns.iter().filter_map(|column| {
        let own = column.name.strip_suffix(&compared_name("", compare.label()))?;
        let style = panel.column(own);
        Some(ColumnStyle {
            name: column.name.clone(),
            label: Some(compared_name(&panel.label_of(own), compare.label())),
            unit: style.and_then(|style| style.unit.clone()),
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

/// What adds up of the columns of `data` and those of [`compared_columns`] behind them: these like those
/// that they stand beside.
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

/// No row has this place.
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
                let names = !column.values.is_number()
                    || of_column(additivity, *at) == Additivity::Key
                    || format::looks_plain(column);
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
    /// For each row of the frame the row of the earlier period beside it, or none.
    fn rows(&self, is_figure: bool) -> Vec<usize> {
        let (frame, zone) = (&self.data.frame, &self.data.offsets);
        let times = self.keys.iter().filter(|at| frame.columns()[**at].values.is_time());
        let has_time = times.clone().next().is_some();
        // Without a time, a part of the period is beside the whole of it.
        if !has_time && self.earlier.is_covered == Some(false) {
            return vec![NOWHERE; frame.rows()];
        }
        if is_figure {
            let first = |row| if row == 0 && self.previous.rows() > 0 { 0 } else { NOWHERE };
            return (0..frame.rows()).map(first).collect();
        }
        let placed = |frame: &Frame, row, at: usize| {
            let values = &frame.columns().get(at)?.values;
            values.placed(row, zone)
        };
        let name = |frame: &Frame, row| {
            self.name_of(frame, row, &|row, at| placed(frame, row, at).map(|at| at.0))
        };
        let back = |row, at| self.earlier.shift.back(placed(frame, row, at)?, zone).map(|at| at.0);
        let own = unique((0..frame.rows()).map(|row| name(frame, row)));
        let before = unique((0..self.previous.rows()).map(|row| name(self.previous, row)));
        let mut rows = vec![NOWHERE; frame.rows()];
        for row in own.into_values() {
            // Both of a doubled hour stand beside the same one.
            let beside = self.name_of(frame, row, &back).and_then(|name| before.get(&name));
            let is_alike = |beside: &&usize| !self.is_whole(row) || self.is_whole_before(**beside);
            if let Some(beside) = beside.filter(is_alike) {
                rows[row] = *beside;
            }
        }
        rows
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

/// The rows by their names, without those that share one.
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
        column.values.placed(row, zone).is_none_or(|start| coverage.is_whole(start))
    })
}
