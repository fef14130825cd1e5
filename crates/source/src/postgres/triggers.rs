//! The triggers that tell which tables have changed: which tables have them, and the SQL that makes
//! them. Brisk never runs that SQL: a database administrator reviews and runs it.
//!
//! A statement fires the statement triggers of the table that it names, so partitions need the triggers
//! as well, because they may be written to directly. Logical replication fires row triggers only, and
//! only those enabled for it.

use super::changes::CHANNEL;
use crate::column_types::Run;
use crate::compile::statement::{Bind, Statement};
use crate::error::SourceError;

/// The statement trigger.
const TRIGGER: &str = "brisk_tells";
/// The trigger for replicated rows.
const REPLICATED: &str = "brisk_tells_replicated";

/// A table that statements read, perhaps through views, or one of its partitions or ancestors.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ToldTable {
    /// Its schema, with its own letter case.
    pub schema: String,
    /// Its name, with its own letter case.
    pub name: String,
    /// What it is.
    pub kind: TableKind,
    /// Which changes are told.
    pub tells: Tells,
}

/// What a table is, as far as triggers go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableKind {
    /// An ordinary one.
    Plain,
    /// One whose rows are in partitions.
    Partitioned,
    /// A partition.
    Partition,
    /// A table on another server: only writes through this one could be told.
    Foreign,
    /// A materialized view: refreshing it fires no trigger.
    Materialized,
}

/// Which changes of a table are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tells {
    /// None.
    Nothing,
    /// Those of statements, but not of replicated rows.
    Statements,
    /// All.
    Everything,
}

