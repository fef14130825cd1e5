//! The first sheet.

use crate::support::{cells, data, export, london, part, read, table};
use brisk_domain::{Timestamp, Values};
use calamine::Reader;

#[test]
fn it_says_what_the_workbook_is_and_lists_the_panels() {
    let (orders, revenue, zone) = (table("Orders by day"), table("Revenue"), london());
    let mut some = data(vec![("n", Values::Int((0..1_234).map(Some).collect()))]);
    some.notes = vec!["nothing is compared with the previous period".into()];
    let other = data(vec![("n", Values::Int(vec![Some(1)]))]);
    let bytes =
        brisk_xlsx::workbook(&export(&zone, &[(&orders, &some), (&revenue, &other)])).unwrap();
    let mut sheets = read(bytes);
    assert_eq!(sheets.sheet_names(), ["Contents", "Orders by day", "Revenue"]);
    let range = cells(&mut sheets, 0);
    let rows: Vec<String> = range
        .rows()
        .map(|row| {
            let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
            cells.join(" | ").trim_end_matches([' ', '|']).to_owned()
        })
        .collect();
    // Day 40,886 of Excel's is 9 December 2011.
    let loaded = (40_886.0 + 13.0 / 24.0).to_string();
    let expected = [
        "Sales",
        "What the shop sold",
        "",
        "Range | 11 Sep – 9 Dec 2011",
        "Interval | Day",
        "Time zone | Europe/London, for all dates and times in this workbook",
        "Country | France, Côte d'Ivoire",
        "Loaded | 9 December 2011, 13:00",
        "Made | 9 December 2011, 13:01",
        "Dashboard | https://brisk.example/d/sales",
        "",
        "Panel | Rows | Loaded",
        &format!("Orders by day | 1234 | {loaded}"),
        &format!("Revenue | 1 | {loaded}"),
        "",
        "Notes",
        "Orders by day | Nothing is compared with the previous period.",
    ];
    assert_eq!(rows, expected);
}

#[test]
fn the_same_export_gives_the_same_bytes_and_says_when_it_was_made() {
    let (panel, zone) = (table("Orders"), london());
    let data = data(vec![
        ("n", Values::Float(vec![Some(1.5), Some(1e-9), Some(1e-20), Some(1e30)])),
        ("t", Values::Text(vec![Some("a".into()), Some("=a".into()), None, Some("b".into())])),
    ]);
    let written = |export: &_| brisk_xlsx::workbook(export).unwrap();
    let mut export = export(&zone, &[(&panel, &data), (&panel, &data)]);
    let first = written(&export);
    assert!(first == written(&export), "the bytes differ");
    let core = part(&first, "docProps/core.xml");
    assert!(core.contains(">2011-12-09T13:01:00Z</dcterms:created>"), "{core}");
    export.made_at = Timestamp(i64::MIN);
    assert!(first != written(&export));
}
