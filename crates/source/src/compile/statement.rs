//! [`Statement`]: a statement that is ready to run, and [`Context`]: what it was compiled for.
//! Pure.

use super::bucket_columns::RangeUse;
use super::column_additivity::ColumnAdditivity;
use super::column_clock::{ColumnTypes, Questions};
use super::names::{Name, Names};
use super::places::Places;
use super::tables::rollup_name;
use super::written_buckets::WrittenBucket;
use crate::error::{SourceError, StatementError};
use brisk_domain::rollup::ROLLUP_SCHEMA;
use brisk_domain::{
    Access, Bounds, Interval, Query, Selection, VariableName, WallClock, Weekdays, ZoneName,
    ZoneOffsets,
};
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// What a statement is compiled for.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// `:from` and `:to`, and the bounds of `$range`.
    pub bounds: Bounds,
    /// `:interval`, and the width of `$bucket`.
    pub interval: Interval,
    /// `:tz`.
    pub zone: &'a ZoneName,
    /// The zone's offsets over all instants that the source may hold: the same for every range, so
    /// that a statement without a range is the same for all of them.
    pub offsets: &'a ZoneOffsets,
    /// The chosen values.
    pub variables: &'a BTreeMap<VariableName, Selection>,
    /// The reader: the values of `:user.name`.
    pub access: &'a Access,
}

/// A bound value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Bind {
    /// A whole number.
    Int(i64),
    /// Text.
    Text(String),
    /// A chosen value, or one of the user's attributes.
    Chosen(Chosen),
}

/// A chosen value, as its text in URLs. PostgreSQL infers the type that the statement expects;
/// elsewhere that follows from what the statement compares it with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Chosen {
    /// The parameter as its author writes it: `:country`, `:user.tenant`.
    pub name: String,
    /// The value.
    pub text: String,
    /// The parameter's first offset in the author's text, in bytes.
    pub offset: usize,
    /// Whether it is bound as a number. Never on PostgreSQL.
    pub is_number: bool,
}

impl Chosen {
    /// The error that it is not `kind` ("a whole number"), which the statement expects.
    pub(crate) fn is_not(&self, kind: &str) -> SourceError {
        let is_attribute = self.name.starts_with(":user.");
        SourceError::Value {
            parameter: self.name.clone(),
            message: format!("is not {kind}, which the statement needs there"),
            value: (!is_attribute).then(|| self.text.clone()),
        }
    }
}

/// A statement that is ready to run.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Statement {
    /// SQL with placeholders for the values.
    pub sql: String,
    /// The values in the order of their placeholders.
    pub binds: Vec<Bind>,
    /// The tables that it reads, in lower case, sorted; they become its tags.
    pub tables: Vec<String>,
    /// The names of the columns that hold instants.
    pub times: Vec<String>,
    /// The names of the columns that hold the starts of time buckets.
    pub buckets: Vec<String>,
    /// The column that names time buckets by text or number.
    pub written: Option<WrittenBucket>,
    /// The columns that hold days of the week as numbers, by their names in lower case.
    pub weekdays: Vec<(String, Weekdays)>,
    /// Which of its columns add up.
    pub additivity: ColumnAdditivity,
    /// The zone that the database has to know; `None` where the SQL does not depend on it.
    pub zone: Option<SessionZone>,
    /// The width that all of its buckets name, if they all name the same one.
    pub interval: Option<Interval>,
    /// Which ends of the range it reads.
    pub range: RangeUse,
    /// The query that finds out, over other bounds, whether what it limits by the range has any
    /// row.
    pub any_row: Option<Query>,
    /// The author's text, for errors.
    pub query: Query,
    /// The statement to be written once the types of its columns are known, if they matter.
    pub(crate) open: Option<Open>,
    /// Where in the author's text the SQL comes from.
    pub places: Places,
    /// What only the database can decide, if Brisk's parser cannot read the statement.
    pub unread: Option<Unread>,
    /// The names in the author's text that may call a function.
    pub(crate) names: Arc<Names>,
}

/// A statement that Brisk's parser cannot read: the database decides whether it is SQL. All names in
/// it count as its tables.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Unread {
    /// The parser's message, at the author's line and column.
    pub reason: StatementError,
    /// The parts of all names, as written and in lower case: one of them may belong to a view or a
    /// function that reads tables not named in the statement.
    pub names: Vec<String>,
}

/// A zone that the database has to know as Brisk does, so that its own calendar is the dashboard's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionZone {
    /// The zone.
    pub name: ZoneName,
    /// Its offsets over all instants that the source may hold.
    pub offsets: Arc<ZoneOffsets>,
    /// The zones that columns were written in and that the SQL names, which the database must know as
    /// well.
    pub others: Vec<(ZoneName, Arc<ZoneOffsets>)>,
    /// The same statement without the zone, with its values: for databases whose data about it differ
    /// from Brisk's, and for rows that they cannot convert. `None` if Brisk itself defines the zone
    /// for the database.
    pub lookup: Option<(String, Vec<Bind>)>,
    /// Where its SQL comes from.
    pub lookup_places: Places,
    /// Whether it reads a range that begins before 1970.
    pub is_before_1970: bool,
}

