//! Statements that a plan runs after the load, and the tables they mark as `$table(name)`.
//!
//! On MySQL and MariaDB, a statement that creates or drops a table commits the transaction. There,
//! all new tables are created under other names and renamed together, which is atomic. That
//! requires table names to be marked: `$table(invoices)`. On other databases the mark is simply the
//! table's name.

use crate::ImportError;
use crate::plan::is_plain_name;
use std::collections::BTreeSet;

const MARK: &str = "$table(";

/// `statement` with each `$table(name)` replaced by what `spelled` returns.
pub(crate) fn written(
    statement: &str,
    spelled: impl Fn(&str) -> String,
) -> Result<String, ImportError> {
    let mut out = String::with_capacity(statement.len());
    for part in parts(statement)? {
        match part {
            Part::Sql(sql) => out.push_str(sql),
            Part::Table(name) => out.push_str(&spelled(name)),
        }
    }
    Ok(out)
}

/// The tables that `statements` mark as `$table(name)`.
pub(crate) fn tables(statements: &[String]) -> Result<BTreeSet<String>, ImportError> {
    let mut tables = BTreeSet::new();
    for statement in statements {
        for part in parts(statement)? {
            if let Part::Table(name) = part {
                tables.insert(name.to_owned());
            }
        }
    }
    Ok(tables)
}

/// Checks that `statements` neither change any of `tables` in place nor read those about to be
/// replaced: each must mark at least one table, and may name these only as `$table(name)`.
pub(crate) fn check_marked(
    statements: &[String],
    tables: &BTreeSet<String>,
) -> Result<(), ImportError> {
    for statement in statements {
        let excerpt: String = statement.trim().chars().take(60).collect();
        let wrong = |what: String| {
            Err(ImportError::Plan(format!("the derived statement \"{excerpt}…\" {what}")))
        };
        let mut marked = false;
        for part in parts(statement)? {
            match part {
                Part::Table(_) => marked = true,
                Part::Sql(sql) => {
                    let mut words =
                        sql.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
                    let plain = words.find(|word| tables.iter().any(|t| t == word));
                    if let Some(plain) = plain {
                        return wrong(format!(
                            "names {plain} itself, which is replaced only when all is done: \
                             write $table({plain})"
                        ));
                    }
                }
            }
        }
        if !marked {
            return wrong(
                "names no table as $table(name): on MySQL and MariaDB what it does could not be \
                 undone"
                    .into(),
            );
        }
    }
    Ok(())
}

enum Part<'s> {
    Sql(&'s str),
    Table(&'s str),
}

fn parts(statement: &str) -> Result<Vec<Part<'_>>, ImportError> {
    let mut parts = Vec::new();
    let mut rest = statement;
    while let Some((before, after)) = rest.split_once(MARK) {
        let wrong =
            || ImportError::Plan(format!("\"{MARK}\" must be followed by a name and \")\""));
        let (name, next) = after.split_once(')').ok_or_else(wrong)?;
        if !is_plain_name(name.trim()) {
            return Err(wrong());
        }
        parts.extend([Part::Sql(before), Part::Table(name.trim())]);
        rest = next;
    }
    parts.push(Part::Sql(rest));
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn marked_tables_are_found_and_written_for_the_database() {
        let sql = "insert into $table(days) select day from $table( lines ) as days_of";
        let spelled = written(sql, |name| format!("`new_{name}`")).unwrap();
        assert_eq!(spelled, "insert into `new_days` select day from `new_lines` as days_of");
        assert_eq!(tables(&[sql.to_owned()]).unwrap(), set(&["days", "lines"]));
        for wrong in ["drop table $table(a", "drop table $table(a b)", "drop table $table()"] {
            assert!(written(wrong, str::to_owned).is_err(), "{wrong}");
        }
    }

    #[test]
    fn statements_that_could_not_be_undone_are_refused() {
        let check = |sql: &str| check_marked(&[sql.to_owned()], &set(&["lines", "days"]));
        check("create table $table(days) select count(*) as lines_of_day from $table(lines)")
            .unwrap();
        let read = check("create table $table(days) select 1 from lines").unwrap_err().to_string();
        assert!(read.contains("$table(lines)"), "{read}");
        assert!(check("drop table if exists days").is_err());
        assert!(check("drop table other").unwrap_err().to_string().contains("could not be"));
    }
}
