//! Tables: the table panel, and the table view that every chart has.

use crate::markup::{escape, percent, px};
use crate::readout::{self, Readout};
use crate::stat::mini_path;
use crate::{Drawing, Input, mark_links, order};
use brisk_domain::panel::Cell;
use brisk_domain::{Column, PanelKind, TableState, Values, format, parameter};
use std::fmt::Write as _;
use std::ops::Range;

/// Rows of a page.
const PAGE: usize = 50;
/// A table of no more rows is sent whole, so that browsers sort it and turn its pages by themselves;
/// of a longer one they get one page at a time.
const WHOLE: usize = 500;

/// How readers look at a table, and how its controls ask for another look.
#[derive(Debug, Clone, Copy)]
pub struct TableView<'a> {
    /// The panel, as the address names it.
    pub panel: &'a str,
    /// The order and the page.
    pub state: &'a TableState,
    /// The address of the page that the table is on.
    pub action: &'a str,
    /// Its other parameters.
    pub pairs: &'a [(String, String)],
}

pub(crate) fn draw(input: &Input<'_>) -> Option<Drawing> {
    let rows = input.frame.rows();
    let summary = format!(
        "{}. Table with {} {}.",
        input.spec.title,
        format::grouped(&rows.to_string()),
        if rows == 1 { "row" } else { "rows" }
    );
    let mut body = String::new();
    let columns = Columns::of(input, true);
    columns.open(None, &mut body);
    for row in 0..rows.min(PAGE) {
        columns.tr(row, "", &mut body);
    }
    body.push_str("</tbody></table>");
    if rows > PAGE {
        let left = format::grouped(&(rows - PAGE).to_string());
        let _ = write!(body, "<p class=\"tb-more\">{left} more rows are not shown here.</p>");
    }
    Some(Drawing {
        body,
        legend: Vec::new(),
        summary,
        readout: Readout::default(),
        is_empty: false,
    })
}

pub(crate) fn with_controls(input: &Input<'_>, view: &TableView<'_>) -> String {
    let columns = Columns::of(input, input.spec.kind == PanelKind::Table);
    let rows = input.frame.rows();
    let sort = view.state.sort.as_ref();
    let order: Vec<usize> = match sort.and_then(|sort| Some((sort, columns.named(&sort.column)?))) {
        Some((sort, column)) => order::sorted(&order::ranks(&column.values), sort.descending),
        None => (0..rows).collect(),
    };
    let pages = rows.div_ceil(PAGE).max(1);
    let page = view.state.page.min(pages - 1);
    let shown = page * PAGE..rows.min((page + 1) * PAGE);
    let is_whole = rows <= WHOLE;
    // The places by which browsers sort.
    let ranks: Vec<Vec<Option<u32>>> = match is_whole {
        true => columns.shown.iter().map(|(column, _)| order::ranks(&column.values)).collect(),
        false => Vec::new(),
    };
    let mut out = open_form(view, is_whole);
    columns.open(Some(view), &mut out);
    let sent = if is_whole { 0..rows } else { shown.clone() };
    for at in sent {
        let row = order[at];
        let mut attributes = String::new();
        if is_whole {
            // The statement's place, then each column's.
            let places = ranks.iter().map(|ranks| ranks[row].map_or("".into(), |r| r.to_string()));
            let places: Vec<String> = places.collect();
            let _ = write!(attributes, " data-o=\"{row},{}\"", places.join(","));
        }
        if !shown.contains(&at) {
            attributes.push_str(" hidden");
        }
        columns.tr(row, &attributes, &mut out);
    }
    out.push_str("</tbody></table>");
    if pages > 1 {
        pager(view, &shown, (page, pages), rows, &mut out);
    }
    out.push_str("</form>");
    out
}

/// The form of the table's controls, with the rest of the view, so that they change only their part.
fn open_form(view: &TableView<'_>, is_whole: bool) -> String {
    let mut whole = String::new();
    if is_whole {
        // What browsers need to go on from here.
        whole.push_str(" data-whole");
        if let Some(sort) = &view.state.sort {
            let _ = write!(whole, " data-sort=\"{}\"", escape(&sort.to_string()));
        }
        if view.state.page > 0 {
            let _ = write!(whole, " data-at=\"{}\"", view.state.page);
        }
    }
    let mut out = format!(
        "<form class=\"tb-form\" method=\"get\" action=\"{}\" data-panel=\"{}\" data-page=\"{PAGE}\"{whole}>",
        escape(view.action),
        escape(view.panel),
    );
    let own = |name: &str, value: &str| {
        (name == parameter::SORT || name == parameter::PAGE)
            && value.split_once(':').is_some_and(|(panel, _)| panel == view.panel)
    };
    for (name, value) in view.pairs.iter().filter(|(name, value)| !own(name, value)) {
        hidden(name, value, &mut out);
    }
    // Before the buttons: a pressed one comes later, and the last one counts.
    if let Some(sort) = &view.state.sort {
        hidden(parameter::SORT, &format!("{}:{sort}", view.panel), &mut out);
    }
    out
}

