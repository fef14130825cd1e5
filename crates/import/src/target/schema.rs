//! A plan in one database's dialect: quoted names, types, definitions, expressions.

use crate::dialect::Dialect;
use crate::per_dialect::PerDialect;
use crate::plan::{Column, ColumnType, Plan};
use crate::{ImportError, derived};
use std::collections::BTreeSet;

/// The longest name that both PostgreSQL and MySQL keep; PostgreSQL truncates longer ones.
const LONGEST_NAME: usize = 63;
/// The prefix of new tables on servers; the prefixed name must not be too long either.
pub(super) const NEW: &str = "brisk_new_";

/// A plan in one database's dialect.
pub(super) struct Schema<'p> {
    pub(super) dialect: Dialect,
    /// The table's name, unquoted.
    pub(super) table: &'p str,
    /// The loaded columns: their quoted names, and their definitions.
    loaded: Vec<(String, String)>,
    computed: Vec<Computed<'p>>,
    pub(super) constraints: &'p [String],
    pub(super) derived: &'p [String],
    pub(super) without_rowid: bool,
}

struct Computed<'p> {
    name: String,
    definition: &'p str,
    expression: &'p str,
}

impl<'p> Schema<'p> {
    /// Translates `plan` for `dialect`.
    pub(super) fn of(plan: &'p Plan, dialect: Dialect) -> Result<Self, ImportError> {
        let quoted = |name: &str| dialect.quoted(name);
        let columns = plan.columns.iter().map(|column| {
            let null = if column.nullable { "" } else { " not null" };
            (quoted(&column.name), format!("{}{null}", column_type(dialect, column)))
        });
        let whole = if dialect == Dialect::Sqlite { "integer" } else { "bigint" };
        let line = plan.line_column.iter().map(|name| (quoted(name), format!("{whole} not null")));
        let computed = plan.computed.iter().map(|computed| {
            Ok(Computed {
                name: quoted(&computed.name),
                definition: required(&computed.definition, dialect, "computed.definition")?,
                expression: required(&computed.expression, dialect, "computed.expression")?,
            })
        });
        let schema = Self {
            dialect,
            table: &plan.table,
            loaded: columns.chain(line).collect(),
            computed: computed.collect::<Result<_, ImportError>>()?,
            constraints: required(&plan.constraints, dialect, "constraints")?,
            derived: required(&plan.derived, dialect, "derived")?,
            without_rowid: plan.without_rowid,
        };
        schema.checked()
    }

    fn checked(self) -> Result<Self, ImportError> {
        if self.dialect == Dialect::Sqlite {
            return Ok(self);
        }
        let too_long = |name: &str, most: usize| {
            let message = format!(
                "the name {name} is too long for {}: at most {most} characters",
                self.dialect
            );
            Err(ImportError::Plan(message))
        };
        let names = self.loaded.iter().map(|(name, _)| name);
        let mut names = names.chain(self.computed.iter().map(|computed| &computed.name));
        // Two of the characters are the quotes.
        if let Some(name) = names.find(|name| name.len() > LONGEST_NAME + 2) {
            return too_long(name, LONGEST_NAME);
        }
        let tables = derived::tables(self.derived)?;
        let mut tables = tables.iter().map(String::as_str).chain([self.table]);
        if let Some(name) = tables.find(|name| NEW.len() + name.len() > LONGEST_NAME) {
            return too_long(name, LONGEST_NAME - NEW.len());
        }
        Ok(self)
    }

    /// The number of values per row.
    pub(super) fn width(&self) -> usize {
        self.loaded.len()
    }

    pub(super) fn has_computed(&self) -> bool {
        !self.computed.is_empty()
    }

    /// The names of the loaded columns, comma-separated.
    pub(super) fn loaded_names(&self) -> String {
        list(self.loaded.iter().map(|(name, _)| name.as_str()))
    }

    /// The names of all columns, comma-separated, the loaded ones first.
    pub(super) fn names(&self) -> String {
        let loaded = self.loaded.iter().map(|(name, _)| name.as_str());
        list(loaded.chain(self.computed.iter().map(|computed| computed.name.as_str())))
    }

    /// The expressions of the computed columns, each preceded by a comma.
    pub(super) fn and_expressions(&self) -> String {
        self.computed.iter().map(|computed| format!(", {}", computed.expression)).collect()
    }

    /// The definitions of the loaded columns.
    pub(super) fn loaded_definitions(&self) -> Vec<String> {
        self.loaded.iter().map(|(name, kind)| format!("{name} {kind}")).collect()
    }

    /// The definitions of all columns.
    pub(super) fn definitions(&self) -> Vec<String> {
        let computed = self.computed.iter().map(|c| format!("{} {}", c.name, c.definition));
        self.loaded_definitions().into_iter().chain(computed).collect()
    }

    /// The statements to run after the load, with table names written by `spelled`.
    pub(super) fn derived(
        &self,
        spelled: impl Fn(&str) -> String,
    ) -> Result<Vec<String>, ImportError> {
        self.derived.iter().map(|statement| derived::written(statement, &spelled)).collect()
    }

    /// The plan's table, and those that derived statements create.
    pub(super) fn tables(&self) -> Result<BTreeSet<String>, ImportError> {
        let mut tables = derived::tables(self.derived)?;
        tables.insert(self.table.to_owned());
        Ok(tables)
    }
}

/// A `create table` statement.
pub(super) fn create_table(prefix: &str, table: &str, lines: &[String], suffix: &str) -> String {
    format!("create {prefix}table {table} (\n  {}\n){suffix}", lines.join(",\n  "))
}

fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

fn required<'p, T>(
    what: &'p PerDialect<T>,
    dialect: Dialect,
    key: &str,
) -> Result<&'p T, ImportError> {
    what.of(dialect).ok_or_else(|| {
        let (name, key_of) = (dialect.to_string(), dialect.key());
        ImportError::Plan(format!(
            "the plan is not for {name}: its \"{key}\" says nothing for \"{key_of}\""
        ))
    })
}

/// The type of `column` in `dialect`.
fn column_type(dialect: Dialect, column: &Column) -> String {
    /// The longest `varchar`, at up to four bytes per character.
    const VARCHAR: u32 = 16_383;
    match (dialect, column.kind) {
        (Dialect::MySql, ColumnType::Text) => match column.length {
            Some(length) if length <= VARCHAR => format!("varchar({length})"),
            _ => "longtext".into(),
        },
        (_, ColumnType::Text) => "text".into(),
        (Dialect::Sqlite, ColumnType::Date) => "text".into(),
        (_, ColumnType::Date) => "date".into(),
        (Dialect::Sqlite, ColumnType::Float | ColumnType::Numeric) => "real".into(),
        // Without a scale of its own, it prints each number as it was written.
        (Dialect::Postgres, ColumnType::Numeric) => "numeric".into(),
        (Dialect::MySql, ColumnType::Numeric) => {
            format!("decimal({}, {})", column.most_digits(), column.scale)
        }
        (Dialect::Postgres, ColumnType::Float) => "double precision".into(),
        (Dialect::MySql, ColumnType::Float) => "double".into(),
        (Dialect::Postgres, ColumnType::Timestamp) => "timestamptz".into(),
        // `timestamp` ends in 2038 on many servers; `datetime` holds UTC by convention.
        (Dialect::MySql, ColumnType::Timestamp) => "datetime(6)".into(),
        (Dialect::Sqlite, _) => "integer".into(),
        (_, ColumnType::Integer | ColumnType::Decimal) => "bigint".into(),
    }
}
