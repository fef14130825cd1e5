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
//! [`world`] starts everything, [`disturbances`] follows the seed's schedule and [`history`] keeps when what
//! was disturbed; [`values`], [`pages`], [`people`] and [`changes`] are the load, each with its verdicts;
//! [`sessions`] is the rule by which one may be lost; [`report`] is the outcome.

pub mod changes;
pub mod disturbances;
pub mod history;
pub mod http;
pub mod pages;
pub mod people;
pub mod report;
pub mod sessions;
pub mod values;
pub mod world;

pub use report::Report;

use anyhow::Result;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use world::World;

/// How much to run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program under test.
    pub program: PathBuf,
    /// How long components are disturbed.
    pub length: Duration,
    /// Reproduces the schedule of disturbances and what the load chooses.
    pub seed: u64,
}

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
