//! `brisk import`: loads a CSV file into a table.

use crate::config::{Environment, Location, Secret, database};
use anyhow::Context;
use brisk_import::{Options, Plan, Report, Shift, Target, TerminalProgress, file};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The arguments of `brisk import`.
#[derive(Debug, Clone, clap::Args)]
pub struct ImportArguments {
    /// The CSV file, plain or compressed with gzip, zstd or xz.
    pub file: PathBuf,
    /// The database.
    #[command(flatten)]
    pub into: IntoArguments,
    /// The table, replaced if it exists [default: the plan's, or the file's name].
    #[arg(long)]
    pub table: Option<String>,
    /// A plan (TOML): columns, types, derived tables. Without it, types are guessed.
    #[arg(long)]
    pub plan: Option<PathBuf>,
    /// How many lines may be left out because they do not match the columns' types.
    #[arg(long, default_value_t = 0)]
    pub max_rejected: u64,
    /// Write each line that is left out to this CSV file, with its number and the reason.
    #[arg(long, value_name = "FILE")]
    pub rejected: Option<PathBuf>,
}

/// Where a file is loaded into.
#[derive(Debug, Clone, clap::Args)]
#[group(required = true, multiple = false)]
pub struct IntoArguments {
    /// The database: the path of a SQLite file, created if it does not exist;
    /// postgres://user:password@host/database; or mysql://user:password@host/database. Other
    /// users of the machine can see flags: keep a URL with a password elsewhere.
    #[arg(long, value_name = "PATH_OR_URL")]
    pub into: Option<Secret>,
    /// The environment variable that holds the database's URL.
    #[arg(long, value_name = "NAME")]
    pub into_env: Option<String>,
    /// The file that holds the database's URL.
    #[arg(long, value_name = "FILE")]
    pub into_file: Option<PathBuf>,
}

/// Lines that types are guessed from.
const SAMPLE: usize = 10_000;

/// Loads the file and prints a report.
#[allow(clippy::print_stdout)] // A command prints its result.
pub async fn run(arguments: ImportArguments) -> anyhow::Result<ExitCode> {
    let IntoArguments { into, into_env, into_file } = &arguments.into;
    let environment = Environment::of_process();
    let into =
        database::location(into.as_ref(), into_env.as_deref(), into_file.as_deref(), &environment)?;
    let target = target(into)?;
    let mut plan = match &arguments.plan {
        Some(path) => read_plan(path)?,
        None => guess(&arguments)?,
    };
    if let Some(table) = arguments.table {
        plan = plan.with_table(table)?;
    }
    let progress = TerminalProgress::new();
    let options = Options {
        shift: Shift::None,
        max_rejected: arguments.max_rejected,
        rejected_to: arguments.rejected.clone(),
    };
    let report = brisk_import::import(&plan, &arguments.file, &target, &options, &progress).await?;
    println!("{}", sentence(&report, &plan));
    for rejected in &report.first_rejected {
        println!("  left out: {rejected}");
    }
    if report.rejected > report.first_rejected.len() as u64 && arguments.rejected.is_none() {
        println!("  … and more; --rejected FILE lists them all");
    }
    Ok(ExitCode::SUCCESS)
}

fn target(location: Location) -> anyhow::Result<Target> {
    Ok(match location {
        Location::Sqlite(path) => Target::sqlite(path),
        Location::Postgres(url) => Target::postgres(url.expose())?,
        Location::MySql(url) => Target::mysql(url.expose())?,
    })
}

/// Reads a plan's file.
pub fn read_plan(path: &Path) -> anyhow::Result<Plan> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    Ok(Plan::from_toml(&path.display().to_string(), &text)?)
}

/// What an import did, in a sentence.
pub fn sentence(report: &Report, plan: &Plan) -> String {
    let rows = brisk_domain::format::grouped(&report.rows.to_string());
    let rejected = match report.rejected {
        0 => "none left out".to_owned(),
        count => format!("{count} left out"),
    };
    format!("{rows} lines are in table {}, {rejected}", plan.table)
}

#[allow(clippy::print_stdout)] // A guess has to be shown.
fn guess(arguments: &ImportArguments) -> anyhow::Result<Plan> {
    let (header, sample) = file::sample(&arguments.file, SAMPLE)?;
    let stem = arguments.file.file_stem().and_then(|s| s.to_str()).unwrap_or("imported");
    let table = arguments.table.clone().unwrap_or_else(|| {
        let stem = stem.split('.').next().unwrap_or(stem);
        stem.chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
            .collect()
    });
    let plan = Plan::infer(&table, &header, &sample)?;
    println!("types guessed from the first {} lines:", sample.len());
    for column in &plan.columns {
        println!("  {} ({:?}) from \"{}\"", column.name, column.kind, column.from);
    }
    Ok(plan)
}
