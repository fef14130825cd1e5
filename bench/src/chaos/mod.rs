//! **Chaos.** Two replicas, Redis, a PostgreSQL that panels read and one that is the store: each is killed,
//! paused, cut off or filled at random, several at a time, while readers look at pages and values, people
//! sign in and out, an admin changes settings and makes webhooks, and a pipeline delivers invalidations.
//!
//! What has to hold, whatever happens:
//! - **values**: once a delivery is acknowledged, nobody gets an older value as current, and nobody a value
//!   that was never written;
//! - **records**: an acknowledged change of an admin's is there, with its record in the audit log; an
//!   acknowledged delivery has taken effect, and is in the log unless its replica was killed within the
//!   second that it may take; an acknowledged sign-in lasts until it is ended, unless Redis has lost it and
//!   no process that knew it has lived on, and a session that was ended stays so;
//! - **pages**: one fails only while its replica is down, and a panel only while there is neither a source
//!   nor an entry that nothing has invalidated.
//!
//! [`world`] starts everything with its [`contents`], [`disturbances`] follows the seed's schedule and
//! [`history`] keeps when what was disturbed; [`values`], [`pages`], [`people`] and [`changes`] are the
//! load, each with its verdicts and its [`figures`]; [`sessions`] is the rule by which one may be lost;
//! [`settings`] says how much to run, [`report`] is the outcome.

pub mod changes;
pub mod contents;
pub mod disturbances;
pub mod figures;
pub mod history;
pub mod http;
pub mod pages;
pub mod people;
pub mod report;
pub mod sessions;
pub mod settings;
pub mod values;
pub mod world;

pub use report::Report;
pub use settings::Settings;

use anyhow::Result;
use std::sync::Arc;
use std::time::Instant;
use tokio::task::JoinSet;
use world::World;

/// Runs the proof. A broken promise is in the report; an error is a broken setup.
pub async fn run(settings: &Settings) -> Result<Report> {
    let begun = Instant::now();
    let world = Arc::new(World::start(settings).await?);
    let mut load = JoinSet::new();
    values::start(&world, &mut load);
    pages::start(&world, &mut load);
    people::start(&world, &mut load);
    changes::start(&world, &mut load);
    let disturbed = disturbances::follow(&world, settings).await;
    // The load goes on for a moment while nothing is disturbed any more: what fails now has no excuse.
    if disturbed.is_ok() {
        world.until_well().await?;
        tokio::time::sleep(world::CALM).await;
    }
    world.end();
    while let Some(ended) = load.join_next().await {
        ended??;
    }
    let disturbances = disturbed?;
    values::settle(&world).await?;
    changes::settle(&world).await?;
    people::settle(&world).await?;
    Ok(Report::of(&world, disturbances, begun.elapsed()))
}
