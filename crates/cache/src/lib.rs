//! A tagged cache: values that are fresh, then stale, then gone; invalidation by tags; one load
//! per entry however many ask. It knows no panels and no SQL.
//!
//! - A [`Request`] names a value by its [`Fingerprint`] and the [`Tag`]s that it depends on.
//! - Each tag has a **generation**, an opaque random id. The entry key is made of the fingerprint
//!   and the generations, so giving a tag a new generation makes every entry that depends on it
//!   unreachable at once, whatever is being loaded at that moment.
//! - [`Cache::lookup`] answers a whole batch; [`Cache::load`] runs the loader once for all who
//!   wait; [`Cache::refresh`] does so behind a stale answer.
//!
//! This is the memory tier, complete in one process: [`generation`] and [`cache`] are the two
//! places where a shared tier will join.
//!
//! To add a way to end a flight: [`cache`]. To add a figure: [`statistics`].

pub mod cache;
pub mod generation;
pub mod key;
pub mod policy;
pub mod statistics;

pub use cache::{Cache, Config, Entry, LoadError, Lookup, Value};
pub use key::{EntryKey, Fingerprint, Tag, TagError};
pub use policy::{Policy, Request, Trigger};
pub use statistics::Statistics;
