//! The import: one thread reads and converts, a connection inserts, and all takes effect at once.

use crate::plan::Plan;
use crate::read::{self, Batches};
use crate::target::Target;
use crate::{ImportError, Options, Progress, Rejected, Shift};
use std::path::Path;

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Lines that were inserted.
    pub rows: u64,
    /// Lines that did not fit; all of them were allowed to.
    pub rejected: u64,
    /// The first of those.
    pub first_rejected: Vec<Rejected>,
    /// By how many weeks timestamps were moved.
    pub shift_weeks: i64,
}

/// Loads `file` into the database `target`, replacing the plan's table. Either all of it is there
/// afterwards or nothing has changed; dropping the future changes nothing either. (On MySQL and
/// MariaDB a table `brisk_new_…` may be left then; the next import into the table drops it.)
pub async fn import(
    plan: &Plan,
    file: &Path,
    target: &Target,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Report, ImportError> {
    let result = run(plan, file, target, options, progress).await;
    progress.finish();
    result
}

async fn run(
    plan: &Plan,
    file: &Path,
    target: &Target,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Report, ImportError> {
    target.check(plan)?;
    let weeks = match options.shift {
        Shift::None => 0,
        Shift::LatestIntoPastWeek(now) => read::weeks(plan, file, now).await?,
    };
    let rows_at_once = target.rows_at_once(plan);
    let mut batches = Batches::start(plan, file, (weeks, rows_at_once), options, progress)?;
    target.load(plan, &mut batches).await?;
    let (rows, done) = batches.done();
    let (rejected, first_rejected) =
        done.map_or((0, Vec::new()), |done| (done.rejected, done.first_rejected));
    Ok(Report { rows, rejected, first_rejected, shift_weeks: weeks })
}
