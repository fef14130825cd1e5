//! From a line of text to glyphs: in the order of the eye, each from a font that has it.

use krilla::text::{GlyphId, KrillaGlyph};
use rustybuzz::ttf_parser::Tag;
use rustybuzz::{Direction, Face, Feature, UnicodeBuffer};
use std::ops::Range;
use unicode_bidi::{BidiClass, BidiInfo, bidi_class};

/// A line as glyphs, at a size of 1.
#[derive(Default)]
pub(crate) struct Shaped {
    /// From left to right.
    pub(crate) runs: Vec<Run>,
    /// How wide it is.
    pub(crate) width: f32,
}

/// Glyphs of one font.
pub(crate) struct Run {
    /// The font's number.
    pub(crate) face: usize,
    /// What they say.
    pub(crate) text: String,
    /// Them, from left to right.
    pub(crate) glyphs: Vec<KrillaGlyph>,
    /// How wide they are.
    pub(crate) width: f32,
}

/// Shapes a line: `face_of` finds the font for a character.
pub(crate) fn shape(
    text: &str,
    faces: &[Face<'_>],
    face_of: &dyn Fn(char) -> usize,
    has_even_digits: bool,
) -> Shaped {
    let mut shaped = Shaped::default();
    for (range, is_rtl) in directions(text) {
        let mut pieces = by_face(&text[range], face_of);
        if is_rtl {
            pieces.reverse();
        }
        for (face, piece) in pieces {
            let run = run(piece, (face, &faces[face]), is_rtl, has_even_digits);
            shaped.width += run.width;
            shaped.runs.push(run);
        }
    }
    shaped
}

/// The pieces of a line in the order of the eye, and whether they run from right to left.
fn directions(text: &str) -> Vec<(Range<usize>, bool)> {
    if text.is_ascii() {
        return if text.is_empty() { Vec::new() } else { vec![(0..text.len(), false)] };
    }
    let bidi = BidiInfo::new(text, None);
    let mut pieces = Vec::new();
    for paragraph in &bidi.paragraphs {
        let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let is_rtl = levels.get(run.start).is_some_and(|level| level.is_rtl());
            pieces.push((run, is_rtl));
        }
    }
    pieces
}

/// Cuts a piece where the font changes. Marks and joiners stay with what they belong to.
fn by_face<'a>(text: &'a str, face_of: &dyn Fn(char) -> usize) -> Vec<(usize, &'a str)> {
    let mut pieces: Vec<(usize, Range<usize>)> = Vec::new();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let face = face_of(c);
        match pieces.last_mut() {
            Some((last, range)) if *last == face || belongs_to_previous(c) => range.end = end,
            _ => pieces.push((face, at..end)),
        }
    }
    pieces.into_iter().map(|(face, range)| (face, &text[range])).collect()
}

/// Whether a character changes the look of the one before it, and has no place of its own.
pub(crate) fn belongs_to_previous(c: char) -> bool {
    !c.is_ascii() && matches!(bidi_class(c), BidiClass::NSM | BidiClass::BN)
}

fn run(text: &str, (face, data): (usize, &Face<'_>), is_rtl: bool, has_even_digits: bool) -> Run {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    buffer.set_direction(if is_rtl { Direction::RightToLeft } else { Direction::LeftToRight });
    let even = [Feature::new(Tag::from_bytes(b"tnum"), 1, ..)];
    let features: &[Feature] = if has_even_digits { &even } else { &[] };
    let output = rustybuzz::shape(data, features, buffer);
    let mut starts: Vec<usize> =
        output.glyph_infos().iter().map(|info| info.cluster as usize).collect();
    starts.sort_unstable();
    starts.dedup();
    let em = f64::from(data.units_per_em().max(1)) as f32;
    let mut width = 0.0;
    let pairs = output.glyph_infos().iter().zip(output.glyph_positions());
    let glyph = |(info, position): (&rustybuzz::GlyphInfo, &rustybuzz::GlyphPosition)| {
        let part = |units: i32| units as f32 / em;
        let start = info.cluster as usize;
        let next = starts.partition_point(|other| *other <= start);
        let end = starts.get(next).copied().unwrap_or(text.len());
        width += part(position.x_advance);
        KrillaGlyph::new(
            GlyphId::new(info.glyph_id),
            part(position.x_advance),
            part(position.x_offset),
            part(position.y_offset),
            part(position.y_advance),
            start..end,
            None,
        )
    };
    let glyphs = pairs.map(glyph).collect();
    Run { face, text: text.to_owned(), glyphs, width }
}
