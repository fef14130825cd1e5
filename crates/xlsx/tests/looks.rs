//! How sheets look.

use crate::support::{data, export, london, panel, part};
use brisk_domain::{Date, Timestamp, Values};

#[test]
fn units_are_number_formats_and_the_head_stays_in_view() {
    let panel = panel(
        "Sales",
        "kind = \"table\"\nunit = \"GBP\"\n[panel.columns]\nshare = { unit = \"percent\" }\nsize = { unit = \"bytes\" }\n\
         took = { unit = \"seconds\" }\nkey = { cell = \"hidden\" }\n",
    );
    let float = |cells: &[f64]| Values::Float(cells.iter().copied().map(Some).collect());
    let data = data(vec![
        ("revenue", float(&[1_234.5, 0.000_1])),
        ("share", float(&[0.25, 0.333])),
        ("size", Values::Int(vec![Some(2_500_000), Some(12)])),
        ("took", float(&[1.5, 2.0])),
        ("year", Values::Int(vec![Some(2011), Some(2012)])),
        ("key", Values::Int(vec![Some(1), Some(2)])),
        ("day", Values::Date(vec![Some(Date(15_000)), None])),
        ("at", Values::Time(vec![Some(Timestamp::from_seconds(1_311_768_030)), None])),
    ]);
    let zone = london();
    let bytes = brisk_xlsx::workbook(&export(&zone, &[(&panel, &data)])).unwrap();
    let styles = part(&bytes, "xl/styles.xml");
    for format in [
        "&quot;£&quot;#,##0.00\"",
        "&quot;£&quot;#,##0.00000\"",
        "#,##0.0%",
        "#,##0.0,,&quot; MB&quot;",
        "#,##0&quot; B&quot;",
        "#,##0.0&quot; s&quot;",
        "\"yyyy-mm-dd\"",
        "yyyy-mm-dd hh:mm:ss",
    ] {
        assert!(styles.contains(format), "{format} is not in {styles}");
    }
    let sheet = part(&bytes, "xl/worksheets/sheet2.xml");
    assert!(sheet.contains("<pane ySplit=\"1\" topLeftCell=\"A2\""), "{sheet}");
    assert!(sheet.contains("<autoFilter ref=\"A1:H3\"/>"), "{sheet}");
    assert!(sheet.contains("hidden=\"1\""), "{sheet}");
    assert!(sheet.contains("numberStoredAsText=\"1\""), "{sheet}");
    // As wide as "2011-07-27 13:00:30" and its margins.
    assert!(sheet.contains("min=\"8\" max=\"8\" width=\"21.7109375\""), "{sheet}");
}
