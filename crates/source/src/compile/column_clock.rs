//! The clock of a column: whether it holds instants, dates, or what some wall clock showed. Pure.
//!
//! Everything that writes a time macro decides by this. Only the database knows the column's type
//! ([`ColumnTypes`]); only its owner knows in which zone a column without one was written
//! ([`Clocks`]). Results are shown on the clock of the view, which `tz` of the API changes, and which
//! has nothing to do with how the data were written.

use super::column_type::ColumnType;
use super::origin::Origin;
use super::zones::ZoneClock;
use crate::dialect::Dialect;
use brisk_domain::{WallClock, WallClocks, ZoneName};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How the values of an expression are to be read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Reading {
    /// They are instants.
    Instant,
    /// They are instants, as text with an offset or in UTC.
    TextInstant,
    /// They are dates, or what the clock of the view showed.
    OnViewsClock,
    /// They are what the clock of another zone showed.
    OnClock(ZoneClock),
    /// They are times in several forms: texts, numbers or both. Only in SQLite.
    InAnyForm {
        /// The clock that showed those without a zone.
        written: ZoneClock,
        /// Whether all are text.
        is_text: bool,
    },
}

/// The types of the columns of tables, by the table's name in the statement and the column's in
/// lower case.
pub(crate) type ColumnTypes = BTreeMap<String, BTreeMap<String, ColumnType>>;

/// The columns of each table whose types are queried.
pub(crate) type Questions<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// The zones in which a source's columns without a zone were written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Clocks {
    said: Arc<WallClocks>,
    /// The dashboard's clock, if results are shown on another one.
    dashboard: Option<ZoneClock>,
}

impl Clocks {
    /// The clocks declared for a source.
    pub fn new(said: Arc<WallClocks>) -> Self {
        Self { said, dashboard: None }
    }

    /// The same for results that are shown on another clock than that of the dashboard's own
    /// `zone`.
    #[must_use]
    pub fn written_in(self, zone: &ZoneName) -> Self {
        Self { dashboard: Some(ZoneClock::of(zone)), ..self }
    }

    /// Whether nothing is declared, and results are shown on the dashboard's clock.
    pub(crate) fn are_usual(&self) -> bool {
        *self == Self::default()
    }

    /// Whether anything is declared for any column.
    pub(crate) fn say_something(&self) -> bool {
        *self.said != WallClocks::default()
    }

    /// What is declared for all columns.
    pub(crate) fn of_source(&self) -> Option<&WallClock> {
        self.said.source.as_ref()
    }

    /// Everything here that distinguishes results, for entry keys.
    pub(crate) fn fingerprint_parts(&self) -> Vec<Vec<u8>> {
        let mut parts = self.said.fingerprint_parts();
        let dashboard = self.dashboard.iter();
        parts.extend(dashboard.map(|clock| format!("written in {}", clock.name).into_bytes()));
        parts
    }
}

/// What a statement is compiled for: the SQL of a source, and its columns' clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The SQL that it speaks.
    pub dialect: Dialect,
    /// The zones in which its columns without one were written.
    pub clocks: Clocks,
    /// Distinguishes a source from others that have had its name; empty if there has been only one.
    pub revision: Arc<str>,
}

/// A source for which nothing is declared.
impl From<Dialect> for Target {
    fn from(dialect: Dialect) -> Self {
        Self { dialect, clocks: Clocks::default(), revision: Arc::default() }
    }
}

/// Decides how the columns of one statement are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) dialect: Dialect,
    pub(crate) clocks: &'a Clocks,
    /// The zone of the view.
    pub(crate) zone: &'a ZoneName,
    pub(crate) types: &'a ColumnTypes,
}

