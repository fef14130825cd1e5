//! Exports to write, and workbooks read back.

use brisk_domain::{
    Additivity, Bounds, Column, Coverage, Edition, Export, ExportedPanel, Frame, Freshness,
    Interval, Panel, PanelData, Slug, Timestamp, Values, ZoneOffsets,
};
use calamine::{Data, Range, Reader, Xlsx};
use std::io::Cursor;

pub(crate) type Sheets = Xlsx<Cursor<Vec<u8>>>;

/// London in 2011: summer time from 27 March to 30 October.
pub(crate) fn london() -> ZoneOffsets {
    ZoneOffsets { first: 0, changes: vec![(1_301_187_600, 3600), (1_319_936_400, 0)] }
}

/// A panel as its author writes it.
pub(crate) fn panel(title: &str, keys: &str) -> Panel {
    let file = format!(
        "title = \"x\"\nsource = \"shop\"\n[[panel]]\nid = \"x\"\ntitle = {title:?}\nsql = \"select 1\"\n{keys}"
    );
    let slug = Slug::parse("x").unwrap();
    brisk_definition::parse("x.toml", slug, &file).unwrap().panels.remove(0)
}

/// A table.
pub(crate) fn table(title: &str) -> Panel {
    panel(title, "kind = \"table\"\n")
}

/// Its data.
pub(crate) fn data(columns: Vec<(&str, Values)>) -> PanelData {
    let columns = columns.into_iter().map(|(name, values)| Column { name: name.into(), values });
    let at = Timestamp::from_seconds;
    PanelData {
        frame: Frame::new(columns.collect()).unwrap(),
        additivity: Vec::new(),
        weekdays: Vec::new(),
        previous: None,
        sparkline: None,
        sparkline_additivity: Vec::new(),
        coverage: None,
        previous_coverage: None,
        sparkline_coverage: None,
        bounds: Bounds { from: at(1_315_695_600), to: at(1_323_475_200) },
        earlier: None,
        interval: Interval::Day,
        offsets: london(),
        as_of: at(1_323_435_600),
        freshness: Freshness::Fresh,
        edition: Edition::default(),
        notes: Vec::new(),
    }
}

/// Days of which the last one is under way.
pub(crate) fn coverage(whole_to: Timestamp) -> Coverage {
    Coverage {
        whole_from: Timestamp(i64::MIN),
        whole_to,
        ahead_from: Timestamp(i64::MAX),
        is_under_way: true,
        column: Some(0),
        interval: Interval::Day,
        is_in_utc: false,
        is_trimmed: false,
        left_out: 0,
    }
}

/// An export of these panels.
pub(crate) fn export<'a>(
    offsets: &'a ZoneOffsets,
    panels: &[(&'a Panel, &'a PanelData)],
) -> Export<'a> {
    Export {
        title: "Sales",
        description: Some("What the shop sold"),
        range: "11 Sep – 9 Dec 2011".into(),
        interval: Interval::Day,
        zone: "Europe/London",
        offsets,
        filters: vec![("Country".into(), "France, Côte d'Ivoire".into())],
        made_at: Timestamp::from_seconds(1_323_435_660),
        address: Some("https://brisk.example/d/sales"),
        panels: panels
            .iter()
            .map(|(panel, data)| ExportedPanel { panel, data: Ok(*data) })
            .collect(),
    }
}

/// The workbook of one table.
pub(crate) fn one(columns: Vec<(&str, Values)>) -> Sheets {
    let (panel, data, zone) = (table("Panel one"), data(columns), london());
    read(brisk_xlsx::workbook(&export(&zone, &[(&panel, &data)])).unwrap())
}

pub(crate) fn read(bytes: Vec<u8>) -> Sheets {
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

/// The cells of the sheet at `index`, from A1.
pub(crate) fn cells(sheets: &mut Sheets, index: usize) -> Range<Data> {
    let range = sheets.worksheet_range_at(index).unwrap().unwrap();
    let end = range.end().unwrap_or((0, 0));
    range.range((0, 0), end)
}

pub(crate) fn texts(cells: &[&str]) -> Values {
    Values::Text(cells.iter().map(|cell| Some((*cell).to_owned())).collect())
}

/// The first column's texts.
pub(crate) fn column(range: &Range<Data>, at: u32) -> Vec<String> {
    let text = |row: u32| range.get_value((row, at)).map_or_else(String::new, ToString::to_string);
    (0..range.height() as u32).map(text).collect()
}

/// A file inside the workbook.
pub(crate) fn part(bytes: &[u8], name: &str) -> String {
    use std::io::Read as _;
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// Whether a column adds up, for averages.
pub(crate) fn single() -> Vec<Additivity> {
    vec![Additivity::Single]
}
