//! A view on paper.

use super::error::Error;
use super::fonts::fonts;
use super::view::ExportedView;
use brisk_chart::{Input, Spec};
use brisk_pdf::{Content, Document, Layout, Panel, Paper};

/// The file.
pub(super) fn write(
    view: &ExportedView<'_>,
    paper: Paper,
    layout: Layout,
) -> Result<Vec<u8>, Error> {
    let export = view.export();
    let mut lines =
        vec![format!("{} · by {} · {}", export.range, export.interval.word(), export.zone)];
    lines.extend(export.filters.iter().map(|(label, values)| format!("{label}: {values}")));
    let as_of = match export.loaded_at() {
        Some(at) => format!("Loaded {}", export.moment(at)),
        None => String::new(),
    };
    let titles: Vec<String> = export.panels.iter().map(|panel| panel.title(&export)).collect();
    let specs: Vec<Spec> = export
        .panels
        .iter()
        .zip(&titles)
        .map(|(panel, title)| Spec::of(panel.panel, title.clone()))
        .collect();
    let panels = export.panels.iter().zip(&titles).zip(&specs);
    let panels = panels.map(|((panel, title), spec)| {
        let (content, notes) = match panel.data {
            // Its width and height are those of the paper.
            Ok(data) => {
                (Content::Data(Box::new(Input::of(spec, data, SIZE))), data.notes.as_slice())
            }
            Err(error) => (Content::Message(&error.message), [].as_slice()),
        };
        Panel { title, place: panel.panel.place, content, notes, address: None }
    });
    let document = Document {
        title: export.title,
        lines: &lines,
        as_of: &as_of,
        language: "en",
        created: export.made_at,
        paper,
        layout,
        address: None,
        panels: panels.collect(),
    };
    let pdf = brisk_pdf::pdf(&document, fonts())?;
    if !pdf.missing.is_empty() {
        tracing::warn!(
            dashboard = view.dashboard.slug.as_str(),
            characters = pdf.missing,
            "no font of this machine has these characters: a PDF shows boxes in their place"
        );
    }
    Ok(pdf.bytes)
}

/// Any: the paper decides.
const SIZE: (f64, f64) = (720.0, 360.0);
