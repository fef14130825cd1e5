//! Signing in at an OpenID provider.

mod connecting;
mod forged;
mod hostile;
mod sign_out;
mod site;

use crate::auth::provider::TestProvider;
use crate::auth::world::{NOW, PASSWORD, World};
use brisk_accounts::second_factor::Authenticator;
use brisk_accounts::{LoginName, Role, Rules};
use brisk_domain::Clock;
use brisk_domain::view::query_string;
use brisk_engine::load::Sources;
use brisk_server::auth::openid::settings::SignUp;
use brisk_server::auth::set_up;
use brisk_server::auth::settings::AuthSettings;
use brisk_server::auth::state::Auth;
use brisk_server::router::router;
use brisk_store::{AccountChange, Link};
use serde_json::{Value, json};
use site::{CALLBACK, Site, ann, coming, rules};
use std::sync::Arc;

#[tokio::test]
async fn somebody_signs_in_at_the_provider_and_comes_back_to_where_they_were() {
    let site = Site::new(|_, provider| provider.rules = rules()).await;
    let page = site.world.get("/sign-in?back=/d/team", "").await;
    assert!(page.body.contains("Sign in with Example") && page.body.contains("name=\"password\""));
    assert!(page.body.contains("href=\"/sign-in/openid?back=%2Fd%2Fteam\""), "{}", page.body);
    let begun = site.begin("/sign-in/openid?back=/d/team").await;
    assert!(begun.to.contains("scope=openid+profile+groups"), "{}", begun.to);
    let mine = site.world.sign_in("root").await;
    let fields = site.provider.signs_in(&begun.to, &ann());
    let answer = site.back(&fields, &format!("{}; {mine}", begun.cookie)).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/d/team"), "{}", answer.body);
    let cookie = answer.cookie().expect("a session");
    assert_eq!(site.world.get("/profile", &mine).await.status, 401, "the one before has ended");
    assert_eq!(site.world.get("/d/team", &cookie).await.status, 200, "the groups are a team");
    let profile = site.world.get("/profile", &cookie).await;
    assert!(profile.body.contains("Ann Lee") && !profile.body.contains("Change password"));
    let account = site.account("248289761001").await.unwrap();
    assert_eq!(
        (account.name.as_str(), account.role, account.password),
        ("ann", Role::Viewer, None)
    );
    let actions = site.actions().await;
    for line in [
        "ann: account added",
        "ann: identity connected",
        "ann by rules: teams changed",
        "ann: signed in",
    ] {
        assert!(actions.iter().any(|action| action == line), "{line} is not in {actions:?}");
    }
    // The same person comes to the same account, whatever they are called by now.
    let mut later = ann();
    (later["preferred_username"], later["email"]) = ("lee".into(), "lee@example.com".into());
    assert!(site.sign_in(&later).await.cookie().is_some());
    assert_eq!(site.world.store.accounts().await.unwrap().len(), 2);
}

#[tokio::test]
async fn who_is_not_invited_gets_no_account() {
    let site = Site::new(|_, provider| provider.sign_up = SignUp::Invited).await;
    let answer = site.sign_in(&ann()).await;
    assert_eq!((answer.status, answer.cookie()), (403, None));
    assert!(answer.body.contains("You have no account here yet"), "{}", answer.body);
    assert_eq!(site.world.store.accounts().await.unwrap().len(), 1);
    assert!(site.actions().await.contains(&"ann: sign-in refused: not invited".to_owned()));
}

#[tokio::test]
async fn a_name_or_an_address_proves_nothing() {
    let site = Site::new(|_, _| {}).await;
    let theirs = site.world.person("ann@example.com", Role::Admin, &[]).await;
    site.world.person("ann", Role::Editor, &[]).await;
    for name in ["ann", "ann@example.com", " ANN "] {
        let mut claims = ann();
        (claims["preferred_username"], claims["email_verified"]) = (name.into(), true.into());
        let answer = site.sign_in(&claims).await;
        assert_eq!((answer.status, answer.cookie()), (403, None), "{name}");
        assert!(answer.body.contains("not connected with you"), "{}", answer.body);
    }
    assert_eq!(site.world.store.identities_of(&theirs).await.unwrap(), []);
    // Without a valid name they get one that is nobody's.
    let nameless = json!({ "sub": "7", "preferred_username": "Ann Lee (Sales)" });
    assert!(site.sign_in(&nameless).await.cookie().is_some());
    assert!(site.account("7").await.unwrap().name.as_str().starts_with("user-"));
}

