//! Forged answers of the provider, and browsers that did not begin the sign-in.

use super::site::{Site, ann};
use crate::auth::provider::{Lie, Manner};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn an_answer_that_is_not_the_providers_for_this_sign_in_is_not_taken() {
    let site = Site::new(|_, _| {}).await;
    for lie in [
        Lie::Nonce,
        Lie::NoNonce,
        Lie::Issuer,
        Lie::Audience,
        Lie::MoreAudiences,
        Lie::Party,
        Lie::Expired,
        Lie::FromTheFuture,
        Lie::Unsigned,
        Lie::UnsignedWithSignature,
        Lie::ClientSecret,
        Lie::PublicKey,
        Lie::OtherKey,
        Lie::UnknownKey,
        Lie::OwnKey,
        Lie::Swapped,
        Lie::NoToken,
        Lie::NoSubject,
        Lie::LongSubject,
        Lie::Nonsense,
        Lie::OtherSubject,
        Lie::Unsendable,
    ] {
        site.provider.lies(lie);
        let answer = site.sign_in(&ann()).await;
        assert_eq!((answer.status, answer.cookie()), (502, None), "{lie:?}: {}", answer.body);
        assert!(answer.body.contains("cannot be trusted"), "{lie:?}");
        assert_eq!(site.world.store.accounts().await.unwrap().len(), 1, "{lie:?}");
        // Each counts as a guess: the wait before the next one passes.
        site.world.clock.advance(61);
    }
    site.provider.lies(Lie::None);
    assert!(site.sign_in(&ann()).await.cookie().is_some(), "the truth is taken");
    let refused = "(no name): sign-in refused: the provider's answer".to_owned();
    assert_eq!(site.actions().await.iter().filter(|action| **action == refused).count(), 22);
}

#[tokio::test]
async fn guesses_at_the_door_are_slowed_and_the_provider_is_not_asked() {
    let site = Site::new(|_, _| {}).await;
    site.provider.lies(Lie::Nonce);
    let mut statuses = Vec::new();
    for _ in 0..25 {
        statuses.push(site.sign_in(&ann()).await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 502).count(), 21, "{statuses:?}");
    assert_eq!(statuses.last(), Some(&429));
    assert_eq!(site.provider.asked("token"), 21);
}

