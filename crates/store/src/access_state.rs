//! The version of all access rights: a counter by which each process notices what another has changed.

use crate::{Store, StoreError};
use sqlx::{AnyConnection, Row as _};

/// The state of access rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccessState {
    /// Grows with each change.
    pub version: i64,
    /// There has been an admin: rights are enforced from then on, whatever becomes of that account.
    pub is_closed: bool,
}

impl Store {
    /// The state now.
    pub async fn access_state(&self) -> Result<AccessState, StoreError> {
        let row = sqlx::query("select version, is_closed from access_state where id = 1")
            .fetch_one(&self.pool)
            .await?;
        Ok(AccessState { version: row.get(0), is_closed: row.get::<i64, _>(1) != 0 })
    }
}

/// Counts a change, in its transaction. Other changes that count wait from here until it has ended.
pub(crate) async fn count(change: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("update access_state set version = version + 1 where id = 1")
        .execute(&mut *change)
        .await?;
    Ok(())
}

/// The same for a change that made an admin.
pub(crate) async fn close(change: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("update access_state set version = version + 1, is_closed = 1 where id = 1")
        .execute(&mut *change)
        .await?;
    Ok(())
}
