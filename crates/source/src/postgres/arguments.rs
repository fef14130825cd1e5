//! Passes a statement's values to PostgreSQL as the types that it infers for its parameters.
//!
//! The server infers the type of each parameter when it prepares the statement, just as it does for
//! a literal in quotes. Whole numbers and text are encoded here; for every other type, a preceding
//! statement runs the server's own input function, whose binary result is then the parameter. So
//! the statement stays as its author wrote it, and its indexes are used.

use super::encoded::{Encoded, arguments, simple, text, type_name, wider};
use super::error::{self, invalid_parameter, invalid_value, is_broken};
use super::own_text;
use super::placeholders::{calls_around, rewritten};
use super::value::Described;
use crate::compile::places::Places;
use crate::compile::statement::{Bind, Chosen};
use crate::error::{SourceError, StatementError};
use crate::server::Failure;
use brisk_domain::Query;
use sqlx::postgres::{PgArguments, PgConnection, PgRow, PgStatement, PgTypeInfo, PgValueFormat};
use sqlx::{AssertSqlSafe, Either, Executor as _, Row as _, Statement as _, ValueRef as _};
use std::collections::BTreeMap;

/// Prepares `sql`, which was compiled from `query`, and encodes its values; `places` are those of
/// `sql`.
pub(super) async fn prepare(
    connection: &mut PgConnection,
    query: &Query,
    sql: String,
    binds: &[Bind],
    places: &Places,
) -> Result<(PgStatement, Vec<Described>, PgArguments), Failure> {
    let (binds, casts, places) = (binds.iter().collect(), BTreeMap::new(), Some(places));
    let mut attempt = Attempt { query, sql, places, binds, casts };
    loop {
        let (prepared, described) = match attempt.prepare(connection).await {
            Ok(prepared) => prepared,
            Err(error) => match attempt.other(connection, &error).await {
                Some(other) => {
                    attempt = other;
                    continue;
                }
                None => return Err(attempt.refused(error)),
            },
        };
        let types = match prepared.parameters() {
            Some(Either::Left(types)) => types.to_vec(),
            _ => Vec::new(),
        };
        match attempt.encode(connection, &types).await? {
            Encoding::Done(encoded) => {
                let arguments = arguments(encoded).map_err(Failure::Database)?;
                return Ok((prepared, described, arguments));
            }
            Encoding::TooLarge(casts) => attempt.widen(casts),
        }
    }
}

/// A statement in a form that may differ from the compiled one.
#[derive(Clone)]
struct Attempt<'a> {
    /// The author's query, for errors.
    query: &'a Query,
    sql: String,
    /// Where the SQL comes from, if it is the compiled form.
    places: Option<&'a Places>,
    /// The value of each placeholder.
    binds: Vec<&'a Bind>,
    /// The placeholders of whole numbers that need a wider type than the values they are compared
    /// with, as literals would have.
    casts: BTreeMap<usize, &'static str>,
}

enum Encoding {
    Done(Vec<Encoded>),
    /// Whole numbers that the parameters' types do not hold, and types that would.
    TooLarge(BTreeMap<usize, &'static str>),
}

impl<'a> Attempt<'a> {
    async fn prepare(
        &self,
        connection: &mut PgConnection,
    ) -> Result<(PgStatement, Vec<Described>), sqlx::Error> {
        own_text::prepare(connection, &self.sql).await
    }

    /// Another form of the statement that the server may accept, after `error`.
    async fn other(&self, connection: &mut PgConnection, error: &sqlx::Error) -> Option<Self> {
        let Some(apart) = self.with_own_placeholders(error) else {
            return Some(self.clone().with_text(self.written_out(error)?));
        };
        match apart.prepare(connection).await {
            Ok(_) => Some(apart),
            Err(error) => {
                let number = apart.written_out(&error)?;
                Some(apart.with_text(number))
            }
        }
    }

