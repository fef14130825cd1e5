//! The names of the parameters in a page's address and in its forms. Scripts in `frontend/` spell
//! them out; everything in Rust takes them from here.

/// The range, by its word: `last-90-days`.
pub const RANGE: &str = "range";
/// The first day of a custom range.
pub const FROM: &str = "from";
/// Its last day.
pub const TO: &str = "to";
/// The width of the buckets.
pub const INTERVAL: &str = "interval";
/// What a zoom leads back to.
pub const ZOOM: &str = "zoom";
/// The order of a panel's table.
pub const SORT: &str = "sort";
/// The page of a panel's table.
pub const PAGE: &str = "page";
/// How an open page follows its data.
pub const REFRESH: &str = "refresh";
/// Whether a panel's page shows its cache entries.
pub const CACHE: &str = "cache";
/// Whether only the panels are shown.
pub const FULL: &str = "full";
/// The colours, in the form that sets them.
pub const THEME: &str = "theme";
/// Where a form leads back to.
pub const BACK: &str = "back";
/// The time zone of an API request, where not the dashboard's.
pub const ZONE: &str = "tz";
/// How old a value an API request accepts, in seconds.
pub const MAX_STALE: &str = "max-stale";

/// The parameters that belong to the page, not to the view. No variable can have such a name.
pub(crate) const OF_PAGES: [&str; 8] = [THEME, FULL, "table", REFRESH, PAGE, SORT, ZOOM, CACHE];
