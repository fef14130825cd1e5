//! `[[panel]]`: one statement, and how its frame is shown.

use crate::row_links::{self, LinkPlace};
use crate::{cache, layout};
use brisk_domain::panel::{
    Better, Cell, ColumnStyle, Computed, ComputedKind, EmptyBucket, PanelKind,
};
use brisk_domain::{Compare, GridPlace, Interval, Panel, PanelId, SourceName, Unit, Variable};
use brisk_toml_reader::{Fields, Problems};

/// A panel as its file gives it.
pub(crate) struct Read {
    pub(crate) panel: Panel,
    /// Whether the file says where it stands.
    pub(crate) has_place: bool,
    /// What of its link only other files can tell.
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
    let kind = match fields.item("kind") {
        Some(_) => fields.word("kind", &PanelKind::WORDS, problems),
        None => {
            let allowed: Vec<&str> = PanelKind::WORDS.iter().map(|(word, _)| *word).collect();
            let message = format!("{} has no \"kind\"", fields.title());
            problems.add_with_help(
                fields.span(),
                message,
                format!("allowed: {}", allowed.join(", ")),
            );
            None
        }
    };
    let source = fields.parsed("source", SourceName::parse, problems);
    let source = source.or_else(|| dashboard_source.cloned());
    if source.is_none() && fields.item("source").is_none() {
        let message =
            format!("{} has no \"source\", and neither has the dashboard", fields.title());
        problems.add(fields.span(), message);
    }
    let query = fields.query("sql", problems);
    let sparkline = fields.item("sparkline").and_then(|_| fields.query("sparkline", problems));
    let description = fields.text("description", problems).map(ToOwned::to_owned);
    let unit = fields.parsed("unit", Unit::parse, problems).unwrap_or_default();
    let compare = fields.word("compare", &Compare::WORDS, problems);
    let better = [("up", Better::Up), ("down", Better::Down), ("neither", Better::Neither)];
    let better = fields.word("better", &better, problems).unwrap_or_default();
    let empty =
        [("gap", EmptyBucket::Gap), ("zero", EmptyBucket::Zero), ("carry", EmptyBucket::Carry)];
    let empty = fields.word("empty", &empty, problems);
    let intervals = Interval::ALL.map(|interval| (interval.word(), interval));
    let interval = fields.word("interval", &intervals, problems);
    let (stacked, horizontal) =
        (fields.flag("stacked", problems), fields.flag("horizontal", problems));
    let max = fields.number("max", problems);
    let given_place = fields.item("at").and_then(|_| place(fields, problems));
    let cache = cache::policy(fields, problems);
    let tags = cache::tags(fields, problems);
    let columns = columns(fields, problems);
    let computed = computed(fields, problems);
    let filter = row_links::filter(fields, kind, variables, problems);
    let link = row_links::link(fields, kind, id.as_ref(), problems);
    let (link, link_place) = link.map_or((None, None), |(link, place)| (Some(link), Some(place)));
    let kind_or_table = kind.unwrap_or(PanelKind::Table);
    if kind.is_some() {
        only_for(
            fields,
            "sparkline",
            sparkline.is_some(),
            &[PanelKind::Stat],
            kind_or_table,
            problems,
        );
        only_for(fields, "max", max.is_some(), &[PanelKind::Gauge], kind_or_table, problems);
        let stackable = [PanelKind::Area, PanelKind::Bar];
        only_for(fields, "stacked", stacked, &stackable, kind_or_table, problems);
        only_for(fields, "horizontal", horizontal, &[PanelKind::Bar], kind_or_table, problems);
        if kind == Some(PanelKind::Gauge) && max.is_none() {
            problems.add(fields.span(), format!("{} is a gauge and needs \"max\"", fields.title()));
        }
    }
    fields.finish(problems);
    let (w, h) = layout::usual_size(kind_or_table);
    let panel = Panel {
        id: id?,
        title: title?.to_owned(),
        description,
        kind: kind?,
        source: source?,
        query: query?,
        sparkline,
        unit,
        compare,
        better,
        place: given_place.unwrap_or(GridPlace { x: 0, y: 0, w, h }),
        cache,
        tags,
        interval,
        stacked,
        horizontal,
        empty: empty.unwrap_or(match kind? {
            PanelKind::Bar | PanelKind::Area => EmptyBucket::Zero,
            _ => EmptyBucket::Gap,
        }),
        max,
        columns,
        computed,
        filter,
        link,
    };
    Some(Read { panel, has_place: given_place.is_some(), link: link_place })
}

fn only_for(
    fields: &Fields<'_>,
    key: &str,
    given: bool,
    kinds: &[PanelKind],
    kind: PanelKind,
    problems: &mut Problems<'_>,
) {
    if given && !kinds.contains(&kind) {
        let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
        let message = format!("\"{key}\" has no meaning for a {}", kind.word());
        problems.add_with_help(
            fields.place(key),
            message,
            format!("it is for {}", words.join(", ")),
        );
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

fn columns(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Vec<ColumnStyle> {
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
        columns.push(ColumnStyle {
            name: name.to_owned(),
            label: style.text("label", problems).map(ToOwned::to_owned),
            unit: style.parsed("unit", Unit::parse, problems),
            scale: style.whole("scale", 0..=18, problems).unwrap_or(0) as u8,
            cell: style.word("cell", &cells, problems).unwrap_or_default(),
        });
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
