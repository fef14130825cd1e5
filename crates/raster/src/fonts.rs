//! Fonts: Inter, which is part of the program and has Latin, Cyrillic and Greek; for everything else, what
//! the machine has.

use resvg::usvg::fontdb::{Database, ID, Source};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The two weights that charts are written in. SIL Open Font License 1.1, see `fonts/OFL.txt`.
const INTER: [&[u8]; 2] =
    [include_bytes!("../fonts/Inter-Medium.otf"), include_bytes!("../fonts/Inter-SemiBold.otf")];
/// The family of both.
pub const FAMILY: &str = "Inter";
/// The most characters without a font that are named.
const MOST_NAMED: usize = 20;

/// Fonts, loaded once.
#[derive(Debug, Clone)]
pub struct Fonts {
    pub(crate) all: Arc<Database>,
    own: Arc<[ID]>,
}

impl Fonts {
    /// The program's own fonts alone.
    pub fn own() -> Self {
        Self::over(Database::new())
    }

    /// The program's own fonts, and those that the machine has in the usual folders. It reads every file in
    /// them once.
    pub fn of_the_machine() -> Self {
        let mut all = Database::new();
        all.load_system_fonts();
        Self::over(all)
    }

    fn over(mut all: Database) -> Self {
        let own = INTER
            .iter()
            .flat_map(|bytes| all.load_font_source(Source::Binary(Arc::new(*bytes))).into_iter());
        let own = own.collect();
        all.set_sans_serif_family(FAMILY);
        Self { all: Arc::new(all), own }
    }

    /// All faces: the own ones, and those of the machine.
    pub fn database(&self) -> &Arc<Database> {
        &self.all
    }

    /// The faces that are part of the program: medium, then semi-bold.
    pub fn own_faces(&self) -> &[ID] {
        &self.own
    }

    /// The characters of `text` that no font has, each once: an image would show boxes in their place.
    pub fn missing(&self, text: &str) -> String {
        let mut left: BTreeSet<char> = text.chars().filter(|c| is_shown(*c)).collect();
        self.remove_known(&self.own, &mut left);
        if !left.is_empty() {
            let others: Vec<ID> = self.all.faces().map(|face| face.id).collect();
            self.remove_known(&others, &mut left);
        }
        left.into_iter().take(MOST_NAMED).collect()
    }

    fn remove_known(&self, faces: &[ID], left: &mut BTreeSet<char>) {
        for id in faces {
            if left.is_empty() {
                return;
            }
            self.all.with_face_data(*id, |data, index| {
                if let Ok(face) = ttf_parser::Face::parse(data, index) {
                    left.retain(|c| face.glyph_index(*c).is_none());
                }
            });
        }
    }
}

/// Whether a character is something to see.
fn is_shown(c: char) -> bool {
    // Spaces, marks of direction, joiners and selectors of variants have no shape of their own.
    !(c.is_control()
        || c.is_whitespace()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_fonts_have_latin_cyrillic_greek_and_signs_and_what_they_lack_is_named() {
        let fonts = Fonts::own();
        for text in ["Straße, Łódź, naïve", "Выручка", "Έσοδα", "£€¥ ↑↓ ✓ ∞ – — … × ⁻⁷ \u{202f}%"]
        {
            assert_eq!(fonts.missing(text), "", "{text}");
        }
        assert_eq!(fonts.missing("A 売上 B 売\u{200d}"), "上売");
        assert_eq!(fonts.missing(&('一'..'以').collect::<String>()).chars().count(), MOST_NAMED);
    }
}
