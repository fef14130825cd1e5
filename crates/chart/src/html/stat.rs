//! Figures and sparklines.

use super::classes;
use crate::markup::escape;
use crate::markup::px;
use crate::scene::{Change, Figure, Sparkline, Stat, Verdict};
use std::fmt::Write as _;

/// The markup of a figure and what goes with it.
pub(super) fn stat(stat: &Stat) -> String {
    let Figure { text, full, exact, .. } = &stat.figure;
    let mut out = format!(
        "<div class=\"stat\"><p class=\"stat-figure{}\" data-exact=\"{}\" title=\"{}\">{}</p>",
        size(&stat.figure),
        escape(exact),
        escape(full),
        escape(text)
    );
    if let Some(change) = &stat.change {
        self::change(change, &mut out);
    }
    if let Some(line) = &stat.sparkline {
        sparkline(line, &mut out);
    }
    out.push_str("</div>");
    out
}

/// A long figure's classes, after a space: it shrinks with the box instead of overflowing.
fn size(figure: &Figure) -> String {
    let Some(width) = figure.width else {
        return String::new();
    };
    // A sparkline keeps 64 px beside the figure until there is no room for it.
    let beside = if figure.is_beside_line { " beside" } else { "" };
    format!("{}{beside}", classes::ems(width))
}

fn change(change: &Change, out: &mut String) {
    let _ = match change {
        Change::Unknown(words) => {
            write!(out, "<p class=\"stat-change\"><span>{}</span></p>", escape(words))
        }
        Change::Little { words, from } => {
            write!(out, "<p class=\"stat-change\"><b>{words}</b> <span>{}</span></p>", escape(from))
        }
        Change::Moved { rises, verdict, by, versus, when } => {
            let (arrow, word) = if *rises { ("↑", "up") } else { ("↓", "down") };
            let verdict = match verdict {
                Verdict::Good => " good",
                Verdict::Bad => " bad",
                Verdict::Neither => "",
            };
            write!(
                out,
                "<p class=\"stat-change{verdict}\"><b><span aria-hidden=\"true\">{arrow}</span><span class=\"visually-hidden\">{word} </span>{}</b> <span title=\"{when}\">{}</span></p>",
                escape(by),
                escape(versus)
            )
        }
    };
}

fn sparkline(line: &Sparkline, out: &mut String) {
    let d = steps(&line.points);
    let _ = write!(
        out,
        "<svg class=\"spark\" viewBox=\"0 0 100 {}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
        px(line.height)
    );
    if let Some(zero) = line.zero {
        let _ = write!(out, "<path class=\"a s0\" d=\"{d}L100 {0}L0 {0}Z\"/>", px(zero));
    }
    strokes(line, out);
    out.push_str("</svg>");
}

/// Writes a sparkline, dashed where it leads to or from a partial time bucket.
pub(super) fn strokes(line: &Sparkline, out: &mut String) {
    let Sparkline { points, whole, .. } = line;
    let mut stroke = |points: &[(f64, f64)], is_part| {
        if points.len() > 1 {
            let (part, d) = (classes::part(is_part), steps(points));
            let _ = write!(out, "<path class=\"l s0{part}\" d=\"{d}\"/>");
        }
    };
    if whole.is_empty() {
        return stroke(points, true);
    }
    stroke(&points[..=whole.start], true);
    stroke(&points[whole.clone()], false);
    stroke(&points[whole.end - 1..], true);
}

fn steps(points: &[(f64, f64)]) -> String {
    let mut d = String::new();
    for (i, (x, y)) in points.iter().enumerate() {
        let step = if i == 0 { "M" } else { "L" };
        let _ = write!(d, "{step}{} {}", px(*x), px(*y));
    }
    d
}
