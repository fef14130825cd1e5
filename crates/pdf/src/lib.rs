//! Dashboards and panels as PDF: pages of paper with selectable text, tagged for screen readers, with
//! bookmarks. Pure computation but for the files of fonts; for threads that may be busy for some hundred
//! milliseconds. The same document over the same fonts is the same bytes.
//!
//! Where things are, in the order in which a file is made:
//!
//! - `document`: what is printed, and what comes of it.
//! - `prepare`: clean texts of a bearable length, and tables as texts.
//! - `sheet`, `look`, `furniture`: the paper and its margins; sizes and colours; what stands on every page.
//! - `text/`: fonts, glyphs, lines. Only what is outside drawings is set here; drawings are SVG.
//! - `plan/`: what is on which page, before anything is drawn.
//! - `draw/`: draws it, and collects headings, figures and tables for those who do not see the pages.

mod document;
mod draw;
mod furniture;
mod look;
mod metadata;
mod plan;
mod prepare;
mod sheet;
mod text;

pub use document::{Content, Document, Error, Layout, Panel, Paper, PaperSize, Pdf};

use brisk_raster::Fonts;
use draw::Context;
use furniture::Furniture;
use krilla::SerializeSettings;
use krilla::configure::{Accessibility, Configuration, ConfigurationBuilder};
use krilla::error::KrillaError;
use prepare::Prepared;
use sheet::Sheet;
use text::{Characters, Faces, Typesetter};

/// Makes a PDF of `document`.
///
/// # Errors
/// If the program's own fonts or a drawing cannot be read, or the file cannot be written: no input leads there.
pub fn pdf(document: &Document<'_>, fonts: &Fonts) -> Result<Pdf, Error> {
    let prepared = prepare::prepared(document);
    let characters = prepared.characters();
    let faces = Faces::of(fonts, &characters.text());
    let typesetter = Typesetter::new(&faces).ok_or(Error::Fonts)?;
    let sheet = Sheet::of(document.paper);
    let texts = (prepared.title.as_str(), prepared.lines.as_slice(), prepared.as_of.as_str());
    let furniture = Furniture::of(texts, sheet, &typesetter);
    let plan = plan::plan(&prepared, document.layout, (sheet, &furniture), &typesetter);
    let context = Context {
        prepared: &prepared,
        plan: &plan,
        furniture: &furniture,
        sheet,
        typesetter: &typesetter,
        fonts,
    };
    let (bytes, characters, is_accessible) = match written(document, &context, accessible())? {
        (Ok(bytes), drawn) => (bytes, drawn, true),
        // A character without a font, or a font that forbids to be embedded: the file is not worse for readers.
        (Err(KrillaError::Validation(_)), _) => {
            let (bytes, drawn) = written(document, &context, Configuration::default())?;
            (bytes.map_err(|error| Error::Unwritten(error.to_string()))?, drawn, false)
        }
        (Err(error), _) => return Err(Error::Unwritten(error.to_string())),
    };
    let missing = missing(&prepared, &characters, fonts);
    Ok(Pdf { bytes, pages: plan.pages.len(), missing, is_accessible })
}

type Written = (Result<Vec<u8>, KrillaError>, Characters);

fn written(
    document: &Document<'_>,
    context: &Context<'_>,
    configuration: Configuration,
) -> Result<Written, Error> {
    let settings = SerializeSettings {
        configuration,
        render_svg_glyph_fn: krilla_svg::render_svg_glyph,
        ..SerializeSettings::default()
    };
    let mut file = krilla::Document::new_with(settings);
    let language = metadata::language(document.language);
    let characters = draw::draw(context, &language, &mut file)?;
    file.set_metadata(metadata::metadata(document, &context.prepared.title));
    Ok((file.finish(), characters))
}

/// PDF/UA-1: what screen readers need is there.
fn accessible() -> Configuration {
    let accessible = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1);
    accessible.finish().unwrap_or_default()
}

/// What no font has of all that is printed.
fn missing(prepared: &Prepared<'_>, drawn: &Characters, fonts: &Fonts) -> String {
    fonts.missing(&format!("{}{}", prepared.characters().text(), drawn.text()))
}
