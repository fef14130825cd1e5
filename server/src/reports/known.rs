//! Which reports there are: those of the files, and those that were made in the app.

use brisk_domain::{Report, ReportName};
use brisk_engine::catalog::Contents;
use brisk_store::{ReportRecord, Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A report, and where it is from.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// The report; what is wrong with it, in sentences, where an earlier release or other dashboards allowed it.
    pub(crate) report: Result<Arc<Report>, Vec<String>>,
    /// Where it was made in the app; none for those of files.
    pub(crate) record: Option<ReportRecord>,
    /// Whether it is paused in the app.
    pub(crate) is_paused_in_app: bool,
}

impl Known {
    /// Whether nothing of it is due, whatever the clock says.
    pub(crate) fn is_paused(&self) -> bool {
        self.is_paused_in_app || self.report.as_ref().is_ok_and(|report| report.is_paused)
    }
}

/// All reports by name. A file takes precedence over a report of the app that has its name.
pub(crate) async fn known(
    store: &Store,
    contents: &Contents,
) -> Result<BTreeMap<ReportName, Known>, StoreError> {
    let paused = store.paused_reports().await?;
    let of_app = store.reports().await?.into_iter().map(|record| {
        let report = parsed(&record.name, &record.definition, contents);
        (record.name.clone(), (report, Some(record)))
    });
    let of_files = contents
        .reports
        .iter()
        .map(|(name, report)| (name.clone(), (Ok(Arc::clone(report)), None)));
    let all: BTreeMap<ReportName, _> = of_app.chain(of_files).collect();
    Ok(all
        .into_iter()
        .map(|(name, (report, record))| known_as(name, report, record, &paused))
        .collect())
}

fn known_as(
    name: ReportName,
    report: Result<Arc<Report>, Vec<String>>,
    record: Option<ReportRecord>,
    paused: &BTreeSet<String>,
) -> (ReportName, Known) {
    let is_paused_in_app = paused.contains(name.as_str());
    (name, Known { report, record, is_paused_in_app })
}

/// The report of a definition as a file would have it, checked against the dashboards; or all that is wrong with it.
pub(crate) fn parsed(
    name: &ReportName,
    definition: &str,
    contents: &Contents,
) -> Result<Arc<Report>, Vec<String>> {
    let file = format!("{name}.toml");
    let report = brisk_definition::parse_report(&file, name.clone(), definition);
    let report = report
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<String>>())?;
    let problems = against_dashboard(&report, contents);
    if problems.is_empty() { Ok(Arc::new(report)) } else { Err(problems) }
}

/// What is wrong with a report, given the dashboards that there are.
fn against_dashboard(report: &Report, contents: &Contents) -> Vec<String> {
    let Some(dashboard) = contents.dashboards.get(&report.dashboard) else {
        return vec![format!("There is no dashboard \"{}\".", report.dashboard)];
    };
    let mut problems = Vec::new();
    if let Err((message, help)) = brisk_definition::check_view(dashboard, &report.view) {
        let help = help.map(|help| format!(" ({help})")).unwrap_or_default();
        problems.push(format!("{message}{help}."));
    }
    let condition = report.condition.as_ref().map(|condition| &condition.panel);
    let named = report.panels.iter().flatten().chain(condition);
    let missing = named.filter(|panel| dashboard.panel(panel).is_none());
    problems.extend(missing.map(|panel| format!("{} has no panel \"{panel}\".", dashboard.title)));
    problems
}
