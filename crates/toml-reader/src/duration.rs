//! Durations in human form: `250ms`, `30s`, `5m`, `1h`, `2d`.

use std::time::Duration;

/// Parses a duration: a whole number and a unit.
pub fn duration(text: &str) -> Option<Duration> {
    let unit = text.find(|c: char| !c.is_ascii_digit())?;
    let (digits, unit) = text.split_at(unit);
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    let count: u64 = digits.parse().ok()?;
    count.checked_mul(milliseconds).map(Duration::from_millis)
}

/// A duration for messages, in the largest unit that divides it evenly.
pub fn words(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    if milliseconds == 0 {
        return "0s".into();
    }
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let found = units
        .into_iter()
        .find(|(factor, _)| milliseconds >= *factor && milliseconds.is_multiple_of(*factor));
    let (factor, unit) = found.unwrap_or((1, "ms"));
    format!("{}{unit}", milliseconds / factor)
}

#[cfg(test)]
mod tests {
    use super::{duration, words};
    use std::time::Duration;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(duration("5m"), Some(Duration::from_secs(300)));
        assert_eq!(duration("0s"), Some(Duration::ZERO));
        for bad in ["", "5", "m", "-5m", "5 m", "1w", "é", "5M", "99999999999999999999d"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
        assert_eq!(words(Duration::ZERO), "0s");
        assert_eq!(words(Duration::from_secs(90)), "90s");
        assert_eq!(words(Duration::from_secs(3_600)), "1h");
        assert_eq!(words(Duration::from_millis(250)), "250ms");
    }
}
