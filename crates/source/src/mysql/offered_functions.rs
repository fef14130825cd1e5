//! Which functions a statement may call on MySQL and MariaDB: the servers' built-in ones that only read,
//! and those that the source allows by name. Stored functions can do anything that their owner may, and
//! loadable ones anything at all; neither shows in a name.
//!
//! The same holds for what a view calls. The server shows a view's definition only to users who may see
//! it; a view whose definition is hidden is refused, unless the source allows it by name.

use super::built_in_functions::{BUILT_IN, KEYWORDS};
use crate::compile::denied_functions::is_denied;
use crate::compile::names::{Call, Name, Names};
use crate::compile::statement::Statement;
use crate::dialect::Dialect;
use crate::gate::{Refused, Verdict};
use crate::rights::Rights;
use sqlx::mysql::MySqlConnection;
use sqlx::{Executor as _, Row as _};
use std::collections::BTreeSet;

/// How to make a user that only reads.
pub(super) const A_READER: &str = "create user brisk identified by '…'; grant select, show view on \
     DATABASE.* to brisk";

/// Views in views: more than anybody writes.
const DEEPEST: usize = 100;

/// Whether `statement` calls a function that it may not call.
pub(super) async fn verdict(
    connection: &mut MySqlConnection,
    statement: &Statement,
    rights: &Rights,
) -> Result<Verdict, sqlx::Error> {
    let names = &statement.names;
    let doubtful: Vec<&Call> = names.calls.iter().filter(|call| !only_reads(call)).collect();
    if !doubtful.is_empty() {
        let database = sqlx::query_scalar("select convert(ifnull(database(), '') using utf8mb4)");
        let database: String = database.fetch_one(&mut *connection).await?;
        let refused = doubtful.iter().find(|call| !is_allowed(call, &database, rights));
        if let Some(Call { name, .. }) = refused {
            let message = sentence(name, "", &database);
            return Ok(Verdict::Refused(Refused { at: name.at, message }));
        }
    }
    let tables = names.words.iter().filter(|word| statement.may_read(word));
    for table in tables {
        if let Some(message) = refused_in_view(connection, table, rights).await? {
            return Ok(Verdict::Refused(Refused { at: table.at, message }));
        }
    }
    Ok(Verdict::Passes)
}

/// Whether it is known to only read, or to be no call at all. Statements were checked against the list
/// of refused functions when they were compiled; views were not.
fn only_reads(call: &Call) -> bool {
    let name = call.name.name.to_lowercase();
    let is_listed = |list: &[&str]| list.binary_search(&name.as_str()).is_ok();
    call.name.schema.is_empty() && (is_listed(BUILT_IN) || !call.is_quoted && is_listed(KEYWORDS))
}

/// Whether the source allows it by name; a stored function without a database is in the current one.
fn is_allowed(Call { name, .. }: &Call, database: &str, rights: &Rights) -> bool {
    let schema = if name.schema.is_empty() { database } else { &name.schema };
    rights.name(schema, &name.name) || name.schema.is_empty() && rights.name("", &name.name)
}

fn sentence(name: &Name, view: &str, database: &str) -> String {
    let function = name.written();
    if name.schema.is_empty() && is_denied(Dialect::MySql, &name.name.to_lowercase()) {
        return format!(
            "the function {function}, which the view {view} calls, is not allowed in panels: it does \
             more than read"
        );
    }
    let whose = match view {
        "" => String::new(),
        view => format!(", which the view {view} calls,"),
    };
    let entry = match name.schema.as_str() {
        "" => format!("\"{database}.{function}\" (\"{function}\" if it is a loadable function)"),
        _ => format!("\"{function}\""),
    };
    format!(
        "the function {function}{whose} is not allowed in panels: Brisk cannot know whether it only \
         reads; to allow it, add {entry} to \"functions\" of the source"
    )
}

