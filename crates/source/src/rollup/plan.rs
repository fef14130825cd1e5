//! Rollups: tables in a schema of Brisk's own, kept up to date from the statement that declares
//! them. [`Plan`] is a rollup that is checked and ready; [`Writer`] refreshes its table.
//!
//! A refresh is one transaction: the newest bucket and what may still be late before it are
//! deleted and selected again, so that readers see the rows from before it or from after it. One
//! whose definition has changed is built anew, and takes the old one's place in one step, too. When
//! that happens is the engine's business; who may read, and where, the documentation's.
//!
//! To add a database: a file beside `postgres`, a case in [`Writer`].

#[path = "../mysql/rollups.rs"]
mod mysql;
#[path = "../mysql/write_connection.rs"]
mod mysql_connection;
#[path = "../postgres/rollups.rs"]
mod postgres;
#[path = "../sqlite/rollups.rs"]
mod sqlite;

pub(crate) use mysql::MySqlRollups;
pub(crate) use postgres::PostgresRollups;
pub(crate) use sqlite::{SqliteRollups, attach};

use crate::template::{self, Piece};
use crate::{Context, Dialect, SourceError, Statement, StatementError, check, compile};
use brisk_domain::rollup::ROLLUP_SCHEMA;
use brisk_domain::{
    Access, Bounds, Interval, Rollup, RollupReport, Timestamp, ZoneName, ZoneOffsets,
};
use std::collections::BTreeMap;

/// A rollup that is checked and can be refreshed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    rollup: Rollup,
    dialect: Dialect,
    offsets: ZoneOffsets,
    /// The statement over all of time.
    whole: Statement,
}

/// A refresh that is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Refresh<'a> {
    /// The rollup.
    pub plan: &'a Plan,
    /// What identifies its definition: a table of another one is built anew.
    pub definition: &'a str,
    /// When it is. Rows with times in the future do not keep those of today from being refreshed.
    pub now: Timestamp,
    /// Whether the table is built anew in any case.
    pub rebuild: bool,
}

/// What the database remembers of a rollup's last refresh.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The rollup's name.
    pub name: String,
    /// What identified its definition, and what else its rows depend on.
    pub definition: String,
    /// When it was refreshed.
    pub refreshed_at: Timestamp,
    /// Rows of its table.
    pub rows: u64,
    /// How long it took.
    pub seconds: f64,
}

/// All of time: 1900 up to 2200, which every dialect can say.
const ALL: Bounds = Bounds {
    from: Timestamp::from_seconds(-2_208_988_800),
    to: Timestamp::from_seconds(7_258_118_400),
};

impl Plan {
    /// Checks `rollup`, whose zone has `offsets`; a refusal is shown at the author's line.
    pub fn new(
        rollup: &Rollup,
        offsets: &ZoneOffsets,
        dialect: Dialect,
    ) -> Result<Self, StatementError> {
        let query = &rollup.query;
        let refused = |offset, message: &str| Err(StatementError::at(query, offset, message));
        let pieces = template::parse(query, dialect)?;
        let mut found = Found::default();
        found.look(&pieces);
        if let Some((offset, message)) = found.refused {
            return refused(offset, &message);
        }
        if found.ranges.is_empty() {
            let message = "a rollup needs $range(e) around the time that its $bucket(e) is made of";
            return refused(0, message);
        }
        // Else rows would be deleted by one time and selected by another.
        let is_bucketed = |(time, _): &&(String, usize)| found.buckets.contains(time);
        if let Some((_, offset)) = found.ranges.iter().find(|range| !is_bucketed(range)) {
            let message =
                "the statement has no $bucket(e) of the same e, which has to give the time";
            return refused(*offset, message);
        }
        let whole = over(ALL, rollup, offsets, dialect)?;
        if let Some(table) = whole.tables.iter().find(|table| rollup_name(table).is_some()) {
            let at = query.sql.to_lowercase().find(table.as_str()).unwrap_or(0);
            return refused(at, "a rollup reads tables of its source, no other rollup");
        }
        if !whole.times.iter().any(|column| column == rollup.time.as_str()) {
            let time = &rollup.time;
            let message = format!("write $bucket(e) as {time}: \"{time}\" is the rollup's time");
            return refused(0, &message);
        }
        if let Some(columns) = check::check(query, &pieces, dialect)?.columns {
            let has = |key: &str| columns.iter().any(|column| column.eq_ignore_ascii_case(key));
            if let Some(key) = rollup.keys.iter().find(|key| !has(key.as_str())) {
                let message = format!("the statement has no column \"{key}\", which is a key");
                return refused(0, &message);
            }
        }
        Ok(Self { rollup: rollup.clone(), dialect, offsets: offsets.clone(), whole })
    }

