//! Pictures: rings, and half rings.

use super::escape::escape;
use super::numbers::px;
use super::{classes, link, text};
use crate::scene::{Arc, Keys, Part, Picture};
use std::f64::consts::{PI, TAU};
use std::fmt::Write as _;

/// The markup of a picture; `summary` is its text alternative.
pub(super) fn picture(picture: &Picture, summary: &str) -> String {
    let (class, role) = classes::drawing(picture.links);
    let chosen = class.strip_prefix('c').unwrap_or_default();
    let [x, y, width, height] = picture.view;
    let mut out = format!(
        "<div class=\"{}{chosen}\"><svg class=\"{class}\" viewBox=\"{} {} {} {}\"",
        if picture.keys.is_some() { "dn" } else { "ga" },
        px(x),
        px(y),
        px(width),
        px(height)
    );
    if picture.keeps_size {
        let (width, height) = (px(width), px(height.min(picture.height)));
        let _ = write!(out, " width=\"{width}\" height=\"{height}\"");
    }
    let _ = write!(out, " role=\"{role}\" aria-label=\"{}\">", escape(summary));
    parts(&picture.parts, &mut out);
    out.push_str("</svg>");
    if let Some(keys) = &picture.keys {
        self::keys(keys, &mut out);
    }
    out.push_str("</div>");
    out
}

fn parts(parts: &[Part], out: &mut String) {
    for part in parts {
        match part {
            Part::Slice { color, mark, turn, radii, link } => {
                link::open(link.as_ref(), *mark, out);
                let (class, d) = (classes::color(*color), ring(*turn, *radii));
                let _ = write!(out, "<path class=\"{class}\" data-i=\"{mark}\" d=\"{d}\"/>");
                link::close(link.as_ref(), out);
            }
            Part::Arc(arc) => self::arc(arc, out),
            Part::Arrow(corners) => {
                let points = corners.map(|(x, y)| format!("{},{}", px(x), px(y))).join(" ");
                let _ = write!(out, "<polygon class=\"ga-a\" points=\"{points}\"/>");
            }
            Part::Text(text) => text::text(text, out),
            Part::Mark { mark, stroke, parts } => {
                let stroke = px(*stroke);
                let _ = write!(out, "<g data-i=\"{mark}\" stroke-width=\"{stroke}\">");
                self::parts(parts, out);
                out.push_str("</g>");
            }
        }
    }
}

/// A piece of the ring from one part of a turn to another, clockwise from the top.
fn ring([from, to]: [f64; 2], [outer, inner]: [f64; 2]) -> String {
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

fn arc(arc: &Arc, out: &mut String) {
    let class = if arc.is_scale { "ga-b" } else { "ga-v" };
    let angle = PI * (1.0 - arc.part);
    let (x, y, r) = (arc.radius * angle.cos(), -arc.radius * angle.sin(), px(arc.radius));
    let _ = write!(out, "<path class=\"{class}\" d=\"M-{r} 0 A{r} {r} 0 0 1 {x:.2} {y:.2}\"/>");
}

/// What the colours mean, as a list.
fn keys(keys: &Keys, out: &mut String) {
    out.push_str("<ul>");
    for (mark, item) in keys.items.iter().enumerate() {
        let link = item.link.as_ref();
        let _ = write!(out, "<li data-i=\"{mark}\">");
        link::open(link, mark, out);
        let _ = write!(
            out,
            "<i class=\"{}\"></i><span title=\"{name}\">{}{name}</span><b>{}</b>",
            classes::color(item.color),
            link::tick(link.is_some_and(|link| link.is_chosen)),
            escape(&item.value),
            name = escape(&item.name),
        );
        link::hint(link, out);
        link::close(link, out);
        out.push_str("</li>");
    }
    if let Some(note) = &keys.note {
        let note = escape(note);
        let _ = write!(out, "<li><span class=\"dn-n\" title=\"{note}\">{note}</span></li>");
    }
    out.push_str("</ul>");
}
