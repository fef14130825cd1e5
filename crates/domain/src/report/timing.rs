//! [`Timing`]: when a report is due.

use crate::{Tag, ZoneName};
use chrono::NaiveTime;
use std::fmt;

/// When a report is due: at times, when data have landed, or at times but not before data have landed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Timing {
    /// On whose clock.
    pub zone: ZoneName,
    /// At these times.
    pub cron: Vec<CronTime>,
    /// When these data have landed.
    pub landing: Option<Landing>,
}

/// A time as in a crontab: `0 6 * * 1-5`. It was checked when it was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CronTime(pub String);

/// Data that have to land, once in each period.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Landing {
    /// The tags that have to be invalidated, all of them.
    pub after: Vec<Tag>,
    /// Within which period, and so how often at most.
    pub once: Period,
    /// When the period begins, on the clock, each day or on Mondays: with 20:00, what lands in the evening
    /// counts for the next morning.
    pub begins: NaiveTime,
    /// When it is due although something has not landed; never if `None`.
    pub at_latest: Option<LatestTime>,
}

/// A span on the clock within which data land once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Period {
    /// A day.
    #[default]
    Day,
    /// A week, which begins on Monday.
    Week,
}

/// The end of waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LatestTime {
    /// The day of the week, from 0 for Monday; only of a week.
    pub weekday: Option<u8>,
    /// The time.
    pub time: NaiveTime,
}

/// The days of the week as they are written.
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Period {
    /// The words in files.
    pub const WORDS: [(&'static str, Self); 2] = [("day", Self::Day), ("week", Self::Week)];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
        }
    }
}

/// Reads a time of day: `09:00`.
pub fn time_of_day(text: &str) -> Option<NaiveTime> {
    let has_form = text.len() == 5 && text.as_bytes()[2] == b':';
    has_form.then(|| NaiveTime::parse_from_str(text, "%H:%M").ok()).flatten()
}

impl LatestTime {
    /// Reads a time of day, for a week after a day: `09:00`, `tue 09:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let Some((day, time)) = text.split_once(' ') else {
            return Some(Self { weekday: None, time: time_of_day(text)? });
        };
        let day = day.to_ascii_lowercase();
        let weekday = WEEKDAYS.iter().position(|known| *known == day)?;
        Some(Self { weekday: u8::try_from(weekday).ok(), time: time_of_day(time)? })
    }
}

impl fmt::Display for LatestTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(day) = self.weekday.and_then(|day| WEEKDAYS.get(usize::from(day))) {
            write!(f, "{day} ")?;
        }
        write!(f, "{}", self.time.format("%H:%M"))
    }
}

/// Identifies the timing: as long as it is the same, due times are counted on.
impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.zone)?;
        for CronTime(expression) in &self.cron {
            write!(f, "; at {expression}")?;
        }
        if let Some(Landing { after, once, begins, at_latest }) = &self.landing {
            let mut tags: Vec<String> = after.iter().map(Tag::compared).collect();
            tags.sort();
            write!(f, "; after {}", tags.join(" "))?;
            write!(f, "; once a {} from {}", once.word(), begins.format("%H:%M"))?;
            if let Some(latest) = at_latest {
                write!(f, "; at the latest {latest}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latest_times_are_written_as_they_are_read() {
        for text in ["09:00", "00:00", "23:59", "tue 09:30"] {
            assert_eq!(LatestTime::parse(text).unwrap().to_string(), text);
        }
        for bad in ["", "9:00", "24:00", "09:00:00", "day 09:00", "tue", "tue  09:00", "0é:00"] {
            assert_eq!(LatestTime::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_order_of_tags_does_not_make_another_timing() {
        let timing = |tags: [&str; 2]| Timing {
            zone: ZoneName::utc(),
            cron: vec![CronTime("0 6 * * *".into())],
            landing: Some(Landing {
                after: tags.map(|tag| Tag::parse(tag).unwrap()).to_vec(),
                once: Period::Day,
                begins: NaiveTime::MIN,
                at_latest: LatestTime::parse("09:00"),
            }),
        };
        let (one, other) = (timing(["orders", "fx"]), timing(["fx", "orders"]));
        assert_eq!(one.to_string(), other.to_string());
        let said = "UTC; at 0 6 * * *; after fx orders; once a day from 00:00; at the latest 09:00";
        assert_eq!(one.to_string(), said);
    }
}
