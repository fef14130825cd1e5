//! Text: its look by its role, how wide it is, and how it is cut.

use super::pen::Pen;
use crate::markup::{escape, px};
use crate::scene::{Anchor, Role};
use crate::text::width::{fit, text_width};
use std::fmt::Write as _;

/// The size that widths are estimated for, in px.
const MEASURED: f64 = 11.0;
/// How far below its middle a text's baseline is, as a part of its size.
const DROP: f64 = 0.32;

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    /// Its colour.
    pub(super) fill: &'static str,
    /// Its size, in px.
    pub(super) size: f64,
    /// Its weight.
    pub(super) weight: u16,
}

impl Style {
    /// Ordinary text of that colour and size.
    pub(super) fn new(fill: &'static str, size: f64) -> Self {
        Self { fill, size, weight: 500 }
    }

    /// The same, heavier.
    pub(super) fn heavy(self, weight: u16) -> Self {
        Self { weight, ..self }
    }

    /// The look of a text in a plot or a picture.
    pub(super) fn of(role: Role, pen: &Pen) -> Self {
        let palette = pen.palette;
        match role {
            Role::Tick | Role::Note => Self::new(palette.ink_3, 11.0),
            Role::Chosen => Self::new(palette.accent, 11.0).heavy(600),
            Role::RowName { is_chosen } => {
                Self::new(palette.ink_2, 12.0).heavy(if is_chosen { 600 } else { 500 })
            }
            Role::Value => Self::new(palette.ink, 12.0),
            Role::CellValue { is_inverse: false } => Self::new(palette.ink, 11.0),
            Role::CellValue { is_inverse: true } => Self::new(palette.accent_ink, 11.0),
            Role::Total => Self::new(palette.ink, 19.0).heavy(600),
            Role::Figure(size) => Self::new(palette.ink, size).heavy(600),
        }
    }
}

/// How wide `text` is, in px.
pub(super) fn width(text: &str, style: Style) -> f64 {
    // Heavy letters are about a twentieth wider.
    let heavy = if style.weight > 550 { 1.05 } else { 1.0 };
    text_width(text) * style.size / MEASURED * heavy
}

/// `text` cut to about `room` px.
pub(super) fn cut(text: &str, style: Style, room: f64) -> String {
    fit(text, room * MEASURED / style.size)
}

/// The baseline of a text whose middle is at `y`.
pub(super) fn centred(y: f64, style: Style) -> f64 {
    y + DROP * style.size
}

/// Writes a text with that point of its baseline at `at`.
pub(super) fn write(text: &str, at: (f64, f64), anchor: Anchor, style: Style, pen: &mut Pen) {
    begin(at, anchor, style, pen);
    pen.out.push_str(&escape(text));
    pen.out.push_str("</text>");
}

/// Writes two texts of one size, one after the other whatever the font.
pub(super) fn write_both(first: (&str, Style), then: (&str, Style), at: (f64, f64), pen: &mut Pen) {
    begin(at, Anchor::Start, first.1, pen);
    let Style { fill, weight, .. } = then.1;
    let (first, then) = (escape(first.0), escape(then.0));
    let _ = write!(
        pen.out,
        "{first} <tspan fill=\"{fill}\" font-weight=\"{weight}\">{then}</tspan></text>"
    );
}

fn begin(at: (f64, f64), anchor: Anchor, style: Style, pen: &mut Pen) {
    let Style { fill, size, weight } = style;
    let _ = write!(pen.out, "<text x=\"{}\" y=\"{}\" fill=\"{fill}\"", px(at.0), px(at.1));
    if (size - MEASURED).abs() > f64::EPSILON {
        let _ = write!(pen.out, " font-size=\"{}\"", px(size));
    }
    if weight != 500 {
        let _ = write!(pen.out, " font-weight=\"{weight}\"");
    }
    pen.out.push_str(match anchor {
        Anchor::Start => ">",
        Anchor::Middle => " text-anchor=\"middle\">",
        Anchor::End => " text-anchor=\"end\">",
    });
}

/// The lines of a sentence that is `room` px wide at most; a longer word is cut.
pub(super) fn lines(text: &str, style: Style, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word = cut(word, style, room);
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), style) <= room => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}
