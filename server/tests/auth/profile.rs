//! What the profile page shows, and what tokens made there carry.

use super::world::{PASSWORD, World, request};
use brisk_accounts::account::Attributes;
use brisk_accounts::{AccountId, Role};
use brisk_domain::{AttributeName, Selection};
use brisk_store::AccountChange;

const DATA: &str = "/api/v1/dashboards/tenant/data";

async fn give(world: &World, id: &AccountId, tenants: &[&str]) {
    let tenants = Selection::of(tenants.iter().map(|tenant| (*tenant).to_owned()));
    let attributes = Attributes::from([(AttributeName::parse("tenant").unwrap(), tenants)]);
    world.change(id, AccountChange::Attributes(attributes)).await;
}

/// The token that a form makes.
async fn made(world: &World, cookie: &str, fields: &str) -> String {
    let form = format!("do=token-add&token_name=x&scope=read&days=30&{fields}");
    let answer = world.post("/profile", cookie, &form).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let token = answer.body.split("<code>brisk_").nth(1).expect("a token");
    format!("brisk_{}", token.split('<').next().unwrap())
}

#[tokio::test]
async fn a_token_has_the_attributes_it_was_given_and_never_more_than_its_owner() {
    let world = World::new().await;
    let ann = world.person("ann", Role::Viewer, &[]).await;
    give(&world, &ann, &["acme", "bolt"]).await;
    let cookie = world.sign_in("ann").await;
    for beyond in ["tenant%3Dcore", "tenant%3Dacme%0Atenant%3Dcore", "region%3Dnorth"] {
        let form = format!("do=token-add&token_name=x&scope=read&days=1&token_attributes={beyond}");
        let refused = world.post("/profile", &cookie, &form).await;
        assert_eq!(refused.status, 422, "{beyond}");
        assert!(refused.body.contains("nothing that you do not have"), "{}", refused.body);
    }
    assert!(world.store.tokens_of(&ann).await.unwrap().is_empty());
    let (narrow, whole) = (
        made(&world, &cookie, "token_attributes=tenant%3Dbolt").await,
        made(&world, &cookie, "").await,
    );
    let data = async |token: &str| world.get(DATA, token).await.body;
    let seen = data(&narrow).await;
    assert!(seen.contains("bolt") && !seen.contains("acme"), "{seen}");
    assert!(world.get("/profile", &cookie).await.body.contains("tenant=bolt"));
    give(&world, &ann, &["acme"]).await;
    let seen = data(&narrow).await;
    assert!(!seen.contains("bolt") && !seen.contains("acme"), "nothing, not all: {seen}");
    assert!(data(&whole).await.contains("acme"), "the other has what its owner has");
    give(&world, &ann, &["bolt"]).await;
    assert!(data(&narrow).await.contains("bolt"));
    world.change(&ann, AccountChange::Attributes(Attributes::new())).await;
    for token in [&narrow, &whole] {
        let seen = data(token).await;
        assert!(!seen.contains("bolt") && !seen.contains("acme"), "{seen}");
    }
}

#[tokio::test]
async fn the_profile_says_in_words_where_one_is_signed_in_and_in_which_theme() {
    let world = World::new().await;
    world.person("ann", Role::Viewer, &[]).await;
    let mut elsewhere = request("POST", "/sign-in", "", &format!("name=ann&password={PASSWORD}"));
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";
    elsewhere.headers_mut().insert("user-agent", agent.parse().unwrap());
    assert_eq!(world.ask(elsewhere).await.status, 303);
    world.clock.advance(2 * 86_400);
    let cookie = world.sign_in("ann").await;
    let page = world.get("/profile", &cookie).await.body;
    let words = page.replace("<!>", "");
    assert!(words.contains(">Firefox on Linux</h3>"), "{page}");
    assert!(words.contains("End: Firefox on Linux, 2 days ago") && words.contains("this browser"));
    let checked = |page: &str, theme: &str| {
        let input = page.split(&format!("type=\"radio\" name=\"theme\" value=\"{theme}\"")).nth(1);
        input.unwrap().split('>').next().unwrap().contains("checked")
    };
    assert!(checked(&page, "system") && !checked(&page, "dark"));
    let chosen = world.post("/theme", &cookie, "theme=dark&back=/profile").await;
    assert_eq!((chosen.status, chosen.header("location")), (303, "/profile"));
    let page = world.get("/profile", &format!("{cookie}; theme=dark")).await.body;
    assert!(checked(&page, "dark"), "{page}");
}

#[tokio::test]
async fn an_authenticators_key_is_drawn_for_its_camera() {
    let world = World::new().await;
    world.person("ann", Role::Viewer, &[]).await;
    let cookie = world.sign_in("ann").await;
    let page = world.get("/profile", &cookie).await.body;
    assert!(!page.contains("class=\"qr\""));
    let offered = world.post("/profile", &cookie, "do=factor-offer").await.body;
    let drawn = offered.split("class=\"qr\"").nth(1).expect("a drawing");
    assert!(drawn.contains("<path d=\"M4 4h7v1h-7z"), "{drawn}");
    assert!(!offered.contains("data:image") && !offered.contains(" style="), "{offered}");
}
