//! The feeder: the demo's shop goes on selling, so that its dashboard changes while somebody looks.
//!
//! - [`calendar`]: the real invoices of a year before are replayed at their time of day, at night
//!   none, as in the shop;
//! - [`pace`]: while somebody looks, invoices of the busiest weeks are added, with their real gaps
//!   shortened;
//! - [`shop`]: writes both into the demo's database;
//! - [`delivery`]: invalidates them, over the server's public webhook;
//! - [`source`]: the names that they agree on.
//!
//! It runs with the demo unless that keeps its own dates, or has `--demo-still`: see
//! docs/operating.md, "The demo".

pub mod calendar;
pub mod delivery;
pub mod pace;
pub mod shop;
pub mod source;

use crate::hooks::allowed::Pattern;
use crate::hooks::hook::Hook;
use crate::hooks::signature::SigningKey;
use anyhow::{Context, bail};
use brisk_cache::Trigger;
use brisk_domain::{Clock, Timestamp, WebhookName};
use brisk_engine::Engine;
use delivery::Delivery;
use pace::Pace;
use shop::Shop;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How often it writes. Each time is one transaction and one delivery, after which open pages load
/// again, which takes a laptop a second.
const TICK: Duration = Duration::from_secs(5);
/// For how long after a lookup somebody counts as a viewer, in seconds. Open pages look up after each
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

/// Declares the webhook that a feeder with `key` sends to.
pub fn declare(hooks: &mut BTreeMap<WebhookName, Hook>, key: &SigningKey) -> anyhow::Result<()> {
    let allow = Pattern::parse(&format!("table:{}.*", source::NAME)).into_iter().collect();
    let hook = Hook { keys: vec![key.clone()], allow: Some(allow) };
    if hooks.insert(WebhookName::parse(source::HOOK)?, hook).is_some() {
        bail!(
            "the webhook \"{}\" is the demo's own: give yours another name, or --demo-still",
            source::HOOK
        );
    }
    Ok(())
}

/// The lookups of readers and programs so far.
pub fn lookups(engine: &Engine) -> u64 {
    let of = engine.loader().cache().statistics().of;
    let asked = of.iter().filter(|((_, trigger), _)| {
        matches!(trigger, Trigger::View | Trigger::Live | Trigger::Api)
    });
    asked.map(|(_, of)| of.hits + of.stale + of.unverified + of.misses).sum()
}

impl<L: Fn() -> u64> Feeder<L> {
    /// A feeder of the demo's `database`; `lookups` counts the lookups so far.
    pub async fn open(database: &Path, clock: Arc<dyn Clock>, lookups: L) -> anyhow::Result<Self> {
        let shop = Shop::open(database).await;
        let shop = shop.with_context(|| format!("opening {} to write", database.display()))?;
        let now = clock.now();
        let pace = Pace::of(&shop.rhythm(), now);
        let seen = lookups();
        // Whoever has just started it will look.
        let viewed_until = Timestamp::from_seconds(now.seconds() + VIEWING);
        Ok(Self { shop, pace, clock, lookups, seen, viewed_until })
    }

    /// Writes what is due; returns the number of invoices.
    pub async fn write(&mut self) -> anyhow::Result<u64> {
        let now = self.clock.now();
        let seen = (self.lookups)();
        if seen != self.seen {
            self.seen = seen;
            self.viewed_until = Timestamp::from_seconds(now.seconds() + VIEWING);
        }
        let place = self.shop.place().await?;
        let more = self.pace.due(place, now, now < self.viewed_until);
        let written = self.shop.take_in(now, more).await;
        written.context("writing the demo's invoices")
    }

    /// Feeds, for as long as the server runs.
    pub async fn run(mut self, delivery: &Delivery) -> Infallible {
        // The last invoices before a stop may not have been delivered.
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
            // Nothing new is written meanwhile; the calendar's invoices come afterwards.
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
