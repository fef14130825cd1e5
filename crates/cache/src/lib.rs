//! A tagged cache: values that are fresh, then stale, then gone; invalidation by tags; one load
//! per entry however many ask. It knows no panels and no SQL.
//!
//! - A [`Request`] names a value by its [`Fingerprint`] and the [`Tag`]s that it depends on.
//! - Each tag has a **generation**, an opaque random id. The entry key is made of the fingerprint
//!   and the generations, so giving a tag a new generation makes every entry that depends on it
//!   unreachable at once, whatever is being loaded at that moment.
//! - [`Cache::lookup`] looks up a whole batch; [`Cache::load`] runs the loader once for all who
//!   wait; [`Cache::refresh`] does so in the background; [`Cache::get`] is all three for one value.
//! - Without Redis all of it holds in one process. With it, any number of processes share
//!   generations, entries and loads, and a Redis in trouble is a miss and a warning.
//!
//! ```
//! use brisk_cache::{Cache, Config, Fingerprint, Policy, Request, Tag, Trigger};
//! use brisk_domain::{ManualClock, Timestamp};
//! use std::sync::Arc;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(0)));
//! let cache: Cache<Arc<str>> = Cache::in_memory(Config::default(), clock);
//! let orders = Tag::parse("table:shop.orders")?;
//! let request = Request {
//!     fingerprint: Fingerprint::of(["select count(*) from orders"]),
//!     tags: [orders.clone()].into(),
//!     policy: Policy::default(),
//!     label: "sales/orders".into(),
//!     lane: "shop".into(),
//! };
//! let count = |n: &'static str| {
//!     move || -> futures::future::BoxFuture<'static, Result<Arc<str>, std::io::Error>> {
//!         Box::pin(async move { Ok(n.into()) })
//!     }
//! };
//! let first = cache.get(&request, Trigger::View, count("1")).await?;
//! let second = cache.get(&request, Trigger::View, count("never run")).await?;
//! assert_eq!(first.entry.value, second.entry.value);
//! cache.invalidate(&[orders]).await?;
//! let third = cache.get(&request, Trigger::View, count("2")).await?;
//! assert_eq!(&*third.entry.value, "2");
//! # Ok(())
//! # }
//! ```
//!
//! `cargo run -p brisk-cache --example tour [redis://…]` shows all of it happen, in memory and
//! shared. `cargo bench -p brisk-cache` says what it costs.
//!
//! The files: [`cache`] puts it together; `lookup` finds, `load` loads, `inspection` only reads;
//! [`key`], [`policy`], [`value`] and [`entry`] are its words; `memory` and [`redis`] are the tiers,
//! [`encoding`] is what the latter holds; `flight`, `lanes` and `failures` guard the loader;
//! [`events`] and [`statistics`] tell what happened.
//!
//! To add a way to end a flight: `flight`. To add a figure: [`statistics`]. To add another
//! shared tier: what [`redis`] offers to [`cache`] is the list of what it needs.

pub mod cache;
pub mod encoding;
pub mod entry;
pub mod error;
pub mod events;
mod failures;
mod flight;
mod generation;
mod inspection;
pub mod key;
pub mod lanes;
mod load;
mod lookup;
mod memory;
pub mod policy;
pub mod redis;
pub mod statistics;
pub mod value;

pub use brisk_domain::TagError;
pub use cache::{Cache, Config, Found, Health, Ticket};
pub use entry::{Entry, Hit, State};
pub use error::{LoadError, NotRecorded};
pub use events::{Event, Follower};
pub use inspection::Inspection;
pub use key::{EntryKey, Fingerprint, Tag};
pub use lanes::LaneLimits;
pub use policy::{Policy, Request, Trigger};
pub use redis::config::{RedisConfig, RedisConfigError};
pub use redis::trouble::Trouble;
pub use statistics::{Figures, Statistics, Tiers};
pub use value::{DecodeError, Value};
