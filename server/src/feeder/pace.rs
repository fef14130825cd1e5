//! How fast invoices are added while the demo is watched: with the gaps of the busy season,
//! shortened so that one comes every seven seconds on average.

use brisk_domain::Timestamp;

/// The mean gap, in microseconds.
pub const MEAN: i64 = 7_000_000;
/// Longer gaps, such as nights, count as this long, in microseconds.
const LONGEST: i64 = 8 * 60_000_000;
/// The burst: how many are added at this pace, which takes about ten minutes. Without a limit, a
/// screen that is always on would collect a hundred days' sales in a day, and the last day of each
/// chart would dwarf all others.
pub const BURST: u32 = 90;
/// The pace after a burst, in microseconds per invoice, until the demo has not been watched for a
/// while.
pub const AFTER_BURST: i64 = 300_000_000;
/// After a longer pause, such as the machine's sleep, gaps are not made up for; in microseconds.
const ASLEEP: i64 = 30_000_000;

/// Decides how many invoices are due.
#[derive(Debug, Clone)]
pub struct Pace {
    /// The gap after each invoice, in microseconds.
    gaps: Vec<i64>,
    /// When the next one is due, while the demo is watched.
    next: Option<Timestamp>,
    /// A token bucket, in microseconds: it fills with time, and each invoice costs [`AFTER_BURST`].
    tokens: i64,
    filled_until: Timestamp,
}

impl Pace {
    /// The pace for invoices at `times` (in order), from `now` on.
    pub fn of(times: &[Timestamp], now: Timestamp) -> Self {
        let gaps = times.windows(2).map(|two| (two[1].0 - two[0].0).clamp(0, LONGEST));
        // The first follows the last without a pause.
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
        Self { gaps, next: None, tokens: i64::from(BURST) * AFTER_BURST, filled_until: now }
    }

    /// How many invoices are due at `now`; `place` is the first one's index.
    pub fn due(&mut self, place: u64, now: Timestamp, is_watched: bool) -> u64 {
        let passed = (now.0 - self.filled_until.0).max(0);
        self.tokens = (self.tokens + passed).min(i64::from(BURST) * AFTER_BURST);
        self.filled_until = now;
        if !is_watched {
            self.next = None;
            return 0;
        }
        // A new viewer sees the first one at once.
        let mut next = self.next.unwrap_or(now);
        if now.0 - next.0 > ASLEEP {
            next = now;
        }
        let mut count = 0;
        while next <= now && self.tokens >= AFTER_BURST {
            self.tokens -= AFTER_BURST;
            let gap = (place + count) % self.gaps.len() as u64;
            next = Timestamp(next.0 + self.gaps[gap as usize]);
            count += 1;
        }
        // Invoices held back by the bucket are not made up for.
        self.next = Some(if self.tokens < AFTER_BURST { next.max(now) } else { next });
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

    /// How many are due at each of the given seconds.
    fn due(pace: &mut Pace, seconds: std::ops::Range<i64>, is_watched: bool) -> Vec<u64> {
        let mut place = 0;
        let due = seconds.map(|second| {
            let count = pace.due(place, Timestamp::from_seconds(second), is_watched);
            place += count;
            count
        });
        due.collect()
    }

    #[test]
    fn gaps_keep_their_proportions_and_nights_count_as_short_pauses() {
        // Gaps of 1, 0, 3 minutes, a night (8), and none at the end: 12 minutes become 35 seconds.
        let pace = pace(&[0, 1, 1, 4, 904]);
        let minutes = |count: i64| count * MEAN * 5 / 12;
        assert_eq!(pace.gaps, [minutes(1), 0, minutes(3), minutes(8), 0]);
    }

    #[test]
    fn one_is_due_at_once_and_then_one_every_seven_seconds() {
        let minutes: Vec<i64> = (0..200).map(|i| i * 4).collect();
        let mut pace = pace(&minutes);
        assert_eq!(due(&mut pace, 0..7, true), [1, 0, 0, 0, 0, 0, 0]);
        let in_a_minute: u64 = due(&mut pace, 7..67, true).iter().sum();
        assert!((8..=10).contains(&in_a_minute), "{in_a_minute}");
    }

    #[test]
    fn nothing_is_due_while_unwatched_and_nothing_is_made_up_for() {
        let mut pace = pace(&[0, 4, 8]);
        assert_eq!(due(&mut pace, 0..3_600, false).iter().sum::<u64>(), 0);
        assert_eq!(due(&mut pace, 3_600..3_601, true), [1]);
        // Nor are they after the machine's sleep.
        assert!(due(&mut pace, 90_000..90_001, true)[0] <= 2);
    }

    #[test]
    fn a_screen_that_is_always_on_is_slowed_down() {
        let mut pace = pace(&[0, 4, 8, 12]);
        let first: u64 = due(&mut pace, 0..40 * 60, true).iter().sum();
        let allowed = u64::from(BURST) + 40 * 60 / 300 + 1;
        assert!((u64::from(BURST)..=allowed).contains(&first), "{first}");
        let day: u64 = due(&mut pace, 40 * 60..86_400, true).iter().sum();
        assert!(day <= 86_400 / 300, "{day}");
        assert!(day >= 80_000 / 300, "{day}");
        // Unwatched for a night: as at the beginning.
        due(&mut pace, 86_400..116_400, false);
        assert!(due(&mut pace, 116_400..118_200, true).iter().sum::<u64>() > 80);
    }

    #[test]
    fn odd_times_are_handled() {
        assert_eq!(pace(&[]).due(7, Timestamp(0), true), 1);
        assert!(pace(&[5]).due(7, Timestamp(0), true) == 1);
        assert!(pace(&[5, 5, 5]).due(u64::MAX / 2, Timestamp(0), true) == 1);
        // Times that go backwards, and a clock that does.
        let mut pace = pace(&[9, 5, 1]);
        pace.due(0, Timestamp::from_seconds(100), true);
        pace.due(1, Timestamp::from_seconds(50), true);
    }
}
