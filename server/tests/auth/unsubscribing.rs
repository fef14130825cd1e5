//! The link by which readers want no more of a report.

use super::world::{World, request};
use brisk_accounts::Secret;
use brisk_domain::{Clock, ReportName};
use brisk_store::{AuditFilter, Subscription};
use http::{HeaderName, HeaderValue};

const ONE_CLICK: &str = "List-Unsubscribe=One-Click";
const DEFINITION: &str = "title = \"Weekly team\"\ndashboard = \"team\"\n\
    to = [\"mail:board@example.com\"]\ncron = \"0 6 * * 1\"\n";

struct Linked {
    world: World,
    report: ReportName,
    path: String,
}

impl Linked {
    async fn new() -> Self {
        let world = World::new().await;
        let report = ReportName::parse("weekly").unwrap();
        let (by, now) = (super::world::actor(), world.clock.now());
        world.store.set_report(&report, DEFINITION, &by, now).await.unwrap();
        let secret = Secret::random();
        let recipient = "mail:board@example.com".to_owned();
        let of = Subscription { report: report.clone(), recipient };
        world.store.add_unsubscribe_link(&secret.hash(), &of, now).await.unwrap();
        let path = format!("/unsubscribe/{}", secret.expose());
        Self { world, report, path }
    }

    async fn is_unsubscribed(&self) -> bool {
        let unsubscribed = self.world.store.unsubscribed(&self.report).await.unwrap();
        unsubscribed.contains("mail:board@example.com")
    }
}

#[tokio::test]
async fn opening_the_link_changes_nothing_and_one_request_unsubscribes() {
    let linked = Linked::new().await;
    let Linked { world, path, .. } = &linked;
    for method in ["GET", "HEAD", "GET"] {
        let answer = world.ask(request(method, path, "", "")).await;
        assert_eq!(answer.status, 200, "{method}");
        assert!(!linked.is_unsubscribed().await, "{method}");
    }
    let asked = world.get(path, "").await;
    assert!(asked.body.contains("Weekly team") && asked.body.contains(">Unsubscribe<"));
    assert_eq!(asked.header("cache-control"), "no-store");
    // Whoever is signed in, or nobody; twice is fine.
    for _ in 0..2 {
        let done = world.post(path, "", ONE_CLICK).await;
        assert_eq!(done.status, 200, "{}", done.body);
        assert!(done.body.contains("You no longer receive"), "{}", done.body);
        assert!(linked.is_unsubscribed().await);
    }
    let again = world.get(path, "").await.body;
    assert!(again.contains("You no longer receive") && again.contains("Subscribe again"));
    let log = world.store.audit(&AuditFilter::default(), 50).await.unwrap();
    let recorded = log.iter().filter(|logged| logged.record.action == "unsubscribed").count();
    assert_eq!(recorded, 1, "once");
    // And back, as often.
    for _ in 0..2 {
        let back = world.post(path, "", "do=again").await;
        assert!(back.status == 200 && back.body.contains(">Unsubscribe<"), "{}", back.body);
        assert!(!linked.is_unsubscribed().await);
    }
    assert_eq!(world.post(path, "", ONE_CLICK).await.status, 200);
    assert!(linked.is_unsubscribed().await, "the link works for good");
}

#[tokio::test]
async fn mail_programs_of_all_kinds_unsubscribe() {
    // What RFC 8058 has programs send, and what those add that are pages.
    let bodies = [
        ("application/x-www-form-urlencoded", ONE_CLICK),
        (
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n",
        ),
        ("text/plain", ""),
    ];
    let origins: [&[(&str, &str)]; 4] = [
        &[],
        &[("origin", "https://mail.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors")],
    ];
    for (kind, body) in bodies {
        for headers in origins {
            let linked = Linked::new().await;
            let mut sent = request("POST", &linked.path, "", body);
            sent.headers_mut().insert("content-type", HeaderValue::from_static(kind));
            for (name, value) in headers {
                let name = HeaderName::from_static(name);
                sent.headers_mut().insert(name, HeaderValue::from_static(value));
            }
            let answer = linked.world.ask(sent).await;
            assert_eq!(answer.status, 200, "{kind} {headers:?}: {}", answer.body);
            assert!(linked.is_unsubscribed().await, "{kind} {headers:?}");
        }
    }
}

#[tokio::test]
async fn an_unknown_link_is_a_page_that_says_so_and_reveals_nothing() {
    let linked = Linked::new().await;
    let Linked { world, path, .. } = &linked;
    let root = world.sign_in("root").await;
    let wrong = format!("{}x", path);
    for unknown in [wrong.as_str(), "/unsubscribe/guess", "/unsubscribe/%00", "/unsubscribe/%ff"] {
        for who in ["", root.as_str()] {
            for (method, body) in [("GET", ""), ("POST", ONE_CLICK), ("POST", "do=again")] {
                let answer = world.ask(request(method, unknown, who, body)).await;
                assert_eq!(answer.status, 404, "{method} {unknown}");
                assert!(answer.body.contains("is not known, or too old"), "{}", answer.body);
                assert!(!answer.body.contains("Weekly"), "{}", answer.body);
            }
        }
    }
    assert!(!linked.is_unsubscribed().await);
    // One of a report that is gone still works, and names it as it can.
    let (by, now) = (super::world::actor(), world.clock.now());
    assert!(world.store.remove_report(&linked.report, &by, now).await.unwrap());
    let done = world.post(path, "", ONE_CLICK).await;
    assert!(done.status == 200 && done.body.contains("weekly"), "{}", done.body);
    assert!(linked.is_unsubscribed().await);
}
