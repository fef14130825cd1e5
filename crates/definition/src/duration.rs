//! Durations as people write them: `5m`, `300s`, `1h`, `2d`.

/// Reads a duration in seconds, from 0 up to 30 days.
pub(crate) fn seconds(text: &str) -> Result<u32, String> {
    let wrong =
        || format!("\"{text}\" is no duration: write a whole number and s, m, h or d, at most 30d");
    let (digits, factor) = match text.char_indices().last() {
        Some((i, 's')) => (&text[..i], 1),
        Some((i, 'm')) => (&text[..i], 60),
        Some((i, 'h')) => (&text[..i], 3600),
        Some((i, 'd')) => (&text[..i], 86_400),
        _ => return Err(wrong()),
    };
    let count: u32 = digits.parse().map_err(|_| wrong())?;
    count.checked_mul(factor).filter(|s| *s <= 30 * 86_400).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    #[test]
    fn durations_have_a_unit_and_a_bound() {
        assert_eq!(super::seconds("5m"), Ok(300));
        assert_eq!(super::seconds("0s"), Ok(0));
        for bad in ["", "5", "m", "-5m", "5 m", "31d", "99999999999d", "1w", "é"] {
            assert!(super::seconds(bad).is_err(), "{bad}");
        }
    }
}
