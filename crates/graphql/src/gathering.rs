//! [`Gathering`]: all that one operation asks of a view, wherever in the query, becomes one call of the
//! backend, and so one batch lookup of the cache.
//!
//! Fields are resolved at the same time. Each that needs something of a view adds it to the view's batch and
//! waits. [`Driver`] runs the operation, and sends the batches off once no field can go on without them.

use crate::backend::{Backend, Wanted};
use crate::problem::{Problem, TOO_COSTLY};
use crate::types::input::AskedView;
use crate::types::panel::ViewAnswer;
use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::{BoxFuture, Shared};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

type Answer = Result<Arc<ViewAnswer>, Problem>;

/// What one operation asks of views.
pub(crate) struct Gathering {
    backend: Arc<dyn Backend>,
    most: usize,
    views: Mutex<Views>,
}

#[derive(Default)]
struct Views {
    /// All that were asked for.
    seen: BTreeSet<Arc<AskedView>>,
    /// Those that are still being gathered.
    open: BTreeMap<Arc<AskedView>, Batch>,
}

struct Batch {
    wanted: Wanted,
    send_off: oneshot::Sender<Wanted>,
    answer: Shared<BoxFuture<'static, Answer>>,
}

impl Gathering {
    /// For an operation that may ask for `most` different views.
    pub(crate) fn new(backend: Arc<dyn Backend>, most: usize) -> Self {
        Self { backend, most, views: Mutex::default() }
    }

    /// What is `wanted` of a view, and perhaps more of it.
    pub(crate) async fn ask(&self, asked: &Arc<AskedView>, wanted: Wanted) -> Answer {
        let answer = self.add(asked, wanted)?;
        answer.await
    }

    fn add(
        &self,
        asked: &Arc<AskedView>,
        wanted: Wanted,
    ) -> Result<Shared<BoxFuture<'static, Answer>>, Problem> {
        let mut views = self.lock();
        views.seen.insert(Arc::clone(asked));
        if views.seen.len() > self.most {
            let detail = format!("One query may ask for {} different views.", self.most);
            return Err(Problem::new(&TOO_COSTLY, detail));
        }
        let batch = views.open.entry(Arc::clone(asked)).or_insert_with(|| {
            let (send_off, sent_off) = oneshot::channel();
            let (backend, asked) = (Arc::clone(&self.backend), Arc::clone(asked));
            let answer = async move {
                // The sender is dropped only together with whoever waits.
                let wanted = sent_off.await.unwrap_or_default();
                backend.view(&asked, wanted).await.map(Arc::new)
            };
            Batch { wanted: Wanted::default(), send_off, answer: answer.boxed().shared() }
        });
        batch.wanted.choices |= wanted.choices;
        for panel in wanted.panels {
            if !batch.wanted.panels.contains(&panel) {
                batch.wanted.panels.push(panel);
            }
        }
        Ok(batch.answer.clone())
    }

    /// Sends off what was gathered; whoever asks for more from now on gets another batch. The answer is
    /// whether there was anything.
    fn send_off(&self) -> bool {
        let open = std::mem::take(&mut self.lock().open);
        let is_any = !open.is_empty();
        for Batch { wanted, send_off, .. } in open.into_values() {
            // Nobody waits for it any more.
            let _ = send_off.send(wanted);
        }
        is_any
    }

    fn lock(&self) -> MutexGuard<'_, Views> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs an operation.
pub(crate) struct Driver {
    gathering: Arc<Gathering>,
    woken: Arc<Woken>,
}

/// Whether any field can go on, and who is told.
struct Woken {
    is_woken: AtomicBool,
    task: Mutex<Waker>,
}

impl Driver {
    pub(crate) fn new(gathering: Arc<Gathering>) -> Self {
        let task = Mutex::new(Waker::noop().clone());
        Self { gathering, woken: Arc::new(Woken { is_woken: AtomicBool::new(false), task }) }
    }

    /// Polls the operation.
    pub(crate) fn poll<T>(
        &mut self,
        context: &mut Context<'_>,
        mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.woken.lock().clone_from(context.waker());
        let waker = Waker::from(Arc::clone(&self.woken));
        loop {
            self.woken.is_woken.store(false, Ordering::SeqCst);
            if let Poll::Ready(done) = poll(&mut Context::from_waker(&waker)) {
                return Poll::Ready(done);
            }
            // Either a field can go on: the task was told, and comes round again. Or all wait, perhaps for
            // what they have gathered.
            let is_idle = !self.woken.is_woken.load(Ordering::SeqCst);
            if !is_idle || !self.gathering.send_off() {
                return Poll::Pending;
            }
        }
    }
}

impl Woken {
    fn lock(&self) -> MutexGuard<'_, Waker> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::SeqCst);
        let task = self.lock().clone();
        task.wake();
    }
}
