//! Pictures: rings and half rings, with what their colours mean beside or below them.

use super::pen::{Area, Pen};
use super::words::{self, Style};
use crate::markup::{half_ring, px, ring};
use crate::scene::{Anchor, Arc, KeyItem, Keys, Part, Picture, X};
use std::fmt::Write as _;

/// Between a picture and its keys, in px.
const GAP: f64 = 20.0;
/// The highest that a picture with keys gets, in px.
const TALLEST: f64 = 220.0;
/// The height of a key, in px.
const KEY: f64 = 26.0;
/// The narrowest area with keys beside the picture, in px.
const BESIDE: f64 = 260.0;

/// Writes a picture into `area`.
pub(super) fn picture(picture: &Picture, area: Area, pen: &mut Pen) {
    let Some(keys) = &picture.keys else { return fitted(picture, area, pen) };
    if area.width < BESIDE {
        let height = (area.height - KEY * rows(keys) as f64 - GAP).max(area.height / 3.0);
        fitted(picture, Area { height, ..area }, pen);
        return self::keys(keys, area.below(height + GAP), pen);
    }
    let width = ((area.width - GAP) / 2.1).max(110.0);
    let height = area.height.min(TALLEST);
    let y = area.y + (area.height - height) / 2.0;
    fitted(picture, Area { width, height, y, ..area }, pen);
    let left = width + GAP;
    self::keys(keys, Area { x: area.x + left, width: area.width - left, ..area }, pen);
}

/// Writes the picture itself, as large as fits, in the middle of `area`.
fn fitted(picture: &Picture, area: Area, pen: &mut Pen) {
    let [x, y, width, height] = picture.view;
    let fits = (area.width / width).min(area.height / height);
    let scale = if picture.keeps_size { fits.min(1.0) } else { fits };
    let left = area.x + (area.width - width * scale) / 2.0 - x * scale;
    let top = area.y + (area.height - height * scale) / 2.0 - y * scale;
    let (left, top) = (px(left), px(top));
    let _ = write!(pen.out, "<g transform=\"translate({left} {top}) scale({scale:.4})\">");
    parts(&picture.parts, None, pen);
    pen.out.push_str("</g>");
}

fn parts(parts: &[Part], stroke: Option<f64>, pen: &mut Pen) {
    for part in parts {
        match part {
            Part::Slice { color, turn, radii, .. } => {
                let (fill, card) = (pen.palette.data(*color), pen.palette.card);
                let d = ring(*turn, *radii);
                let _ = write!(
                    pen.out,
                    "<path fill=\"{fill}\" fill-rule=\"evenodd\" stroke=\"{card}\" stroke-width=\"1.5\" d=\"{d}\"/>"
                );
            }
            Part::Arc(Arc { is_scale, radius, part }) => {
                let color = if *is_scale { pen.palette.line } else { pen.palette.accent };
                let (d, width) = (half_ring(*radius, *part), px(stroke.unwrap_or(1.0)));
                let _ = write!(
                    pen.out,
                    "<path fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\" \
                     stroke-linecap=\"round\" d=\"{d}\"/>"
                );
            }
            Part::Arrow(corners) => {
                let points = corners.map(|(x, y)| format!("{},{}", px(x), px(y))).join(" ");
                let color = pen.palette.accent;
                let _ = write!(pen.out, "<polygon fill=\"{color}\" points=\"{points}\"/>");
            }
            Part::Text(text) => {
                let style = Style::of(text.role, pen);
                let y = if text.is_centered { words::centred(text.y, style) } else { text.y };
                // Pictures have no width of their own that fractions could be of.
                let (X::Px(x) | X::Beyond(_, x) | X::Part(x)) = text.x;
                words::write(&text.text, (x, y), text.anchor, style, pen);
            }
            Part::Mark { stroke, parts, .. } => self::parts(parts, Some(*stroke), pen),
        }
    }
}

/// How many lines keys take.
fn rows(keys: &Keys) -> usize {
    keys.items.len() + usize::from(keys.note.is_some())
}

/// Writes what the colours mean, in the middle of `area`; what has no room is counted.
fn keys(keys: &Keys, area: Area, pen: &mut Pen) {
    let all = rows(keys).max(1);
    let row = (area.height / all as f64).clamp(14.0, KEY);
    let fit = ((area.height / row) as usize).max(1);
    let shown = if all <= fit { keys.items.len() } else { keys.items.len().min(fit - 1) };
    let rest = match keys.items.len() - shown {
        0 => keys.note.clone(),
        missing => Some(format!("and {missing} more")),
    };
    let lines = shown + usize::from(rest.is_some());
    let top = area.y + ((area.height - row * lines as f64) / 2.0).max(0.0);
    for (number, item) in keys.items.iter().take(shown).enumerate() {
        key(item, Area { y: top + row * number as f64, height: row, ..area }, pen);
    }
    if let Some(rest) = rest {
        let style = Style::new(pen.palette.ink_3, 12.0);
        let middle = top + row * (shown as f64 + 0.5);
        let text = words::cut(&rest, style, area.width);
        words::write(&text, (area.x, words::centred(middle, style)), Anchor::Start, style, pen);
    }
}

fn key(item: &KeyItem, area: Area, pen: &mut Pen) {
    const SWATCH: f64 = 10.0;
    let (fill, middle) = (pen.palette.data(item.color), area.y + area.height / 2.0);
    let (x, y) = (px(area.x), px(middle - SWATCH / 2.0));
    let _ = write!(
        pen.out,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{SWATCH}\" height=\"{SWATCH}\" rx=\"3\" fill=\"{fill}\"/>"
    );
    let value = Style::new(pen.palette.ink, 13.0).heavy(600);
    let name = Style::new(pen.palette.ink_2, 13.0);
    let room = area.width - SWATCH - 16.0 - words::width(&item.value, value);
    let (text, end) = (words::cut(&item.name, name, room), area.x + area.width);
    let baseline = words::centred(middle, name);
    words::write(&text, (area.x + SWATCH + 8.0, baseline), Anchor::Start, name, pen);
    words::write(&item.value, (end, baseline), Anchor::End, value, pen);
}
