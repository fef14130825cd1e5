//! The same questions through what people put between Brisk and PostgreSQL: a read replica, and PgBouncer in its
//! modes. Each answer is compared with the server's own.

use super::dashboards::REGIONS;
use super::world::World;
use crate::client::Client;
use crate::servers::brisk::Brisk;
use crate::servers::pgbouncer::PgBouncer;
use crate::servers::postgres::READER;
use anyhow::{Result, ensure};
use futures::stream::{self, StreamExt as _};
use serde_json::Value;
use std::fmt;
use std::time::Duration;

/// What came through one of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Through {
    name: &'static str,
    /// Whether docs/scaling.md says that it works; others are refused.
    is_supported: bool,
    /// Answers that are those of the server itself, others, and errors.
    equal: usize,
    different: usize,
    failed: usize,
    first_difference: Option<String>,
    first_error: Option<String>,
}

const PANELS: [&str; 7] =
    ["revenue", "lines", "most", "revenue-by-day", "lines-by-day", "most-by-day", "products"];
/// Questions at a time.
const AT_ONCE: usize = 8;
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks all of them.
pub(super) async fn run(world: &World) -> Result<Vec<Through>> {
    let standby = world.source.front.replica()?;
    let (server, users) = (world.source.front.port, &[READER][..]);
    let day = async |before: u32| {
        world.source.front.text(&format!("select (current_date - {before})::text")).await
    };
    // Whole days, so that the same rows are in it each time.
    let range = format!("from={}&to={}", day(9).await?, day(1).await?);
    let poolers =
        ["session", "transaction", "statement"].map(|mode| PgBouncer::start(server, mode, users));
    let [session, transaction, statement] = poolers;
    let (session, transaction, statement) = (session?, transaction?, statement?);
    let expected = answers(&at(world, server)?, &range).await;
    let failed = expected.iter().find_map(|(_, answer)| answer.as_ref().err());
    ensure!(failed.is_none(), "the server itself: {failed:?}");
    let mut all = Vec::new();
    for (name, is_supported, port) in [
        ("a read replica (hot standby)", true, standby.port),
        ("PgBouncer, session mode", true, session.port),
        ("PgBouncer, transaction mode", false, transaction.port),
        ("PgBouncer, statement mode", false, statement.port),
    ] {
        let replica = at(world, port)?;
        let mut through = Through { name, is_supported, ..Through::default() };
        for ((path, expected), (_, actual)) in expected.iter().zip(answers(&replica, &range).await)
        {
            match (expected, actual) {
                (Ok(expected), Ok(actual)) if *expected == actual => through.equal += 1,
                (_, Ok(actual)) => {
                    through.different += 1;
                    through.first_difference.get_or_insert_with(|| {
                        format!("{path} is {actual} instead of {expected:?}")
                    });
                }
                (_, Err(error)) => {
                    through.failed += 1;
                    through.first_error.get_or_insert(error);
                }
            }
        }
        all.push(through);
    }
    Ok(all)
}

/// A replica without a cache, whose source is at `port`.
fn at(world: &World, port: u16) -> Result<Brisk> {
    let url = format!("postgres://{READER}@127.0.0.1:{port}/postgres");
    world.alone(&format!("[source.bench]\nurl = \"{url}\"\n[cache]\nmode = \"off\"\n"))
}

/// The frames of all panels in all views, by address.
async fn answers(replica: &Brisk, range: &str) -> Vec<(String, Result<Value, String>)> {
    let client = Client::default();
    let paths = REGIONS.into_iter().flat_map(|region| {
        PANELS.map(|panel| match region {
            "" => format!("/api/v1/dashboards/sales/panels/{panel}?{range}"),
            _ => format!("/api/v1/dashboards/sales/panels/{panel}?{range}&region={region}"),
        })
    });
    let asked = stream::iter(paths).map(|path| {
        let client = client.clone();
        async move {
            let answer = client.get(&replica.url(&path), PATIENCE).await;
            let frame = answer.map_err(|error| error.to_string()).and_then(|answer| {
                let text = String::from_utf8_lossy(&answer.body).into_owned();
                let json = serde_json::from_str::<Value>(&text).ok();
                let frame = json.and_then(|json| Some(json.pointer("/panel/frame")?.clone()));
                frame.filter(|frame| answer.status == 200 && !frame.is_null()).ok_or(text)
            });
            (path, frame)
        }
    });
    asked.buffered(AT_ONCE).collect().await
}

/// Whether everything has come through what works, and nothing through the rest, which is refused.
pub(super) fn check(all: &[Through]) -> Result<()> {
    for through in all {
        let others = if through.is_supported { through.failed } else { through.equal };
        ensure!(through.different == 0 && others == 0, "{through:?}");
    }
    Ok(())
}

/// What came through as a table.
pub(super) struct Table<'a>(pub(super) &'a [Through]);

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| source | answers equal to the server's own | different | errors |")?;
        writeln!(f, "|---|---|---|---|")?;
        for Through { name, equal, different, failed, .. } in self.0 {
            writeln!(f, "| {name} | {equal} | {different} | {failed} |")?;
        }
        for Through { name, first_difference, first_error, .. } in self.0 {
            for what in first_difference.iter().chain(first_error) {
                writeln!(f, "\n{name}: {what}")?;
            }
        }
        Ok(())
    }
}
