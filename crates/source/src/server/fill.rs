//! [`fill`]: rows into columns, within limits.

use super::protocol::{Failure, Protocol};
use crate::error::SourceError;
use crate::limits::Limits;
use crate::row_meter::RowMeter;
use futures::{Stream, TryStreamExt as _};
use sqlx::Row;
use std::pin::pin;

/// Reads `rows` within `limits`. `describe` makes the columns, given the first row if there is one;
/// `push` adds a row's cell to its column and returns its size in bytes.
pub(crate) async fn fill<P, R, C>(
    rows: impl Stream<Item = Result<R, sqlx::Error>> + Send,
    limits: &Limits,
    describe: impl FnOnce(Option<&R>) -> Result<Vec<C>, SourceError> + Send,
    push: impl Fn(&mut C, &R, usize) -> Result<usize, SourceError> + Send,
) -> Result<Vec<C>, Failure>
where
    P: Protocol,
    R: Row,
{
    let mut rows = pin!(rows);
    let mut next = rows.try_next().await.map_err(Failure::before_rows::<P>)?;
    let mut columns = describe(next.as_ref())?;
    let mut meter = RowMeter::new(limits);
    while let Some(row) = next {
        let mut bytes = 0;
        meter.count_row()?;
        for (i, column) in columns.iter_mut().enumerate() {
            bytes += push(column, &row, i)?;
        }
        meter.count_bytes(bytes)?;
        next = rows.try_next().await.map_err(Failure::Database)?;
    }
    Ok(columns)
}