fn hidden(name: &str, value: &str, out: &mut String) {
    let (name, value) = (escape(name), escape(value));
    let _ = write!(out, "<input type=\"hidden\" name=\"{name}\" value=\"{value}\"/>");
}

/// Which rows of how many, and the way to those before and after.
fn pager(
    view: &TableView<'_>,
    shown: &Range<usize>,
    (page, pages): (usize, usize),
    rows: usize,
    out: &mut String,
) {
    let grouped = |number: usize| format::grouped(&number.to_string());
    let _ = write!(
        out,
        "<div class=\"tb-pager\"><span role=\"status\">{}–{} of {}</span>",
        grouped(shown.start + 1),
        grouped(shown.end),
        grouped(rows)
    );
    let mut step = |words: &str, to: Option<usize>| {
        let value = to.map_or(String::new(), |to| format!("{}:{}", view.panel, to + 1));
        let off = if to.is_none() { " disabled" } else { "" };
        let _ = write!(
            out,
            "<button class=\"btn\" name=\"{}\" value=\"{}\"{off}>{words}</button>",
            parameter::PAGE,
            escape(&value)
        );
    };
    step("Previous", page.checked_sub(1));
    step("Next", (page + 1 < pages).then_some(page + 1));
    out.push_str("</div>");
}

/// The columns that are shown, each with its style.
struct Columns<'a> {
    input: &'a Input<'a>,
    shown: Vec<(&'a Column, Style)>,
    /// The one whose cells are links.
    linked: Option<&'a Column>,
    is_any_chosen: bool,
}

impl<'a> Columns<'a> {
    fn of(input: &'a Input<'a>, decorated: bool) -> Self {
        let frame = input.frame;
        let style = |column: &Column| {
            let cell = input.spec.column(&column.name).map(|s| s.cell).unwrap_or_default();
            let plain = !decorated && cell != Cell::Hidden;
            let numbers = (0..frame.rows()).filter_map(|row| column.values.number(row));
            Style {
                cell: if plain { Cell::Plain } else { cell },
                largest: numbers.fold(0.0, f64::max),
                decimals: format::decimals(&column.values, input.spec.unit_of(&column.name)),
            }
        };
        let shown: Vec<(&Column, Style)> = frame
            .columns()
            .iter()
            .map(|column| (column, style(column)))
            .filter(|(_, style)| style.cell != Cell::Hidden)
            .collect();
        let links = input.links;
        let of = links.and_then(|links| frame.columns().get(links.column(frame)?));
        // Where the column with the value is hidden, the first that is shown has the links.
        let is_shown = |of: &&Column| shown.iter().any(|(column, _)| column.name == of.name);
        let linked = of.filter(is_shown).or_else(|| of.and(shown.first().map(|first| first.0)));
        let is_any_chosen = links.is_some_and(|links| links.is_any_chosen(frame));
        Self { input, shown, linked, is_any_chosen }
    }

    /// The column of that name, if rows can be ordered by it.
    fn named(&self, name: &str) -> Option<&Column> {
        let (column, style) = self.shown.iter().find(|(column, _)| column.name == name)?;
        style.is_ordered().then_some(*column)
    }

    /// The table up to its first row; with `view` its heads are buttons.
    fn open(&self, view: Option<&TableView<'_>>, out: &mut String) {
        let picked = if self.is_any_chosen { " picked" } else { "" };
        let _ = write!(
            out,
            "<table class=\"tb{picked}\"><caption class=\"visually-hidden\">{}</caption><thead><tr>",
            escape(&self.input.spec.title)
        );
        for (column, style) in &self.shown {
            let class = if column.values.is_number() { " class=\"n\"" } else { "" };
            let label = escape(&self.input.spec.label_of(&column.name));
            let Some(view) = view.filter(|_| style.is_ordered()) else {
                let _ = write!(out, "<th scope=\"col\"{class}>{label}</th>");
                continue;
            };
            let sort = view.state.sort.as_ref().filter(|sort| sort.column == column.name);
            let aria = match sort.map(|sort| sort.descending) {
                None => "",
                Some(false) => " aria-sort=\"ascending\"",
                Some(true) => " aria-sort=\"descending\"",
            };
            // What is largest is what people look for in numbers, and the first letter in names; a
            // second press turns it round, a third leaves the order to the statement.
            let first = column.values.is_number();
            let next = match sort.map(|sort| sort.descending) {
                None => Some(first),
                Some(descending) if descending == first => Some(!first),
                Some(_) => None,
            };
            let direction = |descending| if descending { "desc" } else { "asc" };
            let next =
                next.map_or(String::new(), |next| format!("{}:{}", direction(next), column.name));
            let _ = write!(
                out,
                "<th scope=\"col\"{class}{aria}><button name=\"{}\" value=\"{}\" data-column=\"{}\" data-first=\"{}\">{label}</button></th>",
                parameter::SORT,
                escape(&format!("{}:{next}", view.panel)),
                escape(&column.name),
                direction(first)
            );
        }
        out.push_str("</tr></thead><tbody>");
    }

