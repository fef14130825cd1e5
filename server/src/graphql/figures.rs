//! The cache's figures.

use crate::state::AppState;
use brisk_cache::Trigger;
use brisk_domain::Slug;
use brisk_graphql::types::figures::{CacheFigures, Figures, PanelFigures, TriggerFigures};
use brisk_graphql::types::scalars::Long;

/// What the cache of this process does.
pub(super) fn of_all(state: &AppState) -> CacheFigures {
    let cache = state.service.engine().loader().cache();
    let statistics = cache.statistics();
    let triggers = TRIGGERS.into_iter().map(|(trigger, word)| {
        let of = statistics.of.iter().filter(|((_, of), _)| *of == trigger);
        let sum = of.fold(brisk_cache::Figures::default(), |sum, (_, one)| sum.plus(one));
        TriggerFigures { trigger: word.to_owned(), figures: figures(&sum) }
    });
    CacheFigures {
        all: figures(&statistics.of_all()),
        triggers: triggers.collect(),
        memory_bytes: Long(cache.bytes()),
        batches: Long(statistics.batches),
        round_trips: Long(statistics.tiers.round_trips),
        open_pages: Long(state.hub.open_pages() as u64),
        followed_views: Long(state.hub.followed_views() as u64),
    }
}

/// What it does for the panels of one dashboard.
pub(super) fn of_dashboard(state: &AppState, slug: &Slug) -> Vec<PanelFigures> {
    let statistics = state.service.engine().loader().cache().statistics();
    let own = format!("{slug}/");
    let of = statistics.of.iter().filter_map(|((label, trigger), one)| {
        let panel = label.strip_prefix(&own)?.to_owned();
        let (_, word) = TRIGGERS.into_iter().find(|(known, _)| known == trigger)?;
        Some(PanelFigures { panel, trigger: word.to_owned(), figures: figures(one) })
    });
    of.collect()
}

const TRIGGERS: [(Trigger, &str); 5] = [
    (Trigger::View, "view"),
    (Trigger::Live, "live"),
    (Trigger::Api, "api"),
    (Trigger::Warm, "warm"),
    (Trigger::Report, "report"),
];

fn figures(of: &brisk_cache::Figures) -> Figures {
    Figures {
        hits: Long(of.hits),
        stale: Long(of.stale),
        previous: Long(of.previous),
        unverified: Long(of.unverified),
        misses: Long(of.misses),
        joins: Long(of.joins),
        loads: Long(of.loads),
        errors: Long(of.errors),
        load_seconds: of.load_time.as_secs_f64(),
        saved_seconds: of.saved_time.as_secs_f64(),
    }
}