    /// The rollup.
    pub fn rollup(&self) -> &Rollup {
        &self.rollup
    }

    /// The tables that its statement reads, in lower case, sorted.
    pub fn tables(&self) -> &[String] {
        &self.whole.tables
    }

    /// All that decides which rows it has. Blanks count, comments do not; and so do the changes
    /// of its zone, which a new edition of the time zone database may move.
    pub fn definition_parts(&self) -> Vec<Vec<u8>> {
        let rollup = &self.rollup;
        let mut parts = vec![
            rollup.source.as_str().into(),
            rollup.name.as_str().into(),
            rollup.grain.word().into(),
            rollup.time.as_str().into(),
        ];
        parts.extend(rollup.keys.iter().map(|key| key.as_str().into()));
        parts.extend(self.whole.fingerprint_parts());
        parts
    }

    /// From which bucket on rows may have changed, in a table whose newest is `newest`.
    fn first_to_refresh(&self, newest: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        let newest = newest?.min(now);
        let earliest = self.rollup.lateness.before(newest, &self.offsets);
        Some(self.rollup.grain.start(earliest, &self.offsets))
    }

    /// The statement for all buckets from `from` on.
    fn statement(&self, from: Option<Timestamp>) -> Result<Statement, StatementError> {
        let Some(from) = from else { return Ok(self.whole.clone()) };
        over(Bounds { from, to: ALL.to }, &self.rollup, &self.offsets, self.dialect)
    }

    /// `"day", "country"`: what identifies a row, in the dialect's SQL.
    fn identity(&self) -> String {
        self.identified_by(|name| self.dialect.quoted(name))
    }

    /// The same for people.
    fn identity_in_words(&self) -> String {
        self.identified_by(|name| format!("\"{name}\""))
    }

    fn identified_by(&self, quoted: impl Fn(&str) -> String) -> String {
        let keys = self.rollup.keys.iter().map(|key| key.as_str());
        let columns = std::iter::once(self.rollup.time.as_str()).chain(keys);
        columns.map(quoted).collect::<Vec<_>>().join(", ")
    }

    /// `"brisk"."daily_sales"`.
    fn table(&self) -> String {
        self.table_called(self.rollup.name.as_str())
    }

    /// `"brisk"."daily_sales next"`. No rollup's name has a blank.
    fn table_on_the_way(&self, to: &str) -> String {
        self.table_called(&format!("{} {to}", self.rollup.name))
    }

    fn table_called(&self, name: &str) -> String {
        format!("{}.{}", self.dialect.quoted(ROLLUP_SCHEMA), self.dialect.quoted(name))
    }

    /// The names of the statement's columns as the database says them, once the time and the keys
    /// are among them, and each only once.
    fn check_columns(&self, columns: &[&str]) -> Result<(), SourceError> {
        let keys = self.rollup.keys.iter().map(|key| key.as_str());
        for wanted in std::iter::once(self.rollup.time.as_str()).chain(keys) {
            if columns.iter().filter(|column| **column == wanted).count() != 1 {
                let names = columns.join(", ");
                let message = format!(
                    "the statement has to give the column \"{wanted}\" once; it gives {names}"
                );
                return Err(SourceError::Rollup { message });
            }
        }
        Ok(())
    }

    fn not_unique(&self) -> SourceError {
        let identity = self.identity_in_words();
        let message = format!(
            "several rows have the same {identity}: add to \"keys\" what tells them apart, or \
             group by these columns only"
        );
        SourceError::Rollup { message }
    }

    fn null_key(&self) -> SourceError {
        let identity = self.identity_in_words();
        let message = format!(
            "one of {identity} is NULL in some row, so that it identifies none: write coalesce(…)"
        );
        SourceError::Rollup { message }
    }