    /// The same with the placeholder `number` as text.
    fn with_text(mut self, number: usize) -> Self {
        self.widen(BTreeMap::from([(number, "text")]));
        self
    }

    /// The same with a separate placeholder for each occurrence of a value, which may then be a
    /// number in one place and text in another; `None` if that is not what `error` is about.
    fn with_own_placeholders(&self, error: &sqlx::Error) -> Option<Self> {
        // An operator that does not exist, a type that cannot be determined, does not fit, or is
        // ambiguous.
        const OF_TYPES: [&str; 4] = ["42883", "42P18", "42804", "42P08"];
        let code = error.as_database_error().and_then(|refusal| refusal.code())?;
        if !OF_TYPES.contains(&code.as_ref()) {
            return None;
        }
        let mut binds = Vec::new();
        let sql = rewritten(&self.sql, |number, sql| {
            if let Some(bind) = number.checked_sub(1).and_then(|i| self.binds.get(i)) {
                binds.push(*bind);
                sql.push_str(&format!("${}", binds.len()));
            }
        });
        if binds.len() == self.binds.len() {
            return None;
        }
        Some(Self { sql, binds, casts: BTreeMap::new(), places: None, ..*self })
    }

    /// The placeholder whose type the server cannot infer, if its value is only written out: by functions
    /// that take any type and return text, as they do with a quoted literal.
    fn written_out(&self, error: &sqlx::Error) -> Option<usize> {
        const WRITE_OUT: [&str; 3] = ["concat", "concat_ws", "format"];
        let number = invalid_parameter(error).filter(|number| !self.casts.contains_key(number))?;
        let calls = calls_around(&self.sql, number);
        let write_out = |call: &String| WRITE_OUT.contains(&call.as_str());
        (!calls.is_empty() && calls.iter().all(write_out)).then_some(number)
    }

    fn refused(&self, error: sqlx::Error) -> Failure {
        let chosen = self.binds.iter().find_map(|bind| match bind {
            Bind::Chosen(chosen) => Some(chosen),
            Bind::Int(_) | Bind::Text(_) => None,
        });
        // The result's types have been described without the driver: it is a parameter's.
        if own_text::is_unknown_type(&error)
            && let Some(Chosen { name, offset, .. }) = chosen
        {
            let message = format!(
                "a chosen value is compared with a type of PostgreSQL whose values Brisk cannot pass: \
                 write x::text = {name}, with the column in place of x"
            );
            return Failure::Source(StatementError::at(self.query, *offset, message).into());
        }
        let bind = invalid_parameter(&error).and_then(|i| self.binds.get(i - 1));
        match bind {
            Some(Bind::Chosen(Chosen { name, offset, .. })) => {
                let message = format!(
                    "PostgreSQL cannot tell of which type {name} is here: write {name}::text, \
                     {name}::int or another type"
                );
                let error = StatementError::at(self.query, *offset, message);
                Failure::Source(error.into())
            }
            _ => match self.authors_offset(&error) {
                Some(offset) => {
                    let message = error::message(&error);
                    Failure::Source(StatementError::at(self.query, offset, message).into())
                }
                None => failure(error),
            },
        }
    }

    /// The offset in the author's text at which the server rejects the statement.
    fn authors_offset(&self, error: &sqlx::Error) -> Option<usize> {
        let at = error::position(error, &self.sql)?;
        Some(self.places?.authors_offset(&self.sql, at, self.query))
    }

    /// Writes `casts` after the placeholders.
    fn widen(&mut self, casts: BTreeMap<usize, &'static str>) {
        self.sql = rewritten(&self.sql, |number, sql| {
            sql.push_str(&format!("${number}"));
            if let Some(cast) = casts.get(&number) {
                sql.push_str(&format!("::{cast}"));
            }
        });
        self.casts.extend(casts);
        self.places = None;
    }

