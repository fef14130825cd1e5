//! What is wrong with a configuration, where, and what is allowed.

use super::{brisk, folder, read};

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
        (
            "[jobs]\nworkers = 65",
            "2:11: \"workers\" of [jobs] must be a whole number from 0 to 64",
            "not 65",
        ),
        ("[cache]\nttl = \"5\"", "2:7: \"ttl\" of [cache] must be a duration from 0s to 30d", "5"),
        ("[cache]\nttl = \"250ms\"", "2:7: \"ttl\"", "a whole number and s, m, h or d"),
        ("[cache]\nmode = \"strickt\"", "2:8: mode \"strickt\"", "did you mean \"strict\"?"),
        ("[cache]\nmemory = 5", "2:10: \"memory\" of [cache] must be text in quotes", "not 5"),
        ("[cache]\nmemory = \"5 mb\"", "2:10: \"memory\"", "a size from 1 MiB to"),
        ("[cache]\nmemory = \"2 MiB\"\nlargest_frame = \"3 MiB\"", "3:17: ", "larger than"),
        ("[redis]\nurl = \"redis://h\"\nprefix = \"{a}\"", "3:10: \"prefix\" of [redis]", "brisk:"),
        ("[redis]\nurl = \"redis://h\"\nreplicas = 9", "3:12: \"replicas\"", "from 0 to 5"),
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
        (
            "[outgoing]\nallow = [\"id.internal:443\"]",
            "2:9: \"id.internal:443\" in \"allow\" of [outgoing] names no host",
            "without a port",
        ),
        ("[outgoing]\nallow = [\"10.0.0.0/8\"]", "2:9: \"10.0.0.0/8\" in", "\"10.0.0.7\""),
        (
            "[outgoing]\nallow = \"*.corp.example\"",
            "2:9: \"allow\" of [outgoing]",
            "a list of hosts",
        ),
        ("[outgoing]\ndeny = []", "2:1: unknown key \"deny\" in [outgoing]", "allow"),
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
        (oidc("").replace("id.example", ""), "begins with https://"),
        (oidc("").replace("id.example", "user:pw@id.example"), "begins with https://"),
        (oidc("").replace("id.example", "id.example:65536"), "begins with https://"),
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
