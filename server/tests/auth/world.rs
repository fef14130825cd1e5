//! A server with dashboards for everybody, for people who have signed in, and for a team; and its
//! people.

use crate::fixture;
use axum::Router;
use axum::body::Body;
use brisk_accounts::account::Attributes;
use brisk_accounts::{Account, AccountId, LoginName, Role, Scopes, password_hash, token};
use brisk_bench::servers::redis::Redis;
use brisk_cache::{Records, RedisConfig};
use brisk_domain::{AttributeName, Clock, FolderName, ManualClock, Selection, TeamName, Timestamp};
use brisk_engine::Engine;
use brisk_engine::load::Sources;
use brisk_server::administration::app_source_rules::Places;
use brisk_server::administration::app_sources::AppSources;
use brisk_server::auth::settings::AuthSettings;
use brisk_server::auth::state::Auth;
use brisk_server::config::{AccountLimits, AppSourceRules};
use brisk_server::hooks::Hooks;
use brisk_server::router::router;
use brisk_source::Limits;
use brisk_store::{AccountChange, Actor, Changed, Editor, Store, TokenRecord};
use brisk_test_stores::TestStore;
use brisk_test_waiting::{LIMIT, wait_for};
use http::{HeaderMap, Request, header};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tower::ServiceExt;

pub(crate) const PASSWORD: &str = "wet green umbrellas";
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_321_444_800);

/// Made once: it takes a while.
static HASH: LazyLock<String> = LazyLock::new(|| password_hash::hash(PASSWORD).unwrap());

pub(crate) struct World {
    pub(crate) app: Router,
    pub(crate) auth: Auth,
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) records: Option<Arc<Records>>,
    test: Arc<TestStore>,
    pub(crate) folder: Arc<tempfile::TempDir>,
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

/// A dashboard of one panel.
pub(crate) fn dashboard(title: &str, access: &str, sql: &str) -> String {
    format!(
        "title = \"{title}\"\nsource = \"shop\"\nrange = \"last 7 days\"\n{access}\n[[panel]]\nid = \
         \"one\"\ntitle = \"One\"\nkind = \"table\"\nsql = \"{sql}\"\n"
    )
}

/// Those of every world.
fn dashboards() -> [(&'static str, String); 6] {
    let tenant = dashboard("Tenant", "", "select :user.tenant as tenant");
    let broken = dashboard("Broken", "", "select salary from hidden_salaries");
    let folder = "title = \"Sales folder\"\naccess = [\"team:sales\"]\n".to_owned();
    let public = dashboard("Public", "access = \"public\"", "select 'open' as word");
    let everyone = dashboard("Everyone", "", "select 'inside' as word");
    let team = dashboard("Team", "", "select 'secret' as word");
    [
        ("public.toml", public),
        ("everyone.toml", everyone),
        ("sales/folder.toml", folder),
        ("sales/team.toml", team),
        ("tenant.toml", tenant),
        ("broken.toml", broken),
    ]
}

/// What servers have in common.
struct Place {
    test: Arc<TestStore>,
    store: Store,
    folder: Arc<tempfile::TempDir>,
    clock: Arc<ManualClock>,
}

impl Place {
    async fn new<N: AsRef<str>>(files: &[(N, String)], test: TestStore, now: Timestamp) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("dashboards")).unwrap();
        for (name, text) in files {
            let path = folder.path().join("dashboards").join(name.as_ref());
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        fixture::write(&folder.path().join("shop.sqlite"), "create table t (x)").await;
        let (clock, store) = (Arc::new(ManualClock::at(now)), test.store.clone());
        Self { test: Arc::new(test), store, folder: Arc::new(folder), clock }
    }

    fn served(self, settings: AuthSettings, limits: AccountLimits, redis: Option<&Redis>) -> World {
        let Self { test, store, folder, clock } = self;
        let source = fixture::source("shop", &folder.path().join("shop.sqlite"), Limits::default());
        let any: Arc<dyn Clock> = clock.clone();
        let directory = folder.path().join("dashboards");
        let sources = Sources::from([source]);
        let state = fixture::state(&directory, sources.clone(), Arc::clone(&any));
        let state = fixture::with_account_limits(state, limits);
        let places = Places::new(AppSourceRules::default(), folder.path());
        let added = Arc::new(AppSources::new(sources, places, folder.path()));
        let records = redis.map(|redis| {
            let config = RedisConfig { timeout: LIMIT / 4, ..RedisConfig::parse(&redis.url()) };
            Arc::new(Records::new(config, any.clone()).unwrap())
        });
        let auth = match &records {
            Some(records) => Auth::sharing(store.clone(), Arc::clone(records), any, settings),
            None => Auth::over(store.clone(), any, settings),
        };
        let engine = Arc::clone(state.service.engine());
        let hooks = Hooks::new(Arc::clone(&engine), clock.clone(), BTreeMap::new());
        let state = state.with_auth(auth.clone()).with_store(store.clone());
        let state = state.with_hooks(Arc::new(hooks.with_store(store.clone())));
        let state = state.with_app_sources(added);
        let app = router(state, folder.path());
        World { app, auth, store, clock, engine, records, test, folder }
    }
}

