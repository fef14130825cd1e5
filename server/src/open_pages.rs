//! [`OpenPages`]: how many pages of each account are open and follow their data. Replicas that share a Redis
//! tell each other; one that dies is forgotten after half a minute.

use brisk_cache::Records;
use futures::future::join_all;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// The kind of the records in Redis.
const KIND: &str = "pages";
/// How long others rely on what a process reported last.
const LIFE: Duration = Duration::from_secs(30);
/// How often it reports it again.
const AGAIN: Duration = Duration::from_secs(10);
/// How often Redis is updated, at most.
const PACE: Duration = Duration::from_millis(50);

/// The open pages of all accounts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct OpenPages(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    most: u32,
    /// This process's name among all of them.
    process: String,
    accounts: Mutex<HashMap<String, Open>>,
    shared: Option<Arc<Records>>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Open {
    here: u32,
    elsewhere: u32,
    is_told: bool,
}

/// An open page of an account's; it counts until this is dropped.
#[derive(Debug)]
pub struct OpenPage {
    of: OpenPages,
    account: String,
}

impl OpenPages {
    /// With none open here; each account may have `most`.
    pub fn new(most: u32, shared: Option<Arc<Records>>) -> Self {
        let process = format!("{:016x}", rand::random::<u64>());
        let (accounts, changed) = (Mutex::default(), Notify::new());
        Self(Arc::new(Inner { most, process, accounts, shared, changed }))
    }

    /// Opens one more of `account`, if it may have it.
    pub async fn open(&self, account: &str) -> Option<OpenPage> {
        let is_new = !self.lock().contains_key(account);
        let elsewhere = match is_new {
            true => self.tell(account, 0).await,
            false => None,
        };
        let mut accounts = self.lock();
        let open = accounts.entry(account.to_owned()).or_default();
        open.elsewhere = elsewhere.unwrap_or(open.elsewhere);
        if open.here.saturating_add(open.elsewhere) >= self.0.most {
            if open.here == 0 {
                accounts.remove(account);
            }
            return None;
        }
        (open.here, open.is_told) = (open.here + 1, false);
        drop(accounts);
        self.0.changed.notify_one();
        Some(OpenPage { of: self.clone(), account: account.to_owned() })
    }

    /// Reports to the other replicas what is open here, for as long as it is polled.
    pub async fn share(&self) -> Infallible {
        if self.0.shared.is_none() {
            return std::future::pending().await;
        }
        let mut again = tokio::time::interval(AGAIN);
        loop {
            let is_all = tokio::select! {
                () = self.0.changed.notified() => false,
                _ = again.tick() => true,
            };
            let told = self.untold(is_all).into_iter().map(async |(account, here)| {
                let elsewhere = self.tell(&account, here).await;
                if let Some(open) = self.lock().get_mut(&account) {
                    // What Redis said before it was lost may be over.
                    open.elsewhere = elsewhere.unwrap_or_default();
                }
            });
            join_all(told).await;
            tokio::time::sleep(PACE).await;
        }
    }

    /// Reports how many `account` has open here; the answer is how many it has elsewhere, if Redis
    /// knows.
    async fn tell(&self, account: &str, here: u32) -> Option<u32> {
        let shared = self.0.shared.as_ref()?;
        shared.hold((KIND, account), &self.0.process, here, LIFE).await.ok()
    }

    /// What is to be reported next, which counts as reported. A closed account is reported once, and
    /// forgotten.
    fn untold(&self, is_all: bool) -> Vec<(String, u32)> {
        let mut accounts = self.lock();
        let untold = accounts.iter_mut().filter(|(_, open)| is_all || !open.is_told);
        let untold = untold.map(|(account, open)| {
            open.is_told = true;
            (account.clone(), open.here)
        });
        let untold = untold.collect();
        accounts.retain(|_, open| open.here > 0);
        untold
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Open>> {
        self.0.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OpenPage {
    fn drop(&mut self) {
        let mut accounts = self.of.lock();
        if let Some(open) = accounts.get_mut(&self.account) {
            (open.here, open.is_told) = (open.here.saturating_sub(1), false);
            if open.here == 0 && self.of.0.shared.is_none() {
                accounts.remove(&self.account);
            }
        }
        drop(accounts);
        self.of.0.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn so_many_are_open_and_a_closed_one_makes_room() {
        let pages = OpenPages::new(2, None);
        let (first, _second) = (pages.open("ann").await.unwrap(), pages.open("ann").await.unwrap());
        assert!(pages.open("ann").await.is_none());
        assert!(pages.open("ben").await.is_some());
        drop(first);
        assert!(pages.open("ann").await.is_some());
        assert_eq!(pages.lock().len(), 1, "what is closed is forgotten");
    }
}
