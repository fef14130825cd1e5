//! How tests wait: for an event, never for a while. What does not come within [`LIMIT`] fails the
//! test with a sentence, so that none hangs, and none depends on how fast the machine is.

use std::fmt::Display;
use std::panic::Location;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Far longer than anything takes on a busy machine, and less than the minute that a test may last.
pub const LIMIT: Duration = Duration::from_secs(45);
/// Between two looks at what does not announce itself.
const PAUSE: Duration = Duration::from_millis(5);

/// What `future` gives.
///
/// # Panics
/// If that takes longer than [`LIMIT`], with `what` was waited for and where.
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
/// If it does not within [`LIMIT`], with `what` was waited for and where.
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

/// The same on a thread that may block.
///
/// # Panics
/// As [`eventually`].
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

/// Runs `command` to its end; what it says is in the answer.
///
/// # Panics
/// If it cannot be started, or does not end within [`LIMIT`]: then it is killed.
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
    output.expect("what the program said")
}

#[allow(clippy::panic)] // That is how a test fails.
fn give_up(what: &dyn Display, place: &Location<'_>) -> ! {
    panic!("waited {} s for this, in vain: {what} ({place})", LIMIT.as_secs())
}
