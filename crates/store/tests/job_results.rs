//! What jobs make to be fetched.

use crate::jobs::{added, at, claim, enqueued, job};
use brisk_store::{Added, Hold, LARGEST_PART, LARGEST_RESULT, NewResult, Store};
use brisk_test_stores::TestStore;

const RESULT: NewResult<'static> =
    NewResult { name: "sales.csv", media_type: "text/csv", expires_at: at(500) };

/// The result of the job, whole.
async fn fetched(store: &Store, job: i64, second: i64) -> Option<Vec<u8>> {
    let result = store.job_result(job, at(second)).await.unwrap()?;
    let mut whole = Vec::new();
    for part in 0..result.parts {
        whole.extend(store.job_result_part(&result, part).await.unwrap()?);
    }
    assert_eq!(result.bytes, whole.len() as u64);
    assert_eq!((result.name.as_str(), result.media_type.as_str()), ("sales.csv", "text/csv"));
    Some(whole)
}

#[tokio::test]
async fn a_result_is_there_when_its_job_is_done_and_until_it_expires() {
    for test in TestStore::each().await {
        let store = &test.store;
        let claimed = added(store, "export", "sales").await;
        let id = claimed.job.id;
        for part in [vec![0, 255], vec![], vec![10]] {
            assert_eq!(store.add_result_part(&claimed.claim, part).await.unwrap(), Added::Part);
        }
        assert_eq!(fetched(store, id, 1).await, None, "it is not finished");
        store.finish_job(&claimed.claim, at(2), "", Some(&RESULT)).await.unwrap();
        let other = test.again().await;
        assert_eq!(fetched(&other, id, 499).await, Some(vec![0, 255, 10]));
        assert_eq!(store.queued_job(id).await.unwrap().unwrap().result_bytes, 3);
        assert_eq!(fetched(&other, id, 500).await, None);
        // A job is kept at least as long as its result.
        assert_eq!(store.forget_jobs(at(9_999)).await.unwrap(), 0);
        assert_eq!(store.forget_results(at(499)).await.unwrap(), 0);
        let result = store.job_result(id, at(499)).await.unwrap().unwrap();
        assert_eq!(store.forget_results(at(500)).await.unwrap(), 1);
        assert_eq!(store.job_result_part(&result, 0).await.unwrap(), None);
        assert_eq!(store.queued_job(id).await.unwrap().unwrap().result_bytes, 3, "it had them");
        assert_eq!(store.forget_jobs(at(9_999)).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn nothing_is_left_of_what_attempts_made_that_came_to_nothing() {
    for test in TestStore::each().await {
        let store = &test.store;
        let id = enqueued(store, &job("export", "sales")).await;
        let part = async |claim: &brisk_store::Claim, byte: u8| {
            store.add_result_part(claim, vec![byte]).await.unwrap()
        };
        // One fails, one dies, one is handed back, one is slow.
        let failed = claim(store, "a", 0).await.unwrap();
        part(&failed.claim, 1).await;
        store.fail_job(&failed.claim, at(1), "no answer", Some(at(1))).await.unwrap();
        let died = claim(store, "a", 1).await.unwrap();
        part(&died.claim, 2).await;
        let back = claim(store, "a", 100).await.unwrap();
        assert_eq!(part(&died.claim, 2).await, Added::Not(Hold::Lost));
        part(&back.claim, 3).await;
        store.release_job(&back.claim, at(101)).await.unwrap();
        let last = claim(store, "a", 101).await.unwrap();
        part(&last.claim, 4).await;
        assert_eq!(store.queued_job(id).await.unwrap().unwrap().result_bytes, 1);
        store.finish_job(&last.claim, at(102), "", Some(&RESULT)).await.unwrap();
        assert_eq!(fetched(store, id, 103).await, Some(vec![4]));

        // Without a result, what was made is gone, too.
        let without = added(store, "export", "stock").await;
        part(&without.claim, 5).await;
        store.finish_job(&without.claim, at(104), "", None).await.unwrap();
        assert_eq!(fetched(store, without.job.id, 105).await, None);
        store.forget_results(at(9_999)).await.unwrap();
        assert_eq!(parts_left(&test).await, 0);
    }
}

async fn parts_left(test: &TestStore) -> i64 {
    use sqlx::Row as _;
    sqlx::any::install_default_drivers();
    let pool = sqlx::AnyPool::connect(test.url()).await.unwrap();
    let row = sqlx::query("select count(*) from job_result_parts").fetch_one(&pool).await.unwrap();
    pool.close().await;
    row.get(0)
}

#[tokio::test]
async fn a_result_has_a_largest_size() {
    let test = TestStore::sqlite().await;
    let store = &test.store;
    let claimed = added(store, "export", "sales").await;
    let too_large = vec![0; LARGEST_PART + 1];
    let add = async |part: Vec<u8>| store.add_result_part(&claimed.claim, part).await.unwrap();
    assert_eq!(add(too_large).await, Added::TooLarge);
    for _ in 0..LARGEST_RESULT / LARGEST_PART as u64 {
        assert_eq!(add(vec![7; LARGEST_PART]).await, Added::Part);
    }
    assert_eq!(add(vec![7]).await, Added::TooLarge);
    // What was refused left nothing behind.
    store.finish_job(&claimed.claim, at(2), "", Some(&RESULT)).await.unwrap();
    let result = store.job_result(claimed.job.id, at(3)).await.unwrap().unwrap();
    assert_eq!(result.bytes, LARGEST_RESULT);
    let job = store.queued_job(claimed.job.id).await.unwrap().unwrap();
    assert_eq!(job.result_bytes, LARGEST_RESULT);
}

#[tokio::test]
async fn all_results_together_have_a_largest_size() {
    for test in TestStore::each().await {
        let claimed = added(&test.store, "export", "sales").await;
        // As if the others had that many.
        sqlx::any::install_default_drivers();
        let pool = sqlx::AnyPool::connect(test.url()).await.unwrap();
        sqlx::query(
            "insert into job_result_parts (job_id, attempt, part, bytes, contents)
             values (99, 1, 0, $1, $2)",
        )
        .bind(brisk_store::MOST_KEPT as i64 - 2)
        .bind(vec![1_u8])
        .execute(&pool)
        .await
        .unwrap();
        pool.close().await;
        let add =
            async |part: Vec<u8>| test.store.add_result_part(&claimed.claim, part).await.unwrap();
        assert_eq!(add(vec![1, 2]).await, Added::Part);
        assert_eq!(add(vec![3]).await, Added::NoRoom);
    }
}
