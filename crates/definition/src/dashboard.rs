//! The top level of a dashboard's file.

use crate::access::{self, Around};
use crate::layout::Grid;
use crate::row_links::LinkPlace;
use crate::warm::{self, WarmTime};
use crate::{cache, panel, variable};
use brisk_domain::{
    Dashboard, GridPlace, Interval, IntervalChoice, Now, Panel, Slug, SourceName, TimeRange,
    Timestamp, Variable, ZoneName, time_range::parse_instant,
};
use brisk_toml_reader::{Fields, Problem, Problems, TomlFile, suggestion};
use std::ops::Range;

/// Parses the text of `file`, or returns everything that is wrong with it.
pub fn parse(file: &str, slug: Slug, text: &str) -> Result<Dashboard, Vec<Problem>> {
    with_links(file, slug, text, &Around::default()).map(|read| read.dashboard)
}

/// What a file defines.
pub(crate) struct Read {
    pub(crate) dashboard: Dashboard,
    /// Those parts of its links that only the directory's other files can confirm.
    pub(crate) links: Vec<LinkPlace>,
    /// When it is warmed.
    pub(crate) warm: Vec<WarmTime>,
}

/// [`parse`], with everything that a file defines, for a file in the folder `around`.
pub(crate) fn with_links(
    file: &str,
    slug: Slug,
    text: &str,
    around: &Around,
) -> Result<Read, Vec<Problem>> {
    TomlFile::new(file, text)
        .read("the dashboard", |fields, problems| dashboard(fields, slug, around, problems))
}

fn dashboard(
    fields: &Fields<'_>,
    slug: Slug,
    around: &Around,
    problems: &mut Problems<'_>,
) -> Option<Read> {
    let title = fields.required_text("title", problems);
    let description = fields.text("description", problems).map(ToOwned::to_owned);
    let audience = access::audience(fields, problems);
    let source = fields.parsed("source", SourceName::parse, problems);
    let zone = fields.parsed("timezone", ZoneName::parse, problems);
    let range = fields.parsed("range", TimeRange::parse, problems);
    let interval = interval(fields, problems);
    let now = now(fields, source.as_ref(), zone.as_ref(), problems);
    let cache = cache::policy(fields, problems);
    let tags = cache::tags(fields, problems);
    let warm = warm::times(fields, zone.as_ref(), problems);
    let variables = variables(fields, source.as_ref(), problems);
    let (panels, links) = panels(fields, source.as_ref(), &variables, problems);
    fields.finish(problems);
    let dashboard = Dashboard {
        slug,
        title: title?.to_owned(),
        description,
        has_own_audience: audience.is_some(),
        audience: audience.unwrap_or_else(|| around.audience.clone()),
        folder: around.folder.clone(),
        zone: zone.unwrap_or_else(ZoneName::utc),
        written_in: None,
        now,
        range: range.unwrap_or(TimeRange::Last(30, Interval::Day)),
        interval,
        cache,
        tags,
        variables,
        panels,
    };
    Some(Read { dashboard, links, warm })
}

fn interval(fields: &Fields<'_>, problems: &mut Problems<'_>) -> IntervalChoice {
    let mut words = vec![("auto", IntervalChoice::Auto)];
    words.extend(Interval::ALL.map(|i| (i.word(), IntervalChoice::Fixed(i))));
    fields.word("interval", &words, problems).unwrap_or_default()
}

/// `now`: a date, or a select on the dashboard's source.
fn now(
    fields: &Fields<'_>,
    source: Option<&SourceName>,
    zone: Option<&ZoneName>,
    problems: &mut Problems<'_>,
) -> Now {
    let Some(text) = fields.text("now", problems) else { return Now::Clock };
    if text.trim_start().starts_with(|first: char| first.is_ascii_digit()) {
        let utc = ZoneName::utc();
        let offsets = zone.unwrap_or(&utc).offsets(FIRST, LAST);
        return match parse_instant(text, &offsets) {
            Ok(at) => Now::Fixed(at),
            Err(error) => {
                problems.add(fields.place("now"), error.to_string());
                Now::Clock
            }
        };
    }
    let Some(source) = source else {
        problems.add(fields.place("now"), "the dashboard has no \"source\" to ask for \"now\"");
        return Now::Clock;
    };
    let query = fields.query("now", problems);
    query.map_or(Now::Clock, |query| Now::Newest { source: source.clone(), query })
}

