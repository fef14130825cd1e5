//! CSS classes for colours and roles. `style/data-colors.css` defines the colours in light and dark,
//! `style/chart.css` the looks of roles.

use crate::scene::{Anchor, Color, LinkState, Role, Text};

/// A colour's class: `s0`–`s7` for series, `q0`–`q8` for the sequential scale.
pub(super) fn color(color: Color) -> String {
    let (scale, step) = match color {
        Color::Series(series) => ('s', series),
        Color::Sequential(step) => ('q', step),
    };
    // One digit; `format!` would weigh more in browsers.
    let mut class = String::from(scale);
    class.push(char::from(b'0' + step % 10));
    class
}

/// The suffix of a mark's class: partial time buckets are dashed, hollow or paler.
pub(super) fn part(is_part: bool) -> &'static str {
    if is_part { " pt" } else { "" }
}

/// A text's class.
pub(super) fn text(text: &Text) -> &'static str {
    match (text.role, text.anchor) {
        (Role::Tick, Anchor::End) if text.is_centered => "y",
        (Role::Tick, Anchor::Start) => "x start",
        (Role::Tick, Anchor::End) => "x end",
        (Role::Tick | Role::Note, Anchor::Middle) => "x",
        (Role::Note, Anchor::Start) => "m",
        (Role::Note, Anchor::End) => "e",
        (Role::RowName { is_chosen: false }, _) => "h",
        (Role::RowName { is_chosen: true }, _) => "h chosen",
        (Role::Value, _) => "v",
        (Role::CellValue { is_inverse: false }, _) => "qt",
        (Role::CellValue { is_inverse: true }, _) => "qt qi",
        (Role::Chosen, _) => "x chosen",
        (Role::Total, _) => "dn-t",
        (Role::Figure(_), _) => "ga-t",
    }
}

/// Class and role of a drawing.
pub(super) fn drawing(links: LinkState) -> (&'static str, &'static str) {
    match links {
        LinkState::Absent => ("c", "img"),
        LinkState::Open => ("c", "group"),
        LinkState::Chosen => ("c picked", "group"),
    }
}

/// The widths of figures, in tenths of their font size, that `style/chart.css` has a class for: `e60`
/// has the size at which 6 times the font size fits the box.
const EMS: [u16; 22] = [
    45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100, 110, 120, 130, 140, 160, 180, 200, 250, 300,
    400,
];

/// The class, after a space, of a figure `width` times as wide as its font size.
pub(super) fn ems(width: f64) -> String {
    let class = EMS.into_iter().find(|ems| width * 10.0 <= f64::from(*ems));
    format!(" e{}", class.unwrap_or(EMS[EMS.len() - 1]))
}

/// The widths of the chart's box, in px, that `style/chart.css` has a class for: `t480` is hidden
/// below 480 px.
const THRESHOLDS: [u16; 14] =
    [280, 320, 360, 400, 440, 480, 560, 640, 720, 800, 960, 1120, 1280, 1600];

/// The class, after a space, of text that needs a box of `width` px: empty if every screen is wide
/// enough, `None` if none is.
pub(super) fn needs(width: f64) -> Option<String> {
    if width <= 260.0 {
        return Some(String::new());
    }
    let threshold = THRESHOLDS.into_iter().find(|t| width <= f64::from(*t))?;
    Some(format!(" t{threshold}"))
}
