//! **A differential test.** Generated statements through page, API and CSV of a real `brisk serve`
//! against what each database's own client prints for SQL that Brisk did not write: `psql`, `mariadb`,
//! `sqlite3`. Kinds of panels × types × zones × ranges × chosen values.
//!
//! `cases` and `predicates` generate, `database` has the clients' arithmetic, and `compare` the three
//! comparisons. A new type is a column in `samples` and `cases`; a difference to be accepted is a line
//! in `known`.

mod cases;
mod clients;
mod compare;
mod database;
mod known;
mod page;
mod predicates;
mod ranges;
mod samples;
mod shown;
mod value;
mod zones;

pub use clients::Places;
pub use database::Database;

use crate::client::Client;
use crate::servers::brisk::{Brisk, Deployment};
use anyhow::{Context, Result, bail};
use cases::Case;
use compare::Expected;
use futures::stream::{self, StreamExt};
use rand::SeedableRng;
use rand::rngs::StdRng;
use ranges::Range;
use samples::{NOWS, pick};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;
use value::Value;
use zones::{ZONES, Zones};

/// How much to run, and where.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program under test.
    pub program: PathBuf,
    /// The databases.
    pub places: Places,
    /// Statements.
    pub statements: usize,
    /// Reproduces them.
    pub seed: u64,
}

/// What was compared.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Reproduces it.
    pub seed: u64,
    /// Statements by database and kind of panel.
    pub compared: BTreeMap<(Database, &'static str), usize>,
    /// Rows that the clients printed.
    pub rows: usize,
    /// Statements without a row.
    pub empty: usize,
    /// Statements that differ for a known reason.
    pub known: BTreeMap<&'static str, usize>,
    /// All other differences.
    pub differences: Vec<String>,
}

/// Panels of a dashboard, at most.
const PANELS: usize = 40;
/// Dashboards, at least: each has a zone and a now.
const DASHBOARDS: usize = 36;
/// Statements requested at once.
const AT_ONCE: usize = 4;
const PATIENCE: Duration = Duration::from_secs(60);

/// Statements over one database, in one zone, at one now.
struct Board {
    database: Database,
    zone: &'static str,
    now: &'static str,
    cases: Vec<Case>,
}

/// Runs the test.
pub async fn run(settings: &Settings) -> Result<Report> {
    let Settings { places, seed, .. } = settings;
    let zones = Zones::of(places)?;
    for database in Database::ALL {
        places.execute(database, &samples::setup(database, &zones, *seed))?;
    }
    let boards = boards(settings, &zones)?;
    let expected = expected(places, &zones, &boards)?;
    let brisk = serve(settings, &boards)?;
    let client = Client::default();
    let mut report = Report { seed: *seed, ..Report::default() };
    let all = boards
        .iter()
        .enumerate()
        .flat_map(|(at, board)| (0..board.cases.len()).map(move |panel| (at, board, panel)));
    let checks = all.zip(&expected).map(|((at, board, panel), expected)| {
        let (brisk, client, zones) = (&brisk, &client, &zones);
        async move {
            let case = &board.cases[panel];
            let outcome = check(client, brisk, zones, at, panel, case, expected).await;
            (board, case, expected, outcome)
        }
    });
    let mut outcomes = stream::iter(checks).buffered(AT_ONCE);
    while let Some((board, case, expected, outcome)) = outcomes.next().await {
        *report.compared.entry((board.database, case.kind)).or_default() += 1;
        report.rows += expected.rows.len();
        report.empty += usize::from(expected.rows.is_empty());
        let Err(error) = outcome else { continue };
        match known::reason(&error) {
            Some(reason) => *report.known.entry(reason).or_default() += 1,
            None => report.differences.push(format!(
                "{} {} {} now {} {:?}\n    {error:#}\n    {}\n    {}",
                board.database,
                case.kind,
                board.zone,
                board.now,
                case.pairs,
                case.ours,
                case.theirs
            )),
        }
    }
    Ok(report)
}

