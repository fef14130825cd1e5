//! The pages about the cache: their figures match what readers did, and their forms do what they say, in
//! three steps: asked, done, shown.

use crate::fixture::{ask, get, source, state, write};
use axum::Router;
use axum::body::Body;
use brisk_domain::{Clock, ManualClock, Timestamp};
use brisk_server::router::router;
use brisk_source::Limits;
use brisk_store::{AuditFilter, Store, StoreLocation};
use http::{Request, header};
use std::collections::BTreeSet;
use std::sync::Arc;

const DASHBOARD: &str = "title = \"Visits & more\"\nsource = \"shop\"\nrange = \"last 30 days\"\n\
    [[panel]]\nid = \"n\"\ntitle = \"Visitors\"\nkind = \"stat\"\nsql = \"select count(*) as n from visits\"\n\
    cache = { ttl = \"2m\", stale = \"1h\" }\n\
    [[panel]]\nid = \"never\"\ntitle = \"Never kept\"\nkind = \"stat\"\n\
    sql = \"select count(*) + 1 as n from visits\"\ncache = \"off\"\n\
    [[panel]]\nid = \"other\"\ntitle = \"Others\"\nkind = \"stat\"\nsql = \"select count(*) as n from others\"\n";

struct World {
    app: Router,
    clock: Arc<ManualClock>,
    store: Store,
    folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("shop.sqlite");
        write(&database, "create table visits (at integer); create table others (at integer); insert into visits values (1)").await;
        let dashboards = folder.path().join("dashboards");
        std::fs::create_dir_all(&dashboards).unwrap();
        std::fs::write(dashboards.join("visits.toml"), DASHBOARD).unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_700_000_000)));
        let sources = [source("shop", &database, Limits::default())].into();
        let state = state(&dashboards, sources, Arc::clone(&clock) as Arc<dyn Clock>);
        let problems = &state.service.engine().catalog().contents().problems;
        assert!(problems.is_empty(), "{problems:?}");
        let location = StoreLocation::Sqlite(folder.path().join("brisk.sqlite"));
        let store = Store::at(&location).await.unwrap();
        let app = router(state.with_store(store.clone()), folder.path());
        Self { app, clock, store, folder }
    }

    async fn page(&self, path: &str) -> String {
        let (status, _, body) = ask(&self.app, get(path, &[])).await;
        let text = String::from_utf8(body).unwrap();
        assert_eq!(status, 200, "{path}: {text}");
        text
    }

    /// Sends a form; the answer is the status and where it leads.
    async fn send(&self, path: &str, form: &'static str) -> (u16, String) {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        let (status, headers, _) = ask(&self.app, request).await;
        let location = headers.get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        (status, location.unwrap_or_default())
    }

    async fn figure(&self, panel: &str) -> String {
        let path = format!("/api/v1/dashboards/visits/panels/{panel}.csv");
        self.page(&path).await.lines().last().unwrap().to_owned()
    }
}

