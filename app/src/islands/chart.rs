//! An interactive chart: tooltip with crosshair, arrow keys, legend, drag to zoom.
//!
//! The server's drawing stays as it is until the reader hides a series; then the frames come
//! through a server function and the same crate draws them here.
//!
//! A chart may be replaced by newer markup at any moment. What a reader would miss then, the hidden
//! series and the point that is read, is kept on the section around it. What other charts and the
//! menu need to know of a chart stands in its attributes, where `frontend/crosshair.js` and `frontend/menus.js` read it: `data-t`
//! and `data-m` its time axis and margins, `data-at` the instant that is pointed at, `data-exact` and
//! `data-label` the figure that was pointed at last, else the newest.

use super::open::open;
use super::{overlay, tooltip};
use crate::server_functions::{PanelUpdate, panel};
use brisk_chart::{Drawing, Input, LegendItem, Readout};
use brisk_domain::{Bounds, Interval, Timestamp, ZoneOffsets, parameter};
use leptos::html::Div;
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
    /// What a zoom leads back to, as the address says it.
    pub before_zoom: String,
}

/// A drag shorter than this part of the plot is a click.
const SHORTEST_DRAG: f64 = 0.02;

/// An interactive chart; its children are the server's drawing.
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
    let names = StoredValue::new(legend.iter().map(|item| item.name.clone()).collect::<Vec<_>>());
    let body = NodeRef::<Div>::new();
    // The point whose figure is copied.
    let last = RwSignal::new(readout.with_untracked(newest));

    let redraw = move || {
        loaded.with_value(|update| {
            let Some(update) = update else { return };
            if let Some(drawing) = draw(update, &hidden.get_untracked(), stored_place) {
                redrawn.set(Some(drawing.body));
                readout.set(drawing.readout);
            }
        });
    };
    let redraw_hidden = move || {
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
                // Keep the drawing and the legend.
                Err(_) => hidden.set(Vec::new()),
            }
        });
    };
    let toggle = move |series: usize| {
        hidden.update(|hidden| match hidden.iter().position(|h| *h == series) {
            Some(at) => drop(hidden.remove(at)),
            None => hidden.push(series),
        });
        if let Some(section) = body.get_untracked().and_then(|body| section_of(&body)) {
            let names = names.get_value();
            let hidden = hidden.get_untracked();
            let hidden: Vec<&str> =
                hidden.iter().filter_map(|i| Some(names.get(*i)?.as_str())).collect();
            let _ = section.set_attribute(HIDDEN, &hidden.join("\n"));
        }
        redraw_hidden();
    };
    body.on_load(move |body| {
        let Some(section) = section_of(&body) else { return };
        // Who reads a point when newer markup comes goes on reading there.
        let is_read = body.matches(":hover, :focus, :focus-within").unwrap_or_default();
        if let (true, Some(label)) = (is_read, section.get_attribute(READING)) {
            active.set(readout.with_untracked(|r| r.labels.iter().position(|l| *l == label)));
        }
        let Some(known) = section.get_attribute(HIDDEN) else { return };
        let at = |name: &str| names.with_value(|names| names.iter().position(|n| n == name));
        let known: Vec<usize> = known.split('\n').filter_map(at).collect();
        if !known.is_empty() {
            hidden.set(known);
            redraw_hidden();
        }
    });
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
        on_move(event.clone());
        let zoomable = readout.with_untracked(|r| r.time.is_some());
        // A finger that moves along reads the values, and one that moves down scrolls the page.
        if zoomable && event.button() == 0 && !is_touch(&event) {
            drag.set(at_fraction(&event).map(|at| (at, at)));
            if let Some(body) = body.get_untracked() {
                // The drag goes on where the pointer leaves the chart.
                let _ = body.set_pointer_capture(event.pointer_id());
            }
        }
    };
    let on_up = move |event: web_sys::PointerEvent| {
        if let (true, Some(body)) = (is_touch(&event), body.get_untracked()) {
            // What a finger has pointed at stays until it touches something else.
            let _ = body.focus();
        }
        if let Some(dragged) = drag.get_untracked() {
            drag.set(None);
            if let Some(chosen) = readout.with_untracked(|r| stretch(r, stored_place, dragged)) {
                zoom(chosen.bounds, stored_place);
            }
        }
    };
    let first_labels = StoredValue::new(readout.with_untracked(|r| r.labels.clone()));
    // Another frame may have other marks in the places of the first.
    let is_first = move |at: usize| {
        readout
            .with_untracked(|r| first_labels.with_value(|first| r.labels.get(at) == first.get(at)))
    };
    // What is drawn here has no links; the server's drawing, which is still there, has them.
    let on_click = move |event: web_sys::MouseEvent| {
        if let (Some(at), true) = (mark_under(&event), redrawn.with_untracked(Option::is_some))
            && is_first(at)
        {
            follow(&event, at);
        }
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" {
            // On a mark's own link the browser does it.
            if let (Some(at), true) = (active.get_untracked(), is_own(&event))
                && is_first(at)
            {
                follow(&event, at);
            }
            return;
        }
        if event.key() == "Escape" {
            drag.set(None);
        }
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
    // A mark's link says the same as the arrow keys do there.
    let on_focus = move |event: web_sys::FocusEvent| {
        if let Some(at) = mark_under(&event) {
            active.set(Some(at));
        }
    };
    Effect::new(move |_| {
        if let Some(at) = active.get() {
            last.set(Some(at));
        }
    });
    // In one place, because each attribute that follows by itself is code that browsers load.
    Effect::new(move |_| {
        let Some(body) = body.get() else { return };
        let at = active.get();
        let said = readout.with(|r| {
            let figure = last.get().and_then(|last| figure(r, last, &hidden.get()));
            let (exact, label) = figure.unzip();
            [
                ("data-t", said_axis(r)),
                ("data-m", said_margins(r)),
                ("data-at", at.and_then(|at| said_instant(r, stored_place, at))),
                ("data-active", at.map(|_| String::new())),
                ("data-exact", exact),
                ("data-label", label),
            ]
        });
        for (name, value) in said {
            attribute(&body, name, value.as_deref());
        }
        if let Some(section) = section_of(&body) {
            let label = at.and_then(|at| readout.with(|r| r.labels.get(at).cloned()));
            attribute(&section, READING, label.as_deref());
        }
    });
    let leave = move || {
        active.set(None);
        drag.set(None);
    };
    // As markup: an element that is replaced has not moved, so a tooltip that follows the pointer is no
    // layout shift; and it is less code than reactive views.
    let over = move || {
        let dragged = drag.get();
        let brushed = dragged.and_then(|d| brush(&readout.get_untracked(), stored_place, d));
        let crosshair =
            active.get().and_then(|at| readout.with(|r| overlay::crosshair(r, at, &hidden.get())));
        [brushed, crosshair].into_iter().flatten().collect::<String>()
    };
    let said = move || {
        let at = active.get().filter(|_| drag.get().is_none());
        let shown = at
            .and_then(|at| readout.with(|r| tooltip::tooltip(r, at, &hidden.get(), pointer.get())));
        shown.unwrap_or_default()
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
            node_ref=body
            style=format!("height:{}px", place.height)
            tabindex="0"
            role="group"
            aria-label=format!("{title}: arrow keys read the values")
            on:pointermove=on_move
            on:pointerdown=on_down
            on:pointerup=on_up
            on:pointerleave=move |event| if !is_touch(&event) { leave() }
            on:pointercancel=move |_| leave()
            on:blur=move |_| leave()
            on:focusin=on_focus
            on:click=on_click
            on:keydown=on_key
        >
            <div class="drawn" class:gone=move || redrawn.with(Option::is_some)>{children()}</div>
            <div class="drawn" inner_html=move || redrawn.get().unwrap_or_default()></div>
            <div inner_html=over></div>
            <div role="status" aria-live="polite" inner_html=said></div>
        </div>
    }
}

