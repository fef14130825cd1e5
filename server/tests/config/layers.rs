//! Flags, variables, the file and defaults, and which of them takes precedence.

use super::{Variable, brisk, flags, folder, location, postgres, read};
use brisk_cache::Places;
use brisk_domain::{CacheMode, ChannelName, SourceName, WallClock};
use brisk_server::config::{Environment, Flags, Location, Secret, Settings};
use brisk_source::Dialect;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[test]
fn flags_stand_over_variables_over_the_file_over_defaults() {
    // Addresses that others can reach are refused by name, which shows the one in force.
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
    // Not the default, so that it shows.
    let folder = folder(&file.replace("replicas = 0", "replicas = 2"));
    let variables = [
        ("SHOP_URL", "postgres://h/shop"),
        ("REDIS_URL", "redis://h:6379/0"),
        ("BRISK_DB", "postgres://brisk:s3cret@h/brisk"),
        ("OIDC_SECRET", "s3cret of the client"),
        ("SMTP_PASSWORD", "s3cret of mail"),
        ("OPS_CHAT", "https://chat.example.com/hooks/1"),
        ("PIPELINE_URL", "https://pipeline.example.com/reports"),
        ("PIPELINE_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
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
    let mail = settings.mail().unwrap().unwrap();
    assert_eq!((mail.host.as_str(), mail.port, mail.connections), ("smtp.example.com", 465, 2));
    assert_eq!(mail.credentials.unwrap().password.expose(), "s3cret of mail");
    let channels = settings.channels().unwrap();
    let names: Vec<&str> = channels.keys().map(ChannelName::as_str).collect();
    assert_eq!(names, ["archive", "ops", "pipeline"]);
    let redis = settings.redis().unwrap().unwrap();
    assert_eq!((redis.urls, redis.prefix.as_str()), (vec!["redis://h:6379/0".into()], "brisk:"));
    assert_eq!((redis.timeout.as_millis(), redis.lease.as_millis()), (250, 3_000));
    assert_eq!(redis.replicas, 2);
    assert_eq!(redis.ca, Some(folder.path().join("ca.pem")));
    assert!(settings.cache.warm);
    let provider = settings.provider().unwrap().unwrap();
    assert_eq!(provider.issuer, "https://id.example.com/realms/main");
    assert_eq!(provider.client_secret.as_ref().unwrap().expose(), "s3cret of the client");
    assert_eq!((provider.rules.0.len(), provider.scopes.len()), (3, 3));
    assert_eq!(settings.outgoing.to_string(), "id.internal, *.corp.example");
    assert_eq!(provider.allow, settings.outgoing);
    let proxy = settings.auth.proxy.as_ref().unwrap();
    assert_eq!(
        (proxy.user.as_str(), proxy.rules.0[0].claim.as_str()),
        ("x-forwarded-user", "groups")
    );
    assert!(settings.auth.has_passwords && settings.auth.second_factor_for.len() == 1);
    assert!(!format!("{settings:?}").contains("s3cret"));
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
    // It matters only when it is opened.
    let (output, said) =
        brisk(folder.path(), &[("BRISK_REDIS_URL", "redis://127.0.0.1:1")], &["warm"]);
    assert!(!output.status.success() && said.contains("\"SHOP_URL\" is not set"), "{said}");
}
