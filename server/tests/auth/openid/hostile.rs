//! A provider whose answers are meant to take time or memory: each is given up, and whoever has a password signs in
//! meanwhile.

use crate::auth::openid::site::{Site, ann};
use crate::auth::provider::Manner;
use brisk_outgoing::AllowedNames;
use brisk_test_waiting::eventually;
use futures::future::join_all;
use std::time::Duration;

const MANNERS: [Manner; 6] =
    [Manner::Endless, Manner::Trickle, Manner::Deep, Manner::Huge, Manner::Redirects, Manner::Html];

async fn site() -> Site {
    Site::new(|_, provider| provider.timeout = Duration::from_secs(2)).await
}

#[tokio::test]
async fn what_a_provider_says_of_itself_is_read_so_far_and_for_so_long() {
    for endpoint in ["metadata", "keys"] {
        for manner in MANNERS {
            let site = site().await;
            site.provider.answers_at(endpoint, manner);
            let (begun, _) =
                tokio::join!(site.world.get("/sign-in/openid", ""), site.world.sign_in("root"));
            let what = format!("{endpoint} {manner:?}: {}", begun.body);
            assert!([502, 503].contains(&begun.status), "{what}");
            assert!(begun.body.contains("name=\"password\""), "{what}");
            assert_eq!(site.provider.asked(endpoint), 1, "{what}");
            assert_eq!(begun.given("brisk_sign_in"), None, "{what}");
            // What the system's buffers hold is sent, too.
            assert!(site.provider.pieces() < (32 << 20) / (16 << 10), "{what}");
        }
    }
}

#[tokio::test]
async fn what_a_provider_says_of_somebody_is_read_so_far_and_for_so_long() {
    for endpoint in ["token", "me"] {
        for manner in MANNERS {
            let site = site().await;
            let begun = site.begin("/sign-in/openid").await;
            let fields = site.provider.signs_in(&begun.to, &ann());
            site.provider.answers_at(endpoint, manner);
            let (answer, _) =
                tokio::join!(site.back(&fields, &begun.cookie), site.world.sign_in("root"));
            let what = format!("{endpoint} {manner:?}: {}", answer.body);
            assert!([502, 503].contains(&answer.status), "{what}");
            assert_eq!((answer.cookie(), site.provider.asked(endpoint)), (None, 1), "{what}");
            assert!(site.provider.pieces() < (32 << 20) / (16 << 10), "{what}");
            assert!(site.account("248289761001").await.is_none(), "{what}");
        }
    }
}

/// The issuer is at 127.0.0.1, without TLS.
#[tokio::test]
async fn metadata_lead_to_no_private_address_but_the_issuers_own() {
    for (host, allowed, is_asked) in [
        ("127.0.0.1", "", true),
        ("localhost", "", false),
        ("127.0.0.2", "", false),
        ("localhost", "localhost", true),
    ] {
        let allow = AllowedNames::parse((!allowed.is_empty()).then_some(allowed)).unwrap();
        let site = Site::new(|_, provider| provider.allow = allow).await;
        let port = site.provider.at_another_port().await;
        site.provider.takes_codes_at(format!("http://{host}:{port}/token"));
        let begun = site.begin("/sign-in/openid").await;
        let fields = site.provider.signs_in(&begun.to, &ann());
        let answer = site.back(&fields, &begun.cookie).await;
        let what = format!("{host} {allowed}: {}", answer.body);
        assert_eq!(answer.cookie().is_some(), is_asked, "{what}");
        assert_eq!(site.provider.asked("token"), usize::from(is_asked), "{what}");
        if !is_asked {
            assert_eq!(answer.status, 503, "{what}");
        }
    }
}

#[tokio::test]
async fn the_right_key_among_thousands_is_found() {
    let site = Site::new(|_, _| {}).await;
    site.provider.answers(Manner::ManyKeys);
    assert!(site.sign_in(&ann()).await.cookie().is_some());
}

#[tokio::test]
async fn who_has_waited_for_a_provider_that_takes_long_does_not_ask_it_once_more() {
    let site = site().await;
    site.provider.answers(Manner::Never);
    let asking = join_all((0..8).map(|_| site.world.get("/sign-in/openid", "")));
    let later = async {
        eventually("it is asked", async || site.provider.asked("metadata") == 1).await;
        // Longer than one that is in trouble is left alone.
        site.world.clock.advance(10);
    };
    let (answers, ()) = tokio::join!(asking, later);
    assert!(answers.iter().all(|answer| answer.status == 503));
    assert_eq!(site.provider.asked("metadata"), 1);
}
