//! Draws what is planned.
//!
//! `canvas` draws text and lines, `page` a page, `panel` a panel in its box, `table` rows; `tags` collects what
//! they are for those who do not see them.

mod canvas;
mod page;
mod panel;
mod table;
mod tags;

use crate::document::Error;
use crate::furniture::Furniture;
use crate::plan::{Item, Plan};
use crate::prepare::Prepared;
use crate::sheet::Sheet;
use crate::text::{Characters, Typesetter};
use brisk_raster::Fonts;
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::outline::{Outline, OutlineNode};
use krilla::tagging::TagTree;
use tags::Tags;

/// What all pages need.
pub(crate) struct Context<'a> {
    pub(crate) prepared: &'a Prepared<'a>,
    pub(crate) plan: &'a Plan,
    pub(crate) furniture: &'a Furniture,
    pub(crate) sheet: Sheet,
    pub(crate) typesetter: &'a Typesetter<'a>,
    pub(crate) fonts: &'a Fonts,
}

/// Draws all pages; returns the characters of drawings.
pub(crate) fn draw(
    context: &Context<'_>,
    language: &str,
    into: &mut krilla::Document,
) -> Result<Characters, Error> {
    let mut tags = Tags::new(context.prepared.panels.len());
    let mut characters = Characters::default();
    for number in 0..context.plan.pages.len() {
        page::page(context, number, into, &mut tags, &mut characters)?;
    }
    into.set_outline(outline(context));
    let tree = TagTree::from(tags.nodes(context.prepared));
    into.set_tag_tree(tree.with_lang(Some(language.to_owned())));
    Ok(characters)
}

/// A bookmark for each panel, and below it one for the rows that have no room there.
fn outline(context: &Context<'_>) -> Outline {
    let mut outline = Outline::new();
    let to = |page, item: &Item| {
        let area = item.area();
        XyzDestination::new(page, Point::from_xy(area.x, (area.y - 6.0).max(0.0)))
    };
    let all = context.plan.pages.iter().enumerate();
    let items: Vec<(usize, &Item)> =
        all.flat_map(|(page, items)| items.iter().map(move |item| (page, item))).collect();
    for (number, panel) in context.prepared.panels.iter().enumerate() {
        let mut own = items.iter().filter(|(_, item)| item.panel() == number);
        let Some((page, first)) = own.next() else { continue };
        let mut node = OutlineNode::new(panel.title.clone(), to(*page, first));
        let has_preview = matches!(first, Item::Panel { .. });
        if let (true, Some((page, rows))) = (has_preview, own.next()) {
            node.push_child(OutlineNode::new("All rows".to_owned(), to(*page, rows)));
        }
        outline.push_child(node);
    }
    outline
}