impl Reader<'_> {
    /// How values that come from `origin` are to be read; `None` if unknown.
    pub(crate) fn reading(&self, origin: &Origin) -> Option<Reading> {
        match origin {
            Origin::Instant => Some(Reading::Instant),
            Origin::Date => Some(Reading::OnViewsClock),
            Origin::Text(of) => self.of_type(*of, None),
            Origin::Column { tables, column } => {
                let readings = tables.iter().filter_map(|table| self.of_column(table, column));
                the_same(readings.map(Some))
            }
            Origin::AnyOf(origins) => the_same(origins.iter().map(|origin| self.reading(origin))),
            Origin::Like(other) => self.reading(other),
            Origin::Cast(None) => Some(self.of_wall_time(None)),
            Origin::Cast(Some(other)) => Some(match self.reading(other) {
                // PostgreSQL casts on the session's clock, which is the view's.
                Some(Reading::Instant) if self.dialect == Dialect::Postgres => {
                    Reading::OnViewsClock
                }
                Some(reading) => reading,
                None => self.of_wall_time(None),
            }),
            Origin::AtTimeZone(other, zone) => match self.reading(other)? {
                Reading::Instant | Reading::TextInstant => {
                    let zone = zone.as_ref().and_then(|zone| ZoneName::parse(zone).ok());
                    Some(zone.map_or(Reading::OnViewsClock, |zone| self.on(&zone)))
                }
                _ => Some(Reading::Instant),
            },
            Origin::Unknown | Origin::Weekday(_) => None,
        }
    }

    /// The type of the columns that `origin` may be, if they share one and it is known.
    pub(crate) fn column_type(&self, origin: &Origin) -> Option<ColumnType> {
        match origin {
            Origin::Column { tables, column } => {
                let mut types =
                    tables.iter().filter_map(|table| self.types.get(table)?.get(column)).copied();
                let first = types.next()?;
                types.all(|other| other == first).then_some(first)
            }
            Origin::AnyOf(origins) => {
                let first = self.column_type(origins.first()?)?;
                origins.iter().all(|other| self.column_type(other) == Some(first)).then_some(first)
            }
            Origin::Like(other) => self.column_type(other),
            Origin::Text(of) => Some(*of),
            _ => None,
        }
    }

    /// How values of unknown origin are read, if that can be assumed.
    pub(crate) fn unknown(&self) -> Option<Reading> {
        match self.dialect {
            Dialect::Postgres if self.clocks.say_something() => None,
            Dialect::Postgres => Some(Reading::Instant),
            Dialect::MySql => Some(self.of_wall_time(None)),
            Dialect::Sqlite => Some(Reading::Instant),
        }
    }

    /// How `$local` reads them: on the dashboard's clock, or on that of the `zone` it names.
    pub(crate) fn local(&self, origin: Option<&Origin>, zone: Option<&ZoneName>) -> Reading {
        let is_date = |origin: &Origin| match origin {
            Origin::Date => true,
            Origin::Column { tables, column } => {
                let types = tables.iter().filter_map(|table| self.types.get(table)?.get(column));
                types.clone().next().is_some() && types.copied().all(|of| of == ColumnType::Date)
            }
            _ => false,
        };
        let reading = match zone {
            _ if origin.is_some_and(is_date) => return Reading::OnViewsClock,
            Some(zone) => self.on(zone),
            None => self.on_dashboards_clock(),
        };
        match origin.and_then(|origin| self.column_type(origin)) {
            Some(of @ (ColumnType::AnyTime | ColumnType::AnyText)) => self.in_any_form(reading, of),
            _ => reading,
        }
    }

    /// The reading of a column whose times without a zone are read as `without_zone`.
    fn in_any_form(&self, without_zone: Reading, of: ColumnType) -> Reading {
        let written = match without_zone {
            Reading::OnClock(clock) => clock,
            _ => ZoneClock::of(self.zone),
        };
        Reading::InAnyForm { written, is_text: of == ColumnType::AnyText }
    }

    /// What is declared for the columns that a result shows as they are stored.
    pub(crate) fn said_of(&self, origin: &Origin) -> Option<&WallClock> {
        let one = |table: &String, column: &String| {
            let is_wall = self.types.get(table)?.get(column) == Some(&ColumnType::WallTime);
            self.clocks.said.of(&unquoted(table), column).filter(|_| is_wall)
        };
        match origin {
            Origin::Column { tables, column } => tables.iter().find_map(|table| one(table, column)),
            Origin::AnyOf(origins) => {
                let first = self.said_of(origins.first()?)?;
                origins.iter().all(|other| self.said_of(other) == Some(first)).then_some(first)
            }
            _ => None,
        }
    }

    /// Collects the columns without a zone that `origin` may come from and for which nothing is
    /// declared, each as `table.column`.
    pub(crate) fn collect_unstated(&self, origin: &Origin, found: &mut Vec<String>) {
        match origin {
            Origin::Column { tables, column } => {
                for table in tables {
                    let of = self.types.get(table).and_then(|types| types.get(column));
                    let plain = unquoted(table);
                    let is_said = self.clocks.said.of(&plain, column).is_some();
                    if of == Some(&ColumnType::WallTime) && !is_said {
                        found.push(format!("{plain}.{column}"));
                    }
                }
            }
            Origin::AnyOf(origins) => {
                origins.iter().for_each(|other| self.collect_unstated(other, found))
            }
            Origin::Like(other) | Origin::Cast(Some(other)) => self.collect_unstated(other, found),
            _ => {}
        }
    }

    /// The assumption for columns for which nothing is declared: how the database's own functions
    /// read them in Brisk's sessions.
    pub(crate) fn assumed(&self) -> Reading {
        match self.dialect {
            Dialect::Postgres => self.on_dashboards_clock(),
            Dialect::MySql | Dialect::Sqlite => self.on(&ZoneName::utc()),
        }
    }

    fn of_column(&self, table: &str, column: &str) -> Option<Reading> {
        self.of_type(*self.types.get(table)?.get(column)?, Some((table, column)))
    }

    fn of_type(&self, of: ColumnType, column: Option<(&str, &str)>) -> Option<Reading> {
        Some(match of {
            ColumnType::Instant | ColumnType::Other => Reading::Instant,
            ColumnType::TextInstant => Reading::TextInstant,
            ColumnType::Date => Reading::OnViewsClock,
            ColumnType::WallTime => self.of_wall_time(column),
            ColumnType::AnyTime | ColumnType::AnyText => {
                self.in_any_form(self.of_wall_time(column), of)
            }
        })
    }

    fn of_wall_time(&self, of: Option<(&str, &str)>) -> Reading {
        let said = match of {
            Some((table, column)) => self.clocks.said.of(&unquoted(table), column),
            None => self.clocks.said.source.as_ref(),
        };
        match said {
            None => self.assumed(),
            Some(WallClock::Dashboard) => self.on_dashboards_clock(),
            Some(WallClock::Zone(zone)) => self.on(zone),
        }
    }

    fn on_dashboards_clock(&self) -> Reading {
        match &self.clocks.dashboard {
            Some(clock) if clock.name != *self.zone => Reading::OnClock(clock.clone()),
            _ => Reading::OnViewsClock,
        }
    }

    fn on(&self, zone: &ZoneName) -> Reading {
        let clock = ZoneClock::of(zone);
        match self.dialect {
            // Its sessions are in UTC.
            Dialect::MySql if clock.is_utc() => Reading::Instant,
            _ if zone == self.zone => Reading::OnViewsClock,
            _ => Reading::OnClock(clock),
        }
    }
}

/// The reading that all share.
fn the_same(mut readings: impl Iterator<Item = Option<Reading>>) -> Option<Reading> {
    let first = readings.next()??;
    readings.all(|other| other.as_ref() == Some(&first)).then_some(first)
}

/// A table's name without quotes, in lower case.
pub(crate) fn unquoted(table: &str) -> String {
    table.chars().filter(|c| !matches!(c, '"' | '`' | '[' | ']')).collect::<String>().to_lowercase()
}
