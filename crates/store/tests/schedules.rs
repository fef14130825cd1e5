//! Schedules, folders' editors and sources of the app: stored whole, notified to all, logged.

use crate::people::{self, anna, in_words};
use brisk_accounts::{Account, Role};
use brisk_domain::{FolderName, SourceName, TeamName, Timestamp};
use brisk_store::{AppSource, AuditFilter, Editor, ScheduleChange, StoreError, Topic, Warmed};
use brisk_test_stores::TestStore;
use brisk_test_waiting::wait_for;
use std::collections::BTreeSet;
use std::time::Duration;

const NOW: Timestamp = Timestamp(1_700_000_000_000_000);

fn set(expression: &'static str) -> ScheduleChange<'static> {
    ScheduleChange::Set { warms: "all", expression, zone: "UTC" }
}

#[tokio::test]
async fn a_schedule_is_changed_with_its_record_and_all_replicas_are_told() {
    for test in TestStore::each().await {
        let store = &test.store;
        let mut changes = test.again().await.follow_changes().await.unwrap();
        assert!(store.change_schedule("nightly", &set("0 6 * * *"), &anna(), NOW).await.unwrap());
        let told = wait_for("the change", changes.next()).await.unwrap();
        assert_eq!(told, BTreeSet::from([Topic::Schedules]));
        let later = Timestamp(NOW.0 + 1);
        let off = ScheduleChange::Switch(false);
        assert!(store.change_schedule("nightly", &off, &anna(), later).await.unwrap());
        let kept = store.schedules().await.unwrap().remove(0);
        assert_eq!((kept.is_on, kept.planned_to, kept.changed_at), (false, later, later));
        // A change leaves it switched off.
        assert!(store.change_schedule("nightly", &set("0 7 * * *"), &anna(), later).await.unwrap());
        assert!(!store.schedules().await.unwrap()[0].is_on);
        // What is so already is no change, and is in no log.
        for same in [set("0 7 * * *"), off] {
            assert!(store.change_schedule("nightly", &same, &anna(), later).await.unwrap());
        }
        let kept = store.schedules().await.unwrap().remove(0);
        assert!(!store.plan_run(&kept, later, 0).await.unwrap(), "it is off");
        let remove = ScheduleChange::Remove;
        assert!(store.change_schedule("nightly", &remove, &anna(), later).await.unwrap());
        assert!(!store.change_schedule("nightly", &remove, &anna(), later).await.unwrap());
        let log = store.audit(&AuditFilter::default(), 10).await.unwrap();
        assert!(log.iter().all(|one| one.record.subject == "schedule nightly"), "{log:?}");
        let said: Vec<String> = log.iter().rev().map(in_words).collect();
        let expected = [
            "schedule added: – → all, at 0 6 * * *, clock of UTC, on",
            "schedule switched off: on → off",
            "schedule changed: at 0 6 * * * → at 0 7 * * *",
            "schedule removed: all, at 0 7 * * *, clock of UTC, off → –",
        ];
        assert_eq!(said, expected);
    }
}

#[tokio::test]
async fn runs_are_kept_by_schedule_and_removed_with_it() {
    for test in TestStore::each().await {
        let store = &test.store;
        let (at, lease) =
            (|second: i64| Timestamp(NOW.0 + second * 1_000_000), Duration::from_secs(60));
        for name in ["a", "b"] {
            store.change_schedule(name, &set("* * * * *"), &anna(), NOW).await.unwrap();
            for second in 1..=3 {
                let all = store.schedules().await.unwrap();
                let schedule = all.iter().find(|one| one.name == name).unwrap();
                assert!(store.plan_run(schedule, at(second), 2).await.unwrap());
                assert!(store.has_open_run(at(second)).await.unwrap());
                let due = store.begin_run("me", at(second), lease).await.unwrap().unwrap();
                let loaded = second as u64;
                let warmed = Warmed { views: 1, loaded, ready: 2, failed: 3, note: "x".into() };
                assert!(store.end_run(&due, "me", at(second + 1), &warmed).await.unwrap());
                assert!(!store.end_run(&due, "me", at(second + 1), &warmed).await.unwrap());
                assert!(!store.has_open_run(at(second)).await.unwrap());
            }
        }
        let runs = store.schedule_runs(2).await.unwrap();
        let said: Vec<_> = runs.iter().map(|run| (run.name.as_str(), run.warmed.loaded)).collect();
        assert_eq!(said, [("a", 3), ("a", 2), ("b", 3), ("b", 2)]);
        assert_eq!((runs[0].missed, runs[0].warmed.note.as_str()), (2, "x"));
        assert_eq!((runs[0].started_at, runs[0].ended_at), (Some(at(3)), Some(at(4))));
        store.change_schedule("a", &ScheduleChange::Remove, &anna(), NOW).await.unwrap();
        assert!(store.schedule_runs(9).await.unwrap().iter().all(|run| run.name == "b"));
    }
}

fn account(name: &str, role: Role, teams: &[&str]) -> Account {
    let teams = teams.iter().map(|team| TeamName::parse(team).unwrap()).collect();
    Account { teams, ..people::account(name, role) }
}

#[tokio::test]
async fn folders_are_looked_after_by_the_editors_among_those_they_were_given_to() {
    for test in TestStore::each().await {
        let store = &test.store;
        let people = [
            account("eve", Role::Editor, &["sales"]),
            account("ian", Role::Editor, &[]),
            account("ann", Role::Viewer, &["sales"]),
        ];
        for one in &people {
            store.add_account(one, &anna()).await.unwrap();
        }
        let before = store.access_state().await.unwrap().version;
        let folder = Some(FolderName::parse("sales").unwrap());
        let sales = Editor::Team(TeamName::parse("sales").unwrap());
        let ian = Editor::Account(people[1].id.clone());
        let give = async |folder: &Option<FolderName>, editors: &[&Editor]| {
            let editors = editors.iter().map(|editor| (*editor).clone()).collect();
            store.change_folder_editors(folder.as_ref(), &editors, &anna(), NOW).await.unwrap();
        };
        give(&folder, &[&sales]).await;
        give(&None, &[&ian]).await;
        assert_eq!(store.access_state().await.unwrap().version, before + 2, "rights have changed");
        let mut of = Vec::new();
        for one in &people {
            of.push(store.folders_of(one).await.unwrap());
        }
        let only = |folder: &Option<FolderName>| BTreeSet::from([folder.clone()]);
        assert_eq!(of, [only(&folder), only(&None), BTreeSet::new()], "viewers look after nothing");
        give(&folder, &[]).await;
        assert!(store.folders_of(&people[0]).await.unwrap().is_empty());
        let log = store.audit(&AuditFilter::default(), 1).await.unwrap().remove(0).record;
        assert_eq!(
            (log.subject.as_str(), log.before, log.after),
            ("folder:sales", Some("team sales".into()), None)
        );
    }
}

fn source(url: &str, revision: &str) -> AppSource {
    AppSource {
        name: SourceName::parse("shop").unwrap(),
        url: url.into(),
        shown: "PostgreSQL on db".into(),
        connections: 8,
        seconds: 30,
        rows: 1_000,
        rollup_url: Some(url.replace("//u:", "//w:")),
        wall_clock: String::new(),
        revision: revision.into(),
        changed_by: "anna".into(),
        changed_at: NOW,
    }
}

#[tokio::test]
async fn a_source_is_kept_sealed_and_its_password_is_in_no_record() {
    for test in TestStore::each().await {
        let store = &test.store;
        store.set_app_source(&source("postgres://u:hunter2@db/x", "1"), &anna()).await.unwrap();
        store.set_app_source(&source("postgres://u:hunter3@db/x", "2"), &anna()).await.unwrap();
        let (_, kept) = test.again().await.app_sources().await.unwrap().remove(0);
        assert_eq!(kept.unwrap(), source("postgres://u:hunter3@db/x", "2"));
        let log = store.audit(&AuditFilter::default(), 10).await.unwrap();
        let said = format!("{log:?}");
        assert!(!said.contains("hunter") && said.contains("another URL"), "{said}");
        let name = SourceName::parse("shop").unwrap();
        assert!(store.remove_app_source(&name, &anna(), NOW).await.unwrap());
        assert!(!store.remove_app_source(&name, &anna(), NOW).await.unwrap());
        assert!(store.app_sources().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn without_the_key_no_source_is_kept() {
    for test in TestStore::each_without_key().await {
        let kept = test.store.set_app_source(&source("postgres://u:p@db/x", "1"), &anna()).await;
        assert!(matches!(kept, Err(StoreError::Locked)), "{kept:?}");
    }
}

#[tokio::test]
async fn a_files_schedule_is_made_once_paused_and_never_changed_or_removed() {
    for test in TestStore::each().await {
        let store = &test.store;
        let what = ("dashboard:sales", "0 6 * * *", "UTC");
        for at in [NOW, Timestamp(NOW.0 + 5)] {
            store.add_file_schedule("sales.toml: a", what, at).await.unwrap();
        }
        let kept = store.schedules().await.unwrap();
        assert_eq!((kept.len(), kept[0].is_of_file, kept[0].is_on), (1, true, true));
        assert_eq!((kept[0].planned_to, kept[0].changed_by.as_str()), (NOW, ""));
        let later = Timestamp(NOW.0 + 10);
        for to in [set("1 1 * * *"), ScheduleChange::Remove] {
            let changed = store.change_schedule("sales.toml: a", &to, &anna(), later).await;
            assert!(!changed.unwrap(), "{to:?}");
        }
        let off = ScheduleChange::Switch(false);
        assert!(store.change_schedule("sales.toml: a", &off, &anna(), later).await.unwrap());
        let kept = store.schedules().await.unwrap().remove(0);
        assert_eq!(
            (kept.is_of_file, kept.is_on, kept.expression.as_str()),
            (true, false, "0 6 * * *")
        );
        store.forget_file_schedules(Timestamp(i64::MAX)).await.unwrap();
        assert_eq!(store.schedules().await.unwrap().len(), 1, "that it is paused is remembered");
        let on = ScheduleChange::Switch(true);
        assert!(store.change_schedule("sales.toml: a", &on, &anna(), later).await.unwrap());
        store.forget_file_schedules(later).await.unwrap();
        assert_eq!(store.schedules().await.unwrap().len(), 1, "it was changed since");
        store.forget_file_schedules(Timestamp(i64::MAX)).await.unwrap();
        assert!(store.schedules().await.unwrap().is_empty());
    }
}
