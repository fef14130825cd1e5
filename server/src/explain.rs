//! `brisk check --details` and `--explain`: what each panel depends on, which values are bound, how
//! its database runs it.

#![allow(clippy::print_stdout, reason = "it is a command: this is its result")]

use crate::config::Settings;
use crate::{open, system_clock};
use brisk_domain::{Access, Dashboard, Panel, Rollup, RollupName, SourceName, ViewState};
use brisk_engine::key::{self, Owner};
use brisk_engine::plan::{self, Planned};
use brisk_engine::{PlannedRollup, Policies, Window, rollup};
use brisk_source::{Bind, Source};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// Prints what is to be said of the panels of `dashboards`, each for the view that opens first;
/// with `run` also what their databases say.
pub async fn panels(
    dashboards: &[Dashboard],
    rollups: &BTreeMap<RollupName, Arc<Rollup>>,
    settings: &Settings,
    run: bool,
) {
    let policies = settings.policies();
    for dashboard in dashboards {
        println!("{}", dashboard.slug);
        let view = ViewState::default_of(dashboard);
        let Ok(clock) = system_clock::clock(None, None) else { return };
        let Ok(window) = Window::of(dashboard, &view, clock.now()) else { continue };
        for panel in &dashboard.panels {
            println!("  {}", panel.id);
            let source = match open::source(settings, &panel.source) {
                Ok(source) => source,
                Err(error) => {
                    println!("    {error:#}");
                    continue;
                }
            };
            // What lacks an attribute, or is wrong, is among the problems.
            let access = Access::anybody();
            let (dialect, place) = (source.dialect(), source.rollup_place());
            let find = |source: &SourceName, name: &str| {
                let rollup = rollup::find(rollups, source, name)?;
                let planned = PlannedRollup::of(rollup, dialect, place);
                planned.map(Arc::new).map_err(|error| error.to_string())
            };
            let Ok(plan) = plan::panel(panel, &view, &window, &access, dialect, &find) else {
                continue;
            };
            let statements = [
                ("statement", Some(&plan.main), Some(&panel.query)),
                ("compared", plan.previous.as_ref(), Some(&panel.query)),
                ("small line", plan.sparkline.as_ref(), panel.sparkline.as_ref()),
            ];
            for (name, planned, query) in statements {
                let (Some(planned), Some(query)) = (planned, query) else { continue };
                let owner = Owner::Panel(panel, query);
                said_before(name, planned, dashboard, panel, owner, &policies);
                if run {
                    asked(&source, planned).await;
                }
            }
        }
    }
}

/// What is known without asking the database.
fn said_before(
    name: &str,
    planned: &Planned,
    dashboard: &Dashboard,
    panel: &Panel,
    owner: Owner<'_>,
    policies: &Policies,
) {
    let policy = policies.of(dashboard, Some(panel), &panel.source);
    let request = key::request(planned, dashboard, owner, policy);
    let tags: Vec<&str> = request.tags.iter().map(|tag| tag.as_str()).collect();
    let binds = planned.statement.binds.iter().map(|bind| match bind {
        Bind::Int(number) => number.to_string(),
        Bind::Text(text) => format!("{text:?}"),
    });
    println!("    {name}: {} bytes of SQL", planned.statement.sql.len());
    println!("      tags: {}", tags.join(", "));
    println!("      bound: {}", binds.collect::<Vec<_>>().join(", "));
}

/// What the database says: its plan, and how long the statement takes.
async fn asked(source: &Source, planned: &Planned) {
    match source.explain(&planned.statement).await {
        Ok(lines) => lines.iter().for_each(|line| println!("      plan: {line}")),
        Err(error) => return println!("      {error}"),
    }
    let begun = Instant::now();
    match source.run(&planned.statement, &planned.scales).await {
        Ok(frame) => {
            let milliseconds = begun.elapsed().as_secs_f64() * 1e3;
            println!("      took: {milliseconds:.1} ms for {} rows", frame.rows());
        }
        Err(error) => println!("      {error}"),
    }
}
