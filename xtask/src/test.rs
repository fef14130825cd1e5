//! `cargo xtask test`: everything that CI runs, in order. A step that fails does not keep the
//! others from running, unless they need what it makes.

use crate::arguments::Arguments;
use crate::counts::Counts;
use crate::services::Services;
use crate::summary::Summary;
use crate::workspace::Workspace;
use crate::{apt, assets, browser, check, frontend, process};
use anyhow::{Result, bail};
use std::process::ExitCode;

/// What is tested for this machine. The server of the browser tests is built with the same
/// choice, so that cargo compiles each crate once.
const NATIVE: [&str; 3] = ["--workspace", "--exclude", "brisk-frontend"];

pub(crate) fn run(workspace: &Workspace, mut arguments: Arguments) -> Result<ExitCode> {
    let quick = arguments.flag("--quick");
    let filter = arguments.word();
    arguments.finish()?;
    let filter = filter.as_deref();

    let mut summary = Summary::new();
    let installing = (!quick).then(|| apt::install_missing(workspace.target("logs/apt.log")));
    if filter.is_none() {
        summary.step("format", check::FORMAT, || check::format(workspace));
        summary.step("clippy", check::CLIPPY, || check::clippy(workspace));
        summary.step("clippy for wasm", check::CLIPPY_WASM, || check::clippy_wasm(workspace));
    }
    if let Some(installing) = installing {
        summary.step("programs", "waiting for what apt installs", || installing.wait());
    }
    let services = if quick {
        summary.skip("services", "--quick");
        None
    } else {
        summary.step("services", "starting private PostgreSQL, Redis and MariaDB", Services::start)
    };
    summary.tests("tests", "unit and integration tests", |counts| {
        cargo_test(workspace, services.as_ref(), filter, counts)
    });
    if quick {
        summary.skip("browser", "--quick");
    } else {
        browser_tests(workspace, filter, &mut summary);
    }
    if let Some(services) = services {
        summary.step("stop", "stopping the services", || services.stop());
    }
    let passed = summary.print();
    process::go_on()?;
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn cargo_test(
    workspace: &Workspace,
    services: Option<&Services>,
    filter: Option<&str>,
    counts: &mut Counts,
) -> Result<()> {
    let mut cargo = workspace.cargo(&["test", "--no-fail-fast"]);
    cargo.args(NATIVE).args(filter);
    cargo.envs(services.into_iter().flat_map(Services::addresses));
    process::run_reading(&mut cargo, |line| counts.read_cargo(line))?;
    if *counts == Counts::default() && filter.is_none() {
        bail!("no test ran, which cannot be right");
    }
    Ok(())
}

fn browser_tests(workspace: &Workspace, filter: Option<&str>, summary: &mut Summary) {
    let site = summary.step("site", "the frontend and its assets, as they ship", || {
        let built = frontend::build(workspace, frontend::Profile::Size)?;
        assets::build(workspace, &built, assets::Packing::Smallest)
    });
    let server = summary.step("server", "compiling for the browser tests", || {
        let mut cargo = workspace.cargo(&["build", "--bin", "brisk"]);
        process::run(cargo.args(NATIVE))
    });
    if site.and(server).is_none() {
        summary.skip("browser", "what it needs was not built");
        return;
    }
    summary.tests("browser", "Playwright against a server of its own", |counts| {
        browser::run(workspace, filter, counts)
    });
}
