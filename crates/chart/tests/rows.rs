//! Tables as texts.

use crate::support::cases::{all, table};
use brisk_chart::{Holds, Rows, rows};
use brisk_domain::PanelKindName;

fn table_rows(most: usize) -> Rows {
    rows(&table::usual()[0].input(), most).unwrap()
}

#[test]
fn rows_have_the_texts_of_pages() {
    let case = &table::usual()[0];
    let (rows, body) = (table_rows(100), case.draw().body);
    let heads: Vec<(&str, Holds)> =
        rows.heads.iter().map(|head| (head.label.as_str(), head.holds)).collect();
    let numbers = Holds::Numbers;
    let wanted = [("Product", Holds::Text), ("Quantity", numbers), ("Revenue", numbers)];
    assert_eq!(heads, [wanted.as_slice(), &[("Last weeks", Holds::Text)]].concat());
    assert_eq!((rows.rows.len(), rows.left_out), (6, 0));
    for cell in rows.rows.iter().flatten().filter(|cell| cell.trend.is_none()) {
        assert!(body.contains(&cell.text), "{} is not in {body}", cell.text);
    }
    let first = &rows.rows[0];
    assert_eq!(first[2].text, "£326,519.55");
    assert_eq!((first[2].bar, first[0].bar), (Some(1.0), None));
    let trend = first[3].trend.as_ref().unwrap();
    assert_eq!((trend.points.len(), trend.words.as_str()), (6, "from 1 to 7"));
    assert!(trend.points.iter().all(|(x, y)| (0.0..=1.0).contains(x) && (0.0..=1.0).contains(y)));
    // Nothing to draw a line through.
    assert_eq!(rows.rows[2][3].text, "–");
}

#[test]
fn rows_beyond_the_limit_are_counted() {
    let rows = table_rows(2);
    assert_eq!((rows.rows.len(), rows.left_out), (2, 4));
    assert!(rows.summary.ends_with("Table with 6 rows."), "{}", rows.summary);
}

#[test]
fn only_tables_with_rows_are_texts() {
    for case in all() {
        let is_table = case.spec.kind.name() == PanelKindName::Table && case.frame.rows() > 0;
        assert_eq!(rows(&case.input(), 10).is_some(), is_table, "{}", case.name);
    }
}
