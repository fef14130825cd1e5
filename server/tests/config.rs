//! What Brisk is told: the layers, what is wrong with a file and where, secrets that nobody
//! prints, and policies that reach the engine.

use brisk_cache::Places;
use brisk_cache::Trigger;
use brisk_domain::{
    Access, CacheMode, Clock, ManualClock, Slug, SourceName, Timestamp, ViewState, WallClock,
};
use brisk_engine::Engine;
use brisk_server::assembly;
use brisk_server::config::noticing::Listening;
use brisk_server::config::{Environment, Flags, Location, Secret, Settings};
use brisk_source::Dialect;
use brisk_store::{DatabaseUrl, KeyOrigin, SecretKey, StoreLocation};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// A variable's name and value.
type Variable<'a> = (&'a str, &'a str);

const PASSWORD: &str = "hunter2";

/// A folder with a `brisk.toml`.
fn folder(file: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("brisk.toml"), file).unwrap();
    folder
}

fn flags(folder: &TempDir) -> Flags {
    Flags { config: Some(folder.path().join("brisk.toml")), ..Flags::default() }
}

fn read(file: &str, variables: &[Variable<'_>]) -> Result<Settings, String> {
    let environment: Environment = variables.iter().copied().collect();
    Settings::read(&flags(&folder(file)), &environment).map_err(|error| error.to_string())
}

fn location(settings: &Settings, name: &str) -> Result<Location, String> {
    let source = &settings.sources[&SourceName::parse(name).unwrap()];
    source.location.clone().map_err(|problem| problem.to_string())
}

fn postgres(url: &str) -> Result<Location, String> {
    Ok(Location::Postgres(url.into()))
}

fn brisk(folder: &Path, variables: &[Variable<'_>], arguments: &[&str]) -> (Output, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brisk"));
    for (name, _) in std::env::vars() {
        if name.starts_with("BRISK_") {
            command.env_remove(name);
        }
    }
    command.current_dir(folder).envs(variables.iter().copied()).args(arguments);
    let output = brisk_test_waiting::output(&mut command);
    let said =
        [&output.stdout, &output.stderr].map(|b| String::from_utf8_lossy(b).into_owned()).concat();
    (output, said)
}

#[test]
fn flags_stand_over_variables_over_the_file_over_defaults() {
    // Addresses that others can reach are refused by name, which shows the one that counts.
    let folder = folder("listen = \"192.0.2.1:1\"\n");
    let serve = |variables: &[Variable<'_>], more: &[&str]| {
        let (output, said) = brisk(folder.path(), variables, &[&["serve"], more].concat());
        assert_eq!(output.status.code(), Some(1), "{said}");
        said
    };
    assert!(serve(&[], &[]).contains("192.0.2.1:1 is not"));
    let variable = [("BRISK_LISTEN", "192.0.2.2:2")];
    assert!(serve(&variable, &[]).contains("192.0.2.2:2 is not"));
    assert!(serve(&variable, &["--listen", "192.0.2.3:3"]).contains("192.0.2.3:3 is not"));

    let other = folder.path().join("other.toml");
    std::fs::write(&other, "listen = \"192.0.2.4:4\"\n").unwrap();
    assert!(serve(&[("BRISK_CONFIG", "other.toml")], &[]).contains("192.0.2.4:4 is not"));
    let said = serve(&[("BRISK_CONFIG", "nowhere.toml")], &["--config", "other.toml"]);
    assert!(said.contains("192.0.2.4:4 is not"), "{said}");
    let said = serve(&[("BRISK_CONFIG", "nowhere.toml")], &[]);
    assert!(said.contains("nowhere.toml: the configuration file cannot be read"), "{said}");
}

#[test]
fn without_a_file_there_are_defaults() {
    let settings = Settings::read(&Flags::default(), &Environment::default()).unwrap();
    assert_eq!(settings.listen, "127.0.0.1:3000".parse().unwrap());
    let folders = [&settings.data_dir, &settings.dashboards_dir, &settings.assets_dir];
    assert_eq!(folders, [Path::new("data"), Path::new("dashboards"), Path::new("target/site")]);
    assert_eq!((settings.cache.memory, settings.cache.largest_frame), (256 << 20, 8 << 20));
    assert!(!settings.cache.warm && settings.sources.is_empty() && settings.file.is_none());
    assert!(settings.redis().unwrap().is_none());
    assert_eq!(settings.policies(), brisk_engine::Policies::default());
}

#[test]
fn the_file_in_the_documentation_is_read_whole() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operating.md");
    let page = std::fs::read_to_string(page).unwrap();
    let file = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = folder(file);
    let variables = [
        ("SHOP_URL", "postgres://h/shop"),
        ("REDIS_URL", "redis://h:6379/0"),
        ("BRISK_DB", "postgres://brisk:s3cret@h/brisk"),
        ("OIDC_SECRET", "s3cret of the client"),
    ];
    let environment = variables.into_iter().collect();
    let settings = Settings::read(&flags(&folder), &environment).unwrap();
    assert_eq!(settings.data_dir, folder.path().join("data"));
    assert_eq!(location(&settings, "shop"), postgres("postgres://h/shop"));
    let retail = folder.path().join("data/retail.sqlite");
    assert_eq!(location(&settings, "retail"), Ok(Location::Sqlite(retail)));
    let shop = &settings.sources[&SourceName::parse("shop").unwrap()];
    assert_eq!((shop.connections, shop.places()), (8, Places::Fixed(4)));
    assert_eq!((shop.limits.rows, shop.limits.bytes), (100_000, 16 << 20));
    assert_eq!(shop.limits.time, Duration::from_secs(30));
    assert_eq!((shop.policy.ttl, shop.policy.stale), (Some(60), Some(600)));
    assert_eq!(shop.policy.mode, Some(CacheMode::Strict));
    let clock = |text| WallClock::parse(text).unwrap();
    assert_eq!(shop.wall_clocks.source, Some(clock("UTC")));
    assert_eq!(shop.wall_clocks.of("trips", "at"), Some(&clock("Europe/Madrid")));
    let redis = settings.redis().unwrap().unwrap();
    assert_eq!((redis.urls, redis.prefix.as_str()), (vec!["redis://h:6379/0".into()], "brisk:"));
    assert_eq!((redis.timeout.as_millis(), redis.lease.as_millis()), (250, 3_000));
    assert_eq!(redis.ca, Some(folder.path().join("ca.pem")));
    assert!(settings.cache.warm);
    let provider = settings.provider().unwrap().unwrap();
    assert_eq!(provider.issuer, "https://id.example.com/realms/main");
    assert_eq!(provider.client_secret.as_ref().unwrap().expose(), "s3cret of the client");
    assert_eq!((provider.rules.0.len(), provider.scopes.len()), (3, 3));
    let proxy = settings.auth.proxy.as_ref().unwrap();
    assert_eq!(
        (proxy.user.as_str(), proxy.rules.0[0].claim.as_str()),
        ("x-forwarded-user", "groups")
    );
    assert!(settings.auth.has_passwords && settings.auth.second_factor_for.len() == 1);
    assert!(!format!("{settings:?}").contains("s3cret"));
}

#[test]
fn what_is_wrong_with_signing_in_is_said_before_anybody_tries() {
    let oidc = |more: &str| {
        format!("[auth.oidc]\nissuer = \"https://id.example\"\nclient_id = \"b\"\n{more}")
    };
    let proxy = "[auth.proxy]\naddresses = [\"127.0.0.1\"]\nuser = \"X-User\"\n";
    for (file, why) in [
        ("[auth]\npasswords = false\n".to_owned(), "there is no other way to sign in"),
        ("[auth]\nsecond_factor_for = [\"king\"]\n".into(), "is no role"),
        ("[auth.oidc]\nclient_id = \"b\"\n".into(), "has no \"issuer\""),
        (oidc("").replace("https", "http"), "begins with https://"),
        (oidc("sign_up = \"all\"\n"), "is not known"),
        (oidc("sign_out = \"never\"\n"), "is not known"),
        (oidc("[[auth.oidc.rule]]\nclaim = \"groups\"\n"), "this rule gives nothing"),
        (oidc("[[auth.oidc.rule]]\nrole = \"admin\"\n"), "has no \"claim\""),
        (oidc("[[auth.oidc.rule]]\nclaim = \"g\"\nrole = \"king\"\n"), "is not known"),
        (oidc("clientid = \"x\"\n"), "unknown key"),
        (proxy.replace("addresses = [\"127.0.0.1\"]\n", ""), "has no \"addresses\""),
        (proxy.replace("127.0.0.1", "localhost"), "is no address and no network"),
        (proxy.replace("X-User", "Authorization"), "must be the name of a header"),
        (format!("listen = \"0.0.0.0:3000\"\n{}", oidc("")), "needs \"public_url\""),
    ] {
        let said = read(&file, &[]).map(|_| ()).unwrap_err();
        assert!(said.contains(why), "{file}: {said}");
    }
    let plain = read(&oidc("").replace("https://id.example", "http://127.0.0.1:8080/realm"), &[]);
    assert!(plain.unwrap().provider().unwrap().unwrap().client_secret.is_none());
    let missing = read(&oidc("client_secret_env = \"NOT_SET\"\n"), &[]).unwrap();
    assert!(missing.provider().unwrap_err().to_string().contains("NOT_SET"));
}

#[test]
fn the_store_is_a_file_unless_a_postgresql_database_is_named() {
    let store = |text: &str, flag: Option<&str>, variables: &[(&str, &str)]| {
        let folder = folder(text);
        let database_url = flag.map(Secret::from);
        let flags = Flags { database_url, ..flags(&folder) };
        let settings = Settings::read(&flags, &variables.iter().copied().collect());
        let settings = settings.unwrap();
        assert!(!format!("{settings:?}").contains("hunter2"));
        settings.store().map_err(|error| error.to_string())
    };
    let postgres = |url| StoreLocation::Postgres(DatabaseUrl::parse(url).unwrap());
    let file = store("data_dir = \"/var/lib/brisk\"", None, &[]);
    assert_eq!(file, Ok(StoreLocation::Sqlite("/var/lib/brisk/brisk.sqlite".into())));
    let table = "[database]\nurl_env = \"DB\"";
    let variables = [("DB", "postgresql://brisk:hunter2@h/brisk")];
    let named = store(table, None, &variables);
    assert_eq!(named, Ok(postgres("postgresql://brisk:hunter2@h/brisk")));
    let flag = store(table, Some("postgres://h/other"), &variables);
    assert_eq!(flag, Ok(postgres("postgres://h/other")));
    let empty = store("", Some(" "), &[]).unwrap();
    assert!(matches!(empty, StoreLocation::Sqlite(_)), "unset in a compose file");
    let wrong = store("", Some("mysql://brisk:hunter2@h/brisk"), &[]).unwrap_err();
    assert!(wrong.contains("BRISK_DATABASE_URL: this is not the URL of a PostgreSQL"), "{wrong}");
    let missing = store("[database]", None, &[]).unwrap_err();
    assert!(missing.contains("[database] has no \"url\""), "{missing}");
    assert!(!format!("{wrong}{missing}").contains("hunter2"));
}

#[test]
fn the_key_of_secrets_is_given_or_drawn_and_never_shown() {
    let key = |text: &str, variables: &[(&str, &str)]| {
        let folder = folder(text);
        let settings = Settings::read(&flags(&folder), &variables.iter().copied().collect());
        let settings = settings.unwrap();
        let shown = format!("{settings:?}");
        assert!(!shown.contains("0a0a") && !shown.contains("hunter2"), "{shown}");
        settings.secret_key().map_err(|error| error.to_string())
    };
    let (ten, eleven) = ("0a".repeat(32), "0b".repeat(32));
    let given = |text: &str| Ok(KeyOrigin::Given(SecretKey::parse(text).unwrap()));
    let drawn = key("data_dir = \"/var/lib/brisk\"", &[]);
    assert_eq!(drawn, Ok(KeyOrigin::File("/var/lib/brisk/secret.key".into())));
    let in_file = "secret_key_env = \"KEY\"";
    assert_eq!(key(in_file, &[("KEY", &ten)]), given(&ten));
    let both = [("KEY", ten.as_str()), ("BRISK_SECRET_KEY", &eleven)];
    assert_eq!(key(in_file, &both), given(&eleven));
    let wrong = key("", &[("BRISK_SECRET_KEY", "hunter2")]).unwrap_err();
    assert!(wrong.starts_with("BRISK_SECRET_KEY: a key is 32 random bytes"), "{wrong}");
    assert!(!wrong.contains("hunter2"));
}

#[test]
fn problems_name_the_place_and_what_is_allowed() {
    let cases = [
        ("listn = \"127.0.0.1:1\"", "1:1: unknown key \"listn\"", "did you mean \"listen\"?"),
        ("\n[cache]\n  ttll = \"5m\"", "3:3: unknown key \"ttll\" in [cache]", "\"ttl\"?"),
        ("[source.shop]\nurll = \"x\"", "2:1: unknown key \"urll\" in [source.shop]", "\"url\"?"),
        (
            "[source.shop]\nwall_clock = \"Mars\"",
            "2:14: \"wall_clock\" of [source.shop] must be \"dashboard\", \"UTC\"",
            "\"Europe/London\", not \"Mars\"",
        ),
        (
            "[source.shop]\nwall_clock_columns = { \"at\" = \"UTC\" }",
            "2:24: \"at\" of \"wall_clock_columns\" of [source.shop] must be",
            "\"table.column\"",
        ),
        (
            "[audit]\nretention = \"7d\"",
            "2:13: \"retention\" of [audit] must be a duration from 30d",
            "7d",
        ),
        ("[cache]\nttl = \"5\"", "2:7: \"ttl\" of [cache] must be a duration from 0s to 30d", "5"),
        ("[cache]\nttl = \"250ms\"", "2:7: \"ttl\"", "a whole number and s, m, h or d"),
        ("[cache]\nmode = \"strickt\"", "2:8: mode \"strickt\"", "did you mean \"strict\"?"),
        ("[cache]\nmemory = 5", "2:10: \"memory\" of [cache] must be text in quotes", "not 5"),
        ("[cache]\nmemory = \"5 mb\"", "2:10: \"memory\"", "a size from 1 MiB to"),
        ("[cache]\nmemory = \"2 MiB\"\nlargest_frame = \"3 MiB\"", "3:17: ", "larger than"),
        ("[redis]\nurl = \"redis://h\"\nprefix = \"{a}\"", "3:10: \"prefix\" of [redis]", "brisk:"),
        (
            "[redis]\nurl = \"a\"\nurl_env = \"B\"",
            "3:11: [redis] has both \"url\" and",
            "\"url_env\"",
        ),
        ("[source.shop]\nurl = \"x\"\nconnections = 0", "3:15: ", "a whole number from 1 to 1000"),
        (
            "[source.shop]\nurl = \"x\"\nconnections = 2\nconcurrency = 3",
            "4:15: \"concurrency\" of [source.shop] is 3",
            "2 connections",
        ),
        ("[source]\nshop = \"x\"", "2:8: \"shop\" of [source] must be a table", "not text"),
        ("[source.Shop]\nurl = \"x\"", "1:9: source name \"Shop\"", "lower-case"),
        ("[source.a]\nurl = \"x\"\ncache = \"of\"", "3:9: cache \"of\"", "did you mean \"off\"?"),
        ("listen = \"3000\"", "1:10: \"listen\"", "such as \"127.0.0.1:3000\""),
        ("listen = ", "1:10: this is not TOML", ""),
        ("warm = true", "1:1: unknown key \"warm\"", "allowed: listen, metrics_listen, data_dir"),
    ];
    for (file, place, help) in cases {
        let said = read(file, &[]).unwrap_err();
        let place = format!("brisk.toml:{place}");
        assert!(said.contains(&place) && said.contains(help), "{file}\nwanted {place}\n{said}");
    }
    let said = read("a = 1\nb = 2\n", &[]).unwrap_err();
    assert!(said.contains("2 problems") && said.contains(":2:1:"), "all in one go: {said}");
}

#[test]
fn limits_of_connections_and_own_names_are_settings() {
    let file = "public_url = \"https://dash.example\"\nown_names = [\"brisk\"]\n\
                [connections]\nmost = 100\nheaders = \"5s\"\nstop = \"1m\"\n";
    let settings = read(file, &[]).unwrap();
    let connections = settings.connections;
    assert_eq!((connections.most, connections.headers.as_secs()), (Some(100), 5));
    assert_eq!((connections.idle.as_secs(), connections.stop.as_secs()), (75, 60));
    for (file, variables, words) in [
        ("public_url = \"dash.example\"", vec![], ["1:14", "without a path"]),
        ("public_url = \"https://dash.example/brisk\"", vec![], ["1:14", "without a path"]),
        ("own_names = [\"brisk:3000\"]", vec![], ["1:13", "without a port"]),
        ("own_names = \"brisk\"", vec![], ["1:13", "a list of texts"]),
        ("[connections]\nheaders = \"0s\"", vec![], ["2:11", "50ms"]),
        ("[connections]\nmost = 0", vec![], ["2:8", "most"]),
        ("[connections]\nleast = 0", vec![], ["2:1", "unknown key"]),
        ("", vec![("BRISK_PUBLIC_URL", "x")], ["BRISK_PUBLIC_URL", "without a path"]),
        ("", vec![("BRISK_OWN_NAMES", "a,b:1")], ["BRISK_OWN_NAMES", "b:1"]),
    ] {
        let said = read(file, &variables).unwrap_err();
        assert!(words.iter().all(|word| said.contains(word)), "{file}: {said}");
    }
}

#[test]
fn secrets_appear_in_no_message_and_no_debug_output() {
    let url = format!("postgres://user:{PASSWORD}@host/shop");
    let broken = [
        format!("[source.shop]\nurl = \"{url}"),
        format!("[source.shop]\nurl = {url}"),
        format!("[source.shop]\nurl = [\"{url}\"]"),
        format!("[source.shop]\nurl = \"{url}\"\nurl = \"{url}\""),
        format!("[source.shop]\nurl_env = \"{url}\""),
        format!("[source.shop]\nurl_file = \"{url}\""),
        format!("[source.shop]\n\"{url}\" = 1"),
        format!("[source.\"{url}\"]\nurl = 1"),
        format!("[source.shop]\ncache = \"{url}\""),
        format!("[source.shop]\ntimeout = \"{url}\""),
        format!("[source.shop]\nconnections = \"{url}\""),
        format!("[source]\nshop = \"{url}\""),
        format!("source = \"{url}\""),
        format!("redis = \"{url}\""),
        format!("listen = \"{url}\""),
        format!("[redis]\nurl = \"{url}\"\nprefix = \"{url}\""),
        format!("[redis]\nurl = \"redis://user:{PASSWORD}@host:port/x\""),
        format!("[redis]\nurl = \"http://user:{PASSWORD}@host\""),
        format!("[source.shop]\nurl = \"mongodb://user:{PASSWORD}@host\""),
        format!("[source.shop]\nurl = \"postgre:/user:{PASSWORD}@host/shop\""),
        format!("[source.shop]\nurl = \"postgres://user:{PASSWORD}@host:port/shop\""),
        format!("[source.shop]\nurl = \"postgres:/user:{PASSWORD}@host/shop?sslmode=x\""),
        format!("[source.shop]\nurl = \"mysql://user:{PASSWORD}@host:port/shop\""),
        format!("[source.shop]\nurl = \"mariadb://user:{PASSWORD}@host/shop?ssl-mode=x\""),
        format!("[source.shop]\nurl = \"mysql:/user:{PASSWORD}@host/shop\""),
    ];
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _inside = runtime.enter();
    for file in &broken {
        let said = match read(file, &[]) {
            Err(said) => said,
            Ok(settings) => {
                let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
                let opened = assembly::sources(&settings)
                    .and_then(|sources| assembly::engine(&settings, sources, &clock).map(|_| ()));
                format!("{:#}\n{settings:?}", opened.expect_err(file))
            }
        };
        assert!(!said.contains(PASSWORD), "{file}\n{said}");
    }

    let good = format!("[source.shop]\nurl = \"{url}\"\n[redis]\nurl_env = \"REDIS\"\n");
    let variables = [("REDIS", "redis://:hunter2@h"), ("BRISK_SOURCE_B", url.as_str())];
    let environment: Environment = variables.into_iter().collect();
    let flags = Flags {
        redis_url: Some(format!("redis://:{PASSWORD}@h").into()),
        sources: vec![Secret::from(format!("c={url}"))],
        ..flags(&folder(&good))
    };
    let settings = read(&good, &variables).unwrap();
    assert_eq!(location(&settings, "b"), postgres(&url));
    assert_eq!(settings.redis().unwrap().unwrap().urls, ["redis://:hunter2@h"]);
    for shown in [format!("{settings:?}"), format!("{flags:#?}"), format!("{environment:?}")] {
        assert!(!shown.contains(PASSWORD), "{shown}");
        assert!(shown.len() > 20, "{shown}");
    }
}

#[test]
fn secrets_of_flags_and_variables_are_not_repeated_either() {
    let url = format!("postgres://user:{PASSWORD}@host/shop?a=b");
    let cases: [(&[Variable<'_>], &[&str]); 5] = [
        (&[], &["serve", "--source", &url]),
        (&[], &["serve", "--redis-url", &format!("http://:{PASSWORD}@h"), "--source", "a=b"]),
        (&[("BRISK_SOURCE_SHOP", &format!("mysql:{PASSWORD}@h"))], &["warm", "--redis-url=x"]),
        (&[("BRISK_REDIS_URL", &format!("redis://:{PASSWORD}@h:x"))], &["invalidate", "a"]),
        (&[("BRISK_REDIS_URL", &format!("redis://:{PASSWORD}@h:x"))], &["serve", "--help"]),
    ];
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("b"), "").unwrap();
    for (variables, arguments) in cases {
        let (output, said) = brisk(folder.path(), variables, arguments);
        assert!(!said.contains(PASSWORD), "{arguments:?}: {said}");
        assert!(output.status.success() == arguments.contains(&"--help"), "{said}");
    }
}

#[test]
fn urls_come_from_variables_and_files_and_what_is_missing_is_named() {
    let file = "[source.a]\nurl_env = \"SHOP_URL\"\n[source.b]\nurl_file = \"secret\"\n\
                [redis]\nurl_file = \"nowhere\"\n[source.c]\ncache = \"off\"\n";
    let folder = folder(file);
    std::fs::write(folder.path().join("secret"), "postgres://b/b\n").unwrap();
    let with = |variables: &[Variable<'_>]| {
        Settings::read(&flags(&folder), &variables.iter().copied().collect()).unwrap()
    };
    let settings = with(&[("SHOP_URL", " postgres://a/a ")]);
    assert_eq!(location(&settings, "a"), postgres("postgres://a/a"));
    assert_eq!(location(&settings, "b"), postgres("postgres://b/b"));
    let missing = settings.redis().unwrap_err().to_string();
    assert!(missing.contains("brisk.toml:6:12: the file"), "{missing}");
    assert!(missing.contains("nowhere\" cannot be read"), "{missing}");
    let missing = location(&settings, "c").unwrap_err();
    assert!(missing.contains("brisk.toml:7:1: [source.c] has no \"url\""), "{missing}");
    assert!(missing.contains("BRISK_SOURCE_C"), "{missing}");

    for variables in [&[][..], &[("SHOP_URL", "")]] {
        let missing = location(&with(variables), "a").unwrap_err();
        let named = "brisk.toml:2:11: the environment variable \"SHOP_URL\" is not set, or empty";
        assert!(missing.contains(named), "{missing}");
    }
    // It matters only to who opens it.
    let (output, said) =
        brisk(folder.path(), &[("BRISK_REDIS_URL", "redis://127.0.0.1:1")], &["warm"]);
    assert!(!output.status.success() && said.contains("\"SHOP_URL\" is not set"), "{said}");
}

#[test]
fn a_sources_url_is_overridden_and_the_rest_of_its_settings_stays() {
    let file = "[source.shop-eu]\nurl_env = \"NOT_THERE\"\nrows = 7\n[source.b]\nurl = \"b\"\n";
    let folder = folder(file);
    let variables = [
        ("BRISK_SOURCE_SHOP_EU", "postgres://variable"),
        ("BRISK_SOURCE_B", "postgres://b"),
        ("BRISK_SOURCE_NEW", "sqlite:new"),
        ("BRISK_SOURCE_EMPTY", ""),
    ];
    let mut flags = flags(&folder);
    let more = ["b=postgres://flag?a=b", "more=more.sqlite", "my=mysql://u@h/d?ssl-mode=REQUIRED"];
    flags.sources = more.map(Secret::from).into();
    let settings = Settings::read(&flags, &variables.into_iter().collect()).unwrap();
    assert_eq!(location(&settings, "shop-eu"), postgres("postgres://variable"));
    assert_eq!(location(&settings, "b"), postgres("postgres://flag?a=b"));
    assert_eq!(location(&settings, "new"), Ok(Location::Sqlite(PathBuf::from("new"))));
    assert_eq!(location(&settings, "more"), Ok(Location::Sqlite(PathBuf::from("more.sqlite"))));
    let my = Location::MySql("mysql://u@h/d?ssl-mode=REQUIRED".into());
    assert_eq!(location(&settings, "my"), Ok(my));
    assert_eq!(settings.sources.len(), 5);
    assert_eq!(settings.sources[&SourceName::parse("shop-eu").unwrap()].limits.rows, 7);
    assert_eq!(location(&settings, "new").unwrap().dialect(), Dialect::Sqlite);

    let said = read("", &[("BRISK_SOURCE_shop", "x")]).unwrap_err();
    assert!(said.contains("write BRISK_SOURCE_SHOP"), "{said}");
}

#[test]
fn check_speaks_each_sources_dialect() {
    let file = "[source.pg]\nurl = \"postgres://h/d\"\n[source.lite]\nurl = \"l.sqlite\"\n\
                [source.later]\nurl_env = \"NOT_HERE\"\n\
                [source.my]\nurl = \"mariadb://h/d\"\n";
    let folder = folder(file);
    std::fs::create_dir(folder.path().join("dashboards")).unwrap();
    let panel = |source: &str, sql: &str| {
        format!(
            "[[panel]]\nid = \"{source}\"\ntitle = \"A\"\nkind = \"stat\"\nsource = \"{source}\"\nsql = \"{sql}\"\n"
        )
    };
    let write = |panels: &[String]| {
        let text = format!("title = \"Sales\"\n{}", panels.concat());
        std::fs::write(folder.path().join("dashboards/sales.toml"), text).unwrap();
    };
    let (postgres, sqlite) = ("select $$a$$ as b from t", "select `a` from t");
    let mysql = r"select 'it\\'s' as b from t # why";
    let good = [panel("pg", postgres), panel("lite", sqlite), panel("my", mysql)];
    for later in [postgres, sqlite, mysql] {
        write(&[&good[..], &[panel("later", later)]].concat());
        let (output, said) = brisk(folder.path(), &[], &["check"]);
        assert!(output.status.success(), "{said}");
    }
    let bad = [panel("pg", sqlite), panel("lite", postgres), panel("my", postgres)];
    write(&[&bad[..], &[panel("unknown", "select 1 as a")]].concat());
    let (output, said) = brisk(folder.path(), &[], &["check", "dashboards"]);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("panel \"lite\"") && said.contains("panel \"pg\""), "{said}");
    assert!(said.contains("panel \"my\"") && said.contains("2 problems"), "{said}");
    // It could be SQL that the parser does not know.
    assert!(said.contains("panel \"pg\": could not be read without the database"), "{said}");
    assert!(said.contains("note: source \"unknown\" is not declared in brisk.toml"), "{said}");
}

#[test]
fn warming_and_invalidating_need_a_shared_cache_and_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let (output, said) = brisk(folder.path(), &[], &["warm"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("warm = true under [cache]"), "{said}");
    let (output, said) = brisk(folder.path(), &[("BRISK_REDIS_URL", "")], &["invalidate", "a"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("no Redis is configured"), "{said}");
}

/// The panels of two dashboards, by who says how long they may be shown.
const POLICIES: &str = "
[cache]
ttl = \"40s\"
stale = \"0s\"
[source.shop]
url = \"shop.sqlite\"
cache = { ttl = \"30s\" }
[source.plain]
url = \"shop.sqlite\"
";

async fn policies() -> (Engine, Arc<ManualClock>, TempDir) {
    let folder = folder(POLICIES);
    let csv = "Day,Count\n12/1/2009,1\n";
    std::fs::write(folder.path().join("visits.csv"), csv).unwrap();
    let import = ["import", "--into", "shop.sqlite", "--dates", "month-first", "visits.csv"];
    assert!(brisk(folder.path(), &[], &import).0.status.success());
    let panel = |id: &str, more: &str| {
        format!(
            "[[panel]]\nid = \"{id}\"\ntitle = \"A\"\nkind = \"stat\"\n{more}\nsql = \"select count as {id} from visits\"\n"
        )
    };
    let own = "title = \"Own\"\nsource = \"shop\"\ncache = { ttl = \"20s\" }\n".to_owned()
        + &panel("panel", "cache = { ttl = \"10s\" }")
        + &panel("dashboard", "");
    let other = "title = \"Other\"\nsource = \"shop\"\n".to_owned()
        + &panel("source", "")
        + &panel("everything", "source = \"plain\"");
    std::fs::create_dir(folder.path().join("dashboards")).unwrap();
    std::fs::write(folder.path().join("dashboards/own.toml"), own).unwrap();
    std::fs::write(folder.path().join("dashboards/other.toml"), other).unwrap();
    let flags = Flags { dashboards_dir: Some(folder.path().join("dashboards")), ..flags(&folder) };
    let settings = Settings::read(&flags, &Environment::default()).unwrap();
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_321_444_800)));
    let shared: Arc<dyn Clock> = clock.clone();
    let engine =
        assembly::engine(&settings, assembly::sources(&settings).unwrap(), &shared).unwrap();
    (engine, clock, folder)
}

