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
    /// The table, replaced if it exists.
    pub table: String,
    /// The zone of timestamps that name none.
    #[serde(default = "utc")]
    pub timezone: String,
    /// The columns to load.
    #[serde(rename = "column")]
    pub columns: Vec<Column>,
    /// A column that gets the line's number in the file.
    pub line_column: Option<String>,
    /// More of the table's definition: `primary key (a, b)`.
    #[serde(default)]
    pub constraints: PerDialect<Vec<String>>,
    /// On SQLite: whether the table is clustered by its primary key.
    #[serde(default)]
    pub without_rowid: bool,
    /// Statements that run after the load, and take effect together with it. A table may be
    /// written `$table(name)`; for MySQL and MariaDB it must.
    #[serde(default)]
    pub derived: PerDialect<Vec<String>>,
    /// Columns that follow from others; generated when a line is inserted, by SQL expressions over
    /// the loaded columns' names.
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
    /// Whether an empty field is NULL; otherwise the line is rejected.
    #[serde(default)]
    pub nullable: bool,
    /// For text: whether blanks at its ends are dropped. Codes keep them: they may differ in them.
    #[serde(default)]
    pub trim: bool,
    /// For text: how many characters it has at most; a line with more is rejected. MySQL and
    /// MariaDB need to know it of columns in keys.
    pub length: Option<u32>,
    /// For decimals: how many digits behind the point are kept, exactly.
    #[serde(default)]
    pub scale: u8,
    /// For timestamps: their form, as `%m/%d/%Y %H:%M`; ISO 8601 where absent.
    pub format: Option<String>,
}

/// A column that follows from others.
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
    /// Whole numbers of 64 bits; `13085.0` is one too.
    Integer,
    /// Exact decimals, stored as whole numbers of 10^-scale units.
    Decimal,
    /// Floating-point numbers.
    Float,
    /// Instants: whole seconds since the epoch on SQLite, `timestamptz` on PostgreSQL,
    /// `datetime(6)` in UTC on MySQL and MariaDB.
    Timestamp,
}

impl Plan {
    /// Reads a plan from TOML.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, ImportError> {
        let plan: Self =
            toml::from_str(text).map_err(|error| ImportError::Plan(format!("{file}: {error}")))?;
        plan.checked()
    }

    /// The same for another table.
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
        // No database tells columns by their case.
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

/// Whether `name` is one that every database takes without quotes, words of SQL aside.
pub(crate) fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

pub(crate) fn utc() -> String {
    "UTC".into()
}
