//! How a view is presented: the sort order and page of its tables, and the view before a zoom. It
//! affects no data, so it is not part of [`crate::ViewState`], but it is in the URL as well.

use crate::{Dashboard, Interval, IntervalChoice, PanelId, TimeRange, ViewState, parameter};
use std::collections::BTreeMap;

/// How a view is presented. Invalid parameters are ignored: without them nothing wrong is shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Presentation {
    /// What was shown before the reader zoomed.
    pub zoomed_from: Option<ZoomedFrom>,
    /// The tables whose order or page differs from the default.
    pub tables: BTreeMap<PanelId, TableState>,
    /// Whether a panel's own page shows its cache entries.
    pub cache: bool,
}

/// The range and interval that zooming out returns to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ZoomedFrom {
    /// The range.
    pub range: TimeRange,
    /// The interval.
    pub interval: IntervalChoice,
}

/// The sort order and page of one table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct TableState {
    /// The sort order; `None` for that of the statement.
    pub sort: Option<Sort>,
    /// The page, from 0.
    pub page: usize,
}

/// A sort column and direction.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sort {
    /// The column's name.
    pub column: String,
    /// Whether the order is descending.
    pub descending: bool,
}

impl Presentation {
    /// Reads a URL's parameters, already percent-decoded.
    pub fn from_pairs(dashboard: &Dashboard, pairs: &[(String, String)]) -> Self {
        let mut read = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                parameter::ZOOM => read.zoomed_from = ZoomedFrom::parse(value),
                parameter::CACHE => read.cache = value == "1",
                parameter::SORT => {
                    let parts = value.split_once(':');
                    let Some((panel, sort)) = parts.and_then(|(panel, sort)| {
                        Some((known(dashboard, panel)?, Sort::parse(sort).filter(Sort::is_short)))
                    }) else {
                        continue;
                    };
                    read.tables.entry(panel).or_default().sort = sort;
                }
                parameter::PAGE => {
                    let parts = value.split_once(':');
                    let Some((panel, page)) = parts.and_then(|(panel, page)| {
                        Some((known(dashboard, panel)?, page.parse::<u32>().ok()?))
                    }) else {
                        continue;
                    };
                    read.tables.entry(panel).or_default().page = (page as usize).saturating_sub(1);
                }
                _ => {}
            }
        }
        read.tables.retain(|_, table| *table != TableState::default());
        read
    }

    /// The URL's parameters, not yet percent-encoded. Whether cache entries are shown is left out:
    /// links do not carry it on.
    pub fn to_pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for (panel, table) in &self.tables {
            pairs.extend(
                table.sort.iter().map(|sort| (parameter::SORT.into(), format!("{panel}:{sort}"))),
            );
            if table.page > 0 {
                pairs.push((parameter::PAGE.into(), format!("{panel}:{}", table.page + 1)));
            }
        }
        pairs.extend(self.zoomed_from.map(|before| (parameter::ZOOM.into(), before.to_string())));
        pairs
    }

    /// Drops sort orders by columns that do not exist. `has_column` tells whether a panel has a
    /// column, as far as that is known. Otherwise every link on the page would repeat any text from
    /// the URL.
    pub fn retain_columns(&mut self, has_column: impl Fn(&PanelId, &str) -> Option<bool>) {
        for (panel, table) in &mut self.tables {
            let is_known = |sort: &Sort| has_column(panel, &sort.column) != Some(false);
            table.sort = table.sort.take().filter(is_known);
        }
        self.tables.retain(|_, table| *table != TableState::default());
    }

    /// The sort order and page of a panel's table.
    pub fn table(&self, panel: &PanelId) -> TableState {
        self.tables.get(panel).cloned().unwrap_or_default()
    }
}

fn known(dashboard: &Dashboard, panel: &str) -> Option<PanelId> {
    let id = PanelId::parse(panel).ok()?;
    dashboard.panel(&id).map(|_| id)
}

/// The longest name of a column that can be sorted by, in bytes. Databases allow 64 characters or,
/// for names other than those of tables' columns in MySQL, 256.
const LONGEST_COLUMN: usize = 256 * 4;

impl Sort {
    fn is_short(&self) -> bool {
        self.column.len() <= LONGEST_COLUMN
    }

    /// Parses `desc:revenue`.
    pub fn parse(text: &str) -> Option<Self> {
        let (direction, column) = text.split_once(':')?;
        let descending = match direction {
            "asc" => false,
            "desc" => true,
            _ => return None,
        };
        Some(Self { column: column.to_owned(), descending })
    }
}

impl std::fmt::Display for Sort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let direction = if self.descending { "desc" } else { "asc" };
        write!(f, "{direction}:{}", self.column)
    }
}

impl ZoomedFrom {
    /// The range and interval of `view`.
    pub fn of(view: &ViewState) -> Self {
        Self { range: view.range, interval: view.interval }
    }

    /// Parses `last-90-days,auto` or `2011-11-01..2011-11-30,day`.
    pub fn parse(text: &str) -> Option<Self> {
        let (range, interval) = text.rsplit_once(',')?;
        let range = match range.split_once("..") {
            Some((from, to)) => TimeRange::parse_custom(from, to).ok()?,
            None => TimeRange::parse(range).ok()?,
        };
        let interval = match interval {
            "auto" => IntervalChoice::Auto,
            word => IntervalChoice::Fixed(Interval::parse(word)?),
        };
        Some(Self { range, interval })
    }

    /// The view before the zoom, with the selections made since.
    #[must_use]
    pub fn undone(self, view: &ViewState) -> ViewState {
        ViewState { range: self.range, interval: self.interval, variables: view.variables.clone() }
    }
}

impl std::fmt::Display for ZoomedFrom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.range.word(), self.range.custom_ends()) {
            (Some(word), _) => f.write_str(&word)?,
            (None, Some((from, to))) => write!(f, "{from}..{to}")?,
            (None, None) => {}
        }
        match self.interval {
            IntervalChoice::Auto => f.write_str(",auto"),
            IntervalChoice::Fixed(interval) => write!(f, ",{}", interval.word()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_before_a_zoom_survives_the_url() {
        for text in
            ["last-90-days,auto", "2011-11-01..2011-11-30,day", "this-month,week", "today,hour"]
        {
            assert_eq!(ZoomedFrom::parse(text).map(|z| z.to_string()).as_deref(), Some(text));
        }
        for nonsense in ["", "soon,auto", "last-90-days", "2011-11-01..,day", "today,fortnight"] {
            assert_eq!(ZoomedFrom::parse(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_column_of_any_name_can_be_sorted_by() {
        for column in ["revenue", "-revenue", "a:b", "", "é \"x\" & y"] {
            let sort = Sort { column: column.into(), descending: true };
            assert_eq!(Sort::parse(&sort.to_string()), Some(sort));
        }
        assert_eq!(Sort::parse("revenue"), None);
        assert_eq!(Sort::parse("up:revenue"), None);
    }
}
