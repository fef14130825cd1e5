//! Texts of plots and pictures.

use super::classes;
use crate::markup::escape;
use crate::markup::{percent, px};
use crate::scene::{Role, Text, X};
use std::fmt::Write as _;

/// Writes `text`, unless no screen is wide enough for it.
pub(super) fn text(text: &Text, out: &mut String) {
    let Some(needs) = classes::needs(text.needs) else {
        return;
    };
    let _ = write!(out, "<text class=\"{}{needs}\"", classes::text(text));
    if let Role::Figure(size) = text.role {
        let _ = write!(out, " font-size=\"{}\"", px(size));
    }
    match text.x {
        X::Part(part) => {
            let _ = write!(out, " x=\"{}\"", percent(part));
        }
        X::Px(0.0) => {}
        X::Px(x) => {
            let _ = write!(out, " x=\"{}\"", px(x));
        }
        X::Beyond(part, x) => {
            let _ = write!(out, " x=\"{}\" dx=\"{}\"", percent(part), px(x));
        }
    }
    let _ = write!(out, " y=\"{}\"", px(text.y));
    if text.is_centered {
        out.push_str(" dy=\".32em\"");
    }
    out.push('>');
    out.push_str(&escape(&text.text));
    if let Some(full) = &text.full {
        let _ = write!(out, "<title>{}</title>", escape(full));
    }
    out.push_str("</text>");
}