    /// The values in the form of `types`.
    async fn encode(
        &self,
        connection: &mut PgConnection,
        types: &[PgTypeInfo],
    ) -> Result<Encoding, Failure> {
        let (mut encoded, mut too_large) = (Vec::new(), BTreeMap::new());
        let mut by_type: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (i, bind) in self.binds.iter().enumerate() {
            let Some(info) = types.get(i) else {
                return Err(Failure::Database(sqlx::Error::Protocol(
                    "a parameter has no type".to_owned(),
                )));
            };
            let bytes = match simple(info, bind) {
                Some(bytes) => bytes,
                None => {
                    let wider = wider(info, bind).filter(|_| !self.casts.contains_key(&(i + 1)));
                    match wider {
                        Some(cast) => _ = too_large.insert(i + 1, cast),
                        None => by_type.entry(type_name(info)).or_default().push(i),
                    }
                    Vec::new()
                }
            };
            encoded.push(Encoded { info: info.clone(), bytes: Some(bytes) });
        }
        if !too_large.is_empty() {
            return Ok(Encoding::TooLarge(too_large));
        }
        for (name, indices) in by_type {
            let binds = indices.iter().filter_map(|i| self.binds.get(*i).copied()).collect();
            let read = read_by_server(connection, &name, binds).await?;
            for (i, bytes) in indices.into_iter().zip(read) {
                if let Some(slot) = encoded.get_mut(i) {
                    slot.bytes = bytes;
                }
            }
        }
        Ok(Encoding::Done(encoded))
    }
}

/// The failure for an error before the statement runs.
fn failure(error: sqlx::Error) -> Failure {
    if is_broken(&error) { Failure::Broken(error) } else { Failure::Database(error) }
}

/// The binary forms that the input function of the type `name` returns for the texts.
async fn read_by_server(
    connection: &mut PgConnection,
    name: &str,
    binds: Vec<&Bind>,
) -> Result<Vec<Option<Vec<u8>>>, Failure> {
    // For a type without a zone, the server would ignore the zone of an instant.
    let read = match name {
        "timestamp" | "date" => format!(
            "case when value ~ '^[0-9-]+T[0-9:.]+Z$' then value::timestamptz::{name} else value::{name} end"
        ),
        _ => format!("value::{name}"),
    };
    let sql = format!(
        "select {read} from unnest($1::text[]) with ordinality as given (value, place) order by place"
    );
    let texts: Vec<String> = binds.iter().map(|bind| text(bind)).collect();
    let rows = connection.fetch_all(sqlx::query(AssertSqlSafe(sql)).bind(&texts)).await;
    let rows = rows.map_err(|error| match invalid_value(&error) {
        Some(message) => {
            // The message quotes the value that it is about.
            let wrong = binds.iter().find(|bind| message.contains(&format!("\"{}\"", text(bind))));
            match wrong.or(binds.first()) {
                Some(Bind::Chosen(chosen)) => Failure::Source(not_of_type(chosen, name)),
                _ => Failure::Database(error),
            }
        }
        None => failure(error),
    })?;
    rows.iter().map(|row| binary(row).map_err(Failure::Database)).collect()
}

fn binary(row: &PgRow) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let value = row.try_get_raw(0)?;
    if value.is_null() {
        return Ok(None);
    }
    if value.format() != PgValueFormat::Binary {
        return Err(sqlx::Error::Protocol("a value came as text".to_owned()));
    }
    Ok(Some(value.as_bytes().map_err(sqlx::Error::Decode)?.to_vec()))
}

fn not_of_type(chosen: &Chosen, name: &str) -> SourceError {
    let kind = match name {
        "int2" | "int4" | "int8" => "a whole number",
        "numeric" | "float4" | "float8" => "a number",
        "bool" => "true or false",
        "date" => "a date",
        "timestamp" | "timestamptz" => "a date or a time",
        "uuid" => "a UUID",
        name => &format!("a value of the type {name}"),
    };
    chosen.is_not(kind)
}
