//! The outcome.

use super::disturbances::Counts;
use super::world::World;
use anyhow::{Result, bail};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What happened.
#[derive(Debug, Clone)]
pub struct Report {
    /// Reproduces the schedule.
    pub seed: u64,
    /// How often what happened to what.
    pub disturbances: Counts,
    /// Figures, each with its name.
    pub figures: Vec<(&'static str, u64)>,
    /// How many promises were broken.
    pub broken: u64,
    /// The first of them.
    pub told: Vec<String>,
    /// How long it took.
    pub time: Duration,
    /// Whether the store's disk could be filled.
    pub has_disk: bool,
}

impl Report {
    pub(super) fn of(world: &World, disturbances: Counts, time: Duration) -> Self {
        let count = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        let World { values, pages, people, changes, .. } = world;
        let figures = vec![
            ("checked reads of values", count(&values.checked)),
            ("marked as unverified", count(&values.unverified)),
            ("not answered meanwhile", count(&values.unanswered)),
            ("deliveries acknowledged", values.delivered() as u64),
            ("refused or not answered, repeated", count(&values.refused)),
            ("not logged: replica killed at once", count(&values.lost_at_once)),
            ("whole pages", count(&pages.shown)),
            ("not answered: replica disturbed", count(&pages.unanswered)),
            ("with a panel without source", count(&pages.without)),
            ("slowest page, in ms", count(&pages.slowest) / 1_000),
            ("sign-ins acknowledged", count(&people.signed_in)),
            ("refused or not answered", count(&people.refused)),
            ("uses of sessions", count(&people.used)),
            ("sessions ended", people.ended() as u64),
            ("sessions there at the end", count(&people.kept)),
            ("lost with Redis and all who knew them", count(&people.lost)),
            ("changes acknowledged", changes.done() as u64),
            ("changes refused or not answered", count(&changes.refused)),
        ];
        let (broken, told) = world.broken_promises();
        let has_disk = world.store.0.disk().is_some();
        Self { seed: world.seed, disturbances, figures, broken, told, time, has_disk }
    }

    /// Whether every promise was kept, and there was something to keep.
    pub fn check(&self) -> Result<()> {
        if self.broken > 0 {
            bail!("{} promises were broken: seed {}", self.broken, self.seed);
        }
        for name in [
            "checked reads of values",
            "deliveries acknowledged",
            "whole pages",
            "uses of sessions",
        ] {
            if self.figures.iter().any(|(known, count)| *known == name && *count == 0) {
                bail!("nothing was proven: no {name}");
            }
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "chaos, seed {}, {:.0} s", self.seed, self.time.as_secs_f64())?;
        for ((component, kind), times) in &self.disturbances {
            writeln!(f, "  {:<42}{times:>9} times", format!("{component} {kind}"))?;
        }
        if !self.has_disk {
            writeln!(f, "  the store's disk was not filled: mounting one takes root")?;
        }
        for (name, count) in &self.figures {
            writeln!(f, "  {name:<42}{count:>9}")?;
        }
        write!(f, "  {:<42}{:>9}", "broken promises", self.broken)?;
        for told in &self.told {
            write!(f, "\n    {}", told.replace('\n', "\n    "))?;
        }
        Ok(())
    }
}
