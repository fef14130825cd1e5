//! A panel's card: title, menu, and content, which is there at once or streams in.

use super::panel_content::{self, Size};
use super::panel_menu;
use crate::drawing::Drawing;
use crate::markup;
use crate::service::{DashboardPage, Outcome, PanelSlot, Wait};
use brisk_domain::panel_kind::Card;
use brisk_domain::{GridPlace, Panel, PanelData};
use leptos::prelude::*;
use std::fmt::Write as _;
use std::sync::Arc;

/// A row of the grid with its gap, and a card's height besides its body, in CSS px; the same
/// numbers are in `style/layout.css` and `style/panel.css`.
const ROW: f64 = 72.0;
const CARD: f64 = 72.0;
/// The width of the grid that ticks are planned for.
const GRID_WIDTH: f64 = 1392.0;

/// The card of `panel` on its dashboard.
pub(crate) fn panel_card(
    page: &Arc<DashboardPage>,
    panel: &Panel,
    slot: PanelSlot,
    is_last: &str,
) -> AnyView {
    let class = match () {
        () if is_figure(panel) => "panel stat",
        () if panel.place.w > 6 => "panel wide",
        () => "panel",
    };
    let class = format!("{class}{is_last}{}", place_classes(panel.place));
    let size = size_on_grid(panel);
    let title = panel.title_at(page.interval);
    let heading = format!("{}-t", panel.id);
    let hint = panel.description.clone().unwrap_or_else(|| title.clone());
    let (large, labelled_by) = (page.link_to(Some(panel)), heading.clone());
    view! {
        <section class=class id=panel.id.to_string() data-panel=panel.id.to_string() aria-labelledby=labelled_by>
            <header class="panel-head">
                <h2 id=heading title=hint><a href=large>{title.clone()}</a></h2>
                {panel_menu::menu(page, panel, &title)}
            </header>
            {filled(page, panel, slot, size)}
        </section>
    }
    .into_any()
}

/// The classes, each after a space, that position a card: pages forbid inline styles. Its row is the sum of
/// one class per digit: `y200 y30 y4`.
fn place_classes(GridPlace { x, y, w, h }: GridPlace) -> String {
    let mut classes = format!(" x{x} w{w} h{h}");
    let digits = [y / 1000 * 1000, y / 100 % 10 * 100, y / 10 % 10 * 10, y % 10];
    for part in digits.into_iter().filter(|part| *part > 0) {
        let _ = write!(classes, " y{part}");
    }
    classes
}

/// For each panel, classes for what CSS cannot know while the page streams in: whether it is the only
/// one, or the last of its kind in a row that is not full.
pub(crate) fn last_of_rows(panels: &[&Panel]) -> Vec<String> {
    if panels.len() == 1 {
        return vec![" only".to_owned()];
    }
    // Figures, half-width and wide panels: a change of kind begins a row.
    let kind = |panel: &Panel| match () {
        () if is_figure(panel) => 0,
        () if panel.place.w <= 6 => 1,
        () => 2,
    };
    let mut run = 0;
    let classes = panels.iter().enumerate().map(|(at, panel)| {
        run += 1;
        if panels.get(at + 1).is_some_and(|next| kind(next) == kind(panel)) {
            return String::new();
        }
        let count = std::mem::take(&mut run);
        match kind(panel) {
            0 => {
                let odd = if count % 2 == 1 { " last-of-odd" } else { "" };
                format!("{odd}{}", ["", " last-of-3n-1", " last-of-3n-2"][count % 3])
            }
            1 if count % 2 == 1 => " last-half".to_owned(),
            _ => String::new(),
        }
    });
    classes.collect()
}

/// Whether it is one figure in a small card: these stand side by side in narrow windows too.
fn is_figure(panel: &Panel) -> bool {
    match panel.kind.traits().card {
        Card::Figure => true,
        Card::FigureIfSmall => panel.place.w <= 4 && panel.place.h <= 3,
        Card::Chart => false,
    }
}

