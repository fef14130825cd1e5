//! `brisk check --details` and `--explain`: each panel's tags and bound values, its query plan and
//! how long it takes.

#![allow(clippy::print_stdout, reason = "a command prints its result")]

use super::named_columns::named_wrongly;
use crate::config::Settings;
use crate::{assembly, system_clock};
use brisk_domain::{
    Access, Dashboard, Frame, Now, Panel, Rollup, RollupName, SourceName, Timestamp, ViewState,
};
use brisk_engine::key::{self, Owner};
use brisk_engine::plan::{self, PlannedStatement};
use brisk_engine::{PlannedRollup, Policies, Window, planned_rollup};
use brisk_source::{Bind, Chosen, Source, SourceError, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

/// What the databases are asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// Nothing.
    Nothing,
    /// Each statement; of its plan, the beginning is printed.
    ShortPlans,
    /// Each statement, and all of its plan.
    FullPlans,
}

/// How much of a plan is printed: lines, and characters of each.
const SHORT: (usize, usize) = (4, 160);

/// Prints the details of the panels of `dashboards`, each for the view that opens first; unless `run` is
/// nothing, with the answers of their databases. Returns the problems found on the way, each with its
/// panel.
pub async fn panels(
    dashboards: &[Dashboard],
    rollups: &BTreeMap<RollupName, Arc<Rollup>>,
    settings: &Settings,
    run: Run,
) -> Vec<String> {
    let (mut problems, mut noted) = (Vec::new(), BTreeSet::new());
    let policies = settings.policies();
    for dashboard in dashboards {
        println!("{}", dashboard.slug);
        let view = ViewState::default_of(dashboard);
        let Ok(clock) = system_clock::clock(None, None) else { return problems };
        let now = now(dashboard, rollups, settings, run, clock.now()).await;
        let Ok(window) = Window::of(dashboard, &view, now) else { continue };
        for panel in &dashboard.panels {
            println!("  {}", panel.id);
            let source = match assembly::source(settings, &panel.source) {
                Ok(source) => source,
                Err(error) => {
                    println!("    {error:#}");
                    if run != Run::Nothing {
                        problems.push(whose(dashboard, panel, &format!("{error:#}")));
                    }
                    continue;
                }
            };
            // A panel that lacks an attribute, or is wrong, is reported among the problems.
            let access = Access::anybody();
            let (target, place) = (source.target(), source.rollup_place());
            let find = find_in(rollups, target.clone(), place);
            let Ok(plan) = plan::panel(panel, &view, &window, &access, target, &find) else {
                continue;
            };
            let statements = [
                ("statement", plan.together.as_ref().or(Some(&plan.main)), Some(&panel.query)),
                ("compared", plan.previous.as_ref(), Some(&panel.query)),
                (
                    "small line",
                    plan.sparkline.as_ref().filter(|_| plan.together.is_none()),
                    panel.kind.sparkline(),
                ),
            ];
            let mut returned = Some(Vec::new());
            for (name, planned, query) in statements {
                let (Some(planned), Some(query)) = (planned, query) else { continue };
                let owner = Owner::Panel(panel, query);
                print_details(name, planned, dashboard, panel, owner, &policies);
                if run == Run::Nothing {
                    continue;
                }
                let explained = explain(&source, planned, run).await;
                if let Some(advice) = source.zone_advice(&window.zone)
                    && noted.insert((panel.source.clone(), window.zone.as_str().to_owned()))
                {
                    let (name, zone) = (&panel.source, &window.zone);
                    println!(
                        "      note: source \"{name}\" does not know the zone {zone} as Brisk does; {advice}"
                    );
                }
                if let Ok(Some(sentence)) = brisk_engine::assumption(&source, planned).await {
                    println!("      note: {sentence}");
                }
                match explained {
                    Ok(frame) => {
                        let names = frame.columns().iter().map(|column| column.name.clone());
                        returned.iter_mut().for_each(|all: &mut Vec<_>| all.extend(names.clone()));
                    }
                    Err(error) => {
                        println!("      {error}");
                        problems.push(whose(dashboard, panel, &format!("{name}: {error}")));
                        returned = None;
                    }
                }
            }
            let file = settings.dashboards_dir.join(format!("{}.toml", dashboard.slug));
            problems.extend(named_wrongly(panel, &returned.unwrap_or_default(), &file));
        }
    }
    problems
}