fn boards(settings: &Settings, zones: &Zones) -> Result<Vec<Board>> {
    let mut random = StdRng::seed_from_u64(settings.seed);
    let per_board = settings.statements.div_ceil(DASHBOARDS).clamp(1, PANELS);
    let count = settings.statements.div_ceil(per_board);
    let mut drafts = Vec::new();
    for at in 0..count {
        let database = Database::ALL[at % Database::ALL.len()];
        let (zone, now) = (pick(&mut random, &ZONES), pick(&mut random, &NOWS));
        let size = per_board.min(settings.statements - at * per_board);
        let ranges: Vec<Range> = (0..size).map(|_| Range::random(&mut random, now)).collect();
        drafts.push((database, zone, now, ranges));
    }
    let ranges: Vec<(&str, &Range)> = drafts
        .iter()
        .flat_map(|(_, zone, _, ranges)| ranges.iter().map(|range| (*zone, range)))
        .collect();
    let mut bounds = ranges::bounds(&settings.places, zones, &ranges)?.into_iter();
    let board =
        |(database, zone, now, ranges): &(Database, &'static str, &'static str, Vec<Range>)| {
            let case = |range| {
                let bounds = bounds.next().context("a range has no bounds")?;
                Ok(Case::random(&mut random, *database, zone, range, bounds))
            };
            let cases = ranges.iter().map(case).collect::<Result<_>>()?;
            Ok(Board { database: *database, zone, now, cases })
        };
    drafts.iter().map(board).collect()
}

/// What the clients print, in the order of the cases.
fn expected(places: &Places, zones: &Zones, boards: &[Board]) -> Result<Vec<Expected>> {
    let mut printed = BTreeMap::new();
    for database in Database::ALL {
        let of_database = boards.iter().filter(|board| board.database == database);
        let statements: Vec<String> = of_database
            .flat_map(|board| board.cases.iter().map(|case| case.theirs.clone()))
            .collect();
        printed.insert(database, places.ask(database, &statements)?.into_iter());
    }
    let mut all = Vec::new();
    for board in boards {
        for case in &board.cases {
            let rows = printed.get_mut(&board.database).and_then(Iterator::next);
            let rows = rows.context("a statement has no result")?;
            let read = |row: Vec<clients::Cell>| -> Result<Vec<Value>> {
                if row.len() != case.columns.len() {
                    bail!("{} columns of {}: {}", row.len(), case.columns.len(), case.theirs);
                }
                let cells = row.iter().zip(&case.columns);
                cells.map(|(cell, (_, kind))| Value::printed(cell, *kind, board.database)).collect()
            };
            let rows = rows.into_iter().map(read).collect::<Result<_>>()?;
            let rows: Vec<Vec<Value>> = rows;
            let end = data_end(board, zones)?;
            let complete = rows.iter().map(|row| match (case.buckets, row.first()) {
                (Some((unit, range)), Some(Value::Time(micros))) => {
                    let start = micros.div_euclid(1_000_000);
                    zones.is_whole(board.zone, start, unit, range, end)
                }
                _ => None,
            });
            let (complete, columns) = (complete.collect(), case.columns.clone());
            let (zone, kind) = (board.zone.to_owned(), case.kind);
            all.push(Expected { columns, rows, zone, kind, complete });
        }
    }
    Ok(all)
}

/// The end of a board's data: its now, or the end of that day.
fn data_end(board: &Board, zones: &Zones) -> Result<i64> {
    let now = board.now;
    let is_date = !now.contains('T');
    let text = if is_date { format!("{now}T00:00:00Z") } else { format!("{now}:00Z") };
    let wall = value::micros(&text)?.div_euclid(1_000_000);
    Ok(zones.instant(board.zone, if is_date { wall + 86_400 } else { wall }))
}

