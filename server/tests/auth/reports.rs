//! The pages about reports: what admins keep, send, pause and remove, and what the history shows.

use super::world::{World, actor, dashboard};
use brisk_accounts::Role;
use brisk_domain::report::OnLost;
use brisk_domain::view::query_string;
use brisk_domain::{Clock, ReportName, Timestamp};
use brisk_server::config::AccountLimits;
use brisk_store::{
    AuditFilter, PlannedRun, RunCause, RunOutcome, SendingKey, SendingOutcome, SendingState,
};
use std::time::Duration;

const PAGE: &str = "/admin/reports";
const WEEKLY: &str = "title = \"Weekly team\"\r\ndashboard = \"team\"\r\nto = [\"account:ann\", \
    { recipient = \"mail:board@example.com\", locked = { region = \"north\" } }]\r\n\
    cron = \"0 6 * * 1\"\r\ntimezone = \"Europe/London\"\r\n";
const OF_FILE: &str = "title = \"From a file\"\ndashboard = \"sales\"\nto = [\"team:sales\"]\n\
    after = [\"table:shop.orders\"]\nat_latest = \"09:00\"\n";

/// A form as browsers send it.
fn form(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<(String, String)> =
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    query_string(&pairs).trim_start_matches('?').to_owned()
}

fn name(text: &str) -> ReportName {
    ReportName::parse(text).unwrap()
}

/// Keeps a report; the address that follows.
async fn keep(world: &World, who: &str, name: &str, definition: &str) {
    let fields = [("do", "set"), ("name", name), ("definition", definition)];
    let kept = world.post(PAGE, who, &form(&fields)).await;
    assert_eq!((kept.status, kept.header("location")), (303, "/admin/reports?done=set"));
}

/// The facts of the report with that title, as text without tags.
fn shown(page: &str, title: &str) -> String {
    let item =
        page.split("<li class=\"rollup\">").find(|item| item.contains(&format!(">{title}<")));
    let item = item.unwrap_or_else(|| panic!("no {title} in {page}"));
    let mut text = String::new();
    for part in item.split('<') {
        let plain = part.split_once('>').map_or("", |(_, plain)| plain);
        if !plain.trim().is_empty() {
            text += &format!("{plain}\n");
        }
    }
    text
}

