//! State of a page's panels and of its variables' choices: ready, failed, or being loaded.

use brisk_domain::choice::Choice;
use brisk_domain::{PanelData, PanelError};
use futures::future::{BoxFuture, Shared};
use std::sync::Arc;
use std::time::Duration;

/// The outcome of a panel, for as long as the page waits.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is ready.
    Ready(Arc<PanelData>),
    /// It cannot be shown.
    Failed(PanelError),
    /// Not yet ready: it comes over the live channel.
    Late(Wait),
}

/// A panel that is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wait {
    /// For how long already.
    pub elapsed: Duration,
    /// How long it usually takes.
    pub usual: Option<Duration>,
}

/// A panel that is still loading, for as long as the page can wait.
pub type PendingPanel = Shared<BoxFuture<'static, Outcome>>;

/// A variable's choices that are still loading.
pub type PendingChoices = Shared<BoxFuture<'static, Result<Vec<Choice>, PanelError>>>;

/// The choices of one variable.
#[derive(Clone)]
pub enum ChoicesSlot {
    /// They can be shown now.
    Ready(Vec<Choice>),
    /// They cannot be shown.
    Failed(PanelError),
    /// They are being loaded.
    Pending(PendingChoices),
}

/// One panel of a page.
#[derive(Clone)]
pub enum PanelSlot {
    /// It can be shown now.
    Ready(Arc<PanelData>),
    /// It cannot be shown.
    Failed(PanelError),
    /// It is being loaded.
    Pending {
        /// The value until then: from before an invalidation, or past its TTL.
        previous: Option<Arc<PanelData>>,
        /// The outcome.
        outcome: PendingPanel,
    },
}

impl PanelSlot {
    /// The previous value, while it is being loaded.
    pub fn previous(&self) -> Option<Arc<PanelData>> {
        match self {
            Self::Pending { previous, .. } => previous.clone(),
            Self::Ready(_) | Self::Failed(_) => None,
        }
    }

    /// Waits for the outcome.
    pub async fn outcome(self) -> Outcome {
        match self {
            Self::Ready(data) => Outcome::Ready(data),
            Self::Failed(error) => Outcome::Failed(error),
            Self::Pending { outcome, .. } => outcome.await,
        }
    }
}
