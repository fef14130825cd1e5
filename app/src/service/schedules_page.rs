//! Data of the page "Schedules".

use brisk_domain::Timestamp;

/// What is warmed when.
#[derive(Debug, Default)]
pub struct SchedulesPage {
    /// When the page was made.
    pub now: Timestamp,
    /// The schedules, by name.
    pub schedules: Vec<ScheduleRow>,
    /// What is in the form: name, tag, expression, zone.
    pub typed: [String; 4],
    /// Whether the form changes an existing schedule.
    pub is_change: bool,
    /// Why what was typed is refused.
    pub problem: Option<String>,
    /// The action just done.
    pub notice: Option<String>,
}

/// One schedule.
#[derive(Debug)]
pub struct ScheduleRow {
    /// Its name.
    pub name: String,
    /// What it warms.
    pub warms: String,
    /// When, as in a crontab, and on whose clock.
    pub expression: (String, String),
    /// When, in words; or why it is never due.
    pub words: Result<String, String>,
    /// The next due times: on its clock, and when.
    pub next: Vec<(String, Timestamp)>,
    /// Whether it is switched on.
    pub is_on: bool,
    /// Whether it is from a dashboard's file, and can only be changed there.
    pub is_of_file: bool,
    /// Who changed it last, and when.
    pub changed: (String, Timestamp),
    /// Its latest runs, newest first.
    pub runs: Vec<RunRow>,
}

/// One run of a schedule.
#[derive(Debug)]
pub struct RunRow {
    /// When it was due, on its clock.
    pub due: String,
    /// The same.
    pub due_at: Timestamp,
    /// How many due times before it were missed.
    pub missed: u64,
    /// When it began, if it has.
    pub started_at: Option<Timestamp>,
    /// When it ended, if it has.
    pub ended_at: Option<Timestamp>,
    /// Panels that were loaded, that were there, that failed.
    pub panels: (u64, u64, u64),
    /// A further note.
    pub note: String,
}

/// Whether a schedule is removed.
#[derive(Debug)]
pub struct RemoveSchedulePage {
    /// Its name.
    pub name: String,
    /// What it does, in words.
    pub about: String,
}
