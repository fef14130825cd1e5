//! A chart that answers: tooltip with crosshair, arrow keys, legend, drag to zoom.
//!
//! The server's drawing stays as it is until the reader hides a series; then the frames come
//! through a server function and the same crate draws them here.

use crate::server_functions::{PanelUpdate, panel};
use brisk_chart::{Drawing, Input, LegendItem, Readout};
use brisk_domain::{Bounds, Interval, Timestamp, ZoneOffsets};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;

/// Which chart it is, and its box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChartPlace {
    /// The dashboard.
    pub slug: String,
    /// The panel.
    pub panel: String,
    /// The view, as the page's query string.
    pub query: String,
    /// The usual width in CSS px.
    pub width: f64,
    /// The height in CSS px.
    pub height: f64,
    /// The width of the buckets.
    pub interval: Interval,
    /// The zone around the bounds, for dragging.
    pub zone: ZoneOffsets,
}

/// A drag shorter than this part of the plot is a click.
const SHORTEST_DRAG: f64 = 0.02;

/// A chart that answers; its children are the server's drawing.
#[island]
pub fn Chart(
    place: ChartPlace,
    legend: Vec<LegendItem>,
    readout: Readout,
    title: String,
    children: Children,
) -> impl IntoView {
    let readout = RwSignal::new(readout);
    let active = RwSignal::new(None::<usize>);
    let hidden = RwSignal::new(Vec::<usize>::new());
    let redrawn = RwSignal::new(None::<String>);
    let drag = RwSignal::new(None::<(f64, f64)>);
    let pointer = RwSignal::new((0.0, 0.0));
    let loaded = StoredValue::new(None::<PanelUpdate>);
    let stored_place = StoredValue::new(place.clone());

    let redraw = move || {
        loaded.with_value(|update| {
            let Some(update) = update else { return };
            if let Some(drawing) = draw(update, &hidden.get_untracked(), stored_place) {
                redrawn.set(Some(drawing.body));
                readout.set(drawing.readout);
            }
        });
    };
    let toggle = move |series: usize| {
        hidden.update(|hidden| match hidden.iter().position(|h| *h == series) {
            Some(at) => drop(hidden.remove(at)),
            None => hidden.push(series),
        });
        if loaded.with_value(Option::is_some) {
            redraw();
            return;
        }
        leptos::task::spawn_local(async move {
            let place = stored_place.get_value();
            match panel(place.slug, place.panel, place.query).await {
                Ok(update) => {
                    loaded.set_value(Some(update));
                    redraw();
                }
                // The drawing stays as it was, and so does the legend.
                Err(_) => hidden.set(Vec::new()),
            }
        });
    };
    let at_fraction = move |event: &web_sys::PointerEvent| -> Option<f64> {
        let element = event.current_target()?.dyn_into::<web_sys::Element>().ok()?;
        let edge = element.get_bounding_client_rect();
        let (x, y) =
            (f64::from(event.client_x()) - edge.left(), f64::from(event.client_y()) - edge.top());
        pointer.set((x, y));
        let (left, right, ..) = readout.with_untracked(|r| r.margins);
        Some(((x - left) / (edge.width() - left - right)).clamp(0.0, 1.0))
    };
    let on_move = move |event: web_sys::PointerEvent| {
        let Some(fraction) = at_fraction(&event) else {
            return;
        };
        drag.update(|drag| {
            if let Some((_, end)) = drag {
                *end = fraction;
            }
        });
        active.set(readout.with_untracked(|readout| match readout.by_mark {
            true => mark_under(&event),
            false => nearest(&readout.xs, fraction),
        }));
    };
    let on_down = move |event: web_sys::PointerEvent| {
        let zoomable = readout.with_untracked(|r| r.time.is_some());
        if zoomable && event.button() == 0 && event.pointer_type() == "mouse" {
            drag.set(at_fraction(&event).map(|at| (at, at)));
        }
    };
    let on_up = move |_| {
        if let Some((start, end)) = drag.get_untracked() {
            drag.set(None);
            if (start - end).abs() >= SHORTEST_DRAG {
                zoom(&readout.get_untracked(), stored_place, start.min(end), start.max(end));
            }
        }
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let last = readout.with_untracked(|r| r.labels.len()).saturating_sub(1);
        let next = match (event.key().as_str(), active.get_untracked()) {
            ("ArrowRight", at) => Some(at.map_or(0, |at| (at + 1).min(last))),
            ("ArrowLeft", at) => Some(at.map_or(last, |at| at.saturating_sub(1))),
            ("Home", _) => Some(0),
            ("End", _) => Some(last),
            ("Escape", _) => None,
            _ => return,
        };
        event.prevent_default();
        active.set(next);
    };
    let leave = move || {
        active.set(None);
        drag.set(None);
    };
    let items = legend.into_iter().enumerate().map(move |(i, item)| {
        let pressed = move || if hidden.with(|h| h.contains(&i)) { "false" } else { "true" };
        let swatch = match (item.line, item.dashed) {
            (_, true) => "swatch line dashed",
            (true, false) => "swatch line",
            (false, false) => "swatch",
        };
        view! {
            <button type="button" class=format!("legend-item s{}", item.color) aria-pressed=pressed on:click=move |_| toggle(i)>
                <i class=swatch></i>{item.name}
            </button>
        }
    });
    let items: Vec<_> = items.collect();
    let has_legend = !items.is_empty();
    view! {
        {has_legend.then(|| view! { <div class="legend" role="group" aria-label="Series">{items}</div> })}
        <div
            class="panel-body chart"
            style=format!("height:{}px", place.height)
            tabindex="0"
            role="group"
            aria-label=format!("{title}: arrow keys read the values")
            on:pointermove=on_move
            on:pointerdown=on_down
            on:pointerup=on_up
            on:pointerleave=move |_| leave()
            on:blur=move |_| leave()
            on:keydown=on_key
        >
            <div class="drawn" class:gone=move || redrawn.with(Option::is_some)>{children()}</div>
            <div class="drawn" inner_html=move || redrawn.get().unwrap_or_default()></div>
            {move || drag.get().map(|(a, b)| brush(&readout.get_untracked(), a.min(b), a.max(b)))}
            {move || active.get().map(|at| readout.with(|r| crosshair(r, at, &hidden.get())))}
            <div role="status" aria-live="polite">
                {move || active.get().map(|at| readout.with(|r| tooltip(r, at, &hidden.get(), pointer.get())))}
            </div>
        </div>
    }
}

