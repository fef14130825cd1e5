//! What several processes do at the same moment: limits hold, and records of changes follow one another.

use crate::people::{self, LATER, NOW, anna, root};
use brisk_accounts::{Account, Role, Scopes, token};
use brisk_domain::SourceName;
use brisk_store::{
    AppSource, AuditFilter, AuditRecord, Link, ScheduleChange, Store, TokenRecord, WebhookLimits,
};
use brisk_test_stores::TestStore;
use brisk_test_waiting::wait_for;
use std::sync::Arc;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// How many do something at the same moment.
const MANY: usize = 24;

/// What comes of doing `what` so many times at once, over the store as two processes have it open.
async fn at_once<T, F>(test: &TestStore, what: impl Fn(Store, usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let stores = [test.store.clone(), test.again().await];
    let start = Arc::new(Barrier::new(MANY));
    let mut all = JoinSet::new();
    for n in 0..MANY {
        let (done, start) = (what(stores[n % 2].clone(), n), Arc::clone(&start));
        all.spawn(async move {
            start.wait().await;
            done.await
        });
    }
    wait_for("all of them have done it", all.join_all()).await
}

/// The records of what was done to `subject`, the first one first.
async fn records(store: &Store, subject: &str) -> Vec<AuditRecord> {
    let filter = AuditFilter { subject: Some(subject.to_owned()), ..AuditFilter::default() };
    let log = store.audit(&filter, 1_000).await.unwrap();
    log.into_iter().rev().map(|line| line.record).collect()
}

/// Each says before what the one before it says after.
fn follow_one_another(records: &[AuditRecord]) {
    assert_eq!(records.len(), MANY);
    assert_eq!(records[0].before, None);
    for pair in records.windows(2) {
        // A change of a source records only what differs; the first record says everything.
        let said = |text: &Option<String>| -> Vec<String> {
            text.iter().flat_map(|text| text.split(", ")).map(str::to_owned).collect()
        };
        let (after, before) = (said(&pair[0].after), said(&pair[1].before));
        assert!(before.iter().all(|fact| after.contains(fact)), "{records:?}");
        assert_eq!(before.is_empty(), after.is_empty(), "{records:?}");
    }
}

async fn ann(store: &Store) -> Account {
    let ann = people::account("ann", Role::Viewer);
    store.add_account(&ann, &root()).await.unwrap();
    ann
}

#[tokio::test]
async fn of_many_tokens_at_the_same_moment_an_account_gets_as_many_as_it_may_have() {
    const MOST: u32 = 7;
    for test in TestStore::each().await {
        let ann = ann(&test.store).await;
        let added = at_once(&test, |store, n| {
            let (_, hash) = token::random();
            let record = TokenRecord {
                id: format!("{n}"),
                hash,
                account: ann.id.clone(),
                name: format!("token {n}"),
                scopes: Scopes::parse("read").unwrap(),
                attributes: None,
                created_at: NOW,
                expires_at: LATER,
                used_at: None,
            };
            async move { store.add_token(&record, MOST, &anna()).await.unwrap() }
        });
        let added = added.await.into_iter().filter(|is_added| *is_added).count();
        assert_eq!(added, MOST as usize);
        assert_eq!(test.store.tokens_of(&ann.id).await.unwrap().len(), MOST as usize);
        assert_eq!(records(&test.store, "token").await.len(), MOST as usize, "none that is not");
    }
}

#[tokio::test]
async fn of_links_made_at_the_same_moment_for_one_account_the_last_is_good() {
    for test in TestStore::each().await {
        let ann = ann(&test.store).await;
        at_once(&test, |store, n| {
            let link = Link::Password(ann.id.clone());
            async move { store.add_link(&format!("hash {n}"), &link, LATER).await.unwrap() }
        })
        .await;
        let mut good = 0;
        for n in 0..MANY {
            let link = test.store.link(&format!("hash {n}"), NOW).await.unwrap();
            good += usize::from(link.is_some());
        }
        assert_eq!(good, 1);
    }
}

#[tokio::test]
async fn what_many_change_at_the_same_moment_is_recorded_one_after_another() {
    for test in TestStore::each().await {
        at_once(&test, |store, n| async move {
            let expression = format!("{n} 6 * * *");
            let to = ScheduleChange::Set { warms: "all", expression: &expression, zone: "UTC" };
            assert!(store.change_schedule("nightly", &to, &anna(), NOW).await.unwrap());
        })
        .await;
        follow_one_another(&records(&test.store, "schedule nightly").await);

        at_once(&test, |store, n| async move {
            let value = n.to_string();
            let settings = [("cache.ttl", Some(value.as_str()))];
            store.change_settings("global", &settings, &anna(), NOW).await.unwrap();
        })
        .await;
        follow_one_another(&records(&test.store, "global cache.ttl").await);

        at_once(&test, |store, n| {
            let source = AppSource {
                name: SourceName::parse("shop").unwrap(),
                url: "postgres://u:p@db/shop".into(),
                shown: "PostgreSQL on db".into(),
                connections: 8,
                seconds: n as u32 + 1,
                rows: 1_000,
                rollup_url: None,
                wall_clock: String::new(),
                revision: n.to_string(),
                changed_by: "anna".into(),
                changed_at: NOW,
            };
            async move { store.set_app_source(&source, &anna()).await.unwrap() }
        })
        .await;
        follow_one_another(&records(&test.store, "source:shop").await);
        let added = records(&test.store, "source:shop").await;
        assert_eq!(added.iter().filter(|record| record.action == "source added").count(), 1);
    }
}

#[tokio::test]
async fn of_many_that_make_one_webhook_at_the_same_moment_one_does() {
    for test in TestStore::each().await {
        let made = at_once(&test, |store, n| async move {
            let limits =
                WebhookLimits { allow: None, per_minute: n as u32, source: None, is_off: false };
            let name = brisk_domain::WebhookName::parse("shop").unwrap();
            store.add_webhook(&name, "whsec_x", &limits, &anna(), NOW).await.unwrap()
        });
        assert_eq!(made.await.into_iter().filter(|is_made| *is_made).count(), 1);
        assert_eq!(records(&test.store, "webhook shop").await.len(), 1);
    }
}
