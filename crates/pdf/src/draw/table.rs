//! Rows of a table, below its heads.

use super::canvas::{Align, Canvas};
use super::tags::{PanelTags, Table, small_figure};
use crate::look;
use crate::plan::{Column, LaidRow, TableLayout};
use crate::sheet::Area;
use crate::text::Style;
use brisk_chart::{RowCell, Rows};
use krilla::tagging::{ArtifactType, ContentTag, Node};
use std::ops::Range;

/// The thickness of sparklines, in pt.
const TREND: f32 = 0.9;

/// Some rows.
pub(crate) struct Part<'a> {
    pub(crate) rows: &'a Rows,
    pub(crate) layout: &'a TableLayout,
    pub(crate) range: Range<usize>,
}

/// What heads and rows are to those who do not see them.
pub(crate) enum Heads<'a> {
    /// The beginning of a table.
    First(&'a mut Table),
    /// More of it: the heads are repeated for the eye only.
    Repeated(&'a mut Table),
    /// Part of something else.
    Untagged,
}

impl Part<'_> {
    /// Draws the heads and the rows from the top of `area`; returns where they end.
    pub(crate) fn draw(
        &self,
        area: Area,
        canvas: &mut Canvas<'_, '_>,
        mut heads: Heads<'_>,
    ) -> f32 {
        let layout = self.layout;
        let (mut y, style) = (area.y, Style { color: look::INK_3, ..layout.style });
        match &mut heads {
            Heads::Repeated(_) => canvas.artifact(ArtifactType::PaginationOther, |canvas| {
                self.heads((area.x, y), style, canvas, None);
            }),
            Heads::First(table) => self.heads((area.x, y), style, canvas, Some(table)),
            Heads::Untagged => self.heads((area.x, y), style, canvas, None),
        }
        y += layout.head.height;
        let mut table = match heads {
            Heads::First(table) | Heads::Repeated(table) => Some(table),
            Heads::Untagged => None,
        };
        for at in self.range.clone() {
            let (Some(laid), Some(cells)) = (layout.rows.get(at), self.rows.rows.get(at)) else {
                break;
            };
            let color = if at == self.range.start { look::LINE_2 } else { look::LINE };
            let rule = |canvas: &mut Canvas<'_, '_>| {
                canvas.rule((area.x, y), area.width, (look::HAIRLINE, color));
            };
            match table {
                Some(_) => canvas.artifact(ArtifactType::Layout, rule),
                None => rule(canvas),
            }
            let row = Row { laid, cells, top: y, x: area.x, style: layout.style };
            let nodes = row.draw(&layout.columns, canvas, table.is_some());
            if let Some(table) = &mut table {
                table.rows.push(nodes);
            }
            y += laid.height;
        }
        y
    }

    fn heads(
        &self,
        (x, y): (f32, f32),
        style: Style,
        canvas: &mut Canvas<'_, '_>,
        mut table: Option<&mut Table>,
    ) {
        let head = &self.layout.head;
        let most = head.cells.iter().map(Vec::len).max().unwrap_or(1);
        for (column, lines) in self.layout.columns.iter().zip(&head.cells) {
            // Heads stand on the line below them.
            let above = (most - lines.len().min(most)) as f32 * style.leading();
            let nodes = texts(lines, column, (x, y + above), style, canvas, table.is_some());
            if let Some(table) = &mut table {
                table.heads.push(nodes);
            }
        }
    }
}

/// A row that is being drawn.
struct Row<'a> {
    laid: &'a LaidRow,
    cells: &'a [RowCell],
    top: f32,
    x: f32,
    style: Style,
}

