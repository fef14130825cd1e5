//! [`Workers`]: the workers of one SQLite file. Each runs one statement at a time.

use super::client::{Problem, ResultSet, Worker};
use super::process::Program;
use super::protocol::{Failure, Run, Setup};
use brisk_domain::{ZoneName, ZoneOffsets};
use std::io;
use std::iter::Sum;
use std::ops::Add;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// The workers of one file. Shared by clones.
#[derive(Clone)]
pub(crate) struct Workers(Arc<Shared>);

struct Shared {
    /// `None` for threads of this process.
    program: Option<Program>,
    setup: Setup,
    places: Semaphore,
    idle: Mutex<Vec<Idle>>,
    is_swept: AtomicBool,
    alive: AtomicU32,
    started: AtomicU64,
    ended: AtomicU64,
}

struct Idle {
    worker: Counted,
    since: Instant,
}

/// A worker, counted while it lives.
struct Counted {
    worker: Worker,
    shared: Weak<Shared>,
}

/// Counts of workers so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WorkerCounts {
    /// Processes, or threads, that are alive.
    pub alive: u32,
    /// How many were started.
    pub started: u64,
    /// How many were ended, or died, while running a statement.
    pub ended: u64,
}

impl Add for WorkerCounts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            alive: self.alive + other.alive,
            started: self.started + other.started,
            ended: self.ended + other.ended,
        }
    }
}

impl Sum for WorkerCounts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), Add::add)
    }
}

/// Why there is no result.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The statement itself failed.
    Failed(Failure),
    /// It ran too long, and its process was ended.
    Late,
    /// The process that ran it ended, perhaps because of it.
    Died,
    /// All are busy.
    Busy,
    /// None can be started.
    Start(io::Error),
}

/// How long a worker may be idle before it is ended.
const IDLE: Duration = Duration::from_secs(120);
/// How much longer than allowed a statement may take before its worker is ended: most stop on their
/// own.
const MOMENT: Duration = Duration::from_millis(500);

impl Workers {
    /// At most `most` workers at a time, processes of `program` or threads of this process.
    pub(crate) fn new(program: Option<Program>, setup: Setup, most: u32) -> Self {
        Self(Arc::new(Shared {
            program,
            setup,
            places: Semaphore::new(most as usize),
            idle: Mutex::default(),
            is_swept: AtomicBool::new(false),
            alive: AtomicU32::new(0),
            started: AtomicU64::new(0),
            ended: AtomicU64::new(0),
        }))
    }

    /// The files that they work on, and how.
    pub(crate) fn setup(&self) -> &Setup {
        &self.0.setup
    }

    /// Counts of them so far.
    pub(crate) fn counts(&self) -> WorkerCounts {
        WorkerCounts {
            alive: self.0.alive.load(Ordering::Relaxed),
            started: self.0.started.load(Ordering::Relaxed),
            ended: self.0.ended.load(Ordering::Relaxed),
        }
    }

    /// Runs one statement, in the zone with these offsets, for at most `time`. Dropping the future ends
    /// its worker.
    pub(crate) async fn run(
        &self,
        run: impl Fn() -> Run,
        zone: Option<(&ZoneName, &Arc<ZoneOffsets>)>,
        time: Duration,
    ) -> Result<ResultSet, Trouble> {
        let place = tokio::time::timeout(time, self.0.places.acquire()).await;
        let Ok(Ok(_place)) = place else { return Err(Trouble::Busy) };
        let mut kept = self.kept();
        let mut may_begin_anew = true;
        loop {
            let (worker, was_kept) = match kept.take() {
                Some(worker) => (worker, true),
                None => (self.start().await.map_err(Trouble::Start)?, false),
            };
            match self.run_on(worker, run(), zone, time).await {
                // It may have been ended between two statements, through no fault of this one.
                Err(Trouble::Died) if was_kept => {}
                // SQLite does not reread the log while any worker has it open.
                Err(Trouble::Failed(Failure::Log)) if may_begin_anew => {
                    may_begin_anew = false;
                    self.0.idle().clear();
                }
                result => return result,
            }
        }
    }

