//! Formats durations.

use super::digits::{grouped, significant};
use crate::Timestamp;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// A duration in at most two units: `850 ms`, `3.2 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`, `92
/// d`.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.round() as i64;
    match seconds {
        0.0 => "0 s".into(),
        s if s < 1.0 => format!("{} ms", significant(s * 1000.0, 3)),
        s if s < 60.0 => format!("{} s", significant(s, 2)),
        _ if whole < HOUR => format!("{} min {} s", whole / 60, whole % 60),
        _ if whole < 2 * DAY => format!("{} h {} min", whole / HOUR, whole % HOUR / 60),
        s if whole < 10 * DAY => match (s / HOUR as f64).round() as i64 {
            hours if hours % 24 == 0 => format!("{} d", hours / 24),
            hours => format!("{} d {} h", hours / 24, hours % 24),
        },
        s => format!("{} d", grouped(&format!("{:.0}", s / DAY as f64))),
    }
}

/// [`duration`] to the minute, however long it is: `92 d 6 h 34 min`.
pub fn precise_duration(seconds: f64) -> String {
    let whole = seconds.round() as i64;
    if whole < 2 * DAY {
        return duration(seconds);
    }
    let days = grouped(&(whole / DAY).to_string());
    format!("{days} d {} h {} min", whole % DAY / HOUR, whole % HOUR / 60)
}

/// A duration from a configuration, without zero parts: "5 min".
pub fn round_duration(seconds: f64) -> String {
    let text = duration(seconds);
    text.trim_end_matches(" 0 s").trim_end_matches(" 0 min").to_owned()
}

/// How long ago `at` was, in the largest unit that is precise enough.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    match now.seconds().saturating_sub(at.seconds()) {
        seconds if seconds < 120 => format!("{} s ago", seconds.max(0)),
        seconds if seconds < 7_200 => format!("{} min ago", seconds / 60),
        seconds if seconds < 172_800 => format!("{} h ago", seconds / 3_600),
        seconds => format!("{} days ago", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_durations_have_large_units() {
        let cases = [
            (0.25, "250 ms"),
            (250.0, "4 min 10 s"),
            (3_599.7, "1 h 0 min"),
            (7_500.0, "2 h 5 min"),
            (172_800.0, "2 d"),
            (275_000.0, "3 d 4 h"),
            (7_972_440.0, "92 d"),
            (1e9, "11,574 d"),
        ];
        for (seconds, text) in cases {
            assert_eq!(duration(seconds), text);
        }
        assert_eq!(precise_duration(7_972_440.0), "92 d 6 h 34 min");
        assert_eq!(precise_duration(7_500.0), "2 h 5 min");
        assert_eq!(round_duration(604_800.0), "7 d");
    }
}
