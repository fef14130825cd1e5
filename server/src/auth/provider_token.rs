//! The OpenID provider's token of a session: by it the provider knows whose session is to end there.

use super::begun::By;
use super::cookie;
use super::sessions;
use super::state::Auth;
use super::viewer::Viewer;
use brisk_store::SessionRecord;
use http::HeaderMap;

/// That of the session that a request shows, for the one that takes its place; read before the session ends.
pub(super) async fn of(auth: &Auth, viewer: &Viewer, headers: &HeaderMap) -> Option<String> {
    viewer.begun().filter(|begun| begun.by == By::Provider)?;
    auth.provider()?;
    auth.session_records()?.token(&kept(auth, headers).await?)
}

/// The record of the session that a request shows. Whatever keeps it from being read keeps nobody from signing
/// out.
pub(super) async fn kept(auth: &Auth, headers: &HeaderMap) -> Option<SessionRecord> {
    let hash = sessions::hash(&cookie::read(auth.settings(), headers)?);
    let kept = auth.session_records()?.get(&hash).await;
    kept.inspect_err(|error| tracing::warn!(%error, "how a session began cannot be read")).ok()?
}
