//! [`Canvas`]: text, lines and surfaces on a page, and what they are.

use crate::look::Rgb;
use crate::sheet::Area;
use crate::text::{Style, Typesetter};
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, LineCap, LineJoin, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag};

/// Where a text is at its x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// Its left end.
    Left,
    /// Its right end.
    Right,
}

/// A page that is being drawn.
pub(crate) struct Canvas<'p, 't> {
    pub(crate) surface: Surface<'p>,
    pub(crate) typesetter: &'t Typesetter<'t>,
}

impl Canvas<'_, '_> {
    /// Draws a line of text on a baseline; returns how wide it is.
    pub(crate) fn text(
        &mut self,
        text: &str,
        (x, baseline): (f32, f32),
        align: Align,
        style: Style,
    ) -> f32 {
        let shaped = self.typesetter.shape(text, style);
        let width = shaped.width * style.size;
        let mut left = if align == Align::Right { x - width } else { x };
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(filled(style.color, 1.0)));
        for run in &shaped.runs {
            if let Some(font) = self.typesetter.font(run.face) {
                let at = Point::from_xy(left, baseline);
                let font = font.clone();
                self.surface.draw_glyphs(at, &run.glyphs, font, &run.text, style.size, false);
            }
            left += run.width * style.size;
        }
        width
    }

    /// Draws a line of text that is real content.
    pub(crate) fn tagged_text(
        &mut self,
        text: &str,
        at: (f32, f32),
        align: Align,
        style: Style,
    ) -> (Identifier, f32) {
        let id = self.surface.start_tagged(ContentTag::Span(SpanTag::empty()));
        let width = self.text(text, at, align, style);
        self.surface.end_tagged();
        (id, width)
    }

    /// Draws what is no content: `draw` does it.
    pub(crate) fn artifact(&mut self, kind: ArtifactType, draw: impl FnOnce(&mut Self)) {
        self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
        draw(self);
        self.surface.end_tagged();
    }

    /// A horizontal line.
    pub(crate) fn rule(&mut self, (x, y): (f32, f32), width: f32, (thickness, color): (f32, Rgb)) {
        self.line(&[(x, y), (x + width, y)], (thickness, color));
    }

    /// A line through points.
    pub(crate) fn line(&mut self, points: &[(f32, f32)], (thickness, color): (f32, Rgb)) {
        let mut path = PathBuilder::new();
        for (number, (x, y)) in points.iter().enumerate() {
            if number == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
        }
        let Some(path) = path.finish() else { return };
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Stroke {
            paint: paint(color).into(),
            width: thickness,
            line_cap: LineCap::Butt,
            line_join: LineJoin::Round,
            ..Stroke::default()
        }));
        self.surface.draw_path(&path);
        self.surface.set_stroke(None);
    }

    /// A surface.
    pub(crate) fn surface(&mut self, area: Area, color: Rgb, opacity: f32) {
        let rect = Rect::from_xywh(area.x, area.y, area.width, area.height);
        let Some(rect) = rect.filter(|_| area.width > 0.0 && area.height > 0.0) else { return };
        let mut path = PathBuilder::new();
        path.push_rect(rect);
        let Some(path) = path.finish() else { return };
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(filled(color, opacity)));
        self.surface.draw_path(&path);
    }
}

fn paint([red, green, blue]: Rgb) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

fn filled(color: Rgb, opacity: f32) -> Fill {
    let opacity = NormalizedF32::new(opacity).unwrap_or(NormalizedF32::ONE);
    Fill { paint: paint(color).into(), opacity, ..Fill::default() }
}