fn serve(settings: &Settings, boards: &[Board]) -> Result<Brisk> {
    let Places { postgres, maria, sqlite } = &settings.places;
    let configuration = format!(
        "[source.pg]\nurl = \"{postgres}\"\nallow_superuser = true\n\
         [source.maria]\nurl = \"{maria}\"\nallow_superuser = true\n\
         [source.lite]\nurl = \"sqlite:{}\"\n",
        sqlite.display()
    );
    let dashboards =
        boards.iter().enumerate().map(|(at, board)| Ok((format!("b{at}.toml"), dashboard(board)?)));
    let dashboards = dashboards.collect::<Result<_>>()?;
    Deployment { program: settings.program.clone(), configuration, dashboards }.start()
}

/// A board's file. A JSON string is a TOML string, too.
fn dashboard(board: &Board) -> Result<String> {
    let Board { database, zone, now, cases } = board;
    let mut text = format!(
        "title = \"Differential\"\nsource = \"{}\"\ntimezone = \"{zone}\"\nnow = \"{now}\"\n",
        database.source()
    );
    let singles = predicates::SINGLE.iter().map(|name| (name, "single"));
    for (name, kind) in singles.chain(predicates::MULTI.iter().map(|name| (name, "multi"))) {
        text.push_str(&format!(
            "[[variable]]\nname = \"{name}\"\nkind = \"{kind}\"\noptions = \"select 'x' as o\"\n"
        ));
    }
    for (at, case) in cases.iter().enumerate() {
        let sql = serde_json::to_string(&case.ours)?;
        text.push_str(&format!(
            "[[panel]]\nid = \"p{at}\"\ntitle = \"p{at}\"\nkind = \"{}\"\n{}sql = {sql}\n",
            case.kind, case.options
        ));
    }
    Ok(text)
}

async fn check(
    client: &Client,
    brisk: &Brisk,
    zones: &Zones,
    board: usize,
    panel: usize,
    case: &Case,
    expected: &Expected,
) -> Result<()> {
    let pairs: Vec<String> =
        case.pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let query = pairs.join("&");
    let get = async |path: String| -> Result<String> {
        let answer = client.get(&brisk.url(&path), PATIENCE).await?;
        let body = String::from_utf8(answer.body.to_vec())?;
        match answer.status {
            200 => Ok(body),
            status => bail!("{path}: status {status}: {body}"),
        }
    };
    let api = format!("/api/v1/dashboards/b{board}/panels/p{panel}");
    let body = get(format!("{api}?{query}")).await.context("API")?;
    expected.check_api(&body).context("API")?;
    let body = get(format!("{api}.csv?{query}")).await.context("CSV")?;
    expected.check_csv(&body, zones).context("CSV")?;
    let body = get(format!("/d/b{board}/p/p{panel}?{query}")).await.context("page")?;
    expected.check_page(&body, zones).context("page")
}

/// `text`, percent-encoded for a URL.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

impl Report {
    /// Whether everything is the same.
    pub fn check(&self) -> Result<()> {
        let compared: usize = self.compared.values().sum();
        if self.empty * 2 > compared {
            bail!("more than half of the statements have no row: they would show nothing");
        }
        if !self.differences.is_empty() {
            bail!("{} differences; the seed is {}", self.differences.len(), self.seed);
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let compared: usize = self.compared.values().sum();
        writeln!(
            f,
            "{compared} statements through page, API and CSV, {} rows, {} statements without one; seed {}",
            self.rows, self.empty, self.seed
        )?;
        for database in Database::ALL {
            let of_database = self.compared.iter().filter(|((of, _), _)| *of == database);
            let kinds: Vec<String> =
                of_database.map(|((_, kind), count)| format!("{count} {kind}")).collect();
            writeln!(f, "  {database}: {}", kinds.join(", "))?;
        }
        for (reason, count) in &self.known {
            writeln!(f, "  {count} differ as is known: {reason}")?;
        }
        writeln!(f, "  {} differences", self.differences.len())?;
        for difference in self.differences.iter().take(40) {
            writeln!(f, "{difference}")?;
        }
        Ok(())
    }
}
