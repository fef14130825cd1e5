//! Writes a page with every kind of chart and every edge case, to look at in light and dark:
//! `cargo run -p brisk-chart --example gallery -- gallery.html [dark [PART OF A NAME]]`. With `images` after the
//! name's part, as images.
#![allow(clippy::expect_used)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::fmt::Write as _;

const STYLES: [&str; 6] = ["tokens", "colors", "data-colors", "base", "panel", "chart"];

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| "gallery.html".into());
    let theme = arguments.next().unwrap_or_else(|| "light".into());
    let part = arguments.next().unwrap_or_default();
    let text = match arguments.next() {
        Some(_) => images(&theme, &part),
        None => page(&theme, &part)?,
    };
    std::fs::write(path, text)
}

fn caption(case: &support::case::Case) -> brisk_chart::Caption<'_> {
    let note = "11 Sep – 9 Dec 2011 · by day · Europe/London · as of 9 Dec 2011, 13:00";
    brisk_chart::Caption { title: &case.spec.title, note }
}

fn images(theme: &str, part: &str) -> String {
    let theme = match theme {
        "dark" => brisk_chart::Theme::Dark,
        "print" => brisk_chart::Theme::Print,
        _ => brisk_chart::Theme::Light,
    };
    let all = support::cases::all().into_iter();
    let images = all.filter(|case| case.name.contains(part)).map(|case| {
        let image = brisk_chart::image(&case.input(), theme, &caption(&case));
        format!("<figure><figcaption>{}</figcaption>{}</figure>", case.name, image.svg)
    });
    let images: String = images.collect();
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Images</title><style>\
         body{{font:12px sans-serif;background:#ccd;display:flex;flex-wrap:wrap;gap:12px}}\
         figure{{margin:0}}</style>{images}</html>"
    )
}

fn page(theme: &str, part: &str) -> std::io::Result<String> {
    let mut css = String::new();
    for name in STYLES {
        let path = format!("{}/../../style/{name}.css", env!("CARGO_MANIFEST_DIR"));
        css.push_str(&std::fs::read_to_string(path)?);
    }
    let mut out = format!(
        "<!doctype html><html lang=\"en\" data-theme=\"{theme}\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Charts</title><style>{css}
        body{{padding:16px}} .wall{{display:grid;gap:16px;grid-template-columns:repeat(auto-fill,minmax(min(100%,420px),1fr))}} .panel{{height:auto}} .legend{{display:flex;flex-wrap:wrap;gap:12px;margin:0 16px;height:24px;overflow:hidden}} .legend i{{background:var(--c);display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:6px}}</style><div class=\"wall\">"
    );
    let all = support::cases::all().into_iter();
    for case in all.filter(|case| case.name.contains(part)) {
        let drawing = case.draw();
        let legend = drawing.legend.iter().fold(String::new(), |mut all, item| {
            let _ = write!(all, "<span class=\"s{}\"><i></i>{}</span>", item.color, item.name);
            all
        });
        let legend = if legend.is_empty() {
            legend
        } else {
            format!("<div class=\"legend\">{legend}</div>")
        };
        let _ = write!(
            out,
            "<section class=\"panel\" style=\"width:100%;max-width:{}px\"><header class=\"panel-head\"><h2>{}</h2></header>{legend}<div class=\"panel-body chart\" style=\"height:{}px\">{}</div></section>",
            case.size.0 + 32.0,
            case.spec.title,
            case.size.1,
            drawing.body
        );
    }
    out.push_str("</div></html>");
    Ok(out)
}