impl World {
    /// Where its store is.
    pub(crate) fn test(&self) -> &TestStore {
        &self.test
    }

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

    /// The same, where people sign in in another way, at another time.
    pub(crate) async fn signing_in(settings: AuthSettings, now: Timestamp) -> Self {
        let test = TestStore::sqlite().await;
        let place = Place::new(&dashboards(), test, now).await;
        place.served(settings, AccountLimits::default(), None)
    }

    /// A server over these files of dashboards, with these limits of accounts.
    pub(crate) async fn over<N: AsRef<str>>(files: &[(N, String)], limits: AccountLimits) -> Self {
        let place = Place::new(files, TestStore::sqlite().await, NOW).await;
        place.served(AuthSettings::default(), limits, None)
    }

    /// A server with an admin, `root`, over that store and Redis.
    pub(crate) async fn sharing(test: TestStore, redis: &Redis) -> Self {
        let place = Place::new(&dashboards(), test, NOW).await;
        let world = place.served(AuthSettings::default(), AccountLimits::default(), Some(redis));
        world.person("root", Role::Admin, &[]).await;
        world
    }

    /// Another server over the same.
    pub(crate) async fn replica(&self, redis: &Redis) -> Self {
        let (test, store) = (Arc::clone(&self.test), self.test.again().await);
        let (folder, clock) = (Arc::clone(&self.folder), Arc::clone(&self.clock));
        let place = Place { test, store, folder, clock };
        place.served(AuthSettings::default(), AccountLimits::default(), Some(redis))
    }

    /// A person with the password that all have.
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

    /// Gives a folder to `editor` (`team:sales`, an account's name).
    pub(crate) async fn give(&self, folder: Option<&str>, editor: &str) {
        let folder = folder.map(|name| FolderName::parse(name).unwrap());
        let editor = match editor.strip_prefix("team:") {
            Some(team) => Editor::Team(TeamName::parse(team).unwrap()),
            None => {
                let name = LoginName::parse(editor).unwrap();
                Editor::Account(self.store.account_named(&name).await.unwrap().unwrap().id)
            }
        };
        let mut editors = self.store.folder_editors().await.unwrap();
        let mut editors = editors.remove(&folder).unwrap_or_default();
        editors.insert(editor);
        let changed =
            self.store.change_folder_editors(folder.as_ref(), &editors, &actor(), NOW).await;
        changed.unwrap();
        self.auth.refresh().await.unwrap();
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
        assert!(self.store.add_token(&record, 100, &actor()).await.unwrap());
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

    /// The status alone, for answers that may never end.
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
