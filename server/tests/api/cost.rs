//! What answers cost: shared entries, batches, tags, and what others may not store.

use super::world::{DATA, REVENUE, TOTAL, world, world_with};
use crate::fixture::{self, write};
use brisk_domain::PanelData;
use serde_json::Value;

#[tokio::test]
async fn equal_views_share_their_entries_with_pages_and_with_each_other() {
    let world = world().await;
    assert_eq!(world.get("/d/sales").await.status, 200);
    // The page has streamed all of it, its choices too.
    let loads = world.loads();
    for path in [
        DATA.to_owned(),
        format!("{DATA}?range=last+7+days&interval=auto&tz=Europe/London&utm_source=x"),
        REVENUE.to_owned(),
        format!("{TOTAL}.csv"),
        format!("{REVENUE}?tz=Europe%2FLondon"),
    ] {
        assert_eq!(world.get(&path).await.status, 200, "{path}");
    }
    assert_eq!(world.loads(), loads, "nothing was loaded a second time");
}

#[tokio::test]
async fn islands_get_the_same_frames_and_load_no_choices() {
    let world = world().await;
    let request = fixture::get("/fn/panel?slug=sales&panel=total&query=", &[]);
    let (status, _, island) = fixture::ask(&world.app, request).await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&island));
    assert_eq!(world.loads(), 2, "the figure and its small line");
    let first = world.get(TOTAL).await;
    assert_eq!(world.loads(), 2);
    let (island, _) = postcard::take_from_bytes::<PanelData>(&island).unwrap();
    let theirs = serde_json::to_value(&island.frame).unwrap()[0]["values"]["int"].clone();
    assert_eq!(theirs, first.cells("revenue"));
}

#[tokio::test]
async fn a_whole_dashboard_is_one_batch() {
    let world = world().await;
    let answer = world.get(DATA).await;
    let json = answer.json();
    let ids: Vec<&Value> = json["panels"].as_array().unwrap().iter().map(|p| &p["id"]).collect();
    assert_eq!(ids, ["revenue", "total", "oddities"]);
    assert!(json["panels"].as_array().unwrap().iter().all(|p| p["problem"].is_null()));
    // For the panels, the compared period, the small line, and where the data begin.
    let (figures, statements) = (world.figures(), 6);
    assert_eq!((figures.loads, figures.misses, figures.hits), (statements, statements, 0));
    assert_eq!(world.get(DATA).await.body, answer.body);
    let figures = world.figures();
    assert_eq!((figures.loads, figures.misses, figures.hits), (statements, statements, statements));
}

#[tokio::test]
async fn who_has_the_answer_gets_none_and_no_statement_runs() {
    for path in [REVENUE.to_owned(), TOTAL.to_owned(), DATA.to_owned(), format!("{REVENUE}.csv")] {
        let world = world().await;
        let first = world.get(&path).await;
        let etag = first.header("etag").to_owned();
        assert!(etag.starts_with("W/\""), "{path}: {etag}");
        let loads = world.loads();
        // The age grows; the answer is still right.
        world.clock.advance(5);
        let second = world.get_with(&path, &[("if-none-match", &etag)]).await;
        assert_eq!((second.status, second.body.as_str()), (304, ""), "{path}");
        assert_eq!((second.header("etag"), second.header("content-type")), (etag.as_str(), ""));
        assert_eq!(second.header("cache-control"), "private, no-cache");
        assert_eq!(world.loads(), loads, "{path}");
        if path != DATA {
            assert!(second.header("brisk-freshness").ends_with("age=5"), "{path}");
        }
        let other = world.get_with(&path, &[("if-none-match", "W/\"another\"")]).await;
        assert_eq!((other.status, other.header("etag")), (200, etag.as_str()), "{path}");
    }
}

