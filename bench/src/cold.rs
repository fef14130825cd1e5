//! **Cold.** A page of twenty panels over millions of rows with nothing cached, against a program
//! that sends the same statements over as many connections and discards the rows: what does Brisk
//! add?

use crate::client::Client;
use crate::retail;
use crate::servers::brisk::Deployment;
use crate::servers::postgres::Postgres;
use anyhow::{Context, Result, bail};
use brisk_domain::{Access, Slug, SourceName, Timestamp, ViewState};
use brisk_engine::{Window, plan};
use brisk_source::{Bind, Chosen, Dialect, Statement};
use futures::TryStreamExt;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqlSafeStr as _, Statement as _};
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
    /// The demo data.
    pub csv: PathBuf,
    /// Rows in the table.
    pub rows: u64,
    /// Measurements of each kind, taken alternately.
    pub rounds: usize,
}

/// What was measured.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Rows in the table.
    pub rows: u64,
    /// Statements on the page.
    pub statements: usize,
    /// The whole page, by round.
    pub page: Vec<Duration>,
    /// The bare statements, by round.
    pub bare: Vec<Duration>,
}

/// Connections for each. Everything runs on the same machine as the database.
const CONNECTIONS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(300);

/// Runs the measurement.
pub async fn run(settings: &Settings) -> Result<Report> {
    let postgres = Postgres::start().await?;
    retail::load(&postgres, &settings.csv, settings.rows).await?;
    let deployment = Deployment {
        program: settings.program.clone(),
        configuration: format!(
            "[source.bench]\nurl = \"{}\"\nconnections = {CONNECTIONS}\ntimeout = \"120s\"\n",
            postgres.url()
        ),
        dashboards: vec![("twenty.toml".into(), retail::dashboard())],
    };
    let now = postgres.number("select extract(epoch from now())::int8").await?;
    let statements = statements(Timestamp::from_seconds(now))?;
    let client = Client::default();
    let mut report =
        Report { rows: settings.rows, statements: statements.len(), ..Report::default() };
    // The first round fills the database's own cache.
    for round in 0..=settings.rounds {
        let bare = bare(&postgres, &statements).await?;
        let brisk = deployment.start()?;
        let answer = client.get(&brisk.url("/d/twenty"), PATIENCE).await?;
        let text = String::from_utf8_lossy(&answer.body);
        if answer.status != 200 || text.contains("notice bad") {
            bail!("the page failed with status {}: {text}", answer.status);
        }
        if round > 0 {
            report.bare.push(bare);
            report.page.push(answer.time);
        }
    }
    Ok(report)
}

/// The page's statements, as Brisk compiles them.
fn statements(now: Timestamp) -> Result<Vec<Statement>> {
    let dashboard =
        brisk_definition::parse("twenty.toml", Slug::parse("twenty")?, &retail::dashboard());
    let dashboard = dashboard.map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    let view = ViewState::default_of(&dashboard);
    let window = Window::of(&dashboard, &view, now)?;
    let mut statements: Vec<Statement> = Vec::new();
    for panel in &dashboard.panels {
        let access = Access::anonymous();
        let none = |_: &SourceName, name: &str| Err(format!("there is no rollup {name}"));
        let plan = plan::panel(panel, &view, &window, &access, Dialect::Postgres, &none)?;
        let all = [Some(plan.main), plan.previous, plan.sparkline];
        for planned in all.into_iter().flatten() {
            // A statement that is on the page twice runs once.
            if !statements.contains(&planned.statement) {
                statements.push(planned.statement.clone());
            }
        }
    }
    Ok(statements)
}

/// How long a program without a cache, a page or limits takes to get all rows.
async fn bare(postgres: &Postgres, statements: &[Statement]) -> Result<Duration> {
    let begun = Instant::now();
    let left = Arc::new(Mutex::new(statements.iter().rev().collect::<Vec<_>>()));
    let workers = (0..CONNECTIONS).map(|_| async {
        let mut connection = PgConnection::connect(&postgres.url()).await?;
        // Like Brisk's own connections.
        connection.execute("set jit = off; set timezone = 'UTC'").await?;
        loop {
            let Some(statement) = left.lock().await.pop() else { return anyhow::Ok(()) };
            let sql = AssertSqlSafe(statement.sql.clone()).into_sql_str();
            let prepared = (&mut connection).prepare(sql).await?;
            let mut query = prepared.query();
            for bind in &statement.binds {
                query = match bind {
                    Bind::Int(number) => query.bind(*number),
                    Bind::Text(text) | Bind::Chosen(Chosen { text, .. }) => {
                        query.bind(text.clone())
                    }
                };
            }
            let rows = (&mut connection).fetch(query).try_fold(0, async |rows, _| Ok(rows + 1));
            if rows.await.context(statement.query.sql.clone())? == 0 {
                bail!("a statement gave no row");
            }
        }
    });
    futures::future::try_join_all(workers).await?;
    Ok(begun.elapsed())
}

impl Report {
    /// How much longer the page takes than the bare statements: the median over all rounds.
    pub fn ratio(&self) -> f64 {
        let ratios = self.page.iter().zip(&self.bare);
        let mut ratios: Vec<f64> =
            ratios.map(|(page, bare)| page.as_secs_f64() / bare.as_secs_f64()).collect();
        ratios.sort_by(f64::total_cmp);
        ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let median = |times: &[Duration]| {
            let mut times = times.to_vec();
            times.sort();
            times.get(times.len() / 2).map_or(0.0, Duration::as_secs_f64)
        };
        writeln!(
            f,
            "cold: a page of {} statements over {} rows: {:.2} s; the bare statements over as many \
             connections: {:.2} s; {:.2} times (median of {} rounds)",
            self.statements,
            self.rows,
            median(&self.page),
            median(&self.bare),
            self.ratio(),
            self.page.len()
        )
    }
}
