//! Makes sure that a statement is one `select`, and finds the tables that it reads. Pure.
//!
//! This is the first fence, with a sentence for the author. The second one is the read-only
//! connection on which the statement runs.

use crate::StatementError;
use crate::template::Piece;
use brisk_domain::Query;
use sqlparser::ast::{Expr, ObjectName, SetExpr, Statement, Visit, Visitor};
use sqlparser::dialect::SQLiteDialect;
use sqlparser::parser::Parser;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// Functions that reach outside the database or load code.
const REFUSED_FUNCTIONS: [&str; 6] =
    ["load_extension", "readfile", "writefile", "fts3_tokenizer", "edit", "zeroblob"];

/// The tables that the statement reads, sorted, in lower case; or why it is refused.
pub fn tables(query: &Query, pieces: &[Piece]) -> Result<Vec<String>, StatementError> {
    let refuse = |message: String| StatementError::at(query, 0, message);
    let mut sql = String::new();
    outline(pieces, &mut sql);
    let statements = Parser::parse_sql(&SQLiteDialect {}, &sql).map_err(|error| {
        StatementError::at(query, 0, format!("the statement cannot be read: {error}"))
    })?;
    let [Statement::Query(body)] = statements.as_slice() else {
        let message = match statements.len() {
            0 => "the statement is empty: write one select",
            1 => "only select (or with … select) is allowed",
            _ => "only one statement is allowed: remove what follows the semicolon",
        };
        return Err(refuse(message.into()));
    };
    let mut reads = Reads::default();
    match body.visit(&mut reads) {
        ControlFlow::Break(message) => Err(refuse(message)),
        ControlFlow::Continue(()) => {
            Ok(reads.relations.difference(&reads.named_here).cloned().collect())
        }
    }
}

/// The statement with simple stand-ins for macros and parameters: quick to read, same shape.
fn outline(pieces: &[Piece], out: &mut String) {
    for piece in pieces {
        match piece {
            Piece::Sql(sql) => out.push_str(sql),
            // `in :name` stands for a list.
            Piece::Parameter { .. } if ends_with_in(out) => out.push_str("(null)"),
            Piece::Parameter { .. } => out.push_str("null"),
            Piece::Macro { name, arguments, .. } => {
                // Conditions are no function's arguments.
                let call = !matches!(name.as_str(), "optional" | "range");
                if call {
                    out.push_str("brisk_");
                    out.push_str(name);
                }
                out.push('(');
                for (i, argument) in arguments.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    outline(argument, out);
                }
                out.push(')');
            }
        }
    }
}

pub(crate) fn ends_with_in(sql: &str) -> bool {
    let trimmed = sql.trim_end();
    let mut letters = trimmed.chars().rev();
    let (n, i) = (letters.next(), letters.next());
    matches!((i, n), (Some('i' | 'I'), Some('n' | 'N')))
        && letters.next().is_none_or(|c| !(c.is_alphanumeric() || c == '_'))
}

#[derive(Default)]
struct Reads {
    relations: BTreeSet<String>,
    named_here: BTreeSet<String>,
}

impl Visitor for Reads {
    type Break = String;

    fn pre_visit_query(&mut self, query: &sqlparser::ast::Query) -> ControlFlow<String> {
        if let Some(with) = &query.with {
            for table in &with.cte_tables {
                self.named_here.insert(table.alias.name.value.to_lowercase());
            }
        }
        let writes =
            matches!(*query.body, SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_));
        if writes || !query.locks.is_empty() {
            return ControlFlow::Break("only select is allowed: a panel never writes".into());
        }
        if let SetExpr::Select(select) = &*query.body
            && select.into.is_some()
        {
            return ControlFlow::Break("select … into writes a table: remove the into".into());
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<String> {
        let parts: Vec<String> = relation
            .0
            .iter()
            .map(|part| part.to_string().trim_matches(['"', '`', '[', ']']).to_lowercase())
            .collect();
        self.relations.insert(parts.join("."));
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<String> {
        if let Expr::Function(function) = expr {
            let name = function.name.to_string().trim_matches('"').to_lowercase();
            if REFUSED_FUNCTIONS.contains(&name.as_str()) {
                return ControlFlow::Break(format!("the function {name} is not allowed in panels"));
            }
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sql: &str) -> Result<Vec<String>, StatementError> {
        let query = Query::new(sql);
        tables(&query, &crate::template::parse(&query)?)
    }

    #[test]
    fn tables_are_found_without_the_names_of_ctes() {
        let sql = "with a as (select * from Orders) select * from a join main.lines l on l.x = a.x
                   where exists (select 1 from \"Third\") union all select * from fourth";
        assert_eq!(read(sql).unwrap(), ["fourth", "main.lines", "orders", "third"]);
    }

    #[test]
    fn macros_and_lists_pass() {
        let sql = "select $bucket(at) as day, count(*) filter (where $range(at)) from t
                   where $range(at) and $optional(country in :country) and x in :list group by 1";
        assert_eq!(read(sql).unwrap(), ["t"]);
    }

    #[test]
    fn what_is_not_one_select_is_refused() {
        let hostile = [
            "",
            ";",
            "select 1; select 2",
            "select 1; drop table t",
            "insert into t values (1)",
            "update t set a = 1",
            "delete from t",
            "replace into t values (1)",
            "create table t (a)",
            "create temp table t as select 1",
            "drop table t",
            "alter table t add b",
            "pragma writable_schema = 1",
            "attach 'x.db' as x",
            "detach x",
            "vacuum",
            "vacuum into 'copy.db'",
            "begin",
            "commit",
            "savepoint a",
            "explain select 1",
            "with a as (insert into t values (1) returning *) select * from a",
            "with a as (delete from t returning *) select * from a",
            "with a as (update t set b = 1 returning *) select * from a",
            "select * into copy from t",
            "select load_extension('evil')",
            "select LOAD_EXTENSION('evil')",
            "select \"load_extension\"('evil')",
            "select writefile('a', 'b')",
            "select readfile('/etc/passwd')",
            "select edit('x')",
            "select zeroblob(1000000000)",
            "select * from t where x = (select load_extension('a'))",
            "select 1 /* hidden */ ; /* */ drop table t",
            "select 1 -- \n; drop table t",
            "values (1); drop table t",
            "copy t to '/tmp/x'",
            "set x = 1",
            "show tables",
            "call f()",
            "grant all on t to u",
            "truncate t",
            "analyze",
            "reindex",
            "select 'unclosed",
            "select ((1)",
            "selec 1",
            "select from from from",
            "𝓼𝓮𝓵𝓮𝓬𝓽 1",
            "select 1;\u{a0}drop table t",
            "sel\u{0}ect 1",
        ];
        for sql in hostile {
            assert!(read(sql).is_err(), "{sql:?} passed");
        }
    }
}
