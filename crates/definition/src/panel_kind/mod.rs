//! A panel's `kind`, and the keys that only some kinds have. Each kind reads its own.

mod area;
mod bar;
mod empty_bucket;
mod gauge;
mod histogram;
mod line;
mod stat;

use crate::kind_keys::{self, KindKeys};
use brisk_domain::panel_kind::{Donut, Heatmap, Scatter, Table};
use brisk_domain::{PanelKind, PanelKindName};
use brisk_toml_reader::{Fields, Problems};

/// Reads `kind`, which is required.
pub(crate) fn name(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<PanelKindName> {
    if fields.item("kind").is_none() {
        let message = format!("{} has no \"kind\"", fields.title());
        let allowed: Vec<&str> = PanelKindName::ALL.iter().map(|name| name.word()).collect();
        let help = format!("allowed: {}", allowed.join(", "));
        problems.add_with_help(fields.span(), message, help);
        return None;
    }
    let text = fields.item("kind").and_then(|item| item.as_str());
    let meant = text.and_then(|text| ELSEWHERE.iter().find(|(word, _)| *word == text));
    if let Some((word, name)) = meant {
        let message = format!("kind \"{word}\" of {} is not known", fields.title());
        let help = format!("did you mean \"{}\"?", name.word());
        problems.add_with_help(fields.place("kind"), message, help);
        return None;
    }
    let words: Vec<_> = PanelKindName::ALL.iter().map(|name| (name.word(), *name)).collect();
    fields.word("kind", &words, problems)
}

/// What other programs call the kinds.
const ELSEWHERE: [(&str, PanelKindName); 14] = [
    ("pie", PanelKindName::Donut),
    ("doughnut", PanelKindName::Donut),
    ("ring", PanelKindName::Donut),
    ("column", PanelKindName::Bar),
    ("bars", PanelKindName::Bar),
    ("lines", PanelKindName::Line),
    ("timeseries", PanelKindName::Line),
    ("number", PanelKindName::Stat),
    ("kpi", PanelKindName::Stat),
    ("metric", PanelKindName::Stat),
    ("big number", PanelKindName::Stat),
    ("points", PanelKindName::Scatter),
    ("bubble", PanelKindName::Scatter),
    ("dial", PanelKindName::Gauge),
];

/// Reads the options of the kind `name`, and rejects those of other kinds.
pub(crate) fn options(
    fields: &Fields<'_>,
    name: Option<PanelKindName>,
    problems: &mut Problems<'_>,
) -> Option<PanelKind> {
    let all: Vec<KindKeys> = PanelKindName::ALL.iter().map(|name| keys(*name)).collect();
    kind_keys::refuse_others(fields, name.map(keys), &all, problems);
    Some(match name? {
        PanelKindName::Stat => PanelKind::Stat(stat::read(fields, problems)),
        PanelKindName::Line => PanelKind::Line(line::read(fields, problems)),
        PanelKindName::Area => PanelKind::Area(area::read(fields, problems)),
        PanelKindName::Bar => PanelKind::Bar(bar::read(fields, problems)),
        PanelKindName::Donut => PanelKind::Donut(Donut),
        PanelKindName::Heatmap => PanelKind::Heatmap(Heatmap),
        PanelKindName::Histogram => PanelKind::Histogram(histogram::read(fields, problems)),
        PanelKindName::Scatter => PanelKind::Scatter(Scatter),
        PanelKindName::Table => PanelKind::Table(Table),
        PanelKindName::Gauge => PanelKind::Gauge(gauge::read(fields, problems)?),
    })
}

/// The keys of the kind `name`, among those that only some kinds have.
fn keys(name: PanelKindName) -> KindKeys {
    let keys: &[&str] = match name {
        PanelKindName::Stat => &stat::KEYS,
        PanelKindName::Line => &line::KEYS,
        PanelKindName::Area => &area::KEYS,
        PanelKindName::Bar => &bar::KEYS,
        PanelKindName::Histogram => &histogram::KEYS,
        PanelKindName::Gauge => &gauge::KEYS,
        PanelKindName::Donut
        | PanelKindName::Heatmap
        | PanelKindName::Scatter
        | PanelKindName::Table => &[],
    };
    (name.word(), keys)
}
