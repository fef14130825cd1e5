//! Writes a scene as an image of a fixed size: an SVG that needs no style sheet, no script and no
//! container, only a font. Rasterisers and PDF writers lay out neither HTML nor percentages, so here all
//! coordinates are px from the upper left corner, and all texts are cut, moved or left out by what they
//! need. The shapes, scales and words are those of the scene.
//!
//! `palette` has the colours, `place` turns a plot's coordinates into px, `words` writes text; one file for
//! each kind of scene, none for a kind of panel.

mod legend;
mod palette;
mod paths;
mod pen;
mod picture;
mod place;
mod plot;
mod stat;
mod table;
mod words;

pub use palette::Theme;

use crate::kinds::Chart;
use crate::markup::{escape, px};
use crate::scene::{Anchor, Scene};
use pen::{Area, Pen};
use std::fmt::Write as _;
use words::Style;

/// An image.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// A whole SVG document. All text is escaped; it refers to nothing outside.
    pub svg: String,
    /// Its width, in px.
    pub width: f64,
    /// Its height, in px.
    pub height: f64,
    /// The text alternative; the document's title begins with the caption's.
    pub summary: String,
}

/// What is written around a drawing, so that an image can stand alone. Empty texts take no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Caption<'a> {
    /// What it shows, above.
    pub title: &'a str,
    /// Of which time and which part of the data, and how old they are; below.
    pub note: &'a str,
}

/// The height of a title, and of a line of the note, in px.
const TITLE: f64 = 26.0;
const NOTE: f64 = 16.0;
/// The most lines of a note.
const NOTE_LINES: usize = 3;
/// Around the drawing in an image, in px: labels reach beyond the ends of axes.
pub const PADDING: f64 = 16.0;
/// The smallest image that stands alone, in px, and the smallest part of a page.
const LEAST: (f64, f64) = (240.0, 120.0);
const LEAST_PART: (f64, f64) = (200.0, 92.0);
/// The lowest drawing above a note, in px.
const DRAWING: f64 = 60.0;
/// The largest side.
const MOST: f64 = 8_000.0;
/// The fonts, in the order in which they are looked for.
const FONTS: &str = "Inter, Noto Sans, DejaVu Sans, sans-serif";

/// What an image is laid on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ground {
    /// A ground of its own.
    Own,
    /// The page that it is put on.
    Page,
}

/// Draws an image of `size` px: `chart` draws into a box of a width and a height, and is asked again where a
/// legend takes some of it.
pub(crate) fn draw(
    size: (f64, f64),
    (theme, ground): (Theme, Ground),
    caption: &Caption<'_>,
    chart: impl Fn(f64, f64) -> Chart,
) -> Image {
    let side =
        |length: f64, least| if length.is_finite() { length.clamp(least, MOST) } else { least };
    let least = if ground == Ground::Own { LEAST } else { LEAST_PART };
    let (width, height) = (side(size.0, least.0), side(size.1, least.1));
    let (mut pen, inner) = (Pen::new(theme), width - 2.0 * PADDING);
    let mut area = Area { x: PADDING, y: PADDING, width: inner, height: height - 2.0 * PADDING };
    area = captioned(caption, area, &mut pen);
    let whole = chart(area.width, area.height);
    let legend = legend::height(&whole.legend, (area.width, area.height));
    let chart = if legend > 0.0 { chart(area.width, area.height - legend) } else { whole };
    let title = match caption.title {
        "" => chart.summary.clone(),
        title => format!("{title}: {}", chart.summary),
    };
    write(&chart, area, &mut pen);
    document((&pen, ground), (width, height), &title, chart.summary)
}

/// Writes what stands around the drawing; returns what is left for it. Small images have no note, since the
/// drawing comes first.
fn captioned(caption: &Caption<'_>, area: Area, pen: &mut Pen) -> Area {
    let mut left = area;
    if !caption.title.is_empty() {
        let style = Style::new(pen.palette.ink, 14.0).heavy(600);
        let text = words::cut(caption.title, style, area.width);
        let at = (area.x, words::centred(area.y + TITLE / 2.0 - 4.0, style));
        words::write(&text, at, Anchor::Start, style, pen);
        left = left.below(TITLE);
    }
    let style = Style::new(pen.palette.ink_3, 11.0);
    let mut lines = words::lines(caption.note, style, area.width);
    if lines.len() > NOTE_LINES {
        lines.truncate(NOTE_LINES);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    let taken = NOTE * lines.len() as f64 + 4.0;
    if lines.is_empty() || left.height - taken < DRAWING {
        return left;
    }
    left.height -= taken;
    for (number, line) in lines.iter().enumerate() {
        let middle = left.y + left.height + 4.0 + NOTE * (number as f64 + 0.5);
        words::write(line, (area.x, words::centred(middle, style)), Anchor::Start, style, pen);
    }
    left
}

fn write(chart: &Chart, area: Area, pen: &mut Pen) {
    let below = legend::legend(&chart.legend, area, pen);
    match &chart.scene {
        Scene::Plot(plot) => plot::plot(plot, below, pen),
        Scene::Picture(picture) => picture::picture(picture, below, pen),
        Scene::Stat(stat) => stat::stat(stat, below, pen),
        Scene::Table(table) => table::table(table, below, pen),
        Scene::Message { text } => message(text, below, pen),
    }
}

fn document(
    (pen, ground): (&Pen, Ground),
    (width, height): (f64, f64),
    title: &str,
    summary: String,
) -> Image {
    let (w, h, title) = (px(width), px(height), escape(title));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" \
         font-family=\"{FONTS}\" font-size=\"11\" font-weight=\"500\" role=\"img\" aria-label=\"{title}\">\
         <title>{title}</title>"
    );
    if ground == Ground::Own {
        let _ = write!(svg, "<rect width=\"{w}\" height=\"{h}\" fill=\"{}\"/>", pen.palette.card);
    }
    svg.push_str(&pen.out);
    svg.push_str("</svg>");
    Image { svg, width, height, summary }
}

/// A sentence in the middle, on as many lines as it needs.
fn message(text: &str, area: Area, pen: &mut Pen) {
    const LINE: f64 = 20.0;
    let style = Style::new(pen.palette.ink_3, 13.0);
    let lines = words::lines(text, style, area.width);
    let most = ((area.height / LINE) as usize).clamp(1, 12);
    let shown = lines.len().min(most);
    let top = area.y + (area.height - LINE * shown as f64) / 2.0;
    for (number, line) in lines.iter().take(shown).enumerate() {
        let middle = top + LINE * (number as f64 + 0.5);
        let cut = (number + 1 == shown && shown < lines.len()).then(|| format!("{line}…"));
        let at = (area.x + area.width / 2.0, words::centred(middle, style));
        words::write(cut.as_deref().unwrap_or(line), at, Anchor::Middle, style, pen);
    }
}
