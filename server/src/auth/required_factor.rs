//! Whether an account has to have a second factor and has none.

use super::begun::By;
use super::settings::AuthSettings;
use brisk_accounts::Account;
use brisk_store::{Store, StoreError};

/// Whether an account lacks the second factor that its role has to have, for who has come in that way; for
/// its programs where none is said. A proxy is asked with each request, so there is nothing to type: it is
/// trusted with this, too.
pub(super) async fn is_lacking(
    settings: &AuthSettings,
    store: &Store,
    account: &Account,
    by: Option<By>,
) -> Result<bool, StoreError> {
    let is_needed = settings.second_factor_for.contains(&account.role);
    if !is_needed || account.authenticator.is_some() {
        return Ok(false);
    }
    let does_provider_ask =
        settings.provider.as_ref().is_some_and(|provider| provider.has_second_factor);
    match by {
        Some(By::Password) => Ok(true),
        Some(By::Proxy) => Ok(false),
        Some(By::Provider) => Ok(!does_provider_ask),
        // Where its owner can only come by way of others, they have asked.
        None => {
            let has_password = account.password.is_some() && settings.has_passwords;
            let others_ask = does_provider_ask || settings.proxy.is_some();
            Ok(has_password || !others_ask || store.identities_of(&account.id).await?.is_empty())
        }
    }
}
