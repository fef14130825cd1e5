//! What of a report only its dashboard can confirm: panels, parameters.

use super::place::place_in;
use super::view;
use brisk_domain::{Dashboard, PanelId, Report, Slug};
use brisk_toml_reader::{Fields, Problem, Problems, suggestion};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

type Place = Option<Range<usize>>;

/// The positions of what is confirmed.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    dashboard: Place,
    view: Place,
    panels: Vec<Place>,
    condition: Place,
}

impl Places {
    pub(super) fn of(fields: &Fields<'_>) -> Self {
        let count = fields.item("panels").and_then(|item| item.as_array()).map_or(0, |l| l.len());
        let condition = fields.item("condition").and_then(|item| Fields::new(item, ""));
        Self {
            dashboard: fields.place("dashboard"),
            view: fields.place("view"),
            panels: (0..count).map(|at| place_in(fields, "panels", at)).collect(),
            condition: condition.and_then(|table| table.place("panel")),
        }
    }
}

/// Checks `report` against the dashboards of the directory. If its dashboard is `broken`, that has problems
/// of its own, which are already reported.
pub(crate) fn check(
    (file, text): (&str, &str),
    report: &Report,
    places: &Places,
    dashboards: &BTreeMap<&Slug, &Dashboard>,
    broken: &BTreeSet<&Slug>,
) -> Vec<Problem> {
    let mut problems = Problems::of(file, text);
    let slug = &report.dashboard;
    let Some(dashboard) = dashboards.get(slug) else {
        if !broken.contains(slug) {
            let names: Vec<&str> = dashboards.keys().map(|other| other.as_str()).collect();
            let help = match names.is_empty() {
                true => "there is none at all".to_owned(),
                false => suggestion(slug.as_str(), &names),
            };
            let message = format!("there is no dashboard \"{slug}\"");
            problems.add_with_help(places.dashboard.clone(), message, help);
        }
        return problems.into_sorted();
    };
    let has = |id: &PanelId, place: &Place, problems: &mut Problems<'_>| {
        if dashboard.panel(id).is_none() {
            let ids: Vec<&str> = dashboard.panels.iter().map(|panel| panel.id.as_str()).collect();
            let message = format!("the dashboard \"{slug}\" has no panel \"{id}\"");
            problems.add_with_help(place.clone(), message, suggestion(id.as_str(), &ids));
        }
    };
    for (id, place) in report.panels.iter().flatten().zip(&places.panels) {
        has(id, place, &mut problems);
    }
    if let Some(condition) = &report.condition {
        has(&condition.panel, &places.condition, &mut problems);
    }
    match view::check(dashboard, &report.view) {
        Ok(_) => {}
        Err((message, Some(help))) => {
            problems.add_with_help(places.view.clone(), message, help);
        }
        Err((message, None)) => problems.add(places.view.clone(), message),
    }
    problems.into_sorted()
}
