//! The columns of a table: heads, cells, and which of them are links.

use super::sparkline::sparkline;
use crate::data::parts;
use crate::readout;
use crate::scene::table::{Cell, Head, Holds, Order, Row, SortButton};
use crate::scene::{Link, LinkName, Sparkline};
use crate::spec::Input;
use crate::table_view::TableView;
use brisk_domain::panel::Cell as CellStyle;
use brisk_domain::point::of_column;
use brisk_domain::{Column, Timestamp, Unit, Values, format};
use std::fmt::Write as _;

/// The height of a sparkline in a cell.
const TREND_HEIGHT: f64 = 20.0;

/// The columns that are shown, each with its style.
pub(crate) struct Columns<'a> {
    input: &'a Input<'a>,
    shown: Vec<(&'a Column, Style)>,
    /// The one that holds time buckets, and its number in the frame.
    buckets: Option<(&'a Column, usize)>,
    /// The one whose cells are links.
    linked: Option<&'a Column>,
    /// Whether a row has been chosen.
    pub(crate) is_any_chosen: bool,
}

/// How the cells of a column are shown.
struct Style {
    cell: CellStyle,
    /// The column's largest number, for bars.
    largest: f64,
    /// How many decimals its cells share, if they do.
    decimals: Option<usize>,
    /// Shorter values shown for averages and ratios, instead of all the digits of a division.
    quotients: Option<Values>,
    /// Its cells' texts, if they are shown as shares of one whole.
    shares: Option<Vec<Option<String>>>,
}

impl Style {
    /// Whether rows can be sorted by it: sparklines have no order.
    fn is_ordered(&self) -> bool {
        self.cell != CellStyle::Trend
    }
}

impl<'a> Columns<'a> {
    /// The columns of `input`, with bars and trends if `decorated`.
    pub(crate) fn of(input: &'a Input<'a>, decorated: bool) -> Self {
        let frame = input.frame;
        let style = |(at, column): (usize, &Column)| {
            let cell = input.spec.column(&column.name).map(|s| s.cell).unwrap_or_default();
            let plain = !decorated && cell != CellStyle::Hidden;
            let numbers = (0..frame.rows()).filter_map(|row| column.values.number(row));
            let unit = input.spec.unit_of(&column.name);
            let is_single = of_column(input.additivity, at).may_be_quotient();
            let quotients = format::quotients(&column.values).filter(|_| is_single);
            Style {
                cell: if plain { CellStyle::Plain } else { cell },
                largest: numbers.fold(0.0, f64::max),
                decimals: format::decimals(quotients.as_ref().unwrap_or(&column.values), unit),
                quotients,
                shares: format::column_of_shares(&column.values, unit),
            }
        };
        let shown: Vec<(&Column, Style)> = frame
            .columns()
            .iter()
            .enumerate()
            .map(|(at, column)| (&**column, style((at, column))))
            .filter(|(_, style)| style.cell != CellStyle::Hidden)
            .collect();
        let links = input.links;
        let of = links.and_then(|links| Some(&**frame.columns().get(links.column(frame)?)?));
        // If the column with the choices is hidden, the first visible one gets the links.
        let is_shown = |of: &&Column| shown.iter().any(|(column, _)| column.name == of.name);
        let linked = of.filter(is_shown).or_else(|| of.and(shown.first().map(|first| first.0)));
        let is_any_chosen = links.is_some_and(|links| links.is_any_chosen(frame));
        let bucket = input.coverage.and_then(|coverage| coverage.column);
        let buckets = bucket.and_then(|at| Some((&**frame.columns().get(at)?, at)));
        Self { input, shown, buckets, linked, is_any_chosen }
    }

    /// The columns that are shown.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &Column> {
        self.shown.iter().map(|(column, _)| *column)
    }

    /// The column of that name, if rows can be sorted by it.
    pub(crate) fn named(&self, name: &str) -> Option<&Column> {
        let (column, style) = self.shown.iter().find(|(column, _)| column.name == name)?;
        style.is_ordered().then_some(*column)
    }

    /// The heads; with `view` they are buttons.
    pub(crate) fn heads(&self, view: Option<&TableView<'_>>) -> Vec<Head> {
        let head = |(column, style): &(&Column, Style)| Head {
            label: self.input.spec.label_of(&column.name),
            holds: match &column.values {
                values if values.is_number() => Holds::Numbers,
                values if values.is_time() => Holds::Times,
                _ => Holds::Text,
            },
            sort: view.filter(|_| style.is_ordered()).map(|view| sort_button(column, view)),
        };
        self.shown.iter().map(head).collect()
    }

    /// A row of the frame, on the page that is shown.
    pub(crate) fn row(&self, row: usize) -> Row {
        let links = self.input.links;
        let link = links.and_then(|links| {
            let link = links.row(self.input.frame, row)?;
            let hint = links.hint(link.is_chosen);
            let name = LinkName::Content;
            Some(Link { href: link.href, is_chosen: link.is_chosen, hint, name })
        });
        let (is_link, is_chosen) =
            (link.is_some(), link.as_ref().is_some_and(|link| link.is_chosen));
        let refusal = links.and_then(|links| links.refusal(self.input.frame, row));
        let mut link = link;
        let cell = |(column, style): &(&Column, Style)| {
            let is_linked = self.linked.is_some_and(|linked| linked.name == column.name);
            let bucket = self.buckets.filter(|bucket| bucket.0.name == column.name);
            let part = bucket.and_then(|(_, at)| parts::of_row(self.input, at, row));
            let text = || text(self.input, column, style, row);
            match (link.take_if(|_| is_linked), part) {
                (Some(link), part) => Cell::Link {
                    link,
                    text: part.map_or_else(text, |words| format!("{}, {words}", text())),
                    is_number: column.values.is_number(),
                },
                (None, Some(words)) => Cell::Bucket(text(), words),
                (None, None) => match refusal.filter(|_| is_linked) {
                    Some(why) => {
                        let is_number = column.values.is_number();
                        Cell::Unlinked { text: text(), why, is_number }
                    }
                    None => cell(self.input, column, style, row),
                },
            }
        };
        let cells = self.shown.iter().map(cell).collect();
        Row { cells, is_link, is_chosen, places: None, is_hidden: false }
    }
}

