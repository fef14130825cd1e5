//! At each point at which a connection may be lost or a server may say no, the outcome is the right one.

use super::server::{Authority, Does, Point, Server, but_at, usual};
use super::{credentials, mailbox, mailer, send, settings};
use crate::messages::contents;
use brisk_delivery::mail::{Settings, Tls};
use brisk_delivery::{Message, Outcome};
use brisk_test_waiting::{eventually, wait_for};
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;

/// All points that come before the message, with TLS and a password.
const BEFORE: [Point; 9] = [
    Point::Greeting,
    Point::Ehlo,
    Point::StartTls,
    Point::Handshake,
    Point::EhloAgain,
    Point::Auth,
    Point::Mail,
    Point::Rcpt,
    Point::Data,
];

fn say(text: &str) -> Does {
    Does::Say(text.to_owned())
}

/// What becomes of a message if the server does that at a point, and how many messages it has then.
async fn outcome(at: Point, does: Does) -> (Outcome, usize) {
    let authority = Authority::for_name(super::HOST);
    let server = Server::start(but_at(at, does), Some(authority.acceptor.clone()), false).await;
    let settings =
        Settings { tls: Tls::Start, credentials: credentials(), ..settings(server.port) };
    let outcome = send(&mailer(settings, Some(authority.file("ca.pem")))).await;
    (outcome, server.seen(|seen| seen.messages.len()))
}

fn words(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Accepted => "",
        Outcome::Refused(why) | Outcome::Unknown(why) | Outcome::NotSent { why, .. } => {
            why.as_str()
        }
    }
}

#[tokio::test]
async fn a_connection_that_is_lost_before_the_message_has_sent_nothing() {
    for at in [&[Point::Connect][..], &BEFORE].concat() {
        let (outcome, messages) = outcome(at, Does::Drop).await;
        assert!(matches!(outcome, Outcome::NotSent { after: None, .. }), "{at:?}: {outcome:?}");
        assert_eq!(messages, 0, "{at:?}");
    }
}

