//! [`KnownZones`]: for which zones a server's data agree with Brisk's, as far as the server has
//! been queried.

use brisk_domain::ZoneName;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// How far a server's data about a zone agree with Brisk's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Agreement {
    /// Not at all, or the server does not know the zone.
    None,
    /// From 1970 on. Before that, the time zone database has one clock for cities whose clocks have been the same
    /// since; many systems have the older data, too, in which they differ: Amsterdam, Oslo, Stockholm.
    Since1970,
    /// From 1900 on.
    Whole,
}

/// Whose clock a statement uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// Brisk's, in a session in UTC.
    Apart,
    /// Brisk's in the macros; the author's own functions use that of the session, which is right since 1970.
    WithOwnMacros,
    /// The server's, in a session in the statement's zone.
    InZone,
}

impl Agreement {
    /// Whose clock can be used, for rows that may be from before 1970 or not.
    pub(crate) fn standing(self, before_1970: bool) -> Standing {
        match self {
            Self::None => Standing::Apart,
            Self::Since1970 if before_1970 => Standing::WithOwnMacros,
            Self::Since1970 | Self::Whole => Standing::InZone,
        }
    }
}

impl From<bool> for Agreement {
    fn from(agrees: bool) -> Self {
        if agrees { Self::Whole } else { Self::None }
    }
}

/// For which zones a server's data agree with Brisk's, as far as the server has been queried.
/// Shared by clones.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownZones(Arc<Mutex<BTreeMap<String, Agreement>>>);

impl KnownZones {
    /// How far they agree; `None` before the server was asked.
    pub(crate) fn get(&self, zone: &ZoneName) -> Option<Agreement> {
        self.known().get(zone.as_str()).copied()
    }

    /// Remembers the answer.
    pub(crate) fn set(&self, zone: &ZoneName, agrees: Agreement) {
        self.known().insert(zone.as_str().to_owned(), agrees);
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Agreement>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
