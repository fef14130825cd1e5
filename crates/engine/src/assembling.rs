//! [`Assembling`]: where panels' loaded frames are assembled and their computed columns computed.
//! That takes milliseconds of CPU time, which would keep the threads that answer requests from
//! others.

use brisk_cache::Client;
use futures::future::BoxFuture;
use std::sync::{Arc, Mutex, OnceLock};

/// A job for another thread.
pub type Job = Box<dyn FnOnce() + Send>;

/// Threads that assemble frames.
pub trait Pool: Send + Sync {
    /// Runs `job` when it is the turn of `client`. A job that is refused because too many wait is
    /// dropped.
    fn run(&self, client: Client, job: Job) -> BoxFuture<'static, ()>;
}

/// Where frames are assembled. Cheap to clone.
#[derive(Clone, Default)]
pub struct Assembling(Arc<OnceLock<Arc<dyn Pool>>>);

impl Assembling {
    /// From now on, jobs run in `pool`; until then, on the caller's thread. Only the first call
    /// counts.
    pub fn set(&self, pool: Arc<dyn Pool>) {
        let _ = self.0.set(pool);
    }

    /// The result of `job`; `None` if it panics, or if too many wait.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        client: Client,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let Some(pool) = self.0.get() else { return Some(job()) };
        let done = Arc::new(Mutex::new(None));
        let place = Arc::clone(&done);
        let job = move || {
            let result = job();
            if let Ok(mut place) = place.lock() {
                *place = Some(result);
            }
        };
        pool.run(client, Box::new(job)).await;
        done.lock().ok()?.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Runs every second job.
    #[derive(Default)]
    struct EverySecond(AtomicUsize);

    impl Pool for EverySecond {
        fn run(&self, client: Client, job: Job) -> BoxFuture<'static, ()> {
            assert_eq!(client, Client::reader("a"));
            let runs = self.0.fetch_add(1, Ordering::SeqCst).is_multiple_of(2);
            async move {
                if runs {
                    job();
                }
            }
            .boxed()
        }
    }

    #[tokio::test]
    async fn panels_are_put_together_in_the_pool_or_not_at_all() {
        let (assembling, pool) = (Assembling::default(), Arc::new(EverySecond::default()));
        assert_eq!(assembling.run(Client::reader("b"), || 1).await, Some(1), "there is none yet");
        assembling.set(Arc::clone(&pool) as Arc<dyn Pool>);
        assert_eq!(assembling.clone().run(Client::reader("a"), || 2).await, Some(2));
        assert_eq!(assembling.run(Client::reader("a"), || 3).await, None, "it is refused");
        assert_eq!(pool.0.load(Ordering::SeqCst), 2);
    }
}
