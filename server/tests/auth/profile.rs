//! What the profile page shows, and what tokens made there carry.

use super::world::{NOW, PASSWORD, World, actor, request};
use brisk_accounts::account::Attributes;
use brisk_accounts::{AccountId, Role};
use brisk_domain::{AttributeName, Selection, TeamName};
use brisk_store::AccountChange;

const DATA: &str = "/api/v1/dashboards/tenant/data";

async fn give(world: &World, id: &AccountId, tenants: &[&str]) {
    let tenants = Selection::of(tenants.iter().map(|tenant| (*tenant).to_owned()));
    let attributes = Attributes::from([(AttributeName::parse("tenant").unwrap(), tenants)]);
    world.change(id, AccountChange::Attributes(attributes)).await;
}

/// The token for reading that a form makes.
async fn made(world: &World, cookie: &str, fields: &str) -> String {
    made_for(world, cookie, &format!("scope=read&{fields}")).await
}

/// The token that a form makes.
async fn made_for(world: &World, cookie: &str, fields: &str) -> String {
    let form = format!("do=token-add&token_name=x&days=30&{fields}");
    let answer = world.post("/profile", cookie, &form).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let token = answer.body.split("<code>brisk_").nth(1).expect("a token");
    format!("brisk_{}", token.split('<').next().unwrap())
}

#[tokio::test]
async fn a_token_that_is_kept_to_dashboards_and_tags_invalidates_nothing_else() {
    let world = World::new().await;
    let cookie = world.sign_in("root").await;
    let page = world.get("/profile", &cookie).await.body;
    assert!(page.contains("name=\"dashboards\"") && page.contains("name=\"tags\""), "{page}");
    let shop = made_for(&world, &cookie, "scope=invalidate&scope=read&dashboards=team").await;
    let both = "scope=invalidate&dashboards=team+public&tags=table:shop.t+table:shop.l*";
    let both = made_for(&world, &cookie, both).await;
    let tagged = made_for(&world, &cookie, "scope=invalidate&tags=table:shop.t").await;
    let any = made_for(&world, &cookie, "scope=invalidate").await;
    for (tag, allowed) in [
        ("dashboard:team", [true, true, false, true]),
        ("panel:team/one", [true, true, false, true]),
        ("dashboard:public", [false, true, false, true]),
        ("dashboard:everyone", [false, false, false, true]),
        ("panel:everyone/one", [false, false, false, true]),
        ("table:shop.t", [false, true, true, true]),
        ("table:shop.lines", [false, true, false, true]),
        ("source:shop", [false, false, false, true]),
        ("all", [false, false, false, true]),
    ] {
        for (token, allowed) in [&shop, &both, &tagged, &any].into_iter().zip(allowed) {
            let body = format!("{{\"data\":{{\"tags\":[\"{tag}\"]}}}}");
            let answer = world.post("/api/v1/invalidations", token, &body).await;
            let expected = if allowed { 200 } else { 403 };
            assert_eq!(answer.status, expected, "{tag}: {}", answer.body);
        }
    }
    let beyond = "{\"data\":{\"tags\":[\"dashboard:team\",\"all\"]}}";
    assert_eq!(world.post("/api/v1/invalidations", &shop, beyond).await.status, 403);
    assert_eq!(world.get("/api/v1/dashboards/team/data", &shop).await.status, 200);
    assert_eq!(world.get("/api/v1/dashboards/everyone/data", &shop).await.status, 404);
    let page = world.get("/profile", &cookie).await.body;
    assert!(page.contains("invalidate:dashboard:team read:team"), "{page}");
    for (refused, why) in [
        ("scope=admin&dashboards=team", "cannot be kept to some dashboards"),
        ("scope=read&scope=metrics&dashboards=team", "cannot be kept to some dashboards"),
        ("scope=read&tags=all", "choose that, too"),
        ("scope=invalidate&tags=tabel:shop.t", "is no tag"),
        ("scope=invalidate&dashboards=No!", "is no dashboard"),
    ] {
        let form = format!("do=token-add&token_name=x&days=30&{refused}");
        let answer = world.post("/profile", &cookie, &form).await;
        assert_eq!(answer.status, 422, "{refused}");
        assert!(answer.body.contains(why), "{refused}: {}", answer.body);
    }
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

#[tokio::test]
async fn whence_attributes_come_is_on_the_profile_and_on_the_admins_page() {
    let world = World::new().await;
    let attributes = |pairs: &[(&str, &str)]| -> Attributes {
        let pairs = pairs.iter().map(|(name, value)| {
            (AttributeName::parse(name).unwrap(), Selection::of([(*value).to_owned()]))
        });
        pairs.collect()
    };
    for (team, given) in [
        ("north", attributes(&[("region", "n"), ("tenant", "acme"), ("desk", "1")])),
        ("sales", attributes(&[("region", "s"), ("tenant", "acme"), ("floor", "<2>")])),
    ] {
        let team = TeamName::parse(team).unwrap();
        world.store.change_team(&team, &given, &actor(), NOW).await.unwrap();
    }
    let ann = world.person("ann", Role::Viewer, &["north", "sales"]).await;
    let own = attributes(&[("desk", "7"), ("floor", ""), ("shift", "late")]);
    world.change(&ann, AccountChange::Attributes(own)).await;
    let cookie = world.sign_in("ann").await;
    let root = world.sign_in("root").await;
    let on = |page: &str| -> Vec<String> {
        let (_, rest) = page.split_once("class=\"effective\"").expect("a list");
        let (list, _) = rest.split_once("</ul>").unwrap();
        let rows = list.split("<code>").skip(1).map(|row| {
            let row = row.replace("</code><small>", " from ").replace("<!>", "");
            row.split("</small>").next().unwrap().to_owned()
        });
        rows.collect()
    };
    let expected = |own: &str| {
        [
            format!("desk=7 from {own}, instead of team north"),
            format!("floor: none from {own}, instead of team sales"),
            "region=n from team north".to_owned(),
            "region=s from team sales".to_owned(),
            format!("shift=late from {own}"),
            "tenant=acme from teams north, sales".to_owned(),
        ]
    };
    assert_eq!(on(&world.get("/profile", &cookie).await.body), expected("your own"));
    let path = format!("/admin/people/{}", ann.as_str());
    let page = world.get(&path, &root).await.body;
    assert_eq!(on(&page), expected("their own"));
    // What the form changes is the account's own alone.
    assert!(page.contains(">desk=7\nfloor=\nshift=late</textarea>"), "{page}");
    let nobody = world.person("bea", Role::Viewer, &[]).await;
    let page = world.get(&format!("/admin/people/{}", nobody.as_str()), &root).await.body;
    assert!(!page.contains("class=\"effective\""), "{page}");
}