/// `panel` on a page of its own.
pub(crate) fn large(page: &Arc<DashboardPage>, panel: &Panel, slot: PanelSlot) -> AnyView {
    let size = size_of_large(panel);
    let rows = panel.kind.traits().large_rows;
    // Links to the data of any panel lead to the table, wherever it is.
    let (id, heading) =
        if panel.kind.traits().is_table() { (Some("data"), "Table") } else { (None, "Chart") };
    view! {
        <section class=format!("panel h{rows}") id=id data-panel=panel.id.to_string() aria-labelledby="chart-t">
            <header class="panel-head">
                <h2 id="chart-t">{heading}</h2>
                {panel_menu::menu(page, panel, &panel.title_at(page.interval))}
            </header>
            {filled(page, panel, slot, size)}
        </section>
    }
    .into_any()
}

/// The content of `panel`'s card for a page that is open already, as markup.
pub(crate) fn content(
    page: &Arc<DashboardPage>,
    panel: &Panel,
    previous: Option<Arc<PanelData>>,
    outcome: Outcome,
) -> String {
    let size = if page.is_one_panel { size_of_large(panel) } else { size_on_grid(panel) };
    markup::of(|| panel_content::of_outcome(page, panel, previous, outcome, size))
}

/// The table of `panel`'s frame, below the chart on its own page. Its place is there from the
/// start; the table may come later.
pub(crate) fn data_table(page: &Arc<DashboardPage>, panel: &Panel, slot: PanelSlot) -> AnyView {
    let (page, panel) = (Arc::clone(page), panel.clone());
    let (page_now, panel_now) = (Arc::clone(&page), panel.clone());
    let (before, drawing) = (slot.previous(), page.fragments.drawing().clone());
    let filled = when_loaded(
        slot,
        drawing,
        move |previous| {
            let late = Outcome::Late(Wait::default());
            place_of_table(table(&page_now, &panel_now, previous.as_ref(), &late))
        },
        move |outcome| table(&page, &panel, before.as_ref(), &outcome),
        |table| place_of_table(table.unwrap_or_else(|| sentence("The table could not be drawn."))),
    );
    view! {
        <section class="panel free" id="data" aria-labelledby="data-t">
            <header class="panel-head"><h2 id="data-t">"Data"</h2></header>
            {filled}
        </section>
    }
    .into_any()
}

fn place_of_table(table: String) -> AnyView {
    view! { <div class="panel-body scroll" tabindex="0" role="group" aria-labelledby="data-t" inner_html=table></div> }
        .into_any()
}

/// What fills the place of the table: the table, or a sentence.
pub(crate) fn table(
    page: &DashboardPage,
    panel: &Panel,
    previous: Option<&Arc<PanelData>>,
    outcome: &Outcome,
) -> String {
    match (outcome, previous) {
        (Outcome::Ready(data), _) | (Outcome::Late(_), Some(data)) => {
            panel_content::table(page, panel, data)
        }
        (Outcome::Late(_), None) => sentence("The table loads with the chart."),
        (Outcome::Failed(_), _) => sentence("No table: see the error above."),
    }
}

fn sentence(text: &str) -> String {
    format!("<p class=\"no-table\">{text}</p>")
}

fn size_on_grid(panel: &Panel) -> Size {
    let (w, h) = (f64::from(panel.place.w), f64::from(panel.place.h));
    (GRID_WIDTH * w / 12.0 - 48.0, h * ROW - CARD)
}

fn size_of_large(panel: &Panel) -> Size {
    (GRID_WIDTH - 48.0, f64::from(panel.kind.traits().large_rows) * ROW - CARD)
}

