//! Makes a PDF of a dashboard with 20 panels of all kinds, to look at:
//! `cargo run -p brisk-pdf --example dashboard -- dashboard.pdf [WORDS…]`. Words are `landscape`, `letter`,
//! `pages` (a panel a page), `messy` (what real data does to charts) and `measure`, which makes it 20 times and says
//! how much time of a core and how much memory that takes (release builds say something).
#![allow(clippy::expect_used, clippy::print_stdout)]

#[path = "../../chart/tests/support/mod.rs"]
mod support;
#[path = "../tests/dashboard.rs"]
mod dashboard;

use brisk_pdf::{Layout, Paper, PaperSize, pdf};
use brisk_raster::Fonts;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| "dashboard.pdf".into());
    let words: Vec<String> = arguments.collect();
    let has = |word: &str| words.iter().any(|given| given == word);
    let cases = if has("messy") { dashboard::messy() } else { dashboard::usual() };
    let lines = dashboard::lines();
    let mut document = dashboard::document(&cases, &lines);
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
        for _ in 0..20 {
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
