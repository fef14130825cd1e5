//! Nobody sees what belongs to others: pages, entries, events, tags.

use super::world::{World, request};
use brisk_accounts::Role;
use brisk_domain::Selection;
use brisk_store::AccountChange;
use brisk_test_waiting::wait_for;
use http_body_util::BodyExt;
use std::collections::BTreeSet;
use tower::ServiceExt;

/// Every way in which a panel's data are shown.
const FORMS: [&str; 6] = [
    "/d/tenant",
    "/d/tenant/p/one",
    "/fn/cards?slug=tenant&panels=one&query=&large=false&wait=true",
    "/api/v1/dashboards/tenant/data",
    "/api/v1/dashboards/tenant/panels/one",
    "/api/v1/dashboards/tenant/panels/one.csv",
];

#[tokio::test]
async fn people_of_other_tenants_never_share_a_page_an_entry_or_a_tag() {
    let world = World::new().await;
    let tenants = ["acme", "bolt", "core"];
    let mut cookies = Vec::new();
    for tenant in tenants {
        world.tenant(tenant, &format!("tenant-{tenant}")).await;
        cookies.push(world.sign_in(tenant).await);
    }
    world.person("without", Role::Viewer, &[]).await;
    let without = world.sign_in("without").await;
    // Each after every other, so that whatever is kept for one is there when the next asks.
    for form in FORMS {
        let mut tags = BTreeSet::new();
        for round in 0..3 {
            for (at, cookie) in cookies.iter().enumerate() {
                let mut asked = request("GET", form, cookie, "");
                let known: Vec<String> = tags.iter().cloned().collect();
                if round == 0 && !known.is_empty() {
                    let known = known.join(", ").parse().unwrap();
                    asked.headers_mut().insert("if-none-match", known);
                }
                let answer = world.ask(asked).await;
                assert_eq!(answer.status, 200, "{form}: others' tags say nothing of this one");
                for (other, tenant) in tenants.iter().enumerate() {
                    let has = answer.body.contains(&format!("tenant-{tenant}"));
                    assert_eq!(has, other == at, "{form} for {}: {}", tenants[at], answer.body);
                }
                tags.extend(Some(answer.header("etag").to_owned()).filter(|tag| !tag.is_empty()));
            }
            let nothing = world.get(form, &without).await;
            assert!(!nothing.body.contains("tenant-"), "{form} without an attribute");
        }
    }
}

#[tokio::test]
async fn who_is_moved_to_another_tenant_sees_the_other_at_once() {
    let world = World::new().await;
    let id = world.tenant("ann", "tenant-one").await;
    let cookie = world.sign_in("ann").await;
    assert!(world.get("/d/tenant", &cookie).await.body.contains("tenant-one"));
    let mut account = world.store.account(&id).await.unwrap().unwrap();
    for selection in account.attributes.values_mut() {
        *selection = Selection::of(["tenant-two".to_owned()]);
    }
    world.change(&id, AccountChange::Attributes(account.attributes)).await;
    let page = world.get("/d/tenant", &cookie).await;
    assert!(page.body.contains("tenant-two") && !page.body.contains("tenant-one"));
    world.change(&id, AccountChange::Attributes(Default::default())).await;
    let page = world.get("/d/tenant", &cookie).await;
    assert!(!page.body.contains("tenant-"), "missing is no data");
}

#[tokio::test]
async fn people_who_see_the_same_share_a_page_and_others_do_not() {
    let world = World::new().await;
    for (name, role, teams) in [
        ("ann", Role::Viewer, &["sales"][..]),
        ("ben", Role::Viewer, &["sales"]),
        ("eve", Role::Editor, &["sales"]),
        ("bob", Role::Viewer, &[]),
    ] {
        world.person(name, role, teams).await;
    }
    world.give(Some("sales"), "team:sales").await;
    let mut tags = Vec::new();
    for name in ["ann", "ben", "eve", "bob", "root"] {
        let cookie = world.sign_in(name).await;
        let answer = world.get("/d/everyone", &cookie).await;
        // The first one draws; what is kept has a tag.
        let answer = if answer.header("etag").is_empty() {
            world.get("/d/everyone", &cookie).await
        } else {
            answer
        };
        tags.push(answer.header("etag").to_owned());
    }
    assert!(tags.iter().all(|tag| !tag.is_empty()), "{tags:?}");
    assert_eq!(tags[0], tags[1], "who may see the same is given the same");
    let different: BTreeSet<&String> = tags.iter().collect();
    assert_eq!(different.len(), 4, "{tags:?}");
}

