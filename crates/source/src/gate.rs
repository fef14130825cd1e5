//! [`Gate`]: what must pass before anything runs on a server: the user can do no more than the source
//! allows, and neither can the functions of statements. The server is queried for both, and again only
//! after a while.

use crate::compile::names::Names;
use crate::compile::statement::Statement;
use crate::rights::Rights;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How long the server's answers are trusted. Views and functions rarely change, and only their
/// owners change them.
const KNOWN: Duration = Duration::from_secs(600);
/// How many statements' names are remembered: a dashboard has a few dozen.
const REMEMBERED: usize = 10_000;

/// A function that a statement may not call.
pub(crate) struct Refused {
    /// Where in the author's text it is reached from, in bytes.
    pub(crate) at: usize,
    /// Which function, why, and how to allow it.
    pub(crate) message: String,
}

/// Whether a statement may run, as far as its functions go.
pub(crate) enum Verdict {
    /// It may, and so may any statement with the same names.
    Passes,
    /// It may, exactly as written: the types of its values were decisive.
    PassesAsWritten,
    /// It may not.
    Refused(Refused),
}

/// The checks that have passed. Shared by clones.
#[derive(Clone, Default)]
pub(crate) struct Gate {
    /// `None` if nothing is declared: then any user will do.
    rights: Option<Arc<Rights>>,
    passed: Arc<Mutex<Passed>>,
    /// Since when sessions are known to be nobody else's. Held by the one that asks, while others wait.
    sessions: Arc<tokio::sync::Mutex<Option<Instant>>>,
}

#[derive(Default)]
struct Passed {
    user: Option<Instant>,
    names: HashMap<Arc<Names>, Instant>,
    /// The texts of statements whose names alone do not decide.
    texts: HashMap<Box<str>, Instant>,
}

impl Gate {
    /// A gate for what the source's owner allows.
    pub(crate) fn of(rights: Rights) -> Self {
        Self { rights: Some(Arc::new(rights)), ..Self::default() }
    }

    /// What the source's owner allows.
    pub(crate) fn rights(&self) -> Rights {
        self.rights.as_deref().cloned().unwrap_or_default()
    }

    /// Remembers that `statement` may run.
    pub(crate) fn remember(&self, statement: &Statement) {
        let mut passed = self.passed();
        if passed.names.len() >= REMEMBERED {
            passed.names.clear();
        }
        passed.names.insert(Arc::clone(&statement.names), Instant::now());
    }

    /// Remembers that `statement` may run exactly as written.
    pub(crate) fn remember_as_written(&self, statement: &Statement) {
        let mut passed = self.passed();
        if passed.texts.len() >= REMEMBERED {
            passed.texts.clear();
        }
        passed.texts.insert(statement.sql.as_str().into(), Instant::now());
    }

    /// Remembers that the user has passed.
    pub(crate) fn remember_user(&self) {
        self.passed().user = Some(Instant::now());
    }

    /// Whether nothing has to be queried about `statement`.
    pub(crate) fn has_passed(&self, statement: &Statement) -> bool {
        // A statement of Brisk's own names nothing.
        let names = &statement.names;
        let is_known = names.is_empty() || {
            let passed = self.passed();
            let since = passed.names.get(names).or_else(|| passed.texts.get(&*statement.sql));
            since.is_some_and(|since| since.elapsed() < KNOWN)
        };
        is_known && self.is_user_known()
    }

    /// Whether sessions are shared with other clients: `ask` finds out, for one statement at a time, and again
    /// after a while.
    pub(crate) async fn are_sessions_shared<E>(
        &self,
        ask: impl Future<Output = Result<bool, E>>,
    ) -> Result<bool, E> {
        let mut since = self.sessions.lock().await;
        if since.is_some_and(|since| since.elapsed() < KNOWN) {
            return Ok(false);
        }
        let shared = ask.await?;
        if !shared {
            *since = Some(Instant::now());
        }
        Ok(shared)
    }

    /// Whether all-powerful users are refused.
    pub(crate) fn looks_at_users(&self) -> bool {
        self.allows_users().is_some()
    }

    /// How to allow an all-powerful user all the same; `None` if it is not refused.
    pub(crate) fn allows_users(&self) -> Option<&'static str> {
        let rights = self.rights.as_ref().filter(|rights| !rights.superuser)?;
        Some(rights.otherwise())
    }

    /// Whether nothing has to be queried about the user.
    pub(crate) fn is_user_known(&self) -> bool {
        !self.looks_at_users() || self.passed().user.is_some_and(|since| since.elapsed() < KNOWN)
    }

    fn passed(&self) -> MutexGuard<'_, Passed> {
        self.passed.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
