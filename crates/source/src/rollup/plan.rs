//! [`Plan`]: a rollup that is checked and can be refreshed. Pure.

use crate::compile::check;
use crate::compile::column_clock::{ColumnTypes, Target};
use crate::compile::pipeline::compile_to_store;
use crate::compile::statement::{Context, Statement};
use crate::compile::tables::rollup_name;
use crate::compile::template::{self, Piece};
use crate::dialect::Dialect;
use crate::error::{SourceError, StatementError};
use brisk_domain::rollup::ROLLUP_SCHEMA;
use brisk_domain::{Access, Bounds, Interval, Rollup, Timestamp, ZoneName, ZoneOffsets};
use std::collections::BTreeMap;

/// A rollup that is checked and can be refreshed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    rollup: Rollup,
    target: Target,
    offsets: ZoneOffsets,
    /// The types of the columns that it reads, as far as they are known.
    types: ColumnTypes,
    /// The statement over all of time.
    pub(crate) whole: Statement,
}

/// All of time: 1900 up to 2200, a range that every dialect supports.
const ALL: Bounds = Bounds {
    from: Timestamp::from_seconds(-2_208_988_800),
    to: Timestamp::from_seconds(7_258_118_400),
};

impl Plan {
    /// Checks `rollup`, whose zone has `offsets`; an error points into the author's text.
    pub fn new(
        rollup: &Rollup,
        offsets: &ZoneOffsets,
        target: impl Into<Target>,
    ) -> Result<Self, StatementError> {
        let target = target.into();
        let dialect = target.dialect;
        let query = &rollup.query;
        let error = |offset, message: &str| Err(StatementError::at(query, offset, message));
        let pieces = template::parse(query, dialect)?;
        let mut found = Findings::default();
        found.inspect(&pieces);
        if let Some((offset, message)) = found.problem {
            return error(offset, &message);
        }
        if found.ranges.is_empty() {
            let message = "a rollup needs $range(e) with the same expression as its $bucket(e)";
            return error(0, message);
        }
        // Otherwise rows would be deleted by one time and selected by another.
        let is_bucketed = |(time, _): &&(String, usize)| found.buckets.contains(time);
        if let Some((_, offset)) = found.ranges.iter().find(|range| !is_bucketed(range)) {
            let message = "the statement has no $bucket(e) of the same e, which has to be its time";
            return error(*offset, message);
        }
        let whole = over(ALL, rollup, offsets, &target)?;
        if let Some(table) = whole.tables.iter().find(|table| rollup_name(table).is_some()) {
            let at = query.sql.to_lowercase().find(table.as_str()).unwrap_or(0);
            return error(at, "a rollup reads tables of its source, no other rollup");
        }
        if !whole.times.iter().any(|column| column == rollup.time.as_str()) {
            let time = &rollup.time;
            let message = format!("write $bucket(e) as {time}: \"{time}\" is the rollup's time");
            return error(0, &message);
        }
        if let Some(columns) = check::check(query, &pieces, dialect)?.columns {
            let has = |key: &str| columns.iter().any(|column| column.eq_ignore_ascii_case(key));
            if let Some(key) = rollup.keys.iter().find(|key| !has(key.as_str())) {
                let message = format!("the statement has no column \"{key}\", which is a key");
                return error(0, &message);
            }
        }
        let (rollup, offsets, types) = (rollup.clone(), offsets.clone(), ColumnTypes::new());
        Ok(Self { rollup, target, offsets, types, whole })
    }

    /// The dialect of its source.
    pub(crate) fn dialect(&self) -> Dialect {
        self.target.dialect
    }

    /// The same for columns of these `types`.
    pub(crate) fn with_types(&self, types: ColumnTypes) -> Result<Self, StatementError> {
        let whole = closed(&self.whole, &types)?;
        Ok(Self { whole, types, ..self.clone() })
    }

    /// The rollup.
    pub fn rollup(&self) -> &Rollup {
        &self.rollup
    }

    /// The offsets of its zone.
    pub(crate) fn offsets(&self) -> &ZoneOffsets {
        &self.offsets
    }

    /// The tables that its statement reads, in lower case, sorted.
    pub fn tables(&self) -> &[String] {
        &self.whole.tables
    }

    /// Everything that decides which rows it has. White space counts, comments do not; changes of its
    /// zone count, because a new edition of the time zone database may move them.
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

    /// The first bucket whose rows may have changed, in a table whose newest bucket is `newest`.
    pub(crate) fn first_to_refresh(
        &self,
        newest: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let newest = newest?.min(now);
        let earliest = self.rollup.lateness.before(newest, &self.offsets);
        let start_of = |at| self.rollup.grain.start(at, &self.offsets);
        let mut start = start_of(earliest);
        // Where the clock is moved within an hour, the second half begins, by the clock, within the first, whose
        // rows are then to be replaced, too.
        while start_of(start) < start {
            start = start_of(start);
        }
        Some(start)
    }

    /// The statement for all buckets from `from` on.
    pub(crate) fn statement(&self, from: Option<Timestamp>) -> Result<Statement, StatementError> {
        let Some(from) = from else { return Ok(self.whole.clone()) };
        let bounds = Bounds { from, to: ALL.to };
        closed(&over(bounds, &self.rollup, &self.offsets, &self.target)?, &self.types)
    }

    /// `"day", "country"`: what identifies a row, in the dialect's SQL.
    pub(crate) fn identity(&self) -> String {
        self.identified_by(|name| self.dialect().quoted(name))
    }

    /// The same for error messages.
    pub(crate) fn identity_in_words(&self) -> String {
        self.identified_by(|name| format!("\"{name}\""))
    }

