//! What comes from outside is text, and nothing else.

use crate::support::{
    cells, column, coverage, data, export, london, one, part, read, table, texts,
};
use brisk_domain::{Coverage, ExportedPanel, FailureKind, PanelError, Timestamp, Values};
use calamine::{Data, Reader};

#[test]
fn no_text_and_no_name_is_a_formula() {
    for first in ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'"] {
        let text = format!("{first}HYPERLINK(\"http://evil.example\")");
        let mut sheets = one(vec![(&text, texts(&[&text]))]);
        let kept = text.replace('\r', "\n");
        let range = cells(&mut sheets, 1);
        assert_eq!(range.get_value((1, 0)), Some(&Data::String(kept)), "{first:?}");
        let formulas = sheets.worksheet_formula("Panel one").unwrap();
        assert!(formulas.cells().all(|(.., formula)| formula.is_empty()), "{first:?}");
    }
}

#[test]
fn no_title_filter_or_note_is_a_formula_or_markup() {
    let evil = "=cmd|' /C calc'!A1 <b>&\"]]>";
    let (panel, zone) = (table(evil), london());
    let mut data = data(vec![(evil, texts(&[evil]))]);
    data.notes = vec![evil.into()];
    let mut export = export(&zone, &[(&panel, &data)]);
    export.title = evil;
    export.description = Some(evil);
    export.zone = evil;
    export.range = evil.into();
    export.address = Some("javascript:alert(1)");
    export.filters = vec![(evil.into(), evil.into())];
    let bytes = brisk_xlsx::workbook(&export).unwrap();
    for sheet in ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"] {
        let xml = part(&bytes, sheet);
        assert!(!xml.contains("<f>") && !xml.contains("<b>"), "{xml}");
    }
    assert!(!part(&bytes, "xl/worksheets/sheet1.xml").contains("r:id"), "no link leads outside");
    let range = cells(&mut read(bytes), 0);
    let all: Vec<String> = [column(&range, 0), column(&range, 1)].concat();
    assert!(all.iter().filter(|text| text.contains(evil)).count() >= 6, "{all:?}");
}

#[test]
fn links_lead_to_their_sheets_whatever_these_are_called() {
    let titles = ["Bob's & \"Ann's\" <orders>", "A!B#C%20", "A!B#C%20", "売上"];
    let panels: Vec<_> = titles.iter().map(|title| table(title)).collect();
    let (data, zone) = (data(vec![("n", Values::Int(vec![Some(1)]))]), london());
    let pairs: Vec<_> = panels.iter().map(|panel| (panel, &data)).collect();
    let bytes = brisk_xlsx::workbook(&export(&zone, &pairs)).unwrap();
    let names = read(bytes.clone()).sheet_names();
    let xml = part(&bytes, "xl/worksheets/sheet1.xml");
    let places: Vec<String> = xml
        .split("location=\"")
        .skip(1)
        .map(|rest| {
            let place = rest.split('"').next().unwrap();
            place
                .replace("&amp;", "&")
                .replace("&quot;", "\"")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
        })
        .collect();
    let expected: Vec<String> =
        names[1..].iter().map(|name| format!("'{}'!A1", name.replace('\'', "''"))).collect();
    assert_eq!(places, expected);
}

#[test]
fn a_failure_is_said_on_its_sheet_and_on_the_first() {
    let (panel, zone) = (table("Orders"), london());
    let error = PanelError {
        message: "The database is not reachable. Try again in a minute.".into(),
        retry: true,
        kind: FailureKind::Unavailable,
    };
    let (none, empty) = (data(vec![]), data(vec![("n", Values::Int(vec![]))]));
    let mut trimmed = empty.clone();
    trimmed.coverage = Some(Coverage { left_out: 2, ..coverage(Timestamp(0)) });
    let mut export = export(&zone, &[(&panel, &none), (&panel, &empty), (&panel, &trimmed)]);
    export.panels.push(ExportedPanel { panel: &panel, data: Err(&error) });
    let mut sheets = read(brisk_xlsx::workbook(&export).unwrap());
    let of = |sheets: &mut _, at| column(&cells(sheets, at), 0);
    let no_data = "No data in this range (11 Sep – 9 Dec 2011).";
    assert_eq!(of(&mut sheets, 1), ["Orders", no_data]);
    assert_eq!(of(&mut sheets, 2), ["N", no_data]);
    assert_eq!(
        of(&mut sheets, 3)[1],
        "No whole day in this range (11 Sep – 9 Dec 2011): partial ones are left out."
    );
    assert_eq!(of(&mut sheets, 4), ["Orders", &error.message]);
    let first = column(&cells(&mut sheets, 0), 1);
    assert_eq!(first.iter().filter(|text| **text == no_data).count(), 2);
    assert!(first.contains(&error.message), "{first:?}");
}
