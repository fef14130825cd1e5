//! [`Shift`]: how far back the comparison period lies.

use crate::{Bounds, Interval, Timestamp, ZoneOffsets};
use chrono::{Datelike, Duration, Months, NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

/// How far back the comparison period lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Shift {
    /// Calendar months: the same day of another month.
    Months(u32),
    /// Calendar days: the same time of day.
    Days(u32),
    /// Elapsed seconds, for ranges that are not a whole number of days.
    Seconds(i64),
}

impl Shift {
    /// A shift of nothing would compare a range with itself.
    pub(super) fn at_least(self, bounds: Bounds) -> Self {
        match self {
            Self::Seconds(..=0) => Self::Seconds(bounds.seconds().max(1)),
            other => other,
        }
    }

    /// The smallest shift that is at least as long and a whole number of `interval`.
    pub(super) fn in_whole(self, interval: Interval, bounds: Bounds, zone: &ZoneOffsets) -> Self {
        let days = |seconds: i64| u32::try_from(seconds.max(0).div_ceil_of(86_400)).unwrap_or(0);
        match (interval, self) {
            (Interval::Minute | Interval::Hour, Self::Seconds(seconds)) => {
                let width = interval.seconds();
                Self::Seconds(seconds.div_ceil_of(width) * width)
            }
            (
                Interval::Minute | Interval::Hour | Interval::Day,
                Self::Months(_) | Self::Days(_),
            ) => self,
            (Interval::Day, Self::Seconds(seconds)) => Self::Days(days(seconds)),
            (Interval::Week, _) => {
                let from = zone.local(bounds.from);
                let length = match self {
                    Self::Months(months) => back(from, months).map_or(0, |b| (from - b).num_days()),
                    Self::Days(count) => i64::from(count),
                    Self::Seconds(seconds) => i64::from(days(seconds)),
                };
                Self::Days(u32::try_from(length.div_ceil_of(7) * 7).unwrap_or(7))
            }
            (Interval::Month | Interval::Quarter | Interval::Year, _) => {
                let width = match interval {
                    Interval::Quarter => 3,
                    Interval::Year => 12,
                    _ => 1,
                };
                let months = match self {
                    Self::Months(months) => months,
                    Self::Days(_) | Self::Seconds(_) => {
                        let (from, to) = (zone.local(bounds.from), zone.local(bounds.to));
                        let wanted = match self {
                            Self::Days(count) => from + Duration::days(i64::from(count)),
                            _ => to,
                        };
                        let is_enough =
                            |months: &u32| back(wanted, *months).is_none_or(|b| b <= from);
                        (1..).find(is_enough).unwrap_or(1)
                    }
                };
                Self::Months(months.div_ceil(width) * width)
            }
        }
    }

    /// The instant in the earlier period that stands beside `instant`; `None` if there is none:
    /// there is no 31 February, and no hour that the clock skips.
    pub fn back(self, instant: Timestamp, zone: &ZoneOffsets) -> Option<Timestamp> {
        self.moved((instant, -1), zone, false)
    }

    /// The same for starts of days, which may be at another time than midnight on the clock.
    pub(super) fn day_back(self, start: Timestamp, zone: &ZoneOffsets) -> Option<Timestamp> {
        self.moved((start, -1), zone, true)
    }

    /// [`Self::forth`] for starts of days.
    pub(super) fn day_forth(self, earlier: Timestamp, zone: &ZoneOffsets) -> Option<Timestamp> {
        self.moved((earlier, 1), zone, true)
    }

    /// The instant in the range beside which `earlier` stands, if there is one; the earlier one
    /// where the clock shows it twice.
    pub fn forth(self, earlier: Timestamp, zone: &ZoneOffsets) -> Option<Timestamp> {
        self.moved((earlier, 1), zone, false)
    }

    fn moved(
        self,
        (instant, direction): (Timestamp, i64),
        zone: &ZoneOffsets,
        is_by_days: bool,
    ) -> Option<Timestamp> {
        let local = match is_by_days {
            true => day_or_time(instant, zone),
            false => zone.local(instant),
        };
        let wall = match self {
            Self::Months(months) => {
                let months = Months::new(months);
                let moved = match direction {
                    ..0 => local.checked_sub_months(months)?,
                    _ => local.checked_add_months(months)?,
                };
                (moved.day() == local.day()).then_some(moved)?
            }
            Self::Days(days) => {
                local.checked_add_signed(Duration::days(direction * i64::from(days)))?
            }
            Self::Seconds(seconds) => {
                let moved = instant
                    .0
                    .checked_add(direction.checked_mul(seconds)?.checked_mul(1_000_000)?)?;
                return Some(Timestamp(moved));
            }
        };
        let moved = zone.instant(wall);
        let shown = zone.local(moved);
        let begins_day = is_by_days && wall.time() == NaiveTime::MIN;
        (shown == wall || begins_day && shown.date() == wall.date()).then_some(moved)
    }

    /// An end of the earlier period. A day that a shorter month lacks becomes the end of that
    /// month.
    pub(super) fn bound(self, instant: Timestamp, zone: &ZoneOffsets) -> Timestamp {
        if let Some(moved) = self.day_back(instant, zone) {
            return moved;
        }
        let local = zone.local(instant);
        match self {
            Self::Months(months) => {
                let moved = back(local, months).unwrap_or(local);
                let after_month = |at: NaiveDateTime| {
                    let first = NaiveDate::from_ymd_opt(at.year(), at.month(), 1)?;
                    Some(first.checked_add_months(Months::new(1))?.and_time(NaiveTime::MIN))
                };
                let is_short = moved.day() != local.day();
                let wall = if is_short { after_month(moved).unwrap_or(moved) } else { moved };
                zone.instant(wall)
            }
            Self::Days(days) => zone.instant(local - Duration::days(i64::from(days))),
            Self::Seconds(_) => instant,
        }
    }
}

/// The midnight of the day that begins at `instant`, if one does, whatever the clock shows then; otherwise
/// what the clock shows.
fn day_or_time(instant: Timestamp, zone: &ZoneOffsets) -> NaiveDateTime {
    let local = zone.local(instant);
    let midnight = local.date().and_time(NaiveTime::MIN);
    if zone.instant(midnight) == instant { midnight } else { local }
}

fn back(local: NaiveDateTime, months: u32) -> Option<NaiveDateTime> {
    local.checked_sub_months(Months::new(months))
}

/// Rounded-up division, which the standard library has for unsigned integers only.
trait DivCeil {
    fn div_ceil_of(self, width: i64) -> i64;
}

impl DivCeil for i64 {
    fn div_ceil_of(self, width: i64) -> i64 {
        -(-self).div_euclid(width)
    }
}
