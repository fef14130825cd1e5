//! The table view of every chart, which readers can sort and page through.

use super::table_columns::Columns;
use crate::data::{parts, row_order};
use crate::scene::table::{Pager, Sortable, Table, Whole};
use crate::spec::Input;
use crate::table_view::TableView;
use brisk_domain::{format, parameter};
use std::ops::Range;

/// Rows of a page.
pub(crate) const PAGE: usize = 50;
/// Tables up to this many rows are sent whole, so that browsers can sort and page on their own; longer
/// ones are sent a page at a time.
const WHOLE: usize = 500;

/// The rows of `input` in the order and on the page that `view` says.
pub(crate) fn draw(input: &Input<'_>, view: &TableView<'_>) -> Sortable {
    let columns = Columns::of(input, input.spec.has_rows());
    let rows = input.frame.rows();
    let sort = view.state.sort.as_ref();
    let order: Vec<usize> = match sort.and_then(|sort| Some((sort, columns.named(&sort.column)?))) {
        Some((sort, column)) => {
            row_order::sorted(&row_order::ranks(&column.values), sort.descending)
        }
        None => (0..rows).collect(),
    };
    let pages = rows.div_ceil(PAGE).max(1);
    let page = view.state.page.min(pages - 1);
    let shown = page * PAGE..rows.min((page + 1) * PAGE);
    let is_whole = rows <= WHOLE;
    // The places by which browsers sort.
    let ranks: Vec<Vec<Option<u32>>> = match is_whole {
        true => columns.shown().map(|column| row_order::ranks(&column.values)).collect(),
        false => Vec::new(),
    };
    let sent = if is_whole { 0..rows } else { shown.clone() };
    let row = |at: usize| {
        let mut row = columns.row(order[at]);
        row.places = is_whole.then(|| places(order[at], &ranks));
        row.is_hidden = !shown.contains(&at);
        row
    };
    let table = Table {
        title: input.spec.title.clone(),
        is_any_chosen: columns.is_any_chosen,
        heads: columns.heads(Some(view)),
        rows: sent.map(row).collect(),
        note: parts::left_out(input.coverage),
    };
    Sortable {
        panel: view.panel.to_owned(),
        action: view.action.to_owned(),
        page_rows: PAGE,
        whole: is_whole
            .then(|| Whole { sort: sort.map(ToString::to_string), page: view.state.page }),
        pairs: pairs(view),
        table,
        pager: (pages > 1).then(|| pager(view, &shown, (page, pages), rows)),
    }
}

/// A row's place in the statement's order, then in each column's.
fn places(row: usize, ranks: &[Vec<Option<u32>>]) -> String {
    let mut places = row.to_string();
    for ranks in ranks {
        places.push(',');
        if let Some(rank) = ranks[row] {
            places.push_str(&rank.to_string());
        }
    }
    places
}

/// The parameters of the view that the table's controls keep.
fn pairs(view: &TableView<'_>) -> Vec<(String, String)> {
    let is_own = |name: &str, value: &str| {
        (name == parameter::SORT || name == parameter::PAGE)
            && value.split_once(':').is_some_and(|(panel, _)| panel == view.panel)
    };
    let others = view.pairs.iter().filter(|(name, value)| !is_own(name, value));
    // The current order comes before the buttons: of two values, the last one counts.
    let sort = view.state.sort.as_ref();
    let sort = sort.map(|sort| (parameter::SORT.to_owned(), format!("{}:{sort}", view.panel)));
    others.cloned().chain(sort).collect()
}

/// Which rows of how many are shown, and the buttons for the previous and next page.
fn pager(
    view: &TableView<'_>,
    shown: &Range<usize>,
    (page, pages): (usize, usize),
    rows: usize,
) -> Pager {
    let grouped = |number: usize| format::grouped(&number.to_string());
    let (first, last) = (grouped(shown.start + 1), grouped(shown.end));
    let to = |page: usize| format!("{}:{}", view.panel, page + 1);
    Pager {
        range: format!("{first}–{last} of {}", grouped(rows)),
        buttons: [
            ("Previous", page.checked_sub(1).map(to)),
            ("Next", (page + 1 < pages).then(|| to(page + 1))),
        ],
    }
}
