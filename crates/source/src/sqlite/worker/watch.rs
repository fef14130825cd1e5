//! [`Watch`]: when a statement has to stop.

use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::heap::Heap;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// How often SQLite asks whether to go on, in virtual machine instructions.
const INSTRUCTIONS: i32 = 10_000;
const AT_ONCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

/// When the statement of a connection has to stop. Shared by clones.
#[derive(Clone)]
pub(super) struct Watch {
    stream: Arc<UnixStream>,
    ends: Arc<Mutex<Option<Instant>>>,
    is_late: Arc<AtomicBool>,
    heap: Option<Heap>,
    is_full: Arc<AtomicBool>,
}

impl Watch {
    /// A watch over statements requested on `stream`.
    pub(super) fn new(stream: Arc<UnixStream>) -> Self {
        let (ends, is_late, is_full) = (Arc::default(), Arc::default(), Arc::default());
        Self { stream, ends, is_late, heap: None, is_full }
    }

    /// The same, which also stops statements for which `heap` has run out of memory.
    pub(super) fn with_heap(self, heap: Option<Heap>) -> Self {
        Self { heap, ..self }
    }

    /// A statement begins, which may take `time`.
    pub(super) fn begin(&self, time: Duration) {
        self.is_late.store(false, Ordering::Relaxed);
        self.is_full.store(false, Ordering::Relaxed);
        if let Some(heap) = self.heap {
            heap.begin();
        }
        let ends = Instant::now().checked_add(time);
        *self.ends.lock().unwrap_or_else(PoisonError::into_inner) = ends;
    }

    /// Whether the statement was stopped because it took too long.
    pub(super) fn is_late(&self) -> bool {
        self.is_late.load(Ordering::Relaxed)
    }

    /// Whether it was stopped because there was no memory for it.
    pub(super) fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// Makes SQLite ask it whether to go on.
    pub(super) fn over(&self, connection: &rusqlite::Connection) -> rusqlite::Result<()> {
        let watch = self.clone();
        connection.progress_handler(INSTRUCTIONS, Some(move || watch.must_stop()))
    }

    fn must_stop(&self) -> bool {
        let ends = *self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        if ends.is_some_and(|ends| Instant::now() >= ends) {
            self.is_late.store(true, Ordering::Relaxed);
            return true;
        }
        if self.heap.is_some_and(Heap::is_full) {
            self.is_full.store(true, Ordering::Relaxed);
            return true;
        }
        has_hung_up(&self.stream, Some(&AT_ONCE))
    }

    /// Waits until the other side has hung up, so that nobody wants an answer.
    pub(super) fn wait_for_hang_up(&self) {
        while !has_hung_up(&self.stream, None) {}
    }
}

/// Whether the other end of `stream` is closed, or is within `time`.
fn has_hung_up(stream: &UnixStream, time: Option<&Timespec>) -> bool {
    // A hang-up is reported whatever events are requested.
    let mut asked = [PollFd::new(stream, PollFlags::empty())];
    poll(&mut asked, time).is_ok()
        && asked[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}
