//! A server whose people sign in at a provider, and their way there and back.

use crate::auth::provider::TestProvider;
use crate::auth::world::{Answer, NOW, World, request};
use brisk_accounts::rules::Rule;
use brisk_accounts::{Identity, Role, Rules};
use brisk_domain::view::query_string;
use brisk_domain::{AttributeName, TeamName};
use brisk_server::auth::openid::settings::ProviderSettings;
use brisk_server::auth::settings::AuthSettings;
use http::{HeaderValue, Request};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) const CALLBACK: &str = "/sign-in/openid/callback";

/// A server whose people sign in at a provider.
pub(super) struct Site {
    pub(super) world: World,
    pub(super) provider: TestProvider,
}

/// A sign-in that has begun: where the browser is sent, and the cookie that it has.
pub(super) struct Begun {
    pub(super) to: String,
    pub(super) cookie: String,
}

impl Site {
    pub(super) async fn new(change: impl FnOnce(&mut AuthSettings, &mut ProviderSettings)) -> Self {
        let site = Self::without_admin(change).await;
        site.world.person("root", Role::Admin, &[]).await;
        site
    }

    pub(super) async fn without_admin(
        change: impl FnOnce(&mut AuthSettings, &mut ProviderSettings),
    ) -> Self {
        Self::over(TestProvider::start().await, change).await
    }

    pub(super) async fn over(
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
    pub(super) async fn begin(&self, path: &str) -> Begun {
        let answer = self.world.get(path, "").await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let set = answer.header("set-cookie");
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
        let cookie = answer.given("brisk_sign_in").expect("what is under way is kept");
        Begun { to: answer.header("location").to_owned(), cookie }
    }

    /// Comes back with these parameters, as browsers do from another site.
    pub(super) async fn back(&self, fields: &[(String, String)], cookie: &str) -> Answer {
        self.world.ask(coming(&format!("{CALLBACK}{}", query_string(fields)), cookie)).await
    }

    /// The whole way, there and back.
    pub(super) async fn sign_in(&self, claims: &Value) -> Answer {
        let begun = self.begin("/sign-in/openid").await;
        let fields = self.provider.signs_in(&begun.to, claims);
        self.back(&fields, &begun.cookie).await
    }

    pub(super) async fn account(&self, subject: &str) -> Option<brisk_accounts::Account> {
        let identity = Identity::new(&self.provider.issuer, subject).unwrap();
        self.world.store.account_of(&identity).await.unwrap()
    }

    pub(super) async fn actions(&self) -> Vec<String> {
        let log = self.world.store.audit(&Default::default(), 100).await.unwrap();
        let lines = log.iter().rev();
        lines.map(|line| format!("{}: {}", line.record.actor.name, line.record.action)).collect()
    }
}

/// A request as browsers send it when another site's answer leads here.
pub(super) fn coming(path: &str, cookie: &str) -> Request<axum::body::Body> {
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

pub(super) fn ann() -> Value {
    json!({
        "sub": "248289761001",
        "preferred_username": "Ann",
        "name": "Ann Lee",
        "email": "ann@example.com",
        "groups": ["sellers"],
    })
}

pub(super) fn team(name: &str) -> TeamName {
    TeamName::parse(name).unwrap()
}

pub(super) fn by_group(group: &str, rule: Rule) -> Rule {
    Rule { claim: "groups".into(), values: [group.to_owned()].into(), ..rule }
}

/// These groups put their members in a team, or make them editors.
pub(super) fn rules() -> Rules {
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
