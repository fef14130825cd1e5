//! Signing in at an OpenID provider, whatever it answers and whoever comes back.

use super::provider::{Lie, Manner, TestProvider};
use super::world::{Answer, NOW, PASSWORD, World, request};
use brisk_accounts::rules::Rule;
use brisk_accounts::second_factor::Authenticator;
use brisk_accounts::{Identity, LoginName, Role, Rules};
use brisk_domain::view::query_string;
use brisk_domain::{AttributeName, Clock, TeamName};
use brisk_engine::load::Sources;
use brisk_server::auth::openid::settings::{ProviderSettings, SignUp};
use brisk_server::auth::set_up;
use brisk_server::auth::settings::AuthSettings;
use brisk_server::auth::state::Auth;
use brisk_server::router::router;
use brisk_store::{AccountChange, Link};
use http::{HeaderValue, Request};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const CALLBACK: &str = "/sign-in/openid/callback";

/// A server whose people sign in at a provider.
struct Site {
    world: World,
    provider: TestProvider,
}

/// A sign-in that has begun: where the browser is sent, and the cookie that it has.
struct Begun {
    to: String,
    cookie: String,
}

impl Site {
    async fn new(change: impl FnOnce(&mut AuthSettings, &mut ProviderSettings)) -> Self {
        let site = Self::without_admin(change).await;
        site.world.person("root", Role::Admin, &[]).await;
        site
    }

    async fn without_admin(change: impl FnOnce(&mut AuthSettings, &mut ProviderSettings)) -> Self {
        Self::over(TestProvider::start().await, change).await
    }

    async fn over(
        provider: TestProvider,
        change: impl FnOnce(&mut AuthSettings, &mut ProviderSettings),
    ) -> Self {
        let (mut settings, mut of_provider) = (AuthSettings::default(), provider.settings());
        change(&mut settings, &mut of_provider);
        settings.provider = Some(Arc::new(of_provider));
        let world = World::signing_in(settings, NOW).await;
        provider.lives_by(world.clock.clone());
        Self { world, provider }
    }

    /// Begins a sign-in.
    async fn begin(&self, path: &str) -> Begun {
        let answer = self.world.get(path, "").await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let set = answer.header("set-cookie");
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
        let cookie = answer.given("brisk_sign_in").expect("what is under way is kept");
        Begun { to: answer.header("location").to_owned(), cookie }
    }

    /// Comes back with these parameters, as browsers do from another site.
    async fn back(&self, fields: &[(String, String)], cookie: &str) -> Answer {
        self.world.ask(coming(&format!("{CALLBACK}{}", query_string(fields)), cookie)).await
    }

    /// The whole way.
    async fn sign_in(&self, claims: &Value) -> Answer {
        let begun = self.begin("/sign-in/openid").await;
        let fields = self.provider.signs_in(&begun.to, claims);
        self.back(&fields, &begun.cookie).await
    }

    async fn account(&self, subject: &str) -> Option<brisk_accounts::Account> {
        let identity = Identity::new(&self.provider.issuer, subject).unwrap();
        self.world.store.account_of(&identity).await.unwrap()
    }

    async fn actions(&self) -> Vec<String> {
        let log = self.world.store.audit(&Default::default(), 100).await.unwrap();
        let lines = log.iter().rev();
        lines.map(|line| format!("{}: {}", line.record.actor.name, line.record.action)).collect()
    }
}

/// A request as browsers send it that another site's answer leads here.
fn coming(path: &str, cookie: &str) -> Request<axum::body::Body> {
    let mut request = request("GET", path, cookie, "");
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ] {
        request.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    request
}

fn ann() -> Value {
    json!({
        "sub": "248289761001",
        "preferred_username": "Ann",
        "name": "Ann Lee",
        "email": "ann@example.com",
        "groups": ["sellers"],
    })
}

fn team(name: &str) -> TeamName {
    TeamName::parse(name).unwrap()
}

fn by_group(group: &str, rule: Rule) -> Rule {
    Rule { claim: "groups".into(), values: [group.to_owned()].into(), ..rule }
}

