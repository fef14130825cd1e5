//! The offsets of zones that columns were written in, over the years that sources cover.

use brisk_domain::{Timestamp, ZoneName, ZoneOffsets};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// 1900 to 2100.
const FIRST: Timestamp = Timestamp::from_seconds(-2_208_988_800);
const LAST: Timestamp = Timestamp::from_seconds(4_102_444_800);

/// A zone and its offsets.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ZoneClock {
    pub(crate) name: ZoneName,
    pub(crate) offsets: Arc<ZoneOffsets>,
}

impl ZoneClock {
    /// The clock of `zone`. Finding its changes takes milliseconds, so it is done once per zone.
    pub(crate) fn of(zone: &ZoneName) -> Self {
        static KNOWN: Mutex<BTreeMap<String, Arc<ZoneOffsets>>> = Mutex::new(BTreeMap::new());
        let mut known = KNOWN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let name = zone.as_str().to_owned();
        let offsets = known.entry(name).or_insert_with(|| Arc::new(zone.offsets(FIRST, LAST)));
        Self { name: zone.clone(), offsets: Arc::clone(offsets) }
    }

    /// Whether it shows UTC.
    pub(crate) fn is_utc(&self) -> bool {
        *self.offsets == ZoneOffsets::utc()
    }
}
