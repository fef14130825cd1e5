//! Text that is meant to become markup, in every field that somebody can fill in: files, rows, forms, addresses,
//! headers. Whatever page it is on, it is text there.

use super::world::{NOW, World, request};
use brisk_accounts::{Role, account::Attributes};
use brisk_domain::view::query_string;
use brisk_domain::{AttributeName, ReportName, Selection};
use brisk_server::config::AccountLimits;
use brisk_store::{AccountChange, Actor, AuditRecord};
use std::fmt::Write as _;
use std::time::Duration;

/// Leaves an attribute, a script, a title, a comment and an element, and has one of its own.
const EVIL: &str =
    "\"'> onpwn=1 <x-pwn onpwn=1></script></title></style></textarea>--><x-pwn>javascript:pwn()";

/// A start tag: its name, and its attributes.
#[derive(Debug, Default)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

/// The start tags of a page, as browsers find them.
fn tags(html: &str) -> Vec<Tag> {
    let mut tags: Vec<Tag> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
        } else if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let (tag, behind) = tag(rest);
            rest = behind;
            // What is in these is text up to their end.
            if ["script", "style", "title", "textarea"].contains(&tag.name.as_str()) {
                let end = format!("</{}", tag.name);
                rest = rest.split_once(end.as_str()).map_or("", |(_, rest)| rest);
            }
            tags.push(tag);
        }
    }
    tags
}

/// The tag that begins here, and what is behind it.
fn tag(text: &str) -> (Tag, &str) {
    let is_end = |c: char| c.is_ascii_whitespace() || c == '>' || c == '/';
    let end = text.find(is_end).unwrap_or(text.len());
    let mut found = Tag { name: text[..end].to_ascii_lowercase(), attributes: Vec::new() };
    let mut rest = &text[end..];
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() || rest.starts_with('>') {
            return (found, rest.get(1..).unwrap_or_default());
        }
        let end = rest.find(|c: char| is_end(c) || c == '=').unwrap_or(rest.len());
        let name = rest[..end.max(1)].to_ascii_lowercase();
        rest = &rest[end.max(1)..];
        let mut value = "";
        if let Some(given) = rest.strip_prefix('=') {
            let quote = given.chars().next().filter(|c| ['"', '\''].contains(c));
            (value, rest) = match quote {
                Some(quote) => given[1..].split_once(quote).unwrap_or((&given[1..], "")),
                None => given.split_at(given.find(is_end).unwrap_or(given.len())),
            };
        }
        found.attributes.push((name, value.to_owned()));
    }
}

/// Refuses elements and attributes that were text, and addresses that are scripts.
fn check(what: &str, html: &str) {
    let all = tags(html);
    assert!(!all.is_empty(), "{what}: {html}");
    for tag in all {
        assert_ne!(tag.name, "x-pwn", "{what}");
        for (name, value) in &tag.attributes {
            assert!(!name.starts_with("on"), "{what}: {tag:?}");
            assert!(name != "style" && name != "srcdoc", "{what}: {tag:?}");
            if ["href", "src", "action", "formaction", "xlink:href", "data-src"]
                .contains(&name.as_str())
            {
                let address = value.trim_start().to_ascii_lowercase();
                assert!(
                    !address.starts_with("javascript") && !address.starts_with("data:"),
                    "{what}: {tag:?}"
                );
            }
        }
    }
}

/// A page, or a part of one in JSON.
fn check_answer(what: &str, kind: &str, body: &str) {
    match kind {
        kind if kind.starts_with("text/html") => check(what, body),
        kind if kind.starts_with("application/json") && what.starts_with("/fn/") => {
            let value: serde_json::Value = serde_json::from_str(body).unwrap();
            texts(&value, &mut |text: &str| {
                if text.contains('<') && !text.contains(EVIL) {
                    check(what, text);
                }
            });
        }
        // No browser takes these for pages: each answer has `nosniff`.
        _ => {}
    }
}

