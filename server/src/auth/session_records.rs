//! [`SessionRecords`]: the records of sessions: in Redis where there is one, else in the store.
//!
//! In Redis each is encrypted under the key of Brisk's secrets, so that who can write to Redis makes no
//! session and reads none. Whether one has ended is the store's to say, whatever Redis says: see
//! `brisk_store`'s `session_ends`. So nothing that has ended comes back, whether Redis comes back with old records
//! or a process writes back what Redis has lost (`losses` finds out when).

use super::begun::Begun;
use super::session_texts::{self, listed};
use brisk_accounts::AccountId;
use brisk_cache::{Records, Trouble};
use brisk_domain::{Clock, Timestamp};
use brisk_store::{AuditRecord, SessionRecord, Store, StoreError};
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The field of a session's data with the OpenID provider's token, sealed: it says who somebody is.
pub(super) const TOKEN: &str = "token";
/// The record that it is sealed as. After a change of the key it cannot be read, and the provider asks
/// instead.
const TOKEN_PLACE: &str = "a session's token";

/// The kinds of records in Redis.
const SESSION: &str = "session";
const OF_ACCOUNT: &str = "sessions";
/// How often to try writing a record that others change, too.
const ATTEMPTS: usize = 20;
/// The sessions that one account may have: who signs in again and again fills neither Redis nor the store.
const MOST: u32 = 500;
/// Ends of sessions unknown to Redis that are noted in a minute: each stays in the store for as long as
/// a session may last, and anybody can send an id. Those that Redis knows are always noted.
const UNKNOWN: u32 = 20;
const MINUTE: Duration = Duration::from_secs(60);

/// Where sessions are kept. Cheap to clone.
#[derive(Clone)]
pub(super) struct SessionRecords {
    store: Store,
    shared: Option<Arc<Records>>,
    clock: Arc<dyn Clock>,
    /// The longest that a session lasts.
    absolute: Duration,
    /// How many ends unknown to Redis were noted, and since when.
    unknown: Arc<Mutex<(Timestamp, u32)>>,
}

/// What was found of a session that has not ended; but for its last use none of it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Who has signed in.
    pub(super) account: AccountId,
    /// How it began.
    pub(super) begun: Begun,
    /// When it was used last, as far as is written down.
    pub(super) seen_at: Timestamp,
    /// When it ends, whatever happens.
    pub(super) expires_at: Timestamp,
    /// The number by which the store knows its end, where it is kept in Redis.
    number: i64,
    /// All of it, where Redis might lose it.
    whole: Option<Arc<SessionRecord>>,
}

/// Where a session is put in the list of its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    /// It has just begun.
    Youngest,
    /// It was begun before those that are listed.
    Oldest,
}

impl SessionRecords {
    /// Over `shared`, or without it over the store.
    pub(super) fn new(
        store: Store,
        shared: Option<Arc<Records>>,
        clock: Arc<dyn Clock>,
        absolute: Duration,
    ) -> Self {
        Self { store, shared, clock, absolute, unknown: Arc::default() }
    }

    /// The session of that hash, if it has not ended. `known` is what was found of it before: then only
    /// the store is read.
    pub(super) async fn found(
        &self,
        hash: &str,
        known: Option<&Found>,
    ) -> Result<Option<Found>, StoreError> {
        let Some(shared) = &self.shared else {
            return Ok(self.store.session(hash).await?.map(|kept| found(&kept, 0)));
        };
        let found = match known {
            Some(known) => Some(known.clone()),
            None => self.read(shared, hash).await?.map(|(kept, number)| Found {
                whole: Some(Arc::new(kept.clone())),
                ..found(&kept, number)
            }),
        };
        let Some(found) = found else { return Ok(None) };
        let holds = self.store.holds_session(hash, &found.account, found.number).await?;
        Ok(holds.then_some(found))
    }

    /// The whole record of that hash, even of a session that has expired.
    pub(super) async fn get(&self, hash: &str) -> Result<Option<SessionRecord>, StoreError> {
        let Some(shared) = &self.shared else { return self.store.session(hash).await };
        let Some((kept, number)) = self.read(shared, hash).await? else { return Ok(None) };
        let holds = self.store.holds_session(hash, &kept.account, number).await?;
        Ok(holds.then_some(kept))
    }

    /// A provider's token as it is kept with a session.
    pub(super) fn sealed(&self, token: &str) -> Result<String, StoreError> {
        self.store.seal(TOKEN_PLACE, token.as_bytes())
    }

    /// The provider's token of a session, if it has one.
    pub(super) fn token(&self, kept: &SessionRecord) -> Option<String> {
        let data: Value = serde_json::from_str(&kept.data).ok()?;
        let token = self.store.unseal(TOKEN_PLACE, data.get(TOKEN)?.as_str()?).ok()?;
        String::from_utf8(token).ok()
    }

