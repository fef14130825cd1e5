//! A small OpenID provider that can lie: the test decides what it answers.

use super::world::NOW;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use brisk_accounts::Rules;
use brisk_domain::view::parse_query;
use brisk_domain::{Clock, ManualClock, Timestamp};
use brisk_outgoing::AllowedNames;
use brisk_server::auth::openid::settings::{ProviderSettings, SignUp};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

pub(crate) const CLIENT: &str = "brisk";
pub(crate) const SECRET: &str = "what only both know";

/// What is wrong with the provider's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lie {
    None,
    Nonce,
    NoNonce,
    Issuer,
    Audience,
    MoreAudiences,
    Party,
    Expired,
    FromTheFuture,
    /// `alg: none`, without a signature.
    Unsigned,
    /// The same with the signature of a valid token.
    UnsignedWithSignature,
    /// HS256 with the client's secret, which both sides know.
    ClientSecret,
    /// HS256 with the public key as secret.
    PublicKey,
    /// Another key with the id of the provider's.
    OtherKey,
    /// Another key with an unknown id.
    UnknownKey,
    /// Another key that the token itself brings along.
    OwnKey,
    /// The claims of another token under a good signature.
    Swapped,
    NoToken,
    NoSubject,
    LongSubject,
    Nonsense,
    /// User info about somebody else.
    OtherSubject,
    /// An access token that cannot be a header.
    Unsendable,
}

/// How its endpoints answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Usual,
    Never,
    Redirects,
    Huge,
    Html,
    Error,
    /// As another issuer.
    Impostor,
    /// With a token endpoint elsewhere that is not over TLS.
    Plain,
    /// With blanks that do not end.
    Endless,
    /// The same, one at a time.
    Trickle,
    /// With brackets in brackets.
    Deep,
    /// With thousands of other keys.
    ManyKeys,
}

/// The provider.
#[derive(Clone)]
pub(crate) struct TestProvider {
    pub(crate) issuer: String,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    clock: Arc<dyn Clock>,
    keys: Vec<Key>,
    lie: Lie,
    manner: Manner,
    /// The endpoint that is meant; all, where there is none.
    manner_at: Option<&'static str>,
    /// Pieces of answers without end.
    pieces: usize,
    names_issuer: bool,
    end_session: Option<&'static str>,
    token_at: Option<String>,
    codes: HashMap<String, Grant>,
    tokens: HashMap<String, Value>,
    asked: HashMap<&'static str, usize>,
    count: u64,
}

struct Key {
    id: String,
    pair: EcdsaKeyPair,
}

struct Grant {
    nonce: String,
    challenge: String,
    redirect: String,
    claims: Value,
}

impl Key {
    fn random(id: &str) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
        Self { id: id.to_owned(), pair }
    }

    fn public(&self) -> Value {
        // 4, x, y
        let point = self.pair.public_key().as_ref();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id, "x": x, "y": y })
    }

    fn sign(&self, text: &str) -> String {
        let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        URL_SAFE_NO_PAD.encode(signature.as_ref())
    }
}