#[tokio::test]
async fn the_nearest_policy_wins_of_panel_dashboard_source_and_default() {
    let (engine, clock, _folder) = policies().await;
    let loads = async || {
        let mut loads = Vec::new();
        for (slug, panels) in [("own", ["panel", "dashboard"]), ("other", ["source", "everything"])]
        {
            let dashboard = engine.catalog().dashboard(&Slug::parse(slug).unwrap()).unwrap();
            let view = ViewState::default_of(&dashboard);
            let shown =
                engine.view(&dashboard, &view, &Access::anonymous(), Trigger::View).await.unwrap();
            for state in shown.panels {
                state.current().await.unwrap();
            }
            let of = engine.loader().cache().statistics().of;
            for panel in panels {
                loads.push(of[&(format!("{slug}/{panel}").into(), Trigger::View)].loads);
            }
        }
        loads
    };
    assert_eq!(loads().await, [1, 1, 1, 1]);
    // TTLs are spread by a tenth. The panel's own may have ended more than once.
    for (after, expected) in
        [(8, [1, 1, 1, 1]), (7, [2, 1, 1, 1]), (10, [2, 2, 1, 1]), (10, [2, 2, 2, 1])]
    {
        clock.advance(after);
        let seen = loads().await;
        assert_eq!(seen[1..], expected[1..], "{after} s later");
        assert!(seen[0] >= expected[0] && (seen[0] == 1) == (after == 8), "{after} s later");
    }
    clock.advance(10);
    assert_eq!(loads().await[3], 2);
}

