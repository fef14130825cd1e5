//! Which of several functions of one name a statement calls, by the types of its arguments.
//!
//! The owner of a database adds `round(double precision, int)` to the server's `round`: by name alone, each
//! `round` may be either. Only the server knows the types of a statement's expressions, and it reveals them:
//! if it has to prepare the statement with a name in that place that no function has, its error lists the
//! types of the arguments. Nothing runs for that: the error occurs while the statement is analysed.

use super::syntax::PostgresSyntax;
use crate::compile::lexer::Token;
use crate::compile::names::Names;
use crate::compile::statement::{SessionZone, Statement};
use crate::syntax::Syntax as _;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _, Row as _, SqlSafeStr as _};

/// A name that no function has.
const NOBODY: &str = "brisk_has_no_such_function";
/// "undefined_function"
const UNDEFINED: &str = "42883";
/// The most calls of one name that are examined.
const MOST: usize = 40;

/// Which of the functions `candidates`, by their ids, the calls of `name` in `statement` may mean; `None` if
/// that is uncertain.
pub(super) async fn callable(
    connection: &mut PgConnection,
    statement: &Statement,
    name: &str,
    candidates: &[i64],
) -> Result<Option<Vec<i64>>, sqlx::Error> {
    if !is_called_plainly(&statement.names, name) {
        return Ok(None);
    }
    let mut callable = Vec::new();
    for sql in texts(statement) {
        let Some(places) = places(sql, name) else { return Ok(None) };
        for place in places {
            let asked = format!("{}{NOBODY}{}", &sql[..place], &sql[place + name.len()..]);
            let Some(types) = types(connection, asked).await? else { return Ok(None) };
            let rows = sqlx::query(CALLABLE).bind(candidates).bind(types).bind(name);
            for row in rows.fetch_all(&mut *connection).await? {
                callable.push(row.try_get(0)?);
            }
        }
    }
    Ok(Some(callable))
}

/// The texts of the statement that may run, depending on whether the server knows its zones.
fn texts(statement: &Statement) -> impl Iterator<Item = &str> {
    let lookup = match &statement.zone {
        Some(SessionZone { lookup: Some((sql, _)), .. }) => Some(sql.as_str()),
        _ => None,
    };
    std::iter::once(statement.sql.as_str()).chain(lookup)
}

/// Whether each call of `name` is written without a schema and without quotes.
fn is_called_plainly(names: &Names, name: &str) -> bool {
    let is_word = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'$');
    let mut calls = names.calls.iter().filter(|call| call.name.name == name);
    is_word && calls.all(|call| call.name.schema.is_empty() && !call.is_quoted)
}

