//! Makes a PDF of a dashboard with 20 panels of all kinds, to look at:
//! `cargo run -p brisk-pdf --example dashboard -- dashboard.pdf [WORDS…]`. Words are `landscape`, `letter`,
//! `pages` (a panel a page), `messy` (what real data does to charts), `long`
//! (tables over several pages), `rows` (10,000 rows of tables) and `measure`, which makes it 20 times and says
//! how much time of a core and how much memory that takes (release builds say something).
#![allow(clippy::expect_used, clippy::print_stdout)]

#[path = "../tests/dashboard.rs"]
mod dashboard;
#[path = "../../chart/tests/support/mod.rs"]
mod support;

use brisk_domain::GridPlace;
use brisk_pdf::{Content, Layout, Paper, PaperSize, pdf};
use brisk_raster::Fonts;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| "dashboard.pdf".into());
    let words: Vec<String> = arguments.collect();
    let has = |word: &str| words.iter().any(|given| given == word);
    let mut cases = if has("messy") { dashboard::messy() } else { dashboard::usual() };
    if has("rows") {
        cases = (0..5).map(|_| dashboard::invoices(2_000)).collect();
    }
    if has("long") {
        cases.truncate(6);
        cases.extend([dashboard::invoices(120), dashboard::invoices(180)]);
    }
    let lines = dashboard::lines();
    let notes =
        ["3 partial days are left out. Prices are those of the day of the order.".to_owned()];
    let mut document = dashboard::document(&cases, &lines);
    if has("long") {
        document.panels[1].content = Content::Message(
            "The database could not be reached within 30 s. Brisk tries again when the page is loaded.",
        );
        document.panels[2].notes = &notes;
        document.panels[4].title = "売上 по дням, إيرادات, 매출 🎉👩\u{200d}💻";
        document.panels[4].notes = &notes;
        document.panels[6].place = GridPlace { x: 0, y: 40, w: 6, h: 5 };
        document.panels[6].title = "Invoices in half of the width";
        document.panels[7].place = GridPlace { x: 0, y: 50, w: 12, h: 5 };
        document.panels[7].notes = &notes;
    }
    document.paper = Paper {
        size: if has("letter") { PaperSize::Letter } else { PaperSize::A4 },
        is_landscape: has("landscape"),
    };
    if has("pages") {
        document.layout = Layout::PanelPerPage;
    }
    let fonts = Fonts::of_the_machine();
    if has("measure") {
        let before = memory("VmRSS:");
        let mut times = Vec::new();
        for _ in 0..if has("rows") { 3 } else { 20 } {
            let start = busy();
            let made = pdf(&document, &fonts).expect("a PDF");
            times.push(busy() - start);
            drop(made);
        }
        times.sort_unstable();
        let most = memory("VmHWM:").saturating_sub(before);
        println!(
            "{} panels: {} ms of a core (median of {}, the slowest {} ms), {} KiB at most above before",
            document.panels.len(),
            times[times.len() / 2] / 1_000_000,
            times.len(),
            times.last().copied().unwrap_or(0) / 1_000_000,
            most
        );
    }
    let made = pdf(&document, &fonts).expect("a PDF");
    println!(
        "{} pages, {} bytes, accessible: {}, missing: \"{}\"",
        made.pages,
        made.bytes.len(),
        made.is_accessible,
        made.missing
    );
    std::fs::write(path, made.bytes)
}

/// The time that this thread has run, in nanoseconds.
fn busy() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// A figure of this process, in KiB.
fn memory(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
