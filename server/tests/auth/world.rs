//! A server with dashboards for everybody, for who has signed in, and for a team; and its people.

use crate::fixture;
use axum::Router;
use axum::body::Body;
use brisk_accounts::account::Attributes;
use brisk_accounts::{Account, AccountId, LoginName, Role, Scopes, password, token};
use brisk_domain::{AttributeName, Clock, ManualClock, Selection, TeamName, Timestamp};
use brisk_engine::load::Sources;
use brisk_server::auth::settings::AuthSettings;
use brisk_server::auth::state::Auth;
use brisk_server::router::router;
use brisk_source::Limits;
use brisk_store::{AccountChange, Actor, Changed, Store, TokenRecord};
use brisk_test_stores::TestStore;
use brisk_test_waiting::wait_for;
use http::{HeaderMap, Request, header};
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tower::ServiceExt;

pub(crate) const PASSWORD: &str = "wet green umbrellas";
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_321_444_800);

/// Made once: it takes a while.
static HASH: LazyLock<String> = LazyLock::new(|| password::hash(PASSWORD).unwrap());

pub(crate) struct World {
    pub(crate) app: Router,
    pub(crate) auth: Auth,
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    test: TestStore,
    folder: tempfile::TempDir,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The session's cookie that it sets, as browsers send it back.
    pub(crate) fn cookie(&self) -> Option<String> {
        self.given("brisk_session")
    }

    /// The cookie of that name that it sets, as browsers send it back.
    pub(crate) fn given(&self, name: &str) -> Option<String> {
        let set = self.headers.get_all(header::SET_COOKIE).iter();
        let pairs = set.map(|value| value.to_str().unwrap().split(';').next().unwrap().to_owned());
        let mut own =
            pairs.filter(|pair| pair.starts_with(&format!("{name}=")) && !pair.ends_with('='));
        own.next()
    }
}

fn dashboard(title: &str, access: &str, sql: &str) -> String {
    format!(
        "title = \"{title}\"\nsource = \"shop\"\nrange = \"last 7 days\"\n{access}\n[[panel]]\nid = \
         \"one\"\ntitle = \"One\"\nkind = \"table\"\nsql = \"{sql}\"\n"
    )
}

fn server(
    folder: &Path,
    store: Store,
    clock: Arc<ManualClock>,
    settings: AuthSettings,
) -> (Router, Auth) {
    let source = fixture::source("shop", &folder.join("shop.sqlite"), Limits::default());
    let any: Arc<dyn Clock> = clock;
    let state = fixture::state(&folder.join("dashboards"), Sources::from([source]), any.clone());
    let auth = Auth::over(store.clone(), any, settings);
    let state = state.with_auth(auth.clone()).with_store(store);
    (router(state, folder), auth)
}

impl World {
    /// A server that has an admin, `root`.
    pub(crate) async fn new() -> Self {
        let world = Self::without_admin().await;
        world.person("root", Role::Admin, &[]).await;
        world
    }

    /// A server that has none.
    pub(crate) async fn without_admin() -> Self {
        Self::signing_in(AuthSettings::default(), NOW).await
    }

    /// The same, where people sign in in another way, and at another time.
    pub(crate) async fn signing_in(settings: AuthSettings, now: Timestamp) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = TestStore::sqlite().await;
        let file = |name: &str, text: &str| {
            let path = folder.path().join("dashboards").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        file("public.toml", &dashboard("Public", "access = \"public\"", "select 'open' as word"));
        file("everyone.toml", &dashboard("Everyone", "", "select 'inside' as word"));
        file("sales/folder.toml", "title = \"Sales folder\"\naccess = [\"team:sales\"]\n");
        file("sales/team.toml", &dashboard("Team", "", "select 'secret' as word"));
        let tenant = dashboard("Tenant", "", "select :user.tenant as tenant");
        file("tenant.toml", &tenant);
        let broken = dashboard("Broken", "", "select salary from hidden_salaries");
        file("broken.toml", &broken);
        let database = folder.path().join("shop.sqlite");
        fixture::write(&database, "create table t (x)").await;
        let clock = Arc::new(ManualClock::at(now));
        let (app, auth) = server(folder.path(), store.store.clone(), clock.clone(), settings);
        Self { app, auth, store: store.store.clone(), clock, test: store, folder }
    }

