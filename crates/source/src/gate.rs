//! [`Gate`]: what every statement passes before it runs on a server: its user can do no more than the
//! source allows, nor do the functions that it calls. Both are asked of the server, and asked again only
//! after a while.

use crate::compile::names::Names;
use crate::compile::statement::Statement;
use crate::error::{SourceError, StatementError};
use crate::rights::Rights;
use crate::server::{ConnectionOf, Failure, Protocol};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// For how long what the server said is relied on. Views and functions rarely change, and those who
/// change them own them.
const KNOWN: Duration = Duration::from_secs(600);
/// How many statements' names are remembered: a dashboard has a few dozen.
const REMEMBERED: usize = 10_000;

/// A function that a statement may not call.
pub(crate) struct Refused {
    /// Where in the author's text it is reached from, in bytes.
    pub(crate) at: usize,
    /// Which, why, and how to allow it.
    pub(crate) message: String,
}

/// What has passed. Shared by clones.
#[derive(Clone, Default)]
pub(crate) struct Gate {
    /// `None` where nobody said anything: then the user may be any.
    rights: Option<Arc<Rights>>,
    passed: Arc<Mutex<Passed>>,
}

#[derive(Default)]
struct Passed {
    user: Option<Instant>,
    names: HashMap<Arc<Names>, Instant>,
}

impl Gate {
    /// With what the source's owner allows.
    pub(crate) fn of(rights: Rights) -> Self {
        Self { rights: Some(Arc::new(rights)), passed: Arc::default() }
    }

    /// Lets `statement` pass, or says why not.
    pub(crate) async fn pass<P: Protocol>(
        &self,
        connection: &mut ConnectionOf<P>,
        statement: &Statement,
    ) -> Result<(), Failure> {
        self.pass_user::<P>(connection).await?;
        if self.has_passed(statement) {
            return Ok(());
        }
        let names = &statement.names;
        let none = Rights::default();
        let rights = self.rights.as_deref().unwrap_or(&none);
        let refused = P::refused(connection, statement, rights).await;
        if let Some(Refused { at, message }) = refused.map_err(Failure::before_rows::<P>)? {
            let error = StatementError::at(&statement.query, at, message);
            return Err(Failure::Refused(error.into()));
        }
        let mut passed = self.passed();
        if passed.names.len() >= REMEMBERED {
            passed.names.clear();
        }
        passed.names.insert(Arc::clone(names), Instant::now());
        Ok(())
    }

    /// Whether nothing has to be asked about `statement`.
    pub(crate) fn has_passed(&self, statement: &Statement) -> bool {
        // A statement of Brisk's own names nothing.
        let names = &statement.names;
        let is_known = names.is_empty()
            || self.passed().names.get(names).is_some_and(|since| since.elapsed() < KNOWN);
        is_known && self.is_user_known()
    }

    fn is_user_known(&self) -> bool {
        self.rights.as_ref().is_none_or(|rights| rights.superuser)
            || self.passed().user.is_some_and(|since| since.elapsed() < KNOWN)
    }

    async fn pass_user<P: Protocol>(
        &self,
        connection: &mut ConnectionOf<P>,
    ) -> Result<(), Failure> {
        if self.is_user_known() {
            return Ok(());
        }
        let power = P::power(connection).await.map_err(Failure::before_rows::<P>)?;
        if let Some(power) = power {
            let message = format!(
                "its user {power}: give Brisk one that only reads: {}; or, for this source, write \
                 \"allow_superuser = true\"",
                P::A_READER
            );
            return Err(Failure::Refused(SourceError::Unavailable(message)));
        }
        self.passed().user = Some(Instant::now());
        Ok(())
    }

    fn passed(&self) -> MutexGuard<'_, Passed> {
        self.passed.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
