//! What those need who do not see the pages: tags, text alternatives, bookmarks, links; and fonts that every
//! reader has.

use crate::dashboard::{document, invoices, lines, usual};
use crate::poppler::read;

#[test]
fn pages_are_tagged() {
    let (mut cases, lines) = (usual(), lines());
    cases.push(invoices(80));
    let read = read(&document(&cases, &lines));
    assert_eq!(read.fact("Tagged"), "yes");
    assert!(read.pdf.is_accessible);
    let xmp = String::from_utf8_lossy(&read.pdf.bytes).into_owned();
    for words in ["<pdfuaid:part>1</pdfuaid:part>", "/Lang(en)", "/DisplayDocTitle true"] {
        assert!(xmp.contains(words), "{words}");
    }
    let tags = read.structure();
    let with = |tag: &str| tags.lines().filter(|line| line.trim().starts_with(tag)).count();
    assert_eq!((with("H1"), with("H2")), (1, cases.len()), "{tags}");
    // Every panel but the two tables is a figure; two sparklines of one are more.
    assert!(with("Figure") >= cases.len() - 2, "{tags}");
    let cells = |table: &str| table.lines().filter(|line| line.trim() == "TD").count();
    let heads = |table: &str| table.lines().filter(|line| line.trim().starts_with("TH:")).count();
    let tables: Vec<&str> = tags.split("  Table (block)\n").skip(1).collect();
    assert_eq!(tables.len(), 2, "{tags}");
    // Heads that are repeated for the eye are heads once.
    assert_eq!((heads(tables[1]), cells(tables[1])), (4, 4 * 80), "{}", tables[1]);
    assert!(tags.contains("\"Regency cakestand\""), "{tags}");
}

#[test]
fn drawings_have_text_alternatives() {
    let (cases, lines) = (usual(), lines());
    let read = read(&document(&cases, &lines));
    let bytes = String::from_utf8_lossy(&read.pdf.bytes).into_owned();
    let alternatives: Vec<&str> = bytes.split("/Alt").skip(1).collect();
    assert!(alternatives.len() > cases.len(), "{}", alternatives.len());
    // ASCII alternatives are in the file as they are.
    let said = case_summary(&cases);
    assert!(bytes.contains(&said), "{said}");
}

fn case_summary(cases: &[crate::support::case::Case]) -> String {
    let case = cases.iter().find(|case| case.spec.title == "Price and quantity").unwrap();
    let summary = case.draw().summary;
    summary.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == ' ').collect()
}

#[test]
fn every_panel_has_a_bookmark_on_its_page() {
    let (cases, lines) = (usual(), lines());
    let read = read(&document(&cases, &lines));
    let bookmarks = read.bookmarks();
    let titles: Vec<&str> = bookmarks.iter().map(|(title, _)| title.as_str()).collect();
    let wanted: Vec<&str> = cases.iter().map(|case| case.spec.title.as_str()).collect();
    assert_eq!(titles, wanted);
    for (title, page) in &bookmarks {
        assert!(read.page(*page).contains(title), "{title} is not on page {page}");
    }
}

#[test]
fn titles_lead_to_their_pages_where_there_are_addresses() {
    let (cases, lines) = (usual(), lines());
    let mut document = document(&cases, &lines);
    let links = read(&document).addresses();
    let panel = "https://brisk.example.com/d/online-retail/revenue?range=90d";
    let dashboard = "https://brisk.example.com/d/online-retail?range=90d";
    assert_eq!(links.iter().filter(|link| link.contains(panel)).count(), cases.len(), "{links:?}");
    assert_eq!(links.iter().filter(|link| link.contains(dashboard)).count(), 1, "{links:?}");
    // Nothing else than pages is a link.
    document.address = Some("javascript:alert(1)");
    for panel in &mut document.panels {
        panel.address = Some("file:///etc/passwd");
    }
    assert!(read(&document).addresses().is_empty());
}

#[test]
fn fonts_are_embedded_as_far_as_they_are_used() {
    let (cases, lines) = (usual(), lines());
    let read = read(&document(&cases, &lines));
    let fonts = read.fonts();
    assert_eq!(fonts.len(), 2, "{fonts:?}");
    for font in &fonts {
        assert!(font.contains("+Inter-"), "{font}");
        let facts: Vec<&str> = font.split_whitespace().collect();
        // Embedded, a subset, with its characters.
        assert!(
            facts.ends_with(&["yes", "yes", "yes", facts[facts.len() - 2], facts[facts.len() - 1]]),
            "{font}"
        );
    }
    assert!(read.pdf.bytes.len() < 200_000, "{} bytes", read.pdf.bytes.len());
}