#[tokio::test]
async fn a_report_is_kept_changed_paused_sent_and_removed() {
    let world = World::new().await;
    let root = world.sign_in("root").await;
    let new = world.get(PAGE, &root).await;
    assert!(new.body.contains("There are none yet"), "{}", new.body);
    assert!(new.body.contains("title = \"Weekly sales\"") || new.body.contains("Weekly sales"));
    keep(&world, &root, "weekly-team", WEEKLY).await;
    let kept = world.store.reports().await.unwrap();
    assert_eq!((kept.len(), kept[0].changed_by.as_str()), (1, "root"));
    assert_eq!(kept[0].definition, WEEKLY.replace("\r\n", "\n"));
    let page = world.get(PAGE, &root).await.body;
    let facts = shown(&page, "Weekly team");
    for expected in [
        "Team\n",
        "a PDF",
        "ann\n",
        "board@example.com, as with region = north",
        "At 06:00, on Monday",
        "Time zone: Europe/London",
        // From Wednesday, 16 November 2011.
        "Mon 21 Nov 2011, 06:00 GMT, in 4 d",
        "by root",
        "No runs yet",
    ] {
        assert!(facts.contains(expected), "{expected} in {facts}");
    }
    assert!(page.contains("href=\"/d/team\""), "{page}");
    // Sent by hand: a run that waits.
    let send = form(&[("do", "send"), ("name", "weekly-team")]);
    assert_eq!(world.post(PAGE, &root, &send).await.header("location"), "/admin/reports?done=send");
    let runs = world.store.report_history(&name("weekly-team"), 10).await.unwrap();
    assert_eq!(
        (runs.len(), &runs[0].cause, runs[0].asked_by.as_deref()),
        (1, &RunCause::Asked, Some("root"))
    );
    assert!(world.store.has_open_report_run(world.clock.now()).await.unwrap());
    let facts = shown(&world.get(PAGE, &root).await.body, "Weekly team");
    assert!(facts.contains("because root asked for it: waiting"), "{facts}");
    // Paused, and on again.
    for (what, is_paused) in [("pause", true), ("pause", true), ("resume", false)] {
        let decided =
            world.post(PAGE, &root, &form(&[("do", what), ("name", "weekly-team")])).await;
        assert_eq!(decided.status, 303, "{}", decided.body);
        let paused = world.store.paused_reports().await.unwrap();
        assert_eq!(paused.contains("weekly-team"), is_paused, "{what}");
        let facts = shown(&world.get(PAGE, &root).await.body, "Weekly team");
        assert_eq!(facts.contains("Next\n–"), is_paused, "{facts}");
        assert_eq!(facts.contains("Resume"), is_paused, "{facts}");
    }
    // Removed, after a question; its history stays.
    let ask = world.get("/admin/reports/weekly-team/remove", &root).await;
    assert_eq!(ask.status, 200);
    assert_eq!(world.store.reports().await.unwrap().len(), 1, "asking removes nothing");
    let removed = world.post("/admin/reports/weekly-team/remove", &root, "").await;
    assert_eq!(removed.header("location"), "/admin/reports?done=removed");
    assert!(world.store.reports().await.unwrap().is_empty());
    assert_eq!(world.post("/admin/reports/weekly-team/remove", &root, "").await.status, 404);
    assert_eq!(world.get("/admin/reports/weekly-team", &root).await.status, 200);
    assert_eq!(world.get("/admin/reports/other", &root).await.status, 404);
    let log = world.store.audit(&AuditFilter::default(), 50).await.unwrap();
    let of_it = log.iter().filter(|logged| logged.record.subject == "report weekly-team");
    let mut actions: Vec<&str> = of_it.map(|logged| logged.record.action.as_str()).collect();
    actions.sort_unstable();
    let expected = [
        "report added",
        "report paused",
        "report removed",
        "report resumed",
        "report sent by hand",
    ];
    assert_eq!(actions, expected);
}

#[tokio::test]
async fn all_that_is_wrong_is_said_and_nothing_is_kept() {
    let world = World::new().await;
    let root = world.sign_in("root").await;
    let refused = async |name: &str, definition: &str| {
        let fields = [("do", "set"), ("name", name), ("definition", definition)];
        let answer = world.post(PAGE, &root, &form(&fields)).await;
        assert_eq!(answer.status, 422, "{name}: {}", answer.body);
        assert!(world.store.reports().await.unwrap().is_empty(), "{name}");
        answer.body.replace("&quot;", "\"")
    };
    let bad =
        "title = \"Kept as typed\"\ndashboard = \"team\"\nto = [\"ann\"]\ncorn = \"0 6 * * 1\"\n";
    let said = refused("Not a name", bad).await;
    assert!(said.contains("Report name"), "the name: {said}");
    for expected in ["Line 3: ", "Line 4: ", "did you mean \"cron\"", "never due", "Kept as typed"]
    {
        assert!(said.contains(expected), "{expected} in {said}");
    }
    let missing = WEEKLY.replace("\"team\"", "\"nowhere\"");
    assert!(refused("weekly", &missing).await.contains("There is no dashboard \"nowhere\"."));
    let panel = format!("{WEEKLY}panels = [\"two\"]\n");
    assert!(refused("weekly", &panel).await.contains("Team has no panel \"two\"."));
    let view = format!("{WEEKLY}view = \"country=FR\"\n");
    assert!(refused("weekly", &view).await.contains("no parameter \"country\""));
    assert!(refused("weekly", "").await.contains("title"));
    for what in ["send", "pause", "resume", "nonsense"] {
        let answer = world.post(PAGE, &root, &form(&[("do", what), ("name", "weekly")])).await;
        assert_eq!(answer.status, 422, "{what}");
    }
    assert!(world.store.paused_reports().await.unwrap().is_empty());
}

