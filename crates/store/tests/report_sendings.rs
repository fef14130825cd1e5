//! The ledger of sendings: sent once, whoever dies and when.

use brisk_domain::report::OnLost;
use brisk_domain::{ReportName, Timestamp};
use brisk_store::{
    PlannedRun, RunCause, RunOutcome, SendingClaim, SendingKey, SendingOutcome, SendingState, Store,
};
use brisk_test_stores::TestStore;
use brisk_test_waiting::wait_for;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

const LEASE: Duration = Duration::from_secs(60);
const MOST: u32 = 3;

fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(1_700_000_000 + second)
}

fn key(recipient: &str) -> SendingKey {
    SendingKey { report: "weekly".into(), due_at: at(0), recipient: recipient.into() }
}

async fn claim(
    store: &Store,
    recipient: &str,
    on_lost: OnLost,
    who: &str,
    second: i64,
) -> SendingClaim {
    let (key, id) = (key(recipient), format!("<{who}-{second}@brisk>"));
    store.claim_sending(&key, (on_lost, &id), who, at(second), (LEASE, MOST)).await.unwrap()
}

async fn end(store: &Store, who: (&str, u32), second: i64, state: SendingState) -> bool {
    let retry_at = (state == SendingState::NotSent).then(|| at(second + 100));
    let outcome = SendingOutcome { state, words: "250 OK\0", retry_at };
    store.end_sending(&key("r"), who, at(second), &outcome).await.unwrap()
}

fn attempt(claim: &SendingClaim) -> Option<u32> {
    match claim {
        SendingClaim::Won { attempt, .. } => Some(*attempt),
        SendingClaim::Closed(_) => None,
    }
}

#[tokio::test]
async fn of_many_at_the_same_moment_one_sends() {
    const MANY: usize = 16;
    for test in TestStore::each().await {
        for on_lost in [OnLost::AtMostOnce, OnLost::AtLeastOnce] {
            let (start, mut all) = (Arc::new(Barrier::new(MANY)), JoinSet::new());
            for n in 0..MANY {
                let (store, start) = (test.again().await, Arc::clone(&start));
                all.spawn(async move {
                    start.wait().await;
                    claim(&store, on_lost.word(), on_lost, &format!("replica {n}"), 1).await
                });
            }
            let all = wait_for("all of them have tried", all.join_all()).await;
            assert_eq!(all.iter().filter_map(attempt).collect::<Vec<_>>(), [1]);
            let closed = SendingClaim::Closed(SendingState::Claimed);
            assert_eq!(all.iter().filter(|one| **one == closed).count(), MANY - 1);
        }
    }
}

#[tokio::test]
async fn of_many_that_repeat_at_the_same_moment_one_does() {
    const MANY: usize = 16;
    for test in TestStore::each().await {
        let once = OnLost::AtLeastOnce;
        assert_eq!(attempt(&claim(&test.store, "r", once, "dead", 1).await), Some(1));
        let (start, mut all) = (Arc::new(Barrier::new(MANY)), JoinSet::new());
        for n in 0..MANY {
            let (store, start) = (test.again().await, Arc::clone(&start));
            all.spawn(async move {
                start.wait().await;
                claim(&store, "r", once, &format!("replica {n}"), 61).await
            });
        }
        let all = wait_for("all of them have tried", all.join_all()).await;
        assert_eq!(all.iter().filter_map(attempt).collect::<Vec<_>>(), [2]);
    }
}

#[tokio::test]
async fn many_that_settle_what_was_lost_at_the_same_moment_settle_each_once() {
    const MANY: usize = 8;
    for test in TestStore::each().await {
        for n in 0..40 {
            claim(&test.store, &format!("r{n}"), OnLost::AtMostOnce, "dead", 0).await;
        }
        let (start, mut all) = (Arc::new(Barrier::new(MANY)), JoinSet::new());
        for _ in 0..MANY {
            let (store, start) = (test.again().await, Arc::clone(&start));
            all.spawn(async move {
                start.wait().await;
                store.settle_lost_sendings(at(60)).await.unwrap()
            });
        }
        let all = wait_for("all of them have settled", all.join_all()).await;
        assert_eq!(all.into_iter().sum::<u64>(), 40);
    }
}

