//! Messages to programs, as a receiver gets and verifies them.

use crate::messages::{contents, message};
use crate::receiver::{Receiver, Request, answers, client, clock, named};
use brisk_delivery::webhook::{NoWebhook, Webhook};
use brisk_delivery::{Attachment, Contents, Message, Outcome, Secret};
use brisk_domain::Timestamp;
use brisk_signature::{SigningKey, verify};
use brisk_test_waiting::{output, wait_for};
use bytes::Bytes;
use http::{HeaderMap, HeaderName};
use std::process::Command;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OLD: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

fn webhook(port: u16, secrets: &[&str]) -> Webhook {
    let address = Secret::from(format!("http://127.0.0.1:{port}/reports?token=s3cret"));
    let secrets: Vec<Secret> = secrets.iter().map(|&secret| secret.into()).collect();
    Webhook::new(client(), clock(), &address, &secrets).unwrap()
}

async fn sent(contents: Contents, secrets: &[&str]) -> Request {
    let receiver = Receiver::saying(OK).await;
    let message = Message::new(contents).unwrap();
    let outcome = wait_for("an outcome", webhook(receiver.port, secrets).send(&message)).await;
    assert_eq!(outcome, Outcome::Accepted);
    receiver.requests().remove(0)
}

#[tokio::test]
async fn a_program_gets_the_facts() {
    let request = sent(contents(), &[SECRET]).await;
    assert!(
        request.head.starts_with("POST /reports?token=s3cret HTTP/1.1\r\n"),
        "{}",
        request.head
    );
    assert_eq!(request.header("webhook-id"), contents().id.as_str());
    assert_eq!(request.header("webhook-timestamp"), "1796018405");
    insta::assert_snapshot!(serde_json::to_string_pretty(&request.json()).unwrap());
}

#[tokio::test]
async fn receivers_verify_it_with_either_secret_of_a_rotation() {
    let request = sent(contents(), &[SECRET, OLD]).await;
    let mut headers = HeaderMap::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        headers.insert(HeaderName::from_static(name), request.header(name).parse().unwrap());
    }
    let now = Timestamp::from_seconds(1_796_018_410);
    for (secret, is_known) in
        [(SECRET, true), (OLD, true), ("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false)]
    {
        let key = SigningKey::parse(secret).unwrap();
        let verified = verify([(true, &key)].into_iter(), &headers, request.body.as_bytes(), now);
        assert_eq!(verified.is_ok(), is_known, "{secret}");
    }
}

/// Verifies as of the message's own time: the library has no clock to be set.
const PYTHON: &str = r#"
import sys, unittest.mock, datetime
from standardwebhooks import Webhook
import standardwebhooks.webhooks as library

secret, path, id, timestamp, signature = sys.argv[1:]
class Then(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromtimestamp(int(timestamp), tz)
with unittest.mock.patch.object(library, "datetime", Then):
    headers = {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature}
    body = open(path, "rb").read().decode()
    print(Webhook(secret).verify(body, headers)["data"]["title"])
"#;

#[tokio::test]
async fn the_public_library_verifies_it() {
    if std::env::var_os("BRISK_TEST_QUICK").is_some() {
        return;
    }
    let python = std::env::var("BRISK_TEST_PYTHON").expect("cargo xtask test installs the library");
    let request = sent(contents(), &[OLD, SECRET]).await;
    let folder = tempfile::tempdir().unwrap();
    let body = folder.path().join("body.json");
    std::fs::write(&body, &request.body).unwrap();
    let mut command = Command::new(python);
    command.args(["-c", PYTHON, SECRET]).arg(&body);
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        command.arg(request.header(name));
    }
    let said = output(&mut command);
    let (text, error) =
        (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert_eq!(text, "Sales\n", "{error}");
}

#[tokio::test]
async fn small_files_are_inside_and_large_ones_have_their_link() {
    let file = |name: &str, bytes: usize| Attachment {
        name: name.into(),
        media_type: "text/csv".into(),
        bytes: Bytes::from(vec![b'x'; bytes]),
        link: Some(url::Url::parse("https://brisk.example/f").unwrap()),
    };
    let mut attachments = vec![file("large", (256 << 10) + 1), file("first", 256 << 10)];
    attachments.extend((0..4).map(|number| file(&format!("more {number}"), 256 << 10)));
    attachments.push(file("empty", 0));
    let request = sent(Contents { attachments, ..contents() }, &[SECRET]).await;
    let files = request.json()["data"]["files"].as_array().unwrap().clone();
    let inside: Vec<bool> = files.iter().map(|file| file["base64"].is_string()).collect();
    assert_eq!(inside, [false, true, true, true, true, false, true]);
    assert_eq!(
        (&files[0]["bytes"], &files[0]["url"]),
        (&262_145.into(), &"https://brisk.example/f".into())
    );
}

#[tokio::test]
async fn sent_again_it_is_the_same_message() {
    let receiver = Receiver::saying("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n").await;
    let webhook = webhook(receiver.port, &[SECRET]);
    for _ in 0..2 {
        assert_eq!(named(&wait_for("an outcome", webhook.send(&message())).await), "not sent");
    }
    let requests = receiver.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].header("webhook-id"), requests[1].header("webhook-id"));
    assert_eq!(requests[0].body, requests[1].body);
}

#[tokio::test]
async fn what_the_answer_says_is_the_outcome() {
    for (answer, outcome) in answers() {
        let receiver = Receiver::saying(&answer).await;
        let webhook = webhook(receiver.port, &[SECRET]);
        let became = wait_for("an outcome", webhook.send(&message())).await;
        assert_eq!(named(&became), outcome, "{answer}: {became:?}");
        assert_eq!(receiver.requests().len(), 1, "{answer}");
    }
}

#[test]
fn a_webhook_has_an_address_and_a_secret() {
    let made = |address: &str, secrets: &[&str]| {
        let secrets: Vec<Secret> = secrets.iter().map(|&secret| secret.into()).collect();
        Webhook::new(client(), clock(), &address.into(), &secrets)
    };
    let webhook = made("https://hooks.example/s3cret", &[SECRET]).unwrap();
    let shown = format!("{webhook:?}");
    assert!(!shown.contains("s3cret") && !shown.contains("MfKQ"), "{shown}");
    assert!(matches!(made("hooks.example", &[SECRET]), Err(NoWebhook::Address(_))));
    assert!(matches!(made("ftp://hooks.example", &[SECRET]), Err(NoWebhook::Address(_))));
    assert!(matches!(made("https://hooks.example", &[]), Err(NoWebhook::Unsigned)));
    let said = made("https://hooks.example", &["s3cret"]).unwrap_err();
    assert!(matches!(said, NoWebhook::Secret(_)) && !said.to_string().contains("s3cret"));
}
