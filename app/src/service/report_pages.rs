//! Data of the pages about reports.

use brisk_domain::Timestamp;

/// All reports, and the form of a new one.
#[derive(Debug, Default)]
pub struct ReportsPage {
    /// When the page was made.
    pub now: Timestamp,
    /// The reports, by name.
    pub reports: Vec<ReportRow>,
    /// What is in the form.
    pub typed: TypedReport,
    /// What is wrong with what was typed, in sentences.
    pub problems: Vec<String>,
    /// The action just done.
    pub notice: Option<&'static str>,
}

/// What is in the form of a report.
#[derive(Debug, Default)]
pub struct TypedReport {
    /// Its name.
    pub name: String,
    /// Its definition, as a file would have it.
    pub definition: String,
    /// When the report that it changes was last changed, as its author read it; none for a new one.
    pub changes: Option<Timestamp>,
}

/// One report.
#[derive(Debug)]
pub struct ReportRow {
    /// Its name.
    pub name: String,
    /// What it sends, and when; or all that is wrong with it, in sentences.
    pub about: Result<ReportAbout, Vec<String>>,
    /// Whether it is paused.
    pub pause: ReportPause,
    /// Who changed its definition last, and when; none for those of files, which can only be changed there.
    pub changed: Option<(String, Timestamp)>,
    /// Its latest runs, newest first.
    pub runs: Vec<ReportRunRow>,
}

/// What a report sends, and when.
#[derive(Debug)]
pub struct ReportAbout {
    /// Its title.
    pub title: String,
    /// The address and the title of its view.
    pub view: (String, String),
    /// As what it is sent.
    pub form: &'static str,
    /// Who receives it.
    pub recipients: Vec<String>,
    /// When it is due, in words.
    pub when: Vec<String>,
    /// The next due time that is known beforehand: on its clock, and when.
    pub next: Option<(String, Timestamp)>,
}

/// Whether a report is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportPause {
    /// It is not.
    No,
    /// In the app.
    InApp,
    /// By its definition, whatever the app says.
    ByDefinition,
}

/// One run of a report.
#[derive(Debug)]
pub struct ReportRunRow {
    /// When its time had come.
    pub moment: String,
    /// Why it was made.
    pub cause: String,
    /// Whether it is late.
    pub is_late: bool,
    /// How many due times before it were missed.
    pub missed: u64,
    /// How far it is, or how it ended.
    pub state: ReportRunState,
    /// What else there is to say.
    pub note: String,
    /// What became of its sendings: how many, and in which state.
    pub counts: Vec<(u64, &'static str)>,
    /// Who was left out, and why.
    pub left_out: Vec<String>,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportRunState {
    /// No server has begun it.
    Waits,
    /// It began then.
    Runs(Timestamp),
    /// It was made.
    Done,
    /// There was nothing to send, or nobody to send it to.
    NotNeeded,
    /// It could not be made.
    Failed,
}

/// The history of a report.
#[derive(Debug)]
pub struct ReportPage {
    /// When the page was made.
    pub now: Timestamp,
    /// Its name.
    pub name: String,
    /// Its title; none where it is gone, or broken.
    pub title: Option<String>,
    /// Its latest runs, newest first.
    pub runs: Vec<(ReportRunRow, SendingRows)>,
}

/// The sendings of a run.
#[derive(Debug, Default)]
pub struct SendingRows {
    /// Those that are shown, the ones that did not arrive first.
    pub shown: Vec<SendingRow>,
    /// How many others there are.
    pub others: usize,
}

/// What became of a sending.
#[derive(Debug)]
pub struct SendingRow {
    /// Who it was for.
    pub recipient: String,
    /// Its state, in words.
    pub state: &'static str,
    /// Whether it did not arrive, or nobody knows.
    pub is_bad: bool,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was last tried, or that ended.
    pub at: Timestamp,
    /// When it is tried again, if it is.
    pub retry_at: Option<Timestamp>,
    /// What the receiver's server said.
    pub words: String,
}

/// Whether a report is removed.
#[derive(Debug)]
pub struct RemoveReportPage {
    /// Its name.
    pub name: String,
}

/// Whether somebody receives a report.
#[derive(Debug, Clone)]
pub struct UnsubscribePage {
    /// The path of the page, which is a secret.
    pub path: String,
    /// The report's title.
    pub title: String,
    /// Whether they receive it no longer.
    pub is_unsubscribed: bool,
}
