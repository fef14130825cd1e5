//! Warming schedules as admins type them: what is warmed, when, on whose clock.

use brisk_definition::timetable::Timetable;
use brisk_domain::sentence::sentence;
use brisk_domain::{Tag, Timestamp};
use brisk_engine::Engine;
use brisk_store::{Actor, ScheduleChange, Store, StoreError};

/// The longest name, in characters.
const LONGEST_NAME: usize = 60;

/// What is typed in the form of a schedule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TypedSchedule<'t> {
    /// What its admin calls it.
    pub name: &'t str,
    /// A tag.
    pub warms: &'t str,
    /// As in a crontab.
    pub expression: &'t str,
    /// A zone's name; UTC where it is empty.
    pub zone: &'t str,
}

/// Why a schedule is not kept.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// What is typed means nothing: a sentence.
    #[error("{0}")]
    Text(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps what is typed, replacing the schedule of that name if there is one.
pub async fn set(
    store: &Store,
    engine: &Engine,
    typed: TypedSchedule<'_>,
    actor: &Actor,
    now: Timestamp,
) -> Result<(), ScheduleError> {
    let text = |why: String| ScheduleError::Text(why);
    let name = typed.name.trim();
    let is_plain = |c: char| c.is_alphanumeric() || " -_.".contains(c);
    if name.is_empty() || name.chars().count() > LONGEST_NAME || !name.chars().all(is_plain) {
        return Err(text(format!(
            "The name must be 1 to {LONGEST_NAME} letters, digits, blanks, hyphens and dots."
        )));
    }
    let warms = tag(engine, typed.warms).map_err(text)?;
    let zone = Some(typed.zone.trim()).filter(|zone| !zone.is_empty()).unwrap_or("UTC");
    Timetable::parse(typed.expression, zone).map_err(text)?;
    let (warms, expression) = (warms.to_string(), typed.expression.trim());
    let to = ScheduleChange::Set { warms: &warms, expression, zone };
    store.change_schedule(name, &to, actor, now).await?;
    Ok(())
}

/// The tag that is warmed, if anything depends on it; else a sentence.
pub fn tag(engine: &Engine, text: &str) -> Result<Tag, String> {
    let tag = Tag::parse(text.trim()).map_err(|error| sentence(&error.to_string()))?;
    match engine.dependent(&tag).is_empty() {
        true => Err(format!("No panel depends on {tag}: nothing would be warmed.")),
        false => Ok(tag),
    }
}
