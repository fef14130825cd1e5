//! A mail server of others takes what is sent, and Python's library reads in it what was said.

use super::server::Authority;
use super::{HOST, credentials, mailbox, mailer, settings};
use crate::messages::contents;
use brisk_delivery::mail::{Settings, Tls};
use brisk_delivery::{Message, Outcome};
use brisk_test_waiting::wait_for;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A server that wants TLS and a password, and prints what it gets.
const SERVER: &str = include_str!("server.py");

struct Server {
    process: Child,
    lines: UnboundedReceiver<String>,
    port: u16,
}

impl Server {
    async fn start(python: &str, authority: &Authority) -> Self {
        let mut command = Command::new(python);
        command.args(["-c", SERVER]).arg(authority.file("cert.pem")).arg(authority.file("key.pem"));
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let (sender, lines) = unbounded_channel();
        std::thread::spawn(move || {
            output
                .lines()
                .map_while(Result::ok)
                .take_while(|line| sender.send(line.clone()).is_ok())
                .count()
        });
        let mut server = Self { process, lines, port: 0 };
        server.port = server.line().await.parse().unwrap();
        server
    }

    async fn line(&mut self) -> String {
        wait_for("the mail server's output", self.lines.recv()).await.expect("it is running")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn another_server_and_another_library_read_what_was_sent() {
    if std::env::var_os("BRISK_TEST_QUICK").is_some() {
        return;
    }
    let python = std::env::var("BRISK_TEST_PYTHON").expect("cargo xtask test installs the server");
    let authority = Authority::for_name(HOST);
    let mut server = Server::start(&python, &authority).await;
    let settings =
        Settings { tls: Tls::Start, credentials: credentials(), ..settings(server.port) };
    let mailer = mailer(settings.clone(), Some(authority.file("ca.pem")));
    let sent = contents();
    let mut message = contents();
    message.title = "Umsätze\r\nBcc: eve@evil.example 売上".into();
    message.subject.clone_from(&message.title);
    message.introduction = ".\n..\n.end\n<b>bold</b> & \"quoted\"".into();
    let message = Message::new(message).unwrap();
    let ann = mailbox("ann@example.com");
    let outcome = mailer.send(&message, &ann);
    assert_eq!(wait_for("an outcome", outcome).await, Outcome::Accepted);
    let read: Value = serde_json::from_str(&server.line().await).unwrap();
    assert_eq!(read["from"], "brisk@example.com");
    assert_eq!(read["to"], serde_json::json!(["ann@example.com"]));
    assert_eq!(read["defects"], serde_json::json!([]));
    assert_eq!(read["headers"]["Subject"], "Umsätze Bcc: eve@evil.example 売上");
    assert_eq!(read["headers"].get("Bcc"), None);
    let parts: Vec<String> = read["parts"].as_array().unwrap().iter().map(part).collect();
    let id = sent.id.as_str();
    assert_eq!(
        parts,
        [
            "0 multipart/mixed".to_owned(),
            "1 multipart/alternative".to_owned(),
            "2 text/plain".to_owned(),
            "2 multipart/related".to_owned(),
            "3 text/html".to_owned(),
            format!("3 image/png inline drawing-1.png <drawing-1.{id}@example.com>"),
            "1 application/pdf attachment Sales 2026-11-30.pdf".to_owned(),
            "1 text/csv attachment Umsätze.csv".to_owned(),
        ]
    );
    let bytes = |place: usize| hex(&read["parts"][place]["hex"]);
    assert_eq!(bytes(5), sent.drawings[0].png);
    assert_eq!(bytes(6), sent.attachments[0].bytes);
    assert_eq!(bytes(7), sent.attachments[1].bytes);
    let (text, html) = (&read["parts"][2]["text"], &read["parts"][4]["text"]);
    let (text, html) = (text.as_str().unwrap(), html.as_str().unwrap());
    for line in [
        ".\n..\n.end\n<b>bold</b> & \"quoted\"\n",
        "Umsätze Bcc: eve@evil.example 売上\n23 – 29 November 2026\n",
        "Revenue: € 1,234,567 (+4.2 %, better)\nOrders: 18,204 (−1.1 %, worse)\n",
        "Attached: Sales 2026-11-30.pdf, Umsätze.csv\n",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(html.contains(&format!("src=\"cid:drawing-1.{id}@example.com\"")), "{html}");
    assert!(html.contains(".<br>..<br>.end<br>&lt;b&gt;bold&lt;/b&gt; &amp; &quot;quoted&quot;"));

    // As readers see it: changes are looked at in a browser, wide and narrow, light and dark.
    let usual = Message::new(contents()).unwrap();
    let outcome = wait_for("an outcome", mailer.send(&usual, &ann)).await;
    assert_eq!(outcome, Outcome::Accepted);
    let read: Value = serde_json::from_str(&server.line().await).unwrap();
    insta::assert_snapshot!("text", read["parts"][2]["text"].as_str().unwrap());
    insta::assert_snapshot!("html", read["parts"][4]["text"].as_str().unwrap());

    // And who has another password has sent nothing.
    let password = brisk_delivery::Secret::from("wrong");
    let user = "brisk".to_owned();
    let credentials = Some(brisk_delivery::mail::Credentials { user, password });
    let stranger =
        super::mailer(Settings { credentials, ..settings }, Some(authority.file("ca.pem")));
    let outcome = stranger.send(&message, &ann);
    let outcome = wait_for("an outcome", outcome).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.as_str().starts_with("535 ")),
        "{outcome:?}"
    );
}

fn part(part: &Value) -> String {
    let text = |name: &str| part[name].as_str().unwrap_or_default().to_owned();
    let all =
        [part["depth"].to_string(), text("type"), text("disposition"), text("name"), text("id")];
    all.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

fn hex(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap();
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}
