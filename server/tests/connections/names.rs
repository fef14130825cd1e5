//! The names that a server answers to.

use super::process::{Process, rest, status};
use brisk_bench::servers::free_port;
use brisk_test_waiting::{LIMIT, eventually_blocking};
use std::io::Write as _;
use std::net::TcpStream;

fn ask(brisk: &Process, head: &str) -> String {
    rest(&mut brisk.send(&format!("{head}\r\nconnection: close\r\n\r\n")))
}

#[test]
fn only_own_names_are_answered() {
    let brisk = Process::start("public_url = \"https://dash.example\"\nown_names = [\"brisk\"]\n");
    let port = brisk.port;
    for (head, expected) in [
        (format!("GET /d/sales HTTP/1.1\r\nhost: 127.0.0.1:{port}"), 200),
        (format!("GET /d/sales HTTP/1.1\r\nhost: localhost:{port}"), 200),
        ("GET /d/sales HTTP/1.1\r\nhost: [::1]:8080".into(), 200),
        ("GET /d/sales HTTP/1.1\r\nhost: dash.example".into(), 200),
        ("GET /d/sales HTTP/1.1\r\nhost: brisk:3000".into(), 200),
        ("GET http://brisk/d/sales HTTP/1.1\r\nhost: brisk".into(), 200),
        ("GET /d/sales HTTP/1.1\r\nhost: evil.example".into(), 421),
        (format!("GET /d/sales HTTP/1.1\r\nhost: evil.example:{port}"), 421),
        ("GET /assets/x HTTP/1.1\r\nhost: evil.example".into(), 421),
        ("GET /api/v1/dashboards HTTP/1.1\r\nhost: evil.example".into(), 421),
        ("GET /metrics HTTP/1.1\r\nhost: evil.example".into(), 421),
        ("POST /theme HTTP/1.1\r\nhost: evil.example\r\ncontent-length: 0".into(), 421),
        ("GET http://evil.example/d/sales HTTP/1.1\r\nhost: localhost".into(), 400),
        ("GET http://evil.example/d/sales HTTP/1.1\r\nhost: evil.example".into(), 421),
        ("GET /d/sales HTTP/1.1".into(), 400),
        ("GET /d/sales HTTP/1.0".into(), 400),
        ("GET /d/sales HTTP/1.1\r\nhost: localhost\r\nhost: evil.example".into(), 400),
        ("GET /d/sales HTTP/1.1\r\nhost: localhost\r\nhost: localhost".into(), 400),
        ("GET /d/sales HTTP/1.1\r\nhost: local host".into(), 400),
        ("GET /healthz HTTP/1.1\r\nhost: 10.1.2.3:80".into(), 200),
        ("GET /readyz HTTP/1.1\r\nhost: evil.example".into(), 200),
        ("GET /healthz HTTP/1.0".into(), 200),
        ("POST /hooks/none HTTP/1.1\r\nhost: brisk.internal\r\ncontent-length: 0".into(), 401),
    ] {
        let answer = ask(&brisk, &head);
        assert_eq!(status(&answer), expected, "{head}: {answer}");
        if expected == 421 {
            assert!(
                answer.contains("name evil.example.") && answer.contains("own_names"),
                "{answer}"
            );
        }
    }
}

#[test]
fn names_come_from_variables_too() {
    let variables = [("BRISK_OWN_NAMES", "one.example, two.example"), ("BRISK_PUBLIC_URL", "")];
    let brisk = Process::start_with("own_names = [\"old.example\"]\n", &variables, None);
    for (name, expected) in [("one.example", 200), ("two.example", 200), ("old.example", 421)] {
        let answer = ask(&brisk, &format!("GET /d/sales HTTP/1.1\r\nhost: {name}"));
        assert_eq!(status(&answer), expected, "{name}");
    }
}

#[test]
fn what_is_no_page_of_assets_is_not_kept() {
    let brisk = Process::start("");
    brisk.add_asset("there", 3);
    let kept = |answer: &str| answer.contains("max-age=31536000, immutable");
    let there = brisk.get("/assets/there");
    assert!(status(&there) == 200 && kept(&there), "{there}");
    let gone = brisk.get("/assets/gone");
    assert_eq!(status(&gone), 404);
    assert!(!kept(&gone) && gone.contains("cache-control: no-store\r\n"), "{gone}");
}

#[test]
fn over_tls_browsers_are_told_to_come_back_over_tls_and_other_sites_get_no_hold() {
    let tls = Process::start("public_url = \"https://dash.example\"\n");
    let plain = Process::start("");
    for (brisk, expected) in [(&tls, true), (&plain, false)] {
        for path in ["/", "/nowhere", "/api/v1/dashboards"] {
            let answer = brisk.get(path).to_lowercase();
            assert_eq!(answer.contains("strict-transport-security: max-age=31536000"), expected);
            assert!(answer.contains("cross-origin-opener-policy: same-origin"), "{answer}");
            assert!(answer.contains("cross-origin-resource-policy: same-origin"), "{answer}");
        }
    }
}

#[test]
fn figures_have_a_listener_of_their_own_where_one_is_set() {
    let figures = free_port().unwrap();
    let brisk = Process::start(&format!("metrics_listen = \"127.0.0.1:{figures}\"\n"));
    let closed = || !brisk.get("/metrics").contains("brisk_tasks ");
    assert!(!closed(), "without an admin everything is open");
    brisk.command(&["user", "add", "root", "--role", "admin"]);
    eventually_blocking("the figures are for admins", closed);
    let ask = |path: &str, host: &str| {
        let mut stream = TcpStream::connect(("127.0.0.1", figures)).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        rest(&mut stream)
    };
    let answer = ask("/metrics", "localhost");
    assert!(status(&answer) == 200 && answer.contains("\nbrisk_tasks "), "{answer}");
    for path in ["/", "/d/sales", "/api/v1/dashboards", "/admin/cache", "/metrics/", "/%6detrics"] {
        let answer = ask(path, "localhost");
        assert!(status(&answer) == 404 && !answer.contains("Sales"), "{path}: {answer}");
    }
    // A page of another name that was made to point to this machine.
    assert_eq!(status(&ask("/metrics", "evil.example")), 421);
}
