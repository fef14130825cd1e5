//! Signing in and out: what readers are told, how long a session lasts, who is slowed.

use super::world::{PASSWORD, World, request};
use brisk_accounts::second_factor::{Authenticator, recovery_hash};
use brisk_accounts::{AccountId, LoginName, Role};
use brisk_store::AccountChange;
use brisk_test_waiting::eventually;

const WRONG: &str = "name and password do not match";

async fn attempt(world: &World, form: &str) -> super::world::Answer {
    world.post("/sign-in", "", form).await
}

#[tokio::test]
async fn the_way_back_is_to_the_page_itself_and_not_to_one_load_of_it() {
    let world = World::new().await;
    world.person("ann", Role::Viewer, &["sales"]).await;
    // Where a browser without scripts was while its session ended.
    let asked = world.get("/d/team?range=today&whole-page=1", "").await;
    assert_eq!(asked.status, 303);
    let page = world.get(asked.header("location"), "").await;
    assert!(page.body.contains("value=\"/d/team?range=today\""), "{}", page.body);
    // The form of a release before this one has the whole address.
    let form = format!("name=ann&password={PASSWORD}&back=/d/team?whole-page=1%26range=today");
    let answer = attempt(&world, &form).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/d/team?range=today"));
    let page = world.get("/d/team?whole-page=1", &answer.cookie().unwrap()).await;
    assert!(page.status == 200 && !page.body.contains("whole-page"), "{}", page.body);
}

