//! Handlers that do what a test says, and processes that have them.

use async_trait::async_trait;
use brisk_domain::{ManualClock, Timestamp};
use brisk_jobs::{BackOff, Done, Failure, Handler, Limits, Running, Workers};
use brisk_store::{Actor, Enqueued, JobState, NewJob, QueuedJob, Store};
use brisk_test_waiting::{eventually, wait_for};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;

pub(crate) const LEASE: i64 = 60;

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(1_000_000 + second)
}

/// A clock that shows `at(0)`.
pub(crate) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(at(0)))
}

pub(crate) fn limits() -> Limits {
    Limits {
        at_a_time: 2,
        pace: Duration::from_secs(1),
        lease: Duration::from_secs(LEASE as u64),
        grace: Duration::from_secs(10),
        back_off: BackOff { first: Duration::from_secs(10), longest: Duration::from_secs(15) },
        kept: Duration::from_secs(86_400),
    }
}

type Work = Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send>>;

/// A handler that does what a test says.
pub(crate) struct Scripted {
    pub(crate) kind: &'static str,
    pub(crate) at_a_time: usize,
    pub(crate) script: Box<dyn Fn(Running) -> Work + Send + Sync>,
}

#[async_trait]
impl Handler for Scripted {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn at_a_time(&self) -> usize {
        self.at_a_time
    }

    async fn run(&self, running: Running) -> Result<Done, Failure> {
        (self.script)(running).await
    }
}

/// A handler for jobs of the kind `export`.
pub(crate) fn export<F>(script: impl Fn(Running) -> F + Send + Sync + 'static) -> Scripted
where
    F: Future<Output = Result<Done, Failure>> + Send + 'static,
{
    let script = Box::new(move |running| Box::pin(script(running)) as Work);
    Scripted { kind: "export", at_a_time: usize::MAX, script }
}

pub(crate) fn done() -> Result<Done, Failure> {
    Ok(Done { outcome: "done".into(), made: None })
}

/// One process with workers, as long as it lives.
pub(crate) struct Process {
    pub(crate) workers: Arc<Workers>,
    stop: Option<oneshot::Sender<()>>,
    run: JoinHandle<()>,
}

impl Process {
    pub(crate) fn start(workers: Workers) -> Self {
        let workers = Arc::new(workers);
        let (stop, stopped) = oneshot::channel::<()>();
        let run = tokio::spawn({
            let workers = Arc::clone(&workers);
            async move {
                workers
                    .run(async {
                        let _ = stopped.await;
                    })
                    .await;
            }
        });
        Self { workers, stop: Some(stop), run }
    }

    /// Asks it to stop, as a signal does.
    pub(crate) fn ask_to_stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) {
        wait_for("the workers end", &mut self.run).await.unwrap();
    }

    /// Ends it without another word, as a kill does.
    pub(crate) async fn kill(mut self) {
        self.run.abort();
        let _ = wait_for("the workers are gone", &mut self.run).await;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.run.abort();
    }
}

/// Counts what is there, and what was there at most.
#[derive(Default)]
pub(crate) struct Gauge {
    pub(crate) now: AtomicUsize,
    pub(crate) most: AtomicUsize,
    pub(crate) begun: AtomicUsize,
}

/// Something that a [`Gauge`] counts until it is dropped.
pub(crate) struct Counted(Arc<Gauge>);

impl Gauge {
    pub(crate) fn count(self: &Arc<Self>) -> Counted {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        self.begun.fetch_add(1, Ordering::SeqCst);
        Counted(Arc::clone(self))
    }

    pub(crate) fn now(&self) -> usize {
        self.now.load(Ordering::SeqCst)
    }

    pub(crate) fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }

    pub(crate) fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A handler's job that goes on when the test says so, with what the handler was given.
pub(crate) struct Held {
    pub(crate) gauge: Arc<Gauge>,
    pub(crate) gate: Arc<Semaphore>,
    given: Arc<Mutex<Vec<Running>>>,
}

impl Held {
    pub(crate) fn new() -> Self {
        let (gauge, gate) = (Arc::default(), Arc::new(Semaphore::new(0)));
        Self { gauge, gate, given: Arc::default() }
    }

    /// A handler whose jobs wait for the gate, and are done then.
    pub(crate) fn handler(&self) -> Scripted {
        let (gauge, gate) = (Arc::clone(&self.gauge), Arc::clone(&self.gate));
        let given = Arc::clone(&self.given);
        export(move |running| {
            let (counted, gate) = (gauge.count(), Arc::clone(&gate));
            given.lock().unwrap().push(running);
            async move {
                let _counted = counted;
                gate.acquire().await.unwrap().forget();
                done()
            }
        })
    }

    /// What the latest handler was given.
    pub(crate) fn given(&self) -> Running {
        self.given.lock().unwrap().last().unwrap().clone()
    }

    /// Waits until so many are being done.
    pub(crate) async fn running(&self, count: usize) {
        eventually(format!("{count} are being done"), async || self.gauge.now() == count).await;
    }
}

pub(crate) fn job<'j>(kind: &'j str, subject: &'j str) -> NewJob<'j> {
    NewJob {
        kind,
        subject,
        input: "{}",
        unique_key: None,
        asked_by: "anna",
        run_after: at(0),
        most_attempts: 3,
    }
}

pub(crate) async fn enqueued(store: &Store, job: &NewJob<'_>) -> i64 {
    let enqueued = store.enqueue(job, at(0)).await.unwrap();
    let added = match enqueued {
        Enqueued::Added(id) => Some(id),
        Enqueued::Known(_) | Enqueued::Refused(_) => None,
    };
    added.unwrap()
}

pub(crate) async fn known(store: &Store, id: i64) -> QueuedJob {
    store.queued_job(id).await.unwrap().unwrap()
}

/// Waits until the job is in the state.
pub(crate) async fn in_state(store: &Store, id: i64, state: JobState) -> QueuedJob {
    eventually(format!("job {id} is {state:?}"), async || known(store, id).await.state == state)
        .await;
    known(store, id).await
}

pub(crate) fn anna() -> Actor {
    Actor { name: "anna".into(), address: "192.0.2.7".into() }
}
