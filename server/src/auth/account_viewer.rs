//! Somebody for whom something is made while they are not here: with the rights and the attributes that their
//! account has at the moment.

use super::viewer::Viewer;
use brisk_accounts::Account;
use brisk_store::{Store, StoreError};

/// The viewer of `account`; `None` while it is disabled.
pub(crate) async fn account_viewer(
    store: &Store,
    account: Account,
) -> Result<Option<Viewer>, StoreError> {
    if account.is_disabled {
        return Ok(None);
    }
    let access = account.access(&store.teams().await?);
    let folders = store.folders_of(&account).await?;
    Ok(Some(Viewer::of_account(account, folders, access)))
}