    /// Keeps a new session; `false` where a session of that hash exists already.
    pub(super) async fn add(&self, session: &SessionRecord) -> Result<bool, StoreError> {
        let Some(shared) = &self.shared else {
            let is_new = self.store.add_session(session).await?;
            // Of too many the oldest end.
            for hash in self.store.sessions_beyond(&session.account, MOST).await? {
                self.store.end_session(&hash, None).await?;
            }
            return Ok(is_new);
        };
        let number = self.store.session_number(&session.account).await?;
        let text = session_texts::write(&self.store, session, number)?;
        let life = self.life(session.expires_at);
        let place = (SESSION, session.hash.as_str());
        if !shared.replace(place, None, &text, life).await.map_err(lost)? {
            return Ok(false);
        }
        self.list(shared, session, Age::Youngest).await?;
        self.store.signed_in(&session.account, session.seen_at).await?;
        Ok(true)
    }

    /// Keeps what a session holds.
    pub(super) async fn save(&self, hash: &str, data: &str) -> Result<(), StoreError> {
        match &self.shared {
            None => self.store.save_session(hash, data).await,
            Some(shared) => {
                self.change(shared, hash, |kept| kept.data = data.to_owned()).await?;
                Ok(())
            }
        }
    }

    /// Writes back what Redis has lost of a session that this process knows, and that was used last at `seen`;
    /// whether it was lost. One that has ended is not written.
    pub(super) async fn write_back(
        &self,
        known: &Found,
        seen: Timestamp,
    ) -> Result<bool, StoreError> {
        let (Some(shared), Some(whole)) = (&self.shared, &known.whole) else { return Ok(false) };
        let (hash, account) = (whole.hash.as_str(), &whole.account);
        let is_over = whole.expires_at <= self.clock.now();
        if is_over || !self.store.holds_session(hash, account, known.number).await? {
            return Ok(false);
        }
        let seen = seen.max(whole.seen_at);
        let kept = SessionRecord { seen_at: seen, ..SessionRecord::clone(whole) };
        let text = session_texts::write(&self.store, &kept, known.number)?;
        let life = self.life(kept.expires_at);
        let is_lost = shared.replace((SESSION, hash), None, &text, life).await.map_err(lost)?;
        if !is_lost {
            self.change(shared, hash, |kept| kept.seen_at = kept.seen_at.max(seen)).await?;
        } else if !self.store.holds_session(hash, account, known.number).await? {
            // It has ended meanwhile: whoever has ended it looked for the record before it was here.
            shared.remove(SESSION, hash).await.map_err(lost)?;
            return Ok(false);
        }
        // Also where another process has written it: that may have died before it listed it.
        self.list(shared, &kept, Age::Oldest).await?;
        Ok(is_lost)
    }

    /// The sessions of an account, the latest first.
    pub(super) async fn of(&self, account: &AccountId) -> Result<Vec<SessionRecord>, StoreError> {
        let Some(shared) = &self.shared else { return self.store.sessions_of(account).await };
        let known = shared.get(OF_ACCOUNT, account.as_str()).await.map_err(lost)?;
        let mut sessions = Vec::new();
        for (hash, _) in known.as_deref().map(listed).unwrap_or_default() {
            sessions.extend(self.get(hash).await?.filter(|kept| kept.account == *account));
        }
        sessions.sort_by(|a, b| (b.seen_at, &a.hash).cmp(&(a.seen_at, &b.hash)));
        Ok(sessions)
    }

    /// Notes when sessions were used; the answer is the hashes of those that Redis does not have.
    pub(super) async fn seen(
        &self,
        seen: &[(String, Timestamp)],
    ) -> Result<Vec<String>, StoreError> {
        let Some(shared) = &self.shared else {
            self.store.sessions_seen(seen).await?;
            return Ok(Vec::new());
        };
        let mut missing = Vec::new();
        for (hash, at) in seen {
            if !self.change(shared, hash, |kept| kept.seen_at = kept.seen_at.max(*at)).await? {
                missing.push(hash.clone());
            }
        }
        Ok(missing)
    }

    /// Ends a session, with who has ended it, if somebody has. `is_known` where it is certain that there was one.
    /// Where Redis cannot be used it has ended all the same; and where Redis has lost it, because a process may
    /// still know it.
    pub(super) async fn end(
        &self,
        hash: &str,
        is_known: bool,
        by: Option<&AuditRecord>,
    ) -> Result<(), StoreError> {
        let Some(shared) = &self.shared else { return self.store.end_session(hash, by).await };
        let is_known = is_known || matches!(shared.get(SESSION, hash).await, Ok(Some(_)));
        if !is_known && !self.may_note_unknown() {
            let why = "too many sessions are ended at this moment that nobody has begun";
            return Err(StoreError::Sessions(why.into()));
        }
        self.store.note_session_end(hash, self.clock.now().after(self.absolute), by).await?;
        if let Err(error) = shared.remove(SESSION, hash).await {
            tracing::warn!(%error, "the record of a session that has ended stays in Redis");
        }
        Ok(())
    }