/// Where the names of the hidden series are kept, one a line.
const HIDDEN: &str = "data-hidden";

/// Where the point is kept that is read.
const READING: &str = "data-reading";

fn attribute(element: &web_sys::Element, name: &str, value: Option<&str>) {
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

/// The panel around a chart; newer markup is put into it.
fn section_of(body: &web_sys::Element) -> Option<web_sys::Element> {
    body.closest("section").ok()?
}

fn draw(update: &PanelUpdate, hidden: &[usize], place: StoredValue<ChartPlace>) -> Option<Drawing> {
    let (width, height) = place.with_value(|place| (place.width, place.height));
    let data = &update.data;
    brisk_chart::draw_series(&Input {
        spec: &update.spec,
        frame: &data.frame,
        additivity: &data.additivity,
        previous: data.previous.as_ref(),
        sparkline: data.sparkline.as_ref(),
        sparkline_additivity: &data.sparkline_additivity,
        coverage: data.coverage,
        previous_coverage: data.previous_coverage,
        sparkline_coverage: data.sparkline_coverage,
        bounds: data.bounds,
        earlier: data.earlier,
        interval: data.interval,
        zone: &data.offsets,
        width,
        height,
        hidden,
        // The server's drawing keeps them: see `follow`.
        links: None,
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
fn mark_under(event: &web_sys::Event) -> Option<usize> {
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    target.closest("[data-i]").ok()??.get_attribute("data-i")?.parse().ok()
}

fn is_touch(event: &web_sys::PointerEvent) -> bool {
    event.pointer_type() == "touch"
}

/// Whether a key was pressed on the chart itself, not on something in it.
fn is_own(event: &web_sys::KeyboardEvent) -> bool {
    event.target() == event.current_target()
}

/// Opens the link that the server gave a mark, if it did.
fn follow(event: &web_sys::Event, mark: usize) {
    let chart = event.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
    let link = chart.and_then(|chart| chart.query_selector(&format!("a[data-i='{mark}']")).ok()?);
    if let Some(href) = link.and_then(|link| link.get_attribute("href")) {
        event.prevent_default();
        open(&href);
    }
}

/// A stretch of the time axis, in whole buckets.
struct Stretch {
    bounds: Bounds,
    /// Its ends as fractions of the plot's width.
    from: f64,
    to: f64,
}

/// What a drag between two fractions chooses; nothing where it is so short that it is a click.
fn stretch(
    readout: &Readout,
    place: StoredValue<ChartPlace>,
    (start, end): (f64, f64),
) -> Option<Stretch> {
    if (start - end).abs() < SHORTEST_DRAG {
        return None;
    }
    let first = nearest(&readout.xs, start.min(end))?;
    let last = nearest(&readout.xs, start.max(end))?;
    let (from, _) = bucket(readout, place, first)?;
    let (_, to) = bucket(readout, place, last)?;
    // A bar fills its bucket, a point of a line stands at its start.
    let half = readout.xs.first().copied().unwrap_or_default();
    Some(Stretch {
        bounds: Bounds { from, to },
        from: readout.xs[first] - half,
        to: readout.xs[last] + half,
    })
}

/// The bucket of a point: its start, and the next one's.
fn bucket(
    readout: &Readout,
    place: StoredValue<ChartPlace>,
    at: usize,
) -> Option<(Timestamp, Timestamp)> {
    let (first, last) = readout.time?;
    let x = *readout.xs.get(at)?;
    let mut inside = first.0 + ((last.0 - first.0) as f64 * x) as i64;
    place.with_value(|place| {
        if readout.xs.first() == Some(&0.0) {
            // Points of lines stand on the edge, and places are rounded: well into the bucket.
            inside += place.interval.seconds() * 500_000;
        }
        let start = place.interval.start(Timestamp(inside), &place.zone);
        Some((start, place.interval.next(start, &place.zone)))
    })
}

/// Opens the page with that range, and remembers the one before it.
fn zoom(bounds: Bounds, place: StoredValue<ChartPlace>) {
    let (ends, before) =
        place.with_value(|place| (bounds.url_ends(&place.zone), place.before_zoom.clone()));
    let location = window().location();
    let search = location.search().unwrap_or_default();
    if let Ok(parameters) = web_sys::UrlSearchParams::new_with_str(&search) {
        parameters.delete(parameter::RANGE);
        parameters.delete(parameter::INTERVAL);
        parameters.set(parameter::FROM, &ends.0);
        parameters.set(parameter::TO, &ends.1);
        parameters.set(parameter::ZOOM, &before);
        let query: String = parameters.to_string().into();
        open(&format!("?{query}{}", location.hash().unwrap_or_default()));
    }
}

/// The axis for the crosshairs of other charts: its ends, and how many bars there are, or 0.
fn said_axis(readout: &Readout) -> Option<String> {
    let (first, last) = readout.time?;
    let bars = if readout.xs.first() == Some(&0.0) { 0 } else { readout.xs.len() };
    Some(format!("{} {} {bars}", first.0, last.0))
}

fn said_margins(readout: &Readout) -> Option<String> {
    let (left, right, top, bottom) = readout.margins;
    readout.time.map(|_| format!("{left} {right} {top} {bottom}"))
}

/// A point's instant for the crosshairs of other charts: the start and the middle of its bucket.
fn said_instant(readout: &Readout, place: StoredValue<ChartPlace>, at: usize) -> Option<String> {
    let (start, next) = bucket(readout, place, at)?;
    Some(format!("{} {}", start.0, (start.0 + next.0) / 2))
}

/// The newest point that has a value.
fn newest(readout: &Readout) -> Option<usize> {
    let first = readout.series.first()?;
    match readout.by_mark {
        true => (!first.values.is_empty()).then_some(0),
        false => first.values.iter().rposition(|text| !text.is_empty()),
    }
}

/// All digits of the first value that a tooltip shows for a point, and which it is.
fn figure(readout: &Readout, at: usize, hidden: &[usize]) -> Option<(String, String)> {
    let label = readout.labels.get(at)?;
    let shown = readout.series.iter().enumerate().filter(|(i, _)| !hidden.contains(i));
    let exact = shown.filter_map(|(_, series)| Some((series.exact(at)?, &series.name)));
    let (digits, name) = exact.into_iter().next()?;
    Some((digits, format!("{label}, {name}")))
}

/// What a drag would show, in whole buckets, with its dates.
fn brush(readout: &Readout, place: StoredValue<ChartPlace>, dragged: (f64, f64)) -> Option<String> {
    let chosen = stretch(readout, place, dragged)?;
    let dates = place.with_value(|place| chosen.bounds.label(&place.zone));
    Some(overlay::brush(readout, (chosen.from, chosen.to), &dates))
}
