//! `cargo xtask bench`: measurements of release builds: the proofs of `bench/` on real servers
//! started for them, the benchmarks of the cache, and mutated inputs. Nothing here is a test.

use crate::apt;
use crate::arguments::Arguments;
use crate::browser;
use crate::build;
use crate::mutations;
use crate::process::run;
use crate::step::step;
use crate::workspace::Workspace;
use anyhow::{Result, bail};
use std::process::ExitCode;

/// The proofs in the order they run in, the longest last.
const PROOFS: [&str; 22] = [
    "attack",
    "deliveries",
    "differential",
    "round-trips",
    "flight",
    "leaving",
    "faults",
    "cold",
    "cold-cost",
    "stampede",
    "hot",
    "sign-ins",
    "replicas",
    "sqlite-worker",
    "import",
    "open-pages",
    "soak",
    "case",
    "cluster",
    "freshness",
    "replay",
    "chaos",
];
/// The benchmarks of `crates/cache`.
const CRITERION: &str = "cache";
/// Mutated inputs for every parser of outside input.
const MUTATIONS: &str = "mutations";
/// First paint in a browser.
const BROWSER: &str = "browser";

pub(crate) fn run_command(workspace: &Workspace, mut arguments: Arguments) -> Result<ExitCode> {
    let only = arguments.value("--only")?;
    let extra = arguments.pass_on();
    arguments.finish()?;
    if let Some(name) = &only
        && !PROOFS.contains(&name.as_str())
        && ![CRITERION, MUTATIONS, BROWSER].contains(&name.as_str())
    {
        let names = PROOFS.join(", ");
        bail!(
            "there is no measurement `{name}`; use one of {names}, {CRITERION}, {MUTATIONS}, {BROWSER}"
        );
    }
    if only.is_none() && !extra.is_empty() {
        bail!("arguments after -- are for one measurement: name it with --only");
    }
    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    step("tools", "databases", || apt::install_missing(workspace))?;
    if wanted(CRITERION) {
        step("cache", "the cache's own benchmarks", || {
            run(workspace.cargo(&["bench", "-p", "brisk-cache"]).args(&extra))
        })?;
    }
    if only.as_deref() == Some(CRITERION) {
        return Ok(ExitCode::SUCCESS);
    }
    if wanted(MUTATIONS) {
        step("mutations", "a minute for each kind of input", || mutations::run(workspace))?;
    }
    if only.as_deref() == Some(MUTATIONS) {
        return Ok(ExitCode::SUCCESS);
    }
    let program = build::measured(workspace)?;
    if wanted(BROWSER) {
        build::site(workspace)?;
        step("browser", "first paint in Chromium, over the demo", || {
            browser::measure(workspace, &program)
        })?;
    }
    if only.as_deref() == Some(BROWSER) {
        return Ok(ExitCode::SUCCESS);
    }
    for name in PROOFS.into_iter().filter(|name| wanted(name)) {
        step(name, "on servers of its own", || {
            let mut command = workspace.command(workspace.target("release/brisk-bench"));
            run(command.arg("--program").arg(&program).arg(name).args(&extra))
        })?;
    }
    Ok(ExitCode::SUCCESS)
}
