//! A panel's card: title, menu, chart; while loading and when it fails, the same box.

use super::icon::icon;
use super::{panel_menu, table_view};
use crate::islands::{Chart, ChartPlace};
use crate::service::{DashboardPage, PanelSlot};
use brisk_chart::{Drawing, Input, Spec};
use brisk_domain::{Freshness, Panel, PanelData, PanelError, PanelKind, RowLinks};
use leptos::prelude::*;
use std::sync::Arc;

/// A row of the grid with its gap, and what a card has besides its body, in CSS px; the same
/// numbers are in `style/layout.css` and `style/panel.css`.
const ROW: f64 = 72.0;
const CARD: f64 = 72.0;
/// What a legend takes from the body.
const LEGEND: f64 = 24.0;
/// The width of the grid that ticks are planned for.
const GRID_WIDTH: f64 = 1392.0;

/// The card of `panel` on its dashboard.
pub(crate) fn panel_card(page: &Arc<DashboardPage>, panel: &Panel, slot: PanelSlot) -> AnyView {
    let place = panel.place;
    let style = format!("--x:{};--y:{};--w:{};--h:{}", place.x, place.y, place.w, place.h);
    let class = match () {
        () if panel.kind == PanelKind::Stat => "panel stat",
        () if place.w > 6 => "panel wide",
        () => "panel",
    };
    let size = (GRID_WIDTH * f64::from(place.w) / 12.0 - 48.0, f64::from(place.h) * ROW - CARD);
    let title = panel.title_at(page.interval);
    let heading = format!("{}-t", panel.id);
    let hint = panel.description.clone().unwrap_or_else(|| title.clone());
    let (large, labelled_by) = (page.link_to(Some(panel)), heading.clone());
    view! {
        <section class=class id=panel.id.to_string() aria-labelledby=labelled_by style=style>
            <header class="panel-head">
                <h2 id=heading title=hint><a href=large>{title.clone()}</a></h2>
                {panel_menu::menu(page, panel, &title)}
            </header>
            {filled(page, panel, slot, size)}
        </section>
    }
    .into_any()
}

/// The chart of `panel` on a page of its own.
pub(crate) fn large(page: &Arc<DashboardPage>, panel: &Panel, slot: PanelSlot) -> AnyView {
    let rows = if panel.kind == PanelKind::Stat { 3 } else { 7 };
    let size = (GRID_WIDTH - 48.0, f64::from(rows) * ROW - CARD);
    view! {
        <section class="panel" aria-labelledby="chart-t" style=format!("--h:{rows}")>
            <header class="panel-head">
                <h2 id="chart-t">"Chart"</h2>
                {panel_menu::menu(page, panel, &panel.title_at(page.interval))}
            </header>
            {filled(page, panel, slot, size)}
        </section>
    }
    .into_any()
}

/// The table of `panel`'s frame.
pub(crate) fn data_table(page: &Arc<DashboardPage>, panel: &Panel, slot: PanelSlot) -> AnyView {
    let spec = Spec::of(panel, panel.title_at(page.interval));
    let links = page.row_links(panel);
    let (page, panel) = (Arc::clone(page), panel.clone());
    let draw = move |result: Result<Arc<PanelData>, PanelError>| match result {
        Ok(data) => {
            let table =
                table_view::table(&page, &panel, &input(&spec, links.as_ref(), &data, (0.0, 0.0)));
            view! {
                <section class="panel free" id="data" aria-labelledby="data-t">
                    <header class="panel-head"><h2 id="data-t">"Data"</h2></header>
                    <div class="panel-body scroll" tabindex="0" role="group" aria-labelledby="data-t" inner_html=table></div>
                </section>
            }
            .into_any()
        }
        Err(_) => ().into_any(),
    };
    when_loaded(slot, || ().into_any(), draw)
}

fn filled(page: &Arc<DashboardPage>, panel: &Panel, slot: PanelSlot, size: (f64, f64)) -> AnyView {
    let (page, panel) = (Arc::clone(page), panel.clone());
    let kind = panel.kind;
    let draw = move |result: Result<Arc<PanelData>, PanelError>| match result {
        Ok(data) => body(&page, &panel, &data, size),
        Err(error) => failure(&page, &error, size.1),
    };
    when_loaded(slot, move || skeleton(kind, size.1), draw)
}

