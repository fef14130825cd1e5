//! A chart that readers point at: its legend, its drawing, and the attributes that the island reads.

use crate::islands::Chart;
use crate::islands::chart::{axis_text, margins_text};
use crate::service::DashboardPage;
use brisk_chart::{Drawing, LegendItem};
use brisk_domain::PanelData;
use leptos::prelude::*;

/// The chart of `drawing`, without the series `hidden`.
pub(super) fn interactive(
    page: &DashboardPage,
    data: &PanelData,
    title: &str,
    drawing: Drawing,
    hidden: &[usize],
) -> AnyView {
    let readout = drawing.readout;
    let (axis, margins) = (axis_text(&readout), margins_text(&readout));
    let time = axis.is_some().then(|| {
        let (interval, zone) = (data.interval.word(), data.offsets.to_string());
        (interval, zone, page.before_zoom().to_string())
    });
    let (interval, zone, before_zoom) = match time {
        Some((interval, zone, before_zoom)) => (Some(interval), Some(zone), Some(before_zoom)),
        None => (None, None, None),
    };
    view! {
        {legend(drawing.legend, hidden)}
        <div
            class="panel-body chart"
            tabindex="0"
            role="group"
            aria-label=format!("{title}: arrow keys read the values")
            data-readout=readout.to_text()
            data-t=axis
            data-m=margins
            data-interval=interval
            data-zone=zone
            data-before-zoom=before_zoom
        >
            <div class="drawn" inner_html=drawing.body></div>
            <Chart/>
        </div>
    }
    .into_any()
}

/// One button a series, if there are several: `frontend/scripts/live/legend.js` switches them.
fn legend(items: Vec<LegendItem>, hidden: &[usize]) -> Option<AnyView> {
    if items.is_empty() {
        return None;
    }
    let items = items.into_iter().enumerate().map(|(i, item)| {
        let pressed = if hidden.contains(&i) { "false" } else { "true" };
        let swatch = match (item.line, item.dashed) {
            (_, true) => "swatch line dashed",
            (true, false) => "swatch line",
            (false, false) => "swatch",
        };
        view! {
            <button type="button" class=format!("legend-item s{}", item.color) aria-pressed=pressed value=item.name.clone()>
                <i class=swatch></i>{item.name.clone()}
            </button>
        }
    });
    let items: Vec<_> = items.collect();
    Some(view! { <div class="legend" role="group" aria-label="Series">{items}</div> }.into_any())
}