fn texts(value: &serde_json::Value, see: &mut impl FnMut(&str)) {
    match value {
        serde_json::Value::String(text) => see(text),
        serde_json::Value::Array(all) => all.iter().for_each(|one| texts(one, see)),
        serde_json::Value::Object(all) => all.values().for_each(|one| texts(one, see)),
        _ => {}
    }
}

fn dashboard() -> String {
    let text = serde_json::to_string(EVIL).unwrap();
    let sql =
        |sql: &str| serde_json::to_string(&sql.replace("EVIL", &EVIL.replace('\'', "''"))).unwrap();
    let name = EVIL.replace('"', "\"\"");
    let labelled = format!("filter = \"one\"\ncolumns = {{ n = {{ label = {text} }} }}\n");
    let mut file = format!(
        "title = {text}\ndescription = {text}\nsource = \"shop\"\nrange = \"last 7 days\"\naccess = \"everyone\"\n\
         [[variable]]\nname = \"one\"\nlabel = {text}\nkind = \"single\"\noptions = {}\n\
         [[variable]]\nname = \"many\"\nlabel = {text}\nkind = \"multi\"\noptions = [{text}, \"x\"]\n",
        sql("select 'EVIL' as a union select 'y'"),
    );
    for (kind, columns, more) in [
        ("table", "'EVIL' as \"NAME\", 1 as n", labelled.as_str()),
        ("bar", "'EVIL' as \"NAME\", 3 as \"n NAME\"", "filter = \"many\"\n"),
        ("donut", "'EVIL' as \"NAME\", 3 as n", ""),
        ("stat", "3 as \"NAME\"", ""),
        ("gauge", "3 as \"NAME\"", "max = 10.0\n"),
        ("heatmap", "'EVIL' as \"NAME\", 'EVIL' as \"y NAME\", 3 as n", ""),
        ("histogram", "'EVIL' as \"NAME\", 3 as n", ""),
        ("scatter", "1 as \"NAME\", 2 as b, 'EVIL' as c", ""),
        ("line", "1 as \"NAME\", 'EVIL' as s, 2 as n", ""),
        ("area", "1 as \"NAME\", 'EVIL' as s, 2 as n", ""),
    ] {
        let statement = sql(&format!("select {}", columns.replace("NAME", &name)));
        let _ = write!(
            file,
            "[[panel]]\nid = \"{kind}\"\ntitle = {text}\ndescription = {text}\nkind = \"{kind}\"\n{more}sql = {statement}\n"
        );
    }
    // Fails, with a message of the database that has it.
    let failing = sql(&format!("select \"{name}\" from nowhere"));
    file + &format!(
        "[[panel]]\nid = \"failing\"\ntitle = {text}\nkind = \"table\"\nsql = {failing}\n"
    )
}

/// A server whose people, sessions, tokens and records are called so; and the cookie of an admin.
async fn world() -> (World, String) {
    let files = [
        ("evil.toml", dashboard()),
        ("folder/folder.toml", format!("title = {}\n", serde_json::to_string(EVIL).unwrap())),
        ("folder/other.toml", dashboard()),
        // Cannot be read, and is shown with what is wrong.
        (
            "broken.toml",
            format!("title = {0}\nsource = {0}\nkey = {0}\n", serde_json::to_string(EVIL).unwrap()),
        ),
    ];
    let world = World::over(&files, AccountLimits::default()).await;
    let root = world.person("root", Role::Admin, &["sales"]).await;
    world.change(&root, AccountChange::FullName(EVIL.to_owned())).await;
    let attribute = AttributeName::parse("tenant").unwrap();
    let attributes = Attributes::from([(attribute, Selection::of([EVIL.to_owned()]))]);
    world.change(&root, AccountChange::Attributes(attributes)).await;
    world.token(&root, "read", Duration::from_secs(3_600)).await;
    let mut sign_in =
        request("POST", "/sign-in", "", &format!("name=root&password={}", super::world::PASSWORD));
    sign_in.headers_mut().insert("user-agent", EVIL.parse().unwrap());
    let cookie = world.ask(sign_in).await.cookie().unwrap();
    let record = AuditRecord {
        at: NOW,
        actor: Actor { name: EVIL.into(), address: EVIL.into() },
        action: EVIL.into(),
        subject: EVIL.into(),
        before: Some(EVIL.into()),
        after: Some(EVIL.into()),
    };
    world.store.record_audit(&record).await.unwrap();
    let text = serde_json::to_string(EVIL).unwrap();
    let reports = [
        (
            "evil",
            format!(
                "title = {text}\ndashboard = \"evil\"\nto = [\"team:sales\"]\ncron = \"0 6 * * 1\"\n"
            ),
        ),
        ("broken", format!("title = {text}\n{text} = {text}\ndashboard = {text}\nto = [{text}]\n")),
    ];
    for (name, definition) in reports {
        let (name, by) = (ReportName::parse(name).unwrap(), &record.actor);
        world.store.set_report(&name, &definition, by, NOW).await.unwrap();
        world.store.ask_for_report(&name, by, NOW).await.unwrap();
    }
    (world, cookie)
}