    fn outside(&self) -> SourceError {
        let time = &self.rollup.time;
        let message = format!(
            "\"{time}\" has values that are not in the refreshed stretch: it has to be $bucket(e), \
             of the same e as in $range(e)"
        );
        SourceError::Rollup { message }
    }
}

/// The rollup that `table` is, if it is one; `table` as statements name it, in lower case.
pub fn rollup_name(table: &str) -> Option<&str> {
    table.strip_prefix(ROLLUP_SCHEMA)?.strip_prefix('.')
}

fn over(
    bounds: Bounds,
    rollup: &Rollup,
    offsets: &ZoneOffsets,
    dialect: Dialect,
) -> Result<Statement, StatementError> {
    let (interval, zone): (Interval, &ZoneName) = (rollup.grain, &rollup.zone);
    let (variables, access) = (&BTreeMap::new(), &Access::anonymous());
    let context = Context { bounds, interval, zone, offsets, variables, access };
    compile(&rollup.query, dialect, &context)
}

/// What of a statement matters to rollups.
#[derive(Default)]
struct Found {
    /// What stands in each `$range`, and where.
    ranges: Vec<(String, usize)>,
    /// What stands in each `$bucket`.
    buckets: Vec<String>,
    refused: Option<(usize, String)>,
}

impl Found {
    fn look(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Sql { .. } => {}
                Piece::Parameter { name, offset } => match name.as_str() {
                    "interval" | "tz" => {}
                    "from" | "to" => self.refuse(
                        *offset,
                        "the rows of a rollup must not depend on when it is refreshed: write \
                         $range(e)",
                    ),
                    _ => self.refuse(*offset, "a rollup has no variables: it is one for all views"),
                },
                Piece::Attribute { offset, .. } => self.refuse(
                    *offset,
                    "a rollup is one for all users: keep what tells them apart as a key, and write \
                     :user.… in the panels",
                ),
                Piece::Macro { name, arguments, offset } => {
                    match (name.as_str(), arguments.first()) {
                        ("range", Some(time)) => self.ranges.push((expression(time), *offset)),
                        ("bucket", Some(time)) => self.buckets.push(expression(time)),
                        ("optional", _) => {
                            self.refuse(
                                *offset,
                                "a rollup has no variables: it is one for all views",
                            );
                        }
                        _ => {}
                    }
                    for argument in arguments {
                        self.look(argument);
                    }
                }
            }
        }
    }

    fn refuse(&mut self, offset: usize, message: &str) {
        self.refused.get_or_insert_with(|| (offset, message.to_owned()));
    }
}

/// An expression in a form in which equal ones are equal: without blanks, in lower case, names
/// without their table's.
fn expression(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Sql { text: sql, .. } => text.push_str(sql),
            Piece::Macro { name, arguments, .. } => {
                text.push_str(name);
                arguments.iter().for_each(|argument| text.push_str(&expression(argument)));
            }
            Piece::Parameter { name, .. } | Piece::Attribute { name, .. } => text.push_str(name),
        }
    }
    text.retain(|c| !c.is_whitespace());
    text.make_ascii_lowercase();
    let is_name = text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    match text.rsplit_once('.') {
        Some((_, name)) if is_name => name.to_owned(),
        _ => text,
    }
}

/// Who writes a source's rollups.
#[derive(Clone)]
pub(crate) enum Writer {
    Sqlite(SqliteRollups),
    Postgres(Box<PostgresRollups>),
    MySql(Box<MySqlRollups>),
}

impl Writer {
    pub(crate) async fn refresh(&self, refresh: &Refresh<'_>) -> Result<RollupReport, SourceError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.refresh(refresh).await,
            Self::Postgres(postgres) => postgres.refresh(refresh).await,
            Self::MySql(mysql) => mysql.refresh(refresh).await,
        }
    }

    pub(crate) async fn records(&self) -> Result<Vec<Record>, SourceError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.records().await,
            Self::Postgres(postgres) => postgres.records().await,
            Self::MySql(mysql) => mysql.records().await,
        }
    }
}

