//! Signed addresses of images: whoever has one sees its panel, and nothing else, for as long as its key holds.

use super::world::{World, request};
use brisk_accounts::Role;
use brisk_domain::view::query_string;
use brisk_store::AccountChange;

const FORM: &str = "/admin/images";

/// The pairs of a form.
fn form(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<(String, String)> =
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    query_string(&pairs).trim_start_matches('?').to_owned()
}

/// Adds a key that shows something; its name in addresses.
async fn key(world: &World, who: &str, shows: &str, rest: &[(&str, &str)]) -> String {
    let fields = [&[("do", "add"), ("name", "the wiki"), ("shows", shows)], rest].concat();
    let before = world.store.image_keys().await.unwrap().len();
    let answer = world.post(FORM, who, &form(&fields)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("is added"), "{}", answer.body);
    let keys = world.store.image_keys().await.unwrap();
    assert_eq!(keys.len(), before + 1);
    let of = |key: &&brisk_store::ImageKey| key.shows.to_string() == shows;
    keys.iter().find(of).unwrap().id.clone()
}

/// The address that the page makes of a panel's page.
async fn address(world: &World, who: &str, fields: &[(&str, &str)]) -> Result<String, String> {
    let page = world.get(&format!("{FORM}?{}", form(fields)), who).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let found = page.body.split_once("src=\"/c/");
    let Some((_, rest)) = found else {
        let why = page.body.split_once("role=\"alert\"").map_or("", |(_, rest)| rest);
        return Err(why
            .split_once("<span>")
            .map_or("", |(_, rest)| rest)
            .chars()
            .take(200)
            .collect());
    };
    Ok(format!("/c/{}", rest.split('"').next().unwrap().replace("&amp;", "&")))
}

