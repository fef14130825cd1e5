//! A property: whatever the dashboards' audiences, whatever teams and attributes people have, and
//! whoever asked before, nobody is given a page, an entry, a tag or an event of another's.

use super::world::{World, dashboard, request};
use brisk_accounts::{AccountId, Role};
use brisk_domain::{AttributeName, Selection};
use brisk_server::config::AccountLimits;
use brisk_store::AccountChange;
use brisk_test_waiting::wait_for;
use http_body_util::BodyExt;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeMap;
use std::time::Duration;
use tower::ServiceExt;

/// Every way in which a panel's data are shown.
const FORMS: [&str; 6] = [
    "/d/NAME",
    "/d/NAME/p/one",
    "/fn/cards?slug=NAME&panels=one&query=&large=false&wait=true",
    "/api/v1/dashboards/NAME/data",
    "/api/v1/dashboards/NAME/panels/one",
    "/api/v1/dashboards/NAME/panels/one.csv",
];
const TEAMS: [&str; 3] = ["red", "blue", "green"];

/// A dashboard's audience, and whether what it shows depends on the reader.
#[derive(Debug, Clone)]
struct Shown {
    access: Access,
    is_personal: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Access {
    Public,
    Everyone,
    Teams(Vec<usize>),
}

#[derive(Debug, Clone)]
struct Person {
    teams: Vec<usize>,
    tenant: Option<u8>,
}

#[derive(Debug, Clone)]
struct Case {
    dashboards: Vec<Shown>,
    people: Vec<Person>,
    /// Who requests which dashboard in which form, and whether they show a tag that somebody was given.
    asked: Vec<(usize, usize, usize, bool)>,
}

fn teams() -> impl Strategy<Value = Vec<usize>> {
    proptest::sample::subsequence(vec![0, 1, 2], 0..=2)
}

fn cases() -> impl Strategy<Value = Case> {
    let access = prop_oneof![
        Just(Access::Public),
        Just(Access::Everyone),
        teams().prop_map(Access::Teams),
        teams().prop_map(Access::Teams),
    ];
    let shown =
        (access, any::<bool>()).prop_map(|(access, is_personal)| Shown { access, is_personal });
    let person = (teams(), proptest::option::weighted(0.8, 0..2_u8));
    let person = person.prop_map(|(teams, tenant)| Person { teams, tenant });
    let asked = (0..4_usize, 0..3_usize, 0..FORMS.len(), any::<bool>());
    let dashboards = proptest::collection::vec(shown, 3);
    let people = proptest::collection::vec(person, 4);
    let asked = proptest::collection::vec(asked, 60);
    (dashboards, people, asked).prop_map(|(dashboards, people, asked)| Case {
        dashboards,
        people,
        asked,
    })
}

impl Shown {
    fn file(&self, at: usize) -> String {
        let access = match &self.access {
            Access::Public => "access = \"public\"".to_owned(),
            Access::Everyone => String::new(),
            Access::Teams(teams) => {
                let names: Vec<String> =
                    teams.iter().map(|team| format!("\"team:{}\"", TEAMS[*team])).collect();
                format!("access = [{}]", names.join(", "))
            }
        };
        let sql = match self.is_personal {
            true => format!("select 'secret{at}' || '-of-' || :user.tenant as word"),
            false => format!("select 'secret{at}-of-all' as word"),
        };
        dashboard(&format!("Title{at}"), &access, &sql)
    }

    fn is_seen_by(&self, person: &Person) -> bool {
        match &self.access {
            Access::Public | Access::Everyone => true,
            Access::Teams(teams) => teams.iter().any(|team| person.teams.contains(team)),
        }
    }

