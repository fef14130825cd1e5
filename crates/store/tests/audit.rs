//! The audit log: what is read of it, and that nobody changes it.

use crate::people::{self, LATER, NOW, in_words, root};
use brisk_accounts::account::Attributes;
use brisk_accounts::{Identity, Role, Scopes};
use brisk_domain::{AttributeName, Selection, TeamName, Timestamp};
use brisk_store::{
    AccountChange, Actor, AuditFilter, AuditRecord, DatabaseUrl, Editor, LEAST_RETENTION, Store,
    StoreLocation, TokenRecord,
};
use brisk_test_stores::TestStore;
use sqlx::any::AnyPoolOptions;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use std::collections::BTreeSet;

fn record(second: i64, name: &str, action: &str, subject: &str) -> AuditRecord {
    AuditRecord {
        at: Timestamp::from_seconds(second),
        actor: Actor { name: name.into(), address: "192.0.2.7".into() },
        action: action.into(),
        subject: subject.into(),
        before: None,
        after: Some("now".into()),
    }
}

#[tokio::test]
async fn the_log_is_filtered_and_turned_over_page_by_page() {
    for test in TestStore::each().await {
        let store = &test.store;
        let records = [
            record(10, "anna", "signed in", "account anna"),
            record(20, "ben", "sign-in failed", "account 100%_Ben"),
            record(30, "anna", "setting changed", "dashboard:Sales cache.ttl"),
        ];
        for record in &records {
            store.record_audit(record).await.unwrap();
        }
        let of = async |filter: AuditFilter| {
            let found = store.audit(&filter, 100).await.unwrap();
            let seconds = found.iter().map(|logged| logged.record.at.0 / 1_000_000);
            seconds.collect::<Vec<_>>()
        };
        let all = AuditFilter::default;
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(of(all()).await, [30, 20, 10]);
        assert_eq!(of(AuditFilter { actor: text("anna"), ..all() }).await, [30, 10]);
        assert_eq!(of(AuditFilter { action: text("signed in"), ..all() }).await, [10]);
        assert_eq!(of(AuditFilter { subject: text("SALES"), ..all() }).await, [30]);
        assert_eq!(of(AuditFilter { subject: text("0%_b"), ..all() }).await, [20]);
        assert_eq!(of(AuditFilter { subject: text("a%e"), ..all() }).await, [0_i64; 0]);
        let (from, to) = (Timestamp::from_seconds(20), Timestamp::from_seconds(30));
        assert_eq!(of(AuditFilter { from: Some(from), to: Some(to), ..all() }).await, [20]);
        let first = store.audit(&all(), 2).await.unwrap();
        assert_eq!(first[1].record, records[1]);
        assert_eq!(of(AuditFilter { below: Some(first[1].id), ..all() }).await, [10]);
        let actions = ["setting changed", "sign-in failed", "signed in"];
        assert_eq!(store.audit_actions().await.unwrap(), actions);
    }
}

/// The present, as the database sees it.
#[allow(clippy::disallowed_methods)]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp(i64::try_from(since.as_micros()).unwrap())
}

#[tokio::test]
async fn nobody_changes_the_log_or_deletes_what_is_young() {
    let now = now();
    for test in TestStore::each().await {
        let store = &test.store;
        let least = i64::try_from(LEAST_RETENTION.as_micros()).unwrap();
        let at = |age: i64| AuditRecord { at: Timestamp(now.0 - age), ..record(0, "a", "b", "c") };
        let day = 86_400_000_000;
        store.record_audit(&at(least + day)).await.unwrap();
        store.record_audit(&at(least - day)).await.unwrap();
        assert!(store.forget_audit(now).await.is_err(), "younger ones are among them");
        assert_eq!(store.audit(&AuditFilter::default(), 9).await.unwrap().len(), 2);
        assert_eq!(store.forget_audit(Timestamp(now.0 - least)).await.unwrap(), 1);
        assert_eq!(store.audit(&AuditFilter::default(), 9).await.unwrap().len(), 1);
        let pool = AnyPoolOptions::new().connect(test.url()).await.unwrap();
        let mut tricks = vec!["update audit set actor = 'nobody'", "delete from audit"];
        if test.is_postgres() {
            tricks.push("truncate audit");
        }
        for trick in tricks {
            assert!(sqlx::query(trick).execute(&pool).await.is_err(), "{trick}");
        }
        assert_eq!(store.audit(&AuditFilter::default(), 9).await.unwrap().len(), 1);
        pool.close().await;
    }
}

fn tenant(name: &str) -> (AttributeName, Selection) {
    (AttributeName::parse("tenant").unwrap(), Selection::of([name.to_owned()]))
}

