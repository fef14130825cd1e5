//! Errors: why there is no value, or why an invalidation was not recorded.

use crate::redis::trouble::Trouble;
use std::error::Error;
use std::sync::Arc;

/// Why a load gave no value; shared by all waiting callers.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LoadError {
    /// The loader failed.
    #[error("{0}")]
    Failed(Arc<dyn Error + Send + Sync>),
    /// The loader panicked or was aborted.
    #[error("the load ended abnormally")]
    Abandoned,
    /// Too many loads are waiting in its lane, most of them for the same client, or it waited there
    /// too long.
    #[error("too many loads are waiting")]
    Busy,
    /// Another process is loading the entry, and takes too long.
    #[error("another process did not finish loading it in time")]
    TimedOut,
}

impl LoadError {
    /// The loader's own error, if it is of type `E`.
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        match self {
            Self::Failed(error) => error.downcast_ref(),
            Self::Abandoned | Self::Busy | Self::TimedOut => None,
        }
    }
}

/// The invalidation was not recorded in the shared tier: other processes may continue to show the
/// old values. The caller must retry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the invalidation is not recorded, try again: {0}")]
pub struct NotRecorded(#[from] pub Trouble);