fn draw(update: &PanelUpdate, hidden: &[usize], place: StoredValue<ChartPlace>) -> Option<Drawing> {
    let (width, height) = place.with_value(|place| (place.width, place.height));
    let data = &update.data;
    brisk_chart::draw_series(&Input {
        spec: &update.spec,
        frame: &data.frame,
        previous: data.previous.as_ref(),
        sparkline: data.sparkline.as_ref(),
        bounds: data.bounds,
        previous_bounds: data.previous_bounds,
        interval: data.interval,
        zone: &data.offsets,
        width,
        height,
        hidden,
    })
}

/// The point nearest to a fraction of the plot's width.
fn nearest(xs: &[f64], fraction: f64) -> Option<usize> {
    let after = xs.partition_point(|x| *x < fraction);
    let before = after.checked_sub(1);
    let distance = |i: usize| xs.get(i).map(|x| (x - fraction).abs());
    match (before, distance(after)) {
        (Some(before), Some(to_after)) if distance(before)? > to_after => Some(after),
        (Some(before), _) => Some(before),
        (None, Some(_)) => Some(after),
        (None, None) => None,
    }
}

/// The mark under the pointer, by its `data-i`.
fn mark_under(event: &web_sys::PointerEvent) -> Option<usize> {
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    target.closest("[data-i]").ok()??.get_attribute("data-i")?.parse().ok()
}

