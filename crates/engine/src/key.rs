//! The one function that makes entry keys, and the tags entries depend on.
//!
//! Pages, server functions, the API, warming and purging all use it, so that each finds what the
//! others loaded.

use crate::encoding;
use crate::key_tags::{cache_tag, sorted, table_tag};
use crate::plan::PlannedStatement;
use brisk_cache::{Fingerprint, Policy, Request, Tag as CacheTag};
use brisk_domain::{Dashboard, Panel, PanelId, Query, Slug, Tag};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a statement is for.
#[derive(Debug, Clone, Copy)]
pub enum Owner<'a> {
    /// A panel's: its main statement, or its sparkline.
    Panel(&'a Panel, &'a Query),
    /// The choices of a variable.
    Choices(&'a str),
    /// Of a panel with a comparison: whether the data reach back that far.
    Beginning,
}

/// The cache request of one statement of a dashboard.
pub fn request(
    planned: &PlannedStatement,
    dashboard: &Dashboard,
    owner: Owner<'_>,
    policy: Policy,
) -> Request {
    let slug = &dashboard.slug;
    let mut parts: Vec<Vec<u8>> =
        vec![vec![encoding::VERSION], planned.source.as_str().as_bytes().to_vec()];
    parts.extend(planned.statement.fingerprint_parts());
    for (column, scale) in &planned.scales {
        parts.push(format!("{column}={scale}").into_bytes());
    }
    // So are rows of another database under the same source name.
    if !planned.revision.is_empty() {
        parts.push(format!("revision {}", planned.revision).into_bytes());
    }
    // Rows of another definition are different rows.
    parts.extend(planned.rollups.iter().map(|rollup| rollup.definition.clone().into_bytes()));
    let mut names = vec![Tag::Dashboard(slug.to_string())];
    names.extend(dashboard.tags.iter().cloned());
    let label = match owner {
        Owner::Choices(name) => format!("{slug}/:{name}"),
        Owner::Beginning => format!("{slug}/:beginning"),
        Owner::Panel(panel, query) => {
            let first = first_of_its_kind(dashboard, panel, query);
            names.push(panel_tag(dashboard, first));
            for sharing in sharing(dashboard, panel, query) {
                names.extend(sharing.tags.iter().cloned());
            }
            format!("{slug}/{}", panel.id)
        }
    };
    Request {
        fingerprint: Fingerprint::of(parts),
        tags: sorted(names.iter().filter_map(cache_tag).chain(of_source(planned))),
        policy,
        label: Arc::from(label),
        lane: Arc::from(planned.source.as_str()),
    }
}

/// The tags of what the statement reads.
fn of_source(planned: &PlannedStatement) -> impl Iterator<Item = CacheTag> {
    let source = &planned.source;
    let mut names = vec![Tag::All, Tag::Source(source.to_string())];
    names.extend(planned.statement.tables.iter().map(|table| table_tag(source, table)));
    let names: Vec<CacheTag> = names.iter().filter_map(cache_tag).collect();
    // Whatever makes a rollup out of date does so to everything that reads it.
    let of_rollups = planned.rollups.iter().flat_map(|rollup| rollup.request.tags.iter());
    names.into_iter().chain(of_rollups.cloned())
}

/// Whether `request`, made from `planned`, has tags named by its author.
pub(crate) fn names_tags(planned: &PlannedStatement, request: &Request) -> bool {
    let own: BTreeSet<CacheTag> = of_source(planned).collect();
    let places = ["dashboard:", "panel:"];
    let is_place = |tag: &CacheTag| places.iter().any(|place| tag.as_str().starts_with(place));
    request.tags.iter().any(|tag| !own.contains(tag) && !is_place(tag))
}

/// The tags to invalidate for `tag`. A panel's are those of all its statements, some of which it
/// may share with other panels; a table's are all its spellings.
pub fn resolved(tag: &Tag, dashboard: impl Fn(&Slug) -> Option<Arc<Dashboard>>) -> Vec<Tag> {
    match tag {
        Tag::Table { source, table } => spellings(&source.to_lowercase(), &table.to_lowercase()),
        Tag::Panel { dashboard: slug, panel } => {
            let dashboard = Slug::parse(slug).ok().and_then(|slug| dashboard(&slug));
            let tags = dashboard.and_then(|dashboard| of_statements(&dashboard, panel));
            tags.unwrap_or_else(|| vec![tag.clone()])
        }
        // A custom tag that looks like a table's is compared like one.
        other => vec![Tag::parse(&other.compared()).unwrap_or_else(|_| other.clone())],
    }
}

fn of_statements(dashboard: &Dashboard, panel: &str) -> Option<Vec<Tag>> {
    let panel = dashboard.panel(&PanelId::parse(panel).ok()?)?;
    let queries = [Some(&panel.query), panel.kind.sparkline()].into_iter().flatten();
    let first = queries.map(|query| first_of_its_kind(dashboard, panel, query));
    Some(first.map(|id| panel_tag(dashboard, id)).collect())
}

/// A pipeline may say `shop.public.orders` where a panel says `orders`, or the other way round.
/// Only the database knows which schema an unqualified name means, so this errs on the side of
/// invalidating too much.
pub(crate) fn spellings(source: &str, table: &str) -> Vec<Tag> {
    let mut tables = vec![table.to_owned()];
    match table.rsplit_once('.') {
        Some((_, name)) => tables.push(name.to_owned()),
        None => tables.extend(USUAL_SCHEMAS.map(|schema| format!("{schema}.{table}"))),
    }
    let tag = |table| Tag::Table { source: source.to_owned(), table };
    tables.into_iter().map(tag).collect()
}

/// The default schemas of PostgreSQL and SQLite.
const USUAL_SCHEMAS: [&str; 2] = ["public", "main"];

fn panel_tag(dashboard: &Dashboard, panel: &PanelId) -> Tag {
    Tag::Panel { dashboard: dashboard.slug.to_string(), panel: panel.to_string() }
}

/// Panels with the same statement share its entry, and so must share its tags: those of the first
/// such panel in the dashboard, which does not depend on the view.
fn first_of_its_kind<'a>(
    dashboard: &'a Dashboard,
    panel: &'a Panel,
    query: &'a Query,
) -> &'a PanelId {
    sharing(dashboard, panel, query).next().map_or(&panel.id, |first| &first.id)
}

/// The panels of the dashboard that have `query` among their statements, in order.
fn sharing<'a>(
    dashboard: &'a Dashboard,
    panel: &'a Panel,
    query: &'a Query,
) -> impl Iterator<Item = &'a Panel> {
    dashboard.panels.iter().filter(move |other| {
        let has = |own: &Query| own.sql == query.sql;
        other.source == panel.source
            && (has(&other.query) || other.kind.sparkline().is_some_and(has))
    })
}
