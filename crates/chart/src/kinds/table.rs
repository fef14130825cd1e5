//! Table panels: the first rows, in the order of the statement.

use super::chart::Chart;
use super::sortable_table::PAGE;
use super::table_columns::Columns;
use crate::readout::Readout;
use crate::scene::Scene;
use crate::scene::table::Table;
use crate::spec::Input;
use brisk_domain::format;

pub(crate) fn draw(input: &Input<'_>) -> Option<Chart> {
    let rows = input.frame.rows();
    let grouped = |number: usize| format::grouped(&number.to_string());
    let columns = Columns::of(input, true);
    let table = Table {
        title: input.spec.title.clone(),
        is_any_chosen: columns.is_any_chosen,
        heads: columns.heads(None),
        rows: (0..rows.min(PAGE)).map(|row| columns.row(row)).collect(),
        note: (rows > PAGE)
            .then(|| format!("{} more rows are not shown here.", grouped(rows - PAGE))),
    };
    Some(Chart::new(Scene::Table(table), summary(input), Readout::default()))
}

/// The text alternative: what there is to read.
pub(crate) fn summary(input: &Input<'_>) -> String {
    let rows = input.frame.rows();
    let noun = if rows == 1 { "row" } else { "rows" };
    format!("{}. Table with {} {noun}.", input.spec.title, format::grouped(&rows.to_string()))
}
