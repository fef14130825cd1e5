//! Warming: dashboards are loaded ahead of their readers.

use brisk_cache::{Figures, Statistics, Trigger};
use brisk_domain::Dashboard;
use brisk_engine::{Engine, WarmedViews};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Loads all dashboards, one after the other, when a server starts.
pub async fn all(engine: &Engine) {
    let (started, mut failed) = (Instant::now(), 0);
    let dashboards = &engine.catalog().contents().dashboards;
    for dashboard in dashboards.values() {
        let warmed = warm(engine, dashboard).await;
        tracing::debug!(dashboard = %dashboard.slug, %warmed, "a dashboard is warm");
        failed += warmed.figures.errors;
    }
    failed += refreshes_failed(&engine.loader().cache().statistics());
    let (dashboards, seconds) = (dashboards.len(), started.elapsed().as_secs_f64());
    tracing::info!(dashboards, failed, seconds, "the dashboards are warm");
}

/// The failed refreshes of rollups, which belong to no dashboard: a panel whose rollup is missing does
/// not even begin to load.
pub(crate) fn refreshes_failed(statistics: &Statistics) -> u64 {
    of_warming(statistics, |label| label.starts_with("rollup:")).errors
}

/// What warming a dashboard did.
pub(crate) struct Warmed {
    views: u64,
    not_kept: usize,
    took: Duration,
    pub(crate) figures: Figures,
}

impl std::fmt::Display for Warmed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { views, not_kept, took, figures } = self;
        let plural = if *views == 1 { "" } else { "s" };
        let loaded = figures.loads - figures.errors;
        let there = figures.hits + figures.stale;
        write!(f, "{views} view{plural} in {:.1} s; ", took.as_secs_f64())?;
        write!(f, "frames: {loaded} loaded, {there} already there")?;
        if figures.errors > 0 {
            write!(f, ", {} failed", figures.errors)?;
        }
        match not_kept {
            0 => Ok(()),
            1 => write!(f, "; 1 panel not loaded: its cache is off"),
            many => write!(f, "; {many} panels not loaded: their cache is off"),
        }
    }
}

/// Loads the dashboard's first view and those that readers ask for most.
pub(crate) async fn warm(engine: &Engine, dashboard: &Arc<Dashboard>) -> Warmed {
    let (started, cache) = (Instant::now(), engine.loader().cache());
    let WarmedViews { views, not_kept, .. } = engine.warm(dashboard).await;
    let figures = of_warming(&cache.statistics(), |label| {
        label.split_once('/').is_some_and(|(slug, _)| slug == dashboard.slug.as_str())
    });
    Warmed { views, not_kept: not_kept.len(), took: started.elapsed(), figures }
}

/// The figures of warming, over the labels for which `is_meant` is true.
pub(crate) fn of_warming(statistics: &Statistics, is_meant: impl Fn(&str) -> bool) -> Figures {
    let mut sum = Figures::default();
    for ((label, trigger), figures) in &statistics.of {
        if *trigger == Trigger::Warm && is_meant(label) {
            sum.hits += figures.hits;
            sum.stale += figures.stale;
            sum.misses += figures.misses;
            sum.joins += figures.joins;
            sum.loads += figures.loads;
            sum.errors += figures.errors;
            sum.too_large += figures.too_large;
        }
    }
    sum
}
