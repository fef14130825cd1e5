//! [`Drawing`]: where pages and panels are drawn. Drawing takes milliseconds of CPU time; on the
//! threads that answer requests, it would delay answers that are ready.

use futures::future::BoxFuture;
use std::sync::{Arc, Mutex};

/// A job for another thread.
pub type Job = Box<dyn FnOnce() + Send>;

/// Threads that draw.
pub trait Pool: Send + Sync {
    /// Runs `job` when it is its turn. A job that is refused because too many wait is dropped.
    fn run(&self, job: Job) -> BoxFuture<'static, ()>;
}

/// Where a client's pages are drawn. Cheap to clone.
#[derive(Clone, Default)]
pub struct Drawing(Option<Arc<dyn Pool>>);

impl Drawing {
    /// Draws on the threads of `pool`; without one, drawing runs on the caller's thread.
    pub fn on(pool: Arc<dyn Pool>) -> Self {
        Self(Some(pool))
    }

    /// The result of `draw`; `None` if it panics, or if too many wait.
    pub async fn run<T: Send + 'static>(
        &self,
        draw: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let Some(pool) = &self.0 else { return Some(draw()) };
        let drawn = Arc::new(Mutex::new(None));
        let place = Arc::clone(&drawn);
        let job = move || {
            let result = draw();
            if let Ok(mut place) = place.lock() {
                *place = Some(result);
            }
        };
        pool.run(Box::new(job)).await;
        drawn.lock().ok()?.take()
    }
}
