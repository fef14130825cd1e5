//! **SQLite in workers.** What it costs to run statements on a SQLite file in processes of their own: a page
//! with nothing cached, a small statement, and one of 100,000 rows, against threads of the server and against
//! another build, measured in turns.

use crate::client::Client;
use crate::servers::brisk::{Brisk, Deployment};
use anyhow::{Context, Result, bail};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqliteConnection};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How much to measure.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program under test.
    pub program: PathBuf,
    /// Another build, with its defaults.
    pub before: Option<PathBuf>,
    /// Measurements of each kind.
    pub rounds: usize,
}

/// What was measured.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The names of the servers.
    pub servers: Vec<&'static str>,
    /// What was requested, and how long it took, by server and round.
    pub measures: Vec<(&'static str, Vec<Vec<Duration>>)>,
}

/// Rows of the table.
const ROWS: u32 = 100_000;
/// Panels on the page.
const PANELS: usize = 12;
/// Small statements in each round.
const SMALL: usize = 50;
const PATIENCE: Duration = Duration::from_secs(300);

/// Runs the measurement.
pub async fn run(settings: &Settings) -> Result<Report> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("bench.sqlite");
    fill(&file).await?;
    let mut servers = Vec::new();
    if let Some(before) = &settings.before {
        servers.push(("before", deployment(before, &file, "")));
    }
    servers.push(("within", deployment(&settings.program, &file, "in_process = true\n")));
    servers.push(("workers", deployment(&settings.program, &file, "")));
    let none = || vec![Vec::new(); servers.len()];
    let (mut page, mut small, mut large) = (none(), none(), none());
    // The first round fills the system's cache.
    for round in 0..=settings.rounds {
        for (i, (_, deployment)) in servers.iter().enumerate() {
            let client = Client::default();
            let brisk = deployment.start()?;
            let cold = ask(&client, &brisk, "/d/page").await?;
            let mut one_by_one = Vec::new();
            for _ in 0..SMALL {
                let path = "/api/v1/dashboards/single/panels/small";
                one_by_one.push(ask(&client, &brisk, path).await?);
            }
            let rows = ask(&client, &brisk, "/api/v1/dashboards/single/panels/rows").await?;
            if round > 0 {
                page[i].push(cold);
                small[i].push(median(&one_by_one).context("nothing was measured")?);
                large[i].push(rows);
            }
        }
    }
    Ok(Report {
        servers: servers.iter().map(|(name, _)| *name).collect(),
        measures: vec![
            ("page of 12 panels, nothing cached", page),
            ("a small statement", small),
            ("a statement of 100,000 rows", large),
        ],
    })
}

async fn fill(file: &Path) -> Result<()> {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let sql = format!(
        "create table orders (id integer primary key, country text, net real);
         with recursive r(n) as (select 1 union all select n + 1 from r where n < {ROWS})
         insert into orders select n, 'country ' || n % 40, n * 7919 % 10007 / 100.0 from r"
    );
    connection.execute(AssertSqlSafe(sql)).await?;
    Ok(connection.close().await?)
}

fn deployment(program: &Path, file: &Path, setting: &str) -> Deployment {
    let panel = |id: &str, kind: &str, sql: &str| {
        format!("[[panel]]\nid = \"{id}\"\ntitle = \"{id}\"\nkind = \"{kind}\"\nsql = \"{sql}\"\n")
    };
    let head = "title = \"bench\"\nsource = \"bench\"\ncache = \"off\"\n";
    let grouped = (0..PANELS).map(|i| {
        let sql = "select country, sum(net) as net from orders where id % 12 <> ";
        panel(&format!("p{i}"), "table", &format!("{sql}{i} group by 1"))
    });
    let single = [
        panel("small", "stat", "select max(id) as n from orders"),
        panel("rows", "table", "select id, country, net from orders"),
    ];
    Deployment {
        program: program.to_owned(),
        configuration: format!("[source.bench]\nurl = \"{}\"\n{setting}", file.display()),
        dashboards: vec![
            ("page.toml".into(), format!("{head}{}", grouped.collect::<String>())),
            ("single.toml".into(), format!("{head}{}", single.concat())),
        ],
    }
}

async fn ask(client: &Client, brisk: &Brisk, path: &str) -> Result<Duration> {
    let answer = client.get(&brisk.url(path), PATIENCE).await?;
    let text = String::from_utf8_lossy(&answer.body);
    if answer.status != 200 || text.contains("notice bad") {
        bail!("{path} failed with status {}: {text}", answer.status);
    }
    Ok(answer.time)
}

fn median(times: &[Duration]) -> Option<Duration> {
    let mut times = times.to_vec();
    times.sort();
    times.get(times.len() / 2).copied()
}

impl Report {
    /// How much longer it takes in workers than on `server`, by measure: the median over all rounds.
    pub fn ratios(&self, server: usize) -> Vec<f64> {
        let ratio = |(_, times): &(_, Vec<Vec<Duration>>)| {
            let workers = times.last().map(Vec::as_slice).unwrap_or_default();
            let pairs = workers.iter().zip(&times[server]);
            let mut ratios: Vec<f64> =
                pairs.map(|(a, b)| a.as_secs_f64() / b.as_secs_f64()).collect();
            ratios.sort_by(f64::total_cmp);
            ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
        };
        self.measures.iter().map(ratio).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "SQLite, medians; workers against each, the median of the rounds' ratios")?;
        for (measure, (what, times)) in self.measures.iter().enumerate() {
            write!(f, "{what:<36}")?;
            for (server, (name, times)) in self.servers.iter().zip(times).enumerate() {
                let time = median(times).unwrap_or_default().as_secs_f64() * 1e3;
                let ratio = self.ratios(server)[measure];
                write!(f, "  {name} {time:.2} ms (× {ratio:.2})")?;
                if what.contains("rows") {
                    write!(f, " {:.0} rows/s", f64::from(ROWS) / time * 1e3)?;
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