/// `draw` at once where the panel is there, else in its place of the stream.
fn when_loaded(
    slot: PanelSlot,
    meanwhile: impl Fn() -> AnyView + Send + Sync + 'static,
    draw: impl FnOnce(Result<Arc<PanelData>, PanelError>) -> AnyView + Send + 'static,
) -> AnyView {
    match slot {
        PanelSlot::Ready(data) => draw(Ok(data)),
        PanelSlot::Failed(error) => draw(Err(error)),
        PanelSlot::Pending(pending) => view! {
            <Suspense fallback=meanwhile>
                {Suspend::new(async move { draw(pending.await) })}
            </Suspense>
        }
        .into_any(),
    }
}

fn body(
    page: &DashboardPage,
    panel: &Panel,
    data: &PanelData,
    (width, height): (f64, f64),
) -> AnyView {
    let spec = Spec::of(panel, panel.title_at(page.interval));
    let links = page.row_links(panel);
    let links = links.as_ref();
    let mut drawing = brisk_chart::draw(&input(&spec, links, data, (width, height)));
    let mut inner = height;
    if !drawing.legend.is_empty() {
        // Whether there is a legend is known only after drawing; its room comes off the chart.
        inner = height - LEGEND;
        drawing = brisk_chart::draw(&input(&spec, links, data, (width, inner)));
    }
    let mark = (data.freshness > Freshness::Fresh).then(|| {
        let at = data.offsets.local(data.as_of).format("%H:%M").to_string();
        let title = match data.freshness {
            Freshness::Unverified => {
                format!("As of {at}; whether it is still current could not be checked")
            }
            _ => format!("As of {at}; a newer value is on its way"),
        };
        view! { <span class="mark updating" role="status" title=title>{at}</span> }
    });
    let style = format!("height:{inner}px");
    let content = if panel.kind == PanelKind::Table && !drawing.is_empty {
        let heading = format!("{}-t", panel.id);
        let table = table_view::table(page, panel, &input(&spec, links, data, (width, inner)));
        view! {
            <div class="panel-body scroll" style=style tabindex="0" role="group" aria-labelledby=heading inner_html=table></div>
        }
        .into_any()
    } else if drawing.readout.labels.is_empty() {
        view! { <div class="panel-body chart" style=style inner_html=drawing.body></div> }
            .into_any()
    } else {
        interactive(page, panel, data, spec, drawing, (width, inner))
    };
    view! { {mark}{content} }.into_any()
}

fn interactive(
    page: &DashboardPage,
    panel: &Panel,
    data: &PanelData,
    spec: Spec,
    drawing: Drawing,
    (width, height): (f64, f64),
) -> AnyView {
    let place = ChartPlace {
        slug: page.dashboard.slug.to_string(),
        panel: panel.id.to_string(),
        query: page.view.query_string(&page.dashboard),
        width,
        height,
        interval: data.interval,
        zone: data.offsets.clone(),
        before_zoom: page.before_zoom().to_string(),
    };
    view! {
        <Chart place=place legend=drawing.legend readout=drawing.readout title=spec.title>
            <div inner_html=drawing.body></div>
        </Chart>
    }
    .into_any()
}

fn input<'a>(
    spec: &'a Spec,
    links: Option<&'a RowLinks>,
    data: &'a PanelData,
    (width, height): (f64, f64),
) -> Input<'a> {
    Input {
        spec,
        frame: &data.frame,
        previous: data.previous.as_ref(),
        sparkline: data.sparkline.as_ref(),
        bounds: data.bounds,
        previous_bounds: data.previous_bounds,
        interval: data.interval,
        zone: &data.offsets,
        width,
        height,
        hidden: &[],
        links: links.map(|links| links as &dyn brisk_chart::Links),
    }
}

fn failure(page: &DashboardPage, error: &PanelError, height: f64) -> AnyView {
    let retry = error.retry.then(|| view! { <a href=page.link_here()>"Try again"</a> });
    view! {
        <div class="panel-body notice bad" role="alert" style=format!("height:{height}px")>
            {icon("alert")}<p>{error.message.clone()}</p>{retry}
        </div>
    }
    .into_any()
}

fn skeleton(kind: PanelKind, height: f64) -> AnyView {
    let class = match kind {
        PanelKind::Table => "panel-body skeleton rows",
        _ => "panel-body skeleton",
    };
    view! {
        <div class=class style=format!("height:{height}px")>
            <span class="visually-hidden">"Loading"</span>
        </div>
    }
    .into_any()
}
