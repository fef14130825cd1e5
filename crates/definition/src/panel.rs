//! `[[panel]]`: one statement, and how its frame is shown.

use crate::row_links::{self, LinkPlace};
use crate::{cache, layout, panel_kind};
use brisk_domain::panel::{Cell, ColumnStyle, Computed, ComputedKind};
use brisk_domain::{
    Compare, Edges, GridPlace, Interval, Panel, PanelId, PanelKindName, SourceName, Unit, Variable,
};
use brisk_toml_reader::{Fields, Problems};

/// A panel as read from its file.
pub(crate) struct Read {
    pub(crate) panel: Panel,
    /// Whether the file gives its position.
    pub(crate) has_place: bool,
    /// The parts of its link that only other files can confirm.
    pub(crate) link: Option<LinkPlace>,
}

/// Reads one panel.
pub(crate) fn panel(
    fields: &mut Fields<'_>,
    dashboard_source: Option<&SourceName>,
    variables: &[Variable],
    problems: &mut Problems<'_>,
) -> Option<Read> {
    let id = fields.required_text("id", problems);
    if let Some(id) = id {
        fields.rename(format!("[[panel]] \"{id}\""));
    }
    let id = id.and_then(|text| {
        PanelId::parse(text)
            .map_err(|error| problems.add(fields.place("id"), error.to_string()))
            .ok()
    });
    let title = fields.required_text("title", problems);
    let name = panel_kind::name(fields, problems);
    let kind = panel_kind::options(fields, name, problems);
    let source = fields.parsed("source", SourceName::parse, problems);
    let source = source.or_else(|| dashboard_source.cloned());
    if source.is_none() && fields.item("source").is_none() {
        let message =
            format!("{} has no \"source\", and neither has the dashboard", fields.title());
        problems.add(fields.span(), message);
    }
    let query = fields.query("sql", problems);
    let description = fields.text("description", problems).map(ToOwned::to_owned);
    let unit = fields.parsed("unit", Unit::parse, problems).unwrap_or_default();
    let compare = fields.word("compare", &Compare::WORDS, problems);
    if compare.is_some() && name == Some(PanelKindName::Scatter) {
        let message = format!("{} has \"compare\", and nothing shows it", fields.title());
        let help = "nothing names a point of a scatter in both periods: take \"compare\" away, or use another kind";
        problems.add_with_help(fields.key_place("compare"), message, help);
    }
    let edges = fields.word("edges", &Edges::WORDS, problems).unwrap_or_default();
    let intervals = Interval::ALL.map(|interval| (interval.word(), interval));
    let interval = fields.word("interval", &intervals, problems);
    let given_place = fields.item("at").and_then(|_| place(fields, problems));
    let cache = cache::policy(fields, problems);
    let tags = cache::tags(fields, problems);
    let columns = columns(fields, name, problems);
    let computed = computed(fields, problems);
    let filter = row_links::filter(fields, name, variables, problems);
    let link = row_links::link(fields, name, id.as_ref(), problems);
    roles(fields, problems);
    let (link, link_place) = link.map_or((None, None), |(link, place)| (Some(link), Some(place)));
    fields.finish(problems);
    let kind = kind?;
    let (w, h) = kind.traits().size;
    let panel = Panel {
        id: id?,
        title: title?.to_owned(),
        description,
        kind,
        source: source?,
        query: query?,
        unit,
        compare,
        edges,
        place: given_place.unwrap_or(GridPlace { x: 0, y: 0, w, h }),
        cache,
        tags,
        interval,
        columns,
        computed,
        filter,
        link,
    };
    Some(Read { panel, has_place: given_place.is_some(), link: link_place })
}

/// Reports keys for the roles of columns, which other programs have; here, roles follow from the
/// order of columns.
fn roles(fields: &Fields<'_>, problems: &mut Problems<'_>) {
    for key in ["x", "y", "series", "value"].into_iter().filter(|key| fields.has(key)) {
        fields.item(key);
        let message = format!("{} has no key \"{key}\"", fields.title());
        let help = "a column's role follows from its place: x first, then what names the series, then the numbers";
        problems.add_with_help(fields.key_place(key), message, help);
    }
}