impl TestProvider {
    /// A provider whose time stands still until it uses somebody's clock.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let provider = Self::called(format!("http://{}", listener.local_addr().unwrap()));
        tokio::spawn(axum::serve(listener, provider.routes()).into_future());
        provider
    }

    /// The same over TLS, with a folder in which `ca.pem` is the certificate of its issuer.
    pub(crate) async fn start_over_tls() -> (Self, TempDir) {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Authority of a test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
        let algorithms = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(algorithms)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let provider = Self::called(format!("https://localhost:{port}"));
        let routes = provider.routes();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, routes) = (acceptor.clone(), routes.clone());
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let service = TowerToHyperService::new(routes);
                    let connection = http1::Builder::new();
                    let _ = connection.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        (provider, folder)
    }

    fn called(issuer: String) -> Self {
        let inner = Inner {
            clock: Arc::new(ManualClock::at(NOW)),
            keys: vec![Key::random("first")],
            lie: Lie::None,
            manner: Manner::Usual,
            manner_at: None,
            pieces: 0,
            names_issuer: false,
            end_session: None,
            token_at: None,
            codes: HashMap::new(),
            tokens: HashMap::new(),
            asked: HashMap::new(),
            count: 0,
        };
        Self { issuer, inner: Arc::new(Mutex::new(inner)) }
    }

    fn routes(&self) -> Router {
        Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/me", get(user_info))
            .with_state(self.clone())
    }

    /// The settings of a server that uses it.
    pub(crate) fn settings(&self) -> ProviderSettings {
        ProviderSettings {
            issuer: self.issuer.clone(),
            client_id: CLIENT.into(),
            client_secret: Some(SECRET.into()),
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

    pub(crate) fn lives_by(&self, clock: Arc<dyn Clock>) {
        self.inner().clock = clock;
    }

    pub(crate) fn lies(&self, lie: Lie) {
        self.inner().lie = lie;
    }

    pub(crate) fn answers(&self, manner: Manner) {
        let mut inner = self.inner();
        (inner.manner, inner.manner_at) = (manner, None);
    }

    /// The same at one endpoint; the others answer as usual.
    pub(crate) fn answers_at(&self, endpoint: &'static str, manner: Manner) {
        let mut inner = self.inner();
        (inner.manner, inner.manner_at) = (manner, Some(endpoint));
    }

    /// How many pieces of answers without end were taken.
    pub(crate) fn pieces(&self) -> usize {
        self.inner().pieces
    }

    /// An answer of blanks without end.
    fn endless(&self, piece: &'static [u8], pause: Duration) -> Response {
        let provider = self.clone();
        let pieces = futures::stream::unfold((), move |()| {
            let provider = provider.clone();
            async move {
                tokio::time::sleep(pause).await;
                provider.inner().pieces += 1;
                Some((Ok::<_, std::convert::Infallible>(piece), ()))
            }
        });
        let json = [(header::CONTENT_TYPE, "application/json")];
        (json, axum::body::Body::from_stream(pieces)).into_response()
    }

    /// Declares that sessions end at that address, where `ISSUER` is its own.
    pub(crate) fn ends_sessions_at(&self, address: &'static str) {
        self.inner().end_session = Some(address);
    }

    /// Declares that codes are exchanged at that address.
    pub(crate) fn takes_codes_at(&self, address: String) {
        self.inner().token_at = Some(address);
    }

    /// Answers at another port of the same address, too.
    pub(crate) async fn at_another_port(&self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(axum::serve(listener, self.routes()).into_future());
        port
    }

    pub(crate) fn names_its_issuer(&self) {
        self.inner().names_issuer = true;
    }

    /// Signs with another key from now on, which replaces those before.
    pub(crate) fn takes_another_key(&self, id: &str) {
        self.inner().keys = vec![Key::random(id)];
    }

    /// How often an endpoint was asked.
    pub(crate) fn asked(&self, endpoint: &'static str) -> usize {
        self.inner().asked.get(endpoint).copied().unwrap_or_default()
    }

    /// Lets the person of these claims sign in, whom a server has sent to `location`; the answer is the
    /// parameters with which they come back.
    pub(crate) fn signs_in(&self, location: &str, claims: &Value) -> Vec<(String, String)> {
        let (address, query) = location.split_once('?').unwrap();
        assert_eq!(address, format!("{}/authorize", self.issuer));
        let query = parse_query(query);
        let field = |name: &str| {
            let found = query.iter().find(|(known, _)| known == name);
            found.unwrap_or_else(|| panic!("no {name} in {location}")).1.clone()
        };
        assert_eq!(field("response_type"), "code");
        assert_eq!(field("client_id"), CLIENT);
        assert_eq!(field("code_challenge_method"), "S256");
        assert!(field("scope").split(' ').any(|scope| scope == "openid"));
        let mut inner = self.inner();
        inner.count += 1;
        let code = format!("code{}", inner.count);
        let grant = Grant {
            nonce: field("nonce"),
            challenge: field("code_challenge"),
            redirect: field("redirect_uri"),
            claims: claims.clone(),
        };
        inner.codes.insert(code.clone(), grant);
        let mut back = vec![("code".to_owned(), code), ("state".to_owned(), field("state"))];
        if inner.names_issuer {
            back.push(("iss".to_owned(), self.issuer.clone()));
        }
        back
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Counts a request, and answers it as badly as it is set to.
    async fn manner(&self, endpoint: &'static str) -> Option<Response> {
        let manner = {
            let mut inner = self.inner();
            *inner.asked.entry(endpoint).or_default() += 1;
            match inner.manner_at {
                Some(at) if at != endpoint => Manner::Usual,
                _ => inner.manner,
            }
        };
        match manner {
            Manner::Usual | Manner::Impostor | Manner::Plain => None,
            Manner::Endless => Some(self.endless(&[b' '; 16 << 10], Duration::ZERO)),
            Manner::Trickle => Some(self.endless(b" ", Duration::from_millis(20))),
            Manner::Deep => {
                let json = [(header::CONTENT_TYPE, "application/json")];
                let deep = "[".repeat(200_000);
                Some((json, format!("{{\"keys\": {deep}")).into_response())
            }
            Manner::ManyKeys => None,
            Manner::Never => std::future::pending().await,
            Manner::Redirects => {
                let headers = [(
                    header::LOCATION,
                    format!("{}/.well-known/openid-configuration", self.issuer),
                )];
                Some((StatusCode::FOUND, headers).into_response())
            }
            Manner::Huge => {
                let json = [(header::CONTENT_TYPE, "application/json")];
                Some((json, format!("{{\"issuer\":\"{}\"}}", "x".repeat(4 << 20))).into_response())
            }
            Manner::Html => {
                Some(([(header::CONTENT_TYPE, "text/html")], "<h1>Hi</h1>").into_response())
            }
            Manner::Error => Some(StatusCode::INTERNAL_SERVER_ERROR.into_response()),
        }
    }
}

fn json(status: StatusCode, value: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

async fn metadata(State(provider): State<TestProvider>) -> Response {
    if let Some(answer) = provider.manner("metadata").await {
        return answer;
    }
    let inner = provider.inner();
    let issuer = &provider.issuer;
    let called = match inner.manner {
        Manner::Impostor => "https://accounts.example",
        _ => issuer,
    };
    let token = match inner.manner {
        Manner::Plain => "http://collector.example/token".to_owned(),
        _ => inner.token_at.clone().unwrap_or_else(|| format!("{issuer}/token")),
    };
    let mut metadata = json!({
            "issuer": called,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": token,
            "userinfo_endpoint": format!("{issuer}/me"),
            "jwks_uri": format!("{issuer}/keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            // Whatever it claims to sign with, and whatever it does.
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
            "authorization_response_iss_parameter_supported": inner.names_issuer,
    });
    if let Some(end) = inner.end_session {
        metadata["end_session_endpoint"] = end.replace("ISSUER", issuer).into();
    }
    json(StatusCode::OK, &metadata)
}

async fn keys(State(provider): State<TestProvider>) -> Response {
    if let Some(answer) = provider.manner("keys").await {
        return answer;
    }
    let inner = provider.inner();
    // As many as fit into what is read.
    let others = if inner.manner == Manner::ManyKeys { 3_000 } else { 0 };
    let other = |id| json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": format!("other{id}") });
    let keys = (0..others).map(other).chain(inner.keys.iter().map(Key::public));
    let keys: Vec<Value> = keys.collect();
    json(StatusCode::OK, &json!({ "keys": keys }))
}

async fn token(State(provider): State<TestProvider>, headers: HeaderMap, body: Bytes) -> Response {
    if let Some(answer) = provider.manner("token").await {
        return answer;
    }
    let form = parse_query(&String::from_utf8_lossy(&body));
    let field = |name: &str| {
        form.iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
            .unwrap_or_default()
    };
    let refused = || json(StatusCode::BAD_REQUEST, &json!({ "error": "invalid_grant" }));
    let own =
        format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{}", SECRET.replace(' ', "+"))));
    let shown = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    if shown != Some(own) || field("grant_type") != "authorization_code" {
        return json(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid_client" }));
    }
    let mut inner = provider.inner();
    // Each is taken once.
    let Some(grant) = inner.codes.remove(&field("code")) else { return refused() };
    let hash = ring::digest::digest(&ring::digest::SHA256, field("code_verifier").as_bytes());
    if URL_SAFE_NO_PAD.encode(hash.as_ref()) != grant.challenge
        || field("redirect_uri") != grant.redirect
    {
        return refused();
    }
    let access = match inner.lie {
        Lie::Unsendable => "a\nb".to_owned(),
        _ => format!("access{}", inner.count),
    };
    inner.tokens.insert(access.clone(), grant.claims.clone());
    let mut answer = json!({ "access_token": access, "token_type": "Bearer", "expires_in": 300 });
    if let Some(token) = inner.id_token(&provider.issuer, &grant) {
        answer["id_token"] = token.into();
    }
    json(StatusCode::OK, &answer)
}

async fn user_info(State(provider): State<TestProvider>, headers: HeaderMap) -> Response {
    if let Some(answer) = provider.manner("me").await {
        return answer;
    }
    let inner = provider.inner();
    let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = shown.and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default();
    let Some(claims) = inner.tokens.get(shown) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let mut claims = claims.clone();
    if inner.lie == Lie::OtherSubject {
        claims["sub"] = "somebody else".into();
    }
    json(StatusCode::OK, &claims)
}

impl Inner {
    /// The token of a grant, as truthful as it is set to be.
    fn id_token(&self, issuer: &str, grant: &Grant) -> Option<String> {
        let now = self.clock.now();
        let at = |seconds: i64| Timestamp(now.0 + seconds * 1_000_000).seconds();
        let mut claims = json!({
            "iss": issuer,
            "aud": CLIENT,
            "sub": grant.claims["sub"],
            "nonce": grant.nonce,
            "iat": at(0),
            "exp": at(300),
        });
        match self.lie {
            Lie::Nonce => claims["nonce"] = "another".into(),
            Lie::NoNonce => _ = claims.as_object_mut().unwrap().remove("nonce"),
            Lie::Issuer => claims["iss"] = "https://accounts.example".into(),
            Lie::Audience => claims["aud"] = "another-client".into(),
            Lie::MoreAudiences => claims["aud"] = json!([CLIENT, "another-client"]),
            Lie::Party => claims["azp"] = "another-client".into(),
            Lie::Expired => (claims["iat"], claims["exp"]) = (at(-600).into(), at(-120).into()),
            Lie::FromTheFuture => (claims["iat"], claims["exp"]) = (at(600).into(), at(900).into()),
            Lie::NoSubject => claims["sub"] = "".into(),
            Lie::LongSubject => claims["sub"] = "x".repeat(300).into(),
            Lie::NoToken => return None,
            Lie::Nonsense => return Some("a.b.c".into()),
            _ => {}
        }
        let key = &self.keys[0];
        let mut head = json!({ "alg": "ES256", "kid": key.id, "typ": "JWT" });
        let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = |head: &Value, claims: &Value| format!("{}.{}", encoded(head), encoded(claims));
        let signed = |head: &Value, claims: &Value, key: &Key| {
            let text = text(head, claims);
            let signature = key.sign(&text);
            format!("{text}.{signature}")
        };
        let shared = |head: &Value, secret: &[u8]| {
            let text = text(head, &claims);
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), text.as_bytes());
            format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
        };
        Some(match self.lie {
            Lie::Unsigned => format!("{}.", text(&json!({ "alg": "none" }), &claims)),
            Lie::UnsignedWithSignature => {
                let text = text(&json!({ "alg": "none", "kid": key.id }), &claims);
                let signature = key.sign(&text);
                format!("{text}.{signature}")
            }
            Lie::ClientSecret => shared(&json!({ "alg": "HS256" }), SECRET.as_bytes()),
            Lie::PublicKey => {
                head["alg"] = "HS256".into();
                shared(&head, key.public().to_string().as_bytes())
            }
            Lie::OtherKey => signed(&head, &claims, &Key::random(&key.id)),
            Lie::UnknownKey => {
                head["kid"] = "nobody's".into();
                signed(&head, &claims, &Key::random("nobody's"))
            }
            Lie::OwnKey => {
                let own = Key::random("own");
                (head["kid"], head["jwk"]) = ("own".into(), own.public());
                signed(&head, &claims, &own)
            }
            Lie::Swapped => {
                let good = signed(&head, &claims, key);
                let signature = good.rsplit('.').next().unwrap().to_owned();
                claims["sub"] = "root".into();
                format!("{}.{signature}", text(&head, &claims))
            }
            _ => signed(&head, &claims, key),
        })
    }
}
