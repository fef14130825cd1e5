//! `cargo xtask serve --dev`: builds and starts again when files change. A build that fails shows
//! its errors and leaves the running server alone. Dashboards are the server's own affair.

use crate::process::{self, Guarded};
use crate::workspace::Workspace;
use crate::{assets, frontend, step};
use anyhow::{Context, Result};
use notify::{Event, EventKind, RecursiveMode, Watcher};
use rustix::process::Signal;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

const FOLDERS: [&str; 6] = ["app", "server", "crates", "frontend", "migrations", "style"];
/// An editor saves in several strokes, and a checkout touches many files.
const QUIET: Duration = Duration::from_millis(300);

/// What has to be done for a change.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
enum Work {
    Nothing,
    Assets,
    Everything,
}

pub(crate) fn serve(workspace: &Workspace, server: impl Fn() -> Command) -> Result<ExitCode> {
    let (sender, changes) = std::sync::mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if let Ok(event) = event {
            let _ = sender.send(work_for(&event));
        }
    })
    .context("files cannot be watched on this machine: use `cargo xtask serve`")?;
    for folder in FOLDERS {
        watcher
            .watch(&workspace.path(folder), RecursiveMode::Recursive)
            .with_context(|| format!("{folder}/ cannot be watched"))?;
    }
    let mut running = built(workspace, Work::Everything)?.then(|| start(&server)).transpose()?;
    while let Some(work) = next_change(&changes)? {
        if built(workspace, work)? {
            // The port has to be free before the next one asks for it. A change of style starts
            // the server again too: it reads the names of the assets when it starts.
            drop(running.take());
            running = Some(start(&server)?);
        }
    }
    drop(running);
    Ok(ExitCode::SUCCESS)
}

fn start(server: &impl Fn() -> Command) -> Result<Guarded> {
    Guarded::start(&mut server(), Signal::TERM)
}

/// Builds; false when that failed, after saying why.
fn built(workspace: &Workspace, work: Work) -> Result<bool> {
    match build(workspace, work) {
        Ok(()) => Ok(true),
        Err(error) => {
            process::go_on()?;
            eprintln!("\n{error:#}\nWaiting for the next change.");
            Ok(false)
        }
    }
}

fn build(workspace: &Workspace, work: Work) -> Result<()> {
    if work == Work::Everything {
        step::step("server", "compiling for development", || {
            process::run(&mut workspace.cargo(&["build", "--package", "brisk-server"]))
        })?;
    }
    let built = frontend::build(workspace, frontend::Profile::Dev)?;
    assets::build(workspace, &built, assets::Packing::None)
}

/// Waits for a change, then until files have been quiet for a moment. `None` after Ctrl-C.
fn next_change(changes: &Receiver<Work>) -> Result<Option<Work>> {
    let mut work = Work::Nothing;
    loop {
        if process::interrupted() {
            return Ok(None);
        }
        match changes.recv_timeout(QUIET) {
            Ok(more) if more > work => work = more,
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) if work == Work::Nothing => {}
            Err(RecvTimeoutError::Timeout) => return Ok(Some(work)),
            Err(error) => return Err(error).context("the watcher of files has stopped"),
        }
    }
}

fn work_for(event: &Event) -> Work {
    // Reading a file is an event too, and our own builds read them all.
    if matches!(event.kind, EventKind::Access(_)) {
        return Work::Nothing;
    }
    let works = event.paths.iter().map(|path| work_for_file(path));
    works.fold(Work::Nothing, |most, work| if work > most { work } else { most })
}

fn work_for_file(path: &Path) -> Work {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("css" | "woff2" | "svg" | "js") if !in_rust(path) => Work::Assets,
        Some("rs" | "toml" | "sql" | "svg" | "js") => Work::Everything,
        _ => Work::Nothing,
    }
}

/// Whether the file is compiled in (`include_str!`), rather than served as an asset.
fn in_rust(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "src")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_needs_only_assets_and_rust_needs_everything() {
        for (path, work) in [
            ("/b/style/base.css", Work::Assets),
            ("/b/frontend/loader.js", Work::Assets),
            ("/b/app/src/components/sprite.svg", Work::Everything),
            ("/b/app/src/lib.rs", Work::Everything),
            ("/b/migrations/1.sql", Work::Everything),
            ("/b/app/src/.lib.rs.swp", Work::Nothing),
        ] {
            assert_eq!(work_for_file(Path::new(path)), work, "{path}");
        }
    }

    #[test]
    fn reading_a_file_is_no_change() {
        let read = EventKind::Access(notify::event::AccessKind::Read);
        let event = Event::new(read).add_path("/b/app/src/lib.rs".into());
        assert_eq!(work_for(&event), Work::Nothing);
    }
}
