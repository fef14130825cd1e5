//! Signing in at `oidc-provider`, a provider written by others, with its own pages.

use super::world::{World, request};
use brisk_accounts::rules::Rule;
use brisk_accounts::{Role, Rules};
use brisk_domain::{Clock, view};
use brisk_outgoing::AllowedNames;
use brisk_server::auth::openid::settings::{ProviderSettings, SignUp};
use brisk_server::auth::settings::AuthSettings;
use brisk_server::system_clock::SystemClock;
use brisk_test_waiting::wait_for;
use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// The provider's process; it ends with its input, and with the test.
struct Process {
    issuer: String,
    child: Child,
}

impl Process {
    /// None with `--quick`, where nothing besides Rust may be needed.
    async fn start(redirect: &str, signed_out: &str) -> Option<Self> {
        if std::env::var_os("BRISK_TEST_QUICK").is_some() {
            return None;
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut command = Command::new("node");
        command.arg(root.join("end2end/provider/provider.mjs")).args([redirect, signed_out]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("node: cargo xtask test installs all");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let process = Self { issuer: String::new(), child };
        let (said, mut ready) = tokio::sync::mpsc::unbounded_channel();
        // To its end: a process that prints into a closed pipe dies of it.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = line.strip_prefix("ready ").map(|issuer| said.send(issuer.to_owned()));
            }
        });
        let issuer = wait_for("the provider is ready", ready.recv()).await;
        let issuer = issuer.expect("the provider starts: cargo xtask test installs its package");
        Some(process.called(issuer))
    }

    /// Brisk's settings for it.
    fn settings(&self) -> ProviderSettings {
        ProviderSettings {
            issuer: self.issuer.clone(),
            client_id: "brisk".into(),
            client_secret: Some("a secret that both know, which is long enough".into()),
            scopes: vec!["profile".into(), "groups".into()],
            name: "Example".into(),
            name_claim: "preferred_username".into(),
            sign_up: SignUp::Everyone,
            rules: Rules::default(),
            has_second_factor: false,
            ends_session: true,
            ca: None,
            allow: AllowedNames::default(),
            timeout: Duration::from_secs(30),
        }
    }

    fn called(mut self, issuer: String) -> Self {
        self.issuer = issuer;
        self
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The browser's side: cookies of the provider, by name and path.
struct Browser {
    client: Client<HttpConnector, Full<Bytes>>,
    cookies: Vec<(String, String, String)>,
    /// How often the provider asked who is there.
    asked: usize,
}

struct Shown {
    location: Option<String>,
    body: String,
}

impl Shown {
    /// Where the form that ends a session goes, and what it sends.
    fn ending(&self) -> (String, String) {
        let between = |before: &str| {
            let rest = self.body.split_once(before).unwrap_or_else(|| panic!("{}", self.body)).1;
            rest.split('"').next().unwrap().to_owned()
        };
        let (action, secret) = (between("action=\""), between("name=\"xsrf\" value=\""));
        (action, format!("xsrf={secret}&logout=yes"))
    }
}

impl Browser {
    fn new() -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, cookies: Vec::new(), asked: 0 }
    }

    async fn open(&mut self, address: &str, form: Option<&str>) -> Shown {
        let uri: http::Uri = address.parse().unwrap();
        let path = uri.path().to_owned();
        let held = self.cookies.iter().filter(|(_, _, at)| path.starts_with(at.as_str()));
        let held: Vec<String> = held.map(|(name, value, _)| format!("{name}={value}")).collect();
        let method = if form.is_some() { "POST" } else { "GET" };
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header(header::COOKIE, held.join("; "))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(form.unwrap_or_default().to_owned())))
            .unwrap();
        let answer =
            wait_for(format!("an answer of {path}"), self.client.request(request)).await.unwrap();
        let (head, body) = answer.into_parts();
        for set in head.headers.get_all(header::SET_COOKIE) {
            let text = set.to_str().unwrap();
            let (pair, rest) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').unwrap();
            let at =
                rest.split(';').find_map(|part| part.trim().strip_prefix("path=")).unwrap_or("/");
            self.cookies.retain(|(known, _, path)| (known.as_str(), path.as_str()) != (name, at));
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned(), at.to_owned()));
            }
        }
        let location = head.headers.get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let body = body.collect().await.unwrap().to_bytes();
        Shown { location, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// Signs in as `name` at `to`, where the server has redirected; the answer is where the provider
    /// leads back to.
    async fn sign_in(&mut self, issuer: &str, to: &str, name: &str, back: &str) -> String {
        let mut here = to.to_owned();
        let mut form: Option<String> = None;
        for _ in 0..12 {
            let shown = self.open(&here, form.take().as_deref()).await;
            if let Some(to) = shown.location {
                if to.starts_with(back) {
                    return to;
                }
                here = if to.starts_with('/') { format!("{issuer}{to}") } else { to };
                continue;
            }
            if shown.body.contains("/session/end/confirm") {
                // Somebody else was signed in: that session ends first.
                let (action, body) = shown.ending();
                (here, form) = (action, Some(body));
                continue;
            }
            let prompt = ["login", "consent"]
                .into_iter()
                .find(|prompt| shown.body.contains(&format!("name=\"prompt\" value=\"{prompt}\"")));
            form = Some(match prompt {
                Some("login") => {
                    self.asked += 1;
                    format!("prompt=login&login={name}&password=x")
                }
                Some(_) => "prompt=consent".to_owned(),
                None => panic!("{here} shows something else: {}", shown.body),
            });
        }
        panic!("{here} leads round and round")
    }

    /// Signs out at `to`, where the server has redirected; the answer is where the provider leads back
    /// to.
    async fn sign_out(&mut self, to: &str) -> String {
        let (action, form) = self.open(to, None).await.ending();
        self.open(&action, Some(&form)).await.location.expect("it leads back")
    }
}

