//! What open pages look up again when the dashboards are reloaded, or when a policy or a source changes:
//! only what that affects.

use super::world::{World, world};
use brisk_domain::{Audience, CachePolicy, Clock, PanelId, Slug, TeamName};
use brisk_engine::{AccessSettings, AdminPolicies};
use brisk_test_waiting::eventually;
use std::time::Duration;

/// Lookups so far, by panel of the dashboard "sales".
fn lookups(world: &World) -> [u64; 3] {
    ["total", "strict", "fixed"].map(|panel| world.lookups(&format!("sales/{panel}")))
}

/// TTLs of panels of "sales".
fn policies(ttls: &[(&str, u32)]) -> AdminPolicies {
    let panels = ttls.iter().map(|(panel, seconds)| {
        let place = (Slug::parse("sales").unwrap(), PanelId::parse(panel).unwrap());
        (place, CachePolicy { ttl: Some(*seconds), ..CachePolicy::default() })
    });
    AdminPolicies { panels: panels.collect(), ..AdminPolicies::default() }
}

#[tokio::test]
async fn open_pages_look_up_nothing_that_a_reload_did_not_change() {
    let world = world().await;
    let mut page = world.follow("/d/sales/live").await;
    page.until_all_current().await;
    let before = lookups(&world);
    for title in ["Other", "Another", "Another"] {
        let text = format!(
            "title = \"{title}\"\nsource = \"shop\"\n[[panel]]\nid = \"one\"\ntitle = \"One\"\n\
             kind = \"stat\"\nsql = \"select 1 as n\"\n"
        );
        world.add_dashboard("other", &text);
    }
    // What follows arrives together with that, or after it.
    world.engine().set_admin_policies(policies(&[("total", 7)]));
    let is_again = async || lookups(&world)[0] > before[0];
    eventually("the panel whose policy changed is looked up again", is_again).await;
    assert_eq!(lookups(&world), [before[0] + 1, before[1], before[2]]);
    // The same settings once more are no news.
    world.engine().set_admin_policies(policies(&[("total", 7)]));
    world.engine().set_admin_policies(policies(&[("total", 7), ("fixed", 9)]));
    eventually("the next one", async || lookups(&world)[2] > before[2]).await;
    assert_eq!(lookups(&world), [before[0] + 1, before[1], before[2] + 1]);
}

#[tokio::test]
async fn an_open_page_follows_a_ttl_that_is_shortened() {
    let world = world().await;
    world.engine().set_admin_policies(policies(&[("total", 3_600)]));
    let mut page = world.follow("/d/sales/live").await;
    page.until_all_current().await;
    let (before, loads, begun) = (lookups(&world), world.loads("sales/total"), world.clock.now());
    world.engine().set_admin_policies(policies(&[("total", 10)]));
    eventually("it is looked up", async || lookups(&world)[0] > before[0]).await;
    let is_loaded = async || {
        world.clock.advance(1);
        world.loads("sales/total") > loads
    };
    eventually("it is loaded again", is_loaded).await;
    let took = world.clock.now().since(begun);
    assert!(took < Duration::from_secs(3_500), "before the time that held until then: {took:?}");
}

#[tokio::test]
async fn an_open_page_ends_when_its_dashboard_is_another_or_is_for_others() {
    let world = world().await;
    let mut changed = world.follow("/d/sales/live").await;
    changed.until_all_current().await;
    let mut steady = world.follow("/d/steady/live").await;
    steady.until("strict", "current").await;
    world.change_dashboard();
    changed.until_outdated().await;
    let others = Audience::Teams(vec![TeamName::parse("others").unwrap()]);
    let dashboards = [(Slug::parse("steady").unwrap(), others)].into();
    world.engine().catalog().set_access(AccessSettings { dashboards, ..Default::default() });
    steady.until_outdated().await;
}
