//! A panel's card: title, menu, chart; while loading and when it fails, the same box.

use super::icon;
use crate::islands::{Chart, ChartPlace};
use crate::service::{DashboardPage, PanelSlot};
use brisk_chart::{Input, Spec};
use brisk_domain::{Freshness, Panel, PanelData, PanelError, PanelKind};
use leptos::prelude::*;
use std::sync::Arc;

/// Height of one row of the grid, of the gap between rows, and of what a card has besides its
/// chart, in CSS px; `style/layout.css` has the same numbers.
const ROW: f64 = 56.0;
const GAP: f64 = 16.0;
const CARD: f64 = 62.0;
/// Width of the grid that ticks are planned for.
const GRID_WIDTH: f64 = 1320.0;
/// What a legend takes from the chart.
const LEGEND: f64 = 28.0;
/// The chart on a panel's own page.
const LARGE: (f64, f64) = (1240.0, 420.0);
/// Rows of the table on a panel's own page.
const TABLE_ROWS: usize = 500;

/// The card of `panel` on its dashboard.
pub(crate) fn panel_card(page: &Arc<DashboardPage>, panel: &Panel, slot: PanelSlot) -> AnyView {
    let place = panel.place;
    let style = format!(
        "--x:{};--y:{};--w:{};--h:{}",
        place.x + 1,
        place.y + 1,
        place.w,
        place.h
    );
    let rows = f64::from(place.h);
    let size = (
        GRID_WIDTH * f64::from(place.w) / 12.0 - 56.0,
        rows * ROW + (rows - 1.0) * GAP - CARD,
    );
    let title = panel.title_at(page.interval);
    let heading = format!("{}-title", panel.id);
    let (labelled_by, large) = (heading.clone(), page.link_to(Some(panel)));
    view! {
        <section class=format!("panel {}", panel.kind.word()) style=style aria-labelledby=labelled_by>
            <header>
                <h2 id=heading title=panel.description.clone()>
                    <a href=large>{title}</a>
                </h2>
            </header>
            {filled(page, panel, slot, size)}
        </section>
    }
    .into_any()
}

/// The chart of `panel` on a page of its own.
pub(crate) fn large(page: &Arc<DashboardPage>, panel: &Panel, slot: PanelSlot) -> AnyView {
    let size = if panel.kind == PanelKind::Stat {
        (LARGE.0, 160.0)
    } else {
        LARGE
    };
    view! {
        <section class=format!("panel large {}", panel.kind.word()) aria-label=panel.title_at(page.interval)>
            {filled(page, panel, slot, size)}
        </section>
    }
    .into_any()
}

/// The table of `panel`'s frame.
pub(crate) fn data_table(page: &Arc<DashboardPage>, panel: &Panel, slot: PanelSlot) -> AnyView {
    let title = panel.title_at(page.interval);
    let spec = Spec::of(panel, title);
    let draw = move |result: Result<Arc<PanelData>, PanelError>| match result {
        Ok(data) => {
            let table = brisk_chart::table(&input(&spec, &data, LARGE), TABLE_ROWS);
            view! {
                <section class="panel data" aria-label="Data">
                    <header><h2>"Data"</h2></header>
                    <div class="scroll" tabindex="0" inner_html=table></div>
                </section>
            }
            .into_any()
        }
        Err(_) => ().into_any(),
    };
    match slot {
        PanelSlot::Ready(data) => draw(Ok(data)),
        PanelSlot::Failed(error) => draw(Err(error)),
        PanelSlot::Pending(pending) => view! {
            <Suspense fallback=|| ()>
                {Suspend::new(async move { draw(pending.await) })}
            </Suspense>
        }
        .into_any(),
    }
}

fn filled(page: &Arc<DashboardPage>, panel: &Panel, slot: PanelSlot, size: (f64, f64)) -> AnyView {
    let (owned_page, owned_panel) = (Arc::clone(page), panel.clone());
    let draw = move |result: Result<Arc<PanelData>, PanelError>| match result {
        Ok(data) => chart(&owned_page, &owned_panel, &data, size),
        Err(error) => failure(&owned_page, &error, size.1),
    };
    match slot {
        PanelSlot::Ready(data) => draw(Ok(data)),
        PanelSlot::Failed(error) => draw(Err(error)),
        PanelSlot::Pending(pending) => view! {
            <Suspense fallback=move || skeleton(size.1)>
                {Suspend::new(async move { draw(pending.await) })}
            </Suspense>
        }
        .into_any(),
    }
}

fn chart(
    page: &DashboardPage,
    panel: &Panel,
    data: &PanelData,
    (width, height): (f64, f64),
) -> AnyView {
    let spec = Spec::of(panel, panel.title_at(page.interval));
    // Whether there is a legend is known only after drawing; it takes its room from the chart.
    let mut drawing = brisk_chart::draw(&input(&spec, data, (width, height)));
    let inner = if drawing.legend.is_empty() {
        height
    } else {
        height - LEGEND
    };
    if inner < height {
        drawing = brisk_chart::draw(&input(&spec, data, (width, inner)));
    }
    let stale = (data.freshness == Freshness::Stale).then(|| {
        let at = data.offsets.local(data.as_of).format("%H:%M").to_string();
        view! { <p class="stale" role="status">"as of "{at}", updating"</p> }
    });
    let has_points = !drawing.readout.labels.is_empty();
    if !has_points {
        let scroll = (panel.kind == PanelKind::Table).then_some("0");
        return view! {
            {stale}
            <div class="chart" tabindex=scroll style=format!("height:{height}px") inner_html=drawing.body></div>
        }
        .into_any();
    }
    let place = ChartPlace {
        slug: page.dashboard.slug.to_string(),
        panel: panel.id.to_string(),
        query: page.view.query_string(&page.dashboard),
        width,
        height: inner,
        interval: data.interval,
        zone: data.offsets.clone(),
    };
    view! {
        {stale}
        <div class="chart" style=format!("height:{height}px")>
            <Chart place=place legend=drawing.legend readout=drawing.readout title=spec.title>
                <div inner_html=drawing.body></div>
            </Chart>
        </div>
    }
    .into_any()
}

fn input<'a>(spec: &'a Spec, data: &'a PanelData, (width, height): (f64, f64)) -> Input<'a> {
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
    }
}

fn failure(page: &DashboardPage, error: &PanelError, height: f64) -> AnyView {
    let retry = error.retry.then(|| {
        view! { <a class="quiet" href=page.link_to(None)>"Try again"</a> }
    });
    view! {
        <div class="fail" role="alert" style=format!("height:{height}px")>
            {icon::alert()}
            <p>{error.message.clone()}</p>
            {retry}
        </div>
    }
    .into_any()
}

fn skeleton(height: f64) -> AnyView {
    view! {
        <div class="skeleton" style=format!("height:{height}px")>
            <span class="visually-hidden">"Loading"</span>
        </div>
    }
    .into_any()
}
