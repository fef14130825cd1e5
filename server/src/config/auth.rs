//! `[auth]`: how long people stay signed in.

use brisk_toml_reader::{Fields, Problems};
use std::ops::RangeInclusive;
use std::time::Duration;

/// How long people stay signed in, and how long links and tokens are good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthLimits {
    /// A session that was not used for so long has ended.
    pub idle: Duration,
    /// A session ends after so long, whatever happens.
    pub absolute: Duration,
    /// How long a one-time link is good.
    pub link: Duration,
    /// The longest life of a token.
    pub token: Duration,
}

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);
const LIVES: RangeInclusive<Duration> = MINUTE..=Duration::from_secs(366 * 86_400);

impl Default for AuthLimits {
    /// A week away is a holiday; a month later one signs in again.
    fn default() -> Self {
        Self { idle: 7 * DAY, absolute: 30 * DAY, link: DAY, token: 366 * DAY }
    }
}

impl AuthLimits {
    /// Reads `[auth]`.
    pub(super) fn read(table: &Fields<'_>, problems: &mut Problems<'_>) -> Self {
        let usual = Self::default();
        let mut life = |key, usual| table.seconds(key, LIVES, problems).unwrap_or(usual);
        let limits = Self {
            idle: life("session_idle", usual.idle),
            absolute: life("session_absolute", usual.absolute),
            link: life("link", usual.link),
            token: life("token", usual.token),
        };
        table.finish(problems);
        limits
    }
}
