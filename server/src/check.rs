//! `brisk check`: what is wrong with dashboards as code.

use brisk_domain::variable::Options;
use brisk_domain::{Timestamp, ViewState};
use brisk_engine::Window;
use brisk_source::Dialect;
use std::path::Path;
use std::process::ExitCode;

/// Checks the files of `directory` and the statements in them, and prints each problem at its
/// place.
#[allow(clippy::print_stdout)] // It is a command: this is its result.
pub fn check(directory: &Path) -> ExitCode {
    let loaded = brisk_definition::load_dir(directory);
    let mut problems: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    let mut panels = 0;
    for dashboard in &loaded.dashboards {
        let file = directory.join(format!("{}.toml", dashboard.slug));
        let view = ViewState::default_of(dashboard);
        // Statements are checked for the view that opens first, at any time.
        let window = match Window::of(dashboard, &view, Timestamp::from_seconds(1_700_000_000)) {
            Ok(window) => window,
            Err(error) => {
                problems.push(format!("{}: {error}", file.display()));
                continue;
            }
        };
        for variable in &dashboard.variables {
            let Options::Query { source, query } = &variable.options else { continue };
            let planned =
                brisk_engine::plan::choices(query, source, &view, &window, Dialect::Sqlite);
            if let Err(error) = planned {
                let place = format!("{}:{}:{}", file.display(), error.line, error.column);
                let message = &error.message;
                problems.push(format!("{place}: variable \"{}\": {message}", variable.name));
            }
        }
        for panel in &dashboard.panels {
            panels += 1;
            if let Err(error) = brisk_engine::plan::panel(panel, &view, &window, Dialect::Sqlite) {
                let place = format!("{}:{}:{}", file.display(), error.line, error.column);
                problems.push(format!("{place}: panel \"{}\": {}", panel.id, error.message));
            }
        }
    }
    if problems.is_empty() {
        println!("{} dashboards with {panels} panels are good", loaded.dashboards.len());
        return ExitCode::SUCCESS;
    }
    for problem in &problems {
        println!("{problem}");
    }
    let count = problems.len();
    println!("{count} {}", if count == 1 { "problem" } else { "problems" });
    ExitCode::FAILURE
}
