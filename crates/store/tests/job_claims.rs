//! Jobs among processes: each has one at a time, and what others say about it does not count.

use crate::jobs::{LEASE, added, at, claim, enqueued, job};
use crate::people::NOW;
use brisk_store::{
    Claim, Enqueued, Hold, JobState, MOST_WAITING, NewJob, NewResult, Refusal, Store,
};
use brisk_test_stores::TestStore;
use brisk_test_waiting::wait_for;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

#[tokio::test]
async fn eight_claimers_take_each_job_once() {
    const CLAIMERS: usize = 8;
    const JOBS: usize = 40;
    for test in TestStore::each().await {
        for n in 0..JOBS {
            enqueued(&test.store, &job("export", &n.to_string())).await;
        }
        let start = Arc::new(Barrier::new(CLAIMERS));
        let mut claimers = JoinSet::new();
        for n in 0..CLAIMERS {
            let (store, start) = (test.again().await, Arc::clone(&start));
            claimers.spawn(async move {
                start.wait().await;
                let (name, mut taken) = (format!("claimer {n}"), Vec::new());
                // One that finds none while others hold their rows looks again, as processes do.
                while store.has_due_job(&["export"], NOW).await.unwrap() {
                    if let Some(claimed) = claim(&store, &name, 0).await {
                        taken.push(claimed.job.id);
                        let done = store.finish_job(&claimed.claim, NOW, "", None).await.unwrap();
                        assert_eq!(done, Hold::Held);
                    }
                }
                taken
            });
        }
        let taken = wait_for("all jobs are done", claimers.join_all()).await.concat();
        let each: BTreeSet<i64> = taken.iter().copied().collect();
        assert_eq!((taken.len(), each.len()), (JOBS, JOBS));
        let counts = test.store.job_counts().await.unwrap();
        assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(JobState::Done, JOBS as u64)]);
    }
}