/// The text of a page from `from` on, without the markup.
fn text_after(page: &str, from: &str) -> String {
    let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("{from}: {page}"));
    let mut text = String::new();
    let mut is_text = true;
    for c in rest.chars() {
        match c {
            '<' => is_text = false,
            '>' => (is_text, text) = (true, text + " "),
            c if is_text => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn the_figures_are_those_of_what_readers_did() {
    let world = World::new().await;
    let nobody = text_after(&world.page("/admin/cache").await, "Served, last");
    assert!(nobody.contains("Hit rate –") && nobody.contains("Lookups 0"), "{nobody}");
    // Four lookups: a miss, then three hits; the others are never looked up, or never kept.
    for _ in 0..4 {
        world.figure("n").await;
    }
    for _ in 0..2 {
        world.figure("never").await;
    }
    let page = world.page("/admin/cache").await;
    let served = text_after(&page, "Served, last");
    assert!(served.contains("Hit rate 50.0%"), "3 of 6: {served}");
    assert!(served.contains("Missed 50.0%") && served.contains("Statements run 3 "), "{served}");
    let row = text_after(&page, "href=\"/admin/cache/visits\"");
    assert!(row.starts_with("Visits &amp; more 6 50.0% 3 "), "{row}");
    let never = text_after(&page, "id=\"never-hit\"");
    assert!(never.contains("Never kept 2 Its cache is off"), "{never}");
    assert!(!never.contains("Others"), "nobody looked at it: {never}");
    let panels = world.page("/admin/cache/visits").await;
    let visitors = text_after(&panels, "id=\"n-t\"");
    assert!(visitors.starts_with("Visitors fresh"), "{visitors}");
    assert!(visitors.contains("2 min, then 1 h stale, from the panel"), "{visitors}");
    assert!(visitors.contains("Lookups 4 Hit rate 75.0% Statements run 1"), "{visitors}");
    assert!(visitors.contains("median"), "{visitors}");
    assert!(text_after(&panels, "id=\"other-t\"").starts_with("Others not there"), "{panels}");
    assert!(text_after(&panels, "id=\"never-t\"").contains("off, from the panel"), "{panels}");
    // A mark's class is one word, as the style sheet has it.
    let marks = panels.split("<b class=\"state ").skip(1);
    let marks: BTreeSet<(&str, &str)> =
        marks.filter_map(|rest| rest.split_once("</b>")?.0.split_once("\">")).collect();
    let expected = [("fresh", "fresh"), ("not-there", "not there"), ("not-stored", "not stored")];
    assert_eq!(marks, expected.into());
}

#[tokio::test]
async fn what_a_panel_cost_is_told_apart_by_readers_and_warming() {
    let world = World::new().await;
    world.figure("n").await;
    world.send("/admin/cache/warm", "dashboard=visits").await;
    world.figure("n").await;
    let costliest = text_after(&world.page("/admin/cache").await, "id=\"costliest\"");
    // After the total time: the statements for readers, then those to warm.
    let figures = |title: &str| -> Vec<&str> {
        let (_, row) = costliest.split_once(title).expect("a row");
        row.split_whitespace().skip(2).collect()
    };
    let (visitors, others) = (figures("Visitors"), figures("Others"));
    assert!(visitors[..2] == ["1", "in"] && visitors[4] == "–", "by a reader: {costliest}");
    assert!(others[..3] == ["–", "1", "in"], "to warm: {costliest}");
    let panels = world.page("/admin/cache/visits").await;
    let others = text_after(&panels, "id=\"other-t\"");
    assert!(others.contains("Statements run 0 Run to warm it 1 "), "{others}");
    let visitors = text_after(&panels, "id=\"n-t\"");
    let (visitors, _) = visitors.split_once("Never kept").unwrap();
    assert!(!visitors.contains("Run to warm it"), "it was there: {visitors}");
}

#[tokio::test]
async fn a_purge_says_what_it_touches_and_then_does_it() {
    let world = World::new().await;
    assert_eq!(world.figure("n").await, "1");
    write(&world.folder.path().join("shop.sqlite"), "insert into visits values (2)").await;
    assert_eq!(world.figure("n").await, "1", "nobody said that something changed");
    for (tag, touched, spared) in [
        ("table%3Ashop.visits", &["Visitors", "Never kept"][..], &["Others"][..]),
        ("panel%3Avisits%2Fn", &["Visitors"], &["Never kept", "Others"]),
        ("source%3Ashop", &["Visitors", "Never kept", "Others"], &[]),
        ("all", &["Visitors", "Never kept", "Others"], &[]),
        ("nightly", &[], &["Visitors", "Never kept", "Others"]),
    ] {
        let page = world.page(&format!("/admin/cache/purge?tag={tag}")).await;
        let text = text_after(&page, "aria-label=\"What it touches\"");
        assert!(touched.iter().all(|panel| text.contains(panel)), "{tag}: {text}");
        assert!(!spared.iter().any(|panel| text.contains(panel)), "{tag}: {text}");
    }
    let page = world.page("/admin/cache/purge?tag=source%3Asohp").await;
    assert!(page.contains("No such source is declared here."), "{page}");
    assert_eq!(world.figure("n").await, "1", "asking does nothing");
    let form = "tag=table%3Ashop.visits&back=%2Fadmin%2Fcache%2Fvisits";
    let done = world.send("/admin/cache/purge", form).await;
    assert_eq!(done, (303, "/admin/cache/visits?done=purged".to_owned()));
    assert!(world.page(&done.1).await.contains("Purged, in every process."));
    let after = text_after(&world.page("/admin/cache/visits").await, "id=\"n-t\"");
    assert!(after.starts_with("Visitors previous"), "{after}");
    assert_eq!(world.figure("n").await, "2");
}

#[tokio::test]
async fn warming_loads_what_readers_are_likely_to_open() {
    let world = World::new().await;
    let done = world.send("/admin/cache/warm", "dashboard=visits").await;
    assert_eq!(done, (303, "/admin/cache/visits?done=warmed".to_owned()));
    let panels = world.page(&done.1).await;
    assert!(text_after(&panels, "id=\"other-t\"").starts_with("Others fresh"), "{panels}");
    assert!(text_after(&panels, "id=\"other-t\"").contains("Lookups 0"), "no reader looked");
}

#[tokio::test]
async fn what_is_sent_wrongly_changes_nothing_and_leads_nowhere_else() {
    let world = World::new().await;
    world.figure("n").await;
    for (path, form, status) in [
        ("/admin/cache/purge", "", 400),
        ("/admin/cache/purge", "tag=", 400),
        ("/admin/cache/purge", "tag=a%00b", 400),
        ("/admin/cache/warm", "dashboard=nothing", 404),
        ("/admin/cache/warm", "dashboard=../visits", 404),
    ] {
        assert_eq!(world.send(path, form).await.0, status, "{path} {form}");
    }
    let panels = world.page("/admin/cache/visits").await;
    assert!(text_after(&panels, "id=\"n-t\"").starts_with("Visitors fresh"), "{panels}");
    let elsewhere = "tag=nightly&back=https%3A%2F%2Fevil.example%2Fadmin%2Fcache";
    assert_eq!(world.send("/admin/cache/purge", elsewhere).await.1, "/admin/cache?done=purged");
    let (status, ..) = ask(&world.app, get("/admin/cache/nothing", &[])).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn lookups_are_drawn_over_the_day() {
    let world = World::new().await;
    for minutes in [0, 6, 12, 18] {
        if minutes > 0 {
            world.clock.advance(360);
        }
        world.figure("n").await;
        world.page("/admin/cache").await;
    }
    let page = world.page("/admin/cache").await;
    let chart = text_after(&page, "class=\"cache-legend\"");
    assert!(chart.starts_with("Fresh Stale Missed"), "{chart}");
    assert!(page.contains("<svg"), "{page}");
}

#[tokio::test]
async fn a_policy_is_set_over_the_files_and_taken_back() {
    let world = World::new().await;
    let policy = async |from: &str| {
        let page = world.page("/admin/cache/visits").await;
        let text = text_after(&page, &format!("id=\"{from}-t\""));
        let (_, policy) = text.split_once("Policy ").unwrap();
        policy.split(" Lookups").next().unwrap().to_owned()
    };
    assert_eq!(policy("n").await, "2 min, then 1 h stale, from the panel");
    let form = world.page("/admin/cache/policy?scope=panel:visits/n").await;
    assert!(form.contains("The file says at this level: TTL 2m, stale window 1h."), "{form}");
    let set = "scope=panel%3Avisits%2Fn&ttl=30s&stale=&mode=&early=";
    let done = world.send("/admin/cache/policy", set).await;
    assert_eq!(done, (303, "/admin/cache/visits?done=policy".to_owned()));
    let now = policy("n").await;
    assert!(now.starts_with("30 s, from an administrator's setting for the panel"), "{now}");
    assert!(now.ends_with("then 1 h stale, from the panel"), "{now}");
    let form = world.page("/admin/cache/policy?scope=panel:visits/n").await;
    assert!(form.contains("ttl = &quot;30s&quot;") || form.contains("ttl = \"30s\""), "{form}");
    // All of it, or nothing.
    let wrong = "scope=panel%3Avisits%2Fn&ttl=1h&stale=soon&mode=&early=";
    assert_eq!(world.send("/admin/cache/policy", wrong).await.0, 422);
    assert_eq!(policy("n").await, now);
    let strict = "scope=global&ttl=&stale=&mode=strict&early=";
    assert_eq!(world.send("/admin/cache/policy", strict).await.1, "/admin/cache?done=policy");
    assert!(policy("other").await.contains("strict"), "{}", policy("other").await);
    let back = "scope=panel%3Avisits%2Fn&ttl=&stale=&mode=&early=";
    world.send("/admin/cache/policy", back).await;
    assert!(policy("n").await.starts_with("2 min"), "{}", policy("n").await);
    for scope in ["", "nothing", "panel:visits/nothing", "source:nothing", "dashboard:nothing"] {
        let (status, ..) =
            ask(&world.app, get(&format!("/admin/cache/policy?scope={scope}"), &[])).await;
        assert_eq!(status, 404, "{scope}");
    }
    let log = world.store.audit(&AuditFilter::default(), 100).await.unwrap();
    assert!(log.iter().any(|entry| entry.record.subject.contains("panel:visits/n")), "{log:?}");
}
