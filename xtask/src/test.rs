//! `cargo xtask test`: everything that CI runs.
//!
//! A step that fails does not keep later ones from running; the last line counts all tests, and
//! each failed step that is not a test counts as one.

use crate::arguments::Arguments;
use crate::build::{self, Profile};
use crate::process::{self, run_reading};
use crate::step::{step, took};
use crate::summary::Counts;
use crate::workspace::Workspace;
use crate::{apt, browser, check, scripts, services};
use anyhow::{Result, bail};
use std::process::ExitCode;
use std::time::{Duration, Instant};

pub(crate) fn run(workspace: &Workspace, mut arguments: Arguments) -> Result<ExitCode> {
    let quick = arguments.flag("--quick");
    arguments.finish()?;
    let mut run = Run { rows: Vec::new(), counts: Counts::default() };
    if !quick {
        run.plain("tools", || {
            step("tools", "databases and a browser", || apt::install_missing(workspace))
        })?;
    }
    run.plain("format", || check::format(workspace))?;
    run.plain("scripts", || scripts::check(workspace))?;
    run.plain("clippy", || check::lint(workspace))?;
    run.counted("unit and integration", || {
        step("tests", "unit and integration, with private databases", || {
            cargo_test(workspace, quick)
        })
    })?;
    if !quick {
        let built = run.plain("frontend and server", || {
            build::site(workspace)?;
            build::server(workspace, Profile::Debug)
        })?;
        if let Some(program) = built {
            run.counted("browser", || {
                step("browser", "Chromium against a server with the real data", || {
                    browser::run(workspace, &program)
                })
            })?;
        }
    }
    Ok(run.finish())
}

fn cargo_test(workspace: &Workspace, quick: bool) -> Result<Counts> {
    let mut command = workspace.cargo(&["test", "--no-fail-fast", "--workspace"]);
    command.args(["--exclude", "brisk-frontend"]);
    let mut services = Vec::new();
    if quick {
        // These start servers, and tests of others know that there are none.
        command.args(["--exclude", "xtask"]).env("BRISK_TEST_QUICK", "1");
    } else {
        services = services::start(workspace)?;
    }
    for service in &services {
        command.env(service.variable, &service.url);
    }
    let mut counts = Counts::default();
    let result = run_reading(&mut command, |line| {
        if let Some(found) = Counts::of_cargo_line(line) {
            counts += found;
        }
    });
    if let Some(gone) = services.iter_mut().find_map(|s| (!s.is_running()).then_some(s.variable)) {
        bail!("the server behind {gone} ended during the tests");
    }
    match result {
        Err(error) if counts.failed == 0 => Err(error),
        _ => Ok(counts),
    }
}

struct Run {
    rows: Vec<(&'static str, Duration, String)>,
    counts: Counts,
}

impl Run {
    /// A step without tests of its own.
    fn plain<T>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<Option<T>> {
        let begun = Instant::now();
        let result = work();
        process::go_on()?;
        match result {
            Ok(value) => {
                self.rows.push((name, begun.elapsed(), "good".into()));
                Ok(Some(value))
            }
            Err(error) => {
                eprintln!("{error:#}");
                self.counts.failed += 1;
                self.rows.push((name, begun.elapsed(), "FAILED".into()));
                Ok(None)
            }
        }
    }

    /// A step that counts tests.
    fn counted(&mut self, name: &'static str, work: impl FnOnce() -> Result<Counts>) -> Result<()> {
        let counts = self.plain(name, work)?.unwrap_or_default();
        self.counts += counts;
        if let Some(row) = self.rows.last_mut()
            && row.2 == "good"
        {
            row.2 = format!("{} passed, {} failed", counts.passed, counts.failed);
        }
        Ok(())
    }

    fn finish(self) -> ExitCode {
        println!("\nsummary");
        for (name, time, result) in &self.rows {
            println!("  {name:<22} {:>12}  {result}", took(*time));
        }
        println!("\n{} passed, {} failed", self.counts.passed, self.counts.failed);
        if self.counts.failed == 0 && self.counts.passed > 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}