#[tokio::test]
async fn after_a_kill_between_claim_and_outcome_at_most_once_never_sends_again() {
    for test in TestStore::each().await {
        let (store, once) = (&test.store, OnLost::AtMostOnce);
        assert_eq!(attempt(&claim(store, "r", once, "a", 0).await), Some(1));
        let closed = |state| SendingClaim::Closed(state);
        assert_eq!(claim(store, "r", once, "b", 59).await, closed(SendingState::Claimed));
        for second in [60, 1_000, 100_000] {
            let state = SendingState::Unknown;
            assert_eq!(claim(store, "r", once, "b", second).await, closed(state));
        }
        assert_eq!(store.sendings_to_repeat(at(200_000), MOST, 9).await.unwrap(), []);
        // What the report says by now changes nothing for what was begun before.
        let other = claim(store, "r", OnLost::AtLeastOnce, "b", 200_000).await;
        assert_eq!(other, closed(SendingState::Unknown));
        let kept = store.sendings("weekly", at(0)).await.unwrap().remove(0);
        assert_eq!((kept.state, kept.attempts), (SendingState::Unknown, 1));
        assert_eq!((kept.on_lost, kept.ended_at), (once, Some(at(60))));
        assert!(kept.words.contains("ended before it knew"), "{}", kept.words);
        // It was not dead: it is believed.
        assert!(end(store, ("a", 1), 300_000, SendingState::Sent).await);
        assert_eq!(store.sendings("weekly", at(0)).await.unwrap()[0].state, SendingState::Sent);
    }
}

