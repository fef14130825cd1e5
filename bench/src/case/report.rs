//! What was measured of each phase, as a table in Markdown.

use super::phase::{PHASES, Phase};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// What was measured.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Invoice lines.
    pub rows: u64,
    /// Cells that were compared with those of the first phase.
    pub cells: usize,
    /// By phase.
    pub measured: BTreeMap<Phase, Measured>,
}

/// What was measured of one phase, over all rounds.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// How long each view took.
    pub times: Vec<Duration>,
    /// Views that lacked lines of an acknowledged batch.
    pub stale: u64,
    /// Statements that sources and rollups ran.
    pub statements: i64,
    /// How long the statements of sources took altogether.
    pub read_time: Duration,
    /// How long the statements that refresh rollups took altogether.
    pub rollup_time: Duration,
    /// PostgreSQL's processor time.
    pub database: Duration,
    /// Wall time.
    pub length: Duration,
    /// Views a second with readers who never pause, by round.
    pub rates: Vec<f64>,
    /// The server's memory at the end of each round, in bytes.
    pub memory: Vec<u64>,
}

impl Measured {
    /// The mean of all views.
    pub(super) fn average(&self) -> Duration {
        let count = u32::try_from(self.times.len()).unwrap_or(u32::MAX).max(1);
        self.times.iter().sum::<Duration>() / count
    }

    /// What a share of the views, as 0.95, took at most.
    pub(super) fn percentile(&self, share: f64) -> Duration {
        let mut times = self.times.clone();
        times.sort();
        let at = ((times.len() as f64 - 1.0) * share).round() as usize;
        times.get(at).copied().unwrap_or_default()
    }

    /// The part of a total that falls to a hundred views.
    pub(super) fn of_a_hundred(&self, total: f64) -> f64 {
        total * 100.0 / (self.times.len().max(1) as f64)
    }

    fn rate(&self) -> f64 {
        crate::hot::median(self.rates.clone())
    }
}

impl Report {
    /// The average of the first phase by that of the last.
    pub fn gain(&self) -> f64 {
        self.ratio(|measured| measured.average().as_secs_f64())
    }

    /// The same of the 95th percentile.
    pub fn gain_of_p95(&self) -> f64 {
        self.ratio(|measured| measured.percentile(0.95).as_secs_f64())
    }

    /// The same of the database's processor time for each view.
    pub fn gain_of_database(&self) -> f64 {
        self.ratio(|measured| measured.of_a_hundred(measured.database.as_secs_f64()))
    }

    fn ratio(&self, of: impl Fn(&Measured) -> f64) -> f64 {
        let value = |phase| self.measured.get(&phase).map(&of).unwrap_or(f64::NAN);
        value(Phase::Before) / value(Phase::Drawn)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| phase | average | P50 | P95 | P99 | views | statements, of 100 views | database's \
             processor time, of 100 views | database busy | views/s, without pauses | memory | stale |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|---|---|---|---|")?;
        for phase in PHASES {
            let Some(measured) = self.measured.get(&phase) else { continue };
            let ms = |time: Duration| format!("{:.0} ms", time.as_secs_f64() * 1e3);
            let database = measured.database.as_secs_f64();
            writeln!(
                f,
                "| {} | {} | {} | {} | {} | {} | {:.0} | {:.1} s | {:.0} % | {:.1} | {} MB | {} |",
                phase.name(),
                ms(measured.average()),
                ms(measured.percentile(0.5)),
                ms(measured.percentile(0.95)),
                ms(measured.percentile(0.99)),
                measured.times.len(),
                measured.of_a_hundred(measured.statements as f64),
                measured.of_a_hundred(database),
                database / measured.length.as_secs_f64() * 100.0,
                measured.rate(),
                measured.memory.iter().max().copied().unwrap_or_default() / 1_000_000,
                measured.stale,
            )?;
        }
        writeln!(f)?;
        for phase in PHASES {
            let Some(measured) = self.measured.get(&phase) else { continue };
            if measured.rollup_time.is_zero() {
                continue;
            }
            writeln!(
                f,
                "{}: the statements of 100 views took {:.1} s, refreshing the rollups meanwhile {:.1} s.",
                phase.name(),
                measured.of_a_hundred(measured.read_time.as_secs_f64()),
                measured.of_a_hundred(measured.rollup_time.as_secs_f64()),
            )?;
        }
        writeln!(f)?;
        writeln!(
            f,
            "First phase by last: average {:.0} times (−{:.1} %), P95 {:.0} times, database's processor time \
             {:.0} times (−{:.1} %). {} lines; {} cells of phases 1 to 4 equal those of phase 0.",
            self.gain(),
            (1.0 - 1.0 / self.gain()) * 100.0,
            self.gain_of_p95(),
            self.gain_of_database(),
            (1.0 - 1.0 / self.gain_of_database()) * 100.0,
            self.rows,
            self.cells,
        )
    }
}