#[tokio::test]
async fn a_claimed_job_is_as_it_was_asked_for_and_the_longest_due_one_comes_first() {
    for test in TestStore::each().await {
        let store = &test.store;
        let later = enqueued(store, &NewJob { run_after: at(10), ..job("export", "later") }).await;
        let first = enqueued(store, &NewJob { run_after: at(5), ..job("export", "first") }).await;
        enqueued(store, &job("report", "of another kind")).await;
        assert!(!store.has_due_job(&["export"], at(4)).await.unwrap());
        assert_eq!(claim(store, "a", 4).await, None, "none is due");
        assert!(store.has_due_job(&["export"], at(12)).await.unwrap());
        let claimed = claim(store, "a", 12).await.unwrap();
        assert_eq!(claimed.claim, Claim { job: first, claimer: "a".into(), attempt: 1 });
        assert_eq!(claimed.input, r#"{"of":"it"}"#);
        let job = claimed.job;
        assert_eq!((job.subject.as_str(), job.asked_by.as_str()), ("first", "anna"));
        assert_eq!(
            (job.state, job.started_at, job.ended_at),
            (JobState::Running, Some(at(12)), None)
        );
        assert_eq!((job.asked_at, job.run_after, job.most_attempts), (NOW, at(5), 3));
        assert_eq!(claim(store, "b", 12).await.unwrap().job.id, later);
        assert_eq!(claim(store, "b", 12).await, None, "processes claim only what they know");
        assert_eq!(store.claim_job(&[], "b", at(12), LEASE).await.unwrap(), None);
        assert!(!store.has_due_job(&[], at(12)).await.unwrap());
    }
}

/// All that a process can say about its job.
async fn said(store: &Store, claim: &Claim, second: i64) -> BTreeSet<String> {
    let result = NewResult { name: "a", media_type: "b", expires_at: at(1_000_000) };
    let now = at(second);
    let holds = [
        store.job_hold(claim).await.unwrap(),
        store.renew_job(claim, now, LEASE).await.unwrap(),
        store.report_progress(claim, 5, 10).await.unwrap(),
        store.finish_job(claim, now, "too late", None).await.unwrap(),
        store.finish_job(claim, now, "too late", Some(&result)).await.unwrap(),
        store.fail_job(claim, now, "too late", None).await.unwrap(),
        store.fail_job(claim, now, "too late", Some(now)).await.unwrap(),
        store.release_job(claim, now).await.unwrap(),
    ];
    let mut said: BTreeSet<String> = holds.iter().map(|hold| format!("{hold:?}")).collect();
    said.insert(format!("{:?}", store.add_result_part(claim, vec![1]).await.unwrap()));
    said
}

#[tokio::test]
async fn a_process_that_lost_its_lease_changes_nothing() {
    for test in TestStore::each().await {
        let store = &test.store;
        enqueued(store, &job("export", "sales")).await;
        let slow = claim(store, "a", 0).await.unwrap();
        assert_eq!(claim(store, "b", 59).await, None);
        assert_eq!(store.renew_job(&slow.claim, at(50), LEASE).await.unwrap(), Hold::Held);
        assert_eq!(claim(store, "b", 109).await, None, "its lease was renewed");
        let next = claim(store, "b", 110).await.unwrap();
        assert_eq!((next.job.id, next.job.attempt, next.job.failures), (slow.job.id, 2, 1));
        assert!(next.job.outcome.contains("stopped"), "{}", next.job.outcome);
        let before = store.queued_job(next.job.id).await.unwrap();
        let lost: BTreeSet<String> = ["Lost", "Not(Lost)"].map(str::to_owned).into();
        assert_eq!(said(store, &slow.claim, 111).await, lost);
        // The same process has claimed it again: what it said before is about another attempt.
        let stranger = Claim { claimer: "b".into(), ..slow.claim.clone() };
        assert_eq!(said(store, &stranger, 111).await, lost);
        assert_eq!(store.queued_job(next.job.id).await.unwrap(), before);
        assert_eq!(store.report_progress(&next.claim, 5, 10).await.unwrap(), Hold::Held);
        assert_eq!(
            store.finish_job(&next.claim, at(112), "3 rows", None).await.unwrap(),
            Hold::Held
        );
        assert_eq!(said(store, &next.claim, 113).await, lost, "it has ended");
        let done = store.queued_job(next.job.id).await.unwrap().unwrap();
        assert_eq!((done.state, done.outcome.as_str()), (JobState::Done, "3 rows"));
        assert_eq!((done.started_at, done.ended_at), (Some(at(110)), Some(at(112))));
        assert_eq!((done.progress_done, done.progress_total), (5, 10));
    }
}

#[tokio::test]
async fn a_lease_that_ran_out_is_renewed_as_long_as_nobody_else_has_the_job() {
    for test in TestStore::each().await {
        let store = &test.store;
        let claimed = added(store, "export", "sales").await;
        assert_eq!(store.renew_job(&claimed.claim, at(90), LEASE).await.unwrap(), Hold::Held);
        assert_eq!(claim(store, "b", 149).await, None);
    }
}

#[tokio::test]
async fn a_job_that_kills_its_processes_is_given_up() {
    for test in TestStore::each().await {
        let store = &test.store;
        let id = enqueued(store, &job("export", "too large")).await;
        for attempt in 1..=3 {
            let claimed = claim(store, "a", attempt * 100).await.unwrap();
            assert_eq!(claimed.job.attempt, attempt);
            store.add_result_part(&claimed.claim, vec![1]).await.unwrap();
        }
        assert_eq!(claim(store, "a", 400).await, None);
        let dead = store.queued_job(id).await.unwrap().unwrap();
        assert_eq!(
            (dead.state, dead.failures, dead.ended_at),
            (JobState::Failed, 3, Some(at(400)))
        );
        assert!(dead.outcome.contains("stopped"), "{}", dead.outcome);
        assert_eq!(claim(store, "a", 999).await, None);
    }
}

#[tokio::test]
async fn a_failed_attempt_is_followed_by_another_and_one_that_is_handed_back_has_not_failed() {
    for test in TestStore::each().await {
        let store = &test.store;
        let id = enqueued(store, &job("export", "sales")).await;
        let first = claim(store, "a", 0).await.unwrap();
        let why = format!("no answer\0{}", "x".repeat(5_000));
        let failed = store.fail_job(&first.claim, at(1), &why, Some(at(30))).await.unwrap();
        assert_eq!(failed, Hold::Held);
        let waiting = store.queued_job(id).await.unwrap().unwrap();
        assert_eq!((waiting.state, waiting.failures), (JobState::Waiting, 1));
        assert!(
            waiting.outcome.starts_with("no answer\u{fffd}xxx") && waiting.outcome.len() <= 1_000
        );
        assert_eq!(claim(store, "a", 29).await, None);
        let second = claim(store, "a", 30).await.unwrap();
        assert_eq!(store.release_job(&second.claim, at(31)).await.unwrap(), Hold::Held);
        let third = claim(store, "b", 31).await.unwrap();
        assert_eq!((third.job.attempt, third.job.failures), (3, 1));
        assert_eq!(store.job_hold(&second.claim).await.unwrap(), Hold::Lost);
        store.fail_job(&third.claim, at(32), "gone", None).await.unwrap();
        let dead = store.queued_job(id).await.unwrap().unwrap();
        assert_eq!(
            (dead.state, dead.failures, dead.outcome.as_str()),
            (JobState::Failed, 2, "gone")
        );
        assert_eq!(claim(store, "b", 9_999).await, None);
    }
}

#[tokio::test]
async fn a_key_is_that_of_one_job_however_many_ask_at_the_same_moment() {
    const MANY: usize = 16;
    for test in TestStore::each().await {
        let stores = [test.store.clone(), test.again().await];
        let start = Arc::new(Barrier::new(MANY));
        let mut askers = JoinSet::new();
        for n in 0..MANY {
            let (store, start) = (stores[n % 2].clone(), Arc::clone(&start));
            askers.spawn(async move {
                start.wait().await;
                let keyed = NewJob { unique_key: Some("sales 2026-01"), ..job("export", "sales") };
                store.enqueue(&keyed, NOW).await.unwrap()
            });
        }
        let answers = wait_for("all have asked", askers.join_all()).await;
        let added: Vec<i64> = answers
            .iter()
            .filter_map(|answer| match answer {
                Enqueued::Added(id) => Some(*id),
                _ => None,
            })
            .collect();
        assert_eq!(added.len(), 1);
        let others = answers.iter().filter(|one| **one == Enqueued::Known(added[0])).count();
        assert_eq!(others, MANY - 1);
        // It stays done, and the key is one of its kind.
        let keyed = |kind| NewJob { unique_key: Some("sales 2026-01"), ..job(kind, "sales") };
        let claimed = claim(&test.store, "a", 0).await.unwrap();
        test.store.finish_job(&claimed.claim, at(1), "", None).await.unwrap();
        let again = test.store.enqueue(&keyed("export"), at(2)).await.unwrap();
        assert_eq!(again, Enqueued::Known(added[0]));
        enqueued(&test.store, &keyed("report")).await;
        assert_eq!(test.store.forget_jobs(at(1)).await.unwrap(), 0);
        assert_eq!(test.store.forget_jobs(at(2)).await.unwrap(), 1);
        assert!(enqueued(&test.store, &keyed("export")).await > added[0]);
    }
}

#[tokio::test]
async fn the_queue_has_an_end_and_so_has_what_a_job_is_given() {
    for test in TestStore::each().await {
        let store = &test.store;
        let keyed = NewJob { unique_key: Some("first"), ..job("export", "sales") };
        let first = enqueued(store, &keyed).await;
        for _ in 1..MOST_WAITING {
            enqueued(store, &job("export", "sales")).await;
        }
        let ask = async |job: &NewJob<'_>| store.enqueue(job, NOW).await.unwrap();
        assert_eq!(ask(&job("export", "sales")).await, Enqueued::Refused(Refusal::Full));
        assert_eq!(ask(&keyed).await, Enqueued::Known(first), "it is there");
        enqueued(store, &job("report", "of another kind")).await;
        let claimed = claim(store, "a", 0).await.unwrap();
        assert_eq!(ask(&job("export", "sales")).await, Enqueued::Refused(Refusal::Full));
        store.finish_job(&claimed.claim, NOW, "", None).await.unwrap();
        enqueued(store, &job("export", "sales")).await;

        let long = "x".repeat(65 * 1024);
        let malformed = [
            NewJob { input: &long, ..job("report", "sales") },
            NewJob { input: "a\0b", ..job("report", "sales") },
            NewJob { unique_key: Some(&long), ..job("report", "sales") },
            NewJob { unique_key: Some("\0"), ..job("report", "sales") },
            job("", "sales"),
            job(&long, "sales"),
        ];
        for job in malformed {
            assert_eq!(ask(&job).await, Enqueued::Refused(Refusal::Malformed), "{job:?}");
        }
        let id = enqueued(store, &NewJob { asked_by: &long, ..job("report", &long) }).await;
        let kept = store.queued_job(id).await.unwrap().unwrap();
        assert_eq!((kept.subject.len(), kept.asked_by.len()), (200, 200));
        assert!(kept.subject.ends_with('…'));
    }
}
