//! The names of the parameters in page URLs and forms. All Rust code takes them from here, scripts from
//! `frontend/scripts/shared.js`, which a test compares with this.

/// The range, as in `last-90-days`.
pub const RANGE: &str = "range";
/// The first day of a custom range.
pub const FROM: &str = "from";
/// The last day of a custom range.
pub const TO: &str = "to";
/// The width of the buckets.
pub const INTERVAL: &str = "interval";
/// The range and interval that zooming out returns to.
pub const ZOOM: &str = "zoom";
/// The sort order of a panel's table.
pub const SORT: &str = "sort";
/// The page of a panel's table.
pub const PAGE: &str = "page";
/// How an open page is refreshed.
pub const REFRESH: &str = "refresh";
/// Whether a panel's page shows its cache entries.
pub const CACHE: &str = "cache";
/// Whether only the panels are shown.
pub const FULL: &str = "full";
/// The colour scheme, in the form that sets it.
pub const THEME: &str = "theme";
/// Where a form redirects to.
pub const BACK: &str = "back";
/// The time zone of an API request, if not the dashboard's.
pub const ZONE: &str = "tz";
/// The oldest value an API request accepts, in seconds.
pub const MAX_STALE: &str = "max-stale";
/// The size of a panel's image.
pub const IMAGE_SIZE: &str = "image-size";
/// The pixels for each CSS px of a panel's image.
pub const IMAGE_SCALE: &str = "image-scale";

/// The paper of a PDF.
pub const PDF_PAPER: &str = "pdf-paper";
/// Which side of a PDF's paper is at the top.
pub const PDF_ORIENTATION: &str = "pdf-orientation";
/// How a PDF distributes panels over pages.
pub const PDF_LAYOUT: &str = "pdf-layout";

/// The suffix of a variable's name for choices that are not texts. No variable's name contains a
/// point.
pub const IS: &str = ".is";
/// The value of a parameter that ends in [`IS`]: all values are chosen; written only where the
/// variable has another default.
pub const ALL: &str = "all";
/// The value of a parameter that ends in [`IS`]: NULL is chosen.
pub const NULL: &str = "null";

/// Whether the parameter `name` is about the variable `variable`.
pub fn is_of(name: &str, variable: &str) -> bool {
    name.strip_prefix(variable).is_some_and(|rest| rest.is_empty() || rest == IS)
}

/// Parameters of the page itself, not of the view. No variable may have one of these names.
pub(crate) const OF_PAGES: [&str; 8] = [THEME, FULL, "table", REFRESH, PAGE, SORT, ZOOM, CACHE];