#[tokio::test]
async fn a_server_that_says_later_has_taken_nothing() {
    for at in BEFORE.into_iter().filter(|at| *at != Point::Handshake) {
        for text in ["451-4.3.0 busy\r\n451 later", "421 4.3.2 closing down"] {
            let (outcome, messages) = outcome(at, say(text)).await;
            assert!(matches!(outcome, Outcome::NotSent { .. }), "{at:?}: {outcome:?}");
            let said = text.replace("\r\n451", "").replace('-', " ");
            assert!(words(&outcome).contains(&said), "{at:?}: {outcome:?}");
            assert_eq!(messages, 0, "{at:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_says_no_has_refused() {
    for at in BEFORE.into_iter().filter(|at| *at != Point::Handshake) {
        let (outcome, messages) = outcome(at, say("550 5.7.1 not\x1b[31m for you")).await;
        assert!(matches!(outcome, Outcome::Refused(_)), "{at:?}: {outcome:?}");
        assert!(words(&outcome).starts_with("550 5.7.1 not [31m for you"), "{at:?}: {outcome:?}");
        assert_eq!(messages, 0, "{at:?}");
    }
}

#[tokio::test]
async fn what_is_no_answer_before_the_message_has_sent_nothing() {
    for at in BEFORE.into_iter().filter(|at| *at != Point::Handshake) {
        for text in ["HTTP/1.1 400 Bad Request", "399 what now", "250_", "299-yes\r\n298 no"] {
            let (outcome, messages) = outcome(at, say(text)).await;
            assert!(matches!(outcome, Outcome::NotSent { .. }), "{at:?} {text}: {outcome:?}");
            assert_eq!(messages, 0, "{at:?} {text}");
        }
    }
}

#[tokio::test]
async fn once_the_last_line_is_sent_only_an_answer_tells() {
    for (does, is_right) in [
        (Does::Drop, (|o| matches!(o, Outcome::Unknown(_))) as fn(&Outcome) -> bool),
        (say("250 2.0.0 queued"), |o| *o == Outcome::Accepted),
        (say("251-forwarded\r\n251 queued"), |o| *o == Outcome::Accepted),
        (say("451 4.7.1 try later"), |o| matches!(o, Outcome::NotSent { .. })),
        (say("421 4.3.2 closing"), |o| matches!(o, Outcome::NotSent { .. })),
        (say("554 5.6.0 spam"), |o| matches!(o, Outcome::Refused(_))),
        (say("354 go on"), |o| matches!(o, Outcome::Unknown(_))),
        (say("what?"), |o| matches!(o, Outcome::Unknown(_))),
        (say("250-half an answer\r\n421 gone"), |o| matches!(o, Outcome::Unknown(_))),
    ] {
        let (outcome, messages) = outcome(Point::Dot, does.clone()).await;
        assert!(is_right(&outcome), "{does:?}: {outcome:?}");
        assert_eq!(messages, 1, "{does:?}");
        let is_safe = matches!(outcome, Outcome::NotSent { .. } | Outcome::Refused(_));
        assert_eq!(outcome.may_have_arrived(), !is_safe);
    }
}

#[tokio::test]
async fn what_happens_after_the_answer_changes_nothing() {
    for does in [Does::Drop, say("500 no"), say("421 gone"), say("what?")] {
        let server = Server::plain(but_at(Point::Quit, does)).await;
        let settings = Settings { idle: Duration::ZERO, ..settings(server.port) };
        assert_eq!(send(&mailer(settings, None)).await, Outcome::Accepted);
        let has_quit = async || server.seen(|seen| seen.commands.iter().any(|c| c == "QUIT"));
        eventually("the connection is closed", has_quit).await;
    }
}

/// A message that no system's buffers hold.
fn large() -> Message {
    let mut contents = contents();
    contents.attachments[0].bytes = Bytes::from(vec![7; 17_000_000]);
    Message::new(contents).unwrap()
}

#[tokio::test]
async fn a_connection_that_is_lost_within_the_message_has_sent_nothing() {
    let server = Server::plain(but_at(Point::Body, Does::Drop)).await;
    let mailer = mailer(settings(server.port), None);
    let (message, ann) = (large(), mailbox("ann@example.com"));
    let outcome = wait_for("an outcome", mailer.send(&message, &ann)).await;
    assert!(matches!(outcome, Outcome::NotSent { .. }), "{outcome:?}");
    assert!(words(&outcome).ends_with("(the message itself)"), "{outcome:?}");
}

#[tokio::test]
async fn a_message_whose_last_line_has_left_may_have_arrived_also_if_the_server_read_less() {
    // All of it is in the system's buffers before the server is gone: nobody here can tell.
    let server = Server::plain(but_at(Point::Body, Does::Drop)).await;
    let outcome = send(&mailer(settings(server.port), None)).await;
    assert!(matches!(outcome, Outcome::Unknown(_) | Outcome::NotSent { .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_message_larger_than_the_server_takes_is_not_announced() {
    let server = Server::plain(but_at(Point::Ehlo, say("250-mx\r\n250 SIZE 20000"))).await;
    let mailer = mailer(settings(server.port), None);
    let (message, ann) = (large(), mailbox("ann@example.com"));
    let outcome = wait_for("an outcome", mailer.send(&message, &ann)).await;
    assert!(words(&outcome).starts_with("the mail server takes 20000 bytes, and these are 23"));
    assert!(matches!(outcome, Outcome::Refused(_)));
    assert_eq!(send(&mailer).await, Outcome::Accepted);
    server.seen(|seen| {
        assert_eq!(seen.connections, 1);
        let mail: Vec<_> = seen.commands.iter().filter(|c| c.starts_with("MAIL")).collect();
        assert!(mail.len() == 1 && mail[0].starts_with("MAIL FROM:<brisk@example.com> SIZE="));
    });
}

#[tokio::test]
async fn silence_before_the_message_has_sent_nothing() {
    for at in [Point::Greeting, Point::Ehlo, Point::Mail, Point::Rcpt, Point::Data] {
        let server = Server::plain(but_at(at, Does::Silence)).await;
        let settings = Settings { timeout: Duration::from_millis(50), ..settings(server.port) };
        let outcome = send(&mailer(settings, None)).await;
        assert!(matches!(outcome, Outcome::NotSent { .. }), "{at:?}: {outcome:?}");
        assert!(words(&outcome).contains("no answer within 50 ms"), "{at:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn silence_after_the_message_tells_nothing() {
    let server = Server::plain(but_at(Point::Dot, Does::Silence)).await;
    let settings = Settings { timeout: Duration::from_millis(50), ..settings(server.port) };
    let mailer = mailer(settings, None);
    // On a machine that takes longer for a step it is not sent, and sent again.
    loop {
        let outcome = send(&mailer).await;
        if server.seen(|seen| seen.messages.len()) == 1 {
            assert!(words(&outcome).contains("no answer within 500 ms"), "{outcome:?}");
            assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
            return;
        }
        assert!(matches!(outcome, Outcome::NotSent { .. }), "{outcome:?}");
    }
}

#[tokio::test]
async fn nobody_who_listens_has_got_nothing() {
    let settings = Settings { host: super::GONE.into(), ..settings(9) };
    let outcome = send(&mailer(settings, None)).await;
    assert!(matches!(outcome, Outcome::NotSent { .. }), "{outcome:?}");
    assert!(words(&outcome).starts_with("gone.internal takes no connection"), "{outcome:?}");
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_replaced_by_a_new_one() {
    for gone in [Does::Drop, say("421 4.4.2 idle for too long")] {
        let mails = Arc::new(std::sync::Mutex::new(0));
        let script = Arc::new(move |point: Point, said: &str| {
            let mut mails = mails.lock().unwrap();
            *mails += usize::from(point == Point::Mail);
            // The second on the first connection, and no other.
            if point == Point::Mail && *mails == 2 { gone.clone() } else { usual(point, said) }
        });
        let server = Server::plain(script).await;
        let mailer = mailer(settings(server.port), None);
        for _ in 0..2 {
            assert_eq!(send(&mailer).await, Outcome::Accepted);
        }
        assert_eq!(server.seen(|seen| (seen.connections, seen.messages.len())), (2, 2));
    }
}
