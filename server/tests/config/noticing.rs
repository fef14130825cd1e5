//! How changes of a source are noticed.

use super::{PASSWORD, read};
use brisk_domain::SourceName;
use brisk_server::assembly;
use brisk_server::config::noticing::Listening;
use std::time::Duration;

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