#[tokio::test]
async fn a_person_signs_in_sees_what_is_theirs_and_signs_out() {
    let world = World::new().await;
    world.person("ann", Role::Viewer, &["sales"]).await;
    let asked = world.get("/d/team", "").await;
    assert_eq!((asked.status, asked.header("location")), (303, "/sign-in?back=%2Fd%2Fteam"));
    let page = world.get(asked.header("location"), "").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("name=\"password\"") && page.body.contains("value=\"/d/team\""));
    assert_eq!(page.header("cache-control"), "no-store");
    let form = format!("name=+Ann+&password={PASSWORD}&back=/d/team?range=today");
    let answer = attempt(&world, &form).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/d/team?range=today"));
    let set = answer.header("set-cookie");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"));
    let cookie = answer.cookie().unwrap();
    let page = world.get("/d/team", &cookie).await;
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("/profile") && !page.body.contains("ann"),
        "no page names its reader"
    );
    let profile = world.get("/profile", &cookie).await;
    assert!(profile.body.contains("ann"));
    let left = world.post("/sign-out", &cookie, "").await;
    assert_eq!(left.status, 303);
    assert!(left.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(
        world.get("/d/team", &cookie).await.status,
        303,
        "the session is of no use any more"
    );
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_is_the_same() {
    let world = World::new().await;
    world.person("ann", Role::Viewer, &[]).await;
    let gone = world.person("gone", Role::Viewer, &[]).await;
    world.change(&gone, AccountChange::Disabled(true)).await;
    let new = world.person("new", Role::Viewer, &[]).await;
    world.change(&new, AccountChange::Password(None)).await;
    let mut answers = Vec::new();
    for (name, password) in [
        ("ann", "another password"),
        ("nobody", PASSWORD),
        ("gone", PASSWORD),
        ("new", PASSWORD),
        ("new", ""),
        ("", ""),
        ("%00", PASSWORD),
    ] {
        let answer = attempt(&world, &format!("name={name}&password={password}")).await;
        assert_eq!(answer.status, 401, "{name}");
        assert_eq!(answer.cookie(), None);
        assert!(answer.body.contains(WRONG), "{name}");
        let shown = format!("value=\"{name}\"");
        answers.push(
            answer.body.replace(&shown, "value=\"\"").replace("value=\"\u{0}\"", "value=\"\""),
        );
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn pages_of_other_servers_are_not_gone_back_to() {
    let world = World::new().await;
    for back in ["https://evil.example", "//evil.example", "/%09/evil.example", "/sign-out", ""] {
        let form = format!("name=root&password={PASSWORD}&back={back}");
        assert_eq!(attempt(&world, &form).await.header("location"), "/", "{back}");
    }
}

#[tokio::test]
async fn a_session_is_a_new_one_each_time_and_ends_by_itself() {
    let world = World::new().await;
    let first = world.sign_in("root").await;
    let again = request("POST", "/sign-in", &first, &format!("name=root&password={PASSWORD}"));
    let second = world.ask(again).await.cookie().unwrap();
    assert_ne!(first, second);
    assert_eq!(world.get("/profile", &first).await.status, 401, "the one before has ended");
    assert_eq!(world.get("/profile", &second).await.status, 200);
    // Used every six days, it lasts to the thirtieth.
    for day in [6, 12, 18, 24] {
        world.clock.advance(6 * 86_400);
        assert_eq!(world.get("/profile", &second).await.status, 200, "day {day}");
    }
    world.auth.note_used().await;
    world.clock.advance(6 * 86_400);
    assert_eq!(world.get("/profile", &second).await.status, 401, "the thirtieth day is over");
    let third = world.sign_in("root").await;
    world.clock.advance(7 * 86_400 + 1);
    assert_eq!(world.get("/profile", &third).await.status, 401, "it was not used for a week");
}

#[tokio::test]
async fn what_somebody_makes_up_is_no_session() {
    let world = World::new().await;
    let own = world.sign_in("root").await;
    let hash = brisk_accounts::secret::hash(own.split_once('=').unwrap().1);
    for made_up in [
        "brisk_session=AAAAAAAAAAAAAAAAAAAAAA",
        "brisk_session=",
        &format!("brisk_session={hash}"),
        &format!("{own}; {own}"),
        &own.replace("brisk_session", "__Host-brisk"),
        &format!("{own}A"),
    ] {
        assert_eq!(world.get("/profile", made_up).await.status, 401, "{made_up}");
    }
}

#[tokio::test]
async fn who_guesses_is_slowed_and_nobody_is_locked_out() {
    let world = World::new().await;
    world.person("ann", Role::Viewer, &[]).await;
    let guess = || attempt(&world, "name=ann&password=guessed+wrong");
    for _ in 0..5 {
        assert_eq!(guess().await.status, 401);
    }
    let right = format!("name=ann&password={PASSWORD}");
    let slowed = attempt(&world, &right).await;
    assert_eq!((slowed.status, slowed.header("retry-after")), (429, "1"));
    // Refused tries are not counted: after the wait the right password is accepted.
    for _ in 0..10 {
        assert_eq!(guess().await.status, 429);
    }
    world.clock.advance(1);
    assert_eq!(attempt(&world, &right).await.status, 303);
    // And nothing is held against somebody who knew it.
    assert_eq!(guess().await.status, 401);
    assert_eq!(attempt(&world, &right).await.status, 303);
}

#[tokio::test]
async fn without_its_store_a_server_shows_what_is_public_and_nothing_else() {
    let world = World::new().await;
    let cookie = world.sign_in("root").await;
    assert_eq!(world.get("/d/everyone", &cookie).await.status, 200);
    world.store.clone().close().await;
    // What was known a moment ago stays valid for a moment.
    let refused = async || world.get("/d/everyone", &cookie).await.status == 503;
    eventually("sessions cannot be confirmed", refused).await;
    assert_eq!(world.get("/d/public", "").await.status, 200);
    assert_eq!(world.get("/d/everyone", "").await.status, 303);
    assert_eq!(world.get("/healthz", &cookie).await.status, 200);
    let token = brisk_accounts::token::random().0;
    assert_eq!(world.get("/api/v1/dashboards", &token).await.status, 503);
    let form = format!("name=root&password={PASSWORD}");
    assert_eq!(world.post("/sign-in", "", &form).await.status, 503);
}

#[tokio::test]
async fn many_names_from_one_address_are_slowed_together() {
    let world = World::new().await;
    let mut statuses = Vec::new();
    for name in 0..25 {
        let form = format!("name=nobody{name}&password=guessed+wrong");
        statuses.push(attempt(&world, &form).await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 21, "{statuses:?}");
    assert_eq!(statuses.last(), Some(&429));
}

#[tokio::test]
async fn guesses_at_the_same_moment_are_counted_before_they_are_looked_at() {
    let world = World::new().await;
    world.person("ann", Role::Viewer, &[]).await;
    let guesses = (0..12).map(|n| {
        let form = format!("name=ann&password=guess+number+{n}");
        let app = world.app.clone();
        async move { crate::fixture::ask(&app, request("POST", "/sign-in", "", &form)).await.0 }
    });
    let statuses = futures::future::join_all(guesses).await;
    let looked_at = statuses.iter().filter(|status| **status == 401).count();
    assert!(looked_at <= 5, "{statuses:?}");
}

async fn with_factor(world: &World, name: &str) -> (AccountId, Authenticator) {
    let id = world.person(name, Role::Viewer, &[]).await;
    let (authenticator, secret) = Authenticator::random();
    let code = recovery_hash("abcd-efgh-jkmn-pqrs").unwrap();
    world.change(&id, AccountChange::Authenticator(Some((secret, vec![code])))).await;
    (id, authenticator)
}

#[tokio::test]
async fn with_a_second_factor_the_password_is_not_enough() {
    let world = World::new().await;
    let (_, authenticator) = with_factor(&world, "ann").await;
    let with = |code: &str| format!("name=ann&password={PASSWORD}&code={code}");
    let asked = attempt(&world, &with("")).await;
    assert_eq!((asked.status, asked.cookie()), (401, None));
    assert!(asked.body.contains("name=\"code\""), "it asks for the code");
    let wrong = attempt(&world, "name=ann&password=another+password&code=").await;
    assert!(!wrong.body.contains("name=\"code\""), "who has no password learns of no factor");
    assert_eq!(attempt(&world, &with("000000")).await.status, 401);
    let code = authenticator.code(super::world::NOW);
    assert_eq!(attempt(&world, &with(&code)).await.status, 303);
    let again = attempt(&world, &with(&code)).await;
    assert_eq!((again.status, again.cookie()), (401, None), "each code is taken once");
    world.clock.advance(60);
    let recovered = attempt(&world, &with("ABCD+EFGH+JKMN+PQRS")).await;
    assert_eq!(recovered.status, 303);
    assert_eq!(attempt(&world, &with("abcd-efgh-jkmn-pqrs")).await.status, 401, "once");
}

#[tokio::test]
async fn signing_in_is_in_the_audit_log_without_what_was_typed_for_a_password() {
    let world = World::new().await;
    attempt(&world, "name=root&password=guessed+wrong").await;
    attempt(&world, "name=my+secret+password&password=x").await;
    world.sign_in("root").await;
    let log = world.store.audit(&Default::default(), 100).await.unwrap();
    let lines: Vec<(String, String)> = log
        .iter()
        .rev()
        .map(|line| (line.record.actor.name.clone(), line.record.action.clone()))
        .filter(|(_, action)| action.starts_with("sign"))
        .collect();
    let line = |name: &str, action: &str| (name.to_owned(), action.to_owned());
    assert_eq!(
        lines,
        [
            line("root", "sign-in refused"),
            line("(no name)", "sign-in refused"),
            line("root", "signed in"),
        ]
    );
    assert!(LoginName::parse("root").is_ok());
}
