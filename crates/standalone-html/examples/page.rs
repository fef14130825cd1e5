//! Writes a file with a panel of every kind, to look at:
//! `cargo run -p brisk-standalone-html --example page -- page.html`.

#[path = "../tests/support.rs"]
mod support;

fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "page.html".into());
    let (dashboard, results, zone) = (support::every_kind(), support::results(), support::london());
    let export = support::export(&dashboard, &zone, &results);
    std::fs::write(path, brisk_standalone_html::page(&export))
}
