//! A panel in its box: a line above, the title, and what it shows.

use super::canvas::{Align, Canvas};
use super::context::Context;
use super::links::{Link, Pressed, To, rect};
use super::table::{self, Heads, Part};
use super::tags::PanelTags;
use super::title;
use crate::document::Error;
use crate::look::{self, Titled};
use crate::plan::Preview;
use crate::prepare::{Body, Prepanel};
use crate::sheet::Area;
use crate::text::Characters;
use brisk_chart::{IMAGE_PADDING, Input, Rows, Theme};
use brisk_domain::format;
use krilla::geom::{Size, Transform};
use krilla::tagging::ContentTag;
use krilla_svg::{SurfaceExt, SvgSettings};
use resvg::usvg::{Group, Node, Options, Tree};

/// Notes take so much of a box at most.
const NOTES: f32 = 0.4;
/// The most lines of a note.
const NOTE_LINES: usize = 3;

/// What is around a panel.
pub(crate) struct Place<'a> {
    /// The number of its page.
    pub(crate) page: usize,
    /// The page's links.
    pub(crate) links: &'a mut Vec<Link>,
    /// The characters of drawings.
    pub(crate) characters: &'a mut Characters,
}

/// A panel in its box.
pub(crate) struct Boxed<'a> {
    pub(crate) panel: usize,
    pub(crate) area: Area,
    pub(crate) scale: f32,
    pub(crate) table: &'a Option<Preview>,
    pub(crate) look: &'a Titled,
}

impl Boxed<'_> {
    /// Draws it.
    pub(crate) fn draw(
        &self,
        context: &Context<'_>,
        canvas: &mut Canvas<'_, '_>,
        tags: &mut PanelTags,
        place: &mut Place<'_>,
    ) -> Result<(), Error> {
        let panel = &context.prepared.panels[self.panel];
        title::titled((self.panel, panel), (self.area, self.look), canvas, tags, place.links);
        let body = self.area.below(self.look.height);
        match (&panel.body, self.table) {
            (Body::Table { rows, .. }, Some(preview)) => {
                self.rows(context, (rows, preview), body, canvas, tags, place);
                Ok(())
            }
            // Without a box they flow.
            (Body::Table { .. }, None) => Ok(()),
            (Body::Message(text), _) => {
                let left = notes(panel, body, canvas, tags);
                message(text, left, canvas, tags);
                Ok(())
            }
            (Body::Drawing(input), _) => {
                let left = notes(panel, body, canvas, tags);
                self.drawing(context, (panel, input), left, canvas, tags, place)
            }
        }
    }

    fn drawing(
        &self,
        context: &Context<'_>,
        (panel, input): (&Prepanel<'_>, &Input<'_>),
        area: Area,
        canvas: &mut Canvas<'_, '_>,
        tags: &mut PanelTags,
        place: &mut Place<'_>,
    ) -> Result<(), Error> {
        // The image is larger than the box, so that the drawing begins where the title does.
        let around = 2.0 * IMAGE_PADDING;
        let px = |length: f32| f64::from(length.max(0.0) / self.scale) + around;
        let (width, height) = (px(area.width), px(area.height));
        let image = brisk_chart::image_for_page(&Input { width, height, ..*input }, Theme::Print);
        let fitting = (width / image.width).min(height / image.height) as f32;
        let scale = self.scale * fitting;
        let error = |error| Error::Drawing { title: panel.title.clone(), error };
        let options = Options {
            fontdb: context.fonts.database().clone(),
            font_family: brisk_raster::fonts::FAMILY.into(),
            ..Options::default()
        };
        let tree = Tree::from_str(&image.svg, &options).map_err(error)?;
        add_texts(tree.root(), place.characters);
        let id = canvas.surface.start_tagged(ContentTag::Other);
        let size = Size::from_wh(image.width as f32 * scale, image.height as f32 * scale);
        if let Some(size) = size {
            let padding = IMAGE_PADDING as f32 * scale;
            let moved = Transform::from_translate(area.x - padding, area.y - padding);
            canvas.surface.push_transform(&moved);
            let _ = canvas.surface.draw_svg(&tree, size, SvgSettings::default());
            canvas.surface.pop();
        }
        canvas.surface.end_tagged();
        tags.figure(id, &image.summary, (place.page, rect(area)));
        Ok(())
    }

    fn rows(
        &self,
        context: &Context<'_>,
        (rows, preview): (&Rows, &Preview),
        area: Area,
        canvas: &mut Canvas<'_, '_>,
        tags: &mut PanelTags,
        place: &mut Place<'_>,
    ) {
        let part = Part { rows, layout: &preview.layout, range: 0..preview.shown };
        if preview.is_all {
            let end = part.draw(area, canvas, Heads::First(&mut tags.table));
            return table::notes(&preview.notes, (area.x, end), canvas, tags);
        }
        let Some(flowing) = &context.plan.tables[self.panel] else { return };
        let page = flowing.page + 1;
        let id = canvas.surface.start_tagged(ContentTag::Other);
        let end = part.draw(area, canvas, Heads::Untagged);
        canvas.surface.end_tagged();
        let all = rows.rows.len() + rows.left_out;
        let grouped = |count: usize| format::grouped(&count.to_string());
        let words = match preview.shown {
            shown if shown == all => format!("In full on page {page}"),
            shown => format!("{} of {} rows; more on page {page}", grouped(shown), grouped(all)),
        };
        let alternative = format!("{} {words}.", rows.summary);
        tags.figure(id, &alternative, (place.page, rect(area)));
        let style = look::LINK;
        let baseline = end + 4.0 + style.leading() * 0.76;
        let (id, width) = canvas.tagged_text(&words, (area.x, baseline), Align::Left, style);
        tags.more.texts.push(id);
        let top = flowing.top;
        place.links.push(Link {
            area: Area { x: area.x, y: end + 3.0, width, height: style.leading() },
            to: To::Page(flowing.page, top - 6.0),
            words: format!("Go to page {page}"),
            of: Pressed::More(self.panel),
        });
    }
}

