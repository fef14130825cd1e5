//! The one way to get a panel's data: **plan → cache → source**.
//!
//! A page and a server function call [`Engine::view`] or [`Engine::panel`], the API
//! [`Engine::frames`], which is the same without choices; nothing else talks to the sources. The steps, one file each:
//!
//! 1. [`window`]: the view's range becomes absolute bounds, an interval and the zone's offsets;
//! 2. [`plan`]: each panel's queries become checked, bound statements (pure);
//! 3. [`key`]: each statement becomes a cache request; the only place that makes entry keys;
//! 4. [`load`]: one batch lookup, and single-flight loads for what is missing; what reads a
//!    [`rollup`] gets it refreshed first;
//! 5. [`computed`]: columns that follow from others.
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
mod inspect;
pub mod key;
pub mod load;
pub mod plan;
pub mod policy;
mod popular;
pub mod rollup;
pub mod window;

pub use catalog::Catalog;
pub use encoding::Cached;
pub use engine::{ChoicesState, Engine, PanelState, PendingChoices, PendingPanel, View};
pub use policy::Policies;
pub use rollup::{PlannedRollup, RunObserver};
pub use window::Window;
