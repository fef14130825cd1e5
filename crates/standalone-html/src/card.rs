//! A panel's card: its title, its legend, and its drawing, or why there is none.

use crate::grid::Place;
use brisk_chart::{Input, LegendItem, Spec, escape};
use brisk_domain::panel_kind::Body;
use brisk_domain::{Export, ExportedPanel, PanelData};
use std::fmt::Write as _;

/// A row of the grid with its gap, and a card's height besides its body, in CSS px; `style/cards.css` has the
/// same figures.
const ROW: f64 = 72.0;
const CARD: f64 = 72.0;
/// The width of the grid that ticks are planned for.
const GRID_WIDTH: f64 = 1392.0;
/// The height of a legend.
const LEGEND: f64 = 24.0;

/// Writes the card of the panel with that number, from 1.
pub(crate) fn write(
    export: &Export<'_>,
    panel: &ExportedPanel<'_>,
    number: usize,
    place: Place,
    out: &mut String,
) {
    let title = panel.title(export);
    let class = if place.is_figure { "panel figure" } else { "panel" };
    let wide = place.wide;
    let _ = write!(
        out,
        "<section class=\"{class}\" aria-labelledby=\"p{number}\" style=\"--x:{};--y:{};--w:{};--h:{};--six:{};--two:{}\">\
         <div class=\"panel-head\"><h2 id=\"p{number}\"{}>{}</h2>",
        wide.x + 1,
        wide.y + 1,
        wide.w,
        wide.h,
        place.of_six,
        place.of_two,
        hint(panel),
        escape(&title)
    );
    match (panel.nothing(), panel.data) {
        (None, Ok(data)) => {
            // A figure says all of it.
            if !place.is_figure {
                let label = escape(&format!("Data of {title}"));
                let _ = write!(out, "<a href=\"#d{number}\" aria-label=\"{label}\">Data</a>");
            }
            out.push_str("</div>");
            drawing(panel, data, title, place, out);
        }
        (message, data) => {
            let class =
                if data.is_err() { "panel-body notice failed" } else { "panel-body notice" };
            let message = escape(&message.unwrap_or_default());
            let _ = write!(out, "</div><div class=\"{class}\"><p>{message}</p></div>");
        }
    }
    out.push_str("</section>");
}

fn hint(panel: &ExportedPanel<'_>) -> String {
    let description = panel.panel.description.as_deref();
    description.map_or_else(String::new, |text| format!(" title=\"{}\"", escape(text)))
}

fn drawing(
    panel: &ExportedPanel<'_>,
    data: &PanelData,
    title: String,
    place: Place,
    out: &mut String,
) {
    let (w, h) = (f64::from(place.wide.w), f64::from(place.wide.h));
    let size = (GRID_WIDTH * w / 12.0 - 48.0, h * ROW - CARD);
    let spec = Spec::of(panel.panel, title);
    let drawn = brisk_chart::draw(&Input::of(&spec, data, size));
    let drawn = match drawn.legend.is_empty() {
        true => drawn,
        false => brisk_chart::draw(&Input::of(&spec, data, (size.0, size.1 - LEGEND))),
    };
    legend(&drawn.legend, out);
    match panel.panel.kind.traits().body {
        Body::Chart => {
            let _ = write!(
                out,
                "<div class=\"panel-body chart\"><div class=\"drawn\">{}</div></div>",
                drawn.body
            );
        }
        // What scrolls can be reached with the keyboard.
        Body::Rows => {
            let label = escape(&spec.title);
            let _ = write!(
                out,
                "<div class=\"panel-body scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{label}\">{}</div>",
                drawn.body
            );
        }
    }
}

fn legend(items: &[LegendItem], out: &mut String) {
    if items.is_empty() {
        return;
    }
    out.push_str("<ul class=\"legend\">");
    for item in items {
        let swatch = match (item.line, item.dashed) {
            (_, true) => "swatch line dashed",
            (true, false) => "swatch line",
            (false, false) => "swatch",
        };
        let name = escape(&item.name);
        let _ = write!(out, "<li class=\"s{}\"><i class=\"{swatch}\"></i>{name}</li>", item.color);
    }
    out.push_str("</ul>");
}
