//! Nothing is said in the clear that should not be, and the password goes to nobody else.

use super::server::{Authority, Does, Point, Server, but_at, usual};
use super::{HOST, credentials, mailer, mailer_of, send, settings};
use brisk_delivery::Outcome;
use brisk_delivery::mail::{Settings, Tls};
use brisk_outgoing::Plain;
use std::sync::Arc;

async fn server(authority: &Authority, at: Point, does: Does, implicit: bool) -> Server {
    Server::start(but_at(at, does), Some(authority.acceptor.clone()), implicit).await
}

fn why(outcome: &Outcome) -> &str {
    let Outcome::NotSent { why, .. } = outcome else { panic!("{outcome:?}") };
    why.as_str()
}

#[tokio::test]
async fn mail_goes_over_tls_from_the_first_byte_or_after_starttls() {
    let authority = Authority::for_name(HOST);
    for tls in [Tls::Implicit, Tls::Start] {
        let acceptor = Some(authority.acceptor.clone());
        let server = Server::start(Arc::new(usual), acceptor, tls == Tls::Implicit).await;
        let settings = Settings { tls, credentials: credentials(), ..settings(server.port) };
        let outcome = send(&mailer(settings, Some(authority.file("ca.pem")))).await;
        assert_eq!(outcome, Outcome::Accepted, "{tls:?}");
        let said = server.seen(|seen| seen.commands.clone());
        let said: Vec<&str> = said.iter().map(|said| said.split(" SIZE").next().unwrap()).collect();
        let before: &[&str] =
            if tls == Tls::Start { &["EHLO [127.0.0.1]", "STARTTLS"] } else { &[] };
        let after = [
            "EHLO [127.0.0.1]",
            // "\0brisk\0hunter2 ✓"
            "AUTH PLAIN AGJyaXNrAGh1bnRlcjIg4pyT",
            "MAIL FROM:<brisk@example.com>",
            "RCPT TO:<ann@example.com>",
            "DATA",
        ];
        assert_eq!(said, [before, &after].concat(), "{tls:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_who_it_should_be_gets_nothing() {
    let (authority, another) = (Authority::for_name("other.internal"), Authority::for_name(HOST));
    for (ca, tls) in
        [(&authority, Tls::Implicit), (&another, Tls::Implicit), (&authority, Tls::Start)]
    {
        let acceptor = Some(authority.acceptor.clone());
        let server = Server::start(Arc::new(usual), acceptor, tls == Tls::Implicit).await;
        let settings = Settings { tls, credentials: credentials(), ..settings(server.port) };
        let outcome = send(&mailer(settings, Some(ca.file("ca.pem")))).await;
        assert!(why(&outcome).starts_with("mail.internal is not trusted over TLS"), "{outcome:?}");
        let said = server.seen(|seen| seen.commands.clone());
        assert!(
            !said.iter().any(|said| said.contains("AUTH") || said.contains("MAIL")),
            "{said:?}"
        );
    }
}

#[tokio::test]
async fn a_server_without_starttls_gets_nothing() {
    let authority = Authority::for_name(HOST);
    let ehlo = Does::Say("250-mx.test\r\n250 AUTH PLAIN LOGIN".into());
    let server = server(&authority, Point::Ehlo, ehlo, false).await;
    let settings =
        Settings { tls: Tls::Start, credentials: credentials(), ..settings(server.port) };
    let outcome = send(&mailer(settings, Some(authority.file("ca.pem")))).await;
    let said = "mail.internal does not offer STARTTLS: nothing is sent without TLS";
    assert_eq!(why(&outcome), said);
    assert_eq!(server.seen(|seen| seen.commands.clone()), ["EHLO [127.0.0.1]"]);
}

#[tokio::test]
async fn what_was_said_in_the_clear_does_not_count_after_starttls() {
    let authority = Authority::for_name(HOST);
    let injected = Does::Say("220 go ahead\r\n250-evil\r\n250 AUTH LOGIN".into());
    let server = server(&authority, Point::StartTls, injected, false).await;
    let settings =
        Settings { tls: Tls::Start, credentials: credentials(), ..settings(server.port) };
    let outcome = send(&mailer(settings, Some(authority.file("ca.pem")))).await;
    // In one segment it is seen at once, in two the handshake fails.
    let said = why(&outcome);
    assert!(said.contains("it answers what was not said") || said.contains("TLS"), "{said}");
    let said = server.seen(|seen| seen.commands.clone());
    assert!(!said.iter().any(|said| said.contains("AUTH") || said.contains("MAIL")), "{said:?}");
}

#[tokio::test]
async fn without_tls_mail_goes_only_where_the_client_may_go_without() {
    let server = Server::usual().await;
    let outcome = send(&mailer_of(settings(server.port), None, Plain::Never)).await;
    assert!(why(&outcome).starts_with("mail.internal gets no mail without TLS"), "{outcome:?}");
    assert_eq!(server.seen(|seen| seen.connections), 0);
    for plain in [Plain::Loopback, Plain::Allowed] {
        let outcome = send(&mailer_of(settings(server.port), None, plain)).await;
        assert_eq!(outcome, Outcome::Accepted);
    }
}

#[tokio::test]
async fn servers_are_signed_in_to_as_they_offer() {
    for (ehlo, said) in [
        ("AUTH CRAM-MD5 LOGIN", &["AUTH LOGIN", "YnJpc2s=", "aHVudGVyMiDinJM="][..]),
        ("AUTH LOGIN PLAIN", &["AUTH PLAIN AGJyaXNrAGh1bnRlcjIg4pyT"]),
    ] {
        let ehlo = Does::Say(format!("250-mx.test\r\n250 {ehlo}"));
        let server = Server::plain(but_at(Point::Ehlo, ehlo)).await;
        let settings = Settings { credentials: credentials(), ..settings(server.port) };
        assert_eq!(send(&mailer(settings, None)).await, Outcome::Accepted);
        assert_eq!(server.seen(|seen| seen.commands[1..=said.len()].to_vec()), said);
    }
    let server = Server::plain(but_at(Point::Ehlo, Does::Say("250 AUTH CRAM-MD5".into()))).await;
    let settings = Settings { credentials: credentials(), ..settings(server.port) };
    let outcome = send(&mailer(settings, None)).await;
    assert!(why(&outcome).contains("offers neither AUTH PLAIN nor AUTH LOGIN"), "{outcome:?}");
}

#[tokio::test]
async fn a_password_that_the_server_repeats_is_not_passed_on() {
    let echo = Arc::new(|point: Point, said: &str| match point {
        Point::Auth => Does::Say(format!("535 5.7.8 wrong: {said}, hunter2 ✓")),
        _ => usual(point, said),
    });
    let server = Server::plain(echo).await;
    let settings = Settings { credentials: credentials(), ..settings(server.port) };
    let shown = format!("{settings:?}");
    let mailer = mailer(settings, None);
    let outcome = send(&mailer).await;
    let said = "535 5.7.8 wrong: AUTH PLAIN …, … (in answer to the name and the password)";
    assert!(matches!(&outcome, Outcome::Refused(why) if why.as_str() == said), "{outcome:?}");
    for text in [shown, format!("{mailer:?}")] {
        assert!(text.contains("Secret(…)") && !text.contains("hunter2"), "{text}");
    }
}
