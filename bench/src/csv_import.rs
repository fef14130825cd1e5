//! **Import.** How fast `brisk import` loads a CSV file without a plan, which it reads twice, and its peak
//! memory: the same whatever the file's size.

use anyhow::{Context, Result, bail};
use std::fmt;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What to measure.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program under test.
    pub program: PathBuf,
    /// The sizes of the files, in MiB.
    pub sizes: Vec<u64>,
    /// A PostgreSQL that may be written to, besides SQLite files.
    pub postgres: Option<String>,
}

/// One import.
#[derive(Debug, Clone)]
pub struct Measure {
    /// The database it went into.
    pub into: &'static str,
    /// The file's size in bytes.
    pub bytes: u64,
    /// Its rows.
    pub rows: u64,
    /// How long it took.
    pub time: Duration,
    /// The most memory that the process had, in bytes.
    pub peak: u64,
}

/// What was measured.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The imports, by target and then by size.
    pub measures: Vec<Measure>,
}

/// How often a process is polled. The kernel keeps the peak, so only what comes after the last poll can
/// be missed.
const LOOK: Duration = Duration::from_millis(20);

/// Runs the measurement.
pub fn run(settings: &Settings) -> Result<Report> {
    let directory = tempfile::tempdir()?;
    let mut report = Report::default();
    let files = settings.sizes.iter().map(|size| {
        let path = directory.path().join(format!("rows-{size}.csv"));
        write(&path, size << 20).map(|rows| (path, rows))
    });
    let files = files.collect::<Result<Vec<_>>>()?;
    let postgres = settings.postgres.iter().map(|url| ("PostgreSQL", url.clone()));
    let sqlite = directory.path().join("import.sqlite").display().to_string();
    for (into, target) in std::iter::once(("SQLite", sqlite)).chain(postgres) {
        for (file, rows) in &files {
            let (time, peak) = import(&settings.program, file, &target)?;
            let bytes = file.metadata()?.len();
            report.measures.push(Measure { into, bytes, rows: *rows, time, peak });
        }
    }
    Ok(report)
}

/// Writes a file of at least `bytes` bytes, and returns its rows. Numbers, times, exact decimals, texts
/// in quotes.
fn write(path: &Path, bytes: u64) -> Result<u64> {
    let mut file = BufWriter::new(File::create(path)?);
    let (mut row, mut written) = (0_u64, 0_u64);
    writeln!(file, "id,ordered_at,country,net,note")?;
    while written < bytes {
        let (day, second) = (1 + row % 28, row % 86_400);
        let at = format!(
            "2026-02-{day:02}T{:02}:{:02}:{:02}Z",
            second / 3600,
            second / 60 % 60,
            second % 60
        );
        let (pounds, pence) = (row * 7919 % 10_000, row % 100);
        let line = format!(
            "{row},{at},\"Côte d'Ivoire, no. {}\",{pounds}.{pence:02},\"a \"\"note\"\" of row {row}\"\n",
            row % 97
        );
        file.write_all(line.as_bytes())?;
        written += line.len() as u64;
        row += 1;
    }
    file.flush()?;
    Ok(row)
}

/// How long the import of `file` takes, and the most memory that it takes.
fn import(program: &Path, file: &Path, target: &str) -> Result<(Duration, u64)> {
    let began = Instant::now();
    let mut child = Command::new(program)
        .args(["import", "--into", target, "--table", "rows"])
        .arg(file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("the program does not start")?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        peak = peak.max(peak_of(&status).unwrap_or(0));
        match child.try_wait()? {
            Some(ended) => break ended,
            None => std::thread::sleep(LOOK),
        }
    };
    if !ended.success() {
        bail!("the import of {} into {target} failed: {ended}", file.display());
    }
    Ok((began.elapsed(), peak))
}

/// The most memory that a process has had.
fn peak_of(status: &str) -> Option<u64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes << 10)
}

impl Report {
    /// Fails if a larger file takes more memory than a smaller one plus `more` bytes.
    pub fn check(&self, more: u64) -> Result<()> {
        for one in &self.measures {
            let mut smaller = self.measures.iter().filter(|other| {
                other.into == one.into && other.bytes < one.bytes && other.peak + more < one.peak
            });
            if let Some(smaller) = smaller.next_back() {
                bail!(
                    "into {}, {} bytes took {} bytes of memory, and {} bytes only {}",
                    one.into,
                    one.bytes,
                    one.peak,
                    smaller.bytes,
                    smaller.peak
                );
            }
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| into | file | rows | time | MiB/s | rows/s | peak memory |")?;
        writeln!(f, "|---|---|---|---|---|---|---|")?;
        let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        for one in &self.measures {
            let seconds = one.time.as_secs_f64();
            writeln!(
                f,
                "| {} | {:.0} MiB | {} | {seconds:.1} s | {:.1} | {:.0} | {:.0} MiB |",
                one.into,
                mib(one.bytes),
                one.rows,
                mib(one.bytes) / seconds,
                one.rows as f64 / seconds,
                mib(one.peak)
            )?;
        }
        Ok(())
    }
}
