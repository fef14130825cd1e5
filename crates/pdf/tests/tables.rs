//! Tables: all rows, over as many pages as they take, with their heads on each.

use crate::dashboard::{amount, document, invoices, lines, usual};
use crate::poppler::{Read, read};
use brisk_domain::GridPlace;
use brisk_pdf::{Document, Layout};

/// An amount as pages write it.
fn written(row: usize) -> String {
    let pence = (amount(row) * 100.0).round() as u64;
    let (pounds, pence) = (pence / 100, pence % 100);
    match pounds {
        0..1_000 => format!("£{pounds}.{pence:02}"),
        pounds => format!("£{},{:03}.{pence:02}", pounds / 1_000, pounds % 1_000),
    }
}

fn assert_all_rows(read: &Read, rows: usize) {
    let text = read.text();
    for row in 0..rows {
        let number = format!("INV-{:05}", 10_000 + row);
        let line = text.lines().find(|line| line.contains(&number));
        let line = line.unwrap_or_else(|| panic!("{number} is missing"));
        assert!(line.contains(&written(row)), "{number} without {}: {line}", written(row));
    }
}

#[test]
fn every_row_is_printed_and_the_heads_are_on_every_page() {
    let (cases, lines) = ([invoices(180)], lines());
    for layout in [Layout::Dashboard, Layout::PanelPerPage] {
        let read = read(&Document { layout, ..document(&cases, &lines) });
        assert_all_rows(&read, 180);
        assert!(read.pdf.pages > 3);
        for page in 1..=read.pdf.pages {
            let text = read.page(page);
            let is_head = |line: &str| {
                ["Invoice", "Customer", "Quantity", "Amount"].iter().all(|w| line.contains(w))
            };
            assert_eq!(text.lines().filter(|line| is_head(line)).count(), 1, "{page}: {text}");
            assert_eq!(text.contains("Invoices, continued"), page > 1, "{page}: {text}");
        }
    }
}

#[test]
fn a_box_that_is_too_small_says_where_all_rows_are() {
    let (mut cases, lines) = (usual(), lines());
    cases.truncate(5);
    cases.push(invoices(60));
    let mut document = document(&cases, &lines);
    document.panels[5].place = GridPlace { x: 6, y: 20, w: 6, h: 4 };
    let read = read(&document);
    assert_all_rows(&read, 60);
    let first = read.page(1);
    let said = first.lines().find_map(|line| line.split_once(" of 60 rows; more on page "));
    let (shown, page) = said.unwrap_or_else(|| panic!("{first}"));
    let shown: usize = shown.trim().parse().unwrap();
    assert!((2..20).contains(&shown), "{shown}");
    assert!(first.contains(&written(shown - 1)) && !first.contains(&written(shown)), "{first}");
    let page: usize = page.trim().parse().unwrap();
    assert!(read.page(page).contains("Invoices: all rows"));
    let bookmarks = read.bookmarks();
    assert!(bookmarks.contains(&("All rows".to_owned(), page)), "{bookmarks:?}");
}

#[test]
fn a_table_that_fits_is_printed_once() {
    let (cases, lines) = ([invoices(2)], lines());
    let mut document = document(&cases, &lines);
    document.panels[0].place.w = 9;
    let read = read(&document);
    assert_all_rows(&read, 2);
    assert_eq!((read.pdf.pages, read.text().matches("INV-10001").count()), (1, 1));
}

#[test]
fn rows_beyond_the_limit_are_counted_in_a_sentence() {
    let (cases, lines) = ([invoices(2_345)], lines());
    let read = read(&document(&cases, &lines));
    let text = read.text();
    assert!(text.contains("INV-11999") && !text.contains("INV-12000"));
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("345 of 2,345 rows are left out"), "{}", &text[text.len() - 400..]);
}

#[test]
fn all_tables_of_a_document_have_a_limit_together() {
    let (cases, lines) = ([(); 6].map(|()| invoices(1_900)), lines());
    let pdf = brisk_pdf::pdf(&document(&cases, &lines), &brisk_raster::Fonts::own()).unwrap();
    // 10,000 of 11,400 rows, of which a page has about 35.
    assert!((200..450).contains(&pdf.pages), "{}", pdf.pages);
}
