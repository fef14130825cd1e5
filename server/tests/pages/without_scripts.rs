//! What browsers without scripts are given, over HTTP: a page whose panels come late goes on at one that has
//! all of them, and ends there.

use crate::fixture;
use brisk_bench::client::Client;
use brisk_domain::{ManualClock, Timestamp};
use brisk_engine::load::Sources;
use brisk_server::router::router;
use brisk_source::Limits;
use brisk_test_waiting::LIMIT;
use std::net::SocketAddr;
use std::sync::Arc;

/// 2011-11-16 12:00 UTC.
const NOW: Timestamp = Timestamp::from_seconds(1_321_444_800);

const UNCACHED: &str = r#"
title = "Uncached"
source = "shop"
range = "last 7 days"
cache = "off"
[[variable]]
name = "country"
options = "select distinct country from sales order by 1"
[[panel]]
id = "sold"
title = "Sold"
kind = "table"
sql = "select 'sold ' || sum(amount) as sold from sales where $optional(country = :country)"
[[panel]]
id = "broken"
title = "Broken"
kind = "stat"
sql = "select x from missing"
"#;

struct Served {
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Served {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (directory, database) =
            (folder.path().join("dashboards"), folder.path().join("shop.sqlite"));
        std::fs::create_dir(&directory).unwrap();
        std::fs::write(directory.join("uncached.toml"), UNCACHED).unwrap();
        let sales = "create table sales (country, amount); \
                     insert into sales values ('France', 71), ('Ireland', 4000)";
        fixture::write(&database, sales).await;
        let source = fixture::source("shop", &database, Limits::default());
        let clock = Arc::new(ManualClock::at(NOW));
        let state = fixture::state(&directory, Sources::from([source]), clock);
        let app = router(state, folder.path());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, app).into_future());
        Self { address, _folder: folder }
    }

    async fn get(&self, path: &str) -> String {
        let url = format!("http://{}{path}", self.address);
        let answer = Client::default().get(&url, LIMIT).await.unwrap();
        assert_eq!(answer.status, 200, "{path}");
        String::from_utf8(answer.body.to_vec()).unwrap().replace("<!>", "")
    }
}

/// Where a browser without scripts goes on by itself.
fn goes_on(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("<noscript><meta http-equiv=\"refresh\" content=\"2;url=")?;
    let (address, _) = rest.split_once('"').unwrap();
    Some(address.replace("&amp;", "&"))
}

#[tokio::test]
async fn uncached_and_failing_panels_are_in_their_places_after_one_reload_without_scripts() {
    let served = Served::start().await;
    for (path, figure, fails) in [
        ("/d/uncached", "sold 4071", true),
        ("/d/uncached?range=last-30-days&country=France", "sold 71", true),
        ("/d/uncached?country=Ireland&full=1", "sold 4000", true),
        ("/d/uncached/p/sold?country=France", "sold 71", false),
    ] {
        let first = served.get(path).await;
        let address = goes_on(&first).unwrap_or_else(|| panic!("{path} is late: {first}"));
        let separator = if path.contains('?') { '&' } else { '?' };
        assert_eq!(address, format!("{path}{separator}whole-page=1"));
        for _ in 0..2 {
            let whole = served.get(&address).await;
            assert_eq!(goes_on(&whole), None, "{path} ends there");
            assert!(!whole.contains("http-equiv"), "{path}: {whole}");
            assert!(whole.contains(figure), "{path}: {whole}");
            assert!(
                !whole.contains("<template") && !whole.contains("loading\""),
                "{path}: {whole}"
            );
            assert_eq!(whole.contains("data-state=\"failed\""), fails, "{path}: {whole}");
            assert!(!whole.contains("whole-page"), "no link has it: {path}: {whole}");
        }
    }
}

#[tokio::test]
async fn a_failing_panels_own_page_says_so_after_one_reload_without_scripts() {
    let served = Served::start().await;
    let first = served.get("/d/uncached/p/broken").await;
    let whole = served.get(&goes_on(&first).expect("it is late")).await;
    assert!(whole.contains("data-state=\"failed\"") && !whole.contains("http-equiv"), "{whole}");
}