/// The offsets of the calls of `name` in `sql`; `None` if they are uncertain.
fn places(sql: &str, name: &str) -> Option<Vec<usize>> {
    let (mut places, mut at, mut before) = (Vec::new(), 0, ' ');
    while let Some(c) = sql[at..].chars().next() {
        let rest = &sql[at..];
        let length = match PostgresSyntax.token(sql, at) {
            Some(Token::Quoted(length) | Token::Comment(length)) => length,
            Some(Token::Invalid(_)) => return None,
            None if is_of_word(c) => {
                let length = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
                if rest[..length].eq_ignore_ascii_case(name) && before != '.' {
                    let next = rest[length..].trim_start();
                    let follows = next.chars().next();
                    match follows {
                        Some('(') => places.push(at),
                        // There may be a comment before the parenthesis.
                        Some('/' | '-') if PostgresSyntax.token(next, 0).is_some() => return None,
                        _ => {}
                    }
                }
                length
            }
            None => c.len_utf8(),
        };
        if !c.is_whitespace() {
            before = c;
        }
        at += length;
    }
    (1..=MOST).contains(&places.len()).then_some(places)
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The types of the arguments of [`NOBODY`], which `sql` calls once.
async fn types(
    connection: &mut PgConnection,
    sql: String,
) -> Result<Option<Vec<String>>, sqlx::Error> {
    let refused = match connection.prepare(AssertSqlSafe(sql).into_sql_str()).await {
        // The name is in a place that is not a call.
        Ok(_) => return Ok(None),
        Err(sqlx::Error::Database(refused)) => refused,
        Err(error) => return Err(error),
    };
    let is_undefined = refused.code().is_some_and(|code| code == UNDEFINED);
    Ok(is_undefined.then(|| listed(refused.message())).flatten())
}

/// The types in the server's message, whatever its language: `brisk_has_no_such_function(numeric, integer)`.
fn listed(message: &str) -> Option<Vec<String>> {
    let (_, list) = message.split_once(NOBODY)?;
    let (list, _) = list.strip_prefix('(')?.split_once(')')?;
    // Quoted names and modifiers may contain the separators; named arguments come in any order.
    if list.contains(['"', '(', '=']) {
        return None;
    }
    let types = list.split(", ").map(ToOwned::to_owned).filter(|name| !name.is_empty());
    Some(types.collect())
}

/// The functions among `$1` that accept arguments of the types `$2`, unless the server has one of the name
/// `$3` with exactly these. Too many rather than too few.
const CALLABLE: &str = "
with argument(oid, i) as (
  select pg_catalog.to_regtype(a.name)::oid, a.i
  from unnest($2::text[]) with ordinality a(name, i)
), signature(types) as (
  select coalesce(pg_catalog.string_agg(coalesce(oid::text, '?'), ' ' order by i), '')
  from argument
)
select p.oid::int8 from pg_catalog.pg_proc p, signature s
where p.oid::int8 = any ($1::int8[])
  and (p.provariadic <> 0
    or (select count(*) from argument) <= p.pronargs and not exists (
      select from argument a
      left join pg_catalog.pg_type given on given.oid = a.oid
      join pg_catalog.pg_type taken on taken.oid = p.proargtypes[a.i - 1]
      where not (
        given.oid is null or given.oid = taken.oid
        -- An unknown literal becomes anything.
        or given.typname = 'unknown'
        or taken.typtype in ('p', 'd') or given.typtype in ('c', 'd', 'p')
        or given.typcategory = 'A' and taken.typcategory = 'A'
        or exists (
          select from pg_catalog.pg_cast k
          where k.castsource = given.oid and k.casttarget = taken.oid and k.castcontext = 'i'))))
  and (pg_catalog.array_to_string(p.proargtypes::oid[], ' ') = s.types or not exists (
    select from pg_catalog.pg_proc q
    where q.proname = $3::name and q.oid < 16384
      and q.pronamespace = 'pg_catalog'::regnamespace
      and pg_catalog.array_to_string(q.proargtypes::oid[], ' ') = s.types))";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_where_they_are_sure() {
        let sql =
            "select round(a, 2), Round (b), 'round(', \"round\"(c), x.round(d), round, rounds(e)
                   /* round(f) */ from t";
        let found = places(sql, "round").unwrap();
        let rests: Vec<&str> = found.iter().map(|at| &sql[*at..*at + 9]).collect();
        assert_eq!(rests, ["round(a, ", "Round (b)"]);
        assert_eq!(places("select round /* */ (a)", "round"), None, "it is there, and not seen");
        assert_eq!(places("select round -- x\n (a)", "round"), None);
        assert_eq!(places("select round - 1", "round"), None, "there is none");
        assert_eq!(places(&"round(1) ".repeat(41), "round"), None);
    }

    #[test]
    fn types_are_read_in_any_language() {
        for (message, expected) in [
            ("function brisk_has_no_such_function(numeric, integer) does not exist", Some(2)),
            ("la fonction brisk_has_no_such_function(double precision) n'existe pas", Some(1)),
            ("function brisk_has_no_such_function() does not exist", Some(0)),
            ("function brisk_has_no_such_function(\"a, b\") does not exist", None),
            ("function brisk_has_no_such_function(x => integer) does not exist", None),
            ("column \"x\" does not exist", None),
        ] {
            assert_eq!(listed(message).map(|types| types.len()), expected, "{message}");
        }
    }
}