/// The years that a fixed date may be in.
const FIRST: Timestamp = Timestamp::from_seconds(-2_208_988_800);
const LAST: Timestamp = Timestamp::from_seconds(7_258_118_400);

/// Nobody reads a page with more panels, and each of them costs a statement.
const MAX_PANELS: usize = 500;
/// The same limit for the variables at its top.
const MAX_VARIABLES: usize = 100;

/// Whether their count is within the limit; reports a problem otherwise.
fn fits(
    fields: &Fields<'_>,
    (key, what): (&'static str, &str),
    (count, most): (usize, usize),
    problems: &mut Problems<'_>,
) -> bool {
    if count > most {
        let message = format!("the dashboard has {count} {what}, more than {most}");
        problems.add_with_help(fields.place(key), message, "split it into several dashboards");
    }
    count <= most
}

fn variables(
    fields: &Fields<'_>,
    source: Option<&SourceName>,
    problems: &mut Problems<'_>,
) -> Vec<Variable> {
    let mut variables: Vec<Variable> = Vec::new();
    let tables = fields.tables("variable", "[[variable]]", problems);
    if !fits(fields, ("variable", "variables"), (tables.len(), MAX_VARIABLES), problems) {
        return variables;
    }
    for mut table in tables {
        let Some(variable) = variable::variable(&mut table, source, problems) else {
            continue;
        };
        if variables.iter().any(|v| v.name == variable.name) {
            let message = format!("there are two variables \"{}\"", variable.name);
            problems.add(table.place("name"), message);
        }
        variables.push(variable);
    }
    variables
}

fn panels(
    fields: &Fields<'_>,
    source: Option<&SourceName>,
    variables: &[Variable],
    problems: &mut Problems<'_>,
) -> (Vec<Panel>, Vec<LinkPlace>) {
    let tables = fields.tables("panel", "[[panel]]", problems);
    if tables.is_empty() {
        let known = ["title", "panel", "variable"];
        let message = "the dashboard has no [[panel]]";
        match fields.entries().map(|(key, _)| key).find(|key| *key == "panels") {
            Some(key) => {
                problems.add_with_help(fields.place("panels"), message, suggestion(key, &known))
            }
            None => problems.add(fields.span(), message),
        }
    }
    if !fits(fields, ("panel", "panels"), (tables.len(), MAX_PANELS), problems) {
        return (Vec::new(), Vec::new());
    }
    let mut placed: Vec<(Panel, Option<Range<usize>>)> = Vec::new();
    let mut unplaced: Vec<(Panel, Option<Range<usize>>)> = Vec::new();
    let mut links = Vec::new();
    for mut table in tables {
        let Some(read) = panel::panel(&mut table, source, variables, problems) else {
            continue;
        };
        let panel::Read { panel, has_place, link } = read;
        links.extend(link);
        let (span, place) = (table.place("id"), table.place("at"));
        if let Some((other, _)) = placed.iter().chain(&unplaced).find(|(p, _)| p.id == panel.id) {
            problems.add(span.clone(), format!("there are two panels \"{}\"", other.id));
        }
        if !has_place {
            unplaced.push((panel, span));
            continue;
        }
        if let Some((other, _)) = placed.iter().find(|(p, _)| p.place.overlaps(panel.place)) {
            let message = format!("panel \"{}\" overlaps panel \"{}\"", panel.id, other.id);
            problems.add(place, message);
        }
        placed.push((panel, span));
    }
    let fixed: Vec<GridPlace> = placed.iter().map(|(panel, _)| panel.place).collect();
    let mut grid = Grid::of(fixed.iter().copied());
    let size = |(panel, _): &(Panel, _)| (panel.place.w, panel.place.h);
    let mut places: Vec<GridPlace> = unplaced.iter().map(|one| grid.take(size(one))).collect();
    grid.fill_rows(&mut places, &fixed);
    for ((panel, span), place) in unplaced.into_iter().zip(places) {
        placed.push((Panel { place, ..panel }, span));
    }
    let mut panels: Vec<Panel> = placed.into_iter().map(|(panel, _)| panel).collect();
    panels.sort_by_key(|panel| (panel.place.y, panel.place.x));
    (panels, links)
}
