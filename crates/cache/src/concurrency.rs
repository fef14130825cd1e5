//! How many statements at a time help a database: found out by trying, as TCP finds the width of a
//! path. Pure.
//!
//! While loads wait, more of them at a time should finish more in the same time. [`Controller`]
//! measures how much was finished per second at one limit, tries the next one, and keeps it only if
//! enough is gained: at least half of what the additional places would do on a database with room.
//! From time to time it tries fewer as well, and keeps them if (almost) nothing is lost: each
//! statement is then sooner done. A statement that runs into its time limit beside others means at
//! once that there were too many.
//!
//! What was finished is counted in the time that such loads usually take, so that a mixture of small
//! and large statements is no noise. Only times when loads wait count: at others the limit does not
//! matter.

use std::time::{Duration, Instant};

/// The first limit: enough to overlap the way to the database with its work.
const FIRST: usize = 2;
/// Loads that a measurement takes for each that runs at a time: those that are cut by its beginning and
/// its end should be few among them.
const LOADS: usize = 4;
/// The part of the ideal gain that has to be there to go on with more.
const WORTHWHILE: f64 = 0.5;
/// The part of what was finished that has to remain to go on with fewer.
const AS_GOOD: f64 = 0.85;
/// How many measurements to stay after an attempt that did not help; it doubles each time.
const STAY: u32 = 3;
/// The longest stay.
const LONGEST_STAY: u32 = 16;

/// A load that has ended.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// How long it took.
    pub took: Duration,
    /// How long such loads took before, if there were any.
    pub usual: Option<Duration>,
    /// Whether it ran into its time limit.
    pub is_overload: bool,
}

/// Adapts the limit of one lane, between 1 and `most`.
#[derive(Debug)]
pub struct Controller {
    most: usize,
    limit: usize,
    attempt: Attempt,
    measured: Measured,
    /// Seconds that a load counts for of which nothing is known; the same within an attempt.
    unknown: Option<f64>,
    /// How many measurements are left until the next attempt, and how many there will be after it if
    /// it fails.
    stay: u32,
    next_stay: u32,
    /// Whether the next attempt is with fewer.
    is_fewer_next: bool,
}

/// What is being measured.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Attempt {
    /// The limit as it is.
    None,
    /// Another one than `from`, at which so much was finished per second.
    From { from: usize, rate: f64 },
}

#[derive(Debug, Default)]
struct Measured {
    loads: usize,
    /// What was finished, in seconds that it usually takes.
    work: f64,
    /// The same in seconds that it took.
    took: f64,
    /// For how long loads waited, without what has gone by since `since`.
    elapsed: Duration,
    since: Option<Instant>,
}

impl Controller {
    /// It never allows more than `most` at a time.
    pub fn new(most: usize) -> Self {
        let most = most.max(1);
        Self {
            most,
            limit: FIRST.min(most),
            attempt: Attempt::None,
            measured: Measured::default(),
            unknown: None,
            stay: 0,
            next_stay: STAY,
            is_fewer_next: false,
        }
    }

    /// How many may run at a time now.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// How many it allows at most.
    pub fn most(&self) -> usize {
        self.most
    }

    /// Says whether all places are taken while loads wait.
    pub fn set_full(&mut self, is_full: bool, now: Instant) {
        match (is_full, self.measured.since) {
            (true, None) => self.measured.since = Some(now),
            (false, Some(_)) => self.measured.pass_to(now, false),
            _ => {}
        }
    }

    /// Takes account of a load that has ended, of `running` that ran, itself included.
    pub fn ended(&mut self, sample: Sample, running: usize, now: Instant) {
        if sample.is_overload && running > 1 {
            self.limit = fewer(self.limit.min(running));
            self.stay_for(LONGEST_STAY.min(self.next_stay * 2), now);
            return;
        }
        if self.measured.since.is_none() {
            return;
        }
        let took = sample.took.as_secs_f64();
        let usual = sample.usual.map(|usual| usual.as_secs_f64());
        self.measured.loads += 1;
        self.measured.took += took;
        self.measured.work += usual.or(self.unknown).unwrap_or(took);
        if self.measured.loads >= LOADS * self.limit {
            self.measured.pass_to(now, true);
            self.decide(now);
        }
    }

    fn decide(&mut self, now: Instant) {
        let seconds = self.measured.elapsed.as_secs_f64().max(1e-6);
        let rate = self.measured.work / seconds;
        let mean = self.measured.took / self.measured.loads as f64;
        let unknown = self.unknown.unwrap_or(mean);
        self.unknown = Some(unknown);
        self.measured = Measured { since: Some(now), ..Measured::default() };
        match self.attempt {
            Attempt::None if self.stay > 0 => {
                self.stay -= 1;
                // Not within an attempt: its two measurements count alike.
                self.unknown = Some(unknown * 0.75 + mean * 0.25);
            }
            Attempt::None => self.attempt(rate),
            Attempt::From { from, rate: before } if self.limit > from => {
                let ideal = self.limit as f64 / from as f64;
                if rate >= before * (1.0 + WORTHWHILE * (ideal - 1.0)) {
                    // At once: what was just measured is what the next attempt compares itself with.
                    self.next_stay = STAY;
                    self.attempt(rate);
                } else {
                    self.limit = from;
                    self.stay_for(self.next_stay, now);
                }
            }
            Attempt::From { from, rate: before } => {
                if rate < before * AS_GOOD {
                    self.limit = from;
                }
                self.stay_for(self.next_stay, now);
            }
        }
    }

    /// Tries another limit, after `rate` at this one.
    fn attempt(&mut self, rate: f64) {
        let from = self.limit;
        let is_fewer = (self.is_fewer_next && from > 1) || from == self.most;
        self.limit = if is_fewer { fewer(from) } else { more(from).min(self.most) };
        self.is_fewer_next = !is_fewer;
        self.attempt =
            if self.limit == from { Attempt::None } else { Attempt::From { from, rate } };
    }

    fn stay_for(&mut self, measurements: u32, now: Instant) {
        self.attempt = Attempt::None;
        self.stay = measurements;
        self.next_stay = (measurements * 2).clamp(STAY, LONGEST_STAY);
        let since = self.measured.since.map(|_| now);
        self.measured = Measured { since, ..Measured::default() };
    }
}

impl Measured {
    fn pass_to(&mut self, now: Instant, goes_on: bool) {
        if let Some(since) = self.since {
            self.elapsed += now.saturating_duration_since(since);
        }
        self.since = goes_on.then_some(now);
    }
}

/// Half as many more: steps that are smaller are lost in the noise.
fn more(limit: usize) -> usize {
    (limit + 1).max(limit * 3 / 2)
}

fn fewer(limit: usize) -> usize {
    (limit * 2 / 3).max(1)
}
