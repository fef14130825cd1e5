//! What no sheet has room for is cut, and said.

use crate::support::{cells, column, one, texts};
use brisk_domain::Values;
use brisk_xlsx::{MOST_COLUMNS, MOST_ROWS};

#[test]
fn rows_beyond_the_last_are_left_out_and_counted() {
    let mut sheets = one(vec![("n", Values::Bool(vec![Some(true); MOST_ROWS + 2]))]);
    let range = cells(&mut sheets, 1);
    assert_eq!(range.height(), MOST_ROWS + 1);
    let notes = column(&cells(&mut sheets, 0), 1).join("\n");
    assert!(
        notes.contains("2 rows are left out: a sheet has 1,048,575 below its head."),
        "{notes}"
    );
}

#[test]
fn columns_beyond_the_last_are_left_out_and_counted() {
    let names: Vec<String> = (0..=MOST_COLUMNS).map(|at| format!("c{at}")).collect();
    let columns = names.iter().map(|name| (name.as_str(), Values::Bool(vec![Some(true)])));
    let mut sheets = one(columns.collect());
    assert_eq!(cells(&mut sheets, 1).width(), MOST_COLUMNS);
    let notes = column(&cells(&mut sheets, 0), 1).join("\n");
    assert!(notes.contains("1 column is left out: a sheet has 16,384."), "{notes}");
}

#[test]
fn long_texts_are_cut_and_control_characters_are_written_out() {
    let long = "x".repeat(40_000);
    let mut sheets = one(vec![("t", texts(&[&long, "a\u{1b}b", "_x0041_"]))]);
    let column = |sheets: &mut _, sheet, at| column(&cells(sheets, sheet), at);
    let texts = column(&mut sheets, 1, 0);
    assert_eq!(texts[1].chars().count(), 32_767);
    assert!(texts[1].ends_with("x…"));
    assert_eq!(texts[2..], ["a\\u{1b}b", "_x0041_"]);
    let notes = column(&mut sheets, 0, 1).join("\n");
    assert!(notes.contains("1 text is cut, and ends with …"), "{notes}");
    assert!(notes.contains("Control characters are written out"), "{notes}");
}