/// Why the view `table`, or one that it reads, is refused; `None` if it is not refused, or not a
/// view.
async fn refused_in_view(
    connection: &mut MySqlConnection,
    table: &Name,
    rights: &Rights,
) -> Result<Option<String>, sqlx::Error> {
    let mut seen = BTreeSet::new();
    let mut left = vec![table.clone()];
    while let Some(table) = left.pop() {
        if !seen.insert(table.written()) || seen.len() > DEEPEST {
            continue;
        }
        let Some((schema, definition)) = definition(connection, &table).await? else { continue };
        let view = format!("{schema}.{}", table.name);
        if rights.name(&schema, &table.name) {
            continue;
        }
        if definition.is_empty() {
            return Ok(Some(format!(
                "the view {view} hides its definition, so that Brisk cannot know which functions it \
                 calls: grant show view on `{schema}`.* to the user of the source; or, to allow whatever \
                 it calls, add \"{view}\" to \"functions\" of the source"
            )));
        }
        let Some(names) = Names::of_text(&definition, Dialect::MySql) else {
            return Ok(Some(format!(
                "Brisk cannot read the definition of the view {view}: to allow whatever it calls, add \
                 \"{view}\" to \"functions\" of the source"
            )));
        };
        let refused =
            names.calls.iter().find(|call| !only_reads(call) && !is_allowed(call, &schema, rights));
        if let Some(Call { name, .. }) = refused {
            return Ok(Some(sentence(name, &view, &schema)));
        }
        // A definition qualifies every table with its database.
        left.extend(names.words.into_iter().filter(|word| !word.schema.is_empty()));
    }
    Ok(None)
}

/// The database and the definition of `table`, if it is a view.
async fn definition(
    connection: &mut MySqlConnection,
    table: &Name,
) -> Result<Option<(String, String)>, sqlx::Error> {
    let query = match table.schema.as_str() {
        "" => sqlx::query(
            "select convert(table_schema using utf8mb4), convert(view_definition using utf8mb4) \
             from information_schema.views where table_schema = database() and table_name = ?",
        ),
        schema => sqlx::query(
            "select convert(table_schema using utf8mb4), convert(view_definition using utf8mb4) \
             from information_schema.views where table_schema = ? and table_name = ?",
        )
        .bind(schema.to_owned()),
    };
    let query = query.bind(table.name.clone());
    let Some(row) = query.fetch_optional(connection).await? else { return Ok(None) };
    let schema: String = row.try_get_unchecked(0)?;
    let definition: Option<String> = row.try_get_unchecked(1)?;
    Ok(Some((schema, definition.unwrap_or_default())))
}

/// The privilege that lets the user do more than read, if there is one.
pub(super) async fn power(connection: &mut MySqlConnection) -> Result<Option<String>, sqlx::Error> {
    for row in connection.fetch_all("show grants").await? {
        let grant: String = row.try_get_unchecked(0)?;
        if let Some(power) = power_of(&grant) {
            return Ok(Some(format!("has the privilege {power} on the whole server")));
        }
    }
    Ok(None)
}

/// The privilege in `grant` (`GRANT SELECT, FILE ON *.* TO …`) that allows anything, or the server's files.
fn power_of(grant: &str) -> Option<&'static str> {
    let (privileges, rest) = grant.strip_prefix("GRANT ")?.split_once(" ON ")?;
    if !rest.starts_with("*.* ") {
        return None;
    }
    let has = |wanted: &&'static str| privileges.split(',').any(|one| one.trim() == *wanted);
    ["ALL PRIVILEGES", "SUPER", "FILE"].into_iter().find(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn privileges_over_the_server_are_found_in_a_grant() {
        let all = "GRANT ALL PRIVILEGES ON *.* TO `a`@`%` WITH GRANT OPTION";
        assert_eq!(power_of(all), Some("ALL PRIVILEGES"));
        assert_eq!(power_of("GRANT SELECT, FILE ON *.* TO `a`@`%`"), Some("FILE"));
        for harmless in [
            "GRANT USAGE ON *.* TO `r`@`%` IDENTIFIED BY PASSWORD 'x'",
            "GRANT ALL PRIVILEGES ON `shop`.* TO `r`@`%`",
            "GRANT SELECT, PROCESS ON *.* TO `r`@`%`",
            "GRANT `reader` TO `r`@`%`",
        ] {
            assert_eq!(power_of(harmless), None, "{harmless}");
        }
    }
}
