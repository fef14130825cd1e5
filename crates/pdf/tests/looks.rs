//! What is on the pages as pixels.

use crate::dashboard::{document, invoices, lines, messy, usual};
use crate::poppler::read;
use brisk_domain::GridPlace;
use brisk_pdf::{Document, Layout, Paper, PaperSize};

/// The margins that stay white, in pt: labels may reach a little beyond the content.
const MARGIN: usize = 26;

#[test]
fn margins_are_white_and_pages_are_not() {
    let lines = lines();
    let mut cases = usual();
    cases.extend(messy().into_iter().step_by(3));
    cases.push(invoices(50));
    for layout in [Layout::Dashboard, Layout::PanelPerPage] {
        for is_landscape in [false, true] {
            let paper = Paper { size: PaperSize::A4, is_landscape };
            let mut document = Document { layout, paper, ..document(&cases, &lines) };
            if let Some(last) = document.panels.last_mut() {
                last.place = GridPlace { w: 6, ..last.place };
            }
            let read = read(&document);
            for page in (1..=read.pdf.pages).step_by(3) {
                let (width, pixels) = read.pixels(page);
                let height = pixels.len() / width;
                // 36 pixels an inch: two pt are one.
                let margin = MARGIN / 2;
                let is_outside = |at: usize| {
                    let (x, y) = (at % width, at / width);
                    x < margin || x >= width - margin || y < margin / 2 || y >= height - margin / 2
                };
                let dark: Vec<usize> = (0..pixels.len()).filter(|at| pixels[*at] < 200).collect();
                assert!(dark.len() > 200, "page {page} is empty");
                let outside = dark.iter().find(|at| is_outside(**at));
                assert_eq!(outside, None, "page {page} of {}: {width}", read.pdf.pages);
            }
        }
    }
}