fn place(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<GridPlace> {
    let item = fields.item("at")?;
    let Some(at) = Fields::new(item, format!("\"at\" of {}", fields.title())) else {
        fields.wrong_type("at", item, "a place such as { x = 0, y = 2, w = 8, h = 4 }", problems);
        return None;
    };
    let x = at.whole("x", 0..=layout::COLUMNS - 1, problems);
    let y = at.whole("y", 0..=500, problems);
    let w = at.whole("w", 1..=layout::COLUMNS, problems);
    let h = at.whole("h", 1..=24, problems);
    for key in ["x", "y", "w", "h"] {
        if at.entries().all(|(k, _)| k != key) {
            problems.add(at.span(), format!("{} has no \"{key}\"", at.title()));
        }
    }
    at.finish(problems);
    let place = GridPlace { x: x?, y: y?, w: w?, h: h? };
    if place.x + place.w > layout::COLUMNS {
        let message = format!(
            "{} is wider than the grid's {} columns: x + w is {}",
            fields.title(),
            layout::COLUMNS,
            place.x + place.w
        );
        problems.add(at.span(), message);
        return None;
    }
    Some(place)
}

fn columns(
    fields: &Fields<'_>,
    kind: Option<PanelKindName>,
    problems: &mut Problems<'_>,
) -> Vec<ColumnStyle> {
    let Some(item) = fields.item("columns") else {
        return Vec::new();
    };
    let Some(styles) = Fields::new(item, "columns") else {
        fields.wrong_type("columns", item, "a table of columns", problems);
        return Vec::new();
    };
    let mut columns = Vec::new();
    for (name, item) in styles.entries() {
        let title = format!("column \"{name}\" of {}", fields.title());
        let Some(style) = Fields::new(item, title) else {
            styles.wrong_type(name, item, "a table such as { unit = \"GBP\" }", problems);
            continue;
        };
        let cells = [
            ("plain", Cell::Plain),
            ("bar", Cell::Bar),
            ("trend", Cell::Trend),
            ("hidden", Cell::Hidden),
        ];
        let unit = style.parsed("unit", Unit::parse, problems);
        let is_grouped = style.flag("grouping", problems);
        let grouping = style.has("grouping").then_some(is_grouped);
        let is_measured = |unit: &Unit| !matches!(unit, Unit::None | Unit::Plain);
        if grouping == Some(false) && unit.as_ref().is_some_and(is_measured) {
            let message = "`grouping = false` is for numbers that name something, such as years \
                           and keys, which have no unit: remove one of the two";
            problems.add(style.place("grouping"), message);
        }
        let cell = style.word("cell", &cells, problems).unwrap_or_default();
        if matches!(cell, Cell::Bar | Cell::Trend)
            && kind.is_some_and(|kind| kind != PanelKindName::Table)
        {
            let message = format!("{} is drawn by no cell: its panel is no table", style.title());
            let help =
                "\"bar\" and \"trend\" are for kind = \"table\"; \"hidden\" is for all kinds";
            problems.add_with_help(style.place("cell"), message, help);
        }
        columns.push(ColumnStyle {
            name: name.to_owned(),
            label: style.text("label", problems).map(ToOwned::to_owned),
            unit,
            scale: style.whole("scale", 0..=18, problems).unwrap_or(0) as u8,
            grouping,
            cell,
        });
        for key in ["hide", "hidden", "visible"].into_iter().filter(|key| style.has(key)) {
            style.item(key);
            let message = format!("unknown key \"{key}\" in {}", style.title());
            problems.add_with_help(style.key_place(key), message, "write cell = \"hidden\"");
        }
        style.finish(problems);
    }
    columns
}

fn computed(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Vec<Computed> {
    let tables = fields.tables("computed", "computed", problems);
    let read = |table: &Fields<'_>, problems: &mut Problems<'_>| {
        let name = table.required_text("name", problems);
        let of = table.required_text("of", problems);
        let kind = table.word("kind", &ComputedKind::WORDS, problems);
        if table.entries().all(|(key, _)| key != "kind") {
            problems.add(table.span(), "a computed column has no \"kind\"");
        }
        table.finish(problems);
        Some(Computed { name: name?.to_owned(), of: of?.to_owned(), kind: kind? })
    };
    tables.iter().filter_map(|table| read(table, problems)).collect()
}
