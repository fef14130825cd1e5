//! Pictures: rings, and half rings.

use super::{classes, link, text};
use crate::markup::{escape, half_ring, px, ring};
use crate::scene::{Arc, Keys, Part, Picture};
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

fn arc(arc: &Arc, out: &mut String) {
    let class = if arc.is_scale { "ga-b" } else { "ga-v" };
    let d = half_ring(arc.radius, arc.part);
    let _ = write!(out, "<path class=\"{class}\" d=\"{d}\"/>");
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
