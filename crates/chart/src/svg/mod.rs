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
    /// The text alternative, which is also its title.
    pub summary: String,
}

/// Around the drawing, in px: labels reach beyond the ends of axes.
const PADDING: f64 = 16.0;
/// The smallest image, in px.
const LEAST: (f64, f64) = (240.0, 80.0);
/// The largest side.
const MOST: f64 = 8_000.0;
/// The fonts, in the order in which they are looked for.
const FONTS: &str = "Inter, Noto Sans, DejaVu Sans, sans-serif";

/// Draws an image of `size` px: `chart` draws into a box of a width and a height, and is asked again where a
/// legend takes some of it.
pub(crate) fn draw(size: (f64, f64), theme: Theme, chart: impl Fn(f64, f64) -> Chart) -> Image {
    let side =
        |length: f64, least| if length.is_finite() { length.clamp(least, MOST) } else { least };
    let (width, height) = (side(size.0, LEAST.0), side(size.1, LEAST.1));
    let inner = (width - 2.0 * PADDING, height - 2.0 * PADDING);
    let whole = chart(inner.0, inner.1);
    let legend = legend::height(&whole.legend, inner);
    let chart = if legend > 0.0 { chart(inner.0, inner.1 - legend) } else { whole };
    let area = Area { x: PADDING, y: PADDING, width: inner.0, height: inner.1 };
    write(&chart, area, (width, height), theme)
}

fn write(chart: &Chart, area: Area, (width, height): (f64, f64), theme: Theme) -> Image {
    let mut pen = Pen::new(theme);
    let below = legend::legend(&chart.legend, area, &mut pen);
    match &chart.scene {
        Scene::Plot(plot) => plot::plot(plot, below, &mut pen),
        Scene::Picture(picture) => picture::picture(picture, below, &mut pen),
        Scene::Stat(stat) => stat::stat(stat, below, &mut pen),
        Scene::Table(table) => table::table(table, below, &mut pen),
        Scene::Message { text } => message(text, below, &mut pen),
    }
    let summary = chart.summary.clone();
    let (w, h, title) = (px(width), px(height), escape(&summary));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" \
         font-family=\"{FONTS}\" font-size=\"11\" font-weight=\"500\" role=\"img\" aria-label=\"{title}\">\
         <title>{title}</title>"
    );
    let _ = write!(svg, "<rect width=\"{w}\" height=\"{h}\" fill=\"{}\"/>", pen.palette.card);
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
