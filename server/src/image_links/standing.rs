//! Whether a key may show a panel at the moment.

use crate::auth::account_viewer::account_viewer;
use crate::auth::viewer::Viewer;
use crate::state::AppState;
use brisk_domain::{Access, Dashboard, Timestamp};
use brisk_store::{ImageKey, Store, StoreError};

/// Whoever has an address that `key` signed; `None` if the key has expired, or whoever made it does not look after
/// `dashboard` any more.
pub(crate) async fn viewer(
    state: &AppState,
    store: &Store,
    key: &ImageKey,
    dashboard: &Dashboard,
    now: Timestamp,
) -> Result<Option<Viewer>, StoreError> {
    if key.expires_at.is_some_and(|at| at <= now)
        || !is_vouched_for(state, store, key, dashboard).await?
    {
        return Ok(None);
    }
    let access = Access::of(key.attributes.clone());
    Ok(Some(Viewer::link(key.shows.clone(), access)))
}

/// Whether whoever made the key looks after the dashboard.
async fn is_vouched_for(
    state: &AppState,
    store: &Store,
    key: &ImageKey,
    dashboard: &Dashboard,
) -> Result<bool, StoreError> {
    let Some(id) = &key.made_by else {
        // Anybody made it, on a server that was open to all. It ends with that.
        return Ok(!state.auth.is_closed().await?);
    };
    let Some(account) = store.account(id).await? else { return Ok(false) };
    let maker = account_viewer(store, account).await?;
    Ok(maker.is_some_and(|maker| maker.looks_behind(dashboard)))
}
