//! A tagged cache: values that are fresh, then stale, then gone; invalidation by tag; one load per
//! entry, however many callers wait for it. It knows nothing about panels or SQL.
//!
//! - A [`Request`] identifies a value by its [`Fingerprint`] and the [`Tag`]s it depends on.
//! - Each tag has a **generation**, an opaque random id. The entry key is a hash of the fingerprint
//!   and the generations, so a new generation for a tag makes every entry that depends on it
//!   unreachable at once, even those still being loaded.
//! - [`Cache::lookup`] looks up a whole batch; [`Cache::load`] runs the loader once for all waiting
//!   callers; [`Cache::refresh`] does so in the background; [`Cache::get`] combines the three for a
//!   single value.
//! - Without Redis, all of this holds within one process. With Redis, any number of processes share
//!   generations, entries and loads, and trouble with Redis is a miss and a warning.
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
//! `cargo run -p brisk-cache --example tour [redis://…]` demonstrates it, in memory and shared.
//! `cargo bench -p brisk-cache` measures what it costs.
//!
//! The files: [`cache`] is the public API; `lookup` finds, `load` loads, `inspection` only reads;
//! [`key`], [`policy`], [`value`] and [`entry`] are the vocabulary; `memory` and [`redis`] are the
//! tiers, [`encoding`] is the format of entries in Redis; `flight`, [`lanes`] and `failures` protect
//! the loader: [`lanes`] by source, each a `lane` with its own [`concurrency`], in which [`caller`]s take
//! turns (`lane_turns`, `lane_interest`, `lane_places`); [`events`] and [`statistics`] report what happened.
//!
//! To add a way for a flight to end, see `flight`; to add a figure, [`statistics`]. Another shared
//! tier has to offer what [`cache`] uses of [`redis`].

pub mod cache;
pub mod caller;
pub mod concurrency;
pub mod encoding;
pub mod entry;
pub mod error;
pub mod events;
mod failures;
mod flight;
mod generation;
mod inspection;
mod jitter;
pub mod key;
mod lane;
mod lane_figures;
mod lane_interest;
mod lane_places;
mod lane_turns;
pub mod lanes;
mod load;
mod load_times;
mod lookup;
mod memory;
pub mod policy;
pub mod redis;
pub mod statistics;
pub mod value;

pub use brisk_domain::TagError;
pub use cache::{Cache, Config, Health, LookupResult, Ticket};
pub use caller::{Caller, Client};
pub use entry::{Entry, Hit, State};
pub use error::{LoadError, NotRecorded};
pub use events::{Event, Follower};
pub use inspection::Inspection;
pub use key::{EntryKey, Fingerprint, Tag};
pub use lane_figures::{LaneFigures, Waits};
pub use lanes::{LaneLimits, Lanes, Place, Places};
pub use load_times::LoadTimes;
pub use policy::{Policy, Request, Trigger};
pub use redis::config::{RedisConfig, RedisConfigError};
pub use redis::counts::BucketSize;
pub use redis::records::Records;
pub use redis::trouble::Trouble;
pub use statistics::{Figures, Statistics, Tiers};
pub use value::{DecodeError, Value};
