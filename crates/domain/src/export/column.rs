//! The columns of a panel as files have them.

use crate::compared::{compared_additivity, compared_columns, compared_styles};
use crate::panel::{Cell, ColumnStyle};
use crate::point::of_column;
use crate::{
    Column, Coverage, Frame, Interval, Panel, PanelData, Unit, Values, ZoneOffsets, format,
};
use std::sync::Arc;

/// A column of a panel, and how its cells are shown.
#[derive(Debug, Clone)]
pub struct ExportedColumn {
    /// Its name and its cells.
    pub column: Arc<Column>,
    /// The label for readers.
    pub label: String,
    /// What its numbers measure.
    pub unit: Unit,
    /// How many decimals its numbers share, if they do.
    pub decimals: Option<usize>,
    /// Whether pages hide it.
    pub is_hidden: bool,
    /// The numbers as floats where they are averages or ratios that a database has rounded already: their digits
    /// say nothing.
    pub quotients: Option<Values>,
    /// Its cells' texts, if they are shown as shares of one whole.
    pub shares: Option<Vec<Option<String>>>,
    /// What it is beside the other columns.
    pub role: ColumnRole,
}

/// What a column is beside the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnRole {
    /// A column of the statement, or computed.
    Own,
    /// The starts of time buckets of this width.
    Bucket(Interval),
    /// The earlier period's values.
    Earlier,
    /// Whether each time bucket is complete.
    Complete,
}

/// The columns of `data`: as in CSV, and in the same order.
pub(super) fn of(panel: &Panel, data: &PanelData) -> Vec<ExportedColumn> {
    let frame = &data.frame;
    let compared = compared_columns(panel, data);
    let styles = compared_styles(panel, &compared);
    let additivity = compared_additivity(panel, data, &compared);
    let bucket = data.coverage.and_then(|coverage| coverage.column);
    let own = frame.columns().iter().enumerate().map(|(at, column)| {
        let unit = own_unit(panel, frame, at, bucket == Some(at));
        let role = data.coverage.filter(|_| bucket == Some(at));
        let role = role.map_or(ColumnRole::Own, |one| ColumnRole::Bucket(one.interval));
        (column.clone(), panel.label_of(&column.name), panel.column(&column.name), unit, role)
    });
    let beside = compared.iter().map(|column| {
        let style = styles.iter().find(|style| style.name == column.name);
        let label = style.and_then(|style| style.label.clone());
        let unit = unit_beside(panel, frame, style, column);
        (
            Arc::new(column.clone()),
            label.unwrap_or(column.name.clone()),
            style,
            unit,
            ColumnRole::Earlier,
        )
    });
    let complete = data.coverage.and_then(|coverage| complete(frame, &coverage, &data.offsets));
    let complete = complete.map(|column| {
        (Arc::new(column), "Complete".into(), None, Unit::None, ColumnRole::Complete)
    });
    own.chain(beside)
        .enumerate()
        .map(|(at, one)| shown(one, of_column(&additivity, at).may_be_quotient()))
        .chain(complete.map(|one| shown(one, false)))
        .collect()
}

type Described<'a> = (Arc<Column>, String, Option<&'a ColumnStyle>, Unit, ColumnRole);

fn shown(
    (column, label, style, unit, role): Described<'_>,
    may_be_quotient: bool,
) -> ExportedColumn {
    let quotients = format::quotients(&column.values).filter(|_| may_be_quotient);
    ExportedColumn {
        decimals: format::decimals(quotients.as_ref().unwrap_or(&column.values), &unit),
        shares: format::column_of_shares(&column.values, &unit),
        is_hidden: style.is_some_and(|style| style.cell == Cell::Hidden),
        column,
        label,
        unit,
        quotients,
        role,
    }
}

fn own_unit(panel: &Panel, frame: &Frame, at: usize, is_bucket: bool) -> Unit {
    let column = &*frame.columns()[at];
    let grouping = panel.column(&column.name).and_then(|style| style.grouping);
    let has_own = panel.own_unit_of(&column.name).is_some();
    // 202603, not 202,603.
    match is_bucket || is_plain(grouping, has_own, column) {
        true => Unit::Plain,
        false => panel.unit_in(frame, at).clone(),
    }
}

/// The unit of a column of earlier values.
fn unit_beside(panel: &Panel, frame: &Frame, style: Option<&ColumnStyle>, column: &Column) -> Unit {
    let own = style.and_then(|style| style.unit.clone());
    if is_plain(style.and_then(|style| style.grouping), own.is_some(), column) {
        return Unit::Plain;
    }
    // It stands behind all columns of the frame.
    let has_unit = panel.kind.has_unit(frame, frame.columns().len());
    own.unwrap_or_else(|| if has_unit { panel.unit.clone() } else { Unit::None })
}

/// Whether the numbers are names: years, keys, codes.
fn is_plain(grouping: Option<bool>, has_own_unit: bool, column: &Column) -> bool {
    grouping.map_or_else(|| !has_own_unit && format::looks_plain(column), |grouping| !grouping)
}

/// Whether each row is a complete time bucket; `None` if no column holds buckets.
fn complete(frame: &Frame, coverage: &Coverage, zone: &ZoneOffsets) -> Option<Column> {
    let buckets = frame.columns().get(coverage.column?)?;
    let is_whole = |row| Some(coverage.is_whole(coverage.start(&buckets.values, row, zone)?));
    let names = (2..).map(|number| format!("complete ({number})"));
    let mut names = std::iter::once("complete".to_owned()).chain(names);
    let name = names.find(|name| frame.column(name).is_none()).unwrap_or_default();
    Some(Column { name, values: Values::Bool((0..frame.rows()).map(is_whole).collect()) })
}

impl ExportedColumn {
    /// Cell `row` as pages show it; NULL is an en dash.
    pub fn text(&self, row: usize, zone: &ZoneOffsets) -> String {
        if let Some(Some(share)) = self.shares.as_ref().and_then(|shares| shares.get(row)) {
            return share.clone();
        }
        let values = self.quotients.as_ref().unwrap_or(&self.column.values);
        // Of an hour that the clock cuts, the start by its arithmetic may be another one's.
        if let (ColumnRole::Bucket(interval), Some(at)) = (self.role, values.time(row)) {
            return format::instant(interval.begins(at, zone), zone);
        }
        format::aligned(values, row, &self.unit, zone, self.decimals)
    }
}