/// Who is in these groups is in a team, or an editor.
fn rules() -> Rules {
    Rules(vec![
        by_group("sellers", Rule { teams: [team("sales")].into(), ..Rule::default() }),
        by_group("analysts", Rule { role: Some(Role::Editor), ..Rule::default() }),
        by_group("it", Rule { role: Some(Role::Admin), ..Rule::default() }),
        Rule {
            claim: "tenant".into(),
            attribute: Some(AttributeName::parse("tenant").unwrap()),
            ..Rule::default()
        },
    ])
}

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
    // Without a name that can be one they get one that is nobody's.
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
    // Another site cannot connect whoever happens to be its reader.
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
    // Who has an account takes no other one.
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
async fn an_answer_that_is_not_the_providers_for_this_sign_in_is_not_taken() {
    let site = Site::new(|_, _| {}).await;
    for lie in [
        Lie::Nonce,
        Lie::NoNonce,
        Lie::Issuer,
        Lie::Audience,
        Lie::MoreAudiences,
        Lie::Party,
        Lie::Expired,
        Lie::FromTheFuture,
        Lie::Unsigned,
        Lie::UnsignedWithSignature,
        Lie::ClientSecret,
        Lie::PublicKey,
        Lie::OtherKey,
        Lie::UnknownKey,
        Lie::OwnKey,
        Lie::Swapped,
        Lie::NoToken,
        Lie::NoSubject,
        Lie::LongSubject,
        Lie::Nonsense,
        Lie::OtherSubject,
        Lie::Unsendable,
    ] {
        site.provider.lies(lie);
        let answer = site.sign_in(&ann()).await;
        assert_eq!((answer.status, answer.cookie()), (502, None), "{lie:?}: {}", answer.body);
        assert!(answer.body.contains("cannot be trusted"), "{lie:?}");
        assert_eq!(site.world.store.accounts().await.unwrap().len(), 1, "{lie:?}");
        // Each counts as a guess, and the next is far enough away.
        site.world.clock.advance(61);
    }
    site.provider.lies(Lie::None);
    assert!(site.sign_in(&ann()).await.cookie().is_some(), "the truth is taken");
    let refused = "(no name): sign-in refused: the provider's answer".to_owned();
    assert_eq!(site.actions().await.iter().filter(|action| **action == refused).count(), 22);
}

#[tokio::test]
async fn guesses_at_the_door_are_slowed_and_the_provider_is_not_asked() {
    let site = Site::new(|_, _| {}).await;
    site.provider.lies(Lie::Nonce);
    let mut statuses = Vec::new();
    for _ in 0..25 {
        statuses.push(site.sign_in(&ann()).await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 502).count(), 21, "{statuses:?}");
    assert_eq!(statuses.last(), Some(&429));
    assert_eq!(site.provider.asked("token"), 21);
}

