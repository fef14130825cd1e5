//! This release beside what a newer one has made of the store: it goes on and starts, unless that says that it
//! must not.

use crate::jobs;
use crate::people::{self, LATER, NOW, anna, root, session};
use brisk_accounts::{AccountId, LoginName, Role, Scopes};
use brisk_domain::{Delivery, Door, WebhookName};
use brisk_store::{
    AccountChange, Added, AuditFilter, Changed, DueTime, Hold, Link, NewResult, ScheduleChange,
    Store, StoreError, TokenRecord, Topic, WebhookLimits,
};
use brisk_test_stores::TestStore;
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, AssertSqlSafe};
use std::time::Duration;

async fn beside(test: &TestStore) -> AnyPool {
    sqlx::any::install_default_drivers();
    AnyPoolOptions::new().max_connections(1).connect(test.url()).await.unwrap()
}

/// Notes a migration that this release does not know.
async fn note(pool: &AnyPool, version: i64, description: &str) {
    sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values ($1, $2, true, $3, 0)",
    )
    .bind(version)
    .bind(description)
    .bind(vec![7_u8; 48])
    .execute(pool)
    .await
    .unwrap();
}

/// What a newer release may do while this one runs: every table has a column more, and there are more tables,
/// topics and records that this one does not understand.
async fn migrate_further(test: &TestStore) {
    let pool = beside(test).await;
    let tables = [
        "access_state",
        "accounts",
        "audit",
        "changes",
        "deliveries",
        "ended_sessions",
        "finished_sign_ins",
        "folder_editors",
        "identities",
        "imports",
        "job_result_parts",
        "job_results",
        "jobs",
        "known_addresses",
        "landings",
        "links",
        "mail_addresses",
        "queued_jobs",
        "recovery_codes",
        "report_figures",
        "report_pauses",
        "report_progress",
        "report_runs",
        "report_sendings",
        "reports",
        "requested_views",
        "rollup_runs",
        "schedule_runs",
        "schedules",
        "secret_key",
        "session_ends",
        "sessions",
        "settings",
        "sign_in_failures",
        "sources",
        "team_members",
        "teams",
        "tokens",
        "unsubscribe_links",
        "unsubscribes",
        "watched_values",
        "webhook_switches",
        "webhooks",
    ];
    let mut statements: Vec<String> = tables
        .iter()
        .map(|table| format!("alter table {table} add column of_later text default 'x'"))
        .collect();
    statements.extend([
        "create table later_things (id bigint primary key, name text not null)".to_owned(),
        "create index accounts_by_later on accounts (of_later)".to_owned(),
        "insert into changes (topic, version) values ('later things', 3)".to_owned(),
        "insert into settings (scope, key, value, changed_by, changed_at)
         values ('later', 'later', 'later', 'later', 1)"
            .to_owned(),
    ]);
    for sql in statements {
        sqlx::query(AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    }
    note(&pool, 9_001, "later things").await;
    note(&pool, 9_002, "what breaking: means nothing in the middle of").await;
    pool.close().await;
}

/// A bit of everything that servers do, under names of its own.
async fn works(store: &Store, n: usize) {
    let mut changes = store.follow_changes().await.unwrap();
    let ann = people::account(&format!("ann{n}"), Role::Viewer);
    assert_eq!(store.add_account(&ann, &root()).await.unwrap(), Changed::Done);
    let told = brisk_test_waiting::wait_for("the change", changes.next()).await.unwrap();
    assert!(told.contains(&Topic::Accounts));
    for to in [
        AccountChange::Role(Role::Editor),
        AccountChange::Password(Some("hash".into())),
        AccountChange::Authenticator(Some((vec![1; 20], vec![format!("code{n}")]))),
        AccountChange::Teams([brisk_domain::TeamName::parse("sales").unwrap()].into()),
    ] {
        assert_eq!(store.change_account(&ann.id, &to, &root(), NOW).await.unwrap(), Changed::Done);
    }
    let kept = store.account_named(&LoginName::parse(&format!("ann{n}")).unwrap()).await.unwrap();
    let kept = kept.unwrap();
    assert_eq!((kept.role, kept.authenticator), (Role::Editor, Some(vec![1; 20])));
    let hash = format!("session{n}");
    assert!(store.add_session(&session(&hash, &ann.id)).await.unwrap());
    store.sessions_seen(&[(hash.clone(), LATER)]).await.unwrap();
    assert_eq!(store.session(&hash).await.unwrap().unwrap().seen_at, LATER);
    store.end_session(&hash, None).await.unwrap();
    store.note_session_end(&hash, LATER, None).await.unwrap();
    let number = store.session_number(&ann.id).await.unwrap();
    assert!(!store.holds_session(&hash, &ann.id, number).await.unwrap());
    works_for_programs(store, n, &ann.id).await;
    let log = store.audit(&AuditFilter::default(), 1_000).await.unwrap();
    assert!(log.len() >= 8, "{log:?}");
    assert!(store.settings().await.is_ok());
}

async fn works_for_programs(store: &Store, n: usize, ann: &AccountId) {
    let token = TokenRecord {
        id: format!("id{n}"),
        hash: format!("hash{n}"),
        account: ann.clone(),
        name: "nightly".into(),
        scopes: Scopes::parse("read").unwrap(),
        attributes: None,
        created_at: NOW,
        expires_at: LATER,
        used_at: None,
    };
    assert!(store.add_token(&token, 1, &anna()).await.unwrap());
    assert_eq!(store.token(&token.hash).await.unwrap().as_ref(), Some(&token));
    let link = Link::Password(ann.clone());
    store.add_link(&format!("link{n}"), &link, LATER).await.unwrap();
    assert_eq!(store.link(&format!("link{n}"), NOW).await.unwrap(), Some(link));
    store.change_settings("global", &[("cache.ttl", Some("60"))], &anna(), NOW).await.unwrap();
    let name = format!("nightly{n}");
    let to = ScheduleChange::Set { warms: "all", expression: "0 6 * * *", zone: "UTC" };
    assert!(store.change_schedule(&name, &to, &anna(), NOW).await.unwrap());
    let schedules = store.schedules().await.unwrap();
    let schedule = schedules.iter().find(|schedule| schedule.name == name).unwrap();
    assert!(store.plan_run(schedule, LATER, 0).await.unwrap());
    let due = DueTime { kind: "later".into(), name, due_at: NOW };
    store.plan_due_time(&due).await.unwrap();
    let lease = Duration::from_secs(60);
    assert_eq!(store.claim_due_time("later", "me", NOW, lease).await.unwrap(), Some(due.clone()));
    assert!(store.finish_due_time(&due, "me", NOW).await.unwrap());
    let claimed = jobs::added(store, "later", "sales").await;
    let part = store.add_result_part(&claimed.claim, vec![1, 2]).await.unwrap();
    assert_eq!(part, Added::Part);
    let result = NewResult { name: "sales.csv", media_type: "text/csv", expires_at: LATER };
    let done = store.finish_job(&claimed.claim, NOW, "1 row", Some(&result)).await.unwrap();
    assert_eq!(done, Hold::Held);
    let read = store.job_result(claimed.job.id, NOW).await.unwrap().unwrap();
    assert_eq!(store.job_result_part(&read, 0).await.unwrap(), Some(vec![1, 2]));
    let hook = WebhookName::parse(&format!("shop{n}")).unwrap();
    let limits = WebhookLimits { allow: None, per_minute: 60, source: None, is_off: false };
    assert!(store.add_webhook(&hook, "whsec_x", &limits, &anna(), NOW).await.unwrap());
    let read = store.webhooks().await.unwrap().into_iter().find(|known| known.name == hook);
    assert_eq!(read.unwrap().secret.as_deref(), Some("whsec_x"));
    store.add_deliveries(&[Delivery::new(Door::Webhook("shop".into()), NOW)]).await.unwrap();
    assert!(!store.deliveries(10).await.unwrap().is_empty());
    store.keep_requested_views(&[]).await.unwrap();
    assert!(store.claim_watch("shop", &format!("{n}"), NOW, lease).await.unwrap().is_some());
}

#[tokio::test]
async fn this_release_runs_and_starts_over_a_store_that_a_newer_one_has_migrated_further() {
    for test in TestStore::each().await {
        works(&test.store, 0).await;
        migrate_further(&test).await;
        works(&test.store, 1).await;
        // Another replica of this release, which starts now.
        let other = test.again().await;
        works(&other, 2).await;
        works(&test.store, 3).await;
    }
}

async fn refused(test: &TestStore) -> StoreError {
    Store::at(&test.location).await.map(drop).unwrap_err()
}

#[tokio::test]
async fn a_migration_that_breaks_with_what_was_is_refused_by_who_does_not_know_it() {
    for test in TestStore::each().await {
        let pool = beside(&test).await;
        note(&pool, 9_003, "breaking: sessions are kept\nelsewhere").await;
        pool.close().await;
        let error = refused(&test).await;
        assert!(matches!(error, StoreError::Broken(_)), "{error:?}");
        let said = error.to_string();
        for words in ["a newer release", "9003: sessions are keptelsewhere", "restore a backup"] {
            assert!(said.contains(words), "{said}");
        }
        // It was left as it is.
        let pool = beside(&test).await;
        let sql = "delete from _sqlx_migrations where version = 9003";
        sqlx::query(sql).execute(&pool).await.unwrap();
        pool.close().await;
        works(&test.again().await, 0).await;
    }
}

#[tokio::test]
async fn a_migration_that_is_not_the_one_that_this_release_knows_is_refused_in_words() {
    for test in TestStore::each().await {
        let pool = beside(&test).await;
        let other = "update _sqlx_migrations set checksum = $1 where version = 10";
        sqlx::query(other).bind(vec![0_u8; 48]).execute(&pool).await.unwrap();
        let error = refused(&test).await;
        assert!(matches!(error, StoreError::OtherMigration(10)), "{error:?}");
        assert!(error.to_string().contains("its migration 10 has another text"), "{error}");
        let half = "update _sqlx_migrations set success = false where version = 19";
        sqlx::query(half).execute(&pool).await.unwrap();
        let error = refused(&test).await;
        assert!(matches!(error, StoreError::HalfMigrated(19)), "{error:?}");
        assert!(error.to_string().contains("migration 19"), "{error}");
        pool.close().await;
    }
}