/// The first press sorts numbers from the largest, and everything else from the smallest; a second
/// reverses the order, a third goes back to the statement's.
fn sort_button(column: &Column, view: &TableView<'_>) -> SortButton {
    let order = |descending| if descending { Order::Descending } else { Order::Ascending };
    let sort = view.state.sort.as_ref().filter(|sort| sort.column == column.name);
    let first = order(column.values.is_number());
    let present = sort.map(|sort| order(sort.descending));
    let next = match present {
        None => Some(first),
        Some(present) if present == first => Some(first.reversed()),
        Some(_) => None,
    };
    let next = next.map_or(String::new(), |next| format!("{}:{}", next.word(), column.name));
    SortButton {
        column: column.name.clone(),
        order: present,
        first,
        value: format!("{}:{next}", view.panel),
    }
}

fn cell(input: &Input<'_>, column: &Column, style: &Style, row: usize) -> Cell {
    let text = text(input, column, style, row);
    // A tooltip has all digits of a rounded number.
    let exact = || readout::rounded_from(&column.values, row, &text);
    match style.cell {
        CellStyle::Bar => {
            let part = |value: f64| (value / style.largest).clamp(0.0, 1.0);
            let part = column.values.number(row).map_or(0.0, part);
            Cell::Bar(text.clone(), exact(), part)
        }
        CellStyle::Trend => Cell::Trend(trend(input, column, row)),
        CellStyle::Plain | CellStyle::Hidden if column.values.is_number() => {
            Cell::Number(text.clone(), exact())
        }
        CellStyle::Plain | CellStyle::Hidden => Cell::Text(text),
    }
}

fn text(input: &Input<'_>, column: &Column, style: &Style, row: usize) -> String {
    if let Some(Some(share)) = style.shares.as_ref().and_then(|shares| shares.get(row)) {
        return share.clone();
    }
    match &column.values {
        Values::Time(cells) => {
            let at = cells.get(row).copied().flatten().map(|at| parts::begins(input, column, at));
            at.map_or("–".into(), |at| format::instant(at, input.zone))
        }
        values => {
            let bucket =
                input.coverage.and_then(|coverage| input.frame.columns().get(coverage.column?));
            let unit = match bucket.is_some_and(|bucket| bucket.name == column.name) {
                // 202603, not 202,603.
                true => &Unit::Plain,
                false => input.spec.unit_of(&column.name),
            };
            let values = style.quotients.as_ref().unwrap_or(values);
            format::aligned(values, row, unit, input.zone, style.decimals)
        }
    }
}

/// A sparkline through the numbers of a cell (`1,4,2.5`, or `10:1,20:4,40:2.5` with a place before each),
/// and its text alternative. Where places are starts of the panel's time buckets, in seconds since the
/// epoch, partial ones are known.
fn trend(input: &Input<'_>, column: &Column, row: usize) -> Option<(Sparkline, String)> {
    let cell = column.values.exact(row).unwrap_or_default();
    let number = |(i, text): (usize, &str)| {
        let (at, number) = match text.rsplit_once(':') {
            Some((at, number)) => (at.trim().parse().ok()?, number),
            None => (i as f64, text),
        };
        let number: f64 = number.trim().parse().ok()?;
        (number.is_finite() && f64::is_finite(at)).then_some((at, number))
    };
    let mut numbers: Vec<(f64, f64)> = cell.split(',').enumerate().filter_map(number).collect();
    numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
    let start = |at: f64| Timestamp::from_seconds(at as i64);
    let is_start = |at: f64| input.interval.is_start(start(at), input.zone);
    let coverage = input.coverage.filter(|coverage| coverage.interval == input.interval);
    let coverage = coverage.filter(|_| numbers.iter().all(|(at, _)| is_start(*at)));
    let is_whole = |at: f64| coverage.is_none_or(|coverage| coverage.is_whole(start(at)));
    numbers.retain(|(at, _)| coverage.is_none_or(|coverage| coverage.has_place(start(*at))));
    let line = sparkline(&numbers, TREND_HEIGHT, is_whole)?;
    let (first, last) = (numbers.first()?, numbers.last()?);
    let mut words = format!("from {} to {}", one_decimal(first.1), one_decimal(last.1));
    for ((at, _), which) in [(first, "first"), (last, "last")] {
        if !is_whole(*at) {
            let _ = write!(words, ", the {which} one partial");
        }
    }
    Some((line, words))
}

fn one_decimal(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".into() } else { text.to_owned() }
}