fn filled(page: &Arc<DashboardPage>, panel: &Panel, slot: PanelSlot, size: Size) -> AnyView {
    let (page, panel) = (Arc::clone(page), panel.clone());
    let (late_page, late_panel) = (Arc::clone(&page), panel.clone());
    let meanwhile = move |previous: Option<Arc<PanelData>>| match previous {
        Some(data) => panel_content::previous(&page, &panel, &data, size),
        None => panel_content::skeleton(&panel),
    };
    let previous = slot.previous();
    let drawing = late_page.fragments.drawing().clone();
    let (ahead_page, ahead_panel, before) =
        (Arc::clone(&late_page), late_panel.clone(), previous.clone());
    let prepare = move |outcome: Outcome| {
        let before = before.as_deref();
        panel_content::draw_ahead(&ahead_page, &ahead_panel, before, &outcome, size);
        outcome
    };
    let draw = move |outcome: Option<Outcome>| match outcome {
        Some(outcome) => {
            panel_content::of_outcome(&late_page, &late_panel, previous, outcome, size)
        }
        None => panel_content::not_drawn(&late_page),
    };
    when_loaded(slot, drawing, meanwhile, prepare, draw)
}

/// Draws the panels that a page shows from the start, or their previous values, so that their markup
/// is ready when the page is rendered.
pub(crate) fn draw_ahead(page: &DashboardPage) {
    for (panel, slot) in &page.panels {
        let data = match slot {
            PanelSlot::Ready(data) => Some(Arc::clone(data)),
            PanelSlot::Failed(_) => None,
            PanelSlot::Pending { previous, .. } => previous.clone(),
        };
        let Some(data) = data else { continue };
        let size = if page.is_one_panel { size_of_large(panel) } else { size_on_grid(panel) };
        panel_content::draw_ahead(page, panel, None, &Outcome::Ready(data), size);
    }
}

/// `draw` at once if the panel is ready, else streamed into its place; until then `meanwhile`, with the
/// previous value. `prepare` does the slow part on the drawing threads.
fn when_loaded<P: Send + 'static>(
    slot: PanelSlot,
    drawing: Drawing,
    meanwhile: impl Fn(Option<Arc<PanelData>>) -> AnyView + Send + Sync + 'static,
    prepare: impl FnOnce(Outcome) -> P + Send + 'static,
    draw: impl FnOnce(Option<P>) -> AnyView + Send + 'static,
) -> AnyView {
    match slot {
        PanelSlot::Ready(data) => draw(Some(prepare(Outcome::Ready(data)))),
        PanelSlot::Failed(error) => draw(Some(prepare(Outcome::Failed(error)))),
        PanelSlot::Pending { previous, outcome } => view! {
            <Suspense fallback=move || meanwhile(previous.clone())>
                {Suspend::new(async move {
                    let outcome = outcome.await;
                    draw(drawing.run(move || prepare(outcome)).await)
                })}
            </Suspense>
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cards_classes_say_its_place() {
        let classes = |x, y, w, h| place_classes(GridPlace { x, y, w, h });
        assert_eq!(classes(0, 0, 12, 4), " x0 w12 h4");
        assert_eq!(classes(6, 430, 6, 24), " x6 w6 h24 y400 y30");
        assert_eq!(classes(11, 1207, 1, 1), " x11 w1 h1 y1000 y200 y7");
    }

    /// A card without a rule would be misplaced.
    #[test]
    fn every_place_of_a_dashboard_has_its_rules() {
        let sheet = include_str!("../../../style/places.css");
        let columns = (0..12).map(|x| format!(".x{x} {{ --x: {x}; }}"));
        let widths = (1..=12).map(|w| format!(".w{w} {{ --w: {w}; }}"));
        let heights = (1..=24).map(|h| format!(".h{h} {{ --h: {h}; }}"));
        // 500 panels of 24 rows, one below the other.
        let ones = (1..10).map(|y| format!(".y{y} {{ --y1: {y}; }}"));
        let tens = (1..10).map(|y| format!(".y{0} {{ --y10: {0}; }}", 10 * y));
        let hundreds = (1..10).map(|y| format!(".y{0} {{ --y100: {0}; }}", 100 * y));
        let thousands = (1..=12).map(|y| format!(".y{0} {{ --y1000: {0}; }}", 1000 * y));
        let rows = ones.chain(tens).chain(hundreds).chain(thousands);
        for rule in columns.chain(widths).chain(heights).chain(rows) {
            assert!(sheet.contains(&rule), "{rule}");
        }
    }
}