/// A statement whose SQL depends on the types of columns, which only the database knows.
pub(crate) trait Unwritten: fmt::Debug + Send + Sync {
    /// The columns whose types decide how it is written, or how its result is read.
    fn questions(&self) -> Questions<'_>;

    /// All columns that its macros and its result may come from.
    fn columns(&self) -> Questions<'_>;

    /// `statement`, which this belongs to, for columns of these `types`.
    fn close(
        &self,
        statement: &Statement,
        types: &ColumnTypes,
    ) -> Result<Statement, StatementError>;

    /// The columns of its result that hold wall-clock times whose clock is declared.
    fn stated_clocks(&self, types: &ColumnTypes) -> Vec<(String, WallClock)>;

    /// The columns without a zone that it uses and for which nothing is declared, as `table.column`,
    /// sorted.
    fn unstated_columns(&self, types: &ColumnTypes) -> Vec<String>;

    /// Everything besides the SQL that decides the result.
    fn fingerprint_parts(&self) -> Vec<Vec<u8>>;
}

/// A statement that still needs types from the database.
#[derive(Debug, Clone)]
pub(crate) struct Open(pub(crate) Arc<dyn Unwritten>);

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.0.fingerprint_parts() == other.0.fingerprint_parts()
    }
}

impl Eq for Open {}

impl Hash for Open {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.fingerprint_parts().hash(state);
    }
}

/// A zone in a fingerprint. Another edition of the time zone database may give other results.
pub(crate) fn zone_part(name: &ZoneName, offsets: &ZoneOffsets) -> Vec<u8> {
    let mut part = format!("zone {name} {}", offsets.first).into_bytes();
    for (at, offset) in &offsets.changes {
        part.extend(at.to_le_bytes());
        part.extend(offset.to_le_bytes());
    }
    part
}

impl Statement {
    /// A statement of Brisk's own, about the database itself.
    pub(crate) fn of_our_own(sql: String, binds: Vec<Bind>) -> Self {
        let query = Query::new(sql.clone());
        Self {
            sql,
            binds,
            tables: Vec::new(),
            times: Vec::new(),
            buckets: Vec::new(),
            written: None,
            weekdays: Vec::new(),
            additivity: ColumnAdditivity::default(),
            zone: None,
            interval: None,
            range: RangeUse::default(),
            any_row: None,
            query,
            open: None,
            places: Places::default(),
            unread: None,
            names: Arc::default(),
        }
    }

    /// Whether `word` may be a table that it reads. If the parser knows the tables, no other name is one.
    pub(crate) fn may_read(&self, word: &Name) -> bool {
        let written = word.written().to_lowercase();
        let ends_with = |table: &String| {
            let before = table.strip_suffix(&written);
            before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
        };
        self.unread.is_some() || self.tables.iter().any(ends_with)
    }

    /// The names of the rollups that it reads.
    pub fn rollups(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().filter_map(|table| rollup_name(table))
    }

    /// An error about all of the statement.
    pub fn refuse(&self, message: impl Into<String>) -> StatementError {
        StatementError::at(&self.query, 0, message)
    }

    /// An error at the author's `brisk.name`.
    pub fn refuse_rollup(&self, name: &str, message: impl Into<String>) -> StatementError {
        let written = format!("{ROLLUP_SCHEMA}.{name}");
        let at = self.query.sql.to_lowercase().find(&written).unwrap_or(0);
        StatementError::at(&self.query, at, message)
    }

    /// Everything that distinguishes this statement's result, for the entry key. The author's text
    /// is not part of it.
    pub fn fingerprint_parts(&self) -> Vec<Vec<u8>> {
        let mut parts = vec![self.sql.clone().into_bytes()];
        for bind in &self.binds {
            parts.push(match bind {
                Bind::Int(value) => [b"int ".as_slice(), &value.to_le_bytes()].concat(),
                Bind::Chosen(Chosen { text, is_number: true, .. }) => {
                    [b"number ".as_slice(), text.as_bytes()].concat()
                }
                Bind::Text(text) | Bind::Chosen(Chosen { text, .. }) => {
                    [b"text ".as_slice(), text.as_bytes()].concat()
                }
            });
        }
        for column in &self.times {
            parts.push([b"time ".as_slice(), column.as_bytes()].concat());
        }
        if let Some(SessionZone { name, offsets, others, .. }) = &self.zone {
            parts.push(zone_part(name, offsets));
            parts.extend(others.iter().map(|(name, offsets)| zone_part(name, offsets)));
        }
        if let Some(open) = self.open.as_ref().filter(|open| !open.0.questions().is_empty()) {
            parts.extend(open.0.fingerprint_parts());
        }
        parts
    }
}