/// What a table was made by: `definition`, and what the database says of the columns.
fn made_by(definition: &str, columns: &[(String, String)], origin: &str) -> String {
    let columns = columns.iter().map(|(name, kind)| format!("{name} {kind}"));
    format!("{definition}; {}; {origin}", columns.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_domain::{Lateness, Query, RollupColumn, RollupName, SourceName};

    fn plan(sql: &str, dialect: Dialect) -> Result<Plan, StatementError> {
        let column = |name| RollupColumn::parse(name).unwrap();
        let rollup = Rollup {
            name: RollupName::parse("daily").unwrap(),
            source: SourceName::parse("shop").unwrap(),
            zone: ZoneName::utc(),
            grain: Interval::Day,
            time: column("day"),
            keys: vec![column("country")],
            lateness: Lateness::parse("2 days").unwrap(),
            refresh: None,
            query: Query::new(sql),
        };
        Plan::new(&rollup, &ZoneOffsets::utc(), dialect)
    }

    const GOOD: &str = "select $bucket(at) as day, country, sum(net) as net from lines
        where $range(at) group by 1, 2";

    #[test]
    fn a_rollup_refreshes_from_the_bucket_that_may_still_change() {
        let plan = plan(GOOD, Dialect::Sqlite).unwrap();
        assert_eq!(plan.tables(), ["lines"]);
        let at = Timestamp::from_seconds;
        let (noon, later) = (at(1_321_444_800), at(1_400_000_000));
        let from = plan.first_to_refresh(Some(noon), later).unwrap();
        assert_eq!(from, at(1_321_444_800 - 43_200 - 2 * 86_400));
        // One row with a time in the far future would keep today from ever being refreshed.
        assert_eq!(plan.first_to_refresh(Some(later), noon), Some(from));
        assert_eq!(plan.first_to_refresh(None, noon), None);
    }

    #[test]
    fn what_would_make_wrong_rows_is_refused_at_its_place() {
        let cases = [
            ("select $bucket(at) as day, country from lines", 1, "$range"),
            (
                "select $bucket(at) as day, country from t where $range(at) and a = :b",
                68,
                "variables",
            ),
            (
                "select $bucket(at) as day, :from as country from t where $range(at)",
                28,
                "$range(e)",
            ),
            (
                "select $bucket(at) as day, country from t where $range(at) and a = :user.b",
                68,
                "users",
            ),
            (
                "select $bucket(at) as day, country from brisk.other where $range(at)",
                41,
                "no other rollup",
            ),
            ("select $bucket(at) as day, country from t where $range(paid_at)", 49, "same e"),
            (
                "select at as day, $bucket(at) as country from t where $range(at)",
                1,
                "$bucket(e) as day",
            ),
            ("select $bucket(at) as day, land from t where $range(at)", 1, "\"country\""),
            ("select $bucket(at) as day, country from t where $optional(a = :b)", 49, "variables"),
        ];
        for (sql, column, word) in cases {
            for dialect in Dialect::ALL {
                let error = plan(sql, dialect).unwrap_err();
                assert_eq!((error.line, error.column), (1, column), "{sql}: {error}");
                assert!(error.message.contains(word), "{sql}: {error}");
            }
        }
    }

    #[test]
    fn a_time_may_be_called_by_its_table() {
        let sql = "select $bucket( l.At ) as day, country from lines l where $range(at)";
        assert!(plan(sql, Dialect::Postgres).is_ok());
        let sql = "select $bucket(coalesce(l.paid, l.at)) as day, country from lines l
            where $range(coalesce(l.paid,l.at))";
        assert!(plan(sql, Dialect::Postgres).is_ok());
    }

    #[test]
    fn comments_do_not_change_a_definition_and_the_zone_does() {
        let parts = |sql: &str| plan(sql, Dialect::Sqlite).unwrap().definition_parts();
        assert_eq!(parts(GOOD), parts(&format!("{GOOD} -- by day")));
        assert_ne!(parts(GOOD), parts(&GOOD.replace("sum", "max")));
        let utc = plan(GOOD, Dialect::Sqlite).unwrap();
        let zone = ZoneOffsets { first: 0, changes: vec![(1_301_187_600, 3600)] };
        let moved = Plan::new(utc.rollup(), &zone, Dialect::Sqlite).unwrap();
        assert_ne!(utc.definition_parts(), moved.definition_parts());
    }
}