#[tokio::test]
async fn databases_own_words_are_for_those_who_look_after_the_dashboard() {
    let world = World::new().await;
    world.person("ann", Role::Viewer, &[]).await;
    world.person("eve", Role::Editor, &[]).await;
    world.person("ian", Role::Editor, &[]).await;
    world.give(None, "eve").await;
    world.give(Some("sales"), "ian").await;
    for (name, is_told) in [("ann", false), ("eve", true), ("ian", false), ("root", true)] {
        let cookie = world.sign_in(name).await;
        for form in FORMS {
            let form = form.replace("tenant", "broken");
            let answer = world.get(&form, &cookie).await;
            assert_eq!(
                answer.body.contains("hidden_salaries"),
                is_told,
                "{form} for {name}: {}",
                answer.body
            );
        }
    }
}

/// What comes over a stream until it ends.
async fn rest(world: &World, path: &str, cookie: &str) -> tokio::task::JoinHandle<String> {
    let response = world.app.clone().oneshot(request("GET", path, cookie, "")).await.unwrap();
    assert_eq!(response.status(), 200);
    let mut body = response.into_body();
    // It is open: its first words have come.
    let first = wait_for("the stream's first words", body.frame()).await.unwrap().unwrap();
    let first = String::from_utf8_lossy(first.data_ref().unwrap()).into_owned();
    tokio::spawn(async move {
        let rest = body.collect().await.unwrap().to_bytes();
        first + &String::from_utf8_lossy(&rest)
    })
}

#[tokio::test]
async fn an_open_page_ends_when_its_reader_may_no_longer_see_it() {
    let world = World::new().await;
    let id = world.person("ann", Role::Viewer, &["sales"]).await;
    let other = world.person("ben", Role::Viewer, &["sales"]).await;
    let staying = world.sign_in("ben").await;
    let still = rest(&world, "/d/team/live", &staying).await;
    for what in ["disabled", "taken out of the team", "signed out", "given another role"] {
        world.change(&id, AccountChange::Disabled(false)).await;
        let sales = ["sales"].map(|team| brisk_domain::TeamName::parse(team).unwrap());
        world.change(&id, AccountChange::Teams(sales.into())).await;
        let cookie = world.sign_in("ann").await;
        let stream = rest(&world, "/d/team/live", &cookie).await;
        match what {
            "disabled" => world.change(&id, AccountChange::Disabled(true)).await,
            "taken out of the team" => {
                world.change(&id, AccountChange::Teams(BTreeSet::new())).await;
            }
            "signed out" => _ = world.post("/sign-out", &cookie, "").await,
            _ => world.change(&id, AccountChange::Role(Role::Editor)).await,
        }
        let said = wait_for(format!("the end of the stream: {what}"), stream).await.unwrap();
        assert!(said.ends_with("event: outdated\ndata: \n\n"), "{what}: {said}");
    }
    assert!(!still.is_finished(), "others' streams go on");
    world.change(&other, AccountChange::Disabled(true)).await;
    wait_for("the end of the last stream", still).await.unwrap();
}

#[tokio::test]
async fn another_processs_change_is_noticed_without_a_request() {
    let world = World::new().await;
    let id = world.person("ann", Role::Viewer, &["sales"]).await;
    let cookie = world.sign_in("ann").await;
    let auth = world.auth.clone();
    let following = tokio::spawn(async move { auth.follow().await });
    let stream = rest(&world, "/d/team/live", &cookie).await;
    // Without this process's knowledge, as the shell or another replica does it.
    let by = super::world::actor();
    let to = AccountChange::Disabled(true);
    world.store.change_account(&id, &to, &by, super::world::NOW).await.unwrap();
    wait_for("the end of the stream", stream).await.unwrap();
    assert_eq!(world.get("/d/team", &cookie).await.status, 303);
    following.abort();
}