#[tokio::test]
async fn nobody_undoes_what_somebody_else_has_changed_meanwhile() {
    let world = World::new().await;
    let root = world.sign_in("root").await;
    keep(&world, &root, "weekly", WEEKLY).await;
    // A new one does not replace it.
    let fields = [("do", "set"), ("name", "weekly"), ("definition", WEEKLY)];
    let answer = world.post(PAGE, &root, &form(&fields)).await;
    assert!(answer.status == 422 && answer.body.contains("already"), "{}", answer.body);
    let change = async |read: Timestamp, title: &str| {
        let (definition, read) = (WEEKLY.replace("Weekly team", title), read.0.to_string());
        let fields =
            [("do", "set"), ("name", "weekly"), ("definition", &definition), ("changes", &read)];
        world.post(PAGE, &root, &form(&fields)).await
    };
    let read = world.store.reports().await.unwrap()[0].changed_at;
    let page = world.get("/admin/reports?name=weekly", &root).await.body;
    assert!(page.contains("Change report") && page.contains(&read.0.to_string()), "{page}");
    world.clock.advance(60);
    assert_eq!(change(read, "First").await.status, 303);
    world.clock.advance(60);
    let late = change(read, "Second").await;
    assert!(late.status == 422 && late.body.contains("root changed this report"), "{}", late.body);
    assert!(world.store.reports().await.unwrap()[0].definition.contains("First"));
    assert_eq!(world.post("/admin/reports/weekly/remove", &root, "").await.status, 303);
    let gone = change(read, "Third").await;
    assert!(gone.status == 422 && gone.body.contains("removed meanwhile"), "{}", gone.body);
    assert!(world.store.reports().await.unwrap().is_empty());
}

/// A server with a report of a file.
async fn with_file() -> World {
    let files = [
        ("sales.toml", dashboard("Sales", "", "select 1 as one")),
        ("reports/of-file.toml", OF_FILE.to_owned()),
    ];
    let world = World::over(&files, AccountLimits::default()).await;
    world.person("root", Role::Admin, &[]).await;
    world
}

