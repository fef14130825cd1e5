//! Notifications to systemd, where it started the process as a service of `Type=notify`: that it is
//! ready, that it lives, that it stops. Elsewhere they go nowhere.

use sd_notify::NotifyState;
use std::convert::Infallible;

/// The server answers.
pub fn ready() {
    tell(NotifyState::Ready);
}

/// The server has been told to stop.
pub fn stopping() {
    tell(NotifyState::Stopping);
}

/// Notifies, at twice the pace that systemd asks for (`WatchdogSec=`), that the process lives: that its
/// runtime still runs tasks.
pub async fn watchdog() -> Infallible {
    let Some(limit) = sd_notify::watchdog_enabled().filter(|limit| !limit.is_zero()) else {
        return std::future::pending().await;
    };
    let mut pace = tokio::time::interval(limit / 2);
    loop {
        pace.tick().await;
        // Not from here: this may be the one thread that is not stuck.
        let _ = tokio::spawn(async { tell(NotifyState::Watchdog) }).await;
    }
}

fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd cannot be told");
    }
}
