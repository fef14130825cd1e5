//! Reports and dashboards of the tests, made as their authors make them.

use brisk_definition::{parse, parse_report};
use brisk_domain::{Dashboard, Report, ReportName, Slug};

/// A report with these lines in its file.
pub(crate) fn report(lines: &str) -> Report {
    let mut text = "title = \"Weekly\"\ndashboard = \"sales\"\n".to_owned();
    if !lines.contains("to = ") {
        text.push_str("to = [\"account:ann\"]\n");
    }
    if !lines.contains("cron = ") && !lines.contains("after = ") {
        text.push_str("cron = \"0 6 * * *\"\n");
    }
    text.push_str(lines);
    let name = ReportName::parse("weekly").unwrap();
    parse_report("weekly.toml", name, &text).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// The dashboard `sales` for this audience.
pub(crate) fn dashboard(audience: &str) -> Dashboard {
    let text = format!(
        "title = \"Sales\"\naccess = {audience}\n[[panel]]\nid = \"one\"\ntitle = \"One\"\n\
         kind = \"stat\"\nsource = \"shop\"\nsql = \"select 1 as n\"\n"
    );
    parse("sales.toml", Slug::parse("sales").unwrap(), &text).unwrap()
}
