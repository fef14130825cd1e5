//! The feeder: the demo's shop goes on selling, so that who opens its dashboard sees it move.
//!
//! - [`calendar`]: the real invoices of the weeks a year before come when their time has come, at
//!   night none, as in the shop;
//! - [`pace`]: while somebody looks, invoices of its busiest weeks come besides, with their real gaps
//!   made shorter;
//! - [`shop`]: writes both into the demo's database;
//! - [`delivery`]: tells the server so, over its public webhook;
//! - [`source`]: the names that they agree on.
//!
//! It runs with the demo unless that keeps its own dates, or is told to stand still: see
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

/// What comes within this time is one transaction and one delivery: what is open loads again after
/// each, which takes a laptop a second.
const LOOK: Duration = Duration::from_secs(5);
/// For so long somebody counts as looking who has asked for data, in seconds. Pages that follow ask
/// after each delivery.
const LOOKING: i64 = 300;

/// The demo's feeder.
pub struct Feeder<L> {
    shop: Shop,
    pace: Pace,
    clock: Arc<dyn Clock>,
    lookups: L,
    seen: u64,
    looking_until: Timestamp,
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

/// How often data were asked for by readers and programs.
pub fn lookups(engine: &Engine) -> u64 {
    let of = engine.loader().cache().statistics().of;
    let asked = of.iter().filter(|((_, trigger), _)| {
        matches!(trigger, Trigger::View | Trigger::Live | Trigger::Api)
    });
    asked.map(|(_, of)| of.hits + of.stale + of.unverified + of.misses).sum()
}

impl<L: Fn() -> u64> Feeder<L> {
    /// A feeder of the demo's `database`; `lookups` is how often data were asked for.
    pub async fn open(database: &Path, clock: Arc<dyn Clock>, lookups: L) -> anyhow::Result<Self> {
        let shop = Shop::open(database).await;
        let shop = shop.with_context(|| format!("opening {} to write", database.display()))?;
        let now = clock.now();
        let pace = Pace::of(&shop.rhythm(), now);
        let seen = lookups();
        // Who has just started it will look.
        let looking_until = Timestamp::from_seconds(now.seconds() + LOOKING);
        Ok(Self { shop, pace, clock, lookups, seen, looking_until })
    }

    /// Writes what is due; the answer is how many invoices that was.
    pub async fn write(&mut self) -> anyhow::Result<u64> {
        let now = self.clock.now();
        let seen = (self.lookups)();
        if seen != self.seen {
            self.seen = seen;
            self.looking_until = Timestamp::from_seconds(now.seconds() + LOOKING);
        }
        let place = self.shop.place().await?;
        let more = self.pace.due(place, now, now < self.looking_until);
        let written = self.shop.take_in(now, more).await;
        written.context("writing the demo's invoices")
    }

    /// Feeds, for as long as the server runs.
    pub async fn run(mut self, delivery: &Delivery) -> Infallible {
        // What was written last before a stop may not have been told.
        let mut is_told = false;
        let mut is_well = true;
        loop {
            match self.write().await {
                Ok(count) => {
                    is_told &= count == 0;
                    is_well = true;
                }
                Err(error) if is_well => {
                    tracing::warn!(error = format!("{error:#}"), "the demo stands still for now");
                    is_well = false;
                }
                Err(_) => {}
            }
            // Nothing new is written meanwhile; the calendar's invoices come afterwards.
            if !is_told {
                delivery.until_acknowledged().await;
                is_told = true;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Closes the database.
    pub async fn close(self) -> anyhow::Result<()> {
        Ok(self.shop.close().await?)
    }
}
