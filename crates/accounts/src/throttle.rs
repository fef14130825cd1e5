//! [`Throttle`]: how long a guesser has to wait. A few tries are free, then each wrong one makes the
//! next wait longer, up to a limit: nobody is ever locked out for good. Tries during a wait are not
//! checked and change nothing, so that waiting always helps.

use brisk_domain::Timestamp;
use std::time::Duration;

/// What is known of the tries at one name, or from one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Throttle {
    /// Wrong tries in a row that still count.
    pub failures: u32,
    /// When the last of them was.
    pub last: Timestamp,
}

/// How tries are slowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Wrong tries without a wait.
    pub free: u32,
    /// The wait after one more, which doubles with each.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
    /// The time without a wrong try after which one of them is forgotten, and each further one.
    pub forgotten: Duration,
}

impl Pace {
    /// For one account.
    pub const ACCOUNT: Self = Self {
        free: 4,
        first: Duration::from_secs(1),
        longest: Duration::from_secs(60),
        forgotten: Duration::from_secs(300),
    };
    /// For one address, which a whole office may share.
    pub const ADDRESS: Self = Self {
        free: 20,
        first: Duration::from_secs(1),
        longest: Duration::from_secs(60),
        forgotten: Duration::from_secs(60),
    };
}

impl Throttle {
    /// How long the next try has to wait at `now`; none if it does not.
    pub fn wait(&self, pace: &Pace, now: Timestamp) -> Option<Duration> {
        let after = self.delay(pace)?;
        // No replica's clock is so far ahead: it was set back since, and nobody waits until then.
        if self.last.since(now) > pace.longest {
            return None;
        }
        after.checked_sub(now.since(self.last)).filter(|left| !left.is_zero())
    }

    /// The same after one more wrong try at `now`.
    #[must_use]
    pub fn failed(&self, pace: &Pace, now: Timestamp) -> Self {
        let forgotten = now.since(self.last).as_secs() / pace.forgotten.as_secs().max(1);
        let forgotten = u32::try_from(forgotten).unwrap_or(u32::MAX);
        Self { failures: self.failures.saturating_sub(forgotten).saturating_add(1), last: now }
    }

    fn delay(&self, pace: &Pace) -> Option<Duration> {
        let beyond = self.failures.checked_sub(pace.free + 1)?;
        Some(pace.first.saturating_mul(1 << beyond.min(20)).min(pace.longest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PACE: Pace = Pace::ACCOUNT;

    fn after(failures: u32) -> Throttle {
        let now = Timestamp::from_seconds(0);
        (0..failures).fold(Throttle::default(), |throttle, _| throttle.failed(&PACE, now))
    }

    #[test]
    fn a_few_tries_are_free_then_waits_double_up_to_a_limit() {
        let now = Timestamp::from_seconds(0);
        let waits = [0, 4, 5, 6, 7, 11, 200].map(|failures| after(failures).wait(&PACE, now));
        let seconds = waits.map(|wait| wait.map_or(0, |wait| wait.as_secs()));
        assert_eq!(seconds, [0, 0, 1, 2, 4, 60, 60]);
    }

    #[test]
    fn a_clock_that_was_set_back_locks_nobody_out() {
        let tomorrow = Timestamp::from_seconds(86_400);
        let throttle = (0..9).fold(Throttle::default(), |t, _| t.failed(&PACE, tomorrow));
        let now = Timestamp::from_seconds(0);
        assert_eq!(throttle.wait(&PACE, now), None);
        // From then on it is slowed as before.
        let next = throttle.failed(&PACE, now);
        assert_eq!(next.wait(&PACE, now).map(|wait| wait.as_secs()), Some(32));
        let a_second_ahead = Throttle { last: Timestamp::from_seconds(1), ..throttle };
        assert!(a_second_ahead.wait(&PACE, now).is_some(), "replicas' clocks differ");
    }

    #[test]
    fn who_waits_may_try_again_and_what_is_long_ago_is_forgotten() {
        let throttle = after(6);
        assert!(throttle.wait(&PACE, Timestamp::from_seconds(1)).is_some());
        assert_eq!(throttle.wait(&PACE, Timestamp::from_seconds(2)), None);
        let much_later = throttle.failed(&PACE, Timestamp::from_seconds(3_600));
        assert_eq!(much_later.failures, 1);
    }

    proptest! {
        #[test]
        fn nobody_ever_waits_longer_than_the_limit(
            tries in proptest::collection::vec(0_i64..100_000, 0..200),
            at in 0_i64..200_000,
        ) {
            let throttle = tries.iter().fold(Throttle::default(), |throttle, at| {
                throttle.failed(&PACE, Timestamp::from_seconds(*at))
            });
            let wait = throttle.wait(&PACE, Timestamp::from_seconds(at));
            prop_assert!(wait.is_none_or(|wait| wait <= PACE.longest));
            let later = Timestamp::from_seconds(200_000).after(PACE.longest);
            prop_assert_eq!(throttle.wait(&PACE, later), None);
        }
    }
}