#[tokio::test]
async fn whoever_has_an_address_sees_its_panel_without_an_account() {
    let world = World::new().await;
    let root = world.sign_in("root").await;
    let id = key(&world, &root, "team", &[]).await;
    let of = ("of", "https://brisk.example/d/team/p/one?range=today#data");
    let png = address(&world, &root, &[("key", &id), of]).await.unwrap();
    assert!(png.starts_with("/c/team/one.png?") && png.contains("&sig="), "{png}");
    let drawn = [("form", "svg"), ("theme", "dark"), ("size", "640x320"), ("days", "2")];
    let svg = address(&world, &root, &[&[("key", id.as_str()), of], drawn.as_slice()].concat())
        .await
        .unwrap();
    let answer = world.get(&svg, "").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "image/svg+xml"));
    assert!(answer.body.contains("secret"), "the row: {}", answer.body);
    // On the pages of other sites, too, and again only where it has changed.
    let mut elsewhere = request("GET", &png, "", "");
    elsewhere.headers_mut().extend([
        ("sec-fetch-site".parse().unwrap(), "cross-site".parse().unwrap()),
        ("sec-fetch-mode".parse::<http::HeaderName>().unwrap(), "no-cors".parse().unwrap()),
        ("sec-fetch-dest".parse().unwrap(), "image".parse().unwrap()),
    ]);
    let shown = world.ask(elsewhere).await;
    assert_eq!((shown.status, shown.header("content-type")), (200, "image/png"));
    assert_eq!(shown.header("cross-origin-resource-policy"), "cross-origin");
    let mut again = request("GET", &png, "", "");
    again.headers_mut().insert("if-none-match", shown.header("etag").parse().unwrap());
    assert_eq!(world.ask(again).await.status, 304);
    // What it does not say is not shown.
    for other in [
        png.replace("/one.", "/two."),
        png.replace("/team/", "/everyone/"),
        png.replace(".png", ".csv"),
        png.replace(".png", ".pdf"),
        png.replace("range=today", "range=yesterday"),
        png.replace("&key=", "&image-scale=4&key="),
        png.replace(&id, "another"),
        png.split("&sig=").next().unwrap().to_owned(),
        format!("{png}&x=y"),
        "/c/team/one.png".to_owned(),
        "/c/team/one.png?key=%00&sig=x".to_owned(),
    ] {
        let answer = world.get(&other, "").await;
        assert_eq!(answer.status, 404, "{other}: {}", answer.body);
        assert!(!answer.body.contains("secret"), "{other}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    // Nor does it open anything else.
    let page = png.replace("/c/team/one.png", "/d/team");
    assert_eq!(world.get(&page, "").await.status, 303);
}

#[tokio::test]
async fn an_address_ends_with_its_time_its_key_and_its_makers_rights() {
    let world = World::new().await;
    let root = world.sign_in("root").await;
    let eve = world.person("eve", Role::Editor, &["sales"]).await;
    world.give(Some("sales"), "team:sales").await;
    let cookie = world.sign_in("eve").await;
    let status = async |address: &str| world.get(address, "").await.status;
    let of = ("of", "/d/team/p/one");
    // The editor's key, and addresses for ever and for a day.
    let own = key(&world, &cookie, "team/one", &[]).await;
    let lasting = address(&world, &cookie, &[("key", &own), of]).await.unwrap();
    let short = address(&world, &cookie, &[("key", &own), of, ("days", "1")]).await.unwrap();
    assert_eq!((status(&lasting).await, status(&short).await), (200, 200));
    world.clock.advance(86_400);
    assert_eq!((status(&lasting).await, status(&short).await), (200, 410));
    // While the editor looks after the dashboard, and has an account.
    world.change(&eve, AccountChange::Role(Role::Viewer)).await;
    assert_eq!(status(&lasting).await, 410);
    world.change(&eve, AccountChange::Role(Role::Editor)).await;
    assert_eq!(status(&lasting).await, 200);
    world.change(&eve, AccountChange::Disabled(true)).await;
    assert_eq!(status(&lasting).await, 410);
    let page = world.get(FORM, &root).await.body;
    assert!(page.contains("no longer looks after"), "{page}");
    world.change(&eve, AccountChange::Disabled(false)).await;
    assert_eq!(status(&lasting).await, 200);
    // Until it is revoked, by its maker or by an admin.
    let revoked = world.post(FORM, &root, &form(&[("do", "revoke"), ("id", &own)])).await;
    assert_eq!(revoked.status, 303);
    assert_eq!(status(&lasting).await, 404);
    // A key has an end of its own.
    let ending = key(&world, &root, "everyone", &[("key_days", "3")]).await;
    let of = ("of", "/d/everyone/p/one");
    let ending = address(&world, &root, &[("key", &ending), of]).await.unwrap();
    assert_eq!(status(&ending).await, 200);
    world.clock.advance(3 * 86_400);
    assert_eq!(status(&ending).await, 410);
}

#[tokio::test]
async fn a_key_has_its_own_rights_and_attributes_and_not_its_makers() {
    let world = World::new().await;
    let root = world.person("chief", Role::Admin, &[]).await;
    let tenant = brisk_domain::AttributeName::parse("tenant").unwrap();
    let own = brisk_domain::Selection::of(["of the chief".to_owned()]);
    world.change(&root, AccountChange::Attributes([(tenant, own)].into())).await;
    let chief = world.sign_in("chief").await;
    let of = ("of", "/d/tenant/p/one");
    let svg = ("form", "svg");
    // Without attributes the panel has nothing to show, whatever its maker has.
    let bare = key(&world, &chief, "tenant", &[]).await;
    let bare = address(&world, &chief, &[("key", &bare), of, svg]).await.unwrap();
    let answer = world.get(&bare, "").await;
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert!(!answer.body.contains("of the chief"), "{}", answer.body);
    // With its own it shows theirs.
    let given = key(&world, &chief, "tenant/one", &[("attributes", "tenant=acme")]).await;
    let given = address(&world, &chief, &[("key", &given), of, svg]).await.unwrap();
    let answer = world.get(&given, "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("acme") && !answer.body.contains("of the chief"));
}

#[tokio::test]
async fn editors_give_what_they_look_after_and_wrong_forms_say_why() {
    let world = World::new().await;
    let root = world.sign_in("root").await;
    world.person("eve", Role::Editor, &["sales"]).await;
    world.give(Some("sales"), "team:sales").await;
    let eve = world.sign_in("eve").await;
    for (shows, rest, words) in [
        ("everyone", ("x", "y"), "There is no dashboard \"everyone\" that you look after."),
        ("team everyone", ("x", "y"), "\"everyone\""),
        ("nowhere", ("x", "y"), "\"nowhere\""),
        ("", ("x", "y"), "name a dashboard"),
        ("team", ("key_days", "0"), "\"0\" is no number of days"),
    ] {
        let fields = [("do", "add"), ("name", "x"), ("shows", shows), rest];
        let answer = world.post(FORM, &eve, &form(&fields)).await;
        assert_eq!(answer.status, 422, "{shows}");
        let body = answer.body.replace("&quot;", "\"");
        assert!(body.contains(words), "{shows}: {body}");
    }
    let unnamed = world.post(FORM, &eve, &form(&[("do", "add"), ("shows", "team")])).await;
    assert_eq!(unnamed.status, 422);
    assert!(world.store.image_keys().await.unwrap().is_empty());
    // An editor gives no attributes, and neither sees nor revokes the keys of others.
    let own = key(&world, &eve, "team", &[("attributes", "tenant=acme")]).await;
    let kept = world.store.image_key(&own).await.unwrap().unwrap();
    assert!(kept.attributes.is_empty(), "{kept:?}");
    let others = key(&world, &root, "everyone", &[]).await;
    let page = world.get(FORM, &eve).await.body;
    assert!(page.contains(&own) && !page.contains(&others), "{page}");
    let refused = world.post(FORM, &eve, &form(&[("do", "revoke"), ("id", &others)])).await;
    assert_eq!(refused.status, 422);
    assert!(world.store.image_key(&others).await.unwrap().is_some());
    // No address beyond what the key shows, and none that shows nothing.
    for (of, size, words) in [
        ("/d/everyone/p/one", "", "does not show everyone/one"),
        ("/d/team/p/two", "", "has no panel"),
        ("/d/nowhere/p/one", "", "no dashboard"),
        ("/d/team", "", "not the address of a panel"),
        ("/d/team/p/one?range=soon", "", "soon"),
        ("/d/team/p/one", "1x1", "mage-size"),
    ] {
        let why = address(&world, &eve, &[("key", &own), ("of", of), ("size", size)]).await;
        let why = why.unwrap_err();
        assert!(why.contains(words), "{of}: {why}");
    }
}

/// A key that anybody made ends when there is an admin: what it shows is not for everybody any more.
#[tokio::test]
async fn a_key_of_an_open_server_ends_with_the_first_admin() {
    let world = World::without_admin().await;
    let id = key(&world, "", "team", &[]).await;
    let address = address(&world, "", &[("key", &id), ("of", "/d/team/p/one")]).await.unwrap();
    assert_eq!(world.get(&address, "").await.status, 200);
    world.person("root", Role::Admin, &[]).await;
    assert_eq!(world.get(&address, "").await.status, 410);
}