#[tokio::test]
async fn after_a_kill_between_claim_and_outcome_at_least_once_sends_again_under_the_same_id() {
    for test in TestStore::each().await {
        let (store, once) = (&test.store, OnLost::AtLeastOnce);
        let first = claim(store, "r", once, "a", 0).await;
        assert_eq!(store.sendings_to_repeat(at(59), MOST, 9).await.unwrap(), []);
        assert_eq!(store.sendings_to_repeat(at(60), MOST, 9).await.unwrap(), [key("r")]);
        let again = claim(store, "r", once, "b", 61).await;
        let SendingClaim::Won { message_id, .. } = &first else { panic!("{first:?}") };
        let message_id = message_id.clone();
        assert_eq!(again, SendingClaim::Won { attempt: 2, message_id });
        assert!(!end(store, ("a", 1), 62, SendingState::Sent).await, "another attempt has begun");
        assert!(store.keep_sending(&key("r"), ("b", 2), at(100), LEASE).await.unwrap());
        assert!(!store.keep_sending(&key("r"), ("a", 1), at(100), LEASE).await.unwrap());
        let closed = SendingClaim::Closed(SendingState::Claimed);
        assert_eq!(claim(store, "r", once, "c", 150).await, closed, "it was kept");
        assert_eq!(attempt(&claim(store, "r", once, "c", 161).await), Some(3));
        // Not for ever.
        let closed = SendingClaim::Closed(SendingState::Unknown);
        assert_eq!(claim(store, "r", once, "d", 1_000).await, closed);
        assert_eq!(store.sendings_to_repeat(at(1_000), MOST, 9).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_kill_before_the_claim_or_after_the_outcome_changes_nothing() {
    for test in TestStore::each().await {
        for (on_lost, who) in [(OnLost::AtMostOnce, "a"), (OnLost::AtLeastOnce, "b")] {
            let store = &test.store;
            // Before: nothing is there, and whoever takes over sends.
            let recipient = on_lost.word();
            assert_eq!(attempt(&claim(store, recipient, on_lost, who, 0).await), Some(1));
            let outcome = SendingOutcome { state: SendingState::Sent, words: "", retry_at: None };
            let sent = store.end_sending(&key(recipient), (who, 1), at(1), &outcome).await;
            assert!(sent.unwrap());
            // After: it is sent, whoever makes the run again.
            let closed = SendingClaim::Closed(SendingState::Sent);
            assert_eq!(claim(store, recipient, on_lost, "later", 9_999).await, closed);
            assert_eq!(store.sendings_to_repeat(at(9_999), MOST, 9).await.unwrap(), []);
        }
    }
}

#[tokio::test]
async fn what_was_certainly_not_sent_is_tried_again_later_and_what_was_refused_is_not() {
    for test in TestStore::each().await {
        let (store, once) = (&test.store, OnLost::AtMostOnce);
        assert_eq!(attempt(&claim(store, "r", once, "a", 0).await), Some(1));
        assert!(end(store, ("a", 1), 1, SendingState::NotSent).await);
        assert!(!end(store, ("a", 1), 2, SendingState::Sent).await, "it has ended");
        let closed = SendingClaim::Closed(SendingState::NotSent);
        assert_eq!(claim(store, "r", once, "b", 100).await, closed, "not yet");
        assert_eq!(store.sendings_to_repeat(at(100), MOST, 9).await.unwrap(), []);
        assert_eq!(store.sendings_to_repeat(at(101), MOST, 9).await.unwrap(), [key("r")]);
        assert_eq!(attempt(&claim(store, "r", once, "b", 101).await), Some(2));
        assert!(end(store, ("b", 2), 102, SendingState::Refused).await);
        let closed = SendingClaim::Closed(SendingState::Refused);
        assert_eq!(claim(store, "r", once, "c", 9_999).await, closed);
        let kept = store.sendings("weekly", at(0)).await.unwrap().remove(0);
        assert_eq!((kept.words.as_str(), kept.attempts), ("250 OK\u{fffd}", 2));
        assert_eq!(kept.message_id, "<a-0@brisk>");
    }
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_repeated_only_where_that_was_chosen() {
    for test in TestStore::each().await {
        let store = &test.store;
        for (on_lost, again) in [(OnLost::AtMostOnce, None), (OnLost::AtLeastOnce, Some(2))] {
            let recipient = on_lost.word();
            claim(store, recipient, on_lost, "a", 0).await;
            let retry_at = Some(at(50));
            let outcome =
                SendingOutcome { state: SendingState::Unknown, words: "timed out", retry_at };
            let ended = store.end_sending(&key(recipient), ("a", 1), at(10), &outcome).await;
            assert!(ended.unwrap());
            assert_eq!(attempt(&claim(store, recipient, on_lost, "b", 49).await), None);
            assert_eq!(attempt(&claim(store, recipient, on_lost, "b", 50).await), again);
        }
    }
}

#[tokio::test]
async fn the_history_counts_what_became_of_each_and_is_forgotten_together() {
    for test in TestStore::each().await {
        let store = &test.store;
        let weekly = ReportName::parse("weekly").unwrap();
        store.follow_report(&weekly, "t", at(-10)).await.unwrap();
        let (due_at, cause) = (at(0), RunCause::Time);
        let run = PlannedRun { due_at, moment: due_at, cause, missed: 0, is_late: false };
        assert!(store.plan_report(&weekly, "t", at(-10), &run, at(0)).await.unwrap());
        let due = store.begin_report_run("a", at(0), LEASE).await.unwrap().unwrap();
        for (n, state) in [
            Some(SendingState::Sent),
            Some(SendingState::Sent),
            Some(SendingState::Refused),
            Some(SendingState::NotSent),
            Some(SendingState::Unknown),
            None,
        ]
        .into_iter()
        .enumerate()
        {
            let recipient = format!("account:{n}");
            claim(store, &recipient, OnLost::AtMostOnce, "a", 0).await;
            if let Some(state) = state {
                let outcome = SendingOutcome { state, words: "", retry_at: None };
                store.end_sending(&key(&recipient), ("a", 1), at(1), &outcome).await.unwrap();
            }
        }
        let history = async || store.report_history(&weekly, 9).await.unwrap();
        let counts = history().await[0].counts;
        assert_eq!((counts.sent, counts.refused, counts.not_sent), (2, 1, 1));
        assert_eq!((counts.unknown, counts.claimed), (1, 1));
        assert_eq!(store.sendings("weekly", at(0)).await.unwrap().len(), 6);
        // As long as the run is open, it is what it is counted by.
        assert_eq!(store.forget_report_runs(at(1_000)).await.unwrap(), 0);
        assert_eq!(store.sendings("weekly", at(0)).await.unwrap().len(), 6);
        let how = (RunOutcome::Done, "");
        assert!(store.end_report_run(&due, "a", at(2), how, &[]).await.unwrap());
        assert_eq!(store.forget_report_runs(at(0)).await.unwrap(), 0, "not yet");
        store.settle_lost_sendings(at(60)).await.unwrap();
        assert_eq!(store.forget_report_runs(at(1_000)).await.unwrap(), 1);
        assert_eq!(history().await, []);
        assert_eq!(store.sendings("weekly", at(0)).await.unwrap(), []);
    }
}
