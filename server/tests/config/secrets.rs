//! Passwords and keys, which are never printed, and the store that they lead to.

use super::{PASSWORD, Variable, brisk, flags, folder, location, postgres, read};
use brisk_domain::{Clock, ManualClock};
use brisk_server::assembly;
use brisk_server::config::{Environment, Flags, Secret, Settings};
use brisk_store::{DatabaseUrl, KeyOrigin, SecretKey, StoreLocation};
use std::sync::Arc;

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
