//! Figures and sparklines.

use super::paths;
use super::pen::{Area, Pen};
use super::words::{self, Style};
use crate::scene::{Anchor, Change, Sparkline, Stat, Stroke, Verdict};

/// The size of a figure, and the smallest that it shrinks to, in px.
const SIZES: (f64, f64) = (28.0, 12.0);
/// The height of the figure's line, in px.
const FIGURE: f64 = 36.0;
/// The height of the line below it, in px.
const CHANGE: f64 = 20.0;
/// The height of a sparkline, in px.
const SPARK: f64 = 44.0;
/// Between words and the sparkline, and between two words, in px.
const GAP: f64 = 16.0;
const SPACE: f64 = 4.0;
/// The narrowest sparkline, in px.
const NARROWEST: f64 = 64.0;

/// Writes a figure and what goes with it at the top of `area`.
pub(super) fn stat(stat: &Stat, area: Area, pen: &mut Pen) {
    let ink = Style::new(pen.palette.ink, SIZES.0).heavy(600);
    let natural = words::width(&stat.figure.text, ink);
    let change = stat.change.as_ref().map(|change| Line::of(change, pen));
    let beside = (area.width - GAP - NARROWEST).max(1.0);
    // Beside the words where there is room, else below them.
    let is_beside = natural <= beside || area.height < FIGURE + CHANGE + 24.0;
    let room = match &stat.sparkline {
        Some(_) if is_beside => beside,
        _ => area.width,
    };
    let size = (SIZES.0 * (room / natural.max(1.0)).min(1.0)).max(SIZES.1);
    let style = Style { size, ..ink };
    let text = words::cut(&stat.figure.text, style, area.width);
    let baseline = words::centred(area.y + FIGURE / 2.0, style);
    words::write(&text, (area.x, baseline), Anchor::Start, style, pen);
    let mut taken = words::width(&text, style);
    if let Some(change) = change {
        taken = taken.max(change.write((area.x, area.y + FIGURE + CHANGE / 2.0), room, pen));
    }
    let Some(line) = &stat.sparkline else { return };
    let spark = if is_beside {
        let width = (area.width - taken - GAP).min(area.width * 0.4);
        let width = width.max(NARROWEST.min(area.width));
        let y = area.y + (FIGURE + CHANGE - SPARK);
        Area { x: area.x + area.width - width, y, width, height: SPARK.min(area.height) }
    } else {
        let below = area.below(FIGURE + CHANGE);
        Area { height: below.height.min(SPARK), ..below }
    };
    sparkline(line, spark, true, pen);
}

/// How a figure has changed, in words.
struct Line {
    strong: (String, Style),
    plain: (String, Style),
}

impl Line {
    fn of(change: &Change, pen: &Pen) -> Self {
        let palette = pen.palette;
        let (strong, color, plain) = match change {
            Change::Unknown(words) => (String::new(), palette.ink_3, words.clone()),
            Change::Little { words, from } => ((*words).to_owned(), palette.ink_2, from.clone()),
            Change::Moved { rises, verdict, by, versus, .. } => {
                let color = match verdict {
                    Verdict::Good => palette.good,
                    Verdict::Bad => palette.bad,
                    Verdict::Neither => palette.ink_2,
                };
                (format!("{}{by}", if *rises { "↑" } else { "↓" }), color, versus.clone())
            }
        };
        Self {
            strong: (strong, Style::new(color, 13.0).heavy(600)),
            plain: (plain, Style::new(palette.ink_3, 13.0)),
        }
    }

    /// Writes it around that middle, and returns how wide it is.
    fn write(&self, (x, middle): (f64, f64), room: f64, pen: &mut Pen) -> f64 {
        let (strong, plain) = (&self.strong, self.plain.1);
        let at = (x, words::centred(middle, plain));
        if strong.0.is_empty() {
            let text = words::cut(&self.plain.0, plain, room);
            words::write(&text, at, Anchor::Start, plain, pen);
            return words::width(&text, plain);
        }
        let before = words::width(&strong.0, strong.1) + SPACE;
        let text = words::cut(&self.plain.0, plain, (room - before).max(0.0));
        words::write_both((&strong.0, strong.1), (&text, plain), at, pen);
        before + words::width(&text, plain)
    }
}

/// Writes a sparkline over `area`, dashed where it leads to or from a partial time bucket.
pub(super) fn sparkline(line: &Sparkline, area: Area, is_filled: bool, pen: &mut Pen) {
    let height = line.height.max(1.0);
    let at =
        |(x, y): &(f64, f64)| (area.x + x / 100.0 * area.width, area.y + y / height * area.height);
    let points: Vec<(f64, f64)> = line.points.iter().map(at).collect();
    let color = pen.palette.data(crate::scene::Color::Series(0));
    if let Some(zero) = line.zero.filter(|_| is_filled) {
        let ends = [at(&(100.0, zero)), at(&(0.0, zero))];
        paths::area(color, 0.08, &[points.as_slice(), &ends].concat(), pen);
    }
    let mut stroke = |points: &[(f64, f64)], stroke| {
        if points.len() > 1 {
            paths::line(color, stroke, points, pen);
        }
    };
    let whole = line.whole.clone();
    if whole.is_empty() {
        return stroke(&points, Stroke::Part);
    }
    stroke(&points[..=whole.start], Stroke::Part);
    stroke(&points[whole.clone()], Stroke::Plain);
    stroke(&points[whole.end - 1..], Stroke::Part);
}