    /// The word that `person` is shown.
    fn word(&self, at: usize, person: &Person) -> Option<String> {
        match (self.is_seen_by(person), self.is_personal, person.tenant) {
            (false, _, _) | (true, true, None) => None,
            (true, false, _) => Some(format!("secret{at}-of-all")),
            (true, true, Some(tenant)) => Some(format!("secret{at}-of-tenant{tenant}")),
        }
    }
}

/// The words that may be in nobody's answer but their owner's.
fn secrets() -> Vec<String> {
    let whose = ["all", "tenant0", "tenant1"];
    (0..3).flat_map(|at| whose.map(|whose| format!("secret{at}-of-{whose}"))).collect()
}

async fn person(world: &World, at: usize, person: &Person) -> String {
    let teams: Vec<&str> = person.teams.iter().map(|team| TEAMS[*team]).collect();
    let id: AccountId = world.person(&format!("person{at}"), Role::Viewer, &teams).await;
    if let Some(tenant) = person.tenant {
        let tenant = Selection::of([format!("tenant{tenant}")]);
        let attributes = [(AttributeName::parse("tenant").unwrap(), tenant)].into();
        world.change(&id, AccountChange::Attributes(attributes)).await;
    }
    world.token(&id, "read", Duration::from_secs(86_400)).await
}

/// A tag, and the word that it was given with.
type Given = (String, Option<String>);

async fn holds(case: Case) -> Result<(), TestCaseError> {
    let files = case.dashboards.iter().enumerate();
    let files: Vec<(String, String)> =
        files.map(|(at, shown)| (format!("dash{at}.toml"), shown.file(at))).collect();
    let world = World::over(&files, AccountLimits::default()).await;
    world.person("root", Role::Admin, &[]).await;
    let mut tokens = Vec::new();
    for (at, one) in case.people.iter().enumerate() {
        tokens.push(person(&world, at, one).await);
    }
    // What each tag was given with.
    let mut given: BTreeMap<(usize, usize), Vec<Given>> = BTreeMap::new();
    for (who, which, form, shows_tags) in &case.asked {
        let (person, shown) = (&case.people[*who], &case.dashboards[*which]);
        let path = FORMS[*form].replace("NAME", &format!("dash{which}"));
        let mut asked = request("GET", &path, &tokens[*who], "");
        let known = given.entry((*which, *form)).or_default();
        if *shows_tags && !known.is_empty() {
            let tags: Vec<String> = known.iter().map(|(tag, _)| tag.clone()).collect();
            asked.headers_mut().insert("if-none-match", tags.join(", ").parse().unwrap());
        }
        let answer = world.ask(asked).await;
        let expected = shown.word(*which, person);
        let context = format!("{path} by {person:?}, {}", answer.body);
        if !shown.is_seen_by(person) {
            prop_assert_eq!(answer.status, 404, "{}", context);
            prop_assert!(!answer.body.contains(&format!("Title{which}")), "{}", context);
        } else if answer.status == 304 {
            let tag = answer.header("etag");
            let with = known.iter().find(|(known, _)| known == tag).map(|(_, word)| word.clone());
            prop_assert_eq!(with, Some(expected.clone()), "another's tag, {}", &context);
        }
        for secret in secrets() {
            let is_own = expected.as_ref() == Some(&secret) && answer.status != 304;
            let is_one_panel = answer.status == 200;
            let has = answer.body.contains(&secret);
            prop_assert!(!has || is_own, "{} in {}", secret, context);
            prop_assert!(has || !is_own || !is_one_panel, "no {} in {}", secret, context);
        }
        let tag = answer.header("etag").to_owned();
        if answer.status == 200 && !tag.is_empty() {
            let tags = known.iter().filter(|(known, _)| *known == tag);
            for (_, word) in tags {
                prop_assert_eq!(word, &expected, "one tag for two, {}", context);
            }
            known.push((tag, expected));
        }
    }
    events(&world, &case, &tokens).await
}

/// People who do not see the same get events of different editions.
async fn events(world: &World, case: &Case, tokens: &[String]) -> Result<(), TestCaseError> {
    for (which, shown) in case.dashboards.iter().enumerate() {
        let mut editions: BTreeMap<String, Option<String>> = BTreeMap::new();
        for (who, person) in case.people.iter().enumerate() {
            let path = format!("/d/dash{which}/live");
            let response = world.app.clone().oneshot(request("GET", &path, &tokens[who], "")).await;
            let response = response.unwrap();
            let status = response.status().as_u16();
            prop_assert_eq!(status, if shown.is_seen_by(person) { 200 } else { 404 }, "{}", path);
            if status != 200 {
                continue;
            }
            let Some(word) = shown.word(which, person) else { continue };
            let mut body = response.into_body();
            let mut said = String::new();
            let edition = loop {
                let frame = wait_for("an edition", body.frame()).await.unwrap().unwrap();
                said += &String::from_utf8_lossy(frame.data_ref().unwrap());
                if let Some((_, rest)) = said.split_once("\"edition\":\"")
                    && let Some((edition, _)) = rest.split_once('"')
                {
                    break edition.to_owned();
                }
            };
            for secret in secrets() {
                prop_assert!(!said.contains(&secret), "{} in {}", secret, said);
            }
            if let Some(before) = editions.insert(edition, Some(word.clone())) {
                prop_assert_eq!(before, Some(word), "one edition for two: {}", said);
            }
        }
    }
    Ok(())
}

#[test]
fn nobody_is_given_a_page_an_entry_a_tag_or_an_event_of_anothers() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    // Each is a server with 60 requests and up to 12 streams.
    let config = Config { cases: 12, max_shrink_iters: 40, ..Config::default() };
    let config = Config { failure_persistence: None, ..config };
    let mut runner = TestRunner::new(config);
    runner.run(&cases(), |case| runtime.block_on(holds(case))).unwrap();
}
