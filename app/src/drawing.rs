//! [`Drawing`]: where pages and panels are drawn. Drawing takes milliseconds of a processor; on the
//! threads that answer requests, whoever asks for a page that is there already would wait for it.

use futures::future::BoxFuture;
use std::sync::{Arc, Mutex};

/// What is run elsewhere.
pub type Job = Box<dyn FnOnce() + Send>;

/// Threads that draw.
pub trait Pool: Send + Sync {
    /// Runs `job` when it is its turn. What is refused, because too many wait, is dropped.
    fn run(&self, job: Job) -> BoxFuture<'static, ()>;
}

/// Where somebody's pages are drawn. Cheap to clone.
#[derive(Clone, Default)]
pub struct Drawing(Option<Arc<dyn Pool>>);

impl Drawing {
    /// On the threads of `pool`; without one, everything is drawn where it is asked for.
    pub fn on(pool: Arc<dyn Pool>) -> Self {
        Self(Some(pool))
    }

    /// What `draw` gives; `None` if it panics, or if too many wait.
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