impl ToldTable {
    /// `schema.name`, as in tags and notifications.
    pub fn path(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    /// Whether triggers can tell its changes.
    pub fn can_tell(&self) -> bool {
        !matches!(self.kind, TableKind::Foreign | TableKind::Materialized)
    }

    /// Whether all changes that triggers can tell are told.
    pub fn is_told(&self) -> bool {
        self.tells == Tells::Everything
    }

    fn quoted(&self) -> String {
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        format!("{}.{}", quoted(&self.schema), quoted(&self.name))
    }
}

/// The tables that have to tell so that changes of `tables` are noticed: these, the tables behind
/// views, and their partitions and ancestors. `tables` are in lower case, with a schema or without.
/// Sorted.
pub(crate) async fn tables(
    tables: &[String],
    run: &Run<'_>,
) -> Result<Vec<ToldTable>, SourceError> {
    if tables.is_empty() {
        return Ok(Vec::new());
    }
    let mut binds = Vec::new();
    let named = tables.iter().map(|table| {
        let (schema, name) = match table.rsplit_once('.') {
            Some((before, name)) => (before.rsplit('.').next(), name),
            None => (None, table.as_str()),
        };
        binds.push(Bind::Text(name.to_owned()));
        let name = format!("pg_catalog.lower(c.relname::text) = ${}", binds.len());
        let Some(schema) = schema else {
            return format!("({name} and pg_catalog.pg_table_is_visible(c.oid))");
        };
        binds.push(Bind::Text(schema.to_owned()));
        format!("({name} and pg_catalog.lower(n.nspname::text) = ${})", binds.len())
    });
    let named: Vec<String> = named.collect();
    let trigger = |name: &str| {
        format!(
            "(select t.tgenabled::text || t.tgtype::text from pg_catalog.pg_trigger t \
             where t.tgrelid = c.oid and t.tgname = '{name}' and not t.tgisinternal)"
        )
    };
    let sql = format!(
        "with recursive below as (\
         select c.oid from pg_catalog.pg_class c \
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace where {} \
         union \
         select e.read from below join (\
         select r.ev_class as reader, d.refobjid as read from pg_catalog.pg_depend d \
         join pg_catalog.pg_rewrite r on r.oid = d.objid \
         where d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass \
         and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and r.ev_class <> d.refobjid \
         union all select inhparent, inhrelid from pg_catalog.pg_inherits\
         ) e on e.reader = below.oid), \
         read as (\
         select oid from below \
         union select i.inhparent from read join pg_catalog.pg_inherits i on i.inhrelid = read.oid) \
         select n.nspname::text, c.relname::text, c.relkind::text, c.relispartition::text, {}, {} \
         from read join pg_catalog.pg_class c on c.oid = read.oid \
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
         where c.relkind in ('r', 'p', 'f', 'm') \
         and n.nspname not in ('pg_catalog', 'information_schema') order by 1, 2",
        named.join(" or "),
        trigger(TRIGGER),
        trigger(REPLICATED),
    );
    let frame = run(Statement::of_our_own(sql, binds)).await?;
    let cell = |column: usize, row| frame.columns().get(column)?.values.exact(row);
    let told = (0..frame.rows()).map(|row| {
        let kind = kind(
            cell(2, row).as_deref().unwrap_or_default(),
            cell(3, row).as_deref() == Some("true"),
        );
        ToldTable {
            schema: cell(0, row).unwrap_or_default(),
            name: cell(1, row).unwrap_or_default(),
            kind,
            tells: tells(kind, cell(4, row).as_deref(), cell(5, row).as_deref()),
        }
    });
    Ok(told.collect())
}

fn kind(word: &str, is_partition: bool) -> TableKind {
    match word {
        "f" => TableKind::Foreign,
        "m" => TableKind::Materialized,
        // Even if it is itself a partition of another table.
        "p" => TableKind::Partitioned,
        _ if is_partition => TableKind::Partition,
        _ => TableKind::Plain,
    }
}

/// What two triggers tell, each given by when it fires (a letter) and for what (bits).
fn tells(kind: TableKind, statements: Option<&str>, replicated: Option<&str>) -> Tells {
    /// Bits of `tgtype`.
    const ROW: u32 = 1;
    const ROWS: u32 = 4 + 8 + 16;
    const ALL: u32 = ROWS + 32;
    let fires = |trigger: Option<&str>, letters: &[char], bits: u32| {
        trigger.is_some_and(|trigger| {
            let kind = trigger.get(1..).and_then(|bits| bits.parse::<u32>().ok());
            trigger.starts_with(letters) && kind.is_some_and(|kind| kind & bits == bits)
        })
    };
    let is_of_rows = fires(statements, &['A', 'O'], ROW);
    if is_of_rows || !fires(statements, &['A', 'O'], ALL) {
        return Tells::Nothing;
    }
    // Replicated rows arrive in partitions.
    let has_rows = kind != TableKind::Partitioned;
    let of_rows = !has_rows || fires(replicated, &['R', 'A'], ROW + ROWS);
    match fires(statements, &['A'], ALL) && of_rows {
        true => Tells::Everything,
        false => Tells::Statements,
    }
}

/// The SQL that makes the triggers of `tables`, including those that exist. Their owner may run it again.
pub fn trigger_sql(tables: &[ToldTable]) -> String {
    let mut sql = format!(
        "-- Tells Brisk which tables have changed, once each transaction commits. Run it as the owner of\n\
         -- the tables. It can be run again, and has to be for new partitions.\n\
         begin;\n\
         set local lock_timeout = '5s'; -- rather fail than have writers queue up behind it\n\
         create schema if not exists brisk_changes;\n\
         create or replace function brisk_changes.tell() returns trigger language plpgsql as $brisk$\n\
         begin\n  \
           perform pg_catalog.pg_notify('{CHANNEL}', pg_catalog.concat(tg_table_schema, '.', tg_table_name));\n  \
           return null;\n\
         end $brisk$;\n"
    );
    let mut has_rows = false;
    for table in tables.iter().filter(|table| table.can_tell()) {
        let name = table.quoted();
        sql.push_str(&format!(
            "\n\
             drop trigger if exists {TRIGGER} on {name};\n\
             create trigger {TRIGGER} after insert or update or delete or truncate on {name}\n  \
               for each statement execute function brisk_changes.tell();\n\
             alter table {name} enable always trigger {TRIGGER};\n"
        ));
        if table.kind == TableKind::Partitioned {
            continue;
        }
        if !has_rows {
            has_rows = true;
            sql.push_str(
                "-- Fires for rows that logical replication writes, and costs other writers nothing.\n",
            );
        }
        sql.push_str(&format!(
            "drop trigger if exists {REPLICATED} on {name};\n\
             create trigger {REPLICATED} after insert or update or delete on {name}\n  \
               for each row execute function brisk_changes.tell();\n\
             alter table {name} enable replica trigger {REPLICATED};\n"
        ));
    }
    sql.push_str("commit;\n");
    sql
}

/// The SQL that undoes all of it.
pub fn removal_sql(tables: &[ToldTable]) -> String {
    let mut sql = String::from("begin;\nset local lock_timeout = '5s';\n");
    for table in tables.iter().filter(|table| table.can_tell()) {
        let name = table.quoted();
        sql.push_str(&format!("drop trigger if exists {TRIGGER} on {name};\n"));
        if table.kind != TableKind::Partitioned {
            sql.push_str(&format!("drop trigger if exists {REPLICATED} on {name};\n"));
        }
    }
    sql.push_str("drop function if exists brisk_changes.tell();\n");
    sql.push_str("drop schema if exists brisk_changes;\ncommit;\n");
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_follows_from_when_the_triggers_fire() {
        use TableKind::{Partition, Partitioned, Plain};
        for (kind, statements, replicated, expected) in [
            (Plain, None, None, Tells::Nothing),
            (Plain, Some("A60"), Some("R29"), Tells::Everything),
            (Plain, Some("O60"), Some("R29"), Tells::Statements),
            (Plain, Some("A60"), None, Tells::Statements),
            (Plain, Some("A60"), Some("O29"), Tells::Statements),
            (Plain, Some("D60"), Some("R29"), Tells::Nothing),
            (Plain, Some("R60"), Some("R29"), Tells::Nothing),
            (Plain, Some("A28"), Some("R29"), Tells::Nothing),
            (Plain, Some("A61"), Some("R29"), Tells::Nothing),
            (Partition, Some("A60"), Some("A29"), Tells::Everything),
            (Partitioned, Some("A60"), None, Tells::Everything),
        ] {
            assert_eq!(tells(kind, statements, replicated), expected, "{statements:?}");
        }
    }

    #[test]
    fn names_are_quoted_and_what_cannot_tell_is_left_out() {
        let table = |name: &str, kind| ToldTable {
            schema: "Sales \"EU\"".into(),
            name: name.into(),
            kind,
            tells: Tells::Nothing,
        };
        let tables = [
            table("orders", TableKind::Plain),
            table("parts", TableKind::Partitioned),
            table("daily", TableKind::Materialized),
            table("far", TableKind::Foreign),
        ];
        let sql = trigger_sql(&tables);
        assert!(sql.contains("truncate on \"Sales \"\"EU\"\"\".\"orders\"\n"), "{sql}");
        assert!(sql.contains("enable replica trigger brisk_tells_replicated"), "{sql}");
        assert_eq!(sql.matches("create trigger brisk_tells_replicated").count(), 1, "{sql}");
        assert!(!sql.contains("daily") && !sql.contains("far"), "{sql}");
        assert_eq!(removal_sql(&tables).matches("drop trigger").count(), 3);
    }
}
