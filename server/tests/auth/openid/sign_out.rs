//! Signing out of a session that was begun at the provider.

use super::site::{Site, ann};
use crate::auth::factor::code_on;
use crate::auth::provider::{CLIENT, Manner, TestProvider};
use crate::auth::world::Answer;
use brisk_accounts::Role;
use brisk_domain::Clock as _;
use brisk_domain::view::parse_query;
use brisk_server::auth::openid::settings::ProviderSettings;
use std::collections::BTreeMap;
use std::time::Duration;

/// Where sessions end at a provider that has such an address.
const END: &str = "ISSUER/end?at=all";

async fn site(address: Option<&'static str>, change: impl FnOnce(&mut ProviderSettings)) -> Site {
    let provider = TestProvider::start().await;
    if let Some(address) = address {
        provider.ends_sessions_at(address);
    }
    let site = Site::over(provider, |_, settings| change(settings)).await;
    site.world.person("root", Role::Admin, &[]).await;
    site
}

/// Where the answer leads, as browsers follow it; the page has the same as a link.
fn led(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let to = answer.header("refresh").strip_prefix("0; url=").expect("it leads on");
    let link = format!("href=\"{}\"", to.replace('&', "&amp;"));
    assert!(answer.body.contains(&link), "{link} is not in {}", answer.body);
    to.to_owned()
}

async fn signed_out(site: &Site, cookie: &str) -> Answer {
    let answer = site.world.post("/sign-out", cookie, "").await;
    assert!(answer.header("set-cookie").starts_with("brisk_session=;"), "{:?}", answer.headers);
    assert_eq!(site.world.get("/profile", cookie).await.status, 401, "it has ended here");
    answer
}

#[tokio::test]
async fn signing_out_leads_to_the_provider_with_the_sessions_own_token() {
    let site = site(Some(END), |_| {}).await;
    let cookie = site.sign_in(&ann()).await.cookie().unwrap();
    let answer = signed_out(&site, &cookie).await;
    let to = led(&answer);
    assert!(!answer.body.contains("href=\"/profile\""), "nobody is signed in: {}", answer.body);
    let (address, query) = to.split_once('?').unwrap();
    assert_eq!(address, format!("{}/end", site.provider.issuer));
    let fields: BTreeMap<String, String> = parse_query(query).into_iter().collect();
    assert_eq!((fields["at"].as_str(), fields["client_id"].as_str()), ("all", CLIENT));
    assert_eq!(fields["post_logout_redirect_uri"], "http://127.0.0.1:3000/sign-in");
    let token = &fields["id_token_hint"];
    assert_eq!(token.split('.').count(), 3, "{token}");
    let actions = site.actions().await;
    assert_eq!(
        actions[actions.len() - 2..],
        ["ann: signed out", "ann: led to the provider to sign out"]
    );
    // What the store keeps of it is sealed.
    site.sign_in(&ann()).await.cookie().unwrap();
    let account = site.account("248289761001").await.unwrap();
    let kept = site.world.store.sessions_of(&account.id).await.unwrap();
    assert!(kept[0].data.contains("\"token\"") && !kept[0].data.contains("eyJ"), "{kept:?}");
    // A session begun by a password does not concern the provider.
    let password = site.world.sign_in("root").await;
    assert_eq!(signed_out(&site, &password).await.header("location"), "/sign-in");
    assert_eq!(site.actions().await.last().unwrap(), "root: signed out");
}

/// The token by which a session's end is asked for at the provider.
async fn hint(site: &Site, cookie: &str) -> Option<String> {
    let to = led(&signed_out(site, cookie).await);
    let fields: BTreeMap<String, String> =
        parse_query(to.split_once('?').unwrap().1).into_iter().collect();
    fields.get("id_token_hint").cloned()
}

#[tokio::test]
async fn a_session_that_takes_anothers_place_or_lacked_a_code_is_known_to_the_provider_too() {
    let site = site(Some(END), |_| {}).await;
    let cookie = site.sign_in(&ann()).await.cookie().unwrap();
    // A second factor ends all sessions, and begins another.
    let offered = site.world.post("/profile", &cookie, "do=factor-offer").await;
    let (key, code) = code_on(&offered.body, site.world.clock.now());
    let form = format!("do=factor-confirm&key={key}&code={code}");
    let renewed = site.world.post("/profile", &cookie, &form).await;
    let next = renewed.cookie().unwrap_or_else(|| panic!("{}", renewed.body));
    assert_eq!(site.world.get("/profile", &cookie).await.status, 401);
    let token = hint(&site, &next).await.expect("that of the session before");
    assert_eq!(token.split('.').count(), 3, "{token}");
    // Who types a code has come from the provider with a token.
    site.world.clock.advance(60);
    let half = site.sign_in(&ann()).await.given("brisk_sign_in").expect("the code is missing");
    let (_, code) = code_on(&offered.body, site.world.clock.now());
    let typed = site.world.post("/sign-in/code", &half, &format!("code={code}")).await;
    let cookie = typed.cookie().unwrap_or_else(|| panic!("{}", typed.body));
    let later = hint(&site, &cookie).await.expect("the one that it came with");
    assert!(later.split('.').count() == 3 && later != token, "{later}");
}

#[tokio::test]
async fn where_the_provider_has_no_such_address_it_is_said_that_one_is_signed_in_there() {
    for address in [None, Some("http://collector.example/end"), Some("nonsense"), Some("")] {
        let site = site(address, |_| {}).await;
        let cookie = site.sign_in(&ann()).await.cookie().unwrap();
        let answer = signed_out(&site, &cookie).await;
        let back = "/sign-in?done=signed-out";
        assert_eq!((answer.status, answer.header("location")), (303, back), "{address:?}");
        let page = site.world.get(back, "").await;
        assert!(page.body.contains("At Example you may still be signed in"), "{}", page.body);
    }
}

#[tokio::test]
async fn the_session_at_the_provider_can_be_left_alone() {
    let site = site(Some(END), |settings| settings.ends_session = false).await;
    let cookie = site.sign_in(&ann()).await.cookie().unwrap();
    let answer = signed_out(&site, &cookie).await;
    assert_eq!(answer.header("location"), "/sign-in?done=signed-out");
}

#[tokio::test]
async fn signing_out_here_does_not_wait_for_a_provider_that_is_down() {
    for manner in [Manner::Never, Manner::Error, Manner::Huge] {
        let site = site(Some(END), |settings| settings.timeout = Duration::from_secs(3_600)).await;
        let cookie = site.sign_in(&ann()).await.cookie().unwrap();
        site.provider.answers(manner);
        // What was known of the provider is too old.
        site.world.clock.advance(90_000);
        let answer = signed_out(&site, &cookie).await;
        assert_eq!(answer.header("location"), "/sign-in?done=signed-out", "{manner:?}");
    }
}

#[tokio::test]
async fn who_is_signed_out_without_knowing_reads_why() {
    let site = site(None, |_| {}).await;
    let cookie = site.sign_in(&ann()).await.cookie().unwrap();
    assert!(!site.world.get("/sign-in", "").await.body.contains("Your session has ended"));
    let account = site.account("248289761001").await.unwrap();
    let disabled = brisk_store::AccountChange::Disabled(true);
    site.world.change(&account.id, disabled).await;
    let page = site.world.get("/sign-in?back=/d/team", &cookie).await;
    assert!(page.body.contains("Your session has ended"), "{}", page.body);
    let answer = site.world.post("/sign-out", &cookie, "").await;
    assert_eq!(answer.status, 303, "also where it has ended before");
}
