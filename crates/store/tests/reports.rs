//! Reports: what is due, once among all replicas; pauses, history, who has unsubscribed.

use crate::people::{self, anna, in_words, root};
use brisk_accounts::{Role, Secret};
use brisk_domain::report::MailAddress;
use brisk_domain::{Decimal, ReportName, Tag, Timestamp};
use brisk_store::{
    AuditFilter, PlannedRun, ReportProgress, RunCause, RunOutcome, SendingKey, Store, Subscription,
    Topic,
};
use brisk_test_stores::TestStore;
use brisk_test_waiting::wait_for;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

const NOW: Timestamp = Timestamp(1_700_000_000_000_000);
const LEASE: Duration = Duration::from_secs(60);

fn at(second: i64) -> Timestamp {
    Timestamp(NOW.0 + second * 1_000_000)
}

fn weekly() -> ReportName {
    ReportName::parse("weekly").unwrap()
}

fn run(second: i64) -> PlannedRun {
    let (due_at, cause) = (at(second), RunCause::Time);
    PlannedRun { due_at, moment: due_at, cause, missed: 0, is_late: false }
}

/// Plans a due time as a replica does that has just looked.
async fn planned(store: &Store, timing: &str, second: i64, run: &PlannedRun) -> bool {
    let progress = store.follow_report(&weekly(), timing, at(second)).await.unwrap();
    let planned_to = progress.planned_to;
    store.plan_report(&weekly(), timing, planned_to, run, at(second)).await.unwrap()
}

#[tokio::test]
async fn a_report_is_changed_with_its_record_and_all_replicas_are_told() {
    for test in TestStore::each().await {
        let store = &test.store;
        let mut changes = test.again().await.follow_changes().await.unwrap();
        let one = "title = \"A\"\n\nto = [\"team:sales\"]\n";
        store.set_report(&weekly(), one, &anna(), NOW).await.unwrap();
        let told = wait_for("the change", changes.next()).await.unwrap();
        assert_eq!(told, BTreeSet::from([Topic::Reports]));
        store.set_report(&weekly(), one, &anna(), at(1)).await.unwrap();
        let two = "title = \"B\"\nto = [\"team:sales\"]\n";
        store.set_report(&weekly(), two, &root(), at(2)).await.unwrap();
        let kept = store.reports().await.unwrap().remove(0);
        assert_eq!((kept.name, kept.definition.as_str()), (weekly(), two));
        assert_eq!((kept.changed_by.as_str(), kept.changed_at), ("root", at(2)));
        assert!(store.remove_report(&weekly(), &anna(), at(3)).await.unwrap());
        assert!(!store.remove_report(&weekly(), &anna(), at(3)).await.unwrap());
        assert!(store.reports().await.unwrap().is_empty());
        let log = store.audit(&AuditFilter::default(), 10).await.unwrap();
        assert!(log.iter().all(|one| one.record.subject == "report weekly"), "{log:?}");
        let said: Vec<String> = log.iter().rev().map(in_words).collect();
        let expected = [
            "report added: – → title = \"A\", to = [\"team:sales\"]",
            "report changed: title = \"A\" → title = \"B\"",
            "report removed: title = \"B\", to = [\"team:sales\"] → –",
        ];
        assert_eq!(said, expected);
    }
}

#[tokio::test]
async fn of_many_replicas_one_plans_a_due_time_and_one_makes_it() {
    const MANY: usize = 16;
    for test in TestStore::each().await {
        test.store.follow_report(&weekly(), "t", NOW).await.unwrap();
        let (start, mut all) = (Arc::new(Barrier::new(MANY)), JoinSet::new());
        for n in 0..MANY {
            let (store, start) = (test.again().await, Arc::clone(&start));
            all.spawn(async move {
                start.wait().await;
                let is_planned = planned(&store, "t", 100, &run(60)).await;
                let name = format!("replica {n}");
                let claimed = store.begin_report_run(&name, at(100), LEASE).await.unwrap();
                (is_planned, claimed.is_some())
            });
        }
        let all = wait_for("all of them have looked", all.join_all()).await;
        assert_eq!(all.iter().filter(|(is_planned, _)| *is_planned).count(), 1);
        let claimed = all.iter().filter(|(_, is_claimed)| *is_claimed).count();
        let open = test.store.has_open_report_run(at(100)).await.unwrap();
        assert!(claimed == 1 || claimed == 0 && open, "one at most, and it is not lost");
    }
}

