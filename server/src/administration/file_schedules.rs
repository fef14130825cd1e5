//! The warming schedules in dashboards' files (`warm`). The files define them, on each replica those
//! that it has read; the store knows up to when they are planned, and whether an admin has paused them.

use brisk_domain::{Tag, Timestamp};
use brisk_engine::catalog::Contents;
use brisk_store::{Schedule, Store, StoreError};
use std::collections::BTreeSet;

/// A schedule of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct FileSchedule {
    name: String,
    warms: String,
    expression: String,
    zone: String,
}

/// Adds the files' schedules that the store does not know yet; whether there were any.
pub async fn add(
    store: &Store,
    contents: &Contents,
    known: &[Schedule],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let known: BTreeSet<&str> = known.iter().map(|schedule| schedule.name.as_str()).collect();
    let mut is_any_new = false;
    for new in all(contents).iter().filter(|one| !known.contains(one.name.as_str())) {
        let what = (new.warms.as_str(), new.expression.as_str(), new.zone.as_str());
        store.add_file_schedule(&new.name, what, now).await?;
        is_any_new = true;
    }
    Ok(is_any_new)
}

/// The schedules in force: admins', and those that files have now.
pub fn present(schedules: Vec<Schedule>, contents: &Contents) -> Vec<Schedule> {
    let of_files: BTreeSet<String> = all(contents).into_iter().map(|one| one.name).collect();
    let is_there = |one: &Schedule| !one.is_of_file || of_files.contains(&one.name);
    schedules.into_iter().filter(is_there).collect()
}

/// All schedules of the files. An admin's schedule has no such name. One whose time or zone changes is
/// another one.
fn all(contents: &Contents) -> BTreeSet<FileSchedule> {
    let times = contents.warm.iter().flat_map(|(slug, times)| {
        times.iter().map(move |time| FileSchedule {
            name: format!("{slug}.toml: {} {}", time.expression, time.zone),
            warms: Tag::Dashboard(slug.to_string()).to_string(),
            expression: time.expression.clone(),
            zone: time.zone.to_string(),
        })
    });
    times.collect()
}
