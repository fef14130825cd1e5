//! Connecting one's account with one's identity at the provider, from one's own profile.

use super::site::{Begun, Site, ann};
use crate::auth::world::{Answer, PASSWORD};
use brisk_accounts::Role;
use brisk_server::auth::openid::settings::SignUp;
use serde_json::{Value, json};

const CONNECT: &str = "do=connect&connect_current=wet+green+umbrellas";

impl Site {
    /// Where the profile page leads to connect the account of `cookie`.
    async fn begin_to_connect(&self, cookie: &str) -> Begun {
        let answer = self.world.post("/profile", cookie, CONNECT).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let to = answer.header("refresh").strip_prefix("0; url=").expect("it leads on").to_owned();
        assert!(answer.body.contains("Continue to Example"), "{}", answer.body);
        Begun { to, cookie: answer.given("brisk_sign_in").expect("what is under way is kept") }
    }

    async fn connect(&self, cookie: &str, claims: &Value) -> Answer {
        let begun = self.begin_to_connect(cookie).await;
        let fields = self.provider.signs_in(&begun.to, claims);
        self.back(&fields, &format!("{}; {cookie}", begun.cookie)).await
    }
}

async fn site() -> Site {
    Site::new(|_, provider| provider.sign_up = SignUp::Invited).await
}

#[tokio::test]
async fn somebody_with_a_password_connects_their_account_and_signs_in_there_from_then_on() {
    let site = site().await;
    let id = site.world.person("ann-lee", Role::Editor, &["sales"]).await;
    assert_eq!(site.sign_in(&ann()).await.status, 403, "who is called the same is nobody");
    let (here, elsewhere) =
        (site.world.sign_in("ann-lee").await, site.world.sign_in("ann-lee").await);
    let page = site.world.get("/profile", &here).await;
    assert!(page.body.contains("Connect with Example"), "{}", page.body);
    let begun = site.begin_to_connect(&here).await;
    assert!(begun.to.contains("prompt=login"), "they are asked who they are: {}", begun.to);
    let answer = site.connect(&here, &ann()).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/profile?done=connected"));
    let next = answer.cookie().expect("the session is another one");
    for ended in [&here, &elsewhere] {
        assert_eq!(site.world.get("/profile", ended).await.status, 401);
    }
    let page = site.world.get("/profile?done=connected", &next).await;
    assert!(page.body.contains("Your account is connected"), "{}", page.body);
    assert!(page.body.contains("248289761001") && !page.body.contains("Connect with"));
    assert!(site.sign_in(&ann()).await.cookie().is_some());
    assert_eq!(site.account("248289761001").await.unwrap().id, id);
    assert!(site.actions().await.contains(&"ann-lee: identity connected".to_owned()));
    // The password still works.
    site.world.sign_in("ann-lee").await;
}

#[tokio::test]
async fn connecting_takes_the_password_again() {
    let site = site().await;
    site.world.person("ann-lee", Role::Viewer, &[]).await;
    let cookie = site.world.sign_in("ann-lee").await;
    for form in ["do=connect", "do=connect&connect_current=", "do=connect&connect_current=guess"] {
        let answer = site.world.post("/profile", &cookie, form).await;
        assert_eq!((answer.status, answer.header("refresh")), (422, ""), "{form}");
        assert_eq!(answer.given("brisk_sign_in"), None, "{form}");
    }
}

#[tokio::test]
async fn what_one_has_begun_no_other_session_finishes() {
    let site = site().await;
    site.world.person("ann-lee", Role::Viewer, &[]).await;
    site.world.person("eve", Role::Viewer, &[]).await;
    let eve = site.world.sign_in("eve").await;
    let other = site.world.sign_in("ann-lee").await;
    let own = site.world.sign_in("ann-lee").await;
    for session in ["", &eve, &other] {
        let begun = site.begin_to_connect(&own).await;
        let fields = site.provider.signs_in(&begun.to, &ann());
        let answer = site.back(&fields, &format!("{}; {session}", begun.cookie)).await;
        assert_eq!((answer.status, answer.cookie()), (400, None), "{session}: {}", answer.body);
        assert!(answer.body.contains("Nothing is connected"), "{}", answer.body);
        assert!(site.account("248289761001").await.is_none());
        // It works once, even if it failed.
        let again = site.back(&fields, &format!("{}; {own}", begun.cookie)).await;
        assert_eq!((again.status, again.cookie()), (400, None));
    }
    // And a sign-in that was begun connects nobody.
    let begun = site.begin("/sign-in/openid").await;
    let fields = site.provider.signs_in(&begun.to, &ann());
    let answer = site.back(&fields, &format!("{}; {own}", begun.cookie)).await;
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert!(site.account("248289761001").await.is_none());
}

