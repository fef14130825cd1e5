//! The one way to get a panel's data: **plan → cache → source**.
//!
//! Everybody begins with [`Engine::lookup`]: pages, open pages, the API; nothing else talks to the
//! sources. The steps, one file each:
//!
//! 1. `now` and [`window`]: the view's range becomes absolute bounds, an interval and the zone's
//!    offsets;
//! 2. [`plan`]: each panel's queries become checked, bound statements (pure);
//! 3. [`key`]: each statement becomes a cache request; the only place that makes entry keys, besides
//!    `rollup_key` for the refreshes of rollups. `preparation` does both steps for a whole view, and
//!    caches the result (`prepared`) for views that are requested again;
//! 4. [`load`]: one batch lookup. [`lookup`] is what the cache has of a view: editions, and what
//!    makes each panel out of date;
//! 5. [`view`]: what is ready is put together, what is missing gets single-flight loads; what
//!    reads a rollup ([`planned_rollup`]) gets it refreshed first ([`rollup`]);
//! 6. `panel_data` and [`computed`]: a panel's frames, with columns that follow from others.
//!
//! [`catalog`] holds the dashboards and keeps the last good version of each file; [`policy`] says
//! how long frames may be shown; [`encoding`] is their form in a shared cache; `requested_views`
//! knows which views to warm; `inspection` says what the cache has of a panel, and why.
//!
//! To add a computed column: a variant in `brisk_domain::panel::ComputedKind`, its arithmetic in
//! [`computed`], its words in `brisk-definition`.

pub mod catalog;
pub mod computed;
pub mod encoding;
mod engine;
mod inspection;
pub mod key;
mod key_tags;
pub mod load;
pub mod lookup;
mod now;
mod panel_data;
mod panel_errors;
pub mod plan;
pub mod planned_rollup;
pub mod policy;
mod preparation;
mod prepared;
mod requested_views;
pub mod rollup;
mod rollup_key;
mod sources;
pub mod view;
pub mod window;

pub use catalog::Catalog;
pub use encoding::Cached;
pub use engine::Engine;
pub use lookup::{Lookup, Watch};
pub use now::PAGE_WAIT;
pub use planned_rollup::PlannedRollup;
pub use policy::Policies;
pub use prepared::Shown;
pub use rollup::RunObserver;
pub use view::{ChoicesState, PanelState, PendingChoices, PendingPanel, View};
pub use window::Window;
