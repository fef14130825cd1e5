//! The content of a panel's card: the chart, its placeholder, or an error; always in the same box.
//! One element, with its edition and state, that open pages replace.

use super::chart_frame;
use super::freshness_mark::FreshnessMark;
use super::icon::icon;
use super::table_view;
use crate::markup;
use crate::service::{DashboardPage, Outcome, Wait};
use brisk_chart::{Input, LegendItem, Spec};
use brisk_domain::compared::{compared_additivity, compared_columns, compared_styles};
use brisk_domain::panel_kind::{Body, Skeleton};
use brisk_domain::{FailureKind, Frame, Freshness, Panel, PanelData, PanelError, RowLinks};
use leptos::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// Width and height of a card's body, in CSS px, for drawing; the style sheet sets the same.
pub(crate) type Size = (f64, f64);

/// The height that a legend takes from the body; `style/panel.css` has it, too.
const LEGEND: f64 = 24.0;

/// The content for the outcome of the panel; `previous` is shown while it is late.
pub(crate) fn of_outcome(
    page: &DashboardPage,
    panel: &Panel,
    previous: Option<Arc<PanelData>>,
    outcome: Outcome,
    size: Size,
) -> AnyView {
    match (outcome, previous) {
        (Outcome::Ready(data), _) => shown(page, panel, &data, data.freshness, size),
        (Outcome::Failed(error), _) => failed(page, &error),
        (Outcome::Late(_), Some(data)) => self::previous(page, panel, &data, size),
        (Outcome::Late(wait), None) => late(wait),
    }
}

/// The previous value, marked, until the current one is there.
pub(crate) fn previous(
    page: &DashboardPage,
    panel: &Panel,
    data: &PanelData,
    size: Size,
) -> AnyView {
    shown(page, panel, data, data.freshness.max(Freshness::Stale), size)
}

/// A skeleton in the shape of what will come.
pub(crate) fn skeleton(panel: &Panel) -> AnyView {
    let class = match panel.kind.traits().skeleton {
        Skeleton::Rows => "panel-body skeleton rows",
        Skeleton::Box => "panel-body skeleton",
    };
    view! {
        <div class="content" data-state="loading">
            <div class=class>
                <span class="visually-hidden">"Loading"</span>
            </div>
        </div>
    }
    .into_any()
}

/// A table of the panel's frame, with its controls.
pub(crate) fn table(page: &DashboardPage, panel: &Panel, data: &PanelData) -> String {
    let links = page.row_links(panel);
    rows(page, panel, data, links.as_ref(), (0.0, 0.0))
}

/// The rows of the panel's frame, with those of the earlier period beside them.
fn rows(
    page: &DashboardPage,
    panel: &Panel,
    data: &PanelData,
    links: Option<&RowLinks>,
    size: Size,
) -> String {
    let mut spec = Spec::of(panel, panel.title_at(page.interval));
    let compared = data.previous.as_ref().map(|_| compared_columns(panel, data));
    let compared = compared.unwrap_or_default();
    spec.columns.extend(compared_styles(panel, &compared));
    let additivity = compared_additivity(panel, data, &compared);
    let columns = data.frame.columns().iter().cloned();
    let columns = columns.chain(compared.into_iter().map(Arc::new));
    let frame = Frame::of_shared(columns.collect()).unwrap_or_else(|_| data.frame.clone());
    let own = input(&spec, links, data, size);
    table_view::table(page, panel, &Input { frame: &frame, additivity: &additivity, ..own })
}

fn shown(
    page: &DashboardPage,
    panel: &Panel,
    data: &PanelData,
    freshness: Freshness,
    size: Size,
) -> AnyView {
    let FreshnessMark { state, at, mark } = FreshnessMark::of(page, data, freshness);
    let drawn = drawn(page, panel, data, size);
    view! {
        <div class="content" data-state=state data-edition=data.edition.0.to_string() data-as-of=(data.as_of.0 / 1_000).to_string() data-at=at>
            {mark}
            <div class="drawing" inner_html=drawn.to_string()></div>
            {notes(data)}
        </div>
    }
    .into_any()
}

/// Draws what the content for that outcome needs, ahead of rendering.
pub(crate) fn draw_ahead(
    page: &DashboardPage,
    panel: &Panel,
    previous: Option<&PanelData>,
    outcome: &Outcome,
    size: Size,
) {
    let data = match outcome {
        Outcome::Ready(data) => Some(&**data),
        Outcome::Late(_) => previous,
        Outcome::Failed(_) => None,
    };
    if let Some(data) = data {
        drawn(page, panel, data, size);
    }
}

