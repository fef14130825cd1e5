//! What to load: columns, types, statements to run afterwards.

use crate::layout::Layout;
use crate::per_dialect::PerDialect;
use crate::{ImportError, moment};
use brisk_domain::ZoneName;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;

/// What to load into which table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The table; an existing one is replaced.
    pub table: String,
    /// The zone of timestamps without one.
    #[serde(default = "utc")]
    pub timezone: String,
    /// How the file is written.
    #[serde(default, rename = "file")]
    pub layout: Layout,
    /// The columns to load.
    #[serde(rename = "column")]
    pub columns: Vec<Column>,
    /// A column for the line's number in the file.
    pub line_column: Option<String>,
    /// Table constraints: `primary key (a, b)`.
    #[serde(default)]
    pub constraints: PerDialect<Vec<String>>,
    /// On SQLite: whether the table is clustered by its primary key.
    #[serde(default)]
    pub without_rowid: bool,
    /// Statements that run after the load and take effect together with it. Table names may be
    /// marked as `$table(name)`; for MySQL and MariaDB they must be.
    #[serde(default)]
    pub derived: PerDialect<Vec<String>>,
    /// Columns computed from others when a row is inserted, by SQL expressions over the loaded
    /// columns.
    #[serde(default, rename = "computed")]
    pub computed: Vec<ComputedColumn>,
}

/// One column of the table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in the table.
    pub name: String,
    /// Its place in the file.
    pub from: From,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Whether an empty field becomes NULL; otherwise the line is rejected.
    #[serde(default)]
    pub nullable: bool,
    /// For text: whether surrounding spaces are dropped. Keep them in codes that may differ by
    /// them.
    #[serde(default)]
    pub trim: bool,
    /// For text: the maximum length in characters; lines with longer ones are rejected. MySQL and
    /// MariaDB require it for columns in keys.
    pub length: Option<u32>,
    /// For decimals and numerics: the most digits after the point.
    #[serde(default)]
    pub scale: u8,
    /// For numerics: the most digits, 38 by default.
    pub digits: Option<u8>,
    /// For dates and timestamps: their format, as `%m/%d/%Y %H:%M`; ISO 8601 by default.
    pub format: Option<String>,
    /// Words that stand for no value in this column, besides those of the file.
    #[serde(default)]
    pub nulls: Vec<String>,
}

/// A column's place in the file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "neither a name of the header nor a position, from 1")]
pub enum From {
    /// Under this name of the header.
    Name(String),
    /// At this position, from 1.
    Position(usize),
}

impl fmt::Display for From {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Position(position) => write!(f, "{position}"),
        }
    }
}

/// A computed column.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComputedColumn {
    /// Its name.
    pub name: String,
    /// Its type and constraints: `integer not null`.
    pub definition: PerDialect<String>,
    /// The SQL expression.
    pub expression: PerDialect<String>,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// Text.
    Text,
    /// 64-bit integers; `13085.0` counts as one.
    Integer,
    /// Exact decimals, stored as integers in units of 10^-scale.
    Decimal,
    /// Exact decimals, stored as such: `numeric` on PostgreSQL, `decimal` on MySQL and MariaDB. On
    /// SQLite `real`, which keeps 15 digits; values with more are rejected there.
    Numeric,
    /// Floating-point numbers.
    Float,
    /// Days: `date`, on SQLite text such as `2011-12-09`.
    Date,
    /// Instants: whole seconds since the epoch on SQLite, `timestamptz` on PostgreSQL,
    /// `datetime(6)` in UTC on MySQL and MariaDB.
    Timestamp,
}

impl ColumnType {
    /// All of them.
    pub(crate) const ALL: [Self; 7] = [
        Self::Text,
        Self::Integer,
        Self::Decimal,
        Self::Numeric,
        Self::Float,
        Self::Date,
        Self::Timestamp,
    ];

    /// Its word in a plan.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Numeric => "numeric",
            Self::Float => "float",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
        }
    }
}

impl Plan {
    /// Parses a plan from TOML.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, ImportError> {
        let plan: Self = toml::from_str(text)
            .map_err(|error| ImportError::Plan(format!("{file}: {}", short(&error))))?;
        plan.checked()
    }

    /// The same plan for another table.
    pub fn with_table(self, table: impl Into<String>) -> Result<Self, ImportError> {
        Self { table: table.into(), ..self }.checked()
    }

    pub(crate) fn checked(self) -> Result<Self, ImportError> {
        ZoneName::parse(&self.timezone).map_err(|error| ImportError::Plan(error.to_string()))?;
        let names = self.columns.iter().map(|c| &c.name).chain(&self.line_column);
        let names: Vec<&String> =
            names.chain(self.computed.iter().map(|c| &c.name)).chain([&self.table]).collect();
        if let Some(name) = names.iter().find(|name| !is_plain_name(name)) {
            let message = format!("name \"{name}\" must be letters, digits and underscores");
            return Err(ImportError::Plan(message));
        }
        // Column names are case-insensitive in every database.
        let distinct: BTreeSet<String> =
            names[..names.len() - 1].iter().map(|name| name.to_ascii_lowercase()).collect();
        if distinct.len() < names.len() - 1 || self.columns.is_empty() {
            let message = "the columns must have different names, and there must be one";
            return Err(ImportError::Plan(message.into()));
        }
        self.layout.check()?;
        for column in &self.columns {
            column.check()?;
        }
        Ok(self)
    }
}

impl Column {
    /// The most digits that a numeric may have.
    pub(crate) fn most_digits(&self) -> u8 {
        self.digits.unwrap_or(38)
    }

    fn check(&self) -> Result<(), ImportError> {
        let wrong =
            |what: String| Err(ImportError::Plan(format!("column \"{}\": {what}", self.name)));
        if self.length == Some(0) {
            return wrong("\"length\" must be at least 1, not 0".into());
        }
        // 65 and 30 are the most that MySQL and MariaDB store.
        let digits = self.most_digits();
        if self.kind == ColumnType::Numeric && !(1..=65).contains(&digits) {
            return wrong(format!("\"digits\" must be from 1 to 65, not {digits}"));
        }
        if self.kind == ColumnType::Numeric && self.scale > digits.min(30) {
            let most = digits.min(30);
            return wrong(format!("\"scale\" must be at most {most}, not {}", self.scale));
        }
        match self.format.as_deref().and_then(|f| Some((f, moment::wrong_format(f)?))) {
            Some((format, problem)) => wrong(format!("the format \"{format}\" {problem}")),
            None => Ok(()),
        }
    }
}

/// What is wrong with a file, with the beginning of the line that it quotes.
fn short(error: &toml::de::Error) -> String {
    const LONGEST: usize = 200;
    let text = error.to_string();
    let lines = text.lines().map(|line| {
        let short: String = line.chars().take(LONGEST).collect();
        if short.len() < line.len() { format!("{short}…") } else { short }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether every database accepts `name` without quotes, reserved words aside.
pub(crate) fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

pub(crate) fn utc() -> String {
    "UTC".into()
}