/// Opens the page with the range between two fractions, in whole buckets.
fn zoom(readout: &Readout, place: StoredValue<ChartPlace>, start: f64, end: f64) {
    let Some((first, last)) = readout.time else {
        return;
    };
    let length = (last.0 - first.0) as f64;
    let at = |fraction: f64| Timestamp(first.0 + (length * fraction) as i64);
    let ends = place.with_value(|place| {
        let from = place.interval.start(at(start), &place.zone);
        let to = place.interval.next(place.interval.start(at(end), &place.zone), &place.zone);
        Bounds { from, to }.url_ends(&place.zone)
    });
    let location = window().location();
    let search = location.search().unwrap_or_default();
    if let Ok(parameters) = web_sys::UrlSearchParams::new_with_str(&search) {
        parameters.delete("range");
        parameters.delete("interval");
        parameters.set("from", &ends.0);
        parameters.set("to", &ends.1);
        let query: String = parameters.to_string().into();
        let _ = location.set_search(&query);
    }
}

fn along(readout: &Readout, fraction: f64) -> String {
    let (left, right, ..) = readout.margins;
    format!("calc({left}px + (100% - {}px) * {fraction})", left + right)
}

fn brush(readout: &Readout, start: f64, end: f64) -> impl IntoView + use<> {
    let (left, right, top, bottom) = readout.margins;
    let width = format!("calc((100% - {}px) * {})", left + right, end - start);
    let style =
        format!("left:{};width:{width};top:{top}px;bottom:{bottom}px", along(readout, start));
    view! { <div class="brush" style=style></div> }
}

fn crosshair(readout: &Readout, at: usize, hidden: &[usize]) -> Option<impl IntoView + use<>> {
    let x = along(readout, *readout.xs.get(at)?);
    let (_, _, top, bottom) = readout.margins;
    let line = (!readout.by_mark).then(|| {
        view! { <div class="crosshair" style=format!("left:{x};top:{top}px;bottom:{bottom}px")></div> }
    });
    let shown = readout.series.iter().enumerate().filter(|(i, _)| !hidden.contains(i));
    let dots: Vec<_> = shown
        .filter_map(|(_, series)| Some((series.color, (*series.ys.get(at)?)?)))
        .map(|(color, y)| {
            view! { <div class=format!("point s{color}") style=format!("left:{x};top:{y}px")></div> }
        })
        .collect();
    Some(view! { {line}{dots} })
}

fn tooltip(
    readout: &Readout,
    at: usize,
    hidden: &[usize],
    (x, y): (f64, f64),
) -> Option<impl IntoView + use<>> {
    let label = readout.labels.get(at)?.clone();
    let several = readout.series.len() > 1 && !readout.by_mark;
    let rows: Vec<_> = readout
        .series
        .iter()
        .enumerate()
        .filter(|(i, series)| {
            !hidden.contains(i) && series.values.get(at).is_some_and(|v| !v.is_empty())
        })
        .map(|(_, series)| {
            let swatch = several.then(|| view! { <i class="swatch"></i> });
            view! {
                <div class=format!("s{}", series.color)>
                    {swatch}<span>{series.name.clone()}</span><b>{series.values[at].clone()}</b>
                </div>
            }
        })
        .collect();
    let fraction = readout.xs.get(at).copied();
    let left = fraction.map_or(format!("{x}px"), |fraction| along(readout, fraction));
    let top = if readout.by_mark {
        readout.series.first().and_then(|s| s.ys.get(at).copied().flatten()).unwrap_or(y)
    } else {
        8.0
    };
    let side = if fraction.unwrap_or(0.0) > 0.5 { "tooltip flip" } else { "tooltip" };
    Some(view! {
        <div class=side style=format!("left:{left};top:{top}px")><p>{label}</p>{rows}</div>
    })
}