/// The content of a panel that could not be drawn.
pub(crate) fn not_drawn(page: &DashboardPage) -> AnyView {
    let message = "The panel could not be drawn. Try again in a moment.".to_owned();
    failed(page, &PanelError { message, retry: true, kind: FailureKind::Interrupted })
}

/// Notes below the drawing: settings in the panel's file that do not fit its data.
fn notes(data: &PanelData) -> Option<AnyView> {
    let text = data.notes.join(". ");
    (!text.is_empty())
        .then(|| view! { <p class="panel-note" title=text.clone()>{text.clone()}</p> }.into_any())
}

/// The drawing, or the same one from before.
fn drawn(page: &DashboardPage, panel: &Panel, data: &PanelData, size: Size) -> Arc<str> {
    // Links of marks and rows keep all that the reader chose.
    let (query, own_page) = (page.query(), page.is_one_panel);
    let hidden = page.hidden.of(panel.id.as_str());
    let key = format!(
        "{}|{}|{}|{}|{:?}|{size:?}|{own_page}|{query}|{hidden:?}",
        page.fingerprint, page.dashboard.slug, panel.id, data.edition.0, data.bounds
    );
    page.fragments.get_or_draw(key, || markup::of(|| draw(page, panel, data, size)))
}

fn draw(page: &DashboardPage, panel: &Panel, data: &PanelData, (width, height): Size) -> AnyView {
    let spec = Spec::of(panel, panel.title_at(page.interval));
    let links = page.row_links(panel);
    let links = links.as_ref();
    let mut drawing = brisk_chart::draw(&input(&spec, links, data, (width, height)));
    let (mut inner, mut hidden) = (height, Vec::new());
    if !drawing.legend.is_empty() {
        // Whether there is a legend is known only after drawing; its height is taken from the
        // chart's.
        inner = height - LEGEND;
        let names = page.hidden.of(panel.id.as_str());
        let is_hidden = |(_, item): &(usize, &LegendItem)| names.contains(&item.name);
        hidden = drawing.legend.iter().enumerate().filter(is_hidden).map(|(i, _)| i).collect();
        let again = input(&spec, links, data, (width, inner));
        drawing = brisk_chart::draw(&Input { hidden: &hidden, ..again });
    }
    if panel.kind.traits().body == Body::Rows && !drawing.is_empty {
        let heading =
            if page.is_one_panel { "chart-t".to_owned() } else { format!("{}-t", panel.id) };
        let table = rows(page, panel, data, links, (width, inner));
        view! {
            <div class="panel-body scroll" tabindex="0" role="group" aria-labelledby=heading inner_html=table></div>
        }
        .into_any()
    } else if drawing.readout.labels.is_empty() {
        view! { <div class="panel-body chart" inner_html=drawing.body></div> }.into_any()
    } else {
        chart_frame::interactive(page, data, &spec.title, drawing, &hidden)
    }
}

fn input<'a>(
    spec: &'a Spec,
    links: Option<&'a RowLinks>,
    data: &'a PanelData,
    size: Size,
) -> Input<'a> {
    let links = links.map(|links| links as &dyn brisk_chart::Links);
    Input { links, ..Input::of(spec, data, size) }
}

fn failed(page: &DashboardPage, error: &PanelError) -> AnyView {
    let retry = error.retry.then(|| view! { <a href=page.link_here()>"Try again"</a> });
    view! {
        <div class="content" data-state="failed" data-error=error.id()>
            <div class="panel-body notice bad" role="alert">
                {icon("alert")}<p>{error.message.clone()}</p>{retry}
            </div>
        </div>
    }
    .into_any()
}

/// A panel that takes longer than the page waits: for how long it has been loading, and how long it
/// usually takes. Scripts continue the count; the live channel brings the result.
fn late(wait: Wait) -> AnyView {
    let usual = wait.usual.filter(|usual| *usual >= Duration::from_secs(1));
    let words = usual.map(|usual| format!("usually {}", seconds(usual)));
    let bar = usual.map(|usual| {
        let (value, max) = (wait.elapsed.as_millis(), usual.as_millis());
        view! { <progress max=max.to_string() value=value.min(max).to_string() aria-label="Progress, by how long it usually takes"></progress> }
    });
    view! {
        <div class="content" data-state="late" data-elapsed=wait.elapsed.as_millis().to_string()>
            <div class="panel-body notice late">
                <p role="status">"Still loading"</p>
                {bar}
                <p class="late-time"><span class="elapsed">{seconds(wait.elapsed)}</span>{words.map(|words| view! { <span>{words}</span> })}</p>
            </div>
        </div>
    }
    .into_any()
}

/// Whole seconds, in words.
fn seconds(length: Duration) -> String {
    format!("{} s", (length.as_millis() + 500) / 1_000)
}