#[tokio::test]
async fn an_invitation_connects_one_person_once() {
    let site = Site::new(|settings, provider| {
        provider.sign_up = SignUp::Invited;
        settings.has_passwords = false;
    })
    .await;
    let id = site.world.person("ann", Role::Viewer, &["sales"]).await;
    let link = Link::Password(id.clone());
    let link = set_up::link(&site.world.auth, &link).await.unwrap().unwrap();
    let path = link[link.find("/set-up/").unwrap()..].to_owned();
    let page = site.world.get(&path, "").await;
    assert!(
        page.body.contains("Continue with Example") && !page.body.contains("type=\"password\"")
    );
    // Another site cannot connect its readers.
    let other = site.world.ask(coming(&format!("{path}/openid"), "")).await;
    assert_eq!(other.status, 404);
    let begun = site.begin(&format!("{path}/openid")).await;
    let late = site.begin(&format!("{path}/openid")).await;
    let fields = site.provider.signs_in(&begun.to, &ann());
    let answer = site.back(&fields, &begun.cookie).await;
    let cookie = answer.cookie().expect("they are signed in");
    assert_eq!(site.world.get("/d/team", &cookie).await.status, 200, "they are in the team");
    assert_eq!(site.world.get(&path, "").await.status, 410);
    let fields =
        site.provider.signs_in(&late.to, &json!({ "sub": "2", "preferred_username": "eve" }));
    let answer = site.back(&fields, &late.cookie).await;
    assert_eq!((answer.status, answer.cookie()), (403, None), "the link was taken");
    assert!(site.sign_in(&ann()).await.cookie().is_some(), "from now on without a link");
    assert_eq!(site.account("248289761001").await.unwrap().id, id);
    // Somebody who has an account gets no other one.
    let other = site.world.person("bob", Role::Admin, &[]).await;
    let link =
        set_up::link(&site.world.auth, &Link::Password(other.clone())).await.unwrap().unwrap();
    let path = link[link.find("/set-up/").unwrap()..].to_owned();
    let begun = site.begin(&format!("{path}/openid")).await;
    let fields = site.provider.signs_in(&begun.to, &ann());
    let answer = site.back(&fields, &begun.cookie).await;
    assert_eq!((answer.status, answer.cookie()), (403, None));
    assert!(answer.body.contains("another account"), "{}", answer.body);
    assert_eq!(site.world.get(&path, "").await.status, 200, "the link stays good");
}

#[tokio::test]
async fn the_first_admin_may_come_from_the_provider() {
    let site = Site::without_admin(|settings, provider| {
        settings.has_passwords = false;
        provider.sign_up = SignUp::Invited;
        // The rules give no role: it is the link that makes an admin.
        provider.rules = Rules(rules().0.into_iter().filter(|rule| rule.role.is_none()).collect());
    })
    .await;
    let link = set_up::link(&site.world.auth, &Link::FirstAdmin).await.unwrap().unwrap();
    let path = link[link.find("/set-up/").unwrap()..].to_owned();
    assert_eq!(site.world.post(&path, "", "name=root&password=x&again=x").await.status, 404);
    let begun = site.begin(&format!("{path}/openid")).await;
    let fields = site.provider.signs_in(&begun.to, &ann());
    let cookie = site.back(&fields, &begun.cookie).await.cookie().expect("the admin is signed in");
    assert_eq!(site.world.get("/admin/people", &cookie).await.status, 200);
    assert_eq!(site.world.get("/admin/people", "").await.status, 401, "it is closed for others");
}

