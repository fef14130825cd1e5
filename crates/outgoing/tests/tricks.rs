//! The table of tricks: what leads into a private network gets nowhere.

use crate::support::{Names, OK, Server, client, get, settings};
use brisk_outgoing::{Failure, Plain, Settings};
use std::sync::Arc;

/// Loopback, as addresses may spell it.
const SPELLINGS: [&str; 16] = [
    "127.0.0.1",
    "2130706433",
    "0x7f.1",
    "0x7F000001",
    "0177.0.0.1",
    "017700000001",
    "127.1",
    "127.0.1",
    "127.0.0.1.",
    "１２７.０.０.１",
    "127。0。0。1",
    "①②⑦.⓪.⓪.①",
    "%31%32%37.0.0.1",
    "0300.0250.0.1",
    "3232235521",
    "0xc0a80001",
];

/// Loopback and other private addresses within IPv6.
const IPV6: [&str; 12] = [
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:7f00:1::]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[2001:0:0:0:0:0:80ff:fffe]",
];

/// Names that have a private address, and what the resolver says of each.
const NAMES: [(&str, &[&str]); 14] = [
    ("localhost", &["127.0.0.1", "::1"]),
    ("localhost.", &["127.0.0.1"]),
    ("rebound.example", &["127.0.0.1"]),
    ("127.0.0.1.nip.example", &["127.0.0.1"]),
    ("metadata.google.internal", &["169.254.169.254"]),
    ("intranet.example", &["10.0.0.7"]),
    ("unspecified.example", &["0.0.0.0"]),
    ("mapped.example", &["::ffff:127.0.0.1"]),
    ("nat64.example", &["64:ff9b::7f00:1"]),
    ("public-first.example", &["8.8.8.8", "127.0.0.1"]),
    ("private-first.example", &["127.0.0.1", "8.8.8.8"]),
    ("both-families.example", &["2606:4700:4700::1111", "1.1.1.1", "::1"]),
    ("xn--bcher-kva.example", &["192.168.0.1"]),
    ("xn--gogle-jye.example", &["172.16.0.1"]),
];

fn names() -> Names {
    NAMES.iter().fold(Names::default(), |names, (name, addresses)| names.with(name, &[addresses]))
}

#[tokio::test]
async fn no_spelling_of_a_private_address_is_asked() {
    let server = Server::saying(OK).await;
    let port = server.port();
    let (client, names) = client(Settings::default(), Names::default());
    for host in SPELLINGS.iter().chain(&IPV6) {
        let said = get(&client, &format!("https://{host}:{port}/")).await.unwrap_err();
        assert!(matches!(said, Failure::PrivateAddress(_)), "{host}: {said}");
        let said = said.to_string();
        assert!(said.contains("allow it under [outgoing]"), "{host}: {said}");
        let said = get(&client, &format!("http://{host}:{port}/")).await.unwrap_err();
        assert!(matches!(said, Failure::Plain(_)), "{host}: {said}");
    }
    assert_eq!((server.connections().await, names.asked().len()), (0, 0));
}

#[tokio::test]
async fn no_name_of_a_private_address_is_asked() {
    let server = Server::saying(OK).await;
    let (client, resolver) = client(Settings::default(), names());
    for (name, _) in NAMES {
        let said = get(&client, &format!("https://{name}:{}/", server.port())).await.unwrap_err();
        assert!(matches!(said, Failure::Private { .. }), "{name}: {said}");
    }
    // The same names in other letters.
    for name in ["ＬＯＣＡＬＨＯＳＴ", "loc\u{ad}alhost", "BÜCHER.example", "gоogle.example"]
    {
        let said = get(&client, &format!("https://{name}:{}/", server.port())).await.unwrap_err();
        assert!(matches!(said, Failure::Private { .. }), "{name}: {said}");
    }
    assert_eq!(resolver.asked().len(), NAMES.len() + 4, "each is looked up once");
    let said = get(&client, "https://intranet.example/?token=s3cret").await.unwrap_err();
    assert_eq!(
        said.to_string(),
        "intranet.example is at 10.0.0.7, a private address: allow the name under [outgoing] if that \
         is meant"
    );
    assert_eq!(server.connections().await, 0);
}

#[tokio::test]
async fn names_that_nobody_has_are_refused_in_words() {
    let (client, _) = client(Settings::default(), Names::default().with("empty.example", &[&[]]));
    for (name, why) in [
        ("nowhere.example", "the name nowhere.example is not found: no such name"),
        ("empty.example", "the name empty.example is not found: it has no address"),
    ] {
        assert_eq!(get(&client, &format!("https://{name}/")).await.unwrap_err().to_string(), why);
    }
}

