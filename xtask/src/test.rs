//! `cargo xtask test`: everything that CI runs, or a selection of it.
//!
//! A step that fails does not keep later ones from running; the last line counts all tests, and
//! each failed step that is not a test counts as one.

use crate::arguments::Arguments;
use crate::packages::{self, Packages};
use crate::process;
use crate::step::{step, took};
use crate::summary::Counts;
use crate::test_build::{self, Selection, TestProgram};
use crate::test_run::{self, Outcome};
use crate::workspace::Workspace;
use crate::{apt, browser, build, check, python, services};
use anyhow::{Result, bail};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Crates whose tests use the servers that this command starts.
const WITH_SERVICES: [&str; 6] =
    ["brisk-engine", "brisk-import", "brisk-jobs", "brisk-source", "brisk-store", "brisk-server"];

pub(crate) fn run(workspace: &Workspace, mut arguments: Arguments) -> Result<ExitCode> {
    let quick = arguments.flag("--quick");
    let (packages, filters) = packages(workspace, arguments.words());
    arguments.finish()?;
    let mut run = Run::default();
    if packages.is_empty() && filters.is_empty() {
        everything(workspace, quick, &mut run)?;
    } else {
        some(workspace, &packages, &filters, quick, &mut run)?;
    }
    Ok(run.finish())
}

/// What CI runs; `quick` leaves out services and browser.
fn everything(workspace: &Workspace, quick: bool, run: &mut Run) -> Result<()> {
    if !quick {
        run.plain("tools", || {
            step("tools", "databases and browsers", || apt::install_missing(workspace))
        })?;
    }
    run.plain("checks", || check::files(workspace))?;
    let programs = run.plain("build and lints", || {
        step("build", "the tests and the program, linted on the way", || {
            test_build::build(workspace, Selection::Everything)
        })
    })?;
    run.plain("lints of the browser", || check::frontend(workspace))?;
    if let Some(programs) = programs {
        run.rust(workspace, Selection::Everything, &programs, &[], !quick)?;
    }
    if quick {
        return Ok(());
    }
    if run.plain("frontend", || build::site(workspace))?.is_some() {
        // Built with the server's tests.
        let program = workspace.target("debug/brisk");
        run.counted("browser", || {
            step(
                "browser",
                "Chromium, Firefox and WebKit against a server with the real data",
                || browser::run(workspace, &program),
            )
        })?;
    }
    Ok(())
}

/// The quick loop: some crates, or tests by name.
fn some(
    workspace: &Workspace,
    packages: &[String],
    filters: &[String],
    quick: bool,
    run: &mut Run,
) -> Result<()> {
    let selection = match packages {
        [] => Selection::Everything,
        packages => Selection::Packages(packages),
    };
    let wants = |name: &String| WITH_SERVICES.contains(&name.as_str());
    let services = !quick && (packages.is_empty() || packages.iter().any(wants));
    let programs = run.plain("build and lints", || test_build::build(workspace, selection))?;
    match programs {
        Some(programs) => run.rust(workspace, selection, &programs, filters, services),
        None => Ok(()),
    }
}

/// Words that name a crate, with or without `brisk-`; the others are parts of tests' names.
fn packages(workspace: &Workspace, words: Vec<String>) -> (Vec<String>, Vec<String>) {
    let (mut packages, mut filters) = (Vec::new(), Vec::new());
    for word in words {
        let short = word.strip_prefix("brisk-").unwrap_or(&word);
        let folders = [format!("crates/{short}"), short.to_owned()];
        let is_crate = |folder: &String| workspace.path(folder).join("Cargo.toml").exists();
        match folders.iter().any(is_crate) && !short.contains('/') {
            true if short == "xtask" => packages.push(short.to_owned()),
            true => packages.push(format!("brisk-{short}")),
            false => filters.push(word),
        }
    }
    (packages, filters)
}

#[derive(Default)]
struct Run {
    rows: Vec<(&'static str, Duration, String)>,
    counts: Counts,
    times: Vec<(Duration, String)>,
    failed: Vec<String>,
}

const DONE: &str = "done";

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
                self.rows.push((name, begun.elapsed(), DONE.into()));
                Ok(Some(value))
            }
            Err(error) => {
                eprintln!("{error:#}");
                self.counts.failed += 1;
                self.failed.push(format!("step: {name}"));
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
            && row.2 == DONE
        {
            row.2 = format!("{} passed, {} failed", counts.passed, counts.failed);
        }
        Ok(())
    }

    /// The Rust tests of `programs` whose names contain one of `filters`, if there are any.
    fn rust(
        &mut self,
        workspace: &Workspace,
        selection: Selection<'_>,
        programs: &[TestProgram],
        filters: &[String],
        services: bool,
    ) -> Result<()> {
        let mut outcome = Outcome::default();
        self.counted("tests", || {
            step("tests", "unit and integration", || {
                // The server's tests sign in at a provider that is one of them.
                if services && programs.iter().any(|program| program.name == "server") {
                    packages::install(workspace, Packages::All)?;
                }
                let mut servers = if services { services::start(workspace)? } else { Vec::new() };
                let mut environment: Vec<(&str, String)> =
                    servers.iter().map(|server| (server.variable, server.url.clone())).collect();
                let asks_python =
                    programs.iter().any(|p| ["server", "delivery"].contains(&&*p.name));
                if services && asks_python {
                    environment.push((python::PYTHON, python::install(workspace)?));
                }
                if !services {
                    // Tells tests that use a server that there is none.
                    environment.push(("BRISK_TEST_QUICK", "1".into()));
                }
                for program in programs.iter().filter(|p| services || !p.name.starts_with("xtask"))
                {
                    test_run::run(workspace, program, filters, &environment, &mut outcome)?;
                }
                let gone = servers.iter_mut().find_map(|s| (!s.is_running()).then_some(s.variable));
                if let Some(gone) = gone {
                    bail!("the server behind {gone} ended during the tests");
                }
                Ok(outcome.counts)
            })
        })?;
        self.times.append(&mut outcome.times);
        self.failed.append(&mut outcome.failed);
        if !filters.is_empty() {
            return Ok(());
        }
        self.counted("examples in docs", || {
            let mut counts = Counts::default();
            let result = test_build::doc_tests(workspace, selection, |line| {
                counts += Counts::of_cargo_line(line).unwrap_or_default();
            });
            match result {
                Err(error) if counts.failed == 0 => Err(error),
                _ => Ok(counts),
            }
        })
    }

    fn finish(mut self) -> ExitCode {
        const SLOWEST: usize = 10;
        self.times.sort_by(|a, b| b.cmp(a));
        if self.times.len() > SLOWEST {
            println!("\nthe slowest tests");
            for (time, name) in self.times.iter().take(SLOWEST) {
                println!("  {:>12}  {name}", took(*time));
            }
        }
        println!("\nsummary");
        for (name, time, result) in &self.rows {
            println!("  {name:<22} {:>12}  {result}", took(*time));
        }
        for name in &self.failed {
            println!("  FAILED {name}");
        }
        println!("\n{} passed, {} failed", self.counts.passed, self.counts.failed);
        if self.counts.failed == 0 && self.counts.passed > 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}
