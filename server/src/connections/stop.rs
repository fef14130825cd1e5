//! [`Stop`]: whether the process was told to stop, by SIGTERM or SIGINT. A second signal ends it at
//! once, and so does the end of its time.

use anyhow::Context;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Whether the process was told to stop. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// The exit code of a process that a signal has ended, as shells have it.
const SIGNALLED: i32 = 128;
/// The exit code of a process that did not end in time.
const OVERDUE: i32 = 1;

impl Stop {
    /// Handles signals from now on. The process ends `limit` after the first one, whatever it is doing
    /// then.
    pub fn on_signals(limit: Duration) -> anyhow::Result<Self> {
        let is_second = Arc::new(AtomicBool::new(false));
        // In the handler itself, in this order: it must not depend on any of our threads.
        for number in [SIGTERM, SIGINT] {
            flag::register_conditional_shutdown(number, SIGNALLED + number, is_second.clone())
                .and_then(|_| flag::register(number, is_second.clone()))
                .context("listening to signals")?;
        }
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            end_after(limit);
            sender.send_replace(true);
            // Keeps the sender alive.
            std::future::pending::<()>().await;
        });
        Ok(Self(receiver))
    }

    /// Stops when `sender` says so; for tests.
    pub fn on(sender: &watch::Sender<bool>) -> Self {
        Self(sender.subscribe())
    }

    /// Waits until the process is to stop.
    pub async fn begun(&mut self) {
        if self.0.wait_for(|is_begun| *is_begun).await.is_err() {
            // The sender is gone, and it never stops.
            std::future::pending::<()>().await;
        }
    }
}

/// On a thread of its own, because the runtime may be what does not end.
fn end_after(limit: Duration) {
    let end = move || {
        std::thread::sleep(limit);
        tracing::error!("the process does not end within {} s; it is ended", limit.as_secs_f32());
        std::process::exit(OVERDUE);
    };
    if let Err(error) = std::thread::Builder::new().name("stop".into()).spawn(end) {
        tracing::warn!(%error, "nothing ends the process if it does not end in time");
    }
}
