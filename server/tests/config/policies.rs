//! Cache policies that reach the engine: the nearest wins.

use super::{brisk, flags, folder};
use brisk_cache::Trigger;
use brisk_domain::{Access, Clock, ManualClock, Slug, Timestamp, ViewState};
use brisk_engine::Engine;
use brisk_server::assembly;
use brisk_server::config::{Environment, Flags, Settings};
use std::sync::Arc;
use tempfile::TempDir;

/// The panels of two dashboards, by what sets how long they may be shown.
const POLICIES: &str = "
[cache]
ttl = \"40s\"
stale = \"0s\"
[source.shop]
url = \"shop.sqlite\"
cache = { ttl = \"30s\" }
[source.plain]
url = \"shop.sqlite\"
";

async fn policies() -> (Engine, Arc<ManualClock>, TempDir) {
    let folder = folder(POLICIES);
    let csv = "Day,Count\n12/1/2009,1\n";
    std::fs::write(folder.path().join("visits.csv"), csv).unwrap();
    let import = ["import", "--into", "shop.sqlite", "--dates", "month-first", "visits.csv"];
    assert!(brisk(folder.path(), &[], &import).0.status.success());
    let panel = |id: &str, more: &str| {
        format!(
            "[[panel]]\nid = \"{id}\"\ntitle = \"A\"\nkind = \"stat\"\n{more}\nsql = \"select count as {id} from visits\"\n"
        )
    };
    let own = "title = \"Own\"\nsource = \"shop\"\ncache = { ttl = \"20s\" }\n".to_owned()
        + &panel("panel", "cache = { ttl = \"10s\" }")
        + &panel("dashboard", "");
    let other = "title = \"Other\"\nsource = \"shop\"\n".to_owned()
        + &panel("source", "")
        + &panel("everything", "source = \"plain\"");
    std::fs::create_dir(folder.path().join("dashboards")).unwrap();
    std::fs::write(folder.path().join("dashboards/own.toml"), own).unwrap();
    std::fs::write(folder.path().join("dashboards/other.toml"), other).unwrap();
    let flags = Flags { dashboards_dir: Some(folder.path().join("dashboards")), ..flags(&folder) };
    let settings = Settings::read(&flags, &Environment::default()).unwrap();
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_321_444_800)));
    let shared: Arc<dyn Clock> = clock.clone();
    let engine =
        assembly::engine(&settings, assembly::sources(&settings).unwrap(), &shared).unwrap();
    (engine, clock, folder)
}

#[tokio::test]
async fn the_nearest_policy_wins_of_panel_dashboard_source_and_default() {
    let (engine, clock, _folder) = policies().await;
    let loads = async || {
        let mut loads = Vec::new();
        for (slug, panels) in [("own", ["panel", "dashboard"]), ("other", ["source", "everything"])]
        {
            let dashboard = engine.catalog().dashboard(&Slug::parse(slug).unwrap()).unwrap();
            let view = ViewState::default_of(&dashboard);
            let shown =
                engine.view(&dashboard, &view, &Access::anonymous(), Trigger::View).await.unwrap();
            for state in shown.panels {
                state.current().await.unwrap();
            }
            let of = engine.loader().cache().statistics().of;
            for panel in panels {
                loads.push(of[&(format!("{slug}/{panel}").into(), Trigger::View)].loads);
            }
        }
        loads
    };
    assert_eq!(loads().await, [1, 1, 1, 1]);
    // TTLs are spread by a tenth. The panel's own may have ended more than once.
    for (after, expected) in
        [(8, [1, 1, 1, 1]), (7, [2, 1, 1, 1]), (10, [2, 2, 1, 1]), (10, [2, 2, 2, 1])]
    {
        clock.advance(after);
        let seen = loads().await;
        assert_eq!(seen[1..], expected[1..], "{after} s later");
        assert!(seen[0] >= expected[0] && (seen[0] == 1) == (after == 8), "{after} s later");
    }
    clock.advance(10);
    assert_eq!(loads().await[3], 2);
}
