//! Background jobs: the page about them, and what admins decide there.

use crate::fixture;
use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use brisk_domain::{Clock, ManualClock, Timestamp};
use brisk_engine::load::Sources;
use brisk_jobs::{Done, Failure, Handler, Limits, Running, Workers};
use brisk_server::jobs::job_workers;
use brisk_server::jobs::store_changes::{StoreChanges, Subscribers};
use brisk_server::router::router;
use brisk_store::{
    AuditFilter, Claimed, Enqueued, JobState, LARGEST_PART, NewJob, NewResult, Store,
};
use brisk_test_stores::TestStore;
use brisk_test_waiting::{eventually, wait_for};
use http::Request;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// 2026-11-27, 06:00 UTC.
const NOW: Timestamp = Timestamp::from_seconds(1_795_759_200);

struct World {
    app: Router,
    clock: Arc<ManualClock>,
    test: TestStore,
    _folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (clock, test) = (Arc::new(ManualClock::at(NOW)), TestStore::sqlite().await);
        let state = fixture::state(folder.path(), Sources::default(), clock.clone());
        let app = router(state.with_store(test.store.clone()), folder.path());
        Self { app, clock, test, _folder: folder }
    }

    fn store(&self) -> &Store {
        &self.test.store
    }

    async fn get(&self, path: &str) -> String {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let (status, _, body) = fixture::ask(&self.app, request).await;
        assert_eq!(status, 200, "{path}");
        String::from_utf8(body).unwrap()
    }

    /// Sends the form; the answer is the status, where it leads, and the page.
    async fn send(&self, form: &str) -> (u16, String, String) {
        let request = Request::post("/admin/jobs").body(Body::from(form.to_owned())).unwrap();
        let (status, headers, body) = fixture::ask(&self.app, request).await;
        let to = headers.get("location").map(|to| to.to_str().unwrap().to_owned());
        (status, to.unwrap_or_default(), String::from_utf8(body).unwrap())
    }

    async fn enqueued(&self, kind: &str, subject: &str, asked_by: &str) -> i64 {
        let job = NewJob {
            kind,
            subject,
            input: "{}",
            unique_key: None,
            asked_by,
            run_after: self.clock.now(),
            most_attempts: 3,
        };
        let enqueued = self.store().enqueue(&job, self.clock.now()).await.unwrap();
        let added = match enqueued {
            Enqueued::Added(id) => Some(id),
            Enqueued::Known(_) | Enqueued::Refused(_) => None,
        };
        added.unwrap()
    }

    async fn claimed(&self, kind: &str) -> Claimed {
        let lease = Duration::from_secs(60);
        let claimed = self.store().claim_job(&[kind], "a", self.clock.now(), lease).await;
        claimed.unwrap().unwrap()
    }

    async fn state(&self, id: i64) -> JobState {
        self.store().queued_job(id).await.unwrap().unwrap().state
    }
}

