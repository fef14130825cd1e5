//! [`bound`]: a statement's values on their way to any of the databases.

use crate::compile::statement::Bind;
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
    String: for<'e> Encode<'e, DB> + Type<DB>,
{
    binds.iter().fold(query, |query, bind| match bind {
        Bind::Int(value) => query.bind(*value),
        Bind::Text(value) => query.bind(value.clone()),
    })
}
