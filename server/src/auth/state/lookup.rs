//! Whose a session or a token is: from memory as long as no rights have changed, else from Redis and the store.

use super::{Auth, Kept, NOTE};
use crate::auth::begun::By;
use crate::auth::required_factor;
use crate::auth::session_records::Found;
use crate::auth::viewer::Viewer;
use brisk_domain::Timestamp;
use brisk_store::{AccessState, Store, StoreError};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// What was looked up of a session or a token.
struct Looked {
    viewer: Viewer,
    /// When it was used last.
    seen: Timestamp,
    expires: Timestamp,
    session: Option<Found>,
}

impl Auth {
    /// Whose the session or the token of that hash is.
    pub(super) async fn found(
        &self,
        store: &Store,
        state: AccessState,
        hash: String,
        is_session: bool,
    ) -> Result<Option<Viewer>, StoreError> {
        let now = self.now();
        let before = self.0.kept.get(&hash).filter(|kept| {
            kept.session.is_some() == is_session
                && !self.is_over(
                    kept.expires,
                    Timestamp(kept.seen.load(Ordering::Relaxed)),
                    is_session,
                )
        });
        let kept = match before.clone().filter(|kept| kept.version == state.version) {
            Some(kept) => kept,
            None => {
                let looked_up = match is_session {
                    true => self.session(store, &hash, before.as_deref()).await?,
                    false => self.token(store, &hash).await?,
                };
                let Some(Looked { viewer, seen, expires, session }) = looked_up else {
                    self.0.kept.invalidate(&hash);
                    return Ok(None);
                };
                let (seen, noted) = (AtomicI64::new(seen.0), AtomicI64::new(now.0));
                let version = state.version;
                let kept = Arc::new(Kept { viewer, version, seen, noted, expires, session });
                self.0.kept.insert(hash.clone(), Arc::clone(&kept));
                self.0.used.note(&hash, is_session, now);
                kept
            }
        };
        kept.seen.store(now.0, Ordering::Relaxed);
        if now.since(Timestamp(kept.noted.load(Ordering::Relaxed))) > NOTE {
            kept.noted.store(now.0, Ordering::Relaxed);
            self.0.used.note(&hash, is_session, now);
        }
        Ok(Some(kept.viewer.clone()))
    }

    pub(super) fn is_over(&self, expires: Timestamp, seen: Timestamp, is_session: bool) -> bool {
        let now = self.now();
        now >= expires || is_session && now.since(seen) > self.0.settings.idle
    }

    /// `before` is what was known of it under the rights before: where sessions are kept in Redis, it
    /// need not be read there again.
    async fn session(
        &self,
        store: &Store,
        hash: &str,
        before: Option<&Kept>,
    ) -> Result<Option<Looked>, StoreError> {
        let Some(records) = &self.0.records else { return Ok(None) };
        if !self.is_compared() {
            self.refresh().await?;
            if !self.is_compared() {
                let why = "Redis does not say whether the store was set back";
                return Err(StoreError::Sessions(why.into()));
            }
        }
        let known = before.and_then(|kept| kept.session.as_ref());
        let Some(found) = records.found(hash, known).await? else { return Ok(None) };
        let seen = before.map_or(0, |kept| kept.seen.load(Ordering::Relaxed));
        let seen = Timestamp(seen.max(found.seen_at.0));
        // Where there are no passwords any more, sessions begun by one are closed, too.
        let is_by_password = found.begun.by == By::Password && !self.0.settings.has_passwords;
        if self.is_over(found.expires_at, seen, true) || is_by_password {
            return Ok(None);
        }
        let account = store.account(&found.account).await?;
        let Some(account) = account.filter(|account| !account.is_disabled) else { return Ok(None) };
        let access = account.access(&store.teams().await?);
        let (settings, begun) = (&self.0.settings, found.begun);
        let lacks_factor =
            required_factor::is_lacking(settings, store, &account, Some(begun.by)).await?;
        let folders = store.folders_of(&account).await?;
        let viewer = Viewer::person(account, folders, access, hash.to_owned(), begun);
        let viewer = if lacks_factor { viewer.unready() } else { viewer };
        Ok(Some(Looked { viewer, seen, expires: found.expires_at, session: Some(found) }))
    }

    async fn token(&self, store: &Store, hash: &str) -> Result<Option<Looked>, StoreError> {
        let Some(token) = store.token(hash).await? else { return Ok(None) };
        if self.is_over(token.expires_at, token.created_at, false) {
            return Ok(None);
        }
        let account = store.account(&token.account).await?;
        let Some(account) = account.filter(|account| !account.is_disabled) else { return Ok(None) };
        let access = account.access(&store.teams().await?);
        // Never more than its owner has at the moment.
        let access = match &token.attributes {
            Some(given) => access.narrowed(given),
            None => access,
        };
        let seen = token.used_at.unwrap_or(token.created_at);
        let settings = &self.0.settings;
        let lacks_factor = required_factor::is_lacking(settings, store, &account, None).await?;
        let folders = store.folders_of(&account).await?;
        let shown = (hash.to_owned(), token.name);
        let viewer = Viewer::program(account, folders, access, token.scopes, shown);
        let viewer = if lacks_factor { viewer.unready() } else { viewer };
        Ok(Some(Looked { viewer, seen, expires: token.expires_at, session: None }))
    }
}
