//! Pointer and keyboard input on a chart.
//!
//! One listener and plain cells: a listener for each event and attributes that follow signals were a
//! third of the wasm. Cells, not a borrow: moving the focus ends in this listener again.

use super::axis::{TimeAxis, nearest};
use super::open::open;
use super::overlay::Placed;
use super::{overlay, tooltip};
use brisk_chart::Readout;
use leptos::prelude::StoredValue;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, PointerEvent};

/// The attribute for the current point, on the section around the chart.
const READING: &str = "data-reading";

const EVENTS: [&str; 8] = [
    "pointermove",
    "pointerdown",
    "pointerup",
    "pointerleave",
    "pointercancel",
    "blur",
    "focusin",
    "keydown",
];

/// Makes `chart` interactive until the current owner ends. Crosshair and dragged range are shown in `over`,
/// values in `tooltip`.
pub(super) fn start(chart: HtmlElement, over: HtmlElement, tooltip: HtmlElement) {
    let readout = chart.get_attribute("data-readout").and_then(|text| Readout::parse(&text));
    let Some(readout) = readout else { return };
    let section = chart.closest("section").ok().flatten();
    let (axis, last) = (TimeAxis::of(&chart), Cell::new(newest(&readout)));
    let shown = Cell::default();
    let reader = Rc::new(Reader { chart, over, tooltip, section, readout, axis, last, shown });
    reader.go_on();
    reader.show();
    StoredValue::new_local(Listening::to(reader));
}

/// A chart's listeners; dropping it removes them.
struct Listening {
    chart: HtmlElement,
    listener: Closure<dyn Fn(Event)>,
}

impl Listening {
    fn to(reader: Rc<Reader>) -> Self {
        let chart = reader.chart.clone();
        let listener = Closure::<dyn Fn(Event)>::new(move |event| reader.hear(&event));
        for name in EVENTS {
            let function = listener.as_ref().unchecked_ref();
            let _ = chart.add_event_listener_with_callback(name, function);
        }
        Self { chart, listener }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        for name in EVENTS {
            let function = self.listener.as_ref().unchecked_ref();
            let _ = self.chart.remove_event_listener_with_callback(name, function);
        }
    }
}

/// What is shown over the drawing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Shown {
    /// The current point.
    point: Option<usize>,
    /// Where the pointer is in the chart's box, in px.
    pointer: (f64, f64),
    /// Where a drag began and where it is, as fractions of the plot's width.
    drag: Option<(f64, f64)>,
}

struct Reader {
    chart: HtmlElement,
    over: HtmlElement,
    tooltip: HtmlElement,
    section: Option<Element>,
    readout: Readout,
    axis: Option<TimeAxis>,
    shown: Cell<Shown>,
    /// The point whose figure is copied.
    last: Cell<Option<usize>>,
}

impl Reader {
    /// Restores the point that the reader was on before newer markup replaced the chart.
    fn go_on(&self) {
        let is_read = self.chart.matches(":hover, :focus, :focus-within").unwrap_or_default();
        let label = self.section.as_ref().and_then(|section| section.get_attribute(READING));
        if let (true, Some(label)) = (is_read, label) {
            self.read(self.readout.labels.iter().position(|known| *known == label));
        }
    }

    fn hear(&self, event: &Event) {
        let before = self.shown.get();
        match event.type_().as_str() {
            "keydown" => self.press(event.unchecked_ref()),
            // Focusing a mark's link shows the same as the arrow keys do there.
            "focusin" => match mark_under(event) {
                Some(mark) => self.read(Some(mark)),
                None => return,
            },
            "blur" | "pointercancel" => self.shown.set(Shown::default()),
            pointer => self.point(pointer, event.unchecked_ref()),
        }
        if self.shown.get() != before {
            self.show();
        }
    }

    fn read(&self, point: Option<usize>) {
        self.shown.set(Shown { point, ..self.shown.get() });
    }

    fn point(&self, name: &str, event: &PointerEvent) {
        // A finger that moves sideways reads values; one that moves up or down scrolls the page.
        let is_touch = event.pointer_type() == "touch";
        match name {
            "pointerleave" if is_touch => return,
            "pointerleave" => return self.shown.set(Shown::default()),
            "pointerup" => return self.release(is_touch),
            _ => {}
        }
        let (pointer, at) = self.place_of(event);
        let point = match self.readout.by_mark {
            true => mark_under(event),
            false => nearest(&self.readout.xs, at),
        };
        let mut drag = self.shown.get().drag.map(|(from, _)| (from, at));
        if name == "pointerdown" && self.axis.is_some() && event.button() == 0 && !is_touch {
            drag = Some((at, at));
            // The drag continues when the pointer leaves the chart.
            let _ = self.chart.set_pointer_capture(event.pointer_id());
        }
        self.shown.set(Shown { point, pointer, drag });
    }

