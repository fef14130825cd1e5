//! `brisk restore`: puts a backup in the place of Brisk's own database.

use super::shared::SharedArguments;
use crate::logging;
use anyhow::Context as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// The arguments of `brisk restore`.
#[derive(Debug, Clone, clap::Args)]
pub struct RestoreArguments {
    /// The backup to restore.
    pub file: PathBuf,
    /// The servers' configuration.
    #[command(flatten)]
    pub shared: SharedArguments,
}

/// Runs `brisk restore`.
#[allow(clippy::print_stdout)] // A command prints its result.
pub async fn run(arguments: RestoreArguments) -> anyhow::Result<ExitCode> {
    logging::start();
    let settings = arguments.shared.settings()?;
    let now = arguments.shared.clock()?.now();
    std::fs::create_dir_all(&settings.data_dir)
        .with_context(|| format!("making the data directory {}", settings.data_dir.display()))?;
    let aside = brisk_store::restore(&settings.store()?, &arguments.file, now).await?;
    println!("Restored from {}. Everybody signs in anew.", arguments.file.display());
    if let Some(aside) = aside {
        println!("What was there before is kept as {}.", aside.display());
    }
    Ok(ExitCode::SUCCESS)
}
