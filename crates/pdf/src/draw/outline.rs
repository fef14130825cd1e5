//! Bookmarks.

use super::context::Context;
use crate::plan::Item;
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::outline::{Outline, OutlineNode};

/// A bookmark for each panel, and below it one for the rows that have no room there.
pub(crate) fn outline(context: &Context<'_>) -> Outline {
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