#[tokio::test]
async fn records_name_accounts_and_tokens_and_say_what_was() {
    for TestStore { store, .. } in &TestStore::each().await {
        let ann = people::account("ann", Role::Editor);
        store.add_account(&ann, &root()).await.unwrap();
        let token = TokenRecord {
            id: "0123456789abcdef".into(),
            hash: "0123456789abcdef0123".into(),
            account: ann.id.clone(),
            name: "nightly".into(),
            scopes: Scopes::parse("read:sales metrics").unwrap(),
            attributes: Some(Attributes::from([tenant("acme")])),
            created_at: NOW,
            expires_at: LATER,
            used_at: None,
        };
        assert!(store.add_token(&token, 1, &root()).await.unwrap());
        store.revoke_token(&ann.id, &token.id, &root(), NOW).await.unwrap();
        let identity = Identity::new("https://id.example", "7").unwrap();
        store.connect_own(&ann, &identity, &root(), NOW).await.unwrap();
        store.disconnect_one(&ann, &identity, |_, _| true, (&root(), NOW)).await.unwrap();
        let editors = BTreeSet::from([Editor::Account(ann.id.clone())]);
        let sales = TeamName::parse("sales").unwrap();
        let tenants = Attributes::from([tenant("acme")]);
        // Twice: what is so already is no change, and is in no log.
        for _ in 0..2 {
            store.change_folder_editors(None, &editors, &root(), NOW).await.unwrap();
            store.change_team(&sales, &tenants, &root(), NOW).await.unwrap();
            for change in [
                AccountChange::Role(Role::Viewer),
                AccountChange::FullName("Ann Lee".into()),
                AccountChange::Teams(BTreeSet::from([sales.clone()])),
                AccountChange::Attributes(tenants.clone()),
                AccountChange::Disabled(true),
            ] {
                store.change_account(&ann.id, &change, &root(), NOW).await.unwrap();
            }
        }
        let records = store.audit(&AuditFilter::default(), 50).await.unwrap();
        let said = records.iter().rev();
        let said = said.map(|one| format!("{}, {}", one.record.subject, in_words(one)));
        let said: Vec<String> = said.collect();
        assert_eq!(
            said,
            [
                "account ann, account added: – → editor",
                "token nightly of ann, token added: – → read:sales metrics; only tenant=acme",
                "token nightly of ann, token revoked: read:sales metrics; only tenant=acme → –",
                "account ann, identity connected: – → https://id.example 7",
                "account ann, identity removed: https://id.example 7 → –",
                "dashboards in no folder, editors changed: – → account ann",
                "team sales, team changed: – → tenant=acme",
                "account ann, role changed: editor → viewer",
                "account ann, account renamed: ANN → Ann Lee",
                "account ann, teams changed: – → sales",
                "account ann, attributes changed: – → tenant=acme",
                "account ann, account disabled: enabled → disabled",
            ]
        );
    }
}

/// As docs/operating.md describes it: what Brisk's role owns, it can also change.
#[tokio::test]
async fn a_role_that_does_not_own_the_log_cannot_lift_its_rules() {
    let Some(url) = brisk_test_stores::database().await else { return };
    let (app, auditor) =
        (format!("app_{}", std::process::id()), format!("aud_{}", std::process::id()));
    let (start, place) = url.split_once("://").unwrap();
    let (_, place) = place.split_once('@').unwrap();
    let mut owner = PgConnection::connect(&url).await.unwrap();
    for sql in [
        format!("create role {app} login"),
        format!("create role {auditor}"),
        format!("grant create on schema public to {app}"),
    ] {
        owner.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    let own = format!("{start}://{app}@{place}");
    let location = StoreLocation::Postgres(DatabaseUrl::parse(&own).unwrap());
    let store = Store::at(&location).await.unwrap();
    for sql in [
        format!("alter table audit owner to {auditor}"),
        format!("alter function audit_is_append_only() owner to {auditor}"),
        format!("grant insert, select, delete on audit to {app}"),
    ] {
        owner.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    store.record_audit(&record(1, "anna", "signed in", "account anna")).await.unwrap();
    let mut connection = PgConnection::connect(&own).await.unwrap();
    for trick in [
        "alter table audit disable trigger all",
        "drop trigger audit_keeps_what_it_says on audit",
        "create or replace function audit_is_append_only() returns trigger language plpgsql
           as 'begin return old; end'",
        "drop function audit_is_append_only() cascade",
        "drop table audit",
        "truncate audit",
        "update audit set actor = 'nobody'",
    ] {
        assert!(connection.execute(trick).await.is_err(), "{trick}");
    }
    store.close().await;
    let store = Store::at(&location).await.unwrap();
    assert_eq!(store.forget_audit(Timestamp::from_seconds(2)).await.unwrap(), 1);
}

#[tokio::test]
async fn what_strangers_type_is_kept_short_and_whole_enough_to_be_stored() {
    for test in TestStore::each().await {
        let long = format!("\0{}", "ü".repeat(10_000));
        test.store.record_audit(&record(1, &long, "sign-in failed", &long)).await.unwrap();
        let log = test.store.audit(&AuditFilter::default(), 9).await.unwrap();
        assert!(log[0].record.actor.name.len() < 2_100);
        let nul = AuditFilter { subject: Some("\0".into()), ..AuditFilter::default() };
        assert_eq!(test.store.audit(&nul, 9).await.unwrap().len(), 1);
    }
}
