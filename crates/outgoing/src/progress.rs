//! [`Reached`]: how far a request got that was not answered in full.

use crate::failure::Failure;
use http::StatusCode;
use std::sync::atomic::{AtomicU16, Ordering};

/// How far a request got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reached {
    /// Nothing of it was sent.
    Nobody,
    /// Some or all of it was sent, and may have been read.
    Sent,
    /// It was answered with this status; the rest of the answer was not read, or not followed.
    Answered(StatusCode),
}

/// Why there is no answer, and whether the request may have had an effect nevertheless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{failure}")]
pub struct Unanswered {
    /// What went wrong.
    pub failure: Failure,
    /// How far the request got before.
    pub reached: Reached,
}

/// Notes how far a request gets, also for whoever stops waiting for it.
#[derive(Debug, Default)]
pub(crate) struct Progress(AtomicU16);

impl Progress {
    /// What stands for "sent": no status is so low.
    const SENT: u16 = 1;

    pub(crate) fn is_sent(&self) {
        self.0.store(Self::SENT, Ordering::Relaxed);
    }

    pub(crate) fn is_answered(&self, status: StatusCode) {
        self.0.store(status.as_u16(), Ordering::Relaxed);
    }

    pub(crate) fn reached(&self) -> Reached {
        match self.0.load(Ordering::Relaxed) {
            0 => Reached::Nobody,
            status => StatusCode::from_u16(status).map_or(Reached::Sent, Reached::Answered),
        }
    }
}
