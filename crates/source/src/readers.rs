//! The views through which tables are read, according to the database's catalog. A statement's tags are
//! the names in it, and a view's name does not tell which tables change its content.
//!
//! Queried when tables are invalidated, so that redefined views are noticed. In doubt a view counts as
//! a reader: invalidating too much costs a load, too little shows old figures.

use crate::column_types::Run;
use crate::compile::statement::{Bind, Statement};
use crate::dialect::Dialect;
use crate::error::SourceError;
use brisk_domain::Frame;
use std::collections::BTreeSet;

/// The views that read one of `tables`, directly or through other views, in lower case; with their
/// schema on servers. `tables` are in lower case, with a schema or without. In PostgreSQL also the
/// tables that these are partitions or children of, and their own partitions and children.
pub(crate) async fn readers(
    dialect: Dialect,
    tables: &[String],
    run: &Run<'_>,
) -> Result<Vec<String>, SourceError> {
    let tables: Vec<Name> = tables.iter().map(|table| Name::of(table)).collect();
    match dialect {
        Dialect::Postgres => postgres(&tables, run).await,
        Dialect::MySql => mysql(&tables, run).await,
        Dialect::Sqlite => sqlite(&tables, run).await,
    }
}

/// A table's or a view's name, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    schema: Option<String>,
    name: String,
}

impl Name {
    fn of(table: &str) -> Self {
        let mut parts = table.rsplit('.');
        let name = parts.next().unwrap_or_default().to_owned();
        Self { schema: parts.next().map(ToOwned::to_owned), name }
    }
}

async fn postgres(tables: &[Name], run: &Run<'_>) -> Result<Vec<String>, SourceError> {
    let mut binds = Vec::new();
    let named = tables.iter().map(|table| {
        binds.push(Bind::Text(table.name.clone()));
        let name = format!("pg_catalog.lower(c.relname::text) = ${}", binds.len());
        let Some(schema) = &table.schema else { return name };
        binds.push(Bind::Text(schema.clone()));
        format!("({name} and pg_catalog.lower(n.nspname::text) = ${})", binds.len())
    });
    let named: Vec<String> = named.collect();
    let sql = format!(
        "with recursive named as (\
         select c.oid from pg_catalog.pg_class c \
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace where {}), \
         below as (\
         select oid from named \
         union select i.inhrelid from below join pg_catalog.pg_inherits i on i.inhparent = below.oid), \
         reader as (\
         select oid from below \
         union \
         select e.reader from reader join (\
         select d.refobjid as read, r.ev_class as reader from pg_catalog.pg_depend d \
         join pg_catalog.pg_rewrite r on r.oid = d.objid \
         where d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass \
         and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and r.ev_class <> d.refobjid \
         union all select inhrelid, inhparent from pg_catalog.pg_inherits\
         ) e on e.read = reader.oid) \
         select distinct n.nspname::text, c.relname::text from reader \
         join pg_catalog.pg_class c on c.oid = reader.oid \
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
         where reader.oid not in (select oid from named)",
        named.join(" or ")
    );
    let frame = run(Statement::of_our_own(sql, binds)).await?;
    let readers = rows(&frame).map(|row| format!("{}.{}", text(&row, 0), text(&row, 1)));
    Ok(readers.map(|reader| reader.to_lowercase()).collect())
}

async fn mysql(tables: &[Name], run: &Run<'_>) -> Result<Vec<String>, SourceError> {
    let sql = "select convert(table_schema using utf8mb4), convert(table_name using utf8mb4), \
               convert(view_definition using utf8mb4) from information_schema.views \
               where table_schema not in \
               ('sys', 'mysql', 'information_schema', 'performance_schema')";
    let frame = run(Statement::of_our_own(sql.to_owned(), Vec::new())).await?;
    let views = rows(&frame).map(|row| View {
        name: Name {
            schema: Some(text(&row, 0).to_lowercase()),
            name: text(&row, 1).to_lowercase(),
        },
        definition: text(&row, 2).to_lowercase(),
    });
    // The server writes definitions out: each name in backticks, each table with its schema. Without the
    // privilege `show view` they are empty.
    let quoted = |name: &str| format!("`{}`", name.replace('`', "``"));
    let reads = |definition: &str, read: &Name| {
        let name = match &read.schema {
            Some(schema) => format!("{}.{}", quoted(schema), quoted(&read.name)),
            None => quoted(&read.name),
        };
        definition.is_empty() || definition.contains(&name)
    };
    let readers = closure(views.collect(), tables, reads).into_iter();
    Ok(readers
        .map(|reader| format!("{}.{}", reader.schema.unwrap_or_default(), reader.name))
        .collect())
}

async fn sqlite(tables: &[Name], run: &Run<'_>) -> Result<Vec<String>, SourceError> {
    let sql = "select name, sql from sqlite_schema where type = 'view'";
    let frame = run(Statement::of_our_own(sql.to_owned(), Vec::new())).await?;
    let views = rows(&frame).map(|row| View {
        name: Name { schema: None, name: text(&row, 0).to_lowercase() },
        definition: text(&row, 1).to_lowercase(),
    });
    let readers = closure(views.collect(), tables, |definition, read| {
        has_word(definition, &read.name.replace('"', "\"\""))
    });
    Ok(readers.into_iter().map(|reader| reader.name).collect())
}

struct View {
    name: Name,
    definition: String,
}

/// The `views` whose definition, according to `reads`, reads one of `tables`, or a view that does.
fn closure(
    views: Vec<View>,
    tables: &[Name],
    reads: impl Fn(&str, &Name) -> bool,
) -> BTreeSet<Name> {
    let (mut found, mut new) = (BTreeSet::new(), tables.to_vec());
    while !new.is_empty() {
        let readers = views.iter().filter(|view| {
            !found.contains(&view.name) && new.iter().any(|read| reads(&view.definition, read))
        });
        new = readers.map(|view| view.name.clone()).collect();
        found.extend(new.iter().cloned());
    }
    found
}

/// Whether `text` contains `word` as a whole word.
fn has_word(text: &str, word: &str) -> bool {
    let is_in_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_in_word) && !after.is_some_and(is_in_word)
    })
}

/// The texts of each row.
fn rows(frame: &Frame) -> impl Iterator<Item = Vec<Option<String>>> + '_ {
    let row = |row| frame.columns().iter().map(|column| column.values.exact(row)).collect();
    (0..frame.rows()).map(row)
}

fn text(row: &[Option<String>], at: usize) -> &str {
    row.get(at).and_then(Option::as_deref).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_over_views_are_found_and_names_within_names_are_not() {
        let view = |name: &str, definition: &str| View {
            name: Name::of(name),
            definition: definition.to_owned(),
        };
        let views = || {
            vec![
                view("a", "create view a as select * from orders"),
                view("b", "create view b as select * from \"a\" join x"),
                view("c", "create view c as select * from orders_old"),
                view("d", "create view d as select * from c, reorders"),
            ]
        };
        let found = |table: &str| -> Vec<String> {
            let readers =
                closure(views(), &[Name::of(table)], |text, read| has_word(text, &read.name));
            readers.into_iter().map(|name| name.name).collect()
        };
        assert_eq!(found("orders"), ["a", "b"]);
        assert_eq!(found("main.orders_old"), ["c", "d"]);
        assert_eq!(found("nothing"), Vec::<String>::new());
    }
}
