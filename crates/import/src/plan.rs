//! What to load: columns, types, statements to run afterwards.

use crate::ImportError;
use crate::per_dialect::PerDialect;
use brisk_domain::ZoneName;
use serde::Deserialize;
use std::collections::BTreeSet;

/// What to load into which table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The table; an existing one is replaced.
    pub table: String,
    /// The zone of timestamps without one.
    #[serde(default = "utc")]
    pub timezone: String,
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
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in the table.
    pub name: String,
    /// Its name in the file's header.
    pub from: String,
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
    /// For decimals: the number of digits kept after the point, exactly.
    #[serde(default)]
    pub scale: u8,
    /// For timestamps: their format, as `%m/%d/%Y %H:%M`; ISO 8601 by default.
    pub format: Option<String>,
}

/// A computed column.
#[derive(Debug, Clone, Deserialize)]
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
    /// Floating-point numbers.
    Float,
    /// Instants: whole seconds since the epoch on SQLite, `timestamptz` on PostgreSQL,
    /// `datetime(6)` in UTC on MySQL and MariaDB.
    Timestamp,
}

impl Plan {
    /// Parses a plan from TOML.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, ImportError> {
        let plan: Self =
            toml::from_str(text).map_err(|error| ImportError::Plan(format!("{file}: {error}")))?;
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
        if let Some(column) = self.columns.iter().find(|column| column.length == Some(0)) {
            let message = format!("the length of column \"{}\" must be at least 1", column.name);
            return Err(ImportError::Plan(message));
        }
        Ok(self)
    }
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
