//! Time macros on SQLite, by the functions that Brisk gives its connections (`functions`).

use crate::syntax::{Clock, Part, ZoneUse};
use brisk_domain::{Interval, ZoneName};

pub(super) struct SqliteClock<'a> {
    pub(super) zone: &'a ZoneName,
}

impl SqliteClock<'_> {
    fn bucket_of(&self, seconds: &str, interval: Interval) -> String {
        format!("brisk_bucket({seconds}, '{}', '{}')", interval.word(), self.zone)
    }
}

impl Clock for SqliteClock<'_> {
    fn zone_use(&self) -> ZoneUse {
        ZoneUse::ToldMacros
    }

    fn bucket(&self, expr: &str, interval: Interval) -> String {
        self.bucket_of(expr, interval)
    }

    fn wall_bucket(&self, expr: &str, interval: Interval) -> Option<String> {
        Some(self.bucket_of(&self.wall_time(expr), interval))
    }

    fn part(&self, expr: &str, part: Part) -> String {
        part_of(&format!("brisk_wall({expr}, '{}'), 'unixepoch'", self.zone), part)
    }

    fn wall_part(&self, expr: &str, part: Part) -> String {
        part_of(expr, part)
    }

    fn wall_time(&self, expr: &str) -> String {
        format!("brisk_instant(unixepoch({expr}), '{}')", self.zone)
    }
}

/// A part of the wall-clock time `wall`, which is a time and its modifiers.
fn part_of(wall: &str, part: Part) -> String {
    let field = match part {
        Part::Year => "%Y",
        Part::Month => "%m",
        Part::Weekday => "%u",
        Part::Hour => "%H",
    };
    format!("cast(strftime('{field}', {wall}) as integer)")
}