    /// Another server over the same store and dashboards.
    pub(crate) async fn replica(&self, settings: AuthSettings) -> Router {
        let store = self.test.again().await;
        server(self.folder.path(), store, self.clock.clone(), settings).0
    }

    /// A person with the password of all.
    pub(crate) async fn person(&self, name: &str, role: Role, teams: &[&str]) -> AccountId {
        let account = Account {
            id: AccountId::random(),
            name: LoginName::parse(name).unwrap(),
            full_name: name.to_owned(),
            role,
            is_disabled: false,
            teams: teams.iter().map(|team| TeamName::parse(team).unwrap()).collect(),
            attributes: Attributes::new(),
            password: Some(HASH.clone()),
            authenticator: None,
            created_at: NOW,
            signed_in_at: None,
        };
        assert_eq!(self.store.add_account(&account, &actor()).await.unwrap(), Changed::Done);
        self.auth.refresh().await.unwrap();
        account.id
    }

    /// A person with a tenant.
    pub(crate) async fn tenant(&self, name: &str, tenant: &str) -> AccountId {
        let id = self.person(name, Role::Viewer, &[]).await;
        let attribute = AttributeName::parse("tenant").unwrap();
        let attributes = Attributes::from([(attribute, Selection::of([tenant.to_owned()]))]);
        self.change(&id, AccountChange::Attributes(attributes)).await;
        id
    }

    pub(crate) async fn change(&self, id: &AccountId, to: AccountChange) {
        let changed = self.store.change_account(id, &to, &actor(), NOW).await.unwrap();
        assert_eq!(changed, Changed::Done);
        self.auth.refresh().await.unwrap();
    }

    /// The cookie of a new session.
    pub(crate) async fn sign_in(&self, name: &str) -> String {
        let answer = self.post("/sign-in", "", &format!("name={name}&password={PASSWORD}")).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.cookie().expect("a session")
    }

    /// A token's header.
    pub(crate) async fn token(&self, owner: &AccountId, scopes: &str, life: Duration) -> String {
        let (text, hash) = token::random();
        let record = TokenRecord {
            id: hash.chars().take(16).collect(),
            hash,
            account: owner.clone(),
            name: scopes.to_owned(),
            scopes: Scopes::parse(scopes).unwrap(),
            attributes: None,
            created_at: NOW,
            expires_at: self.clock.now().after(life),
            used_at: None,
        };
        self.store.add_token(&record, &actor()).await.unwrap();
        self.auth.refresh().await.unwrap();
        text
    }

    pub(crate) async fn get(&self, path: &str, who: &str) -> Answer {
        self.ask(request("GET", path, who, "")).await
    }

    pub(crate) async fn post(&self, path: &str, who: &str, form: &str) -> Answer {
        self.ask(request("POST", path, who, form)).await
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        let (status, headers, body) = fixture::ask(&self.app, request).await;
        Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// The status alone, of answers that may never end.
    pub(crate) async fn status(&self, request: Request<Body>) -> u16 {
        let what = format!("an answer to {} {}", request.method(), request.uri());
        let response = wait_for(what, self.app.clone().oneshot(request)).await.unwrap();
        response.status().as_u16()
    }
}

/// A request with a session's cookie, a token, or nothing.
pub(crate) fn request(method: &str, path: &str, who: &str, form: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    let request = match who {
        "" => request,
        token if token.starts_with("brisk_") && !token.contains('=') => {
            request.header("authorization", format!("Bearer {token}"))
        }
        cookie => request.header("cookie", cookie),
    };
    let form = form.replace(' ', "+");
    request.body(Body::from(form)).unwrap()
}

pub(crate) fn actor() -> Actor {
    Actor { name: "the test".into(), address: String::new() }
}