#[tokio::test]
async fn text_stays_text_on_every_page_wherever_it_comes_from() {
    let (world, cookie) = world().await;
    let query = |pairs: &[(&str, &str)]| {
        let pairs: Vec<_> = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        query_string(&pairs)
    };
    let evil = query(&[("x", EVIL)]).replacen("?x=", "", 1);
    let mut pages: Vec<String> = super::routes::TABLE
        .iter()
        .filter(|(method, _, path, _)| *method == "GET" && !path.contains("/live"))
        .map(|(_, _, path, _)| (*path).to_owned())
        .collect();
    for panel in [
        "table",
        "bar",
        "donut",
        "stat",
        "gauge",
        "heatmap",
        "histogram",
        "scatter",
        "line",
        "area",
        "failing",
    ] {
        pages.push(format!("/d/evil/p/{panel}?cache=1"));
        pages.push(format!("/fn/panel?slug=evil&panel={panel}&query="));
        pages.push(format!("/fn/cache?slug=evil&panel={panel}&query="));
    }
    for path in [
        "/d/evil",
        "/d/other",
        "/d/broken",
        "/admin/cache/evil",
        "/admin/people",
        "/admin/reports?name=evil",
        "/admin/reports?name=broken",
        "/admin/reports/evil",
        "/admin/reports/broken/remove",
        "/admin/folders",
        "/admin/activity",
        "/profile",
    ] {
        pages.push(path.to_owned());
    }
    // Whatever an address has to say, in whatever parameter.
    for path in [
        "/d/evil",
        "/d/evil/p/table",
        "/sign-in",
        "/second-factor",
        "/admin/activity",
        "/admin/cache/purge",
        "/admin/cache/warm",
        "/admin/cache/policy",
        "/admin/sources/edit",
        "/admin/sources/remove",
        "/admin/schedules/remove",
        "/admin/jobs",
        "/api/try/data",
        "/profile",
    ] {
        for name in [
            "back",
            "one",
            "many",
            "range",
            "from",
            "to",
            "interval",
            "sort",
            "page",
            "tag",
            "scope",
            "state",
            "kind",
            "name",
            "actor",
            "action",
            "subject",
            "done",
            "refresh",
            "full",
            "panel",
            "variables",
            "zoomed",
        ] {
            pages.push(format!("{path}{}", query(&[(name, EVIL)])));
        }
    }
    for path in [
        "/d/",
        "/d/evil/p/",
        "/set-up/",
        "/admin/cache/",
        "/admin/people/",
        "/admin/invalidation/webhooks/",
        "/",
    ] {
        pages.push(format!("{path}{evil}"));
    }
    for who in [cookie.as_str(), ""] {
        for page in &pages {
            let answer = world.get(page, who).await;
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{page}");
            check_answer(page, answer.header("content-type"), &answer.body);
            let to = answer.header("location");
            assert!(to.is_empty() || to.starts_with('/') && !to.starts_with("//"), "{page}: {to}");
        }
    }
    // It is there, and was looked at.
    let shown = world.get("/d/evil", &cookie).await;
    assert!(shown.status == 200 && shown.body.contains("&lt;x-pwn onpwn=1&gt;"), "{}", shown.body);
    let people = world.get("/admin/activity", &cookie).await.body;
    assert!(people.contains("&lt;x-pwn onpwn=1&gt;"), "{people}");
}

