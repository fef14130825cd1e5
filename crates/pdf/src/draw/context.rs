//! [`Context`]: what all pages need.

use crate::furniture::Furniture;
use crate::plan::Plan;
use crate::prepare::Prepared;
use crate::sheet::Sheet;
use crate::text::Typesetter;
use brisk_raster::Fonts;

/// What all pages need.
pub(crate) struct Context<'a> {
    pub(crate) prepared: &'a Prepared<'a>,
    pub(crate) plan: &'a Plan,
    pub(crate) furniture: &'a Furniture,
    pub(crate) sheet: Sheet,
    pub(crate) typesetter: &'a Typesetter<'a>,
    pub(crate) fonts: &'a Fonts,
}
