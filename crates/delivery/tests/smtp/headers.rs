//! What is in the headers of a message, whatever its texts are.

use super::server::Server;
use super::{mailbox, mailer, send, settings};
use crate::messages::contents;
use brisk_delivery::mail::{Mailbox, Settings};
use brisk_delivery::{Contents, Message, Outcome};
use brisk_test_waiting::wait_for;
use url::Url;

/// The message as a server gets it.
async fn sent(contents: Contents, to: &Mailbox, change: impl Fn(&mut Settings)) -> String {
    let server = Server::usual().await;
    let mut settings = settings(server.port);
    change(&mut settings);
    let message = Message::new(contents).unwrap();
    let outcome = wait_for("an outcome", mailer(settings, None).send(&message, to)).await;
    assert_eq!(outcome, Outcome::Accepted);
    server.seen(|seen| seen.messages[0].clone())
}

/// The headers, each in one piece.
fn headers(text: &str) -> Vec<String> {
    let head = text.split_once("\r\n\r\n").unwrap().0;
    head.replace("\r\n ", " ").replace("\r\n\t", " ").split("\r\n").map(str::to_owned).collect()
}

fn header<'h>(headers: &'h [String], name: &str) -> Vec<&'h str> {
    let start = format!("{name}: ");
    headers.iter().filter_map(|header| header.strip_prefix(start.as_str())).collect()
}

#[tokio::test]
async fn a_message_has_the_headers_of_a_report() {
    let ann = mailbox("ann@example.com");
    let text = sent(contents(), &ann, |settings| {
        settings.reply_to = Some(mailbox("data-team@example.com"));
    });
    let headers = headers(&text.await);
    let one = |name| match header(&headers, name)[..] {
        [value] => value,
        ref values => panic!("{name}: {values:?}"),
    };
    assert_eq!(one("From"), "Brisk <brisk@example.com>");
    assert_eq!(one("To"), "ann@example.com");
    assert_eq!(one("Reply-To"), "data-team@example.com");
    assert_eq!(one("Date"), "Mon, 30 Nov 2026 06:00:05 +0000");
    assert_eq!(one("Message-ID"), format!("<{}@example.com>", contents().id));
    assert_eq!(one("Auto-Submitted"), "auto-generated");
    let link = "<https://brisk.example/reports/unsubscribe/dGhlLXRva2Vu>";
    assert_eq!(one("List-Unsubscribe"), link);
    assert_eq!(one("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert_eq!(one("MIME-Version"), "1.0");
}

#[tokio::test]
async fn one_click_is_for_https_and_no_link_is_no_header() {
    let ann = mailbox("ann@example.com");
    let http = Some(Url::parse("http://127.0.0.1:3000/unsubscribe/x").unwrap());
    let text = sent(Contents { unsubscribe: http, ..contents() }, &ann, |_| {}).await;
    assert_eq!(header(&headers(&text), "List-Unsubscribe").len(), 1);
    assert_eq!(header(&headers(&text), "List-Unsubscribe-Post").len(), 0);
    let text = sent(Contents { unsubscribe: None, ..contents() }, &ann, |_| {}).await;
    assert!(!text.contains("List-Unsubscribe") && !text.contains("Unsubscribe"), "{text}");
}

#[tokio::test]
async fn no_text_becomes_a_header_a_command_or_the_end() {
    let evils = [
        "x\r\nBcc: eve@evil.example\r\nContent-Type: text/html\r\n\r\n<script>".to_owned(),
        "x\nBcc: eve@evil.example".to_owned(),
        "x\rBcc: eve@evil.example".to_owned(),
        "x\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n".to_owned(),
        "x\u{2028}Bcc: eve@evil.example\u{85}Bcc: eve".to_owned(),
        "=?utf-8?q?x=0D=0ABcc:_eve@evil.example?=".to_owned(),
        format!("x{}\r\nBcc: eve", "é".repeat(10_000)),
        "\u{202e}fdp.exe \u{2066}\0\u{7f}".to_owned(),
        "売上レポート، مبيعات".to_owned(),
        "a,b;c:d\"e\\f<g>(h)".to_owned(),
        "\"".repeat(300),
        " ".repeat(3000),
        "a".repeat(998),
    ];
    for evil in evils {
        let mut contents = contents();
        contents.title.clone_from(&evil);
        contents.subject.clone_from(&evil);
        contents.introduction.clone_from(&evil);
        contents.attachments[0].name.clone_from(&evil);
        contents.drawings[0].title.clone_from(&evil);
        contents.drawings[0].alternative.clone_from(&evil);
        let to = Mailbox::new(Some(&evil), "ann@example.com").unwrap();
        let text = sent(contents, &to, |settings| {
            settings.from = Mailbox::new(Some(&evil), "brisk@example.com").unwrap();
        });
        let text = text.await;
        assert!(text.is_ascii(), "{evil:?}");
        for line in text.split("\r\n") {
            assert!(line.len() <= 998 && !line.contains(['\r', '\n', '\0']), "{evil:?}: {line}");
        }
        let headers = headers(&text);
        let names: Vec<&str> = headers
            .iter()
            .map(|header| header.split_once(": ").unwrap_or_else(|| panic!("{evil:?}: {header}")).0)
            .collect();
        let known = [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
            "MIME-Version",
            "Content-Type",
        ];
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), names.len(), "{evil:?}: {names:?}");
        assert!(names.iter().all(|name| known.contains(name)), "{evil:?}: {names:?}");
        assert_eq!(names.len(), known.len(), "{evil:?}: {names:?}");
    }
}

#[tokio::test]
async fn the_same_report_has_the_same_id_for_one_recipient() {
    let server = Server::usual().await;
    let mailer = mailer(settings(server.port), None);
    for _ in 0..2 {
        assert_eq!(send(&mailer).await, Outcome::Accepted);
    }
    let ids = server.seen(|seen| {
        let ids =
            seen.messages.iter().map(|text| header(&headers(text), "Message-ID")[0].to_owned());
        ids.collect::<Vec<_>>()
    });
    assert!(ids.len() == 2 && ids[0] == ids[1], "{ids:?}");
}
