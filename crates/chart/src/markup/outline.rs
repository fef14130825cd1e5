//! Outlines of rings and half rings, as the `d` of a path. Their centre is the origin.

use super::px;
use std::f64::consts::{PI, TAU};

/// A piece of the ring between two radii, from one part of a turn to another, clockwise from the top.
pub(crate) fn ring([from, to]: [f64; 2], [outer, inner]: [f64; 2]) -> String {
    if to - from > 0.999_9 {
        // An arc cannot end where it starts, so each circle is two half turns.
        let round = |r: f64| format!("M0 -{r} A{r} {r} 0 0 1 0 {r} A{r} {r} 0 0 1 0 -{r}Z");
        return format!("{}{}", round(outer), round(inner));
    }
    let at = |turn: f64, radius: f64| {
        let angle = turn * TAU;
        format!("{:.2} {:.2}", radius * angle.sin(), -radius * angle.cos())
    };
    let large = u8::from(to - from > 0.5);
    format!(
        "M{} A{outer} {outer} 0 {large} 1 {} L{} A{inner} {inner} 0 {large} 0 {}Z",
        at(from, outer),
        at(to, outer),
        at(to, inner),
        at(from, inner)
    )
}

/// A part of the upper half circle, from its left end.
pub(crate) fn half_ring(radius: f64, part: f64) -> String {
    let angle = PI * (1.0 - part);
    let (x, y, r) = (radius * angle.cos(), -radius * angle.sin(), px(radius));
    format!("M-{r} 0 A{r} {r} 0 0 1 {x:.2} {y:.2}")
}