impl Row<'_> {
    /// Draws it; returns the contents of its cells.
    fn draw(
        &self,
        columns: &[Column],
        canvas: &mut Canvas<'_, '_>,
        is_tagged: bool,
    ) -> Vec<Vec<Node>> {
        let cells = columns.iter().zip(&self.laid.cells).zip(self.cells);
        let draw = |((column, lines), cell): ((&Column, &Vec<String>), &RowCell)| {
            let at = Area {
                x: self.x + column.x,
                y: self.top,
                width: column.width,
                height: self.laid.height,
            };
            if let Some(trend) = &cell.trend {
                return self.trend(trend, at, canvas, is_tagged);
            }
            if let Some(part) = cell.bar {
                self.bar(part, at, canvas, is_tagged);
            }
            let column = match cell.part {
                // What is said of a bucket stands at its right.
                Some(_) => Column { is_right: false, ..*column },
                None => *column,
            };
            let mut nodes =
                texts(lines, &column, (self.x, self.top), self.style, canvas, is_tagged);
            if let (Some(part), Some(line)) = (&cell.part, lines.first()) {
                let style =
                    Style { color: look::INK_3, size: self.style.size * 0.85, ..self.style };
                let after = canvas.typesetter.shape(line, self.style).width * self.style.size;
                let left = at.x + after + self.style.size * 0.6;
                let at = (left, baseline(self.top, 0, self.style));
                nodes.extend(text(part, at, Align::Left, style, canvas, is_tagged));
            }
            nodes
        };
        cells.map(draw).collect()
    }

    fn bar(&self, part: f64, area: Area, canvas: &mut Canvas<'_, '_>, is_tagged: bool) {
        let inset = 2.0_f32.min(area.height / 4.0);
        let bar = Area {
            y: area.y + inset,
            height: area.height - 2.0 * inset,
            width: area.width * part as f32,
            ..area
        };
        let draw = |canvas: &mut Canvas<'_, '_>| canvas.surface(bar, look::ACCENT, 0.14);
        match is_tagged {
            true => canvas.artifact(ArtifactType::Layout, draw),
            false => draw(canvas),
        }
    }

    fn trend(
        &self,
        trend: &brisk_chart::Trend,
        area: Area,
        canvas: &mut Canvas<'_, '_>,
        is_tagged: bool,
    ) -> Vec<Node> {
        let inset = area.height * 0.2;
        let at = |(x, y): &(f64, f64)| {
            let height = area.height - 2.0 * inset;
            (area.x + *x as f32 * area.width, area.y + inset + *y as f32 * height)
        };
        let points: Vec<(f32, f32)> = trend.points.iter().map(at).collect();
        if !is_tagged {
            canvas.line(&points, (TREND, look::ACCENT));
            return Vec::new();
        }
        let id = canvas.surface.start_tagged(ContentTag::Other);
        canvas.line(&points, (TREND, look::ACCENT));
        canvas.surface.end_tagged();
        vec![small_figure(id, &trend.words)]
    }
}

/// Writes the lines of a cell.
fn texts(
    lines: &[String],
    column: &Column,
    (x, top): (f32, f32),
    style: Style,
    canvas: &mut Canvas<'_, '_>,
    is_tagged: bool,
) -> Vec<Node> {
    let (x, align) = match column.is_right {
        true => (x + column.x + column.width, Align::Right),
        false => (x + column.x, Align::Left),
    };
    let write = |(number, line): (usize, &String)| {
        text(line, (x, baseline(top, number, style)), align, style, canvas, is_tagged)
    };
    lines.iter().enumerate().filter_map(write).collect()
}

fn text(
    text: &str,
    at: (f32, f32),
    align: Align,
    style: Style,
    canvas: &mut Canvas<'_, '_>,
    is_tagged: bool,
) -> Option<Node> {
    if text.is_empty() {
        return None;
    }
    if is_tagged {
        return Some(canvas.tagged_text(text, at, align, style).0.into());
    }
    canvas.text(text, at, align, style);
    None
}

/// The baseline of a line of a row that begins at `top`.
fn baseline(top: f32, line: usize, style: Style) -> f32 {
    top + style.size * 0.4 + style.leading() * (line as f32 + 0.5) + style.size * 0.36
}

/// Writes lines of notes below `top`.
pub(crate) fn notes(
    lines: &[String],
    (x, top): (f32, f32),
    canvas: &mut Canvas<'_, '_>,
    tags: &mut PanelTags,
) {
    let style = look::NOTE;
    let mut ids = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let baseline = top + 4.0 + style.leading() * (number as f32 + 0.76);
        ids.push(canvas.tagged_text(line, (x, baseline), Align::Left, style).0);
    }
    tags.note(ids);
}