/// The text between tags, without them.
fn in_words(page: &str) -> String {
    let mut words = String::new();
    for part in page.split('<') {
        let (_, text) = part.split_once('>').unwrap_or(("", part));
        words += text;
        words.push(' ');
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn the_page_says_of_each_job_what_ran_when_how_long_and_why_it_failed() {
    let world = World::new().await;
    let store = world.store();
    assert!(world.get("/admin/jobs").await.contains("There are none."));
    let done = world.enqueued("export", "Sales <b>", "anna").await;
    let claimed = world.claimed("export").await;
    for _ in 0..3 {
        store.add_result_part(&claimed.claim, vec![0; LARGEST_PART / 2]).await.unwrap();
    }
    world.clock.advance(90);
    let expires_at = world.clock.now().after(Duration::from_secs(1_000));
    let result = NewResult { name: "sales.pdf", media_type: "application/pdf", expires_at };
    let ended = world.clock.now();
    store.finish_job(&claimed.claim, ended, "12 panels", Some(&result)).await.unwrap();
    let failed = world.enqueued("report", "weekly", "").await;
    let claimed = world.claimed("report").await;
    store.fail_job(&claimed.claim, ended, "The mail server said no.", None).await.unwrap();
    let again = world.enqueued("retried", "monthly", "bob").await;
    let claimed = world.claimed("retried").await;
    let due = ended.after(Duration::from_secs(40));
    store.fail_job(&claimed.claim, ended, "No answer.", Some(due)).await.unwrap();
    let running = world.enqueued("slow", "stock", "bob").await;
    let claimed = world.claimed("slow").await;
    store.report_progress(&claimed.claim, 3, 10).await.unwrap();
    world.clock.advance(30);
    let page = world.get("/admin/jobs").await;
    assert!(page.contains("Sales &lt;b&gt;") && !page.contains("Sales <b>"), "{page}");
    let words = in_words(&page);
    for expected in [
        format!(
            "slow: stock running Cancel Number {running} Asked for 2026-11-27 06:01:30 UTC, 30 s \
             ago by bob Ran 2026-11-27 06:01:30 UTC, 30 s ago, for 30 s so far Attempts 1 \
             Progress 3 of 10"
        ),
        format!(
            "retried: monthly waiting Cancel Number {again} Asked for 2026-11-27 06:01:30 UTC, 30 s \
             ago by bob Ran 2026-11-27 06:01:30 UTC, 30 s ago, for 0 s; due in 10 s Attempts 1; 1 \
             of at most 3 failed No answer."
        ),
        format!(
            "report: weekly failed Retry Number {failed} Asked for 2026-11-27 06:01:30 UTC, 30 s \
             ago by Brisk itself Ran 2026-11-27 06:01:30 UTC, 30 s ago, for 0 s Attempts 1; 1 of \
             at most 3 failed The mail server said no."
        ),
        format!(
            "export: Sales &lt;b&gt; done Number {done} Asked for 2026-11-27 06:00:00 UTC, 2 min \
             ago by anna Ran 2026-11-27 06:00:00 UTC, 2 min ago, for 1 min 30 s Attempts 1 Result \
             1.57 MB 12 panels"
        ),
    ] {
        assert!(words.contains(&expected), "{expected}\n\n{words}");
    }
    let order: Vec<usize> = ["slow: stock", "retried:", "report:", "export:"]
        .iter()
        .map(|name| words.find(name).unwrap())
        .collect();
    assert!(order.is_sorted(), "the newest first: {words}");
}

#[tokio::test]
async fn the_page_shows_what_the_filter_lets_through_page_by_page() {
    let world = World::new().await;
    for n in 0..55 {
        world.enqueued("export", &format!("nr-{n}-"), "anna").await;
    }
    world.enqueued("report", "weekly", "anna").await;
    let shown = |page: &str| page.matches(" id=\"job-").count();
    let all = world.get("/admin/jobs").await;
    assert_eq!(shown(&all), 50);
    assert!(in_words(&all).contains("waiting (56)") && in_words(&all).contains("failed (0)"));
    let exports = world.get("/admin/jobs?state=waiting&kind=export").await;
    assert!(shown(&exports) == 50 && !exports.contains("weekly"), "{exports}");
    let (_, rest) = exports.split_once("<p class=\"older\">").unwrap();
    let (_, rest) = rest.split_once("href=\"").unwrap();
    let older = rest.split_once('"').unwrap().0.replace("&amp;", "&");
    assert!(older.contains("state=waiting") && older.contains("kind=export"), "{older}");
    let older = world.get(&older).await;
    assert!(shown(&older) == 5 && older.contains("nr-4-") && !older.contains("nr-5-"), "{older}");
    assert!(!older.contains("class=\"older\""));
    let none = world.get("/admin/jobs?state=done").await;
    assert!(shown(&none) == 0 && none.contains("The filter lets none through."), "{none}");
    let wrong = world.get("/admin/jobs?state=asleep").await;
    assert!(shown(&wrong) == 0 && wrong.contains("\"asleep\" is no state of a job."), "{wrong}");
}

#[tokio::test]
async fn jobs_are_cancelled_and_tried_again_by_forms_that_come_back_to_the_filter() {
    let world = World::new().await;
    let id = world.enqueued("export", "sales", "anna").await;
    let page = world.get("/admin/jobs?state=waiting").await;
    for hidden in [
        "name=\"do\" value=\"cancel\"".to_owned(),
        format!("name=\"id\" value=\"{id}\""),
        "name=\"state\" value=\"waiting\"".to_owned(),
    ] {
        assert!(page.contains(&hidden), "{hidden}: {page}");
    }
    let (status, to, _) = world.send(&format!("do=cancel&id={id}&state=waiting&kind=")).await;
    assert_eq!((status, to.as_str()), (303, "/admin/jobs?state=waiting&done=cancel"));
    assert!(world.get(&to).await.contains("It is cancelled."));
    assert_eq!(world.state(id).await, JobState::Cancelled);
    let (status, _, page) = world.send(&format!("do=cancel&id={id}")).await;
    assert!(status == 422 && page.contains("it has ended meanwhile"), "{status} {page}");
    let (status, to, _) = world.send(&format!("do=retry&id={id}")).await;
    assert_eq!((status, to.as_str()), (303, "/admin/jobs?done=retry"));
    assert_eq!(world.state(id).await, JobState::Waiting);
    for (form, said) in [
        (format!("do=retry&id={id}"), "is not tried again"),
        (format!("do=finish&id={id}"), "This form is not known."),
        ("do=cancel&id=x".to_owned(), "This form is not known."),
        ("do=cancel&id=99".to_owned(), "it has ended meanwhile"),
        (String::new(), "This form is not known."),
    ] {
        let (status, _, page) = world.send(&form).await;
        assert!(status == 422 && page.contains(said), "{form}: {status} {page}");
    }
    assert_eq!(world.state(id).await, JobState::Waiting);
    let log = world.store().audit(&AuditFilter::default(), 10).await.unwrap();
    let log: Vec<&str> = log.iter().rev().map(|one| one.record.action.as_str()).collect();
    assert_eq!(log, ["job cancelled", "job retried"]);
}

/// Jobs that never end by themselves.
struct Endless {
    begun: Arc<Notify>,
    ended: Arc<Notify>,
}

/// Tells when it is dropped.
struct End(Arc<Notify>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[async_trait]
impl Handler for Endless {
    fn kind(&self) -> &'static str {
        "export"
    }

    async fn run(&self, _: Running) -> Result<Done, Failure> {
        let _end = End(Arc::clone(&self.ended));
        self.begun.notify_one();
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_running_job_that_is_cancelled_on_the_page_is_stopped_on_another_replica() {
    let world = World::new().await;
    let id = world.enqueued("export", "sales", "anna").await;
    let (begun, ended) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = Endless { begun: Arc::clone(&begun), ended: Arc::clone(&ended) };
    // Its clock stands still: it looks at nothing unless it is told.
    let (store, clock) = (world.test.again().await, Arc::new(ManualClock::at(NOW)));
    let workers = Workers::new(store.clone(), clock, "b", Limits::default()).with(handler);
    let workers = Arc::new(workers);
    let subscribers = job_workers::told_of_decisions(Subscribers::default(), &workers);
    let mut changes = StoreChanges::begin(&store, subscribers).await.unwrap();
    let replica = tokio::spawn(async move {
        tokio::select! {
            () = workers.run(std::future::pending()) => {}
            never = changes.follow() => match never {},
        }
    });
    wait_for("it is begun", begun.notified()).await;
    assert_eq!(world.state(id).await, JobState::Running);
    assert_eq!(world.send(&format!("do=cancel&id={id}")).await.0, 303);
    wait_for("it is stopped", ended.notified()).await;
    eventually("nothing brings it back", async || world.state(id).await == JobState::Cancelled)
        .await;
    replica.abort();
}