#[tokio::test]
async fn a_run_that_dies_is_taken_over_and_the_first_ones_note_does_not_count() {
    for test in TestStore::each().await {
        let store = &test.store;
        store.follow_report(&weekly(), "t", NOW).await.unwrap();
        let missing = ["orders", "table:shop.fx"].map(|tag| Tag::parse(tag).unwrap()).to_vec();
        let late = PlannedRun {
            moment: at(70),
            cause: RunCause::AtLatest(missing.clone()),
            missed: 3,
            is_late: true,
            ..run(60)
        };
        assert!(planned(store, "t", 100, &late).await);
        let due = store.begin_report_run("a", at(100), LEASE).await.unwrap().unwrap();
        assert_eq!((due.name.as_str(), due.due_at), ("weekly", at(60)));
        assert_eq!(store.begin_report_run("b", at(110), LEASE).await.unwrap(), None);
        assert_eq!(store.begin_report_run("b", at(200), LEASE).await.unwrap(), Some(due.clone()));
        let end = async |claimer: &str, left_out: &[&str]| {
            let left_out: Vec<String> = left_out.iter().map(|line| (*line).to_owned()).collect();
            let how = (RunOutcome::Done, "Made.");
            store.end_report_run(&due, claimer, at(210), how, &left_out).await.unwrap()
        };
        assert!(!end("a", &[]).await, "it was only slow");
        assert!(end("b", &["eve: the account is disabled", "two\nlines: x"]).await);
        assert!(!end("b", &[]).await, "it has ended");
        let kept = store.report_run(&due).await.unwrap().unwrap();
        assert_eq!((kept.cause, kept.missed, kept.is_late), (RunCause::AtLatest(missing), 3, true));
        assert_eq!((kept.started_at, kept.ended_at), (Some(at(100)), Some(at(210))));
        assert_eq!((kept.outcome, kept.note.as_str()), (Some(RunOutcome::Done), "Made."));
        assert_eq!(kept.left_out, ["eve: the account is disabled", "two lines: x"]);
        assert_eq!((kept.due_at, kept.moment), (at(60), at(70)));
    }
}

