//! [`SessionRecords`]: the records of sessions: in Redis where there is one, else in the store.
//!
//! In Redis each is encrypted under the key of Brisk's secrets, so that whoever can write to Redis can
//! neither make a session nor read one. Whether one has ended is the store's to say, whatever Redis
//! says: see `brisk_store`'s `session_ends`. So a Redis that was lost makes people sign in again, and
//! one that comes back with old records brings nothing back.

use super::begun::Begun;
use brisk_accounts::AccountId;
use brisk_cache::{Records, Trouble};
use brisk_domain::{Clock, Timestamp};
use brisk_store::{SessionRecord, Store, StoreError};
use serde_json::{Value, json};
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
            None => self.read(shared, hash).await?.map(|(kept, number)| found(&kept, number)),
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
                self.store.end_session(&hash).await?;
            }
            return Ok(is_new);
        };
        let number = self.store.session_number(&session.account).await?;
        let text = self.text(session, number)?;
        let life = self.life(session.expires_at);
        let place = (SESSION, session.hash.as_str());
        if !shared.replace(place, None, &text, life).await.map_err(lost)? {
            return Ok(false);
        }
        self.list(shared, session).await?;
        self.store.signed_in(&session.account, session.seen_at).await?;
        Ok(true)
    }

    /// Keeps what a session holds.
    pub(super) async fn save(&self, hash: &str, data: &str) -> Result<(), StoreError> {
        match &self.shared {
            None => self.store.save_session(hash, data).await,
            Some(shared) => self.change(shared, hash, |kept| kept.data = data.to_owned()).await,
        }
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

    /// Notes when sessions were used.
    pub(super) async fn seen(&self, seen: &[(String, Timestamp)]) -> Result<(), StoreError> {
        let Some(shared) = &self.shared else { return self.store.sessions_seen(seen).await };
        for (hash, at) in seen {
            self.change(shared, hash, |kept| kept.seen_at = kept.seen_at.max(*at)).await?;
        }
        Ok(())
    }

    /// Ends a session: even while Redis cannot be used, and even if Redis has lost it, because a process
    /// may still know it.
    pub(super) async fn end(&self, hash: &str) -> Result<(), StoreError> {
        let Some(shared) = &self.shared else { return self.store.end_session(hash).await };
        if !matches!(shared.get(SESSION, hash).await, Ok(Some(_))) && !self.may_note_unknown() {
            let why = "too many sessions are ended at this moment that nobody has begun";
            return Err(StoreError::Sessions(why.into()));
        }
        self.store.note_session_end(hash, self.clock.now().after(self.absolute)).await?;
        if let Err(error) = shared.remove(SESSION, hash).await {
            tracing::warn!(%error, "the record of a session that has ended stays in Redis");
        }
        Ok(())
    }

    /// Ends the sessions of an account: only those whose hash begins with `beginning`, where that is
    /// given.
    pub(super) async fn end_of(
        &self,
        account: &AccountId,
        beginning: Option<&str>,
    ) -> Result<(), StoreError> {
        let (Some(_), Some(beginning)) = (&self.shared, beginning) else {
            return self.store.end_sessions_of(account, beginning).await;
        };
        for session in self.of(account).await? {
            if session.hash.starts_with(beginning) {
                self.end(&session.hash).await?;
            }
        }
        Ok(())
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
        Ok(text.and_then(|text| self.parse(hash, &text)))
    }

    async fn change(
        &self,
        shared: &Records,
        hash: &str,
        change: impl Fn(&mut SessionRecord),
    ) -> Result<(), StoreError> {
        for _ in 0..ATTEMPTS {
            let before = shared.get(SESSION, hash).await.map_err(lost)?;
            let Some(before) = before else { return Ok(()) };
            let Some((mut kept, number)) = self.parse(hash, &before) else { return Ok(()) };
            change(&mut kept);
            let (next, life) = (self.text(&kept, number)?, self.life(kept.expires_at));
            if shared.replace((SESSION, hash), Some(&before), &next, life).await.map_err(lost)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Adds a session to the list of its account, and drops those that are over. Of too many the oldest
    /// end.
    async fn list(&self, shared: &Records, session: &SessionRecord) -> Result<(), StoreError> {
        let (name, now) = (session.account.as_str(), self.clock.now());
        for _ in 0..ATTEMPTS {
            let before = shared.get(OF_ACCOUNT, name).await.map_err(lost)?;
            let mut listed: Vec<(&str, i64)> = before.as_deref().map(listed).unwrap_or_default();
            listed.retain(|(_, expires)| *expires > now.0);
            listed.push((&session.hash, session.expires_at.0));
            let most = listed.len().saturating_sub(MOST as usize);
            let next: Vec<String> =
                listed[most..].iter().map(|(hash, expires)| format!("{hash}@{expires}")).collect();
            let place = (OF_ACCOUNT, name);
            let next = next.join(" ");
            let replaced = shared.replace(place, before.as_deref(), &next, self.absolute).await;
            if replaced.map_err(lost)? {
                for (hash, _) in &listed[..most] {
                    self.end(hash).await?;
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

    fn text(&self, kept: &SessionRecord, number: i64) -> Result<String, StoreError> {
        let value = json!({
            "account": kept.account.as_str(), "data": kept.data, "agent": kept.agent,
            "address": kept.address, "created": kept.created_at.0, "seen": kept.seen_at.0,
            "expires": kept.expires_at.0, "number": number,
        });
        self.store.seal(&place(&kept.hash), value.to_string().as_bytes())
    }

    fn parse(&self, hash: &str, text: &str) -> Option<(SessionRecord, i64)> {
        let plain = self.store.unseal(&place(hash), text).ok()?;
        let value: Value = serde_json::from_slice(&plain).ok()?;
        let word = |key: &str| value.get(key)?.as_str().map(ToOwned::to_owned);
        let number = |key: &str| value.get(key)?.as_i64();
        let record = SessionRecord {
            hash: hash.to_owned(),
            account: AccountId::kept(&word("account")?),
            data: word("data")?,
            agent: word("agent")?,
            address: word("address")?,
            created_at: Timestamp(number("created")?),
            seen_at: Timestamp(number("seen")?),
            expires_at: Timestamp(number("expires")?),
        };
        Some((record, number("number")?))
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
    Found { account: kept.account.clone(), begun, seen_at, expires_at, number }
}

/// The sessions of an account and when each ends, as they are listed.
fn listed(text: &str) -> Vec<(&str, i64)> {
    let entries = text.split(' ').filter_map(|entry| entry.split_once('@'));
    entries.filter_map(|(hash, expires)| Some((hash, expires.parse().ok()?))).collect()
}

/// The record that a session is sealed as: one cannot be put in another's place.
fn place(hash: &str) -> String {
    format!("the session {hash}")
}

fn lost(trouble: Trouble) -> StoreError {
    StoreError::Sessions(trouble.to_string())
}
