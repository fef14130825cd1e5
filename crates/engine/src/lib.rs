//! The one way to get a panel's data: **plan → cache → source**.
//!
//! Everybody begins with [`Engine::glance`]: pages, open pages, the API; nothing else talks to the
//! sources. The steps, one file each:
//!
//! 1. `now` and [`window`]: the view's range becomes absolute bounds, an interval and the zone's
//!    offsets;
//! 2. [`plan`]: each panel's queries become checked, bound statements (pure);
//! 3. [`key`]: each statement becomes a cache request; the only place that makes entry keys.
//!    `prepared` keeps the outcome of both steps for views that are asked for again;
//! 4. [`load`]: one batch lookup. [`glance`] is what the cache knows: editions, and what makes
//!    each panel out of date;
//! 5. [`view`]: what is there is put together, what is missing gets single-flight loads; what
//!    reads a [`rollup`] gets it refreshed first;
//! 6. `panel_data` and [`computed`]: a panel's frames, with columns that follow from others.
//!
//! [`catalog`] holds the dashboards and keeps the last good version of each file; [`policy`] says
//! how long frames may be shown; [`encoding`] is their form in a shared cache; `popular` knows
//! which views to warm; `inspect` says what the cache has of a panel, and why.
//!
//! To add a computed column: a variant in `brisk_domain::panel::ComputedKind`, its arithmetic in
//! [`computed`], its words in `brisk-definition`.

pub mod catalog;
pub mod computed;
pub mod encoding;
mod engine;
pub mod glance;
mod inspect;
pub mod key;
pub mod load;
mod now;
mod panel_data;
pub mod plan;
pub mod policy;
mod popular;
mod prepared;
mod refusal;
pub mod rollup;
pub mod view;
pub mod window;

pub use catalog::Catalog;
pub use encoding::Cached;
pub use engine::Engine;
pub use glance::{Glance, Watch};
pub use now::PAGE_WAIT;
pub use policy::Policies;
pub use prepared::Shown;
pub use rollup::{PlannedRollup, RunObserver};
pub use view::{ChoicesState, PanelState, PendingChoices, PendingPanel, View};
pub use window::Window;