#[tokio::test]
async fn an_allowed_address_is_asked_in_each_of_its_spellings() {
    let server = Server::saying(OK).await;
    let settings = Settings { plain: Plain::Loopback, ..settings(&["127.0.0.1"]) };
    let (client, _) = client(settings, Names::default());
    let spellings = &SPELLINGS[..13];
    for host in spellings {
        let answer = get(&client, &format!("http://{host}:{}/x", server.port())).await;
        let answer = answer.unwrap_or_else(|error| panic!("{host}: {error}"));
        assert_eq!(answer.body(), "hi", "{host}");
    }
    let own = format!("host: 127.0.0.1:{}\r\n", server.port());
    let requests = server.requests();
    assert_eq!(requests.len(), spellings.len());
    for request in requests {
        let request = request.to_lowercase();
        assert!(request.starts_with("get /x http/1.1\r\n") && request.contains(&own), "{request}");
    }
    let said = get(&client, &format!("http://127.0.0.2:{}/", server.port())).await.unwrap_err();
    assert!(matches!(said, Failure::Plain(_)), "{said}");
}

#[tokio::test]
async fn an_allowed_name_is_asked_and_its_neighbours_are_not() {
    let server = Server::saying(OK).await;
    let hosts = ["id.internal", "a.corp.example", "b.a.corp.example"];
    let strangers =
        ["evilcorp.example", "corp.example", "corp.example.evil.example", "a.id.internal"];
    let names = hosts.iter().chain(&strangers);
    let names = names.fold(Names::default(), |names, name| names.with(name, &[&["127.0.0.1"]]));
    let (client, _) = client(settings(&["id.internal", "*.corp.example"]), names);
    for host in hosts {
        let answer = get(&client, &format!("http://{host}:{}/", server.port())).await.unwrap();
        assert_eq!(answer.status(), 200, "{host}");
        let request = server.requests().pop().unwrap();
        assert!(request.contains(&format!("host: {host}:{}\r\n", server.port())), "{request}");
    }
    for host in strangers {
        let said = get(&client, &format!("https://{host}:{}/", server.port())).await.unwrap_err();
        assert!(matches!(said, Failure::Private { .. }), "{host}: {said}");
    }
    assert_eq!(server.connections().await, hosts.len());
}

#[tokio::test]
async fn the_connection_goes_to_the_address_that_was_checked() {
    let first = Server::saying(OK).await;
    let second = (2..200).map(|last| format!("127.0.0.{last}"));
    let mut found = None;
    for address in second {
        let socket = format!("{address}:{}", first.port()).parse().unwrap();
        let answers = Arc::new(|_: &str| vec![crate::support::Piece::Once(OK.into())]);
        if let Ok(server) = Server::at(socket, answers).await {
            found = Some((server, address));
            break;
        }
    }
    let (second, address) = found.expect("another address of this machine with that port");
    let names = Names::default().with("changing.internal", &[&["127.0.0.1"], &[&address]]);
    let (client, names) = client(settings(&["changing.internal"]), names);
    let url = format!("http://changing.internal:{}/", first.port());
    get(&client, &url).await.unwrap();
    assert_eq!((first.requests().len(), second.requests().len()), (1, 0));
    assert_eq!(names.asked(), ["changing.internal"], "it is looked up once");
    get(&client, &url).await.unwrap();
    assert_eq!((first.requests().len(), second.requests().len()), (1, 1));
}

#[tokio::test]
async fn the_next_address_is_tried_where_one_takes_no_connection() {
    let server = Server::saying(OK).await;
    let names = Names::default()
        .with("two.internal", &[&["127.0.0.3", "::1", "127.0.0.1"]])
        .with("gone.internal", &[&["127.0.0.3"]]);
    let (client, _) = client(settings(&["*.internal"]), names);
    let url = format!("http://two.internal:{}/", server.port());
    assert_eq!(get(&client, &url).await.unwrap().status(), 200);
    let gone = get(&client, &format!("http://gone.internal:{}/", server.port())).await;
    let said = gone.unwrap_err().to_string();
    let expected = format!("gone.internal takes no connection (127.0.0.3, port {})", server.port());
    assert!(said.starts_with(&expected), "{said}");
}

#[tokio::test]
async fn without_tls_only_what_was_allowed_is_asked() {
    let server = Server::saying(OK).await;
    let names = || {
        Names::default()
            .with("near.internal", &[&["127.0.0.1"]])
            .with("far.internal", &[&["127.0.0.1", "10.0.0.7"]])
            .with("public.example", &[&["8.8.8.8"]])
    };
    for (plain, host, is_asked) in [
        (Plain::Never, "near.internal", false),
        (Plain::Loopback, "near.internal", true),
        (Plain::Loopback, "far.internal", false),
        (Plain::Loopback, "public.example", false),
        (Plain::Allowed, "near.internal", true),
        (Plain::Allowed, "far.internal", true),
        (Plain::Allowed, "public.example", false),
    ] {
        let (client, _) = client(Settings { plain, ..settings(&["*.internal"]) }, names());
        let answer = get(&client, &format!("http://{host}:{}/", server.port())).await;
        match is_asked {
            true => assert_eq!(answer.unwrap().status(), 200, "{plain:?} {host}"),
            false => assert_eq!(answer.unwrap_err(), Failure::Plain(host.to_owned()), "{plain:?}"),
        }
        // Another protocol is bound by the same.
        let connection = client.connect_without_tls(host, server.port()).await;
        assert_eq!(connection.is_ok(), is_asked, "{plain:?} {host}");
    }
}
