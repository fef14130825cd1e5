//! **Cold cost.** Twenty panels over millions of rows with nothing cached, against the same questions as a
//! careful person writes them (`bench/cold-cost/by-hand.sql`): what do they cost PostgreSQL? Measured over
//! a column of instants and over one of wall-clock times, and checked to give the same figures.

use crate::client::{Client, panel_path};
use crate::servers::brisk::{Brisk, Deployment};
use crate::servers::postgres::Postgres;
use anyhow::{Context, Result, bail, ensure};
use brisk_domain::{Frame, PanelData};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How much to measure.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program under test.
    pub program: PathBuf,
    /// Rows in the table.
    pub rows: u64,
    /// Measurements of each kind, taken alternately.
    pub rounds: usize,
}

/// What was measured over one column.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// The column.
    pub column: &'static str,
    /// Statements that Brisk ran for the page, and those written by hand.
    pub statements: (i64, usize),
    /// Processor time of PostgreSQL and wall time, by round, for Brisk's statements.
    pub brisk: Vec<(Duration, Duration)>,
    /// The same for the statements by hand.
    pub by_hand: Vec<(Duration, Duration)>,
}

/// What was measured.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Rows in the table.
    pub rows: u64,
    /// By column.
    pub measured: Vec<Measured>,
}

const DASHBOARD: &str = include_str!("../cold-cost/dashboard.toml");
const BY_HAND: &str = include_str!("../cold-cost/by-hand.sql");
const RANGE: &str = "from=2024-01-01&to=2024-06-30";
const ZONE: &str = "America/New_York";
/// Connections for each. Everything runs on the same machine as the database.
const CONNECTIONS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(300);
/// The columns, and how panels read them.
const COLUMNS: [(&str, &str); 2] = [("booked_at", "booked_at"), ("local_at", "$local(local_at)")];

/// Runs the measurement.
pub async fn run(settings: &Settings) -> Result<Report> {
    let postgres = Postgres::start().await?;
    load(&postgres, settings.rows).await?;
    let mut report = Report { rows: settings.rows, measured: Vec::new() };
    for (column, read) in COLUMNS {
        let deployment = Deployment {
            program: settings.program.clone(),
            configuration: format!(
                "[source.bench]\nurl = \"{}\"\nconnections = {CONNECTIONS}\ntimeout = \"120s\"\n",
                postgres.url()
            ),
            dashboards: vec![(
                "flights.toml".into(),
                DASHBOARD.replace("AT)", &format!("{read})")).replace("AT,", &format!("{read},")),
            )],
        };
        let questions = questions(column);
        let mut measured = Measured { column, ..Measured::default() };
        // The first round fills the database's own cache, and is checked.
        for round in 0..=settings.rounds {
            let (answers, by_hand) = by_hand(&postgres, &questions).await?;
            postgres.reset().await?;
            let brisk = deployment.start()?;
            let asked = ask(&postgres, &brisk).await?;
            measured.statements = (postgres.statements().await?, questions.len());
            if round == 0 {
                check(&brisk, &questions, &answers).await?;
            } else {
                measured.by_hand.push(by_hand);
                measured.brisk.push(asked);
            }
        }
        report.measured.push(measured);
    }
    Ok(report)
}

/// Flights of the three years to the end of 2024: one every 29 to 30 seconds for 3.2 million.
async fn load(postgres: &Postgres, rows: u64) -> Result<()> {
    let step = 94_400_000.0 / f64::from(u32::try_from(rows)?);
    let setup = [
        format!(
            "create unlogged table flights as
             select n as id, at as booked_at, at at time zone '{ZONE}' as local_at,
               (array['AA', 'AS', 'B6', 'DL', 'F9', 'NK', 'UA', 'WN'])[1 + n * 7919 / 13 % 8] as carrier,
               'K' || lpad((n * 31 / 7 % 40)::text, 2, '0') as origin,
               (n * 40503 / 11 % 121 - 20)::int as delay, 
               ((n * 40503 / 17 % 90000 + 2000) / 100.0)::numeric(8, 2) as fare,
               (1 + n * 97 / 5 % 5)::int as passengers, n % 53 = 0 as cancelled
             from generate_series(0::int8, {rows} - 1) n,
               lateral (select timestamptz '2022-01-01 05:00Z' + n * interval '{step} seconds') t(at)"
        ),
        "create index on flights (booked_at)".into(),
        "create index on flights (local_at)".into(),
        // Separately: it cannot run in a transaction.
        "vacuum analyze flights".into(),
    ];
    for statement in setup {
        postgres.execute(statement).await?;
    }
    Ok(())
}

/// The panels and their statements written by hand, over `column`.
fn questions(column: &str) -> Vec<(String, String)> {
    let statements = BY_HAND.split(";\n").filter_map(|text| {
        let (head, sql) = text.rsplit_once("-- ")?.1.split_once('\n')?;
        Some((
            head.to_owned(),
            sql.replace("AT ", &format!("{column} ")).replace("AT)", &format!("{column})")),
        ))
    });
    statements.collect()
}