#[tokio::test]
async fn the_rules_hold_anew_at_each_sign_in() {
    let site = Site::new(|_, provider| provider.rules = rules()).await;
    let with = |groups: &[&str], tenant: Value| {
        let mut claims = ann();
        (claims["groups"], claims["tenant"]) = (json!(groups), tenant);
        claims
    };
    let first = site.sign_in(&with(&["sellers", "it"], "acme".into())).await.cookie().unwrap();
    assert_eq!(site.world.get("/admin/people", &first).await.status, 200);
    assert!(site.world.get("/d/tenant", &first).await.body.contains("acme"));
    let second = site.sign_in(&with(&["analysts"], Value::Null)).await.cookie().unwrap();
    assert_eq!(site.world.get("/admin/people", &second).await.status, 404);
    assert_eq!(site.world.get("/d/team", &second).await.status, 404);
    assert!(!site.world.get("/d/tenant", &second).await.body.contains("acme"));
    assert_eq!(site.world.get("/profile", &first).await.status, 401, "another role ends sessions");
    let account = site.account("248289761001").await.unwrap();
    assert_eq!((account.role, account.teams.len(), account.attributes.len()), (Role::Editor, 0, 0));
    // A disabled account stays so, whatever the provider says.
    site.world.change(&account.id, AccountChange::Disabled(true)).await;
    let answer = site.sign_in(&with(&["it"], Value::Null)).await;
    assert_eq!((answer.status, answer.cookie()), (403, None));
    assert!(answer.body.contains("disabled"));
    assert_eq!(site.account("248289761001").await.unwrap().role, Role::Editor);
}

#[tokio::test]
async fn without_passwords_every_way_of_theirs_answers_404() {
    let site = Site::new(|settings, provider| {
        settings.has_passwords = false;
        provider.rules = rules();
    })
    .await;
    let mut claims = ann();
    claims["groups"] = json!(["it"]);
    let cookie = site.sign_in(&claims).await.cookie().unwrap();
    let page = site.world.get("/sign-in", "").await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("type=\"password\"") && page.body.contains("Sign in with Example"));
    let form = format!("name=root&password={PASSWORD}");
    let id = site
        .world
        .store
        .account_named(&LoginName::parse("root").unwrap())
        .await
        .unwrap()
        .unwrap()
        .id;
    let link = set_up::link(&site.world.auth, &Link::Password(id)).await.unwrap().unwrap();
    let path = link[link.find("/set-up/").unwrap()..].to_owned();
    for (path, who, form) in [
        ("/sign-in", "", form.as_str()),
        ("/sign-in", cookie.as_str(), form.as_str()),
        (path.as_str(), "", "password=seven+quiet+lighthouses&again=seven+quiet+lighthouses"),
        ("/set-up/guess", "", "password=x&again=x"),
        ("/profile", cookie.as_str(), "do=password&current=x&password=x&again=x"),
    ] {
        let answer = site.world.post(path, who, form).await;
        assert_eq!((answer.status, answer.cookie()), (404, None), "{path} for {who:?}");
    }
    let profile = site.world.get("/profile", &cookie).await;
    assert!(!profile.body.contains("type=\"password\""), "{}", profile.body);
    let invited = site.world.post("/admin/people", &cookie, "do=invite&name=bob&role=viewer").await;
    assert!(invited.body.contains("by which they sign in first"));
    assert!(!site.actions().await.iter().any(|action| action.contains("root: sign")));
}

#[tokio::test]
async fn sessions_of_passwords_end_where_there_are_none_any_more() {
    let world = World::new().await;
    let cookie = world.sign_in("root").await;
    assert_eq!(world.get("/profile", &cookie).await.status, 200);
    let settings = AuthSettings { has_passwords: false, ..AuthSettings::default() };
    let auth = Auth::over(world.store.clone(), world.clock.clone(), settings);
    let mut headers = http::HeaderMap::new();
    headers.insert("cookie", cookie.parse().unwrap());
    assert!(auth.viewer(&headers).await.unwrap().is_nobody());
}

#[tokio::test]
async fn nobody_is_led_to_another_server_afterwards() {
    let site = Site::new(|_, _| {}).await;
    for back in ["https://evil.example", "//evil.example", "/%09/evil.example", "/sign-in/openid"] {
        let begun = site.begin(&format!("/sign-in/openid?back={back}")).await;
        let fields = site.provider.signs_in(&begun.to, &ann());
        assert_eq!(site.back(&fields, &begun.cookie).await.header("location"), "/", "{back}");
    }
    let long = format!("/d/team?x={}", "y".repeat(3_000));
    let begun = site.begin(&format!("/sign-in/openid?back={}", long.replace('?', "%3F"))).await;
    assert!(begun.cookie.len() < 4_000, "browsers take no longer cookies");
}

