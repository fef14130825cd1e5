//! Tables that flow: on each of their pages the title, the heads, and as many rows as the plan says.

use super::canvas::{Align, Canvas};
use super::context::Context;
use super::links::Link;
use super::table::{Heads, Part, notes};
use super::tags::PanelTags;
use super::title;
use crate::look;
use crate::prepare::Body;
use crate::sheet::Area;
use krilla::tagging::ArtifactType;
use std::ops::Range;

/// After the title of a table that goes on.
const CONTINUED: &str = ", continued";

/// Rows of a table that flows.
pub(crate) struct Flowed {
    pub(crate) panel: usize,
    pub(crate) rows: Range<usize>,
    pub(crate) area: Area,
}

impl Flowed {
    /// Draws the title, the heads, and the rows; the notes below the last one.
    pub(crate) fn draw(
        &self,
        context: &Context<'_>,
        canvas: &mut Canvas<'_, '_>,
        tags: &mut PanelTags,
        links: &mut Vec<Link>,
    ) {
        let prepanel = &context.prepared.panels[self.panel];
        let (Body::Table { rows, .. }, Some(flowing)) =
            (&prepanel.body, &context.plan.tables[self.panel])
        else {
            return;
        };
        let is_first = self.rows.start == 0;
        let part = Part { rows, layout: &flowing.layout, range: self.rows.clone() };
        match (is_first, flowing.has_preview) {
            (true, false) => {
                let look = flowing.look;
                title::titled((self.panel, prepanel), (self.area, look), canvas, tags, links);
            }
            (true, true) => {
                title::ruled(self.area, canvas);
                let said = format!("{}: all rows", prepanel.title);
                let look = flowing.look;
                let said = canvas.typesetter.cut(&said, look.style, self.area.width);
                let at = (self.area.x, self.area.y + look.baseline);
                let (id, _) = canvas.tagged_text(&said, at, Align::Left, look.style);
                tags.table.caption.push(id);
            }
            (false, _) => canvas.artifact(ArtifactType::PaginationOther, |canvas| {
                canvas.rule(
                    (self.area.x, self.area.y),
                    self.area.width,
                    (look::RULE, look::LINE_2),
                );
                let style = look::CONTINUED;
                let room = self.area.width - canvas.typesetter.width(CONTINUED, style);
                let title = canvas.typesetter.cut(&prepanel.title, style, room);
                let at = (self.area.x, self.area.y + flowing.look.baseline);
                canvas.text(&format!("{title}{CONTINUED}"), at, Align::Left, style);
            }),
        }
        let heads = match is_first {
            true => Heads::First(&mut tags.table),
            false => Heads::Repeated(&mut tags.table),
        };
        let end = part.draw(self.area.below(flowing.look.height), canvas, heads);
        if self.rows.end == flowing.layout.rows.len() {
            notes(&flowing.notes, (self.area.x, end), canvas, tags);
        }
    }
}
