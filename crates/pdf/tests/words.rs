//! What is written can be found: figures, sentences in place of charts, notes, and what no font has.

use crate::dashboard::{document, lines, messy, usual};
use crate::poppler::read;
use crate::support::case::Case;
use brisk_domain::{Frame, PanelKind, PanelKindName};
use brisk_pdf::{Content, Document, Layout};

/// `text` without what separates words: poppler puts spaces where glyphs are apart.
fn close(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The texts with digits of a drawing, as the chart crate writes them where there is room.
fn words_of(case: &Case) -> Vec<String> {
    let input = brisk_chart::Input { width: 600.0, height: 240.0, ..case.input() };
    let svg = brisk_chart::image_for_page(&input, brisk_chart::Theme::Print).svg;
    let (_, drawing) = svg.split_once("</title>").unwrap();
    let parts = drawing.split('<').filter_map(|rest| rest.split_once('>').map(|(_, text)| text));
    let parts = parts.map(|text| text.replace("&lt;", "<").replace("&gt;", ">"));
    parts.filter(|text| text.chars().any(|c| c.is_ascii_digit())).collect()
}

#[test]
fn every_figure_of_stats_and_gauges_is_in_the_text() {
    let lines = lines();
    let mut cases = usual();
    cases.extend(messy());
    cases.retain(|case| matches!(case.spec.kind, PanelKind::Stat(_) | PanelKind::Gauge(_)));
    assert!(cases.len() > 8, "{}", cases.len());
    let document = Document { layout: Layout::PanelPerPage, ..document(&cases, &lines) };
    let read = read(&document);
    for (number, case) in cases.iter().enumerate() {
        let text = close(&read.page(number + 1));
        let words = words_of(case);
        assert!(!words.is_empty(), "{}", case.name);
        for word in &words {
            assert!(text.contains(&close(word)), "{}: {word:?} is not in {text}", case.name);
        }
    }
    let dashboard = read_dashboard();
    for figure in ["£3.41M", "8.20\u{202f}%", "12,840", "£730k", "£9.12M"] {
        assert!(close(&dashboard).contains(&close(figure)), "{figure}: {dashboard}");
    }
}

fn read_dashboard() -> String {
    let (cases, lines) = (usual(), lines());
    read(&document(&cases, &lines)).text()
}

#[test]
fn axes_and_legends_are_text_too() {
    let text = read_dashboard();
    for words in ["Previous period", "United kingdom", "Oct 2011", "£50k", "£2 to £5", "3 others"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn errors_and_notes_are_printed_in_their_boxes() {
    let (mut cases, lines) = (usual(), lines());
    cases.truncate(6);
    cases[5].frame = Frame::default();
    let notes = ["2 partial days left out".to_owned(), "Prices without tax.".to_owned()];
    let mut document = document(&cases, &lines);
    document.panels[0].content = Content::Message("The database could not be reached within 30 s.");
    document.panels[4].notes = &notes;
    for layout in [Layout::Dashboard, Layout::PanelPerPage] {
        document.layout = layout;
        let text = read(&document).text();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in ["2 partial days left out", "Prices without tax.", "No data in this range"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        // Wrapped, so that only some words are neighbours.
        assert!(text.contains("The database could"), "{text}");
        assert!(close(&text).contains("30s."), "{text}");
    }
}

#[test]
fn other_scripts_are_text_and_what_no_font_has_is_named() {
    let lines = ["Страна: Франция · Χώρα: Γαλλία".to_owned()];
    let cases = [Case::new("table", PanelKindName::Table, "Łódź, Выручка, Έσοδα", vec![])];
    let mut document = document(&cases, &lines);
    let known = read(&document);
    for words in [lines[0].as_str(), "Łódź, Выручка, Έσοδα"] {
        assert!(known.text().contains(words), "{words}: {}", known.text());
    }
    assert_eq!((known.pdf.missing.as_str(), known.pdf.is_accessible), ("", true));
    document.panels[0].title = "売上 إيرادات";
    let unknown = read(&document);
    let missing: std::collections::BTreeSet<char> =
        document.panels[0].title.chars().filter(|c| *c != ' ').collect();
    assert_eq!(unknown.pdf.missing, missing.into_iter().collect::<String>());
    assert!(!unknown.pdf.is_accessible);
}

#[test]
fn letters_from_right_to_left_are_read_in_their_order() {
    let fonts = brisk_raster::Fonts::of_the_machine();
    let title = "שלום 123 abc";
    if !fonts.missing(title).is_empty() {
        // This machine has no Hebrew font.
        return;
    }
    let (cases, lines) = (usual(), lines());
    let mut document = document(&cases[..1], &lines);
    document.panels[0].title = title;
    let pdf = brisk_pdf::pdf(&document, &fonts).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rtl.pdf");
    std::fs::write(&path, pdf.bytes).unwrap();
    let output = std::process::Command::new("pdftotext").arg(&path).arg("-").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("שלום") && text.contains("123") && text.contains("abc"), "{text}");
}
