//! How tests wait: for an event, never for a fixed time. An event that does not happen within
//! [`LIMIT`] fails the test with a message, so tests neither hang nor depend on the speed of the
//! machine. [`servers`] locates the databases that they use.

pub mod servers;

use std::fmt::Display;
use std::panic::Location;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Far longer than anything takes on a busy machine, and shorter than the minute that a test may
/// run.
pub const LIMIT: Duration = Duration::from_secs(45);
/// The polling interval for conditions that send no event.
const PAUSE: Duration = Duration::from_millis(5);

/// Waits for `future` and returns its output.
///
/// # Panics
/// If that takes longer than [`LIMIT`]; the message names `what` and the caller.
#[track_caller]
pub fn wait_for<F: Future>(what: impl Display, future: F) -> impl Future<Output = F::Output> {
    let place = Location::caller();
    async move {
        match tokio::time::timeout(LIMIT, future).await {
            Ok(output) => output,
            Err(_) => give_up(&what, place),
        }
    }
}

/// Waits until `condition` holds.
///
/// # Panics
/// If it does not hold within [`LIMIT`]; the message names `what` and the caller.
#[track_caller]
pub fn eventually(
    what: impl Display,
    mut condition: impl AsyncFnMut() -> bool,
) -> impl Future<Output = ()> {
    wait_for(what, async move {
        while !condition().await {
            tokio::time::sleep(PAUSE).await;
        }
    })
}

/// Like [`eventually`], for threads that may block.
///
/// # Panics
/// As [`eventually`] does.
#[track_caller]
pub fn eventually_blocking(what: impl Display, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        if begun.elapsed() > LIMIT {
            give_up(&what, Location::caller());
        }
        std::thread::sleep(PAUSE);
    }
}

/// Runs `command` to completion and returns what it printed.
///
/// # Panics
/// If it cannot be started or does not finish within [`LIMIT`], in which case it is killed.
#[track_caller]
#[allow(clippy::expect_used)] // That is how a test fails.
pub fn output(command: &mut Command) -> Output {
    let (what, place) = (format!("{command:?} ends"), Location::caller());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("the program starts");
    let id = child.id().to_string();
    let (done, ended) = mpsc::channel();
    std::thread::spawn(move || done.send(child.wait_with_output()));
    let Ok(output) = ended.recv_timeout(LIMIT) else {
        let _ = Command::new("kill").args(["-KILL", &id]).status();
        give_up(&what, place);
    };
    output.expect("the program's output")
}

#[allow(clippy::panic)] // That is how a test fails.
fn give_up(what: &dyn Display, place: &Location<'_>) -> ! {
    panic!("waited {} s for this, in vain: {what} ({place})", LIMIT.as_secs())
}
