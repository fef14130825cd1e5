//! What a message may be, and one of the tests' own.

use brisk_delivery::{
    Attachment, Change, Contents, Drawing, Figure, Filter, Meaning, Message, MessageId, Unfit,
};
use brisk_domain::Timestamp;
use bytes::Bytes;
use url::Url;

/// A drawing of one pixel.
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xff\xff?\0\x05\xfe\x02\xfe\xdc\xccY\xe7\0\0\0\0IEND\xaeB`\x82";

pub(crate) fn contents() -> Contents {
    let figure = |label: &str, value: &str, change: Option<(&str, Meaning)>| Figure {
        label: label.into(),
        value: value.into(),
        change: change.map(|(text, meaning)| Change { text: text.into(), meaning }),
    };
    let due = Timestamp::from_seconds(1_796_018_400);
    Contents {
        id: MessageId::of("weekly", due, "ann@example.com"),
        subject: "Sales: 23 – 29 November 2026".into(),
        introduction: "Good morning.\n\nThis was the week of the autumn sale.".into(),
        title: "Sales".into(),
        address: Some(
            Url::parse("https://brisk.example/d/sales?range=last-week&country=FR").unwrap(),
        ),
        range: "23 – 29 November 2026".into(),
        filters: vec![
            Filter { label: "Country".into(), value: "France".into() },
            Filter { label: "Channel".into(), value: "Shop & phone".into() },
        ],
        as_of: "As of 30 November 2026, 06:00 (Europe/Paris)".into(),
        due,
        late: None,
        figures: vec![
            figure("Revenue", "€ 1,234,567", Some(("+4.2 %", Meaning::Good))),
            figure("Orders", "18,204", Some(("−1.1 %", Meaning::Bad))),
            figure("Returns", "312", Some(("−8.0 %", Meaning::Good))),
            figure("Average basket", "€ 67.82", Some(("±0 %", Meaning::Neutral))),
            figure("Customers", "9,871", None),
        ],
        drawings: vec![Drawing {
            title: "Revenue by day".into(),
            alternative: "Bars, Monday to Sunday: \"highest\" on Saturday, € 301,220".into(),
            png: Bytes::from_static(PNG),
            size: (560, 220),
        }],
        attachments: vec![
            Attachment {
                name: "Sales 2026-11-30.pdf".into(),
                media_type: "application/pdf".into(),
                bytes: Bytes::from_static(b"%PDF-1.7\n.\n..\r\n\xff\0"),
                link: None,
            },
            Attachment {
                name: "Umsätze.csv".into(),
                media_type: "text/csv".into(),
                bytes: Bytes::from_static(b"day,revenue\n1,2\n.\n"),
                link: Some(Url::parse("https://brisk.example/reports/7/sales.csv").unwrap()),
            },
        ],
        unsubscribe: Some(
            Url::parse("https://brisk.example/reports/unsubscribe/dGhlLXRva2Vu").unwrap(),
        ),
    }
}

pub(crate) fn message() -> Message {
    Message::new(contents()).unwrap()
}

#[test]
fn the_id_is_that_of_report_due_time_and_recipient() {
    let due = Timestamp::from_seconds(1_796_018_400);
    let id = MessageId::of("weekly", due, "ann@example.com");
    assert_eq!(id, MessageId::of("weekly", due, "ann@example.com"));
    assert_eq!((id.as_str().len(), id.as_str().contains('.')), (32, false));
    for other in [
        MessageId::of("weekl", due, "yann@example.com"),
        MessageId::of("weekly", Timestamp::from_seconds(1_796_018_401), "ann@example.com"),
        MessageId::of("weekly", due, "bob@example.com"),
    ] {
        assert_ne!(id, other);
    }
}

#[test]
fn texts_are_of_one_line_and_short_whatever_they_were() {
    let evil = format!("Sales\r\nBcc: eve@evil.example\r\n\r\n\u{202e}{}", "x".repeat(10_000));
    let mut contents = contents();
    contents.title.clone_from(&evil);
    contents.subject.clone_from(&evil);
    contents.range.clone_from(&evil);
    contents.late = Some(evil.clone());
    contents.figures[0].label.clone_from(&evil);
    contents.figures[0].value.clone_from(&evil);
    contents.drawings[0].alternative.clone_from(&evil);
    let message = Message::new(contents).unwrap();
    let shown = message.contents();
    for text in [
        &shown.title,
        &shown.subject,
        &shown.range,
        shown.late.as_ref().unwrap(),
        &shown.figures[0].label,
        &shown.figures[0].value,
    ] {
        assert!(text.starts_with("Sales Bcc: eve@evil.example xxx"), "{text}");
        assert_eq!(text.chars().count(), 200);
    }
    assert_eq!(shown.drawings[0].alternative.chars().count(), 2000);
    assert!(!shown.drawings[0].alternative.contains(['\r', '\n', '\u{202e}']));
}

#[test]
fn nothing_is_without_a_title() {
    let message = Message::new(Contents {
        title: "\u{200b}\r\n".into(),
        subject: String::new(),
        ..contents()
    });
    let message = message.unwrap();
    assert_eq!((&*message.contents().title, &*message.contents().subject), ("Report", "Report"));
}

#[test]
fn names_of_files_are_those_of_files_and_differ() {
    let file = |name: &str| Attachment { name: name.into(), ..contents().attachments[0].clone() };
    let shown = |names: &[&str]| {
        let attachments = names.iter().map(|name| file(name)).collect();
        let message = Message::new(Contents { attachments, ..contents() }).unwrap();
        let files = message.contents().attachments.iter();
        files.map(|file| file.name.clone()).collect::<Vec<_>>()
    };
    for (name, fit) in [
        ("Sales.pdf", "Sales.pdf"),
        ("Umsätze 2026.xlsx", "Umsätze 2026.xlsx"),
        ("../../etc/passwd", "etc-passwd"),
        ("/etc/cron.d/x", "etc-cron.d-x"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("..", "report"),
        ("", "report"),
        (".pdf", "report.pdf"),
        (".bashrc", "report.bashrc"),
        ("a\r\nb\0c.pdf", "a b c.pdf"),
        ("\u{202e}fdp.exe", "fdp.exe"),
        ("CON.pdf", "report CON.pdf"),
        ("lpt1", "report lpt1"),
        ("a:b|c?.csv", "a-b-c.csv"),
        ("a. .pdf", "a.pdf"),
        ("%00.pdf", "00.pdf"),
        ("x.tar gz", "x.tar gz"),
    ] {
        assert_eq!(shown(&[name]), [fit], "{name:?}");
    }
    let long = shown(&[&format!("{}.pdf", "ü".repeat(5000))]);
    assert!(long[0].len() <= 90 && long[0].ends_with("ü.pdf"), "{long:?}");
    let names = shown(&["a.pdf", "A.pdf", "a.pdf", "a (2).pdf", "a"]);
    assert_eq!(names, ["a.pdf", "A (2).pdf", "a (3).pdf", "a (2) (2).pdf", "a"]);
}

#[test]
fn what_no_channel_could_send_is_refused_with_what_to_do() {
    let with = |change: &dyn Fn(&mut Contents)| {
        let mut contents = contents();
        change(&mut contents);
        Message::new(contents).unwrap_err()
    };
    let many = with(&|contents| contents.figures = vec![contents.figures[0].clone(); 25]);
    assert_eq!(many.to_string(), "a message has 24 figures at most, not 25: leave some out");
    let url = |text: &str| Some(Url::parse(text).unwrap());
    let long = format!("https://brisk.example/{}", "x".repeat(801));
    for address in ["javascript:alert(1)", "https://user:pass@brisk.example", "file:///etc/passwd"]
    {
        let said = with(&|contents| contents.address = url(address));
        assert!(matches!(said, Unfit::Address { what: "dashboard's address" }), "{said}");
    }
    let said = with(&|contents| contents.unsubscribe = url(&long));
    assert!(matches!(said, Unfit::Address { what: "link to unsubscribe" }), "{said}");
    let said = with(&|contents| contents.drawings[0].png = Bytes::from_static(b"<svg/>"));
    assert!(said.to_string().starts_with("the drawing \"Revenue by day\" is no PNG"), "{said}");
    let said = with(&|contents| contents.drawings[0].size = (0, 10));
    assert!(matches!(said, Unfit::Drawing { .. }), "{said}");
    for media_type in ["", "pdf", "text/html\r\nBcc: x", "text/html; x=y", "a/b/c", "/", "tëxt/x"]
    {
        let said = with(&|contents| contents.attachments[0].media_type = media_type.into());
        assert!(matches!(said, Unfit::MediaType { .. }), "{media_type}: {said}");
    }
    let said = with(&|contents| contents.attachments[0].bytes = vec![0; 18_000_000].into());
    assert!(matches!(said, Unfit::Large { has: 18_000_001.. }), "{said}");
}
