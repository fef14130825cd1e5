//! The feeder: keeps the demo's shop selling, so that its dashboard changes while it is watched.
//!
//! - [`calendar`]: replays the real invoices at their time of day, so none at night;
//! - [`pace`]: while somebody watches, adds invoices of the busiest weeks, with shortened gaps;
//! - [`shop`]: writes both to the demo's database;
//! - [`delivery`]: invalidates the tables, through the server's public webhook;
//! - [`source`]: the names that these share.
//!
//! It runs with the demo, unless that keeps its own dates or `--demo-still` is set: see
//! docs/operating.md, "The demo".

pub mod calendar;
pub mod delivery;
pub mod pace;
pub mod shop;
pub mod source;

use crate::hooks::allowed::Pattern;
use crate::hooks::hook::Hook;
use anyhow::{Context, bail};
use brisk_cache::Trigger;
use brisk_domain::{Clock, Timestamp, WebhookName};
use brisk_engine::Engine;
use brisk_signature::SigningKey;
use delivery::Delivery;
use pace::Pace;
use shop::Shop;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How often it writes. Each write is one transaction and one delivery, after which open pages
/// reload their panels; that takes a laptop a second.
const TICK: Duration = Duration::from_secs(5);
/// How long after a lookup the demo counts as watched, in seconds. Open pages look up after each
/// delivery.
const VIEWING: i64 = 300;

/// The demo's feeder.
pub struct Feeder<L> {
    shop: Shop,
    pace: Pace,
    clock: Arc<dyn Clock>,
    lookups: L,
    seen: u64,
    viewed_until: Timestamp,
}

/// Declares the webhook for a feeder that signs with `key`.
pub fn declare(hooks: &mut BTreeMap<WebhookName, Hook>, key: &SigningKey) -> anyhow::Result<()> {
    let allow = Pattern::parse(&format!("table:{}.*", source::NAME)).into_iter().collect();
    let hook = Hook::declared(vec![key.clone()], Some(allow));
    if hooks.insert(WebhookName::parse(source::HOOK)?, hook).is_some() {
        bail!(
            "the webhook \"{}\" is the demo's own: give yours another name, or --demo-still",
            source::HOOK
        );
    }
    Ok(())
}

/// The number of lookups by readers and programs so far.
pub fn lookups(engine: &Engine) -> u64 {
    let of = engine.loader().cache().statistics().of;
    let asked = of.iter().filter(|((_, trigger), _)| {
        matches!(trigger, Trigger::View | Trigger::Live | Trigger::Api)
    });
    asked.map(|(_, of)| of.hits + of.stale + of.unverified + of.misses).sum()
}

impl<L: Fn() -> u64> Feeder<L> {
    /// A feeder for the demo's `database`; `lookups` returns the number of lookups so far.
    pub async fn open(database: &Path, clock: Arc<dyn Clock>, lookups: L) -> anyhow::Result<Self> {
        let shop = Shop::open(database).await;
        let shop = shop.with_context(|| format!("opening {} to write", database.display()))?;
        let now = clock.now();
        let pace = Pace::of(&shop.rhythm(), now);
        let seen = lookups();
        // Whoever starts the demo is about to look at it.
        let viewed_until = Timestamp::from_seconds(now.seconds() + VIEWING);
        Ok(Self { shop, pace, clock, lookups, seen, viewed_until })
    }

    /// Writes the invoices that are due; returns their number.
    pub async fn write(&mut self) -> anyhow::Result<u64> {
        let now = self.clock.now();
        let seen = (self.lookups)();
        if seen != self.seen {
            self.seen = seen;
            self.viewed_until = Timestamp::from_seconds(now.seconds() + VIEWING);
        }
        let place = self.shop.place().await?;
        let more = self.pace.due(place, now, now < self.viewed_until);
        let written = self.shop.write_due(now, more).await;
        written.context("writing the demo's invoices")
    }

    /// Runs for as long as the server does.
    pub async fn run(mut self, delivery: &Delivery) -> Infallible {
        // The invoices written just before the last stop may not have been delivered.
        let mut is_delivered = false;
        let mut is_healthy = true;
        loop {
            match self.write().await {
                Ok(count) => {
                    is_delivered &= count == 0;
                    is_healthy = true;
                }
                Err(error) if is_healthy => {
                    tracing::warn!(
                        error = format!("{error:#}"),
                        "the demo's data cannot be written for now"
                    );
                    is_healthy = false;
                }
                Err(_) => {}
            }
            // Nothing is written in the meantime; the calendar catches up afterwards.
            if !is_delivered {
                delivery.until_acknowledged().await;
                is_delivered = true;
            }
            self.clock.until(self.clock.now().after(TICK)).await;
        }
    }

    /// Closes the database.
    pub async fn close(self) -> anyhow::Result<()> {
        Ok(self.shop.close().await?)
    }
}
