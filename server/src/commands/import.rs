//! `brisk import`: loads a CSV file into a table.

use crate::config::{Environment, Location, Secret, database};
use anyhow::Context;
use brisk_import::{
    DateOrder, Options, Plan, Report, Settings, Shift, Target, TerminalProgress, TypeSetting,
};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The arguments of `brisk import`.
#[derive(Debug, Clone, clap::Args)]
pub struct ImportArguments {
    /// The CSV file: plain, or compressed with gzip, zstd or xz.
    pub file: PathBuf,
    /// The database.
    #[command(flatten)]
    pub into: IntoArguments,
    /// The table to create, replacing an existing one [default: from the plan, or the file name].
    #[arg(long)]
    pub table: Option<String>,
    /// An import plan (TOML): columns, types, derived tables. Without one, Brisk reads the whole file
    /// first, guesses a plan, and reports what it guessed.
    #[arg(long)]
    pub plan: Option<PathBuf>,
    /// What is known of the file.
    #[command(flatten)]
    pub known: KnownArguments,
    /// Write the guessed plan to this file, to edit and pass as --plan.
    #[arg(long, value_name = "FILE", conflicts_with = "plan")]
    pub write_plan: Option<PathBuf>,
    /// Read and check the whole file without changing the database.
    #[arg(long)]
    pub dry_run: bool,
    /// How many lines may be skipped because they do not match the column types.
    #[arg(long, default_value_t = 0)]
    pub max_rejected: u64,
    /// Write each skipped line to this CSV file, with its number and the reason.
    #[arg(long, value_name = "FILE")]
    pub rejected: Option<PathBuf>,
}

/// What is known of a file: it is guessed otherwise, or as the plan says.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct KnownArguments {
    /// The encoding: utf-8, utf-16le, utf-16be, windows-1252, or any other WHATWG label.
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// The field separator: a character, or `tab`.
    #[arg(long, value_name = "CHARACTER", allow_hyphen_values = true)]
    pub delimiter: Option<String>,
    /// The quote character, or `none` if quotes have no meaning [default: "].
    #[arg(long, value_name = "CHARACTER")]
    pub quote: Option<String>,
    /// Whether the first line holds column names.
    #[arg(long, value_name = "YES_OR_NO")]
    pub header: Option<YesOrNo>,
    /// The decimal mark: . or ,
    #[arg(long, value_name = "MARK")]
    pub decimal: Option<String>,
    /// The thousands separator [default: none].
    #[arg(long, value_name = "MARK")]
    pub thousands: Option<String>,
    /// A word that means NULL in unquoted fields. May be repeated.
    #[arg(long = "null", value_name = "WORD", allow_hyphen_values = true)]
    pub nulls: Vec<String>,
    /// Whether the day or the month comes first in dates such as 03/04/2021.
    #[arg(long, value_name = "ORDER", conflicts_with = "plan")]
    pub dates: Option<Order>,
    /// The time zone of times without an offset [default: UTC].
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// A column's type, such as price=numeric:2 or "at=timestamp:%d/%m/%Y %H:%M". May be repeated.
    #[arg(long = "type", value_name = "COLUMN=TYPE", conflicts_with = "plan")]
    pub types: Vec<TypeSetting>,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum YesOrNo {
    /// Yes.
    Yes,
    /// No.
    No,
}

/// The order of days and months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Order {
    /// Day, month, year.
    DayFirst,
    /// Month, day, year.
    MonthFirst,
}

impl KnownArguments {
    fn settings(&self) -> Settings {
        let known = self.clone();
        let delimiter = known.delimiter.map(|text| match &*text {
            "tab" | "\\t" => "\t".to_owned(),
            _ => text,
        });
        let quote = known.quote.map(|text| if text == "none" { String::new() } else { text });
        Settings {
            encoding: known.encoding,
            delimiter,
            quote,
            header: known.header.map(|header| header == YesOrNo::Yes),
            decimal: known.decimal,
            thousands: known.thousands,
            nulls: known.nulls,
            dates: known.dates.map(|order| match order {
                Order::DayFirst => DateOrder::DayFirst,
                Order::MonthFirst => DateOrder::MonthFirst,
            }),
            timezone: known.timezone,
            types: known.types,
        }
    }
}

