//! Listens to a PostgreSQL database whose tables have triggers that notify of changes, and invalidates
//! by table. A lost connection is made again; what may have been missed meanwhile is invalidated then.

use super::pending::Pending;
use super::reports::ListenerState;
use super::shared::Shared;
use brisk_domain::SourceName;
use brisk_engine::Engine;
use brisk_source::{Source, SourceError, Tells, ToldTable};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How often to check for triggers that were missing. The page checks as well, and shows what it finds.
const LOOK: Duration = Duration::from_secs(60);
/// How long after losing the connection to reconnect; twice as long each time, up to the second.
const AGAIN: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(30));
/// After a connection has lasted this long, the wait starts over.
const LASTED: Duration = Duration::from_secs(10);

/// Listens for as long as it is polled. `again` cuts short the wait for triggers.
pub(super) async fn run(
    shared: Arc<Shared>,
    name: SourceName,
    source: Source,
    mut again: watch::Receiver<u64>,
) -> Infallible {
    let (shared, name, source) = (shared.as_ref(), &name, &source);
    let pending = Pending::default();
    let recording = pending.record(&shared.engine, name, &shared.reports);
    let listening = async {
        let mut pause = AGAIN.0;
        loop {
            let begun = Instant::now();
            again.mark_unchanged();
            match listened(shared, name, source, &pending).await {
                Ok(()) => {
                    shared.reports.change(name, |report| report.state = ListenerState::Idle);
                    let _ = tokio::time::timeout(LOOK, again.changed()).await;
                    pause = AGAIN.0;
                }
                Err(error) => {
                    let now = shared.clock.now();
                    tracing::warn!(source = %name, %error, "a source is not listened to");
                    shared.reports.change(name, |report| {
                        if let ListenerState::Listening(_) = report.state {
                            report.lost = report.lost.saturating_add(1);
                        }
                        report.state = match report.state {
                            ListenerState::Lost(since, _) => {
                                ListenerState::Lost(since, error.to_string())
                            }
                            _ => ListenerState::Lost(now, error.to_string()),
                        };
                    });
                    if begun.elapsed() >= LASTED {
                        pause = AGAIN.0;
                    }
                    tokio::time::sleep(pause.mul_f64(0.8 + 0.4 * rand::random::<f64>())).await;
                    pause = (pause * 2).min(AGAIN.1);
                }
            }
        }
    };
    tokio::select! {
        never = listening => never,
        never = recording => never,
    }
}

/// The tables that are read, and whether they have triggers.
pub async fn told_tables(
    engine: &Engine,
    name: &SourceName,
    source: &Source,
) -> Result<Vec<ToldTable>, SourceError> {
    let read = engine.tables_read().remove(name).unwrap_or_default();
    let tables: Vec<String> = read.tables.into_iter().collect();
    source.told_tables(&tables).await
}

/// Listens until the connection is lost, which is an error; does nothing if no table has triggers.
async fn listened(
    shared: &Shared,
    name: &SourceName,
    source: &Source,
    pending: &Pending,
) -> Result<(), SourceError> {
    let tells = |table: &ToldTable| table.tells != Tells::Nothing;
    if !told_tables(&shared.engine, name, source).await?.iter().any(tells) {
        return Ok(());
    }
    let mut listener = source.listen().await?.with_heartbeat(shared.heartbeat);
    // Notifications from before this did not arrive here. Which tables have triggers is queried again:
    // triggers created since have covered what happened since.
    match told_tables(&shared.engine, name, source).await {
        Ok(told) => {
            let told: BTreeSet<String> =
                told.iter().filter(|table| tells(table)).map(ToldTable::path).collect();
            pending.add_tables(name, told.iter().map(String::as_str));
        }
        Err(_) => pending.add_all(name),
    }
    tracing::info!(source = %name, "a source is listened to");
    let since = shared.clock.now();
    shared.reports.change(name, |report| report.state = ListenerState::Listening(since));
    loop {
        let tables = listener.changed().await?;
        pending.add_tables(name, tables.iter().map(String::as_str));
        shared.reports.heard(name, shared.clock.now(), tables.into_iter().collect());
    }
}
