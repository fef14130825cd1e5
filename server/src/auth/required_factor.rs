//! Whether an account needs a second factor and has none.

use super::begun::By;
use super::settings::AuthSettings;
use brisk_accounts::Account;
use brisk_store::{Store, StoreError};

/// Whether an account lacks the second factor that its role requires, for a session that began by `by`;
/// without it, for the account's programs. A proxy sends its name with each request, so that there is
/// nowhere to type a code: it is trusted with this, too.
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
        // An owner who can only come from a provider or a proxy was asked there.
        None => {
            let has_password = account.password.is_some() && settings.has_passwords;
            let others_ask = does_provider_ask || settings.proxy.is_some();
            Ok(has_password || !others_ask || store.identities_of(&account.id).await?.is_empty())
        }
    }
}