#[tokio::test]
async fn how_changes_are_noticed_is_a_setting_of_its_source() {
    let file = "[source.shop]\nurl = \"postgres://u@h/d\"\n\
                listen_url = \"postgres://u:hunter2@primary/d\"\n\
                [source.shop.watch.orders]\nsql = \"select count(*) from orders\"\n\
                [source.shop.watch.lines]\nsql = \"select 1\"\nevery = \"5m\"\ntags = [\"stock\"]\n\
                [source.deaf]\nurl = \"postgres://u@h/d\"\nlisten = false\n\
                [webhook.dbt]\nsecret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"\nsource = \"shop\"\n\
                per_minute = 60\n";
    let settings = read(file, &[]).unwrap();
    let source = |name: &str| &settings.sources[&SourceName::parse(name).unwrap()];
    let watches = &source("shop").watches;
    let paces: Vec<(&str, Duration, bool)> = watches
        .iter()
        .map(|watch| (watch.name.as_str(), watch.pace, watch.tags.is_some()))
        .collect();
    let expected =
        [("orders", Duration::from_secs(30), false), ("lines", Duration::from_secs(300), true)];
    assert_eq!(paces, expected);
    assert!(matches!(source("shop").listening, Listening::At(Ok(_))));
    assert!(matches!(source("deaf").listening, Listening::Off));
    assert!(!format!("{settings:?}").contains(PASSWORD));
    let shop = assembly::source(&settings, &SourceName::parse("shop").unwrap()).unwrap();
    let deaf = assembly::source(&settings, &SourceName::parse("deaf").unwrap()).unwrap();
    assert!(shop.can_listen() && !deaf.can_listen());
    let hooks = settings.hooks().unwrap();
    let hook = hooks.values().next().unwrap();
    assert_eq!((hook.per_minute, hook.source.is_some()), (Some(60), true));
    for (file, words) in [
        ("[source.shop]\nurl = \"x\"\n[source.shop.watch.a]\n", "\"sql\""),
        (
            "[source.shop]\nurl = \"x\"\n[source.shop.watch.a]\nsql = \"select 1\"\nevery = \"10ms\"\n",
            "every",
        ),
        (
            "[source.shop]\nurl = \"x\"\n[source.shop.watch.a]\nsql = \"select 1\"\ntags = [\"a b\"]\n",
            "a b",
        ),
        (
            "[source.shop]\nurl = \"x\"\n[source.shop.watch.a]\nsql = \"select 1\"\npace = \"1m\"\n",
            "pace",
        ),
        ("[source.shop]\nurl = \"x\"\nlisten = \"no\"\n", "listen"),
        ("[webhook.dbt]\nsource = \"Shop!\"\n", "Shop!"),
        ("[webhook.dbt]\nper_minute = 0\n", "per_minute"),
    ] {
        let said = read(file, &[]).unwrap_err();
        assert!(said.contains("brisk.toml:") && said.contains(words), "{words}: {said}");
    }
}
