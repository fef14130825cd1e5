//! [`DrawingPool`]: draws pages and panels, and writes long answers, as many at a time as there are
//! processors; clients take turns. What several readers want at the same time is drawn once.
//!
//! The threads that answer requests only copy what is there: a request for a page that was drawn before
//! does not wait for pages that are being drawn.

use crate::http::etag::ETag;
use crate::single_flight::SingleFlight;
use brisk_app::drawing::{Drawing, Job, Pool};
use brisk_cache::{Client, LaneFigures, LaneLimits, Lanes};
use brisk_engine::assembling;
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;

/// Drawings that may wait; beyond that, one of the client with the most is refused.
const WAITING: usize = 1_000;
/// How long a drawing may wait.
const DEADLINE: Duration = Duration::from_secs(60);

/// Draws pages and panels.
#[derive(Debug)]
pub struct DrawingPool {
    lane: Arc<str>,
    lanes: Lanes,
    under_way: SingleFlight<Bytes>,
}

impl DrawingPool {
    /// A pool with one thread for each processor.
    pub fn new() -> Arc<Self> {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        let limits = LaneLimits {
            concurrency: threads,
            queue: WAITING,
            deadline: DEADLINE,
            ..LaneLimits::default()
        };
        let (lanes, under_way) = (Lanes::new(limits), SingleFlight::default());
        Arc::new(Self { lane: "drawing".into(), lanes, under_way })
    }

    /// Where panels are put together once they are loaded: among what is drawn.
    pub fn assembly(self: &Arc<Self>) -> Arc<dyn assembling::Pool> {
        Arc::new(Assembly(Arc::clone(self)))
    }

    /// Where the pages of `client` are drawn.
    pub fn of(self: &Arc<Self>, client: Client) -> Drawing {
        Drawing::on(Arc::new(Turns { pool: Arc::clone(self), client }))
    }

    /// The page of that tag, which `draw` draws unless that is under way already. `None` if it cannot
    /// be drawn now.
    pub async fn page(
        self: &Arc<Self>,
        tag: &ETag,
        client: Client,
        draw: impl FnOnce() -> String + Send + 'static,
    ) -> Option<Bytes> {
        let drawing = self.of(client);
        let draw = || async move { drawing.run(draw).await.map(Bytes::from) };
        self.under_way.of(tag, draw).await
    }

    /// What is drawn and what waits; `None` before anything was drawn.
    pub fn figures(&self) -> Option<LaneFigures> {
        self.lanes.figures().pop()
    }
}

/// One client's turns.
struct Turns {
    pool: Arc<DrawingPool>,
    client: Client,
}

impl Pool for Turns {
    fn run(&self, job: Job) -> BoxFuture<'static, ()> {
        let (pool, client) = (Arc::clone(&self.pool), self.client.clone());
        async move {
            let Ok(place) = pool.lanes.enter_for(&pool.lane, client).await else { return };
            let drawn = tokio::task::spawn_blocking(move || {
                // Until it is drawn, whether or not somebody still waits for it.
                let _place = place;
                job();
            });
            if let Err(error) = drawn.await {
                tracing::error!(%error, "drawing ended abnormally");
            }
        }
        .boxed()
    }
}

/// Where what was loaded is put together.
struct Assembly(Arc<DrawingPool>);

impl assembling::Pool for Assembly {
    fn run(&self, client: Client, job: Job) -> BoxFuture<'static, ()> {
        Turns { pool: Arc::clone(&self.0), client }.run(job)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brisk_test_waiting::{eventually, wait_for};
    use futures::future::join_all;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    #[tokio::test]
    async fn a_page_that_many_ask_for_is_drawn_once_and_again_later() {
        let (pool, count) = (DrawingPool::new(), Arc::new(AtomicUsize::new(0)));
        let tag = ETag::of(["a"]);
        for round in 1..=2 {
            let (end, ended) = mpsc::channel::<()>();
            let ended = Arc::new(Mutex::new(ended));
            let asked = (0..20).map(|_| {
                let (count, ended) = (Arc::clone(&count), Arc::clone(&ended));
                pool.page(&tag, Client::local(), move || {
                    count.fetch_add(1, Ordering::SeqCst);
                    // Until all have asked.
                    let _ = ended.lock().unwrap().recv();
                    "page".into()
                })
            });
            let all_have_asked = async {
                let waiting = || pool.under_way.waiting(&tag);
                eventually("all have asked", async || waiting() > Some(20)).await;
                drop(end);
            };
            let asked = futures::future::join(join_all(asked), all_have_asked);
            let (drawn, ()) = wait_for("all have the page", asked).await;
            assert!(drawn.iter().all(|page| page.as_deref() == Some(b"page".as_slice())));
            assert_eq!(count.load(Ordering::SeqCst), round);
        }
        assert!(pool.under_way.is_empty());
    }

    #[tokio::test]
    async fn more_than_the_threads_wait_and_another_client_is_next() {
        let pool = DrawingPool::new();
        let most = std::thread::available_parallelism().map_or(2, usize::from);
        let (order, ends) = (Arc::new(Mutex::new(Vec::new())), mpsc::channel::<()>());
        let (end, ended) = (ends.0, Arc::new(Mutex::new(ends.1)));
        let draw = |name: &'static str, at: usize| {
            let (order, ended) = (Arc::clone(&order), Arc::clone(&ended));
            let drawing = pool.of(Client::reader(name));
            tokio::spawn(async move {
                drawing
                    .run(move || {
                        order.lock().unwrap().push((name, at));
                        let _ = ended.lock().unwrap().recv();
                    })
                    .await
            })
        };
        let mut drawn: Vec<_> = (0..most + 50).map(|at| draw("many", at)).collect();
        let waiting = || pool.figures().map_or(0, |figures| figures.waiting);
        eventually("the others wait", async || waiting() == 50).await;
        assert_eq!(pool.figures().unwrap().running, most);
        drawn.push(draw("one", 0));
        eventually("one more waits", async || waiting() == 51).await;
        drop(end);
        wait_for("all is drawn", join_all(drawn)).await;
        let order = order.lock().unwrap();
        let at = order.iter().position(|(name, _)| *name == "one").unwrap();
        // One thread may take the next one before another has noted its own.
        assert!(at <= 2 * most, "{at} of {}", order.len());
    }

    #[tokio::test]
    async fn a_drawing_that_panics_is_none_and_takes_no_place_with_it() {
        let pool = DrawingPool::new();
        let tag = ETag::of(["a"]);
        for _ in 0..50 {
            let drawn = pool.page(&tag, Client::local(), || panic!("a drawing's fault"));
            assert_eq!(wait_for("it ends", drawn).await, None);
        }
        assert_eq!(pool.figures().unwrap().running, 0);
    }
}
