//! Draws what is planned.
//!
//! `page` draws a page, `panel` a panel in its box, `flow` a table over pages; `title` and `table` are of both.
//! `canvas` draws text and lines. `tags`, `links` and `outline` are for those who do not see the pages, or want to
//! leave them.

mod canvas;
mod context;
mod flow;
mod links;
mod outline;
mod page;
mod panel;
mod table;
mod tags;
mod title;

pub(crate) use context::Context;

use crate::document::Error;
use crate::text::Characters;
use krilla::tagging::TagTree;
use tags::Tags;

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
    into.set_outline(outline::outline(context));
    let tree = TagTree::from(tags.nodes(context.prepared));
    into.set_tag_tree(tree.with_lang(Some(language.to_owned())));
    Ok(characters)
}