#[tokio::test]
async fn coming_back_from_nowhere_is_slowed_and_does_not_fill_the_audit_log() {
    let site = Site::new(|_, _| {}).await;
    let begun = site.begin("/sign-in/openid").await;
    let mut statuses = Vec::new();
    for n in 0..40 {
        let fields = [("state".to_owned(), format!("guess{n}"))];
        let cookie = if n % 2 == 0 { "" } else { begun.cookie.as_str() };
        statuses.push(site.back(&fields, cookie).await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 21, "{statuses:?}");
    assert_eq!(statuses.last(), Some(&429));
    let lines = site.actions().await;
    let lines = lines.iter().filter(|line| line.ends_with("not begun here")).count();
    assert_eq!(lines, 21);
}

#[tokio::test]
async fn a_sign_in_belongs_to_the_browser_that_began_it_and_is_taken_once() {
    let site = Site::new(|_, _| {}).await;
    let (begun, other) = (site.begin("/sign-in/openid").await, site.begin("/sign-in/openid").await);
    let fields = site.provider.signs_in(&begun.to, &ann());
    let of_other = site.provider.signs_in(&other.to, &json!({ "sub": "eve" }));
    let with = |changed: &[(&str, &str)]| {
        let mut fields = fields.clone();
        for (name, value) in changed {
            fields.retain(|(known, _)| known != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        fields
    };
    let own = begun.cookie.as_str();
    let mut twice = fields.clone();
    twice.push(("state".into(), of_other[1].1.clone()));
    let cases = [
        // Somebody else's browser, none, or one in which an attacker has begun.
        (fields.clone(), ""),
        (fields.clone(), other.cookie.as_str()),
        (of_other.clone(), own),
        (with(&[("state", "guessed")]), own),
        (with(&[("state", "")]), own),
        (twice, own),
        (Vec::new(), own),
        (fields.clone(), "brisk_sign_in=AAAA"),
    ];
    for (fields, cookie) in &cases {
        let answer = site.back(fields, cookie).await;
        assert_eq!((answer.status, answer.cookie()), (400, None), "{fields:?} {cookie}");
        assert!(answer.body.contains("not begun in this browser"));
    }
    let doubled = format!("{own}; {}", other.cookie);
    assert_eq!(site.back(&fields, &doubled).await.status, 400, "two are none");
    assert_eq!(site.provider.asked("token"), 0, "none of them was looked at");
    let answer = site.back(&fields, own).await;
    assert!(answer.cookie().is_some(), "{}", answer.body);
    assert!(answer.headers.get_all("set-cookie").iter().any(|set| {
        let set = set.to_str().unwrap();
        set.starts_with("brisk_sign_in=;") && set.contains("Max-Age=0")
    }));
    let again = site.back(&fields, own).await;
    assert_eq!((again.status, again.cookie()), (400, None), "once");
    assert_eq!(site.provider.asked("token"), 1);
    // Nor is a cookie of one kind taken for another: each is sealed for its own purpose.
    let session = site.world.sign_in("root").await;
    let value = session.split_once('=').unwrap().1;
    assert_eq!(site.back(&of_other, &format!("brisk_sign_in={value}")).await.status, 400);
    site.world.clock.advance(601);
    let late = site.back(&of_other, &other.cookie).await;
    assert_eq!((late.status, late.cookie()), (400, None), "ten minutes are over");
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_of_no_use() {
    let site = Site::new(|_, _| {}).await;
    let (own, other) = (site.begin("/sign-in/openid").await, site.begin("/sign-in/openid").await);
    let mut fields = site.provider.signs_in(&own.to, &ann());
    let of_other = site.provider.signs_in(&other.to, &json!({ "sub": "eve" }));
    // The code of a sign-in that somebody else has begun: its verifier is theirs.
    fields[0].1.clone_from(&of_other[0].1);
    let answer = site.back(&fields, &own.cookie).await;
    assert_eq!((answer.status, answer.cookie()), (502, None));
    // And one that was used already.
    let first = site.begin("/sign-in/openid").await;
    let taken = site.provider.signs_in(&first.to, &ann());
    assert!(site.back(&taken, &first.cookie).await.cookie().is_some());
    let next = site.begin("/sign-in/openid").await;
    let mut fields = site.provider.signs_in(&next.to, &ann());
    fields[0].1.clone_from(&taken[0].1);
    let answer = site.back(&fields, &next.cookie).await;
    assert_eq!((answer.status, answer.cookie()), (502, None));
}

#[tokio::test]
async fn an_answer_of_another_issuer_is_not_mixed_up() {
    let site = Site::new(|_, _| {}).await;
    let named = async |issuer: Option<&str>| {
        let begun = site.begin("/sign-in/openid").await;
        let mut fields = site.provider.signs_in(&begun.to, &ann());
        fields.retain(|(name, _)| name != "iss");
        fields.extend(issuer.map(|issuer| ("iss".to_owned(), issuer.to_owned())));
        site.back(&fields, &begun.cookie).await.status
    };
    assert_eq!(named(Some("https://accounts.example")).await, 502);
    assert_eq!(named(Some("")).await, 502);
    assert_eq!(named(Some(&site.provider.issuer)).await, 303);
    assert_eq!(named(None).await, 303, "this provider does not say so");
    assert_eq!(site.provider.asked("token"), 2, "nobody else's code was sent anywhere");
    site.provider.names_its_issuer();
    site.world.clock.advance(3_601);
    assert_eq!(named(None).await, 502, "this one always does");
    assert_eq!(named(Some(&site.provider.issuer)).await, 303);
}

#[tokio::test]
async fn what_the_provider_refuses_is_said_in_words_of_ours() {
    let site = Site::new(|_, _| {}).await;
    let begun = site.begin("/sign-in/openid").await;
    let state = site.provider.signs_in(&begun.to, &ann())[1].clone();
    let fields = [
        ("error".to_owned(), "access_denied".to_owned()),
        ("error_description".to_owned(), "Call 0900 for help".to_owned()),
        state,
    ];
    let answer = site.back(&fields, &begun.cookie).await;
    assert_eq!((answer.status, answer.cookie()), (403, None));
    assert!(answer.body.contains("You were not signed in at Example"));
    assert!(!answer.body.contains("0900"), "what stands in an address is anybody's words");
}

#[tokio::test]
async fn keys_are_asked_for_again_when_one_is_unknown_and_not_more_often() {
    let site = Site::new(|_, _| {}).await;
    assert!(site.sign_in(&ann()).await.cookie().is_some());
    assert_eq!((site.provider.asked("metadata"), site.provider.asked("keys")), (1, 1));
    site.provider.takes_another_key("second");
    site.world.clock.advance(11);
    assert!(site.sign_in(&ann()).await.cookie().is_some(), "a key that is new");
    assert_eq!((site.provider.asked("metadata"), site.provider.asked("keys")), (1, 2));
    site.provider.lies(Lie::UnknownKey);
    for _ in 0..5 {
        assert_eq!(site.sign_in(&ann()).await.status, 502);
    }
    assert_eq!(site.provider.asked("keys"), 2, "it was asked a moment ago");
    site.provider.lies(Lie::None);
    assert!(site.sign_in(&ann()).await.cookie().is_some());
    for _ in 0..3 {
        site.begin("/sign-in/openid").await;
    }
    assert_eq!(site.provider.asked("metadata"), 1);
    site.world.clock.advance(3_601);
    site.begin("/sign-in/openid").await;
    assert_eq!(site.provider.asked("metadata"), 2, "after an hour");
    site.world.clock.advance(3_601);
    site.provider.answers(Manner::Error);
    site.begin("/sign-in/openid").await;
    site.begin("/sign-in/openid").await;
    assert_eq!(site.provider.asked("metadata"), 3, "what was known goes on, and it is asked once");
}

#[tokio::test]
async fn a_provider_that_misbehaves_costs_a_sentence_and_is_left_alone() {
    for (manner, status, why) in [
        (Manner::Huge, 503, "cannot be reached"),
        (Manner::Redirects, 503, "cannot be reached"),
        (Manner::Error, 503, "cannot be reached"),
        (Manner::Html, 503, "cannot be reached"),
        (Manner::Impostor, 502, "cannot be trusted"),
        (Manner::Plain, 502, "cannot be trusted"),
    ] {
        let site = Site::new(|_, _| {}).await;
        site.provider.answers(manner);
        for _ in 0..3 {
            let answer = site.world.get("/sign-in/openid", "").await;
            assert_eq!(
                (answer.status, answer.given("brisk_sign_in")),
                (status, None),
                "{manner:?}"
            );
            assert!(answer.body.contains(why), "{manner:?}: {}", answer.body);
            assert!(answer.body.contains("name=\"password\""), "another way stays open");
        }
        assert_eq!(site.provider.asked("metadata"), 1, "{manner:?}: it is left alone for a while");
        site.provider.answers(Manner::Usual);
        site.world.clock.advance(6);
        assert!(site.sign_in(&ann()).await.cookie().is_some(), "{manner:?}: and used again");
    }
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_waited_for_so_long_and_no_longer() {
    let site = Site::new(|_, provider| provider.timeout = Duration::from_secs(2)).await;
    let begun = site.begin("/sign-in/openid").await;
    let fields = site.provider.signs_in(&begun.to, &ann());
    site.provider.answers(Manner::Never);
    let answer = site.back(&fields, &begun.cookie).await;
    assert_eq!((answer.status, answer.cookie()), (503, None));
    assert!(answer.body.contains("Example cannot be reached"));
    site.world.clock.advance(90_000);
    let asked = site.provider.asked("metadata");
    let all = (0..8).map(|_| site.world.get("/sign-in/openid", ""));
    let answers = futures::future::join_all(all).await;
    assert!(answers.iter().all(|answer| answer.status == 503));
    assert_eq!(site.provider.asked("metadata"), asked + 1, "once for all who wait");
}