/// The rollups, planned for a source of `target` that keeps them at `place`.
pub(super) fn find_in<'r>(
    rollups: &'r BTreeMap<RollupName, Arc<Rollup>>,
    target: Target,
    place: &'r str,
) -> impl Fn(&SourceName, &str) -> Result<Arc<PlannedRollup>, String> + 'r {
    move |source, name| {
        let rollup = planned_rollup::find(rollups, source, name)?;
        let planned = PlannedRollup::of(rollup, target.clone(), place);
        planned.map(Arc::new).map_err(|error| error.to_string())
    }
}

/// The time that `dashboard` regards as now, so that its ranges lie where its data are. Its newest row
/// is looked up only when statements run.
async fn now(
    dashboard: &Dashboard,
    rollups: &BTreeMap<RollupName, Arc<Rollup>>,
    settings: &Settings,
    run: Run,
    clock: Timestamp,
) -> Timestamp {
    let (source, query) = match &dashboard.now {
        Now::Clock => return clock,
        Now::Fixed(at) => return *at,
        Now::Newest { .. } if run == Run::Nothing => return clock,
        Now::Newest { source, query } => (source, query),
    };
    let view = ViewState::default_of(dashboard);
    let (Ok(opened), Ok(window)) =
        (assembly::source(settings, source), Window::of(dashboard, &view, clock))
    else {
        return clock;
    };
    let (target, place) = (opened.target(), opened.rollup_place());
    let find = find_in(rollups, target.clone(), place);
    let access = Access::anybody();
    // A wrong statement is reported among the problems.
    let Ok(planned) = plan::choices(query, source, &view, &window, &access, target, &find) else {
        return clock;
    };
    match opened.run(&planned.statement, &planned.scales).await {
        Ok(frame) => brisk_engine::first_instant(&frame, &window.offsets).unwrap_or(clock),
        Err(error) => {
            println!("  now: {error}");
            clock
        }
    }
}

fn whose(dashboard: &Dashboard, panel: &Panel, what: &str) -> String {
    format!("{}.toml: panel \"{}\": {what}", dashboard.slug, panel.id)
}

/// Prints what is known without asking the database.
fn print_details(
    name: &str,
    planned: &PlannedStatement,
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
        Bind::Text(text) | Bind::Chosen(Chosen { text, .. }) => format!("{text:?}"),
    });
    println!("    {name}: {} bytes of SQL", planned.statement.sql.len());
    println!("      tags: {}", tags.join(", "));
    println!("      bound: {}", binds.collect::<Vec<_>>().join(", "));
}

/// Prints the query plan, and how long the statement takes.
async fn explain(
    source: &Source,
    planned: &PlannedStatement,
    run: Run,
) -> Result<Frame, SourceError> {
    let lines = source.explain(&planned.statement).await?;
    let (most, longest) = if run == Run::FullPlans { (usize::MAX, usize::MAX) } else { SHORT };
    for line in lines.iter().take(most) {
        match line.char_indices().nth(longest) {
            Some((end, _)) => println!("      plan: {}…", &line[..end]),
            None => println!("      plan: {line}"),
        }
    }
    if let Some(more) = lines.len().checked_sub(most).filter(|more| *more > 0) {
        println!("      plan: … {more} lines more (--full-plans)");
    }
    let begun = Instant::now();
    let frame = source.run(&planned.statement, &planned.scales).await?;
    let milliseconds = begun.elapsed().as_secs_f64() * 1e3;
    println!("      took: {milliseconds:.1} ms for {} rows", frame.rows());
    Ok(frame)
}