#[tokio::test]
async fn a_report_of_a_file_is_paused_and_sent_but_not_changed() {
    let world = with_file().await;
    let root = world.sign_in("root").await;
    let page = world.get(PAGE, &root).await.body;
    let facts = shown(&page, "From a file");
    for expected in [
        "team sales",
        "Once a day when table:shop.orders have landed; at 09:00 at the latest",
        "09:00 UTC at the latest, in",
        "the file reports/of-file.toml",
    ] {
        assert!(facts.contains(expected), "{expected} in {facts}");
    }
    assert!(!facts.contains("Change…") && !facts.contains("Remove…"), "{facts}");
    let fields = [("do", "set"), ("name", "of-file"), ("definition", OF_FILE)];
    let answer = world.post(PAGE, &root, &form(&fields)).await;
    assert!(answer.status == 422 && answer.body.contains("The file reports/of-file.toml"));
    assert_eq!(world.get("/admin/reports/of-file/remove", &root).await.status, 404);
    for (what, status) in [("pause", 303), ("send", 303)] {
        let decided = world.post(PAGE, &root, &form(&[("do", what), ("name", "of-file")])).await;
        assert_eq!(decided.status, status, "{what}");
    }
    assert!(world.store.paused_reports().await.unwrap().contains("of-file"));
    assert_eq!(world.store.report_history(&name("of-file"), 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_broken_report_says_what_is_wrong_and_cannot_be_sent() {
    let world = World::new().await;
    let root = world.sign_in("root").await;
    let gone = WEEKLY.replace("\"team\"", "\"gone\"");
    world.store.set_report(&name("weekly"), &gone, &actor(), world.clock.now()).await.unwrap();
    let facts = shown(&world.get(PAGE, &root).await.body.replace("&quot;", "\""), "weekly");
    assert!(
        facts.contains("never due") && facts.contains("There is no dashboard \"gone\"."),
        "{facts}"
    );
    assert!(!facts.contains("Send now"), "{facts}");
    let send = world.post(PAGE, &root, &form(&[("do", "send"), ("name", "weekly")])).await;
    assert!(send.status == 422 && send.body.contains("cannot be sent"), "{}", send.body);
    assert!(world.store.report_history(&name("weekly"), 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_history_shows_what_became_of_each_sending() {
    let world = World::new().await;
    let root = world.sign_in("root").await;
    let ann = world.person("ann", Role::Viewer, &[]).await;
    keep(&world, &root, "weekly", WEEKLY).await;
    let (store, now) = (&world.store, world.clock.now());
    store.ask_for_report(&name("weekly"), &actor(), now).await.unwrap();
    let lease = Duration::from_secs(60);
    let due = store.begin_report_run("one", now, lease).await.unwrap().unwrap();
    let outcomes = [
        (format!("account:{}", ann.as_str()), SendingState::Sent, "250 queued"),
        ("mail:board@example.com".into(), SendingState::Refused, "550 <b>no such user</b>"),
        ("channel:ops".into(), SendingState::Unknown, "The answer was lost."),
        ("account:gone".into(), SendingState::NotSent, "No connection."),
    ];
    for (recipient, state, words) in &outcomes {
        let (report, recipient) = (due.name.clone(), recipient.clone());
        let key = SendingKey { report, due_at: due.due_at, recipient };
        store
            .claim_sending(&key, (OnLost::AtMostOnce, "id"), "one", now, (lease, 3))
            .await
            .unwrap();
        let retry_at = (*state == SendingState::NotSent).then(|| now.after(lease * 5));
        let outcome = SendingOutcome { state: *state, words, retry_at };
        assert!(store.end_sending(&key, ("one", 1), now, &outcome).await.unwrap());
    }
    let left_out = ["bob: the account is disabled".to_owned()];
    let ended = (RunOutcome::Done, "One file was cut.");
    assert!(store.end_report_run(&due, "one", now, ended, &left_out).await.unwrap());
    let list = world.get(PAGE, &root).await.body;
    let facts = shown(&list, "Weekly team");
    for expected in [
        "because the test asked for it: 1 unknown, 1 refused, 1 not sent, 1 sent. One file was cut.",
        "1 left out",
        "bob: the account is disabled",
    ] {
        assert!(facts.contains(expected), "{expected} in {facts}");
    }
    let page = world.get("/admin/reports/weekly", &root).await.body;
    let rows: Vec<&str> = page.split("<tr").skip(2).collect();
    assert_eq!(rows.len(), 4, "{page}");
    for (row, expected) in rows.iter().zip([
        ["channel ops", "unknown whether it arrived: it is not sent again", "The answer was lost."],
        [
            "board@example.com",
            "refused: it is not sent again",
            "550 &lt;b&gt;no such user&lt;/b&gt;",
        ],
        ["an account that is gone (gone)", "again in 5 min", "No connection."],
        [">ann<", ">sent<", "250 queued"],
    ]) {
        for expected in expected {
            assert!(row.contains(expected), "{expected} in {row}");
        }
    }
    assert!(page.contains("bob: the account is disabled"), "{page}");
    // One that nobody asked for, late, for the third time.
    let followed = store.follow_report(&name("weekly"), "timing", now).await.unwrap();
    let moment = now.after(lease);
    let missing = brisk_domain::Tag::parse("table:shop.orders").unwrap();
    let cause = RunCause::AtLatest(vec![missing]);
    let run = PlannedRun { due_at: moment, moment, cause, missed: 2, is_late: true };
    let planned_to = followed.planned_to;
    assert!(store.plan_report(&name("weekly"), "timing", planned_to, &run, moment).await.unwrap());
    let page = world.get("/admin/reports/weekly", &root).await.body;
    let expected = "without waiting any longer for table:shop.orders, late, once for 2 more due \
        times that were missed: waiting";
    assert!(page.contains(expected), "{page}");
}
