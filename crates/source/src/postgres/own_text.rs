//! Statements whose columns have types that Brisk does not decode: the server writes these out itself,
//! with the type's own output function, which works for every type.
//!
//! The statement becomes a subquery of one that only lists its columns. PostgreSQL keeps the order of a
//! subquery that has an `order by` of its own: it never merges it into the outer query, and nothing
//! there has a reason to sort, group or run in parallel.

use super::value::{self, Described};
use crate::compile::lexer::Token;
use crate::dialect::Dialect;
use sqlx::postgres::{PgConnection, PgRow, PgStatement};
use sqlx::{AssertSqlSafe, Executor as _, Row as _, SqlSafeStr as _, Statement as _};

/// `sql` prepared, so that every column arrives in a form that Brisk decodes.
pub(super) async fn prepare(
    connection: &mut PgConnection,
    sql: &str,
) -> Result<(PgStatement, Vec<Described>), sqlx::Error> {
    let prepared = (&mut *connection).prepare(AssertSqlSafe(sql.to_owned()).into_sql_str()).await;
    let described = match prepared {
        Ok(prepared) => {
            let described = value::described(prepared.columns());
            if described.iter().all(|column| column.form.is_some()) {
                return Ok((prepared, described));
            }
            described
        }
        Err(error) if is_unknown_type(&error) => described_by_row(connection, sql).await?,
        Err(error) => return Err(error),
    };
    let written = written_out(sql, &described);
    let prepared = connection.prepare(AssertSqlSafe(written).into_sql_str()).await?;
    Ok((prepared, described))
}

/// Whether the server has accepted the statement, but the driver does not know one of its types
/// (multiranges, types of a user-defined category).
pub(super) fn is_unknown_type(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::TypeNotFound { .. } => true,
        sqlx::Error::Protocol(message) => message.starts_with("unable to resolve type"),
        _ => false,
    }
}

/// Describes the columns of `sql`, which the server has accepted as one statement, without the
/// driver's own description: by a row of NULLs, for which the statement does not run.
async fn described_by_row(
    connection: &mut PgConnection,
    sql: &str,
) -> Result<Vec<Described>, sqlx::Error> {
    forget(connection, sql).await?;
    let nulls = without_values(sql);
    // Not prepared, so the driver does not look for the types.
    let row = format!("select t.* from (select 1) as one left join (\n{nulls}\n) as t on false");
    let row: PgRow = sqlx::raw_sql(AssertSqlSafe(row)).fetch_one(connection).await?;
    Ok(value::described(row.columns()))
}

/// Deallocates the prepared statement that the driver has lost track of.
async fn forget(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    let lost = "select name from pg_prepared_statements where statement = $1";
    for row in sqlx::query(lost).bind(sql).fetch_all(&mut *connection).await? {
        let name: String = row.try_get(0)?;
        let deallocate = format!("deallocate {}", Dialect::Postgres.quoted(&name));
        (&mut *connection).execute(AssertSqlSafe(deallocate)).await?;
    }
    Ok(())
}

/// `sql` with NULL in place of its values.
fn without_values(sql: &str) -> String {
    let syntax = Dialect::Postgres.syntax();
    let (mut out, mut at) = (String::with_capacity(sql.len()), 0);
    while let Some(next) = sql[at..].chars().next() {
        let rest = &sql[at..];
        let mut length = next.len_utf8();
        if let Some(Token::Quoted(quoted) | Token::Comment(quoted)) = syntax.token(sql, at) {
            length = quoted;
        } else if next == '$' {
            let digits = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
            if digits > 0 {
                out.push_str("null");
                at += 1 + digits;
                continue;
            }
        }
        out.push_str(&rest[..length]);
        at += length;
    }
    out
}

/// `sql` as a subquery whose columns without a form are written out. They are referred to by
/// position, because two may have the same name.
fn written_out(sql: &str, described: &[Described]) -> String {
    let mut list = Vec::with_capacity(described.len());
    for (i, column) in described.iter().enumerate() {
        list.push(match column.form {
            Some(_) => format!("c{i}"),
            // A cast is not always the output function: that of an inet adds its mask. And a row of
            // NULLs `is null`, but is not NULL.
            None => format!("case when num_nulls(c{i}) = 0 then format('%s', c{i}) end as c{i}"),
        });
    }
    let names: Vec<String> = (0..described.len()).map(|i| format!("c{i}")).collect();
    format!("select {} from (\n{sql}\n) as t({})", list.join(", "), names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_left_out_of_a_description_but_not_of_literals() {
        let sql = "select $1::int, '$1', \"$2\", $$ $3 $$ from t limit $12";
        let expected = "select null::int, '$1', \"$2\", $$ $3 $$ from t limit null";
        assert_eq!(without_values(sql), expected);
    }
}