    fn identified_by(&self, quoted: impl Fn(&str) -> String) -> String {
        let keys = self.rollup.keys.iter().map(|key| key.as_str());
        let columns = std::iter::once(self.rollup.time.as_str()).chain(keys);
        columns.map(quoted).collect::<Vec<_>>().join(", ")
    }

    /// `"brisk"."daily_sales"`.
    pub(crate) fn table(&self) -> String {
        self.table_called(self.rollup.name.as_str())
    }

    /// `"brisk"."daily_sales next"`: a table used while another one is built. No rollup's name
    /// contains a space.
    pub(crate) fn working_table(&self, role: &str) -> String {
        self.table_called(&format!("{} {role}", self.rollup.name))
    }

    fn table_called(&self, name: &str) -> String {
        format!("{}.{}", self.dialect().quoted(ROLLUP_SCHEMA), self.dialect().quoted(name))
    }

    /// Checks that the time and each key occur exactly once among the columns that the database
    /// returns.
    pub(crate) fn check_columns(&self, columns: &[&str]) -> Result<(), SourceError> {
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

    /// The error for two rows with one identity.
    pub(crate) fn not_unique(&self) -> SourceError {
        let identity = self.identity_in_words();
        let message = format!(
            "several rows have the same {identity}: add to \"keys\" what tells them apart, or \
             group by these columns only"
        );
        SourceError::Rollup { message }
    }

    /// The error for a row without an identity.
    pub(crate) fn null_key(&self) -> SourceError {
        let identity = self.identity_in_words();
        let message = format!(
            "one of {identity} is NULL in some row, so that it cannot identify the row: write coalesce(…)"
        );
        SourceError::Rollup { message }
    }

    /// The error for times that are not of an instant type.
    pub(crate) fn not_an_instant(&self, kind: &str) -> SourceError {
        let time = &self.rollup.time;
        let message = format!("\"{time}\" is a {kind}: it has to be $bucket(e)");
        SourceError::Rollup { message }
    }

    /// The error for rows outside the refreshed buckets.
    pub(crate) fn outside(&self) -> SourceError {
        let time = &self.rollup.time;
        let message = format!(
            "\"{time}\" has values outside of the refreshed range: it has to be $bucket(e), with the \
             same e as in $range(e)"
        );
        SourceError::Rollup { message }
    }
}

fn over(
    bounds: Bounds,
    rollup: &Rollup,
    offsets: &ZoneOffsets,
    target: &Target,
) -> Result<Statement, StatementError> {
    let (interval, zone): (Interval, &ZoneName) = (rollup.grain, &rollup.zone);
    let (variables, access) = (&BTreeMap::new(), &Access::anonymous());
    let context = Context { bounds, interval, zone, offsets, variables, access };
    compile_to_store(&rollup.query, target, &context)
}

/// `statement` for columns of these `types`, if they are known.
fn closed(statement: &Statement, types: &ColumnTypes) -> Result<Statement, StatementError> {
    match &statement.open {
        Some(open) if !types.is_empty() => open.0.close(statement, types),
        _ => Ok(statement.clone()),
    }
}

/// What matters about a statement to rollups.
#[derive(Default)]
struct Findings {
    /// The argument and the offset of each `$range`.
    ranges: Vec<(String, usize)>,
    /// The argument of each `$bucket`.
    buckets: Vec<String>,
    problem: Option<(usize, String)>,
}

impl Findings {
    fn inspect(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Sql { .. } => {}
                Piece::Parameter { name, offset } => match name.as_str() {
                    "interval" | "tz" => {}
                    "from" | "to" => self.report(
                        *offset,
                        "the rows of a rollup must not depend on when it is refreshed: write \
                         $range(e)",
                    ),
                    _ => self.report(*offset, "a rollup has no variables: it is the same for all views"),
                },
                Piece::Attribute { offset, .. } => self.report(
                    *offset,
                    "a rollup is the same for all users: keep what distinguishes them as a key, and write \
                     :user.… in the panels",
                ),
                Piece::Macro { name, arguments, offset } => {
                    match (name.as_str(), arguments.first()) {
                        ("range", Some(time)) => self.ranges.push((expression(time), *offset)),
                        ("bucket", Some(time)) => self.buckets.push(expression(time)),
                        ("optional", _) => {
                            self.report(
                                *offset,
                                "a rollup has no variables: it is the same for all views",
                            );
                        }
                        _ => {}
                    }
                    for argument in arguments {
                        self.inspect(argument);
                    }
                }
            }
        }
    }

    fn report(&mut self, offset: usize, message: &str) {
        self.problem.get_or_insert_with(|| (offset, message.to_owned()));
    }
}

/// An expression normalized for comparison: without white space, in lower case, names without their
/// table.
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
    fn an_hour_that_the_clock_cuts_is_refreshed_as_a_whole() {
        // As on Lord Howe Island: the clock is put back from 02:00 to 01:30, or forward to 02:30.
        for (change, before, after) in
            [(1_301_756_400, 39_600, 37_800), (1_317_483_000, 37_800, 39_600)]
        {
            let zone = ZoneOffsets { first: before, changes: vec![(change, after)] };
            let grain = Interval::Hour;
            let rollup = Rollup {
                grain,
                lateness: Lateness::parse("30 minutes").unwrap(),
                ..plan(GOOD, Dialect::Sqlite).unwrap().rollup().clone()
            };
            let at = Timestamp::from_seconds;
            for dialect in Dialect::ALL {
                let plan = Plan::new(&rollup, &zone, dialect).unwrap();
                let from = plan.first_to_refresh(Some(at(change + 1800)), at(change + 7200));
                assert_eq!(from, Some(at(change - 3600)), "{dialect:?}: not within that hour");
            }
        }
    }

    #[test]
    fn what_would_make_wrong_rows_is_an_error_at_its_position() {
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
    fn a_time_may_be_qualified_by_its_table() {
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
