//! Redis over TLS, with users and passwords: single and cluster, with a certificate authority made
//! for the test.

use crate::support;

use brisk_cache::{
    Cache, Config, Event, Fingerprint, Policy, RedisConfig, Request, State, Tag, Trigger,
};
use brisk_domain::{ManualClock, Timestamp};
use brisk_test_waiting::eventually;
use futures::FutureExt;
use futures::future::BoxFuture;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::path::PathBuf;
use std::sync::Arc;
use support::replica::heard;
use support::{Cluster, Server, free_port};
use tempfile::TempDir;

type Text = Arc<str>;

/// A certificate authority, and the certificate it signed for this machine.
struct Authority(TempDir);

impl Authority {
    fn found() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut params = CertificateParams::default();
        // Its name must differ from the names it signs: otherwise OpenSSL takes them for
        // self-signed.
        params.distinguished_name.push(DnType::CommonName, "Authority of a test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let params = CertificateParams::new(names).unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        for (name, pem) in [
            ("ca.pem", issuer.pem()),
            ("certificate.pem", certificate.pem()),
            ("key.pem", key.serialize_pem()),
        ] {
            std::fs::write(directory.path().join(name), pem).unwrap();
        }
        Self(directory)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Options for a server to speak TLS on `port`; tests control it over its plain port.
    fn options(&self, port: u16) -> Vec<String> {
        let file = |name| self.file(name).to_str().unwrap().to_owned();
        let options = [
            ("--tls-port", port.to_string()),
            ("--tls-cert-file", file("certificate.pem")),
            ("--tls-key-file", file("key.pem")),
            ("--tls-ca-cert-file", file("ca.pem")),
            ("--tls-auth-clients", "no".into()),
        ];
        options.into_iter().flat_map(|(name, value)| [name.to_owned(), value]).collect()
    }

    fn server(&self) -> (Server, u16) {
        let port = free_port();
        let options = self.options(port);
        (Server::start(&options.iter().map(String::as_str).collect::<Vec<_>>()), port)
    }
}

/// The permissions that the docs of `brisk_cache::redis` list for a user, and nothing else.
fn user(config: &RedisConfig) -> Vec<String> {
    let rights = "ACL SETUSER brisk on >s3cret resetkeys resetchannels -@all +ping +get +set \
                  +mget +del +unlink +expire +pexpire +publish +subscribe +unsubscribe +eval \
                  +evalsha +script|load +multi +exec";
    let cluster = config.cluster.then_some("+cluster|slots");
    let names = [format!("~{}*", config.prefix), format!("&{}*", config.prefix)];
    let rights = rights.split(' ').filter(|word| !word.is_empty()).chain(cluster);
    rights.map(str::to_owned).chain(names).collect()
}

fn replica(config: &RedisConfig) -> Cache<Text> {
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_000_000)));
    Cache::with_redis(Config::default(), clock, config.clone()).unwrap()
}

fn request() -> Request {
    Request {
        fingerprint: Fingerprint::of(["a"]),
        tags: [Tag::parse("table:orders").unwrap()].into(),
        policy: Policy::default(),
        label: "a".into(),
        lane: "shop".into(),
    }
}

async fn get(cache: &Cache<Text>, text: &'static str) -> String {
    let loader = move || -> BoxFuture<'static, Result<Text, std::io::Error>> {
        async move { Ok(text.into()) }.boxed()
    };
    cache.get(&request(), Trigger::View, loader).await.unwrap().entry.value.to_string()
}

/// Two processes share entries, invalidations and events.
async fn shares(config: &RedisConfig) {
    let (a, b) = (replica(config), replica(config));
    let mut follower = b.follow();
    assert_eq!(heard(&mut follower).await, Some(Event::Missed), "{:?}", b.health());
    assert_eq!(get(&a, "one").await, "one");
    eventually("the entry is in Redis", async || a.statistics().tiers.stored > 0).await;
    assert_eq!(get(&b, "never run").await, "one");
    a.invalidate(&request().tags).await.unwrap();
    assert_eq!(heard(&mut follower).await, Some(Event::Invalidated(request().tags)));
    assert_eq!(get(&b, "two").await, "two");
    assert!(a.health().trouble.is_none() && b.health().trouble.is_none());
}

/// What `health` reports once Redis has failed a few times; pages keep working.
async fn trouble(config: &RedisConfig) -> String {
    let cache = replica(config);
    assert_eq!(get(&cache, "one").await, "one");
    let mut trouble = None;
    let is_known = async || {
        let hit = cache.lookup(&[request()], Trigger::View).await.remove(0).hit.unwrap();
        assert_eq!(hit.state, State::Unverified);
        trouble = cache.health().trouble;
        trouble.is_some()
    };
    eventually("Redis is known to be in trouble", is_known).await;
    trouble.unwrap().1
}

