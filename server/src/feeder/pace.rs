//! How fast invoices come while somebody looks: with the gaps of busy days, all of them shorter, so
//! that one comes every seven seconds on average.

use brisk_domain::Timestamp;

/// The mean gap, in microseconds.
pub const MEAN: i64 = 7_000_000;
/// A longer gap is a night, or the shop's own pause, and counts as one of this length.
const LONGEST: i64 = 8 * 60_000_000;
/// So many are added in a row at this pace, for some ten minutes; otherwise a screen that is always on
/// would see a hundred days' sales in a day, and the last day of each chart would dwarf all others.
pub const IN_A_ROW: u32 = 90;
/// Then one comes in this time, until nobody has looked for a while, in microseconds.
pub const AFTERWARDS: i64 = 300_000_000;
/// A machine that slept for longer does not catch up.
const ASLEEP: i64 = 30_000_000;

/// Tells how many invoices are due.
#[derive(Debug, Clone)]
pub struct Pace {
    /// From each invoice to the next one, in microseconds.
    gaps: Vec<i64>,
    /// When the next one is due, while somebody looks.
    next: Option<Timestamp>,
    /// Time that counts for invoices; each costs [`AFTERWARDS`].
    saved: i64,
    saved_until: Timestamp,
}

impl Pace {
    /// The pace of invoices of these `times`, in their order, from `now` on.
    pub fn of(times: &[Timestamp], now: Timestamp) -> Self {
        let gaps = times.windows(2).map(|two| (two[1].0 - two[0].0).clamp(0, LONGEST));
        // After the last one the first comes again, with no pause.
        let mut gaps: Vec<i64> = gaps.chain([0]).collect();
        let sum: i64 = gaps.iter().sum();
        let count = gaps.len() as i64;
        for gap in &mut gaps {
            let scaled = i128::from(*gap) * i128::from(MEAN) * i128::from(count);
            *gap = match sum {
                0 => MEAN,
                sum => i64::try_from(scaled / i128::from(sum)).unwrap_or(MEAN),
            };
        }
        Self { gaps, next: None, saved: i64::from(IN_A_ROW) * AFTERWARDS, saved_until: now }
    }

    /// How many invoices are due at `now`, the first of them at `place`.
    pub fn due(&mut self, place: u64, now: Timestamp, is_watched: bool) -> u64 {
        let passed = (now.0 - self.saved_until.0).max(0);
        self.saved = (self.saved + passed).min(i64::from(IN_A_ROW) * AFTERWARDS);
        self.saved_until = now;
        if !is_watched {
            self.next = None;
            return 0;
        }
        // A viewer who has just come sees the first one at once.
        let mut next = self.next.unwrap_or(now);
        if now.0 - next.0 > ASLEEP {
            next = now;
        }
        let mut count = 0;
        while next <= now && self.saved >= AFTERWARDS {
            self.saved -= AFTERWARDS;
            let gap = (place + count) % self.gaps.len() as u64;
            next = Timestamp(next.0 + self.gaps[gap as usize]);
            count += 1;
        }
        // What was not affordable is not made up for.
        self.next = Some(if self.saved < AFTERWARDS { next.max(now) } else { next });
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(minutes: &[i64]) -> Pace {
        let times: Vec<Timestamp> =
            minutes.iter().map(|minute| Timestamp::from_seconds(minute * 60)).collect();
        Pace::of(&times, Timestamp(0))
    }

    /// How many come in each of the seconds.
    fn come(pace: &mut Pace, seconds: std::ops::Range<i64>, is_watched: bool) -> Vec<u64> {
        let mut place = 0;
        let come = seconds.map(|second| {
            let count = pace.due(place, Timestamp::from_seconds(second), is_watched);
            place += count;
            count
        });
        come.collect()
    }

    #[test]
    fn gaps_keep_their_proportions_and_nights_count_as_short_pauses() {
        // Gaps of 1, 0, 3 minutes, a night (8), and none at the end: 12 minutes become 35 seconds.
        let pace = pace(&[0, 1, 1, 4, 904]);
        let minutes = |count: i64| count * MEAN * 5 / 12;
        assert_eq!(pace.gaps, [minutes(1), 0, minutes(3), minutes(8), 0]);
    }

    #[test]
    fn one_comes_at_once_and_then_one_in_seven_seconds() {
        let minutes: Vec<i64> = (0..200).map(|i| i * 4).collect();
        let mut pace = pace(&minutes);
        assert_eq!(come(&mut pace, 0..7, true), [1, 0, 0, 0, 0, 0, 0]);
        let in_a_minute: u64 = come(&mut pace, 7..67, true).iter().sum();
        assert!((8..=10).contains(&in_a_minute), "{in_a_minute}");
    }

    #[test]
    fn while_nobody_looks_nothing_comes_and_nothing_is_made_up_for() {
        let mut pace = pace(&[0, 4, 8]);
        assert_eq!(come(&mut pace, 0..3_600, false).iter().sum::<u64>(), 0);
        assert_eq!(come(&mut pace, 3_600..3_601, true), [1]);
        // Nor after a sleep.
        assert!(come(&mut pace, 90_000..90_001, true)[0] <= 2);
    }

    #[test]
    fn a_screen_that_is_always_on_sees_fewer_after_a_while() {
        let mut pace = pace(&[0, 4, 8, 12]);
        let first: u64 = come(&mut pace, 0..40 * 60, true).iter().sum();
        let allowed = u64::from(IN_A_ROW) + 40 * 60 / 300 + 1;
        assert!((u64::from(IN_A_ROW)..=allowed).contains(&first), "{first}");
        let day: u64 = come(&mut pace, 40 * 60..86_400, true).iter().sum();
        assert!(day <= 86_400 / 300, "{day}");
        assert!(day >= 80_000 / 300, "{day}");
        // Nobody looks for a night: it is as in the beginning.
        come(&mut pace, 86_400..116_400, false);
        assert!(come(&mut pace, 116_400..118_200, true).iter().sum::<u64>() > 80);
    }

    #[test]
    fn odd_data_are_no_trouble() {
        assert_eq!(pace(&[]).due(7, Timestamp(0), true), 1);
        assert!(pace(&[5]).due(7, Timestamp(0), true) == 1);
        assert!(pace(&[5, 5, 5]).due(u64::MAX / 2, Timestamp(0), true) == 1);
        // Backwards, and a clock that goes back.
        let mut pace = pace(&[9, 5, 1]);
        pace.due(0, Timestamp::from_seconds(100), true);
        pace.due(1, Timestamp::from_seconds(50), true);
    }
}
