//! Due times and the store together, as servers use them: two replicas, a kill at each step, a downtime, a
//! clock that is set back.

use crate::made::report;
use brisk_domain::report::OnLost;
use brisk_domain::{Report, Timestamp};
use brisk_reports::{Calendar, Cause, Landings, Progress};
use brisk_store::{
    PlannedRun, RunCause, RunOutcome, SendingClaim, SendingKey, SendingOutcome, SendingState, Store,
};
use brisk_test_stores::TestStore;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

const LEASE: Duration = Duration::from_secs(60);
const MOST: u32 = 5;
const MINUTE: i64 = 60_000_000;
/// 27 November 2026, 05:55 UTC.
const START: Timestamp = Timestamp(1_795_758_900_000_000);

fn after(minutes: i64) -> Timestamp {
    Timestamp(START.0 + minutes * MINUTE)
}

/// Where a server is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kill {
    Planned,
    Begun,
    Claimed,
    Sent,
    Recorded,
    Never,
}

/// A server with its store, and everybody's letter boxes.
struct Server<'s> {
    name: &'static str,
    store: Store,
    report: &'s Report,
    letters: &'s RefCell<BTreeMap<String, u32>>,
}

impl Server<'_> {
    /// One look at the clock, up to the step at which it is killed; whether it has planned something.
    async fn look(&self, now: Timestamp, kill: Kill) -> bool {
        let (name, timing) = (&self.report.name, self.report.followed_as());
        let calendar = Calendar::of(&self.report.timing).unwrap();
        let kept = self.store.follow_report(name, &timing, now).await.unwrap();
        let progress = Progress { planned_to: kept.planned_to, last: kept.last_moment };
        if Calendar::is_set_back(progress, now) {
            self.store.set_report_back(name, &timing, progress.planned_to, now).await.unwrap();
        }
        let from = calendar.landings_from(progress, now);
        let landings: Landings = match from {
            Some(from) => self.store.landings(calendar.tags(), from).await.unwrap(),
            None => Vec::new(),
        }
        .into_iter()
        .collect();
        let mut has_planned = false;
        let due = calendar.due(progress, &landings, now).filter(|_| !self.report.is_paused);
        if let Some(due) = due {
            let cause = match due.cause {
                Cause::Time => RunCause::Time,
                Cause::Landed => RunCause::Landed,
                Cause::AtLatest { missing } => RunCause::AtLatest(missing),
            };
            let (moment, missed, is_late) = (due.moment, due.missed, due.is_late);
            let run = PlannedRun { due_at: due.at, moment, cause, missed, is_late };
            let planned_to = progress.planned_to;
            has_planned =
                self.store.plan_report(name, &timing, planned_to, &run, now).await.unwrap();
        }
        if kill != Kill::Planned {
            self.make(now, kill).await;
        }
        has_planned
    }

    async fn make(&self, now: Timestamp, kill: Kill) {
        while let Some(due) = self.store.begin_report_run(self.name, now, LEASE).await.unwrap() {
            if kill == Kill::Begun {
                return;
            }
            for recipient in ["account:ann", "account:bob"] {
                let (report, recipient) = (due.name.clone(), recipient.to_owned());
                let key = SendingKey { report, due_at: due.due_at, recipient };
                let how = (self.report.on_lost, "<id@brisk>");
                let claim =
                    self.store.claim_sending(&key, how, self.name, now, (LEASE, MOST)).await;
                let SendingClaim::Won { attempt, .. } = claim.unwrap() else { continue };
                if kill == Kill::Claimed {
                    return;
                }
                let letter = format!("{} {}", key.recipient, due.due_at.seconds());
                *self.letters.borrow_mut().entry(letter).or_default() += 1;
                if kill == Kill::Sent {
                    return;
                }
                let outcome =
                    SendingOutcome { state: SendingState::Sent, words: "250 OK", retry_at: None };
                let who = (self.name, attempt);
                assert!(self.store.end_sending(&key, who, now, &outcome).await.unwrap());
                if kill == Kill::Recorded {
                    return;
                }
            }
            let how = (RunOutcome::Done, "");
            assert!(self.store.end_report_run(&due, self.name, now, how, &[]).await.unwrap());
        }
    }
}

/// How many letters of the due time at 06:00 each got.
fn got(letters: &RefCell<BTreeMap<String, u32>>) -> [u32; 2] {
    let due = after(5).seconds();
    let of = |who: &str| letters.borrow().get(&format!("account:{who} {due}")).copied();
    ["ann", "bob"].map(|who| of(who).unwrap_or_default())
}

