//! Formats durations.

use super::digits::{Precision, grouped, significant};
use super::exact::{Digits, Number};
use crate::Timestamp;

const HOUR: i128 = 3_600;
const DAY: i128 = 86_400;

/// A duration in at most two units: `850 ms`, `3.2 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`, `92
/// d`.
pub fn duration(seconds: f64) -> String {
    match Number::from(seconds).finite() {
        Ok(digits) => length(digits, Precision::UpTo(3)),
        Err(word) => word.into(),
    }
}

/// [`duration`] of a number of any length, without its sign.
pub(super) fn length(seconds: &Digits, precision: Precision) -> String {
    let seconds_digits = match precision {
        Precision::UpTo(_) => Precision::UpTo(2),
        Precision::Always(_) => Precision::Always(2),
    };
    match whole(&seconds.rounded(0)) {
        _ if seconds.is_zero() => "0 s".into(),
        _ if seconds.significant(3).power() < 0 => {
            format!("{} ms", significant(&seconds.clone().shifted(3), precision))
        }
        whole if whole < 60 => format!("{} s", significant(seconds, seconds_digits)),
        whole if whole < HOUR => format!("{} min {} s", whole / 60, whole % 60),
        whole if whole < 2 * DAY => {
            let minutes = times(seconds, 60);
            format!("{} h {} min", minutes / 60, minutes % 60)
        }
        whole if whole < 10 * DAY => match times(seconds, HOUR) {
            hours if hours % 24 == 0 => format!("{} d", hours / 24),
            hours => format!("{} d {} h", hours / 24, hours % 24),
        },
        _ => format!("{} d", grouped(&times(seconds, DAY).to_string())),
    }
}

/// [`length`] to the minute, however long it is: `92 d 6 h 34 min`.
pub(super) fn precise_length(seconds: &Digits) -> String {
    let whole = whole(&seconds.rounded(0));
    if whole < 2 * DAY {
        return length(seconds, Precision::UpTo(3));
    }
    let minutes = times(seconds, 60);
    let (days, minutes) = (minutes / (DAY / 60), minutes % (DAY / 60));
    format!("{} d {} h {} min", grouped(&days.to_string()), minutes / 60, minutes % 60)
}

/// How many units of `unit` seconds it contains, halves rounded up. Its fraction of a second is cut off, not
/// rounded, which would round twice.
fn times(seconds: &Digits, unit: i128) -> i128 {
    let all = seconds.plain(seconds.decimals());
    let cut = all.split_once('.').map_or(all.as_str(), |(whole, _)| whole);
    (cut.parse().unwrap_or(i128::MAX / 2) + unit / 2) / unit
}

/// The whole seconds (saturating).
fn whole(seconds: &Digits) -> i128 {
    seconds.plain(0).parse().unwrap_or(i128::MAX / 2)
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
            (0.9999, "1 s"),
            (9.97, "10 s"),
            (59.4, "59 s"),
            (59.7, "1 min 0 s"),
            (250.0, "4 min 10 s"),
            (3_599.7, "1 h 0 min"),
            (7_500.0, "2 h 5 min"),
            (3_629.9, "1 h 0 min"),
            (3_630.0, "1 h 1 min"),
            (7_199.0, "2 h 0 min"),
            (172_800.0, "2 d"),
            (275_000.0, "3 d 4 h"),
            (7_972_440.0, "92 d"),
            (1e9, "11,574 d"),
        ];
        for (seconds, text) in cases {
            assert_eq!(duration(seconds), text);
        }
        let precise = |seconds: i64| match Number::from(seconds).finite() {
            Ok(digits) => precise_length(digits),
            Err(word) => word.into(),
        };
        assert_eq!(precise(7_972_440), "92 d 6 h 34 min");
        assert_eq!(precise(7_500), "2 h 5 min");
        assert_eq!(precise(3_016_799), "34 d 22 h 0 min");
        assert_eq!(round_duration(604_800.0), "7 d");
    }
}
