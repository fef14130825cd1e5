//! What a column's type, or a text, says about time. Pure.

/// A column's type, as far as time goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ColumnType {
    Instant,
    /// Text with an offset.
    TextInstant,
    Date,
    /// A time without a zone.
    WallTime,
    /// Times as text, in several of these forms, as each value shows.
    AnyText,
    /// The same, with numbers or values that are not times among them.
    AnyTime,
    Other,
}

/// A cell of a column without a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell<'a> {
    Number,
    Text(&'a str),
    Other,
}

impl ColumnType {
    /// The type of a column with these cells; `None` if they tell nothing. Empty texts count as
    /// NULL.
    pub(crate) fn of_cells<'a>(cells: impl Iterator<Item = Cell<'a>>) -> Option<Self> {
        // Padded texts do not sort in the order of their times.
        let (mut types, mut has_numbers, mut has_padding) = (Vec::new(), false, false);
        for cell in cells {
            let of = match cell {
                Cell::Number => Self::Instant,
                Cell::Text(text) if text.trim().is_empty() => continue,
                Cell::Text(text) => {
                    has_padding |= text.trim() != text;
                    let text = text.trim();
                    let is_number = text.parse::<f64>().is_ok_and(f64::is_finite);
                    has_numbers |= is_number;
                    if is_number { Self::Instant } else { Self::of_text(text) }
                }
                Cell::Other => Self::Other,
            };
            if !types.contains(&of) {
                types.push(of);
            }
        }
        let is_time = |of: &Self| !matches!(of, Self::Instant | Self::Other);
        match types.as_slice() {
            [] => None,
            [Self::Instant] if has_numbers => Some(Self::AnyTime),
            _ if has_padding && types.iter().any(is_time) => Some(Self::AnyTime),
            [one] => Some(*one),
            _ if !types.iter().any(is_time) => Some(Self::Other),
            _ if types.contains(&Self::Instant) || types.contains(&Self::Other) => {
                Some(Self::AnyTime)
            }
            _ => Some(Self::AnyText),
        }
    }

    /// The type of a text: `2026-03-01`, `2026-03-01 00:30`, or with a `T`, and perhaps with an
    /// offset.
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

    #[test]
    fn a_column_is_what_all_its_cells_are() {
        use ColumnType::{AnyText, AnyTime, Date, Instant, Other, TextInstant, WallTime};
        let of = |cells: &[&str]| {
            ColumnType::of_cells(cells.iter().map(|text| match text.strip_prefix('#') {
                Some(_) => Cell::Number,
                None => Cell::Text(text),
            }))
        };
        for (cells, expected) in [
            (&["2026-03-01", "", "2026-03-02"][..], Some(Date)),
            (&["", "2026-03-01 00:30", "2026-03-01T00:31:15"], Some(WallTime)),
            (&["2026-03-01T00:30Z", "2026-03-01 00:30+02:00"], Some(TextInstant)),
            (&["2026-03-01", "2026-03-01 00:30"], Some(AnyText)),
            (&["2026-03-01 00:30", "2026-03-01 00:30Z"], Some(AnyText)),
            (&["#1772323200", "2026-03-01"], Some(AnyTime)),
            (&["1772323200"], Some(AnyTime)),
            (&["2026-03-01 00:30", " 2026-03-01 00:31"], Some(AnyTime)),
            (&["2026-03-01", "1.3.2026"], Some(AnyTime)),
            (&["#1", "#2"], Some(Instant)),
            (&["a", "#2", "7"], Some(Other)),
            (&["", " "], None),
        ] {
            assert_eq!(of(cells), expected, "{cells:?}");
        }
    }
}