#[tokio::test]
async fn a_sign_in_belongs_to_the_browser_that_began_it_and_is_taken_once() {
    let site = Site::new(|_, _| {}).await;
    let (begun, other) = (site.begin("/sign-in/openid").await, site.begin("/sign-in/openid").await);
    let fields = site.provider.signs_in(&begun.to, &ann());
    let of_other = site.provider.signs_in(&other.to, &json!({ "sub": "eve" }));
    let with = |changed: &[(&str, &str)]| {
        let mut fields = fields.clone();
        for (name, value) in changed {
            fields.retain(|(known, _)| known != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        fields
    };
    let own = begun.cookie.as_str();
    let mut twice = fields.clone();
    twice.push(("state".into(), of_other[1].1.clone()));
    let cases = [
        // Somebody else's browser, none, or one in which an attacker has begun.
        (fields.clone(), ""),
        (fields.clone(), other.cookie.as_str()),
        (of_other.clone(), own),
        (with(&[("state", "guessed")]), own),
        (with(&[("state", "")]), own),
        (twice, own),
        (Vec::new(), own),
        (fields.clone(), "brisk_sign_in=AAAA"),
    ];
    for (fields, cookie) in &cases {
        let answer = site.back(fields, cookie).await;
        assert_eq!((answer.status, answer.cookie()), (400, None), "{fields:?} {cookie}");
        assert!(answer.body.contains("not begun in this browser"));
    }
    let doubled = format!("{own}; {}", other.cookie);
    assert_eq!(site.back(&fields, &doubled).await.status, 400, "two are none");
    assert_eq!(site.provider.asked("token"), 0, "none of them was looked at");
    let answer = site.back(&fields, own).await;
    assert!(answer.cookie().is_some(), "{}", answer.body);
    assert!(answer.headers.get_all("set-cookie").iter().any(|set| {
        let set = set.to_str().unwrap();
        set.starts_with("brisk_sign_in=;") && set.contains("Max-Age=0")
    }));
    let again = site.back(&fields, own).await;
    assert_eq!((again.status, again.cookie()), (400, None), "once");
    assert_eq!(site.provider.asked("token"), 1);
    // Nor is a cookie of one kind another: it is sealed for what it is for.
    let session = site.world.sign_in("root").await;
    let value = session.split_once('=').unwrap().1;
    assert_eq!(site.back(&of_other, &format!("brisk_sign_in={value}")).await.status, 400);
    site.world.clock.advance(601);
    let late = site.back(&of_other, &other.cookie).await;
    assert_eq!((late.status, late.cookie()), (400, None), "ten minutes are over");
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_of_no_use() {
    let site = Site::new(|_, _| {}).await;
    let (own, other) = (site.begin("/sign-in/openid").await, site.begin("/sign-in/openid").await);
    let mut fields = site.provider.signs_in(&own.to, &ann());
    let of_other = site.provider.signs_in(&other.to, &json!({ "sub": "eve" }));
    // The code of a sign-in that somebody else has begun: its verifier is theirs.
    fields[0].1.clone_from(&of_other[0].1);
    let answer = site.back(&fields, &own.cookie).await;
    assert_eq!((answer.status, answer.cookie()), (502, None));
    // And one that was taken already.
    let first = site.begin("/sign-in/openid").await;
    let taken = site.provider.signs_in(&first.to, &ann());
    assert!(site.back(&taken, &first.cookie).await.cookie().is_some());
    let next = site.begin("/sign-in/openid").await;
    let mut fields = site.provider.signs_in(&next.to, &ann());
    fields[0].1.clone_from(&taken[0].1);
    let answer = site.back(&fields, &next.cookie).await;
    assert_eq!((answer.status, answer.cookie()), (502, None));
}

#[tokio::test]
async fn an_answer_of_another_issuer_is_not_mixed_up() {
    let site = Site::new(|_, _| {}).await;
    let named = async |issuer: Option<&str>| {
        let begun = site.begin("/sign-in/openid").await;
        let mut fields = site.provider.signs_in(&begun.to, &ann());
        fields.retain(|(name, _)| name != "iss");
        fields.extend(issuer.map(|issuer| ("iss".to_owned(), issuer.to_owned())));
        site.back(&fields, &begun.cookie).await.status
    };
    assert_eq!(named(Some("https://accounts.example")).await, 502);
    assert_eq!(named(Some("")).await, 502);
    assert_eq!(named(Some(&site.provider.issuer)).await, 303);
    assert_eq!(named(None).await, 303, "this provider does not say so");
    assert_eq!(site.provider.asked("token"), 2, "nobody else's code was sent anywhere");
    site.provider.names_its_issuer();
    site.world.clock.advance(3_601);
    assert_eq!(named(None).await, 502, "this one always does");
    assert_eq!(named(Some(&site.provider.issuer)).await, 303);
}

#[tokio::test]
async fn what_the_provider_refuses_is_said_in_words_of_ours() {
    let site = Site::new(|_, _| {}).await;
    let begun = site.begin("/sign-in/openid").await;
    let state = site.provider.signs_in(&begun.to, &ann())[1].clone();
    let fields = [
        ("error".to_owned(), "access_denied".to_owned()),
        ("error_description".to_owned(), "Call 0900 for help".to_owned()),
        state,
    ];
    let answer = site.back(&fields, &begun.cookie).await;
    assert_eq!((answer.status, answer.cookie()), (403, None));
    assert!(answer.body.contains("You were not signed in at Example"));
    assert!(!answer.body.contains("0900"), "what stands in an address is anybody's words");
}

#[tokio::test]
async fn keys_are_asked_for_again_when_one_is_unknown_and_not_more_often() {
    let site = Site::new(|_, _| {}).await;
    assert!(site.sign_in(&ann()).await.cookie().is_some());
    assert_eq!((site.provider.asked("metadata"), site.provider.asked("keys")), (1, 1));
    site.provider.takes_another_key("second");
    site.world.clock.advance(11);
    assert!(site.sign_in(&ann()).await.cookie().is_some(), "a key that is new");
    assert_eq!((site.provider.asked("metadata"), site.provider.asked("keys")), (1, 2));
    site.provider.lies(Lie::UnknownKey);
    for _ in 0..5 {
        assert_eq!(site.sign_in(&ann()).await.status, 502);
    }
    assert_eq!(site.provider.asked("keys"), 2, "it was asked a moment ago");
    site.provider.lies(Lie::None);
    assert!(site.sign_in(&ann()).await.cookie().is_some());
    for _ in 0..3 {
        site.begin("/sign-in/openid").await;
    }
    assert_eq!(site.provider.asked("metadata"), 1);
    site.world.clock.advance(3_601);
    site.begin("/sign-in/openid").await;
    assert_eq!(site.provider.asked("metadata"), 2, "after an hour");
    site.world.clock.advance(3_601);
    site.provider.answers(Manner::Error);
    site.begin("/sign-in/openid").await;
    site.begin("/sign-in/openid").await;
    assert_eq!(site.provider.asked("metadata"), 3, "what was known goes on, and it is asked once");
}

#[tokio::test]
async fn a_provider_that_misbehaves_costs_a_sentence_and_is_left_alone() {
    for (manner, status, why) in [
        (Manner::Huge, 503, "cannot be reached"),
        (Manner::Redirects, 503, "cannot be reached"),
        (Manner::Error, 503, "cannot be reached"),
        (Manner::Html, 503, "cannot be reached"),
        (Manner::Impostor, 502, "cannot be trusted"),
        (Manner::Plain, 502, "cannot be trusted"),
    ] {
        let site = Site::new(|_, _| {}).await;
        site.provider.answers(manner);
        for _ in 0..3 {
            let answer = site.world.get("/sign-in/openid", "").await;
            assert_eq!(
                (answer.status, answer.given("brisk_sign_in")),
                (status, None),
                "{manner:?}"
            );
            assert!(answer.body.contains(why), "{manner:?}: {}", answer.body);
            assert!(answer.body.contains("name=\"password\""), "another way stays open");
        }
        assert_eq!(site.provider.asked("metadata"), 1, "{manner:?}: it is left alone for a while");
        site.provider.answers(Manner::Usual);
        site.world.clock.advance(6);
        assert!(site.sign_in(&ann()).await.cookie().is_some(), "{manner:?}: and used again");
    }
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_waited_for_so_long_and_no_longer() {
    let site = Site::new(|_, provider| provider.timeout = Duration::from_secs(2)).await;
    let begun = site.begin("/sign-in/openid").await;
    let fields = site.provider.signs_in(&begun.to, &ann());
    site.provider.answers(Manner::Never);
    let answer = site.back(&fields, &begun.cookie).await;
    assert_eq!((answer.status, answer.cookie()), (503, None));
    assert!(answer.body.contains("Example cannot be reached"));
    site.world.clock.advance(90_000);
    let asked = site.provider.asked("metadata");
    let all = (0..8).map(|_| site.world.get("/sign-in/openid", ""));
    let answers = futures::future::join_all(all).await;
    assert!(answers.iter().all(|answer| answer.status == 503));
    assert_eq!(site.provider.asked("metadata"), asked + 1, "once for all who wait");
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