    /// A dedicated worker for several statements in a row.
    pub(crate) async fn session(&self) -> Result<WorkerSession, Trouble> {
        let worker = self.start().await.map_err(Trouble::Start)?;
        Ok(WorkerSession { workers: self.clone(), worker: Some(worker) })
    }

    async fn run_on(
        &self,
        mut worker: Counted,
        run: Run,
        zone: Option<(&ZoneName, &Arc<ZoneOffsets>)>,
        time: Duration,
    ) -> Result<ResultSet, Trouble> {
        if let Some((zone, offsets)) = zone {
            worker.worker.tell(zone, offsets);
        }
        let result = self.asked(&mut worker, run, time).await;
        if may_go_on(&result) {
            self.keep(worker);
        }
        result
    }

    async fn asked(
        &self,
        worker: &mut Counted,
        run: Run,
        time: Duration,
    ) -> Result<ResultSet, Trouble> {
        let mut guard = EndedUnlessDone { shared: &self.0, is_done: false };
        let result = tokio::time::timeout(time + MOMENT, worker.worker.run(run)).await;
        let result = match result {
            Ok(Ok(rows)) => Ok(rows),
            Ok(Err(Problem::Failed(failure))) => Err(Trouble::Failed(failure)),
            Ok(Err(Problem::Broken(why))) => {
                tracing::warn!(why, worker = worker.worker.id(), "a SQLite worker is gone");
                Err(Trouble::Died)
            }
            Err(_) => {
                tracing::warn!(worker = worker.worker.id(), "a SQLite worker is ended");
                Err(Trouble::Late)
            }
        };
        guard.is_done = may_go_on(&result);
        result
    }

    async fn start(&self) -> io::Result<Counted> {
        let worker = Worker::start(self.0.program.as_ref(), &self.0.setup).await?;
        self.0.alive.fetch_add(1, Ordering::Relaxed);
        self.0.started.fetch_add(1, Ordering::Relaxed);
        Ok(Counted { worker, shared: Arc::downgrade(&self.0) })
    }

    /// The worker that ran last, whose cache of the file is the freshest.
    fn kept(&self) -> Option<Counted> {
        loop {
            let idle = self.0.idle().pop()?;
            if idle.worker.worker.is_well() {
                return Some(idle.worker);
            }
        }
    }

    fn keep(&self, worker: Counted) {
        self.0.idle().push(Idle { worker, since: Instant::now() });
        if !self.0.is_swept.swap(true, Ordering::Relaxed) {
            tokio::spawn(sweep(Arc::downgrade(&self.0)));
        }
    }
}

/// Whether the worker that returned this can run another statement.
fn may_go_on(result: &Result<ResultSet, Trouble>) -> bool {
    match result {
        Ok(_) => true,
        Err(Trouble::Failed(failure)) => !matches!(failure, Failure::Memory | Failure::Log),
        Err(Trouble::Late | Trouble::Died | Trouble::Busy | Trouble::Start(_)) => false,
    }
}

/// Ends workers that have been idle for long, until none is idle.
async fn sweep(shared: Weak<Shared>) {
    loop {
        tokio::time::sleep(IDLE / 4).await;
        let Some(shared) = shared.upgrade() else { return };
        let mut idle = shared.idle();
        idle.retain(|idle| idle.since.elapsed() < IDLE && idle.worker.worker.is_well());
        if idle.is_empty() {
            shared.is_swept.store(false, Ordering::Relaxed);
            return;
        }
    }
}

impl Shared {
    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.alive.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Counts a worker that does not finish its statement, even if only because nobody waits for it.
struct EndedUnlessDone<'a> {
    shared: &'a Shared,
    is_done: bool,
}

impl Drop for EndedUnlessDone<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            self.shared.ended.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A worker for several statements in a row, which ends with them.
pub(crate) struct WorkerSession {
    workers: Workers,
    worker: Option<Counted>,
}

impl WorkerSession {
    /// Runs the next statement.
    pub(crate) async fn run(&mut self, run: Run, time: Duration) -> Result<ResultSet, Trouble> {
        let Some(worker) = &mut self.worker else { return Err(Trouble::Died) };
        let result = self.workers.asked(worker, run, time).await;
        if !may_go_on(&result) {
            self.worker = None;
        }
        result
    }
}
