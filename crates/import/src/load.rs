//! Runs an import: one thread reads and converts, one connection inserts, and everything takes
//! effect at once.

use crate::plan::Plan;
use crate::read::{self, Batches};
use crate::target::Target;
use crate::{ImportError, Options, Progress, Rejected, Shift};
use std::path::Path;

/// The result of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Rows inserted; in a dry run, those that would be.
    pub rows: u64,
    /// Lines rejected; no more than allowed.
    pub rejected: u64,
    /// The first few of those.
    pub first_rejected: Vec<Rejected>,
    /// The number of weeks that timestamps were shifted by.
    pub shift_weeks: i64,
}

/// Loads `file` into the database `target`, replacing the plan's table. The import is atomic, even
/// if the future is dropped. (On MySQL and MariaDB a dropped import may leave a table `brisk_new_…`
/// behind; the next import into the table drops it.)
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
    let mut batches =
        Batches::start(plan, file, (target.dialect(), weeks, rows_at_once), options, progress)?;
    match options.dry_run {
        true => while batches.next().await?.is_some() {},
        false => target.load(plan, &mut batches).await?,
    }
    let (rows, done) = batches.done();
    let (rejected, first_rejected) =
        done.map_or((0, Vec::new()), |done| (done.rejected, done.first_rejected));
    Ok(Report { rows, rejected, first_rejected, shift_weeks: weeks })
}
