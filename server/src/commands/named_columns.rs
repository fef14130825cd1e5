//! The check of the columns that panels name: those that their statements do not return are reported,
//! each at its place.

use brisk_definition::unknown_columns;
use brisk_domain::Panel;
use std::path::Path;

/// The problems of `panel`, which is in `file`, with the columns that its statements return.
pub(super) fn named_wrongly(panel: &Panel, returned: &[String], file: &Path) -> Vec<String> {
    let returned: Vec<&str> = returned.iter().map(String::as_str).collect();
    let unknown = unknown_columns(panel, &returned);
    if unknown.is_empty() {
        return Vec::new();
    }
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let whose = format!("panel \"{}\"", panel.id);
    let problems = unknown.iter().map(|one| {
        let place = one.place(&file.display().to_string(), &text, &panel.id);
        at(file, (place.line, place.column), &whose, &one.problem())
    });
    problems.collect()
}

/// A message about a line and column of `file`.
pub(super) fn at(file: &Path, (line, column): (u32, u32), whose: &str, message: &str) -> String {
    format!("{}:{line}:{column}: {whose}: {message}", file.display())
}