/// Processor time and wall time of all panels, as requested by a program.
async fn ask(postgres: &Postgres, brisk: &Brisk) -> Result<(Duration, Duration)> {
    let before = postgres.cpu_time()?;
    let url = brisk.url(&format!("/api/v1/dashboards/flights/data?{RANGE}"));
    let answer = Client::default().get(&url, PATIENCE).await?;
    if answer.status != 200 {
        bail!("status {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
    }
    Ok((postgres.cpu_time()?.saturating_sub(before), answer.time))
}

/// The rows of all statements as text, and what they cost.
async fn by_hand(
    postgres: &Postgres,
    questions: &[(String, String)],
) -> Result<(Vec<Vec<String>>, (Duration, Duration))> {
    let (before, begun) = (postgres.cpu_time()?, Instant::now());
    let left = Arc::new(Mutex::new(questions.iter().enumerate().rev().collect::<Vec<_>>()));
    let workers = (0..CONNECTIONS).map(|_| async {
        let mut connection = PgConnection::connect(&postgres.url()).await?;
        // Without JIT compilation, as in Brisk: it would make these statements more expensive.
        let session = format!("set jit = off; set timezone = '{ZONE}'");
        connection.execute(AssertSqlSafe(session)).await?;
        let mut answers = Vec::new();
        loop {
            let Some((place, (id, sql))) = left.lock().await.pop() else {
                return anyhow::Ok(answers);
            };
            let rows = sqlx::raw_sql(AssertSqlSafe(sql.clone())).fetch_all(&mut connection).await;
            let rows = rows.with_context(|| format!("{id}: {sql}"))?;
            let cell = |row: &sqlx::postgres::PgRow, i| {
                row.try_get_unchecked::<Option<String>, _>(i).map(Option::unwrap_or_default)
            };
            let mut cells = Vec::new();
            for row in &rows {
                for i in 0..row.len() {
                    cells.push(cell(row, i)?);
                }
            }
            answers.push((place, cells));
        }
    });
    let answers = futures::future::try_join_all(workers).await?;
    let cost = (postgres.cpu_time()?.saturating_sub(before), begun.elapsed());
    let mut answers: Vec<_> = answers.into_iter().flatten().collect();
    answers.sort();
    Ok((answers.into_iter().map(|(_, cells)| cells).collect(), cost))
}

/// Checks that each panel has the figures of its statement by hand.
async fn check(
    brisk: &Brisk,
    questions: &[(String, String)],
    answers: &[Vec<String>],
) -> Result<()> {
    let client = Client::default();
    for ((id, _), answer) in questions.iter().zip(answers) {
        let range = RANGE.to_owned();
        let data = client.panel(&brisk.url(&panel_path("flights", id, &range)), PATIENCE).await?;
        let found = figures(&data);
        // Starts of buckets are written differently, so only their order is compared.
        let expected: Vec<String> =
            answer.iter().filter(|cell| !is_time(cell)).flat_map(|cell| parts(cell)).collect();
        ensure!(found == expected, "{id}: {found:?} is not {expected:?}");
    }
    Ok(())
}

fn figures(data: &PanelData) -> Vec<String> {
    let mut figures = cells(&data.frame);
    figures.extend(data.previous.iter().flat_map(cells));
    figures.extend(data.sparkline.iter().flat_map(cells));
    figures
}

/// All cells except times, row by row.
fn cells(frame: &Frame) -> Vec<String> {
    let columns = frame.columns().iter().filter(|column| !column.values.is_time());
    let columns: Vec<_> = columns.collect();
    let row = |row| columns.iter().map(move |column| column.values.exact(row).unwrap_or_default());
    (0..frame.rows()).flat_map(row).collect()
}

fn is_time(cell: &str) -> bool {
    cell.len() >= 19 && cell.get(4..5) == Some("-") && cell.get(13..14) == Some(":")
}

/// The elements of an array, or the cell itself.
fn parts(cell: &str) -> Vec<String> {
    let inner = cell.strip_prefix('{').and_then(|cell| cell.strip_suffix('}'));
    inner.map_or_else(
        || vec![cell.to_owned()],
        |inner| inner.split(',').map(str::to_owned).collect(),
    )
}

impl Measured {
    /// The cost of the page relative to the statements by hand, in processor and in wall time: the
    /// ratio of the medians.
    pub fn ratios(&self) -> (f64, f64) {
        let [brisk, by_hand] = [median(&self.brisk), median(&self.by_hand)];
        (brisk.0 / by_hand.0, brisk.1 / by_hand.1)
    }
}

fn median(rounds: &[(Duration, Duration)]) -> (f64, f64) {
    let middle = |mut times: Vec<Duration>| {
        times.sort();
        times.get(times.len() / 2).map_or(f64::NAN, Duration::as_secs_f64)
    };
    let (processor, wall): (Vec<_>, Vec<_>) = rounds.iter().copied().unzip();
    (middle(processor), middle(wall))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for measured in &self.measured {
            let (brisk, by_hand) = (median(&measured.brisk), median(&measured.by_hand));
            let (processor, wall) = measured.ratios();
            writeln!(
                f,
                "cold cost: {} panels over {} rows by {}: processor time of PostgreSQL {:.2} s, by hand \
                 {:.2} s: {processor:.2} times; wall {:.2} s, by hand {:.2} s: {wall:.2} times; {} \
                 statements for {} (medians of {} rounds)",
                measured.statements.1,
                self.rows,
                measured.column,
                brisk.0,
                by_hand.0,
                brisk.1,
                by_hand.1,
                measured.statements.0,
                measured.statements.1,
                measured.brisk.len()
            )?;
        }
        Ok(())
    }
}
