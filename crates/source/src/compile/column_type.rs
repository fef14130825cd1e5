//! What a column's type, or a text, says about time. Pure.

/// What the database says of a column's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ColumnType {
    Instant,
    /// Text with an offset.
    TextInstant,
    Date,
    /// A time without a zone.
    WallTime,
    Other,
}

impl ColumnType {
    /// What a text is: `2026-03-01`, `2026-03-01 00:30`, or with a `T`, and perhaps with an offset.
    pub(crate) fn of_text(text: &str) -> Self {
        let shape: String =
            text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        let Some(rest) = shape.strip_prefix("0000-00-00") else { return Self::Other };
        match rest.strip_prefix(['T', ' ']) {
            _ if rest.is_empty() => Self::Date,
            Some(clock) if clock.ends_with(['Z', 'z']) || clock.contains(['+', '-']) => {
                Self::TextInstant
            }
            Some(clock) if clock.starts_with("00:00") => Self::WallTime,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_whether_it_is_a_date_a_wall_time_or_an_instant() {
        use ColumnType::{Date, Other, TextInstant, WallTime};
        let cases = [
            ("2026-03-01", Date),
            ("2026-03-01 00:30", WallTime),
            ("2026-03-01T00:30:15.123", WallTime),
            ("2026-03-01T00:30:15Z", TextInstant),
            ("2026-03-01 00:30:15+02:00", TextInstant),
            ("2026-03-01 00:30:15-05:30", TextInstant),
            ("1.3.2026", Other),
            ("2026-03-01 noon", Other),
            ("", Other),
        ];
        for (text, expected) in cases {
            assert_eq!(ColumnType::of_text(text), expected, "{text}");
        }
    }
}
