//! [`Losses`]: whether Redis has lost the sessions that are kept there.
//!
//! Beside them each process has a mark, which it prolongs once a second. It is lost with them: by a restart, a flush,
//! a failover. Where it is gone, the process puts another one there and writes back the sessions that it knows
//! (`SessionRecords::write_back`). So does one that did not reach Redis for a while: it may have come back with what
//! it had long ago, the mark included.

use super::session_records::lost;
use brisk_cache::{Records, Trouble};
use brisk_store::StoreError;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The kind of the marks' records.
const KIND: &str = "mark";
/// For how long the mark of a process that has ended stays.
const LIFE: Duration = Duration::from_secs(3_600);

/// Looks at the mark of this process.
#[derive(Debug)]
pub(super) struct Losses {
    shared: Arc<Records>,
    /// The mark's name.
    name: String,
    /// Everything that this process knows is in Redis, as far as it has heard.
    is_whole: AtomicBool,
}

impl Losses {
    pub(super) fn new(shared: Arc<Records>) -> Self {
        let name = format!("{:032x}", rand::random::<u128>());
        Self { shared, name, is_whole: AtomicBool::new(false) }
    }

    /// Whether Redis may have lost something since [`Losses::written_back`].
    pub(super) async fn look(&self) -> Result<bool, StoreError> {
        let place = (KIND, self.name.as_str());
        let looked = async {
            if self.shared.prolong(place, LIFE).await? {
                return Ok(true);
            }
            // Before anything is written: what is lost after this, is lost with it.
            self.shared.replace(place, None, "", LIFE).await?;
            Ok::<_, Trouble>(false)
        };
        let is_there = looked.await.map_err(lost);
        if !matches!(is_there, Ok(true)) {
            self.is_whole.store(false, Ordering::Release);
        }
        is_there.map(|_| !self.is_whole.load(Ordering::Acquire))
    }

    /// Notes that everything that this process knows is there.
    pub(super) fn written_back(&self) {
        self.is_whole.store(true, Ordering::Release);
    }
}