    fn tr(&self, row: usize, attributes: &str, out: &mut String) {
        let links = self.input.links;
        let link = links.and_then(|links| links.row(self.input.frame, row));
        let chosen = link.as_ref().is_some_and(|link| link.is_chosen);
        let class = match (&link, chosen) {
            (None, _) => "",
            (Some(_), false) => " class=\"to\"",
            (Some(_), true) => " class=\"to chosen\"",
        };
        let _ = write!(out, "<tr{class}{attributes}>");
        for (column, style) in &self.shown {
            let is_linked = self.linked.is_some_and(|linked| linked.name == column.name);
            let Some((link, links)) = link.as_ref().zip(links).filter(|_| is_linked) else {
                td(self.input, column, style, row, out);
                continue;
            };
            let current = if chosen { " aria-current=\"true\"" } else { "" };
            let text = escape(&cell_text(self.input, column, style, row));
            let class = if column.values.is_number() { " class=\"n\"" } else { "" };
            let _ = write!(
                out,
                "<td{class}><a href=\"{}\"{current} title=\"{text}\">{}{text}<span class=\"visually-hidden\">: {}</span></a></td>",
                escape(&link.href),
                mark_links::tick(Some(link)),
                escape(&links.hint(chosen))
            );
        }
        out.push_str("</tr>");
    }
}

/// What `td` needs of a column: how it is shown, its largest number for bars, its digits.
struct Style {
    cell: Cell,
    largest: f64,
    /// How many decimals its cells have in common, if they have.
    decimals: Option<usize>,
}

impl Style {
    /// Whether rows can be ordered by it: a small line has no order.
    fn is_ordered(&self) -> bool {
        self.cell != Cell::Trend
    }
}

fn cell_text(input: &Input<'_>, column: &Column, style: &Style, row: usize) -> String {
    match &column.values {
        Values::Time(cells) => cells
            .get(row)
            .copied()
            .flatten()
            .map_or("–".into(), |at| format::instant(at, input.zone)),
        values => {
            let unit = input.spec.unit_of(&column.name);
            format::aligned(values, row, unit, input.zone, style.decimals)
        }
    }
}

fn td(input: &Input<'_>, column: &Column, style: &Style, row: usize, out: &mut String) {
    let text = cell_text(input, column, style, row);
    // A number that is rounded for reading has all its digits in its tooltip.
    let all = readout::rounded_from(&column.values, row, &text);
    let all = all.map_or(String::new(), |all| format!(" title=\"{}\"", escape(&all)));
    let text = escape(&text);
    let Style { cell, largest, .. } = style;
    match cell {
        Cell::Bar => {
            let part = column.values.number(row).map_or(0.0, |v| (v / largest).clamp(0.0, 1.0));
            let _ = write!(
                out,
                "<td class=\"n b\"{all}><i style=\"width:{}\"></i><span>{text}</span></td>",
                percent(part)
            );
        }
        Cell::Trend => {
            let numbers: Vec<f64> = column
                .values
                .exact(row)
                .unwrap_or_default()
                .split(',')
                .filter_map(|n| n.trim().parse().ok())
                .filter(|n: &f64| n.is_finite())
                .collect();
            if numbers.len() < 2 {
                out.push_str("<td>–</td>");
                return;
            }
            let (line, _) = mini_path(&numbers, 20.0);
            let (first, last) = (numbers[0], numbers[numbers.len() - 1]);
            let _ = write!(
                out,
                "<td><svg class=\"trend\" viewBox=\"0 0 100 20\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"from {} to {}\"><path class=\"l s0\" d=\"{line}\"/></svg></td>",
                px(first),
                px(last)
            );
        }
        Cell::Plain | Cell::Hidden if column.values.is_number() => {
            let _ = write!(out, "<td class=\"n\"{all}>{text}</td>");
        }
        // Only what may be cut needs its full text in a tooltip.
        Cell::Plain | Cell::Hidden if text.len() > 20 => {
            let _ = write!(out, "<td title=\"{text}\">{text}</td>");
        }
        Cell::Plain | Cell::Hidden => {
            let _ = write!(out, "<td>{text}</td>");
        }
    }
}
