//! [`Controller`]: how many statements a database should run at a time, found by trying, as TCP
//! finds the capacity of a path. Pure.
//!
//! While loads wait, running more of them at a time should raise throughput. [`Controller`]
//! measures throughput at one limit, tries the next, and keeps it only if enough is gained: at
//! least half of what the additional places would add on a database with spare capacity. From time
//! to time it also tries fewer, and keeps that if (almost) nothing is lost: each statement then
//! finishes sooner. A statement that hits its time limit beside others shows at once that there
//! were too many.
//!
//! Throughput is measured in the time that such loads usually take, so that a mix of small and large
//! statements is not noise. Only periods in which loads wait count: otherwise the limit does not
//! matter.

use std::time::{Duration, Instant};

/// The first limit: enough to overlap network round trips with the database's work.
const FIRST: usize = 2;
/// Loads per measurement, for each that runs at a time: enough that those cut off by its start and end
/// are few among them.
const LOADS: usize = 4;
/// The fraction of the ideal gain that a higher limit must bring to be kept.
const WORTHWHILE: f64 = 0.5;
/// The fraction of the throughput that a lower limit must preserve to be kept.
const AS_GOOD: f64 = 0.85;
/// How many measurements to wait after an attempt that did not help; doubles each time.
const STAY: u32 = 3;
/// The longest such wait.
const LONGEST_STAY: u32 = 16;

/// A load that has ended.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// How long it took.
    pub took: Duration,
    /// How long such loads usually take, if there were any.
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
    /// Seconds that a load with no known usual time counts for; constant within an attempt.
    unknown: Option<f64>,
    /// How many measurements are left until the next attempt, and how many there will be after it if
    /// it fails.
    stay: u32,
    next_stay: u32,
    /// Whether the next attempt lowers the limit.
    is_fewer_next: bool,
}

/// What is being measured.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Attempt {
    /// The limit as it is.
    None,
    /// A limit other than `from`, at which throughput was `rate`.
    From { from: usize, rate: f64 },
}

#[derive(Debug, Default)]
struct Measured {
    loads: usize,
    /// Completed loads, in the seconds that they usually take.
    work: f64,
    /// The same, in the seconds that they took.
    took: f64,
    /// For how long loads have waited, excluding the time since `since`.
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

    /// Records a load that has ended, when `running` ran, itself included.
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
                // Not within an attempt: its two measurements must be comparable.
                self.unknown = Some(unknown * 0.75 + mean * 0.25);
            }
            Attempt::None => self.attempt(rate),
            Attempt::From { from, rate: before } if self.limit > from => {
                let ideal = self.limit as f64 / from as f64;
                if rate >= before * (1.0 + WORTHWHILE * (ideal - 1.0)) {
                    // At once: the next attempt is compared with what was just measured.
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

/// Half as many again: smaller steps are lost in the noise.
fn more(limit: usize) -> usize {
    (limit + 1).max(limit * 3 / 2)
}

fn fewer(limit: usize) -> usize {
    (limit * 2 / 3).max(1)
}
