//! [`Budget`]: how many bytes of cells one answer may still have. What a selection costs is known before it
//! runs, but for how many rows there are.

use crate::problem::{Problem, TOO_LARGE};
use async_graphql::ContextSelectionSet;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The bytes of cells that one answer may still have, roughly.
#[derive(Debug)]
pub(crate) struct Budget {
    most: usize,
    taken: AtomicUsize,
}

impl Budget {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, taken: AtomicUsize::new(0) }
    }

    /// That of the operation.
    pub(crate) fn of<'a>(ctx: &'a ContextSelectionSet<'_>) -> Result<&'a Self, Problem> {
        ctx.data::<Self>().map_err(|_| Problem::new(&TOO_LARGE, "This answer may have no cells."))
    }

    /// Takes so many bytes, if they are left.
    pub(crate) fn take(&self, bytes: usize) -> Result<(), Problem> {
        let before = self.taken.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) <= self.most {
            return Ok(());
        }
        // What does not fit leaves room for smaller columns.
        self.taken.fetch_sub(bytes, Ordering::Relaxed);
        let most = self.most / 1024;
        Err(Problem::new(
            &TOO_LARGE,
            format!("The cells of one answer may have {most} KiB in all."),
        ))
    }
}
