//! [`Limits`]: how many connections there may be, and how long each step of one may take.

use super::pace::Rule;
use rustix::process::{Resource, getrlimit};
use std::time::Duration;

/// The most bytes of a request's head, and of what is read or written ahead: a long address, the
/// same in `Referer`, and 16 KiB for the rest.
pub(super) const MOST_HEAD: usize = 2 * 65_534 + (16 << 10);

/// How many connections there may be, and how long each step of one may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time; at most, and by default, 80 % of the limit of open files.
    pub most: Option<usize>,
    /// Connections of one client, and requests of a client whom a trusted proxy names; by default half
    /// of all, within 256 to 2,000.
    pub per_client: Option<usize>,
    /// From the first byte of a request, or from the start of the connection, to the end of its headers.
    pub headers: Duration,
    /// From there to the end of the request's body.
    pub body: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// For how long a client may take nothing of what is sent to it.
    pub write: Duration,
    /// Bytes a second that a client has to take while more of them wait for it, on average over as long as
    /// it may take nothing; 0 for no such limit.
    pub least_rate: u64,
    /// Bytes of long answers that are in memory and not yet taken by their clients.
    pub unsent: usize,
    /// From the signal to stop until what is still open is cut off.
    pub stop: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            most: None,
            per_client: None,
            headers: seconds(10),
            body: seconds(30),
            idle: seconds(75),
            write: seconds(30),
            least_rate: 4 << 10,
            unsent: 256 << 20,
            // The process ends ten seconds after the signal: two more are for what comes afterwards.
            stop: seconds(8),
        }
    }
}

/// How many connections this process may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    /// For everything.
    pub(super) most: usize,
    /// Further ones, which are answered only about health.
    pub(super) spare: usize,
    /// For one client.
    pub(super) per_client: usize,
}

impl Limits {
    /// How many of the connections may be kept by pages that follow their data: these end only with their
    /// readers, and others have to fit beside them.
    pub fn most_kept(&self) -> usize {
        (self.room().most * 4 / 5).max(1)
    }

    /// How many connections fit beside the other files that this process has open.
    pub(super) fn room(&self) -> Room {
        let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let files = usize::try_from(files).unwrap_or(usize::MAX).min(MOST_FILES);
        let fits = (files / 5 * 4).max(1);
        let most = self.most.unwrap_or(fits).min(fits);
        // Enough for an office behind one address.
        let usual = (most / 2).clamp(256, 2_000);
        let per_client = self.per_client.unwrap_or(usual).min(most);
        Room { most, spare: (files / 20).clamp(1, MOST_SPARE), per_client }
    }

    /// How fast clients have to take what is sent to them.
    pub(super) fn pace(&self) -> Rule {
        Rule { least: self.least_rate, window: self.write }
    }
}

/// More connections than a process can serve, whatever the limit of open files.
const MOST_FILES: usize = 1 << 20;
/// As many health checks as may come at the same time.
const MOST_SPARE: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_take_at_most_four_fifths_of_the_limit_of_open_files() {
        let Room { most, spare, .. } = Limits::default().room();
        let files = getrlimit(Resource::Nofile).current.unwrap_or(1 << 20);
        let share = (most + spare) as f64 / (files as f64).min(MOST_FILES as f64);
        assert!((0.7..=0.87).contains(&share), "{most} and {spare} of {files}");
        let few = Limits { most: Some(3), ..Limits::default() };
        assert_eq!((few.room().most, few.room().per_client), (3, 3));
        let office = Limits { most: Some(600), ..Limits::default() };
        assert_eq!(office.room().per_client, 300.min(office.room().most));
        let many = Limits { most: Some(usize::MAX), ..Limits::default() };
        assert_eq!(many.room().most, most);
    }
}
