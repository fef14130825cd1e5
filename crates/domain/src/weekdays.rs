//! [`Weekdays`]: which numbers stand for which day of the week. Databases count from Monday or from Sunday, from
//! 0 or from 1.

use serde::{Deserialize, Serialize};

const NAMES: [&str; 6] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// How the days of the week are numbered, Monday to Saturday in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Weekdays {
    monday: i32,
    sunday: i32,
}

impl Weekdays {
    /// Monday is 1 and Sunday is 7: `$weekday`, and ISO 8601.
    pub const ISO: Self = Self { monday: 1, sunday: 7 };
    /// Sunday is 0 and Saturday is 6: PostgreSQL's `dow`, `%w`.
    pub const FROM_SUNDAY: Self = Self { monday: 1, sunday: 0 };
    /// Sunday is 1 and Saturday is 7: MySQL's `dayofweek`, PostgreSQL's `to_char(…, 'D')`.
    pub const FROM_SUNDAY_AS_1: Self = Self { monday: 2, sunday: 1 };
    /// Monday is 0 and Sunday is 6: MySQL's `weekday`.
    pub const FROM_MONDAY: Self = Self { monday: 0, sunday: 6 };

    /// The same with `count` added to each number.
    pub fn plus(self, count: i32) -> Option<Self> {
        let (monday, sunday) = (self.monday.checked_add(count)?, self.sunday.checked_add(count)?);
        Some(Self { monday, sunday })
    }

    /// The day that `number` stands for, in three letters.
    pub fn name(self, number: i64) -> Option<&'static str> {
        if number == i64::from(self.sunday) {
            return Some("Sun");
        }
        let since_monday = number.checked_sub(i64::from(self.monday))?;
        NAMES.get(usize::try_from(since_monday).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_day_that_its_numbering_says() {
        let names = |numbering: Weekdays| {
            let names = (-1..=8).map(|number| numbering.name(number).unwrap_or("-"));
            names.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names(Weekdays::ISO), "- - Mon Tue Wed Thu Fri Sat Sun -");
        assert_eq!(names(Weekdays::FROM_SUNDAY), "- Sun Mon Tue Wed Thu Fri Sat - -");
        assert_eq!(names(Weekdays::FROM_SUNDAY_AS_1), "- - Sun Mon Tue Wed Thu Fri Sat -");
        assert_eq!(names(Weekdays::FROM_MONDAY), "- Mon Tue Wed Thu Fri Sat Sun - -");
        assert_eq!(Weekdays::FROM_MONDAY.plus(1), Some(Weekdays::ISO));
        assert_eq!(Weekdays::ISO.plus(i32::MAX), None);
        assert_eq!(Weekdays::ISO.name(i64::MIN), None);
    }
}
