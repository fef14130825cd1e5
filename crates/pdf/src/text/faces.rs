//! [`Faces`]: the fonts of one document, loaded: the own ones, and of the machine's only those that have
//! characters which the own ones lack.

use brisk_raster::Fonts;
use krilla::text::Font;
use resvg::usvg::fontdb::{Database, FaceInfo, ID, Source, Stretch, Style};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The bytes of a file.
pub(crate) type Bytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// A font.
pub(crate) struct Loaded {
    /// Its file.
    pub(crate) bytes: Bytes,
    /// Its number in the file.
    pub(crate) index: u32,
    /// The same for the document.
    pub(crate) font: Font,
}

/// The fonts of one document: medium, semi-bold, and then others for what these lack.
pub(crate) struct Faces(Vec<Loaded>);

impl Faces {
    /// The fonts that have the characters of `text`, as far as there are any.
    pub(crate) fn of(fonts: &Fonts, text: &str) -> Self {
        let all = fonts.database();
        let mut faces: Vec<Loaded> =
            fonts.own_faces().iter().filter_map(|id| load(all, *id)).collect();
        let mut left: BTreeSet<char> = text.chars().filter(|c| !c.is_ascii()).collect();
        if let Some(own) = faces.first() {
            let index = own.index;
            remove_known((*own.bytes).as_ref(), index, &mut left);
        }
        for id in ranked(all, fonts.own_faces()) {
            if left.is_empty() {
                break;
            }
            let before = left.len();
            all.with_face_data(id, |data, index| remove_known(data, index, &mut left));
            if left.len() < before {
                faces.extend(load(all, id));
            }
        }
        Self(faces)
    }

    /// Them.
    pub(crate) fn all(&self) -> &[Loaded] {
        &self.0
    }
}

/// Other faces, the plainest first.
fn ranked(all: &Database, own: &[ID]) -> Vec<ID> {
    let mut others: Vec<&FaceInfo> = all.faces().filter(|face| !own.contains(&face.id)).collect();
    let family = |face: &FaceInfo| face.families.first().map(|(name, _)| name.clone());
    others.sort_by_cached_key(|face| {
        let name = family(face).unwrap_or_default();
        let is_slanted = face.style != Style::Normal || face.stretch != Stretch::Normal;
        let is_odd = face.monospaced || name.contains("Serif") || name.contains("Mono");
        // Faces are in the order of folders, which differs between machines with the same fonts. The first one of
        // a collection is the usual one.
        (is_slanted, is_odd, face.weight.0.abs_diff(450), face.index, name)
    });
    others.into_iter().map(|face| face.id).collect()
}

fn remove_known(data: &[u8], index: u32, left: &mut BTreeSet<char>) {
    if let Ok(face) = rustybuzz::ttf_parser::Face::parse(data, index) {
        left.retain(|c| face.glyph_index(*c).is_none());
    }
}

fn load(all: &Database, id: ID) -> Option<Loaded> {
    let (source, index) = all.face_source(id)?;
    let bytes: Bytes = match source {
        Source::Binary(bytes) | Source::SharedFile(_, bytes) => bytes,
        Source::File(path) => Arc::new(std::fs::read(path).ok()?),
    };
    rustybuzz::Face::from_slice((*bytes).as_ref(), index)?;
    let font = Font::new(bytes.clone().into(), index)?;
    Some(Loaded { bytes, index, font })
}
