//! The one way to get a panel's data: **plan → cache → source**.
//!
//! Pages, open pages and the API all begin with [`Engine::lookup`]; nothing else talks to the
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
//! 5. [`view`]: what is ready is assembled, what is missing gets single-flight loads; a panel that
//!    reads a rollup ([`planned_rollup`]) has it refreshed first ([`rollup`]);
//! 6. `panel_data` and [`computed`]: a panel's frames, with the columns computed from others, and
//!    which of their time buckets are whole (`coverage`), and how far the data reach back
//!    (`beginning`).
//!
//! [`catalog`] holds the dashboards and keeps the last good version of each file; [`policy`]
//! decides how long frames may be shown; [`encoding`] is their format in a shared cache;
//! `requested_views` knows which views to warm; `table_readers` which database views a table's invalidation
//! reaches; `tables_read` which tables matter, `watched` whether they have changed; `inspection` reports what
//! the cache holds for a panel, and why; `warming` loads ahead of readers; `slow_statements` counts what took
//! long. `access_settings` holds administrators' audiences of dashboards; `basis` is what a panel's lookups
//! depend on besides the cache.
//!
//! To add a computed column, add a variant to `brisk_domain::panel::ComputedKind`, its arithmetic
//! to [`computed`], and its keywords to `brisk-definition`.

mod access_settings;
pub mod assembling;
mod assumed_clocks;
mod basis;
mod beginning;
pub mod catalog;
pub mod computed;
pub mod encoding;
mod engine;
mod idle_options;
mod idle_units;
mod inspection;
pub mod key;
mod key_tags;
pub mod load;
mod load_failures;
pub mod lookup;
mod now;
mod one_scan;
mod page_wait;
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
pub mod series_order;
mod slow_statements;
mod sources;
pub mod summands;
mod table_readers;
mod tables_read;
mod undrawn;
mod uneven_periods;
mod unstacked;
pub mod view;
mod warming;
mod watched;
mod whole_buckets;
pub mod window;

pub use access_settings::AccessSettings;
pub use assumed_clocks::assumption;
pub use basis::Basis;
pub use catalog::Catalog;
pub use encoding::Cached;
pub use engine::Engine;
pub use load_failures::LoadFailures;
pub use lookup::{Lookup, Watch};
pub use now::first_instant;
pub use page_wait::PAGE_WAIT;
pub use panel_data::PanelEdition;
pub use planned_rollup::PlannedRollup;
pub use policy::{AdminPolicies, Origins, Policies};
pub use prepared::Shown;
pub use rollup::RunObserver;
pub use rollup_key::rollup_lane;
pub use slow_statements::{SlowStatement, SlowStatements};
pub use tables_read::TablesRead;
pub use view::{ChoicesState, PanelState, PendingChoices, PendingPanel, View};
pub use warming::WarmedViews;
pub use watched::{WatchedStatement, WatchedValue};
pub use window::Window;
