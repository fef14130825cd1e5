//! [`Typesetter`]: measures, cuts, wraps and shapes. Lines are cut by the widths of single characters, which
//! is exact but for kerning and joined letters.

use super::faces::{Faces, Loaded};
use super::shape::{self, Shaped, belongs_to_previous};
use rustybuzz::Face;
use rustybuzz::ttf_parser::GlyphId;
use std::cell::RefCell;
use std::collections::HashMap;

/// A weight of the own fonts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Of running text.
    Medium,
    /// Of titles.
    SemiBold,
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Style {
    /// Its size, in pt.
    pub(crate) size: f32,
    /// Its weight.
    pub(crate) weight: Weight,
    /// Its colour: red, green, blue.
    pub(crate) color: [u8; 3],
    /// Whether all digits are equally wide, for columns of numbers.
    pub(crate) has_even_digits: bool,
}

impl Style {
    /// Running text.
    pub(crate) const fn new(size: f32, color: [u8; 3]) -> Self {
        Self { size, weight: Weight::Medium, color, has_even_digits: false }
    }

    /// The same, heavier.
    pub(crate) const fn heavy(self) -> Self {
        Self { weight: Weight::SemiBold, ..self }
    }

    /// The same with equally wide digits.
    pub(crate) const fn even(self) -> Self {
        Self { has_even_digits: true, ..self }
    }

    /// The distance between two lines, in pt.
    pub(crate) fn leading(self) -> f32 {
        self.size * 1.35
    }
}

/// Measures and shapes with the fonts of one document.
pub(crate) struct Typesetter<'a> {
    loaded: &'a [Loaded],
    faces: Vec<Face<'a>>,
    /// The font of each character that is not ASCII, and its width at a size of 1.
    known: RefCell<HashMap<(char, bool), (usize, f32)>>,
    /// The widths of ASCII characters: medium, semi-bold.
    ascii: [[f32; 128]; 2],
}

impl<'a> Typesetter<'a> {
    /// A typesetter with `faces`; `None` if there are none.
    pub(crate) fn new(faces: &'a Faces) -> Option<Self> {
        let loaded = faces.all();
        let read = |one: &'a Loaded| Face::from_slice((*one.bytes).as_ref(), one.index);
        let faces: Vec<Face<'a>> = loaded.iter().map(read).collect::<Option<_>>()?;
        let widths = |face: &Face<'_>| {
            let mut widths = [0.0; 128];
            for (at, width) in widths.iter_mut().enumerate() {
                *width = advance(face, char::from(at as u8)).unwrap_or(0.6);
            }
            widths
        };
        let ascii = [widths(faces.first()?), widths(faces.get(1)?)];
        Some(Self { loaded, faces, known: RefCell::default(), ascii })
    }

    /// The font with that number.
    pub(crate) fn font(&self, face: usize) -> Option<&krilla::text::Font> {
        self.loaded.get(face).map(|one| &one.font)
    }

    /// A line as glyphs.
    pub(crate) fn shape(&self, text: &str, style: Style) -> Shaped {
        let face_of = |c: char| self.known(c, style.weight).0;
        shape::shape(text, &self.faces, &face_of, style.has_even_digits)
    }

    /// About how wide a line is, in pt.
    pub(crate) fn width(&self, text: &str, style: Style) -> f32 {
        text.chars().map(|c| self.advance(c, style)).sum::<f32>() * style.size
    }

    /// `text` as far as it fits into `room` pt, with an ellipsis where that is not all.
    pub(crate) fn cut(&self, text: &str, style: Style, room: f32) -> String {
        let trimmed = text.trim_end();
        if self.width(trimmed, style) <= room {
            return trimmed.to_owned();
        }
        let kept = self.fitting(trimmed, style, room - self.advance('…', style) * style.size);
        format!("{}…", trimmed[..kept].trim_end())
    }

    /// The lines of `text`, each `room` pt wide at most, and whether these are all; the last one ends with an
    /// ellipsis otherwise. Words that are wider than a line are broken.
    pub(crate) fn lines(
        &self,
        text: &str,
        style: Style,
        room: f32,
        most: usize,
    ) -> (Vec<String>, bool) {
        let mut lines: Vec<String> = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() && lines.len() < most {
            if lines.len() + 1 == most {
                let last = self.cut(rest, style, room);
                let is_whole = last.len() == rest.len();
                lines.push(last);
                return (lines, is_whole);
            }
            let end = self.line_end(rest, style, room);
            lines.push(rest[..end].trim_end().to_owned());
            rest = rest[end..].trim_start();
        }
        (lines, rest.is_empty())
    }

    /// Where the first line of `text` ends: after the last word that fits, or within a word that is too wide.
    fn line_end(&self, text: &str, style: Style, room: f32) -> usize {
        let fit = self.fitting(text, style, room);
        if fit == text.len() {
            return fit;
        }
        let is_break = |at: usize| text[at..].starts_with(' ');
        let before = text[..fit].rfind(' ').filter(|at| *at > 0);
        match before {
            _ if is_break(fit) && fit > 0 => fit,
            Some(at) => at,
            // At least one character, so that there is an end.
            None => fit.max(self.first_cluster(text)),
        }
    }

    fn first_cluster(&self, text: &str) -> usize {
        let mut all = text.char_indices().skip(1);
        all.find(|(_, c)| !belongs_to_previous(*c)).map_or(text.len(), |(at, _)| at)
    }

    /// How many bytes of `text` fit into `room` pt, without what would take a mark from its letter.
    fn fitting(&self, text: &str, style: Style, room: f32) -> usize {
        let (mut taken, mut end) = (0.0, 0);
        for (at, c) in text.char_indices() {
            if !belongs_to_previous(c) {
                end = at;
            }
            taken += self.advance(c, style) * style.size;
            if taken > room {
                return end;
            }
        }
        text.len()
    }

    /// How wide a character is at a size of 1.
    fn advance(&self, c: char, style: Style) -> f32 {
        let c = if style.has_even_digits && c.is_ascii_digit() { '0' } else { c };
        match self.ascii[weight_index(style.weight)].get(c as usize) {
            Some(width) => *width,
            None => self.known(c, style.weight).1,
        }
    }

    /// The font that has a character, and how wide it is there.
    fn known(&self, c: char, weight: Weight) -> (usize, f32) {
        let own = weight_index(weight);
        if c.is_ascii() {
            return (own, self.ascii[own][c as usize]);
        }
        let key = (c, weight == Weight::SemiBold);
        if let Some(known) = self.known.borrow().get(&key) {
            return *known;
        }
        let others = 2..self.faces.len();
        let mut order = std::iter::once(own).chain(others);
        let found = order.find_map(|face| advance(&self.faces[face], c).map(|width| (face, width)));
        // A box, which `missing` names.
        let found = found.unwrap_or((own, width(&self.faces[own], GlyphId(0)).unwrap_or(0.6)));
        self.known.borrow_mut().insert(key, found);
        found
    }
}

fn weight_index(weight: Weight) -> usize {
    match weight {
        Weight::Medium => 0,
        Weight::SemiBold => 1,
    }
}

/// How wide a character is in a font that has it, at a size of 1.
fn advance(face: &Face<'_>, c: char) -> Option<f32> {
    width(face, face.glyph_index(c)?)
}

/// How wide a glyph is at a size of 1.
fn width(face: &Face<'_>, glyph: GlyphId) -> Option<f32> {
    let units = face.glyph_hor_advance(glyph)?;
    Some(f32::from(units) / (face.units_per_em().max(1) as f32))
}
