//! Parameters for tables that do not exist are not repeated in each link of the page.

use crate::fixture::{ask, get, source, state, write};
use brisk_domain::{ManualClock, Timestamp};
use brisk_engine::load::Sources;
use brisk_server::router::router;
use brisk_source::Limits;
use std::fmt::Write as _;
use std::sync::Arc;

/// Twenty tables of one column each.
fn dashboard() -> String {
    let mut text = "title = \"Sales\"\nsource = \"shop\"\nrange = \"last 7 days\"\n".to_owned();
    for panel in 0..20 {
        let _ = write!(
            text,
            "[[panel]]\nid = \"p{panel}\"\ntitle = \"{panel}\"\nkind = \"table\"\n\
             sql = \"select amount from orders where amount > {panel}\"\n"
        );
    }
    text
}

#[tokio::test]
async fn sort_orders_and_pages_of_what_is_not_there_are_left_out_of_the_page() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("sales.toml"), dashboard()).unwrap();
    let database = directory.path().join("shop.sqlite");
    write(&database, "create table orders (amount int); insert into orders values (42)").await;
    let sources = Sources::from([source("shop", &database, Limits::default())]);
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_321_444_800)));
    let app = router(state(directory.path(), sources, clock), directory.path());
    let plain = loop {
        let (status, headers, body) = ask(&app, get("/d/sales", &[])).await;
        assert_eq!(status, 200);
        if headers.contains_key("etag") {
            break body;
        }
    };
    let long = "x".repeat(60_000);
    let mut many = String::new();
    for at in 0..1_000 {
        let _ = write!(many, "&sort=q{at}:desc:amount&page=q{at}:7");
    }
    for query in [
        format!("sort=p1:desc:{long}"),
        format!("sort={long}:desc:amount"),
        format!("page={long}:2"),
        format!("page=p1:{}", "9".repeat(60_000)),
        "sort=p1:desc:nowhere".to_owned(),
        many,
    ] {
        let begun = &query[..query.len().min(30)];
        let (status, headers, body) = ask(&app, get(&format!("/d/sales?{query}"), &[])).await;
        assert_eq!(status, 200, "{begun}");
        assert_eq!(body.len(), plain.len(), "{begun}");
        assert!(headers.contains_key("etag"), "{begun}");
    }
    let (_, _, sorted) = ask(&app, get("/d/sales?sort=p1:desc:amount", &[])).await;
    let sorted = String::from_utf8(sorted).unwrap();
    assert!(sorted.contains("sort=p1%3Adesc%3Aamount"), "what is there is kept");
}

/// Two panels of 500 rows, each of which leads to its amount, and two lists of them to choose from.
const CHOICES: &str = r#"
title = "Sales"
source = "shop"
range = "last 7 days"
[[variable]]
name = "amount"
label = "Amount"
kind = "single"
options = "select amount from orders"
[[variable]]
name = "code"
label = "Code"
kind = "multi"
options = "select 'x' as code"
[[panel]]
id = "rows"
title = "Rows"
kind = "table"
filter = "amount"
sql = "select amount from orders"
[[panel]]
id = "bars"
title = "Bars"
kind = "bar"
filter = "amount"
sql = "select amount as a, 1 as n from orders"
"#;

#[tokio::test]
async fn what_is_chosen_is_not_repeated_for_each_row_and_choice_by_the_megabyte() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("sales.toml"), CHOICES).unwrap();
    let database = directory.path().join("shop.sqlite");
    let rows = "create table orders (amount int); with recursive r(i) as (select 1 union all \
                select i + 1 from r where i < 500) insert into orders select i from r";
    write(&database, rows).await;
    let sources = Sources::from([source("shop", &database, Limits::default())]);
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_321_444_800)));
    let app = router(state(directory.path(), sources, clock), directory.path());
    let page = async |query: &str| {
        let (status, _, body) = ask(&app, get(&format!("/d/sales{query}"), &[])).await;
        assert_eq!(status, 200);
        String::from_utf8(body).unwrap()
    };
    let few = page("?code=x").await;
    assert!(
        few.matches("code=x&amp;amount=").count() >= 1_000,
        "each row and each choice has a link"
    );
    // As browsers write it, each of these is three bytes.
    let many: String = (0..1_900).map(|at| format!("&code={at:05}((((((((((((((((((((")).collect();
    let long = page(&format!("?{}", &many[1..])).await;
    assert!(long.len() < 8 << 20, "{} bytes", long.len());
    assert!(long.contains("Too much is chosen on this page to list these choices"));
}
