//! Pages: their number, their size, and what stands on each.

use crate::dashboard::{document, invoices, lines, usual};
use crate::poppler::read;
use brisk_pdf::{Layout, Paper, PaperSize};

#[test]
fn every_page_says_of_what_it_is_and_which_it_is() {
    let (mut cases, lines) = (usual(), lines());
    cases.push(invoices(150));
    for layout in [Layout::Dashboard, Layout::PanelPerPage] {
        let read = read(&brisk_pdf::Document { layout, ..document(&cases, &lines) });
        let pages = read.pdf.pages;
        assert!(pages > 3, "{pages}");
        assert_eq!(read.fact("Pages"), pages.to_string());
        for page in 1..=pages {
            let text = read.page(page);
            let said = ["Online retail", "9 Sep – 7 Dec 2011 · by day · Europe/London"];
            let filters = "Country: France, Germany · Channel: Online";
            for words in said.into_iter().chain([filters, "As of 9 December 2011, 13:00"]) {
                assert!(text.contains(words), "page {page} lacks {words:?}: {text}");
            }
            let (raw, number) = (read.raw(page), format!("{page} / {pages}"));
            assert!(raw.lines().any(|line| line.ends_with(&number)), "page {page}: {raw}");
        }
    }
}

#[test]
fn a_panel_a_page_begins_a_page_with_each() {
    let (cases, lines) = (usual(), lines());
    let layout = Layout::PanelPerPage;
    let read = read(&brisk_pdf::Document { layout, ..document(&cases, &lines) });
    assert_eq!(read.pdf.pages, cases.len());
    for (number, case) in cases.iter().enumerate() {
        assert!(read.page(number + 1).contains(&case.spec.title), "{}", case.spec.title);
    }
}

#[test]
fn paper_has_the_size_that_was_asked_for() {
    let (cases, lines) = (usual(), lines());
    let sizes = [
        (PaperSize::A4, false, "595.28 x 841.89 pts (A4)"),
        (PaperSize::A4, true, "841.89 x 595.28 pts (A4)"),
        (PaperSize::Letter, false, "612 x 792 pts (letter)"),
        (PaperSize::Letter, true, "792 x 612 pts (letter)"),
    ];
    for (size, is_landscape, said) in sizes {
        let paper = Paper { size, is_landscape };
        let read = read(&brisk_pdf::Document { paper, ..document(&cases[..2], &lines) });
        assert_eq!(read.fact("Page size"), said);
    }
}

#[test]
fn a_dashboard_without_panels_says_so() {
    let lines = lines();
    let read = read(&document(&[], &lines));
    assert_eq!((read.pdf.pages, read.pdf.is_accessible), (1, true));
    assert!(read.text().contains("This dashboard has no panels."));
}

#[test]
fn the_same_document_is_the_same_bytes() {
    let (cases, lines) = (usual(), lines());
    let document = document(&cases, &lines);
    let (one, other) = (read(&document), read(&document));
    assert!(one.pdf == other.pdf);
    assert_eq!(one.fact("CreationDate").split_whitespace().last(), Some("UTC"));
    let info = one.info();
    for fact in ["Title:           Online retail", "Creator:         Brisk", "13:00:00 2011"] {
        assert!(info.contains(fact), "{info}");
    }
}
