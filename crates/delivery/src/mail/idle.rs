//! [`Idle`]: connections that wait for another message, for a while.

use super::session::Session;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Connections that wait.
pub(super) struct Idle {
    kept: Duration,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    sessions: Vec<(Session, Instant)>,
    /// Whether a task will close those that wait in vain.
    is_watched: bool,
}

impl Idle {
    /// Connections that are closed when nobody has used them for as long as `kept`.
    pub(super) fn new(kept: Duration) -> Self {
        Self { kept, waiting: Mutex::default() }
    }

    /// The one that was used last.
    pub(super) fn take(&self) -> Option<Session> {
        self.waiting().sessions.pop().map(|(session, _)| session)
    }

    /// Keeps a connection for the next message.
    pub(super) fn put(self: &Arc<Self>, session: Session) {
        let mut waiting = self.waiting();
        waiting.sessions.push((session, Instant::now() + self.kept));
        if !std::mem::replace(&mut waiting.is_watched, true) {
            tokio::spawn(Arc::clone(self).close_in_time());
        }
    }

    async fn close_in_time(self: Arc<Self>) {
        while let Some(until) = self.earliest() {
            sleep_until(until).await;
            for session in self.late() {
                session.quit().await;
            }
        }
    }

    /// When the next has waited for too long; if none waits, nobody watches any more.
    fn earliest(&self) -> Option<Instant> {
        let mut waiting = self.waiting();
        let earliest = waiting.sessions.iter().map(|(_, until)| *until).min();
        waiting.is_watched = earliest.is_some();
        earliest
    }

    fn late(&self) -> Vec<Session> {
        let now = Instant::now();
        let late = |one: &mut (Session, Instant)| one.1 <= now;
        self.waiting().sessions.extract_if(.., late).map(|(session, _)| session).collect()
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