#[tokio::test]
async fn tls_and_a_user_with_a_password_work_with_no_more_rights_than_needed() {
    let authority = Authority::found();
    let (server, port) = authority.server();
    let url = format!("rediss://brisk:s3cret@localhost:{port}/0");
    let config = RedisConfig { ca: Some(authority.file("ca.pem")), ..support::config(&url) };
    server.command::<String>(&user(&config).iter().map(String::as_str).collect::<Vec<_>>());
    // All other users may only control the server in this test.
    server.command::<String>(&["ACL", "SETUSER", "default", "resetkeys", "-@all", "+ping", "+acl"]);
    shares(&config).await;
    let log: Vec<redis::Value> = server.command(&["ACL", "LOG"]);
    assert!(log.is_empty(), "it was denied a command: {log:?}");
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_never_printed() {
    let authority = Authority::found();
    let (server, port) = authority.server();
    server.command::<String>(&["ACL", "SETUSER", "brisk", "on", ">s3cret", "~*", "&*", "+@all"]);
    let url = format!("rediss://brisk:wr0ng@localhost:{port}/0");
    let config = RedisConfig { ca: Some(authority.file("ca.pem")), ..support::config(&url) };
    let why = trouble(&config).await;
    assert!(why.contains("uthentication") && !why.contains("wr0ng"), "{why}");
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused_and_health_says_what_to_do() {
    let (authority, other) = (Authority::found(), Authority::found());
    let (server, port) = authority.server();
    let url = format!("rediss://localhost:{port}/0");
    for ca in [Some(other.file("ca.pem")), None] {
        let why = trouble(&RedisConfig { ca, ..support::config(&url) }).await;
        let helps = why.contains("certificate of Redis is refused") && why.contains("authority");
        assert!(helps, "{why}");
    }
    let keys: Vec<String> = server.command(&["KEYS", "*"]);
    assert!(keys.is_empty(), "no key was written: {keys:?}");
    // A URL cannot disable the check either.
    let url = format!("rediss://localhost:{port}/0#insecure");
    let ca = Some(authority.file("ca.pem"));
    let why = trouble(&RedisConfig { ca, ..support::config(&url) }).await;
    assert!(why.contains("insecure"), "{why}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::found();
    let (_server, port) = authority.server();
    let url = format!("rediss://127.0.0.2:{port}/0");
    let config = RedisConfig { ca: Some(authority.file("ca.pem")), ..support::config(&url) };
    // No server listens there, so a proxy does.
    let listener = tokio::net::TcpListener::bind(("127.0.0.2", port)).await.unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut server = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            tokio::spawn(async move {
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    let why = trouble(&config).await;
    assert!(why.contains("host in the URL"), "{why}");
}

#[tokio::test]
async fn a_cluster_speaks_tls_too() {
    let authority = Authority::found();
    // Only with this do nodes announce each other's TLS ports to clients.
    let between_nodes = || ["--tls-cluster".to_owned(), "yes".to_owned()];
    let options = || [authority.options(free_port()), between_nodes().into()].concat();
    let cluster = Cluster::start_with(options);
    let port = |server: &Server| {
        let port: Vec<String> = server.command(&["CONFIG", "GET", "tls-port"]);
        port[1].clone()
    };
    let urls: Vec<String> = cluster
        .0
        .iter()
        .map(|server| format!("rediss://brisk:s3cret@localhost:{}", port(server)))
        .collect();
    let config = support::config(&urls.join(","));
    for server in &cluster.0 {
        server.command::<String>(&user(&config).iter().map(String::as_str).collect::<Vec<_>>());
    }
    shares(&RedisConfig { ca: Some(authority.file("ca.pem")), ..config.clone() }).await;
    for server in &cluster.0 {
        let log: Vec<redis::Value> = server.command(&["ACL", "LOG"]);
        assert!(log.is_empty(), "it was denied a command: {log:?}");
    }
    let other = Authority::found();
    let why = trouble(&RedisConfig { ca: Some(other.file("ca.pem")), ..config }).await;
    assert!(why.contains("ertificate"), "{why}");
}

#[test]
fn an_unusable_certificate_file_is_an_error_at_the_start() {
    let authority = Authority::found();
    let clock = || Arc::new(ManualClock::at(Timestamp::from_seconds(0)));
    let refused = |url: &str, file: &str| {
        let config = RedisConfig { ca: Some(authority.file(file)), ..support::config(url) };
        let made = Cache::<Text>::with_redis(Config::default(), clock(), config);
        made.err().unwrap().to_string()
    };
    for (file, why) in [("missing.pem", "No such file"), ("key.pem", "no certificate")] {
        let error = refused("rediss://localhost:1/", file);
        assert!(error.contains(file) && error.contains(why), "{error}");
    }
    let error = refused("redis://localhost:1/", "ca.pem");
    assert!(error.contains("rediss://"), "a certificate file without TLS: {error}");
}
