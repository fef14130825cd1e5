//! Messages to chats, as a receiver gets them.

use crate::messages::{contents, message};
use crate::receiver::{Receiver, answers, client, clock, named};
use brisk_delivery::slack::Chat;
use brisk_delivery::{Contents, Figure, Filter, Message, Outcome, Secret};
use brisk_test_waiting::wait_for;
use serde_json::Value;

fn chat(port: u16) -> Chat {
    let address = format!("http://127.0.0.1:{port}/services/T0/B0/s3cret");
    Chat::new(client(), clock(), &Secret::from(address)).unwrap()
}

async fn posted(contents: Contents) -> Value {
    let receiver = Receiver::saying("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
    let message = Message::new(contents).unwrap();
    let outcome = wait_for("an outcome", chat(receiver.port).send(&message)).await;
    assert_eq!(outcome, Outcome::Accepted);
    let requests = receiver.requests();
    assert!(requests[0].head.starts_with("POST /services/T0/B0/s3cret HTTP/1.1\r\n"));
    assert_eq!(requests[0].header("content-type"), "application/json");
    requests[0].json()
}

/// All texts in a request.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn a_message_has_blocks_for_slack_and_words_for_the_others() {
    let posted = posted(contents()).await;
    insta::assert_snapshot!(serde_json::to_string_pretty(&posted).unwrap());
}

#[tokio::test]
async fn nothing_in_the_data_mentions_anybody_or_is_a_link() {
    let evil = "<!channel> <@U123> @everyone @here @ann <https://evil.example|Sign in> \
                [Sign in](https://evil.example) ![x](https://evil.example/x.png) & *b*";
    let mut contents = contents();
    let Contents { title, range, as_of, introduction, figures, .. } = &mut contents;
    let Figure { label, value, change } = &mut figures[0];
    let change = &mut change.as_mut().unwrap().text;
    for text in [title, range, as_of, introduction, label, value, change] {
        evil.clone_into(text);
    }
    contents.late = Some(evil.into());
    contents.filters[0] = Filter { label: evil.into(), value: evil.into() };
    contents.address =
        Some(url::Url::parse("https://brisk.example/d/x?a=<!channel>|Other&b=@here").unwrap());
    let posted = posted(contents).await;
    let mut found = Vec::new();
    texts(&posted, &mut found);
    assert!(found.iter().filter(|text| text.contains("evil.example")).count() >= 5);
    for text in found {
        for mention in ["@everyone", "@here", "@ann", "](http", "<!", "<@"] {
            let is_plain = text.starts_with("<!channel>");
            assert!(is_plain || !text.contains(mention), "{mention}: {text}");
        }
        // The only sign of Slack's is that of the link to the dashboard.
        match text.strip_prefix("<https://brisk.example/") {
            Some(link) => assert!(link.ends_with("|Open the dashboard>") && !link.contains("<!")),
            // The header, which is plain text to Slack.
            None if text.starts_with("<!channel>") => {
                assert_eq!(posted["blocks"][0]["text"]["type"], "plain_text");
                assert_eq!(posted["blocks"][0]["text"]["text"], *text);
            }
            None => assert!(!text.contains(['<', '>']), "{text}"),
        }
    }
}

#[tokio::test]
async fn no_part_is_longer_than_slack_and_discord_take() {
    for sign in ["&", "@", "<", "é", "](", "a "] {
        let (short, long) = (sign.repeat(200), sign.repeat(6000));
        let mut contents = contents();
        contents.title.clone_from(&short);
        contents.range.clone_from(&short);
        contents.introduction = long;
        contents.filters = vec![Filter { label: short.clone(), value: short.clone() }; 24];
        let Figure { label, value, change } = &mut contents.figures[0];
        for text in [label, value, &mut change.as_mut().unwrap().text] {
            text.clone_from(&short);
        }
        contents.figures = vec![contents.figures[0].clone(); 24];
        let query = "&x=1".repeat(490);
        contents.address =
            Some(url::Url::parse(&format!("https://brisk.example/?{query}")).unwrap());
        let posted = posted(contents).await;
        let length = |value: &Value| value["text"].as_str().unwrap().chars().count();
        assert!(length(&posted) <= 1900, "{sign}");
        for block in posted["blocks"].as_array().unwrap() {
            let most = if block["type"] == "header" { 150 } else { 3000 };
            assert!(block.get("text").is_none_or(|text| length(text) <= most), "{sign}: {block}");
            let parts = [("fields", 2000, 10), ("elements", 3000, 10)];
            for (name, most, count) in parts {
                let Some(parts) = block[name].as_array() else { continue };
                assert!(parts.len() <= count, "{sign}: {name}");
                assert!(parts.iter().all(|part| length(part) <= most), "{sign}: {block}");
            }
        }
        let fields = posted["blocks"].as_array().unwrap().iter();
        let fields = fields.filter_map(|block| block["fields"].as_array().map(Vec::len));
        assert_eq!(fields.collect::<Vec<_>>(), [10, 10, 4], "{sign}");
        // Half an address leads elsewhere.
        assert!(!posted.to_string().contains("brisk.example"), "{sign}");
    }
}

#[tokio::test]
async fn what_the_answer_says_is_the_outcome() {
    for (answer, outcome) in answers() {
        let receiver = Receiver::saying(&answer).await;
        let became = wait_for("an outcome", chat(receiver.port).send(&message())).await;
        assert_eq!(named(&became), outcome, "{answer}: {became:?}");
        assert_eq!(receiver.requests().len(), 1, "{answer}");
    }
}

#[tokio::test]
async fn a_chat_that_is_not_reached_has_got_nothing() {
    for address in
        ["http://127.0.0.3:9/s3cret", "http://10.0.0.7/s3cret", "https://169.254.169.254/s3cret"]
    {
        let chat = Chat::new(client(), clock(), &Secret::from(address)).unwrap();
        let outcome = wait_for("an outcome", chat.send(&message())).await;
        assert_eq!(named(&outcome), "not sent", "{outcome:?}");
        assert!(!format!("{outcome:?} {chat:?}").contains("s3cret"));
    }
    let no_address = Chat::new(client(), clock(), &Secret::from("hooks.slack.com/x"));
    assert!(no_address.is_err());
}
