//! Many messages: few connections, and none that fails stops another.

use super::server::{Does, Point, Server, usual};
use super::{mailbox, mailer, settings};
use crate::messages::{contents, message};
use brisk_delivery::mail::Settings;
use brisk_delivery::{Contents, Message, Outcome};
use brisk_test_waiting::{eventually, wait_for};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

#[tokio::test]
async fn a_thousand_messages_take_two_connections_at_a_time() {
    let server = Server::usual().await;
    let mailer = Arc::new(mailer(settings(server.port), None));
    let (drawings, attachments) = (Vec::new(), Vec::new());
    let message = Message::new(Contents { drawings, attachments, ..contents() }).unwrap();
    let message = Arc::new(message);
    let mut sent = JoinSet::new();
    for number in 0..1000 {
        let (mailer, message) = (Arc::clone(&mailer), Arc::clone(&message));
        let to = mailbox(&format!("reader{number}@example.com"));
        sent.spawn(async move { mailer.send(&message, &to).await });
    }
    let sent = wait_for("a thousand outcomes", sent.join_all()).await;
    assert!(sent.iter().all(|outcome| *outcome == Outcome::Accepted));
    server.seen(|seen| {
        assert_eq!(seen.messages.len(), 1000);
        assert!((10..=12).contains(&seen.connections), "{}", seen.connections);
        // One that says goodbye may be there beside the next.
        assert!(seen.most_open <= 4, "{}", seen.most_open);
    });
}

#[tokio::test]
async fn one_recipient_who_is_refused_stops_no_other() {
    let script = Arc::new(|point: Point, said: &str| match said {
        "RCPT TO:<gone@example.com>" => Does::Say("550 5.1.1 no such user".into()),
        "RCPT TO:<full@example.com>" => Does::Say("452 4.2.2 mailbox full".into()),
        "RCPT TO:<cut@example.com>" => Does::Drop,
        _ => usual(point, said),
    });
    let server = Server::plain(script).await;
    let mailer = mailer(Settings { connections: 1, ..settings(server.port) }, None);
    let message = message();
    let mut outcomes = Vec::new();
    for name in ["ann", "gone", "bob", "full", "cut", "eve"] {
        let to = mailbox(&format!("{name}@example.com"));
        outcomes.push(wait_for(name, mailer.send(&message, &to)).await);
    }
    let is = |place: usize| &outcomes[place];
    for place in [0, 2, 5] {
        assert_eq!(*is(place), Outcome::Accepted, "{place}");
    }
    assert!(
        matches!(is(1), Outcome::Refused(why) if why.as_str().starts_with("550 5.1.1 no such user"))
    );
    assert!(matches!(is(3), Outcome::NotSent { why, .. } if why.as_str().starts_with("452 4.2.2")));
    assert!(matches!(is(4), Outcome::NotSent { .. }));
    server.seen(|seen| {
        let to = |name: &str| seen.messages.iter().filter(|text| text.contains(name)).count();
        assert_eq!((seen.messages.len(), to("To: ann@"), to("To: gone@")), (3, 1, 0));
        // The refused ones left theirs; the one that broke is tried over a new one, and the last has a third.
        assert_eq!(seen.connections, 3);
        assert_eq!(seen.commands.iter().filter(|command| *command == "RSET").count(), 2);
    });
}

#[tokio::test]
async fn connections_without_mail_are_closed() {
    let server = Server::usual().await;
    let settings = Settings { idle: Duration::from_millis(1), ..settings(server.port) };
    let mailer = mailer(settings, None);
    for _ in 0..2 {
        let to = mailbox("ann@example.com");
        assert_eq!(wait_for("an outcome", mailer.send(&message(), &to)).await, Outcome::Accepted);
        eventually("it is closed", async || server.seen(|seen| seen.open == 0)).await;
    }
    let quits = server.seen(|seen| seen.commands.iter().filter(|c| *c == "QUIT").count());
    assert_eq!(quits, 2);
}