/// Where a file is loaded into.
#[derive(Debug, Clone, clap::Args)]
#[group(required = true, multiple = false)]
pub struct IntoArguments {
    /// The database: the path of a SQLite file (created if missing),
    /// postgres://user:password@host/database or mysql://user:password@host/database. Other
    /// users of the machine can see flags: keep passwords out of them.
    #[arg(long, value_name = "PATH_OR_URL")]
    pub into: Option<Secret>,
    /// The environment variable that holds the database's URL.
    #[arg(long, value_name = "NAME")]
    pub into_env: Option<String>,
    /// The file that holds the database's URL.
    #[arg(long, value_name = "FILE")]
    pub into_file: Option<PathBuf>,
}

/// Loads the file and prints a report.
#[allow(clippy::print_stdout)] // A command prints its result.
pub async fn run(arguments: ImportArguments) -> anyhow::Result<ExitCode> {
    let IntoArguments { into, into_env, into_file } = &arguments.into;
    let environment = Environment::of_process();
    let into =
        database::location(into.as_ref(), into_env.as_deref(), into_file.as_deref(), &environment)?;
    let target = target(into)?;
    let settings = arguments.known.settings();
    let mut plan = match &arguments.plan {
        Some(path) => read_plan(path)?.with_settings(&settings)?,
        None => match guessed(&arguments, &settings, &target)? {
            Some(plan) => plan,
            None => return Ok(ExitCode::FAILURE),
        },
    };
    if let Some(table) = arguments.table {
        plan = plan.with_table(table)?;
    }
    let progress = TerminalProgress::new();
    let options = Options {
        shift: Shift::None,
        max_rejected: arguments.max_rejected,
        rejected_to: arguments.rejected.clone(),
        dry_run: arguments.dry_run,
    };
    let report = brisk_import::import(&plan, &arguments.file, &target, &options, &progress).await?;
    match arguments.dry_run {
        true => println!("{}; nothing was written", checked(&report, &plan)),
        false => println!("{}", sentence(&report, &plan)),
    }
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
    let (rows, rejected) = counted(report);
    format!("{rows} lines are in table {}, {rejected}", plan.table)
}

fn checked(report: &Report, plan: &Plan) -> String {
    let (rows, rejected) = counted(report);
    format!("{rows} lines fit table {}, {rejected}", plan.table)
}

fn counted(report: &Report) -> (String, String) {
    let rows = brisk_domain::format::grouped(&report.rows.to_string());
    let rejected = match report.rejected {
        0 => "none left out".to_owned(),
        count => format!("{count} left out"),
    };
    (rows, rejected)
}

/// The plan that the file suggests; `None`, with a message, if part of it cannot be guessed.
#[allow(clippy::print_stdout)] // A guess has to be shown.
fn guessed(
    arguments: &ImportArguments,
    settings: &Settings,
    target: &Target,
) -> anyhow::Result<Option<Plan>> {
    let stem = arguments.file.file_stem().and_then(|s| s.to_str()).unwrap_or("imported");
    let table = arguments.table.clone().unwrap_or_else(|| {
        let stem = stem.split('.').next().unwrap_or(stem);
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        let name: String = stem.chars().map(plain).collect();
        match name.starts_with(|c: char| c.is_ascii_digit()) {
            true => format!("table_{name}"),
            false => name,
        }
    });
    let guess = brisk_import::guess(&table, &arguments.file, settings, target.dialect())?;
    print!("{guess}");
    if let Some(path) = &arguments.write_plan {
        std::fs::write(path, guess.plan.to_toml())
            .with_context(|| format!("writing {}", path.display()))?;
        println!("the plan is in {}", path.display());
    }
    for question in &guess.questions {
        println!("not guessed: {question}");
    }
    if !guess.questions.is_empty() {
        println!("nothing was imported: say what is asked, or edit a plan (--write-plan FILE)");
        return Ok(None);
    }
    Ok(Some(guess.plan))
}
