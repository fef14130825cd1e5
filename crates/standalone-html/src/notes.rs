//! What the figures do not say by themselves.

use brisk_chart::escape;
use brisk_domain::Export;
use brisk_domain::sentence::sentence;
use std::fmt::Write as _;

/// Writes the notes of all panels, if there are any.
pub(crate) fn write(export: &Export<'_>, out: &mut String) {
    let with_notes = export.panels.iter().filter_map(|panel| {
        let notes = &panel.data.ok()?.notes;
        (!notes.is_empty()).then(|| (panel.title(export), notes))
    });
    let mut with_notes = with_notes.peekable();
    if with_notes.peek().is_none() {
        return;
    }
    out.push_str("<section class=\"notes\"><h2>Notes</h2><dl>");
    for (title, notes) in with_notes {
        let _ = write!(out, "<div><dt>{}</dt>", escape(&title));
        for note in notes {
            let _ = write!(out, "<dd>{}</dd>", escape(&sentence(note)));
        }
        out.push_str("</div>");
    }
    out.push_str("</dl></section>");
}
