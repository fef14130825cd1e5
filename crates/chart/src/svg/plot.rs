//! Plots.

use super::paths::{self, PART};
use super::pen::{Area, Pen};
use super::place::Place;
use super::words::{self, Style};
use crate::markup::px;
use crate::scene::{Anchor, Color, Plot, Role, RowNames, Shape, Text};
use crate::text::shorten;
use std::fmt::Write as _;

/// Cells of narrower heatmaps have no room for numbers, in px.
const CELLS_WITH_NUMBERS: f64 = 460.0;
/// Between a row's name and the plot, in px.
const GAP: f64 = 8.0;

/// Writes a plot at the top of `area`.
pub(super) fn plot(plot: &Plot, area: Area, pen: &mut Pen) {
    let place = Place::of(plot, area);
    shapes(&plot.shapes, &place, area, pen);
}

fn shapes(all: &[Shape], place: &Place, area: Area, pen: &mut Pen) {
    for shape in all {
        self::shape(shape, place, area, pen);
    }
}

fn shape(shape: &Shape, place: &Place, area: Area, pen: &mut Pen) {
    match shape {
        Shape::Grid { y, is_zero } => {
            let color = if *is_zero { pen.palette.line_2 } else { pen.palette.line };
            let (x, end, y) = (px(place.left), px(place.left + place.width), px(place.y(*y)));
            let _ = write!(
                pen.out,
                "<line x1=\"{x}\" x2=\"{end}\" y1=\"{y}\" y2=\"{y}\" stroke=\"{color}\"/>"
            );
        }
        Shape::Text(text) => self::text(text, place, pen),
        Shape::Rect { color, is_part, across, y, height, .. } => {
            let Some((x, width)) = place.across(*across) else { return };
            let (fill, is_cell) = (pen.palette.data(*color), matches!(color, Color::Sequential(_)));
            let (x, y, width, height) = (px(x), px(place.y(*y)), px(width), px(*height));
            let _ = write!(
                pen.out,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\" rx=\"{}\"",
                if is_cell { 3 } else { 2 }
            );
            match (is_cell, *is_part) {
                (true, is_part) => {
                    let pale = if is_part { " fill-opacity=\"0.5\"" } else { "" };
                    let card = pen.palette.card;
                    let _ = write!(pen.out, "{pale} stroke=\"{card}\" stroke-width=\"2\"/>");
                }
                (false, is_part) => {
                    paths::hollow(is_part, fill, PART, pen);
                    pen.out.push_str("/>");
                }
            }
        }
        Shape::Dot { color, is_part, x, y, radius, .. } => {
            let fill = pen.palette.data(*color);
            let (x, y, radius) = (px(place.part(*x)), px(place.y(*y)), px(*radius));
            let _ = write!(pen.out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{fill}\"");
            paths::hollow(*is_part, fill, PART, pen);
            pen.out.push_str("/>");
        }
        // It is there for pointers only.
        Shape::Hit { .. } => {}
        Shape::Paths(paths) => paths::paths(paths, place, pen),
        Shape::Linked { shapes, .. } => self::shapes(shapes, place, area, pen),
        Shape::RowNames(names) => row_names(names, place, area, pen),
        Shape::AtRightEnd(shapes) => self::shapes(shapes, &place.at_right_end(), area, pen),
    }
}

/// Writes a text, if the box is wide enough for it.
fn text(text: &Text, place: &Place, pen: &mut Pen) {
    let is_cell = matches!(text.role, Role::CellValue { .. });
    if text.needs > place.room || (is_cell && place.room < CELLS_WITH_NUMBERS) {
        return;
    }
    let style = Style::of(text.role, pen);
    let y = place.y(text.y);
    let y = if text.is_centered { words::centred(y, style) } else { y };
    words::write(&text.text, (place.x(text.x), y), text.anchor, style, pen);
}

fn row_names(names: &RowNames, place: &Place, area: Area, pen: &mut Pen) {
    let room = place.left - area.x - GAP;
    let style = Style::of(Role::RowName { is_chosen: false }, pen);
    let texts: Vec<String> = names.names.iter().map(|name| name.name.clone()).collect();
    let cut = shorten::cut(&texts, room * 11.0 / style.size);
    for (row, (name, text)) in names.names.iter().zip(cut).enumerate() {
        let style = Style::of(Role::RowName { is_chosen: name.is_chosen }, pen);
        let middle = place.y(names.top + names.band * (row as f64 + 0.5));
        let at = (area.x + room, words::centred(middle, style));
        words::write(&text, at, Anchor::End, style, pen);
    }
}
