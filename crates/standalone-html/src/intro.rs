//! What the file is: its title, its facts, and where it comes from.

use brisk_chart::escape;
use brisk_domain::Export;
use brisk_domain::sentence::capitalised;
use std::fmt::Write as _;

/// Writes the title, where the dashboard is, and the facts.
pub(crate) fn write(export: &Export<'_>, out: &mut String) {
    let _ = write!(out, "<header><div class=\"title\"><h1>{}</h1>", escape(export.title));
    if let Some(link) = export.link() {
        let _ = write!(out, "<a href=\"{}\">Open in Brisk</a>", escape(link));
    }
    out.push_str("</div>");
    if let Some(description) = export.description {
        let _ = write!(out, "<p class=\"lead\">{}</p>", escape(description));
    }
    out.push_str("<dl class=\"facts\">");
    fact("Range", &export.range, out);
    fact("Interval", &capitalised(export.interval.word()), out);
    fact("Time zone", export.zone, out);
    for (name, chosen) in &export.filters {
        fact(name, chosen, out);
    }
    if let Some(at) = export.loaded_at() {
        fact("Data as of", &export.moment(at), out);
    }
    out.push_str("</dl></header>");
}

fn fact(name: &str, text: &str, out: &mut String) {
    let _ = write!(out, "<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(text));
}

/// Writes when the file was made.
pub(crate) fn write_foot(export: &Export<'_>, out: &mut String) {
    let (made, zone) = (escape(&export.moment(export.made_at)), escape(export.zone));
    let _ = write!(out, "<footer><p>Made with Brisk on {made} ({zone}).</p></footer>");
}