/// What was written once is found by what the lookup knows, whether the client has it or not.
#[tokio::test]
async fn a_hot_answer_assembles_no_frames_and_says_its_age() {
    for path in [REVENUE.to_owned(), TOTAL.to_owned(), DATA.to_owned(), format!("{REVENUE}.csv")] {
        let world = world().await;
        let first = world.get(&path).await;
        let etag = first.header("etag").to_owned();
        let again = async |headers: &[(&str, &str)]| {
            let before = world.assembled();
            let answer = world.get_with(&path, headers).await;
            (answer, world.assembled() - before)
        };
        // The first that finds everything ready says what the others are found by.
        assert_eq!(world.get(&path).await.body, first.body, "{path}");
        let (hot, assembled) = again(&[]).await;
        assert_eq!((hot.body.as_str(), assembled), (first.body.as_str(), 0), "{path}");
        for name in ["etag", "content-type", "content-disposition", "vary", "cache-control"] {
            assert_eq!(hot.header(name), first.header(name), "{path}: {name}");
        }
        assert_eq!(hot.header("brisk-freshness"), first.header("brisk-freshness"), "{path}");
        world.clock.advance(7);
        let (known, assembled) = again(&[("if-none-match", &etag)]).await;
        assert_eq!((known.status, assembled), (304, 0), "{path}");
        if path != DATA {
            assert!(known.header("brisk-freshness").ends_with("age=7"), "{path}");
        }
        let (later, _) = again(&[]).await;
        assert_eq!(later.header("etag"), etag, "{path}");
        if !path.ends_with(".csv") {
            assert!(later.body.contains("\"age\":7"), "{path}: {}", later.body);
        }
        world.invalidate("table:shop.orders").await;
        write(&world.database, "update orders set amount = amount + 1").await;
        let (changed, assembled) = again(&[("if-none-match", &etag)]).await;
        assert_eq!(changed.status, 200, "{path}");
        assert_ne!(changed.body, later.body, "{path}");
        assert!(assembled > 0, "{path}");
    }
}

/// Whoever asks for all panels of a dashboard that has one gets another form than whoever asks for it.
#[tokio::test]
async fn the_forms_of_an_only_panel_are_told_apart() {
    let one = "title = 'One'\nsource = 'shop'\n[[panel]]\nid = 'only'\ntitle = 'Only'\n\
        kind = 'stat'\nsql = 'select count(*) as n from orders'";
    let world = world_with(&[("one.toml", one)]).await;
    let paths = ["/api/v1/dashboards/one/data", "/api/v1/dashboards/one/panels/only"];
    for _ in 0..2 {
        let [all, panel] = paths.map(|path| world.get(path));
        let (all, panel) = (all.await.json(), panel.await.json());
        assert_eq!(all["panels"][0]["id"], "only");
        assert_eq!(panel["panel"]["id"], "only");
    }
}

#[tokio::test]
async fn an_answer_has_another_tag_once_the_data_may_have_changed() {
    let world = world().await;
    let tag = async |path: &str| world.get(path).await.header("etag").to_owned();
    let first = tag(TOTAL).await;
    world.invalidate("table:shop.orders").await;
    let invalidated = tag(TOTAL).await;
    assert_ne!(first, invalidated, "it was invalidated");
    // Loaded again without an invalidation: nobody knows whether something changed.
    world.clock.advance(61);
    assert_ne!(tag(TOTAL).await, invalidated, "it ran out");
    let mut tags = vec![tag(TOTAL).await, tag(&format!("{TOTAL}.csv")).await];
    for query in ["?range=today", "?interval=hour", "?tz=Asia/Tokyo"] {
        tags.push(tag(&format!("{TOTAL}{query}")).await);
    }
    let count = tags.len();
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), count, "every view and form has its own");
    let list = tag("/api/v1/dashboards").await;
    let known = world.get_with("/api/v1/dashboards", &[("if-none-match", &list)]).await;
    assert_eq!(known.status, 304);
}

/// What depends on the viewer is never stored by shared caches, and only what has a tag is stored at
/// all: nothing else could be revalidated.
#[tokio::test]
async fn answers_are_kept_by_nobody_else() {
    let world = world().await;
    let csv = format!("{REVENUE}.csv");
    let tagged = [
        "/api/v1/dashboards",
        "/api/v1/dashboards/sales",
        DATA,
        REVENUE,
        &csv,
        "/api/v1/openapi.json",
    ];
    let untagged = [
        "/api/v1/dashboards/broken/data",
        "/api/v1/dashboards/broken/panels/no-table",
        "/api/v1/dashboards/nowhere",
        "/api/v1/nowhere",
        "/api/v1/dashboards/sales/data?range=soon",
        "/api",
    ];
    for path in tagged {
        let answer = world.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("cache-control"), "private, no-cache", "{path}");
        assert!(!answer.header("etag").is_empty(), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
    for path in untagged {
        let answer = world.get(path).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("etag"), "", "{path}");
    }
}