#[tokio::test]
async fn forms_show_again_as_text_what_they_do_not_take() {
    let (world, cookie) = world().await;
    let field = query_string(&[("x".to_owned(), EVIL.to_owned())]).replacen("?x=", "", 1);
    let names = [
        "name",
        "full_name",
        "team",
        "teams",
        "attributes",
        "role",
        "url",
        "rollup_url",
        "wall_clock",
        "expression",
        "zone",
        "warms",
        "token_name",
        "dashboards",
        "scope",
        "days",
        "key",
        "code",
        "tags",
        "back",
        "tag",
        "ttl",
        "stale",
        "mode",
        "folder",
        "editors",
        "id",
        "state",
        "kind",
    ];
    for path in [
        "/admin/people",
        "/admin/sources/edit",
        "/admin/schedules",
        "/admin/jobs",
        "/admin/folders",
        "/admin/cache/purge",
        "/admin/cache/policy",
        "/admin/cache/warm",
        "/admin/invalidation",
        "/profile",
        "/second-factor",
        "/sign-in",
        "/theme",
    ] {
        for what in [
            "",
            "save",
            "invite",
            "team",
            "rights",
            "name",
            "token-add",
            "factor-offer",
            "factor-confirm",
            "add",
            "change",
            "check",
            "remove",
            "cancel",
            "retry",
        ] {
            let fields = names.map(|name| format!("&{name}={field}")).concat();
            let answer = world.post(path, &cookie, &format!("do={what}{fields}")).await;
            check_answer(&format!("{path} {what}"), answer.header("content-type"), &answer.body);
            let to = answer.header("location");
            assert!(to.is_empty() || to.starts_with('/') && !to.starts_with("//"), "{path}: {to}");
        }
    }
}

/// What proxies and frameworks elsewhere obey, and what makes caches hand one person's page to another.
#[tokio::test]
async fn headers_of_other_servers_change_no_page_and_no_address() {
    let (world, cookie) = world().await;
    for path in [
        "/",
        "/d/evil",
        "/admin/people",
        "/sign-in",
        "/profile",
        "/api",
        "/api/v1/openapi.json",
        "/nowhere",
    ] {
        for who in [cookie.as_str(), ""] {
            let plain = world.get(path, who).await;
            for (name, value) in [
                ("x-forwarded-host", "evil.example"),
                ("x-forwarded-proto", "https"),
                ("x-forwarded-prefix", "/evil.example"),
                ("x-forwarded-server", "evil.example"),
                ("x-host", "evil.example"),
                ("x-http-host-override", "evil.example"),
                ("forwarded", "for=127.0.0.1;host=evil.example;proto=https"),
                ("x-original-url", "/admin/people"),
                ("x-rewrite-url", "/admin/people"),
                ("x-http-method-override", "POST"),
                ("x-method-override", "DELETE"),
                ("x-forwarded-user", "root"),
                ("x-remote-user", "root"),
                ("referer", "https://evil.example/"),
            ] {
                let mut asked = request("GET", path, who, "");
                asked.headers_mut().insert(name, value.parse().unwrap());
                let answer = world.ask(asked).await;
                assert_eq!(answer.status, plain.status, "{path} {name}");
                assert_eq!(answer.header("location"), plain.header("location"), "{path} {name}");
                assert!(!answer.body.contains("evil.example"), "{path} {name}");
                // Shared caches keep none of it.
                let kept = answer.header("cache-control");
                assert!(kept.contains("no-store") || kept.contains("private"), "{path}: {kept:?}");
            }
        }
    }
}