    /// Where a pointer is: in px in the chart's box, and as a fraction of the plot's width.
    fn place_of(&self, event: &PointerEvent) -> ((f64, f64), f64) {
        let edge = self.chart.get_bounding_client_rect();
        let x = f64::from(event.client_x()) - edge.left();
        let y = f64::from(event.client_y()) - edge.top();
        let (left, right, ..) = self.readout.margins;
        ((x, y), ((x - left) / (edge.width() - left - right)).clamp(0.0, 1.0))
    }

    fn release(&self, is_touch: bool) {
        if is_touch {
            // The point under a finger stays until something else is touched.
            let _ = self.chart.focus();
        }
        let shown = self.shown.get();
        self.shown.set(Shown { drag: None, ..shown });
        if let (Some(axis), Some(drag)) = (&self.axis, shown.drag)
            && let Some(chosen) = axis.stretch(&self.readout, drag)
        {
            axis.zoom(chosen.bounds);
        }
    }

    fn press(&self, event: &KeyboardEvent) {
        let at = self.shown.get().point;
        let last = self.readout.labels.len().saturating_sub(1);
        let next = match event.key().as_str() {
            // On a mark's own link, the browser opens it.
            "Enter" if event.target() == event.current_target() => {
                if let Some(mark) = at {
                    self.follow(event, mark);
                }
                return;
            }
            "ArrowRight" => Some(at.map_or(0, |at| (at + 1).min(last))),
            "ArrowLeft" => Some(at.map_or(last, |at| at.saturating_sub(1))),
            "Home" => Some(0),
            "End" => Some(last),
            "Escape" => {
                self.shown.set(Shown::default());
                None
            }
            _ => return,
        };
        event.prevent_default();
        self.read(next);
    }

    /// Opens the link that the server gave a mark, if it did.
    fn follow(&self, event: &Event, mark: usize) {
        let link = self.chart.query_selector(&format!("a[data-i='{mark}']")).ok().flatten();
        if let Some(href) = link.and_then(|link| link.get_attribute("href")) {
            event.prevent_default();
            open(&href);
        }
    }

    fn show(&self) {
        let Shown { point, pointer, drag } = self.shown.get();
        let readout = &self.readout;
        if point.is_some() {
            self.last.set(point);
        }
        let brush = self.axis.as_ref().zip(drag).and_then(|(axis, drag)| {
            let chosen = axis.stretch(readout, drag)?;
            Some(overlay::brush(readout, chosen.ends, &axis.label(chosen.bounds)))
        });
        let crosshair = point.and_then(|at| overlay::crosshair(readout, at));
        let ((mut over, mut properties), (points, places)) =
            (brush.unwrap_or_default(), crosshair.unwrap_or_default());
        over.push_str(&points);
        properties.push_str(&places);
        place(&self.over, Some((over, properties)));
        let tooltip = point.filter(|_| drag.is_none());
        place(&self.tooltip, tooltip.and_then(|at| tooltip::tooltip(readout, at, pointer)));
        let (exact, label) = self.last.get().and_then(|last| figure(readout, last)).unzip();
        let instant = point.and_then(|at| self.axis.as_ref()?.instant_text(readout, at));
        write(&self.chart, "data-at", instant.as_deref());
        write(&self.chart, "data-active", point.map(|_| ""));
        write(&self.chart, "data-exact", exact.as_deref());
        write(&self.chart, "data-label", label.as_deref());
        if let Some(section) = &self.section {
            let label = point.and_then(|at| readout.labels.get(at));
            write(section, READING, label.map(String::as_str));
        }
    }
}

/// Fills `element` with markup and sets its properties, or clears it.
fn place(element: &HtmlElement, placed: Option<Placed>) {
    let (markup, properties) = placed.unwrap_or_default();
    element.style().set_css_text(&properties);
    element.set_inner_html(&markup);
}

fn write(element: &Element, name: &str, value: Option<&str>) {
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

/// The mark under the pointer, by its `data-i`.
fn mark_under(event: &Event) -> Option<usize> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    target.closest("[data-i]").ok()??.get_attribute("data-i")?.parse().ok()
}

/// The newest point that has a value.
fn newest(readout: &Readout) -> Option<usize> {
    let has_any = |texts: &&Vec<String>| texts.iter().any(|text| !text.is_empty());
    let first = readout.series.iter().map(|series| &series.values).find(has_any)?;
    match readout.by_mark {
        true => Some(0),
        false => first.iter().rposition(|text| !text.is_empty()),
    }
}

/// All digits of the first value that a tooltip shows for a point, and its label.
fn figure(readout: &Readout, at: usize) -> Option<(String, String)> {
    let label = readout.labels.get(at)?;
    let mut exact = readout.series.iter().filter_map(|s| Some((s.exact(at)?, &s.name)));
    let (digits, name) = exact.next()?;
    Some((digits, format!("{label}, {name}")))
}