#[tokio::test]
async fn a_due_time_that_comes_again_after_the_clock_was_set_back_is_not_made_again() {
    for test in TestStore::each().await {
        let store = &test.store;
        store.follow_report(&weekly(), "t", NOW).await.unwrap();
        assert!(planned(store, "t", 100, &run(60)).await);
        store.set_report_back(&weekly(), "t", at(60), at(-500)).await.unwrap();
        assert!(!planned(store, "t", 61, &run(60)).await);
        let progress = store.follow_report(&weekly(), "t", at(61)).await.unwrap();
        assert_eq!(progress.planned_to, at(60), "it goes on");
        assert!(planned(store, "t", 130, &run(120)).await);
        let history = store.report_history(&weekly(), 9).await.unwrap();
        assert_eq!(history.iter().map(|run| run.due_at).collect::<Vec<_>>(), [at(120), at(60)]);
        assert_eq!(store.report_history(&weekly(), 1).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_timing_goes_on_after_a_downtime_and_begins_anew_after_another_one() {
    for test in TestStore::each().await {
        let store = &test.store;
        let follow = async |timing: &str, second: i64| {
            store.follow_report(&weekly(), timing, at(second)).await.unwrap()
        };
        let begun = |second| ReportProgress { planned_to: at(second), last_moment: None };
        assert_eq!(follow("old", 0).await, begun(0));
        // For days, no server runs.
        assert_eq!(follow("old", 500_000).await, begun(0), "what was missed is due");
        // Files are replaced on one replica after another: each counts on by its own.
        for second in (500_000..500_600).step_by(60) {
            assert_eq!(follow("new", second).await, begun(500_000));
            assert_eq!(follow("old", second).await, begun(0));
        }
        // From then on, only the new one; it knows when the report was made last.
        assert!(planned(store, "old", 500_610, &run(400_000)).await);
        let made = ReportProgress { planned_to: at(500_000), last_moment: Some(at(400_000)) };
        for second in (500_620..503_000).step_by(60) {
            assert_eq!(follow("new", second).await, made);
        }
        let back = ReportProgress { planned_to: at(503_000), last_moment: Some(at(400_000)) };
        assert_eq!(follow("old", 503_000).await, back, "it was given up");
        assert_eq!(follow("old", 503_001).await, back);
    }
}

#[tokio::test]
async fn a_paused_report_plans_nothing_and_goes_on_from_when_it_is_resumed() {
    for test in TestStore::each().await {
        let store = &test.store;
        store.follow_report(&weekly(), "t", NOW).await.unwrap();
        store.pause_report(&weekly(), true, &anna(), at(1)).await.unwrap();
        store.pause_report(&weekly(), true, &anna(), at(2)).await.unwrap();
        assert_eq!(store.paused_reports().await.unwrap(), BTreeSet::from(["weekly".to_owned()]));
        assert!(!planned(store, "t", 70, &run(60)).await);
        store.pause_report(&weekly(), false, &anna(), at(90)).await.unwrap();
        let progress = store.follow_report(&weekly(), "t", at(91)).await.unwrap();
        assert_eq!(progress.planned_to, at(90), "nothing counts as missed");
        assert!(planned(store, "t", 130, &run(120)).await);
        let log = store.audit(&AuditFilter::default(), 10).await.unwrap();
        let said: Vec<String> = log.iter().rev().map(in_words).collect();
        assert_eq!(said, ["report paused: on → paused", "report resumed: paused → on"]);
    }
}

#[tokio::test]
async fn who_asks_for_a_report_gets_it_at_once_and_is_recorded() {
    for test in TestStore::each().await {
        let store = &test.store;
        let first = store.ask_for_report(&weekly(), &anna(), NOW).await.unwrap();
        let second = store.ask_for_report(&weekly(), &root(), NOW).await.unwrap();
        assert_ne!(first, second);
        let claimed = store.begin_report_run("a", at(1), LEASE).await.unwrap();
        assert_eq!(claimed, Some(first.clone()));
        let kept = store.report_run(&first).await.unwrap().unwrap();
        assert_eq!((kept.cause, kept.asked_by.as_deref()), (RunCause::Asked, Some("anna")));
        assert_eq!(
            store.report_run(&second).await.unwrap().unwrap().asked_by.as_deref(),
            Some("root")
        );
        let log = store.audit(&AuditFilter::default(), 10).await.unwrap();
        assert_eq!(in_words(&log[1]), "report sent by hand: – → –");
    }
}

#[tokio::test]
async fn landings_are_a_set_that_replicas_add_to_in_any_order() {
    for test in TestStore::each().await {
        let (store, other) = (&test.store, test.again().await);
        let tags = ["orders", "table:Shop.FX", "other"].map(|tag| Tag::parse(tag).unwrap());
        other.note_landings(&tags[..2], at(30)).await.unwrap();
        store.note_landings(&tags[..1], at(10)).await.unwrap();
        store.note_landings(&tags[..1], at(35)).await.unwrap();
        store.note_landings(&tags, at(300)).await.unwrap();
        store.note_landings(&[], at(300)).await.unwrap();
        let landed = async |from: i64| store.landings(&tags[..2], at(from)).await.unwrap();
        let one = |tag: &str, second| (tag.to_owned(), at(second));
        // The first of each minute; the minute begins 20 s before `NOW`.
        let expected = [
            one("orders", 10),
            one("table:shop.fx", 30),
            one("orders", 300),
            one("table:shop.fx", 300),
        ];
        assert_eq!(landed(0).await, expected);
        assert_eq!(landed(300).await, expected[2..]);
        assert_eq!(store.landings(&[], NOW).await.unwrap(), []);
    }
}

#[tokio::test]
async fn replicas_that_note_the_same_landings_in_opposite_orders_do_not_wait_for_each_other() {
    const MANY: usize = 8;
    for test in TestStore::each().await {
        let (start, mut all) = (Arc::new(Barrier::new(MANY)), JoinSet::new());
        for n in 0..MANY {
            let (store, start) = (test.again().await, Arc::clone(&start));
            let tags = (0..30).map(|tag| Tag::parse(&format!("t{tag}")).unwrap());
            let mut tags: Vec<Tag> = tags.collect();
            if n % 2 == 0 {
                tags.reverse();
            }
            all.spawn(async move {
                start.wait().await;
                for minute in 0..5 {
                    let second = minute * 60 + n as i64;
                    store.note_landings(&tags, at(second)).await.unwrap();
                }
                tags
            });
        }
        let all = wait_for("all of them have noted them", all.join_all()).await;
        let landed = test.store.landings(&all[0], NOW).await.unwrap();
        assert_eq!(landed.len(), 30 * 5);
        // `NOW` is 20 s into a minute; the first of each was that of the first replica.
        assert!(landed.iter().all(|(_, at)| (at.0 - NOW.0) % 60_000_000 == 0), "{landed:?}");
    }
}

#[tokio::test]
async fn a_link_unsubscribes_with_one_press_and_only_its_hash_is_kept() {
    for test in TestStore::each().await {
        let store = &test.store;
        let of = Subscription { report: weekly(), recipient: "account:1".into() };
        let secret = Secret::random();
        store.add_unsubscribe_link(&secret.hash(), &of, NOW).await.unwrap();
        let hash = brisk_accounts::secret::hash(secret.expose());
        let found = store.unsubscribe_link(&hash).await.unwrap();
        assert_eq!(found, Some(of.clone()), "reading it changes nothing");
        assert!(store.unsubscribed(&weekly()).await.unwrap().is_empty());
        assert_eq!(store.unsubscribe("another", "192.0.2.9", at(1)).await.unwrap(), None);
        for second in [2, 3] {
            let done = store.unsubscribe(&hash, "192.0.2.9", at(second)).await.unwrap();
            assert_eq!(done, Some(of.clone()));
        }
        let gone = store.unsubscribed(&weekly()).await.unwrap();
        assert_eq!(gone, BTreeSet::from(["account:1".to_owned()]));
        assert!(store.unsubscribed(&ReportName::parse("daily").unwrap()).await.unwrap().is_empty());
        let all = store.unsubscribes(10).await.unwrap();
        assert_eq!((all.len(), &all[0].subscription, all[0].at), (1, &of, at(2)));
        // Whoever makes the report anew does not subscribe anybody again.
        store.set_report(&weekly(), "title = \"A\"", &anna(), at(4)).await.unwrap();
        store.remove_report(&weekly(), &anna(), at(5)).await.unwrap();
        assert_eq!(store.unsubscribed(&weekly()).await.unwrap(), gone);
        assert!(store.subscribe_again(&of, &anna(), at(6)).await.unwrap());
        assert!(!store.subscribe_again(&of, &anna(), at(6)).await.unwrap());
        assert!(store.unsubscribe(&hash, "", at(7)).await.unwrap().is_some(), "it works again");
        let filter = AuditFilter { action: Some("unsubscribed".into()), ..AuditFilter::default() };
        let log = store.audit(&filter, 10).await.unwrap();
        assert_eq!(log.len(), 2, "a press that changes nothing is not recorded");
        assert_eq!(in_words(&log[1]), "unsubscribed: account:1 → –");
        assert_eq!(log[1].record.actor.address, "192.0.2.9");
    }
}

#[tokio::test]
async fn the_figure_before_is_that_of_an_earlier_due_time_of_the_same_recipient() {
    for test in TestStore::each().await {
        let store = &test.store;
        let key = |second, recipient: &str| SendingKey {
            report: "weekly".into(),
            due_at: at(second),
            recipient: recipient.into(),
        };
        let figure = |text: &str| Decimal::parse(text).unwrap();
        let before = async |second, recipient: &str| {
            let before = store.report_figure_before(&key(second, recipient)).await.unwrap();
            before.map(|figure| figure.to_string())
        };
        let digits = "12345678901234567890.10";
        store.keep_report_figure(&key(10, "account:1"), &figure(digits)).await.unwrap();
        store.keep_report_figure(&key(20, "account:1"), &figure("2")).await.unwrap();
        // Another process makes the same run again.
        assert_eq!(before(20, "account:1").await.as_deref(), Some(digits));
        store.keep_report_figure(&key(20, "account:1"), &figure("3")).await.unwrap();
        assert_eq!(before(30, "account:1").await.as_deref(), Some("3"));
        assert_eq!(before(10, "account:1").await, None);
        assert_eq!(before(30, "account:2").await, None);
        store.forget_report_runs(at(1_000)).await.unwrap();
        assert_eq!(before(30, "account:1").await.as_deref(), Some("3"), "the latest is kept");
        assert_eq!(before(20, "account:1").await, None);
    }
}

#[tokio::test]
async fn an_address_is_set_with_its_record() {
    for test in TestStore::each().await {
        let store = &test.store;
        let ann = people::account("ann", Role::Viewer);
        store.add_account(&ann, &root()).await.unwrap();
        let address = MailAddress::parse("ann@example.com").unwrap();
        let set = async |address: Option<&MailAddress>| {
            store.set_mail_address(&ann.id, address, &root(), NOW).await.unwrap()
        };
        assert!(set(Some(&address)).await && set(Some(&address)).await);
        assert_eq!(store.mail_addresses().await.unwrap(), [(ann.id.clone(), address)].into());
        assert!(set(None).await);
        assert!(store.mail_addresses().await.unwrap().is_empty());
        let gone = people::account("gone", Role::Viewer);
        assert!(!store.set_mail_address(&gone.id, None, &root(), NOW).await.unwrap());
        let action = Some("address of mail changed".to_owned());
        let log = store.audit(&AuditFilter { action, ..AuditFilter::default() }, 9).await.unwrap();
        let said: Vec<String> = log.iter().rev().map(in_words).collect();
        let changed = "address of mail changed";
        let expected =
            [format!("{changed}: – → ann@example.com"), format!("{changed}: ann@example.com → –")];
        assert_eq!(said, expected);
    }
}