#[tokio::test]
async fn people_sign_in_at_a_provider_that_others_have_written() {
    let base = AuthSettings::default().base;
    let callback = format!("{base}/sign-in/openid/callback");
    let signed_out = format!("{base}/sign-in");
    let Some(process) = Process::start(&callback, &signed_out).await else { return };
    let it = Rule {
        claim: "groups".into(),
        values: ["it".to_owned()].into(),
        role: Some(Role::Admin),
        ..Rule::default()
    };
    let provider = ProviderSettings { rules: Rules(vec![it]), ..process.settings() };
    let settings = AuthSettings {
        provider: Some(Arc::new(provider)),
        has_passwords: false,
        ..AuthSettings::default()
    };
    // It uses the machine's clock.
    let world = World::signing_in(settings, SystemClock.now()).await;
    world.person("root", Role::Admin, &[]).await;
    let come = async |browser: &mut Browser, name: &str| {
        let begun = world.get("/sign-in/openid?back=/d/everyone", "").await;
        assert_eq!(begun.status, 303, "{}", begun.body);
        let to = begun.header("location").to_owned();
        let back = browser.sign_in(&process.issuer, &to, name, &callback).await;
        let path = back.strip_prefix(&base).unwrap().to_owned();
        let cookie = begun.given("brisk_sign_in").unwrap();
        let answer = world.ask(request("GET", &path, &cookie, "")).await;
        (path, cookie, answer)
    };
    let mut first = Browser::new();
    let (path, cookie, answer) = come(&mut first, "it-lee").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/d/everyone"), "{}", answer.body);
    let session = answer.cookie().expect("a session");
    assert_eq!(world.get("/admin/people", &session).await.status, 200, "its groups are known");
    let fields = view::parse_query(path.split_once('?').unwrap().1);
    assert!(fields.iter().any(|(name, value)| name == "iss" && *value == process.issuer));
    let again = world.get(&path, &cookie).await;
    assert_eq!((again.status, again.cookie()), (400, None), "once");
    // Somebody who is signed in there comes back without typing anything, to the same account.
    let (_, _, answer) = come(&mut first, "it-lee").await;
    let session = answer.cookie().expect("a session");
    assert_eq!(first.asked, 1, "once");
    // Signing out ends the session there as well: it asks again who is there.
    let answer = world.post("/sign-out", &session, "").await;
    let to = answer.header("refresh").strip_prefix("0; url=").expect("it leads there").to_owned();
    assert!(to.contains("id_token_hint=ey"), "{to}");
    assert_eq!(first.sign_out(&to).await, signed_out);
    assert_eq!(world.get("/profile", &session).await.status, 401);
    let (_, _, answer) = come(&mut first, "it-lee").await;
    assert_eq!((first.asked, answer.cookie().is_some()), (2, true), "{}", answer.body);
    let (_, _, answer) = come(&mut Browser::new(), "ann").await;
    let session = answer.cookie().expect("a session");
    assert_eq!(world.get("/admin/people", &session).await.status, 404);
    assert_eq!(world.get("/d/everyone", &session).await.status, 200);
    let names: Vec<String> = world
        .store
        .accounts()
        .await
        .unwrap()
        .iter()
        .map(|account| account.name.to_string())
        .collect();
    assert_eq!(names, ["ann", "it-lee", "root"]);
}

#[tokio::test]
async fn an_account_is_connected_at_a_provider_that_others_have_written() {
    let base = AuthSettings::default().base;
    let callback = format!("{base}/sign-in/openid/callback");
    let signed_out = format!("{base}/sign-in");
    let Some(process) = Process::start(&callback, &signed_out).await else { return };
    let settings =
        AuthSettings { provider: Some(Arc::new(process.settings())), ..AuthSettings::default() };
    let world = World::signing_in(settings, SystemClock.now()).await;
    world.person("root", Role::Admin, &[]).await;
    let id = world.person("lee", Role::Viewer, &[]).await;
    let session = world.sign_in("lee").await;
    let mut browser = Browser::new();
    // Somebody else is signed in there in the same browser, and is not taken for the viewer.
    let begun = world.get("/sign-in/openid", "").await;
    browser.sign_in(&process.issuer, begun.header("location"), "ben", &callback).await;
    let form = format!("do=connect&connect_current={}", super::world::PASSWORD);
    let answer = world.post("/profile", &session, &form).await;
    let to = answer.header("refresh").strip_prefix("0; url=").expect("it leads there").to_owned();
    let back = browser.sign_in(&process.issuer, &to, "it-lee", &callback).await;
    assert!(browser.asked > 1, "it asks who sits there now");
    let cookies = format!("{}; {session}", answer.given("brisk_sign_in").unwrap());
    let path = back.strip_prefix(&base).unwrap();
    let answer = world.ask(request("GET", path, &cookies, "")).await;
    assert_eq!(answer.header("location"), "/profile?done=connected", "{}", answer.body);
    let identities = world.store.identities_of(&id).await.unwrap();
    let subjects: Vec<&str> = identities.iter().map(|identity| identity.subject()).collect();
    assert_eq!(subjects, ["it-lee"]);
}