    /// Ends all sessions of an account, with who has ended them, if somebody has.
    pub(super) async fn end_of(
        &self,
        account: &AccountId,
        by: Option<&AuditRecord>,
    ) -> Result<(), StoreError> {
        self.store.end_sessions_of(account, by).await
    }

    /// Forgets sessions that have expired by `now`, or that were not used since `idle`.
    pub(super) async fn forget(&self, now: Timestamp, idle: Timestamp) -> Result<(), StoreError> {
        // With Redis, too: those from before there was one.
        self.store.forget_sessions(now, idle).await?;
        self.store.forget_session_ends(now).await
    }

    /// The record in Redis; one that cannot be decrypted or read is none.
    async fn read(
        &self,
        shared: &Records,
        hash: &str,
    ) -> Result<Option<(SessionRecord, i64)>, StoreError> {
        let text = shared.get(SESSION, hash).await.map_err(lost)?;
        Ok(text.and_then(|text| session_texts::read(&self.store, hash, &text)))
    }

    /// Changes the record in Redis; `false` where there is none.
    async fn change(
        &self,
        shared: &Records,
        hash: &str,
        change: impl Fn(&mut SessionRecord),
    ) -> Result<bool, StoreError> {
        for _ in 0..ATTEMPTS {
            let before = shared.get(SESSION, hash).await.map_err(lost)?;
            let Some(before) = before else { return Ok(false) };
            let Some((kept, number)) = session_texts::read(&self.store, hash, &before) else {
                return Ok(true);
            };
            let mut next = kept.clone();
            change(&mut next);
            if next == kept {
                return Ok(true);
            }
            let life = self.life(next.expires_at);
            let next = session_texts::write(&self.store, &next, number)?;
            if shared.replace((SESSION, hash), Some(&before), &next, life).await.map_err(lost)? {
                return Ok(true);
            }
        }
        Ok(true)
    }

    /// Adds a session to the list of its account, and drops those that are over. Of too many the oldest
    /// end.
    async fn list(
        &self,
        shared: &Records,
        session: &SessionRecord,
        age: Age,
    ) -> Result<(), StoreError> {
        let (name, now) = (session.account.as_str(), self.clock.now());
        for _ in 0..ATTEMPTS {
            let before = shared.get(OF_ACCOUNT, name).await.map_err(lost)?;
            let mut listed: Vec<(&str, i64)> = before.as_deref().map(listed).unwrap_or_default();
            listed.retain(|(_, expires)| *expires > now.0);
            if listed.iter().any(|(hash, _)| *hash == session.hash) {
                return Ok(());
            }
            let at = if age == Age::Youngest { listed.len() } else { 0 };
            listed.insert(at, (&session.hash, session.expires_at.0));
            let most = listed.len().saturating_sub(MOST as usize);
            let next: Vec<String> =
                listed[most..].iter().map(|(hash, expires)| format!("{hash}@{expires}")).collect();
            let place = (OF_ACCOUNT, name);
            let next = next.join(" ");
            let replaced = shared.replace(place, before.as_deref(), &next, self.absolute).await;
            if replaced.map_err(lost)? {
                for (hash, _) in &listed[..most] {
                    self.end(hash, true, None).await?;
                }
                return Ok(());
            }
        }
        Err(StoreError::Sessions("too many sign in to one account at the same moment".into()))
    }

    fn may_note_unknown(&self) -> bool {
        let now = self.clock.now();
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, count) = *unknown;
        let is_new = count == 0 || now.since(since) >= MINUTE;
        *unknown = if is_new { (now, 1) } else { (since, count.saturating_add(1)) };
        unknown.1 <= UNKNOWN
    }

    fn life(&self, expires_at: Timestamp) -> Duration {
        expires_at.since(self.clock.now())
    }
}

impl std::fmt::Debug for SessionRecords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.shared.is_some() { "in Redis" } else { "in the store" })
    }
}

fn found(kept: &SessionRecord, number: i64) -> Found {
    let (seen_at, expires_at) = (kept.seen_at, kept.expires_at);
    let begun = Begun::of(&kept.data, kept.created_at);
    Found { account: kept.account.clone(), begun, seen_at, expires_at, number, whole: None }
}

/// Redis gives no answer.
pub(super) fn lost(trouble: Trouble) -> StoreError {
    StoreError::Sessions(trouble.to_string())
}
