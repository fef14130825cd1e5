//! [`Hasher`]: hashes passwords, on threads of its own. Each hash takes tens of milliseconds and 19 MiB:
//! a few run at a time, a few more wait, and the next is told to come back. Neither the threads that
//! answer requests nor those that draw wait for any of it.

use brisk_accounts::password_hash::{self, Compared};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use tokio::sync::oneshot;

/// Passwords that are hashed at a time, at most.
const AT_A_TIME: usize = 2;
/// Passwords that wait for that, at most: a second or so.
const WAITING: usize = 16;

/// Hashes passwords. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Hasher(SyncSender<Job>);

/// Too many wait already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy;

type Job = Box<dyn FnOnce() + Send>;

impl Default for Hasher {
    fn default() -> Self {
        Self::new(WAITING)
    }
}

impl Hasher {
    /// A hasher for which `waiting` passwords may wait.
    pub fn new(waiting: usize) -> Self {
        let (sender, receiver) = sync_channel::<Job>(waiting);
        let receiver = Arc::new(Mutex::new(receiver));
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(AT_A_TIME);
        for number in 0..threads {
            let receiver = Arc::clone(&receiver);
            let name = format!("passwords {number}");
            let started = std::thread::Builder::new().name(name).spawn(move || work(&receiver));
            if let Err(error) = started {
                tracing::error!(%error, "a thread for passwords cannot be started");
            }
        }
        Self(sender)
    }

    /// The hash to keep of a password.
    pub async fn hash(&self, password: String) -> Result<String, Busy> {
        self.run(move || password_hash::hash(&password)).await?.ok_or(Busy)
    }

    /// Compares a password with the hash that is kept, in the same time where none is.
    pub async fn compare(&self, password: String, kept: Option<String>) -> Result<Compared, Busy> {
        self.run(move || password_hash::compare(&password, kept.as_deref())).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move || {
            // A caller that has gone needs no answer.
            if !answer.is_closed() {
                let _ = answer.send(work());
            }
        });
        match self.0.try_send(job) {
            Ok(()) => answered.await.map_err(|_| Busy),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(Busy),
        }
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    loop {
        let job = jobs.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).recv();
        // When the last sender has gone, so does this thread.
        let Ok(job) = job else { return };
        job();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_test_waiting::wait_for;

    #[tokio::test]
    async fn passwords_are_hashed_and_compared() {
        let hasher = Hasher::default();
        let hash = wait_for("a hash", hasher.hash("correct horse".into())).await.unwrap();
        let same = hasher.compare("correct horse".into(), Some(hash.clone()));
        assert_eq!(
            wait_for("a comparison", same).await,
            Ok(Compared::Equal { is_outdated: false })
        );
        let other = hasher.compare("x".into(), Some(hash));
        assert_eq!(wait_for("a comparison", other).await, Ok(Compared::Differs));
    }

    #[tokio::test]
    async fn more_than_may_wait_are_told_to_come_back_and_the_rest_is_done() {
        let hasher = Hasher::new(3);
        // All threads are held until they are told to go on.
        let (go, held) = std::sync::mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        let (begun, begins) = std::sync::mpsc::channel::<()>();
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(AT_A_TIME);
        let mut first = Vec::new();
        for _ in 0..threads {
            let (hasher, held, begun) = (hasher.clone(), Arc::clone(&held), begun.clone());
            first.push(tokio::spawn(async move {
                hasher
                    .run(move || {
                        begun.send(()).unwrap();
                        let waits = held.lock().unwrap_or_else(|p| p.into_inner()).recv();
                        waits.is_ok()
                    })
                    .await
            }));
        }
        let all_begun = tokio::task::spawn_blocking(move || {
            // One holds the lock that the others wait for: that one reports first.
            begins.recv().unwrap();
        });
        wait_for("a thread begins", all_begun).await.unwrap();
        let mut waiting = Vec::new();
        let mut refused = 0;
        for _ in 0..3 + threads {
            let hasher = hasher.clone();
            let mut job = Box::pin(async move { hasher.run(|| ()).await });
            match futures::poll!(&mut job) {
                std::task::Poll::Ready(Err(Busy)) => refused += 1,
                std::task::Poll::Ready(Ok(())) => {}
                std::task::Poll::Pending => waiting.push(job),
            }
        }
        assert!(refused >= 1, "the fourth that waits is refused");
        drop(go);
        for job in waiting {
            wait_for("what waited is done", job).await.unwrap();
        }
    }
}