#[tokio::test]
async fn who_has_an_authenticator_here_types_its_code_as_well() {
    let site = Site::new(|_, _| {}).await;
    assert!(site.sign_in(&ann()).await.cookie().is_some());
    let account = site.account("248289761001").await.unwrap();
    let (authenticator, secret) = Authenticator::random();
    let with = AccountChange::Authenticator(Some((secret, Vec::new())));
    site.world.change(&account.id, with).await;
    let answer = site.sign_in(&ann()).await;
    assert_eq!((answer.header("location"), answer.cookie()), ("/sign-in/code", None));
    let half = answer.given("brisk_sign_in").unwrap();
    let page = site.world.get("/sign-in/code", &half).await;
    assert!(page.body.contains("name=\"code\"") && !page.body.contains("name=\"password\""));
    let post =
        async |code: &str| site.world.post("/sign-in/code", &half, &format!("code={code}")).await;
    for wrong in ["000000", ""] {
        let answer = post(wrong).await;
        assert_eq!((answer.status, answer.cookie()), (401, None), "{wrong}");
    }
    let code = authenticator.code(NOW);
    let answer = post(&code).await;
    let cookie = answer.cookie().expect("a session");
    assert_eq!(site.world.get("/profile", &cookie).await.status, 200);
    site.world.clock.advance(60);
    let later = authenticator.code(site.world.clock.now());
    let again = post(&later).await;
    assert_eq!(again.cookie(), None, "what is half begun is taken once");
    // It is no sign-in at the provider either.
    assert_eq!(site.back(&[], &half).await.status, 400);
    // Guesses are slowed like those of passwords.
    let half = site.sign_in(&ann()).await.given("brisk_sign_in").unwrap();
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(site.world.post("/sign-in/code", &half, "code=000000").await.status);
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
}

#[tokio::test]
async fn a_sign_in_that_was_begun_on_one_replica_comes_back_to_another_once() {
    let site = Site::new(|_, _| {}).await;
    let settings = AuthSettings {
        provider: Some(Arc::new(site.provider.settings())),
        ..AuthSettings::default()
    };
    let World { folder, store, clock, .. } = &site.world;
    let any: Arc<dyn Clock> = clock.clone();
    let directory = folder.path().join("dashboards");
    let state = crate::fixture::state(&directory, Sources::default(), any.clone());
    let auth = Auth::over(store.clone(), any, settings);
    let other = router(state.with_auth(auth).with_store(store.clone()), folder.path());
    let begun = site.begin("/sign-in/openid").await;
    let fields = site.provider.signs_in(&begun.to, &ann());
    let path = format!("{CALLBACK}{}", query_string(&fields));
    let (status, headers, _) = crate::fixture::ask(&other, coming(&path, &begun.cookie)).await;
    assert_eq!(status, 303);
    let mut set = headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap());
    let cookie = set.find(|set| set.starts_with("brisk_session=")).unwrap();
    let cookie = cookie.split(';').next().unwrap();
    site.world.auth.refresh().await.unwrap();
    assert_eq!(site.world.get("/profile", cookie).await.status, 200, "the session is everywhere");
    assert_eq!(site.back(&fields, &begun.cookie).await.status, 400, "it has come back there");
}

#[tokio::test]
async fn a_provider_is_believed_over_tls_where_its_certificate_is() {
    let (provider, folder) = TestProvider::start_over_tls().await;
    for (ca, status) in [(None, 503), (Some("none.pem"), 503), (Some("ca.pem"), 303)] {
        let site = Site::over(provider.clone(), |_, settings| {
            settings.ca = ca.map(|name| folder.path().join(name));
        })
        .await;
        let begun = site.world.get("/sign-in/openid", "").await;
        assert_eq!(begun.status, status, "{ca:?}: {}", begun.body);
        if status != 303 {
            assert!(begun.body.contains("Example cannot be reached"));
            continue;
        }
        let answer = site.sign_in(&ann()).await;
        assert!(answer.cookie().is_some(), "{}", answer.body);
    }
    assert_eq!(provider.asked("token"), 1);
}
