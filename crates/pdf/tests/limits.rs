//! Documents that nobody has in mind: none, hundreds, endless, empty.

use crate::dashboard::{document, invoices, lines, usual};
use crate::poppler::read;
use crate::support::case::Case;
use crate::support::columns::{ints, texts};
use brisk_domain::{GridPlace, PanelKindName};
use brisk_pdf::{Document, Layout};

#[test]
fn five_hundred_panels_are_printed() {
    let (cases, lines) = (usual(), lines());
    let mut document = document(&cases, &lines);
    let some = document.panels.clone();
    let places = |number: u16| GridPlace { x: number % 4 * 3, y: number / 4 * 3, w: 3, h: 3 };
    document.panels = (0..500_u16)
        .map(|number| {
            let mut panel = some[usize::from(number) % 10].clone();
            panel.place = places(number);
            panel
        })
        .collect();
    let read = read(&document);
    assert_eq!(read.bookmarks().len(), 500);
    assert!((20..60).contains(&read.pdf.pages), "{}", read.pdf.pages);
}

#[test]
fn endless_texts_are_cut() {
    let title = "Umsatz ".repeat(2_000);
    let word = "ä".repeat(10_000);
    let (cases, lines) = (usual(), vec![word.clone(); 50]);
    let notes = vec![word.clone(); 50];
    for layout in [Layout::Dashboard, Layout::PanelPerPage] {
        let mut document = Document { layout, title: &title, ..document(&cases[..6], &lines) };
        document.as_of = &word;
        for panel in &mut document.panels {
            panel.title = &title;
            panel.notes = &notes;
        }
        document.panels[0].content = brisk_pdf::Content::Message(&word);
        let read = read(&document);
        assert!(read.pdf.pages <= 6, "{}", read.pdf.pages);
        let text = read.page(1);
        assert!(text.contains("Umsatz Umsatz") && text.contains('…'), "{text}");
        assert!(read.raw(1).contains(&format!("1 / {}", read.pdf.pages)), "{text}");
    }
}

#[test]
fn control_characters_are_spaces() {
    let (cases, lines) = (usual(), lines());
    let mut document = document(&cases[..2], &lines);
    document.title = "A\u{0}B\u{7}\nC\u{202e}D\u{2028}E";
    document.panels[0].title = "\u{1b}[31m\t\u{feff}";
    document.panels[1].title = "\u{200d}\u{301}\u{301}";
    let text = read(&document).text();
    assert!(text.contains("A B  CD E") || text.contains("A B CD E"), "{text}");
    assert!(text.contains("[31m"), "{text}");
}

/// Rows that are higher than their boxes, and columns that no page has room for.
#[test]
fn columns_without_room_are_named() {
    let long =
        ["A text that goes on and on, as if somebody had been paid by the word. ".repeat(40)];
    let long = [long[0].as_str(), "short"];
    let names: Vec<String> = (0..60).map(|number| format!("measure_{number}")).collect();
    let mut columns = vec![texts("remark", &long)];
    columns.extend(names.iter().map(|name| ints(name, [i64::MAX, -1])));
    let (cases, lines) = ([Case::new("wide", PanelKindName::Table, "Wide", columns)], lines());
    for layout in [Layout::Dashboard, Layout::PanelPerPage] {
        let text = read(&Document { layout, ..document(&cases, &lines) }).text();
        assert!(text.contains("columns have no room on this page: Measure"), "{text}");
        assert!(text.contains("9,223,372,036,854,775,807"), "{text}");
    }
}

#[test]
fn places_beyond_the_grid_and_of_no_size_are_printed() {
    let (mut cases, lines) = (usual(), lines());
    cases.push(invoices(40));
    let mut document = document(&cases, &lines);
    let odd = [
        GridPlace { x: 0, y: 0, w: 0, h: 0 },
        GridPlace { x: u16::MAX, y: u16::MAX, w: u16::MAX, h: u16::MAX },
        GridPlace { x: 11, y: 65_000, w: 12, h: 900 },
        GridPlace { x: 3, y: 1, w: 1, h: 1 },
    ];
    for (number, panel) in document.panels.iter_mut().enumerate() {
        panel.place = odd[number % odd.len()];
    }
    let read = read(&document);
    assert!(read.pdf.pages < 40, "{}", read.pdf.pages);
    assert_eq!(read.bookmarks().iter().filter(|(title, _)| title != "All rows").count(), 21);
}
