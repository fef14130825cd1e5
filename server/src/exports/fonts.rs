//! The fonts of this machine.

use brisk_raster::Fonts;
use std::sync::OnceLock;

/// They are read when the first image or PDF is asked for.
pub(crate) fn fonts() -> &'static Fonts {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    FONTS.get_or_init(Fonts::of_the_machine)
}
