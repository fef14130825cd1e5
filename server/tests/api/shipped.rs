//! GraphQL and the JSON API agree on the dashboards that ship.

use super::graphql::agree;
use crate::feeder::{NIGHT, World, repository};
use crate::fixture;
use brisk_domain::SourceName;
use brisk_engine::load::Sources;
use brisk_server::feeder::source;
use brisk_server::router::router;
use brisk_source::{Limits, Source};
use std::time::Duration;

#[tokio::test]
async fn graphql_agrees_with_the_json_api_on_every_panel_of_the_shipped_dashboards() {
    let world = World::at(NIGHT).await;
    let name = SourceName::parse(source::NAME).unwrap();
    let shop = Source::sqlite(name.clone(), &world.database(), Limits::default());
    let rollups = world.folder.path().join("rollups.sqlite");
    let shop = shop.with_rollup_file(&rollups, "", Duration::from_secs(60));
    let directory = repository("dashboards");
    let state = fixture::state(&directory, Sources::from([(name, shop)]), world.clock.clone());
    let contents = state.service.engine().catalog().contents();
    assert!(contents.problems.is_empty(), "{:?}", contents.problems);
    let app = router(state, world.folder.path());
    assert!(contents.dashboards.len() > 1);
    for dashboard in contents.dashboards.values() {
        let slug = dashboard.slug.as_str();
        for (query, view) in [
            ("", "{}"),
            (
                "?range=last-12-months&interval=month",
                "{range: \"last-12-months\", interval: \"month\"}",
            ),
            (
                "?range=last-30-days&tz=Asia/Kathmandu",
                "{range: \"last-30-days\", tz: \"Asia/Kathmandu\"}",
            ),
        ] {
            let cells = agree(&app, slug, query, view).await;
            assert!(cells > 50, "{slug} {query}: {cells}");
        }
    }
}
