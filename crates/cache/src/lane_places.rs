//! [`Places`]: how many loads a lane may run at a time.

use crate::concurrency::{Controller, Sample};
use std::time::Instant;

/// How many loads a lane runs at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Places {
    /// Exactly this many.
    Fixed(usize),
    /// As many as help, up to this limit.
    UpTo(usize),
}

impl From<usize> for Places {
    fn from(places: usize) -> Self {
        Self::Fixed(places)
    }
}

/// How many places there are now.
#[derive(Debug)]
pub(crate) enum Limit {
    Fixed(usize),
    Adaptive(Controller),
}

impl Limit {
    pub(crate) fn of(places: Places) -> Self {
        match places {
            Places::Fixed(places) => Self::Fixed(places.max(1)),
            Places::UpTo(most) => Self::Adaptive(Controller::new(most)),
        }
    }

    /// Loads that may run at a time now.
    pub(crate) fn now(&self) -> usize {
        match self {
            Self::Fixed(places) => *places,
            Self::Adaptive(controller) => controller.limit(),
        }
    }

    /// Loads that may ever run at a time.
    pub(crate) fn most(&self) -> usize {
        match self {
            Self::Fixed(places) => *places,
            Self::Adaptive(controller) => controller.most(),
        }
    }

    /// Records a load that has ended, when `running` ran.
    pub(crate) fn ended(&mut self, sample: Sample, running: usize, now: Instant) {
        if let Self::Adaptive(controller) = self {
            controller.ended(sample, running, now);
        }
    }

    /// Says whether all places are taken while loads wait.
    pub(crate) fn set_full(&mut self, is_full: bool, now: Instant) {
        if let Self::Adaptive(controller) = self {
            controller.set_full(is_full, now);
        }
    }
}