#[tokio::test]
async fn a_server_that_is_killed_at_any_step_leaves_nothing_sent_twice_or_lost_but_as_chosen() {
    for on_lost in [OnLost::AtMostOnce, OnLost::AtLeastOnce] {
        let report = report(&format!("on_lost = \"{}\"\n", on_lost.word()));
        for (kill, expected) in [
            (Kill::Planned, [1, 1]),
            (Kill::Begun, [1, 1]),
            // Nobody knows whether Ann's has left.
            (Kill::Claimed, [u32::from(on_lost == OnLost::AtLeastOnce), 1]),
            (Kill::Sent, [1 + u32::from(on_lost == OnLost::AtLeastOnce), 1]),
            (Kill::Recorded, [1, 1]),
            (Kill::Never, [1, 1]),
        ] {
            for test in TestStore::each().await {
                let letters = RefCell::default();
                let server = async |name| {
                    let store = test.again().await;
                    Server { name, store, report: &report, letters: &letters }
                };
                let (one, other) = (server("one").await, server("other").await);
                one.look(START, Kill::Never).await;
                assert!(one.look(after(5), kill).await, "{kill:?}");
                // The other one looks all the time.
                for minute in 5..20 {
                    other.look(after(minute), Kill::Never).await;
                }
                assert_eq!(got(&letters), expected, "{kill:?} {on_lost:?}");
                assert_eq!(letters.borrow().len(), 1 + usize::from(expected[0] > 0));
                let unknown = test.store.sendings("weekly", after(5)).await.unwrap();
                let unknown = unknown.iter().filter(|one| one.state == SendingState::Unknown);
                let is_lost =
                    matches!(kill, Kill::Claimed | Kill::Sent) && on_lost == OnLost::AtMostOnce;
                assert_eq!(unknown.count(), usize::from(is_lost), "{kill:?} {on_lost:?}");
            }
        }
    }
}

#[tokio::test]
async fn after_a_downtime_over_several_due_times_one_is_made_and_marked_as_late() {
    let report = report("");
    for test in TestStore::each().await {
        let letters = RefCell::default();
        let store = test.again().await;
        let server = Server { name: "one", store, report: &report, letters: &letters };
        server.look(START, Kill::Never).await;
        // Down for three days and an hour.
        let later = after(5 + 3 * 1_440 + 60);
        assert!(server.look(later, Kill::Never).await);
        assert!(!server.look(Timestamp(later.0 + MINUTE), Kill::Never).await);
        let history = test.store.report_history(&report.name, 9).await.unwrap();
        let [run] = &history[..] else { panic!("{history:?}") };
        assert_eq!((run.due_at, run.missed, run.is_late), (after(5 + 3 * 1_440), 3, true));
        assert_eq!((run.outcome, run.counts.sent), (Some(RunOutcome::Done), 2));
        assert_eq!(letters.borrow().len(), 2);
    }
}

#[tokio::test]
async fn a_file_that_was_paused_for_days_goes_on_with_the_next_due_time() {
    let (on, paused) = (report(""), report("paused = true\n"));
    for test in TestStore::each().await {
        let letters = RefCell::default();
        let server = async |report| {
            let store = test.again().await;
            Server { name: "one", store, report, letters: &letters }
        };
        let (on, paused) = (server(&on).await, server(&paused).await);
        on.look(START, Kill::Never).await;
        for minute in (1..3 * 1_440).step_by(10) {
            paused.look(after(minute), Kill::Never).await;
        }
        for minute in 3 * 1_440..3 * 1_440 + 5 {
            assert!(!on.look(after(minute), Kill::Never).await);
        }
        assert!(on.look(after(3 * 1_440 + 5), Kill::Never).await);
        let history = test.store.report_history(&on.report.name, 9).await.unwrap();
        assert_eq!((history.len(), history[0].missed), (1, 0));
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_sends_nothing_again() {
    let report = report("");
    for test in TestStore::each().await {
        let letters = RefCell::default();
        let store = test.again().await;
        let server = Server { name: "one", store, report: &report, letters: &letters };
        for minute in [0, 5, 6, 0, 1, 5, 6, 5 + 1_440] {
            server.look(after(minute), Kill::Never).await;
        }
        assert_eq!(got(&letters), [1, 1]);
        assert_eq!(letters.borrow().len(), 4, "and the next day's follows");
    }
}

#[tokio::test]
async fn replicas_that_see_the_landings_in_other_orders_send_once_a_day() {
    let lines = "after = [\"orders\", \"fx\"]\nat_latest = \"09:00\"\n";
    let report = report(lines);
    let tags = Calendar::of(&report.timing).unwrap().tags().to_vec();
    for test in TestStore::each().await {
        let letters = RefCell::default();
        let server = async |name| {
            let store = test.again().await;
            Server { name, store, report: &report, letters: &letters }
        };
        let (one, other) = (server("one").await, server("other").await);
        one.look(START, Kill::Never).await;
        other.look(START, Kill::Never).await;
        // What the other one writes later landed first.
        one.store.note_landings(&tags[1..], after(12)).await.unwrap();
        one.look(after(12), Kill::Never).await;
        assert!(letters.borrow().is_empty());
        other.store.note_landings(&tags[..1], after(10)).await.unwrap();
        assert!(other.look(after(12), Kill::Never).await);
        other.store.note_landings(&tags[1..], after(9)).await.unwrap();
        for minute in 12..200 {
            // Data land again all morning.
            one.store.note_landings(&tags, after(minute)).await.unwrap();
            one.look(after(minute), Kill::Never).await;
            other.look(after(minute), Kill::Never).await;
        }
        assert_eq!(letters.borrow().values().copied().collect::<Vec<_>>(), [1, 1]);
        let history = test.store.report_history(&report.name, 9).await.unwrap();
        assert_eq!((history.len(), &history[0].cause), (1, &RunCause::Landed));
        assert_eq!((history[0].moment, history[0].is_late), (after(12), false));
    }
}