/// Writes notes at the foot of a box; returns what is left above.
fn notes(
    panel: &Prepanel<'_>,
    area: Area,
    canvas: &mut Canvas<'_, '_>,
    tags: &mut PanelTags,
) -> Area {
    let style = look::NOTE;
    let wrapped = |note: &String| canvas.typesetter.lines(note, style, area.width, NOTE_LINES).0;
    let mut lines: Vec<String> = panel.notes.iter().flat_map(wrapped).collect();
    let most = (area.height * NOTES / style.leading()) as usize;
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            let whole = format!("{last} …");
            *last = match canvas.typesetter.width(&whole, style) > area.width {
                true => canvas.typesetter.cut(&whole, style, area.width),
                false => whole,
            };
        }
    }
    if lines.is_empty() {
        return area;
    }
    let taken = lines.len() as f32 * style.leading() + 4.0;
    let left = Area { height: area.height - taken, ..area };
    table::notes(&lines, (area.x, left.bottom()), canvas, tags);
    left
}

/// A sentence in place of a drawing.
fn message(text: &str, area: Area, canvas: &mut Canvas<'_, '_>, tags: &mut PanelTags) {
    let style = look::MESSAGE;
    let most = ((area.height / style.leading()) as usize).clamp(1, 12);
    let (lines, _) = canvas.typesetter.lines(text, style, area.width, most);
    let mut ids = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let baseline = area.y + style.leading() * (number as f32 + 0.76);
        ids.push(canvas.tagged_text(line, (area.x, baseline), Align::Left, style).0);
    }
    tags.message(ids);
}

/// Notes the texts of a drawing.
fn add_texts(group: &Group, characters: &mut Characters) {
    for node in group.children() {
        match node {
            Node::Group(group) => add_texts(group, characters),
            Node::Text(text) => {
                for chunk in text.chunks() {
                    characters.add(chunk.text());
                }
            }
            Node::Path(_) | Node::Image(_) => {}
        }
    }
}
