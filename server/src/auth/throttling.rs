//! Slows guessers, per account and per address, in [`Tries`], so that all replicas count together. A try
//! is counted before it is checked, and taken back if it was right: of a thousand at the same moment
//! only the free ones are checked.
//!
//! A guesser elsewhere does not slow somebody who has signed in from the same address before: tries from
//! such addresses are counted apart.

use super::state::Auth;
use super::tries::Tries;
use brisk_accounts::secret;
use brisk_accounts::throttle::Pace;
use brisk_accounts::{AccountId, LoginName};
use brisk_domain::Timestamp;
use brisk_store::{Store, StoreError};
use std::time::Duration;

/// For how long an address is known after somebody signed in from it.
const KNOWN: Duration = Duration::from_secs(90 * 86_400);
/// How often writing a count is tried while others count beside it.
const ATTEMPTS: usize = 20;

/// A try that has been counted.
#[derive(Debug)]
pub struct Try {
    account: String,
    address: String,
}

/// A try has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooSoon {
    /// For so long.
    pub wait: Duration,
}

/// Why a try is not checked.
#[derive(Debug)]
pub enum NotTried {
    /// It comes too soon.
    TooSoon(TooSoon),
    /// The store failed to count it.
    Store(StoreError),
}

impl From<StoreError> for NotTried {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Counts a try to sign in as `name` from `address`, if it may be checked now. `account` is that of the
/// name, if there is one.
pub async fn begin(
    auth: &Auth,
    store: &Store,
    name: &LoginName,
    account: Option<&AccountId>,
    address: &str,
    now: Timestamp,
) -> Result<Try, NotTried> {
    let since =
        Timestamp(now.0.saturating_sub(i64::try_from(KNOWN.as_micros()).unwrap_or(i64::MAX)));
    // Queried for names without an account, too, so that it takes the same time.
    let nobody = AccountId::kept("");
    let is_known = store.knows_address(account.unwrap_or(&nobody), address, since).await?;
    let account = match is_known {
        true => subject(&["account", name.as_str(), address]),
        false => subject(&["account", name.as_str()]),
    };
    let address = subject(&["address", address]);
    let tries = Tries::of(auth, store);
    count(tries, &address, &Pace::ADDRESS, now).await?;
    match count(tries, &account, &Pace::ACCOUNT, now).await {
        Ok(()) => Ok(Try { account, address }),
        Err(error) => {
            // It was not checked.
            tries.forgive_one(&address).await?;
            Err(error)
        }
    }
}

/// A try that has been counted for its address alone: whose account it is for is not known yet.
#[derive(Debug)]
pub struct TryFrom(String);

/// Counts a try to sign in from `address`, if it may be checked now.
pub async fn begin_from(
    auth: &Auth,
    store: &Store,
    address: &str,
    now: Timestamp,
) -> Result<TryFrom, NotTried> {
    let address = subject(&["address", address]);
    count(Tries::of(auth, store), &address, &Pace::ADDRESS, now).await?;
    Ok(TryFrom(address))
}

impl TryFrom {
    /// It was right.
    pub async fn was_right(self, auth: &Auth, store: &Store) -> Result<(), StoreError> {
        Tries::of(auth, store).forgive_one(&self.0).await
    }
}

impl Try {
    /// It was right.
    pub async fn was_right(
        self,
        auth: &Auth,
        store: &Store,
        id: &AccountId,
        address: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tries = Tries::of(auth, store);
        tries.forgive(&self.account).await?;
        tries.forgive_one(&self.address).await?;
        store.know_address(id, address, now).await
    }

    /// It was not checked after all.
    pub async fn take_back(self, auth: &Auth, store: &Store) -> Result<(), StoreError> {
        let tries = Tries::of(auth, store);
        tries.forgive_one(&self.account).await?;
        tries.forgive_one(&self.address).await
    }
}

async fn count(
    tries: Tries<'_>,
    subject: &str,
    pace: &Pace,
    now: Timestamp,
) -> Result<(), NotTried> {
    for _ in 0..ATTEMPTS {
        let known = tries.known(subject).await?;
        if let Some(wait) = known.throttle.wait(pace, now) {
            return Err(NotTried::TooSoon(TooSoon { wait }));
        }
        if tries.write_down(subject, &known, known.throttle.failed(pace, now)).await? {
            return Ok(());
        }
    }
    // So many at the same moment do not come from people.
    Err(NotTried::TooSoon(TooSoon { wait: pace.first }))
}

fn subject(parts: &[&str]) -> String {
    secret::hash(&parts.join("\n"))
}
