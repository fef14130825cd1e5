//! [`bound`]: a statement's values on their way to any of the databases.

use crate::compile::statement::{Bind, Chosen};
use sqlx::query::Query;
use sqlx::{Database, Encode, Type};

/// `query` with its values.
pub(crate) fn bound<'q, DB>(
    query: Query<'q, DB, DB::Arguments>,
    binds: &[Bind],
) -> Query<'q, DB, DB::Arguments>
where
    DB: Database,
    i64: for<'e> Encode<'e, DB> + Type<DB>,
    f64: for<'e> Encode<'e, DB> + Type<DB>,
    String: for<'e> Encode<'e, DB> + Type<DB>,
{
    binds.iter().fold(query, |query, bind| match bind {
        Bind::Int(value) => query.bind(*value),
        Bind::Chosen(Chosen { text, is_number: true, .. }) => match text.parse::<i64>() {
            Ok(value) => query.bind(value),
            Err(_) => query.bind(text.parse::<f64>().unwrap_or(f64::NAN)),
        },
        Bind::Text(text) | Bind::Chosen(Chosen { text, .. }) => query.bind(text.clone()),
    })
}
