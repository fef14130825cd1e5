//! The one function that makes entry keys, and the tags that entries depend on.
//!
//! Pages, server functions, the API, warming and purging all come here, so that what one of them
//! loads the others find.

use crate::encoding;
use crate::plan::PlannedStatement;
pub use crate::rollup_key::ALL;
use crate::rollup_key::tags;
use brisk_cache::{Fingerprint, Policy, Request, Tag};
use brisk_domain::{Dashboard, Panel, PanelId, Query};
use std::sync::Arc;

/// Whose statement it is.
#[derive(Debug, Clone, Copy)]
pub enum Owner<'a> {
    /// A panel's: its main statement, or its sparkline.
    Panel(&'a Panel, &'a Query),
    /// The choices of a variable.
    Choices(&'a str),
}

/// The cache request of one statement of a dashboard.
pub fn request(
    planned: &PlannedStatement,
    dashboard: &Dashboard,
    owner: Owner<'_>,
    policy: Policy,
) -> Request {
    let (source, slug) = (&planned.source, &dashboard.slug);
    let mut parts: Vec<Vec<u8>> =
        vec![vec![encoding::VERSION], source.as_str().as_bytes().to_vec()];
    parts.extend(planned.statement.fingerprint_parts());
    for (column, scale) in &planned.scales {
        parts.push(format!("{column}={scale}").into_bytes());
    }
    // Rows of another definition are other rows.
    parts.extend(planned.rollups.iter().map(|rollup| rollup.definition.clone().into_bytes()));
    let tables = planned.statement.tables.iter().map(|table| format!("table:{source}.{table}"));
    // What makes a rollup out of date does so to all that reads it.
    let of_rollups = planned.rollups.iter().flat_map(|rollup| rollup.request.tags.iter());
    let mut names: Vec<String> = tables
        .chain(of_rollups.map(|tag| tag.as_str().to_owned()))
        .chain([ALL.to_owned(), format!("source:{source}"), format!("dashboard:{slug}")])
        .chain(dashboard.tags.iter().cloned())
        .collect();
    let label = match owner {
        Owner::Choices(name) => format!("{slug}/:{name}"),
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
        tags: tags(&names),
        policy,
        label: Arc::from(label),
        lane: Arc::from(source.as_str()),
    }
}

/// The tags to invalidate for `tag`: for a panel those of all its statements, some of which it
/// may share with other panels; for a table those of each way to write it.
pub fn resolved(tag: &Tag, dashboard: impl Fn(&str) -> Option<Arc<Dashboard>>) -> Vec<Tag> {
    if let Some(table) = tag.as_str().strip_prefix("table:") {
        return spellings(table).into_iter().filter_map(|name| Tag::parse(&name).ok()).collect();
    }
    let named = tag.as_str().strip_prefix("panel:").and_then(|name| name.split_once('/'));
    let Some((slug, id)) = named else {
        return vec![tag.clone()];
    };
    let Some(dashboard) = dashboard(slug) else {
        return vec![tag.clone()];
    };
    let panel = PanelId::parse(id).ok().and_then(|id| dashboard.panel(&id).cloned());
    let Some(panel) = panel else {
        return vec![tag.clone()];
    };
    let queries = [Some(&panel.query), panel.sparkline.as_ref()];
    let tags = queries.into_iter().flatten().filter_map(|query| {
        let first = first_of_its_kind(&dashboard, &panel, query);
        Tag::parse(&panel_tag(&dashboard, first)).ok()
    });
    tags.collect()
}

/// A pipeline says `shop.public.orders` where a panel says `orders`, or the other way round.
/// Which schema a bare name means is known to the database only: too much is invalidated rather
/// than too little.
fn spellings(table: &str) -> Vec<String> {
    let table = table.to_lowercase();
    let parts: Vec<&str> = table.split('.').collect();
    let mut names = vec![format!("table:{table}")];
    match parts.as_slice() {
        [source, schema @ .., name] if !schema.is_empty() => {
            names.push(format!("table:{source}.{name}"));
        }
        [source, name] => {
            names.extend(USUAL_SCHEMAS.map(|schema| format!("table:{source}.{schema}.{name}")));
        }
        _ => {}
    }
    names
}

/// What PostgreSQL and SQLite call the schema of a table whose schema nobody names.
const USUAL_SCHEMAS: [&str; 2] = ["public", "main"];

fn panel_tag(dashboard: &Dashboard, panel: &PanelId) -> String {
    format!("panel:{}/{panel}", dashboard.slug)
}

/// Panels with the same statement share its entry, and so must share its tags: those of the
/// first of them, which does not depend on the view.
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
            && (has(&other.query) || other.sparkline.as_ref().is_some_and(has))
    })
}
