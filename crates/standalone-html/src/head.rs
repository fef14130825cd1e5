//! The head of the document: its policy, its style, its font.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use brisk_chart::escape;
use brisk_domain::Export;
use std::fmt::Write as _;
use std::sync::LazyLock;

/// What the file may load: nothing from outside.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; \
                      base-uri 'none'; form-action 'none'";
/// The characters that the font has, as in `style/tokens.css`.
const RANGE: &str = "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+0304, U+0308, \
                     U+0329, U+2000-206F, U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215, U+FEFF, U+FFFD";
/// Inter, 48 KB: the font of pages. SIL Open Font License 1.1.
const FONT: &[u8] = include_bytes!("../../../style/fonts/inter-latin.woff2");
/// The parts of the style sheet: those of pages that drawings need, then what only these files look like.
const PARTS: [&str; 9] = [
    include_str!("../../../style/tokens.css"),
    include_str!("../../../style/colors.css"),
    include_str!("../../../style/data-colors.css"),
    include_str!("../../../style/chart.css"),
    include_str!("../../../style/tables.css"),
    include_str!("style/page.css"),
    include_str!("style/cards.css"),
    include_str!("style/data.css"),
    include_str!("style/narrow-and-print.css"),
];

static STYLE: LazyLock<String> = LazyLock::new(style);

/// Writes the head.
pub(crate) fn write(export: &Export<'_>, out: &mut String) {
    let title = escape(&format!("{}, {}", export.title, export.range));
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"referrer\" content=\"no-referrer\">\
         <meta name=\"robots\" content=\"noindex\"><meta name=\"generator\" content=\"Brisk\">\
         <title>{title}</title><style>{}</style></head>",
        *STYLE
    );
}

fn style() -> String {
    let font = STANDARD.encode(FONT);
    let mut style = format!(
        "@font-face{{font-family:Inter;font-weight:100 900;src:url(data:font/woff2;base64,{font}) \
         format(\"woff2\");unicode-range:{RANGE}}}"
    );
    for part in PARTS {
        style.push_str(&shortened(without_fonts(part)));
    }
    style
}

/// A part without the fonts at its beginning, which are files of the server's.
fn without_fonts(part: &str) -> &str {
    let begins = part.find("@font-face").and_then(|_| part.find(":root"));
    begins.map_or(part, |begin| &part[begin..])
}

/// `css` without comments and the spaces that lines begin with.
fn shortened(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    let lines = out.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.fold(String::with_capacity(out.len()), |mut all, line| {
        all.push_str(line);
        // A declaration may go on in the next line.
        if !line.ends_with(['{', '}', ';', ',']) {
            all.push(' ');
        }
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_loads_nothing_and_cannot_end_its_element() {
        let style = &**STYLE;
        assert_eq!(style.matches("url(").count(), 1, "the font");
        for part in ["http", "@import", "</", "/*", "//"] {
            // Slashes are digits of the font.
            let (_, after) = style.split_once("unicode-range").unwrap();
            assert!(!after.contains(part), "{part}");
        }
        assert!(style.len() < 100_000, "{}", style.len());
    }

    #[test]
    fn comments_and_indentation_are_left_out_and_nothing_else() {
        let css = "/* a\n b */\n.x {\n  margin: 0;\n\n  /* c */ padding:\n    1px\n    2px;\n}\n";
        assert_eq!(shortened(css), ".x {margin: 0;padding: 1px 2px;}");
        assert_eq!(without_fonts("/* :x */ @font-face { a }\n:root { b }"), ":root { b }");
        assert_eq!(without_fonts(".a { b }"), ".a { b }");
    }
}
