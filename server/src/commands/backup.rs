//! `brisk backup`: copies Brisk's own database, while it is in use.

use super::shared::SharedArguments;
use crate::logging;
use brisk_domain::{Unit, format};
use std::path::PathBuf;
use std::process::ExitCode;

/// The arguments of `brisk backup`.
#[derive(Debug, Clone, clap::Args)]
pub struct BackupArguments {
    /// The file to write. An existing file is replaced once the backup is complete.
    pub file: PathBuf,
    /// The servers' configuration.
    #[command(flatten)]
    pub shared: SharedArguments,
}

/// Runs `brisk backup`.
#[allow(clippy::print_stdout)] // A command prints its result.
pub async fn run(arguments: BackupArguments) -> anyhow::Result<ExitCode> {
    logging::start();
    let settings = arguments.shared.settings()?;
    let bytes = brisk_store::backup(&settings.store()?, &arguments.file).await?;
    let size = format::compact(bytes as f64, &Unit::Bytes);
    println!("{}: {size}, read back and whole", arguments.file.display());
    println!("The key of the secrets in it is not: keep BRISK_SECRET_KEY, or secret.key, apart.");
    Ok(ExitCode::SUCCESS)
}
