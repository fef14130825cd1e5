//! [`ZoneClock`]: what the functions of a connection calculate, for one zone. Pure.

use crate::compile::offset_steps::OffsetSteps;
use crate::compile::segments::Segments;
use brisk_domain::{Interval, ZoneOffsets};
use chrono::DateTime;
use std::sync::OnceLock;

/// A zone's clock. All times are whole seconds; wall-clock times count as if the clock showed UTC.
#[derive(Debug)]
pub(super) struct ZoneClock {
    zone: ZoneOffsets,
    offsets: OffsetSteps,
    /// The offsets at the starts of buckets, by the index of their width in [`Interval::ALL`].
    starts: [OnceLock<OffsetSteps>; Interval::ALL.len()],
    instants: OnceLock<Segments>,
}

/// Times beyond the calendar's reach have no reading.
const FURTHEST: u64 = 8_000_000_000_000;

impl ZoneClock {
    pub(super) fn new(zone: ZoneOffsets) -> Self {
        let offsets = OffsetSteps::offsets(&zone);
        Self { zone, offsets, starts: Default::default(), instants: OnceLock::new() }
    }

    /// The offsets that it was made from.
    pub(super) fn zone(&self) -> &ZoneOffsets {
        &self.zone
    }

    /// The start of the bucket of `instant`.
    pub(super) fn bucket(&self, instant: i64, interval: Interval) -> Option<i64> {
        let wall = self.wall(instant)?;
        if matches!(interval, Interval::Minute | Interval::Hour) {
            return Some(instant - wall.rem_euclid(interval.seconds()));
        }
        let start = interval.floor(DateTime::from_timestamp(wall, 0)?.naive_utc());
        let place = Interval::ALL.iter().position(|other| *other == interval)?;
        let starts =
            self.starts[place].get_or_init(|| OffsetSteps::at_bucket_starts(interval, &self.zone));
        Some(start.and_utc().timestamp() - starts.at(instant))
    }

    /// What the clock shows at `instant`.
    pub(super) fn wall(&self, instant: i64) -> Option<i64> {
        (instant.unsigned_abs() < FURTHEST).then(|| instant + self.offsets.at(instant))
    }

    /// The instant at which the clock shows `wall`.
    pub(super) fn instant(&self, wall: i64) -> Option<i64> {
        let instants = self.instants.get_or_init(|| {
            Segments::offsets(&self.zone).over_wall_times(&self.zone, |change| change)
        });
        (wall.unsigned_abs() < FURTHEST).then(|| instants.start(wall))
    }
}