#[tokio::test]
async fn an_identity_of_another_account_is_refused_in_words() {
    let site = site().await;
    site.world.person("ann-lee", Role::Viewer, &[]).await;
    site.world.person("bob", Role::Viewer, &[]).await;
    let ann_lee = site.world.sign_in("ann-lee").await;
    assert_eq!(site.connect(&ann_lee, &ann()).await.status, 303);
    let bob = site.world.sign_in("bob").await;
    let answer = site.connect(&bob, &ann()).await;
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("belongs to another account here"), "{}", answer.body);
    assert_eq!(site.world.get("/profile", &bob).await.status, 200, "and nothing else happens");
    assert_eq!(site.account("248289761001").await.unwrap().name.as_str(), "ann-lee");
    let actions = site.actions().await;
    assert!(actions.contains(&"bob: identity refused: another account's".to_owned()));
    // Saying no at the provider changes nothing.
    let begun = site.begin_to_connect(&bob).await;
    let fields = site.provider.signs_in(&begun.to, &ann());
    let state = fields.iter().find(|(name, _)| name == "state").unwrap().clone();
    let denied = [state, ("error".to_owned(), "access_denied".to_owned())];
    let answer = site.back(&denied, &format!("{}; {bob}", begun.cookie)).await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("You were not signed in at Example"), "{}", answer.body);
    assert!(answer.body.contains("Change password"), "it is the profile: {}", answer.body);
}

/// The form that removes the only identity, from the page that asks.
async fn asked(site: &Site, cookie: &str) -> String {
    let page = site.world.get("/profile", cookie).await.body;
    assert!(!page.contains("value=\"disconnect\""), "it is asked first: {page}");
    let id = page.split("?disconnect=").nth(1).expect("a link").split('#').next().unwrap();
    let page = site.world.get(&format!("/profile?disconnect={id}"), cookie).await.body;
    assert!(page.contains("value=\"disconnect\""), "{page}");
    format!("do=disconnect&id={id}")
}

#[tokio::test]
async fn an_identity_is_taken_away_by_its_owner_and_the_last_way_of_signing_in_stays() {
    let site = site().await;
    site.world.person("ann-lee", Role::Viewer, &[]).await;
    let cookie = site.world.sign_in("ann-lee").await;
    let cookie = site.connect(&cookie, &ann()).await.cookie().unwrap();
    let form = asked(&site, &cookie).await;
    let refused = site.world.post("/profile", &cookie, &form).await;
    assert_eq!(refused.status, 422, "without the password");
    assert!(site.account("248289761001").await.is_some());
    let form = format!("{form}&disconnect_current={PASSWORD}");
    let other = site.world.sign_in("root").await;
    assert_eq!(site.world.post("/profile", &other, &form).await.status, 422, "another's");
    let answer = site.world.post("/profile", &cookie, &form).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.cookie().is_some() && answer.body.contains("It is disconnected"));
    assert_eq!(site.sign_in(&ann()).await.status, 403, "nobody comes that way any more");
    assert!(site.actions().await.contains(&"ann-lee: identity removed".to_owned()));
    // With nothing else, it stays.
    let only = Site::new(|_, _| {}).await;
    let cookie = only.sign_in(&ann()).await.cookie().unwrap();
    let form = asked(&only, &cookie).await;
    let answer = only.world.post("/profile", &cookie, &form).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("the only way in which you can sign in"), "{}", answer.body);
    assert!(only.account("248289761001").await.is_some());
    // So it does with a password on a server that accepts none.
    let none = Site::new(|settings, _| settings.has_passwords = false).await;
    let id = none.world.person("bob", Role::Viewer, &[]).await;
    let bob = none.world.store.account(&id).await.unwrap().unwrap();
    let subject = json!({ "sub": "7", "preferred_username": "whoever" });
    let identity = brisk_accounts::Identity::new(&none.provider.issuer, "7").unwrap();
    let actor = crate::auth::world::actor();
    let now = crate::auth::world::NOW;
    none.world.store.connect_own(&bob, &identity, &actor, now).await.unwrap();
    let cookie = none.sign_in(&subject).await.cookie().unwrap();
    let form = asked(&none, &cookie).await;
    assert_eq!(none.world.post("/profile", &cookie, &form).await.status, 422);
}
