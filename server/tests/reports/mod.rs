//! Reports: made when they are due, by the rights of each who receives them, and sent once.

mod mail;
mod world;

use brisk_domain::Tag;
use brisk_store::{Actor, RunCause, RunOutcome};
use brisk_test_waiting::wait_for;
use world::{HOUR, World};

const DAILY: &str = "title = \"Daily sales\"\ndashboard = \"sales\"\nform = \"csv\"\n\
    to = [\"channel:archive\"]\ncron = \"0 6 * * *\"\n";

#[tokio::test]
async fn what_is_due_is_made_once_among_all_replicas() {
    let world = World::new(&[("daily", DAILY)]).await;
    let (one, other) = (world.replica().await, world.replica().await);
    assert_eq!(one.look().await + other.look().await, 0, "it is before six");
    world.clock.advance(HOUR);
    let (first, second) = tokio::join!(one.look(), other.look());
    assert_eq!(first + second, 1, "one of them made it");
    let [message] = world.archived().try_into().unwrap();
    assert!(message.name.contains("Daily sales"), "{}", message.name);
    let csv = message.file(".csv");
    assert_eq!(csv, "word,n\r\nopen,9007199254740993\r\n");
    let text = message.file("report.txt");
    assert!(text.contains("Daily sales") && text.contains("/d/sales"), "{text}");
    assert_eq!(one.look().await + other.look().await, 0, "nothing twice");
    let [run] = world.history("daily").await.try_into().unwrap();
    assert_eq!(
        (run.cause, run.outcome, run.is_late),
        (RunCause::Time, Some(RunOutcome::Done), true)
    );
    assert_eq!((run.counts.sent, run.left_out.len()), (1, 0));
}

#[tokio::test]
async fn after_a_night_without_a_server_one_report_says_how_many_it_stands_for() {
    let world = World::new(&[("daily", DAILY)]).await;
    let replica = world.replica().await;
    replica.look().await;
    world.clock.advance(3 * 24 * HOUR + 2 * HOUR);
    assert_eq!(replica.look().await, 1);
    let [message] = world.archived().try_into().unwrap();
    let text = message.file("report.txt");
    assert!(text.contains("It stands for 3 more due times"), "{text}");
    let [run] = world.history("daily").await.try_into().unwrap();
    assert_eq!((run.missed, run.is_late), (3, true));
}

#[tokio::test]
async fn data_that_have_landed_make_it_due_once_all_have() {
    let landed = "title = \"Landed\"\ndashboard = \"sales\"\nform = \"link\"\nto = [\"channel:archive\"]\n\
        after = [\"table:shop.t\", \"fx\"]\nat_latest = \"09:00\"\n";
    let world = World::new(&[("landed", landed)]).await;
    let replica = world.replica().await;
    replica.look().await;
    let tag = |text: &str| Tag::parse(text).unwrap();
    let land = async |name: &str| {
        replica.engine.invalidate(&[tag(name)]).await.unwrap();
        wait_for("that the landing is noted", replica.landed()).await;
    };
    world.clock.advance(60);
    land("table:shop.t").await;
    world.clock.advance(60);
    assert_eq!(replica.look().await, 0, "one of two has landed");
    land("fx").await;
    assert_eq!(replica.look().await, 1);
    // What lands again on that day repeats nothing.
    world.clock.advance(120);
    land("fx").await;
    land("table:shop.t").await;
    assert_eq!(replica.look().await, 0);
    // On the next day nothing lands, and it waits until nine.
    world.clock.advance(24 * HOUR);
    assert_eq!(replica.look().await, 0);
    world.clock.advance(4 * HOUR);
    assert_eq!(replica.look().await, 1);
    let causes: Vec<RunCause> =
        world.history("landed").await.into_iter().map(|run| run.cause).collect();
    let missing = RunCause::AtLatest(vec![tag("table:shop.t"), tag("fx")]);
    assert_eq!(causes, [missing, RunCause::Landed]);
}

#[tokio::test]
async fn a_condition_that_is_not_met_sends_nothing_and_says_why() {
    let with = |condition: &str| format!("{DAILY}condition = {{ {condition} }}\n");
    // The panel of a condition need not be one of those that are sent.
    let with = |condition: &str| with(condition) + "panels = [\"one\"]\n";
    let (many, few) = (
        with("panel = \"n\", above = 9007199254740993"),
        with("panel = \"n\", above = 9007199254740992"),
    );
    let world = World::new(&[("many", &many), ("few", &few)]).await;
    let replica = world.replica().await;
    replica.look().await;
    world.clock.advance(HOUR);
    assert_eq!(replica.look().await, 2);
    assert_eq!(world.archived().len(), 1);
    let [run] = world.history("many").await.try_into().unwrap();
    assert_eq!(run.outcome, Some(RunOutcome::NotNeeded));
    let why = "channel:archive: 9007199254740993 is not above 9007199254740993";
    assert_eq!(run.left_out, [why]);
    // Whoever asks for it by hand gets it in any case.
    let actor = Actor { name: "anna".into(), address: String::new() };
    let name = brisk_domain::ReportName::parse("many").unwrap();
    world.store().await.ask_for_report(&name, &actor, world.now()).await.unwrap();
    assert_eq!(replica.look().await, 1);
    assert_eq!(world.archived().len(), 2);
}

#[tokio::test]
async fn a_paused_report_waits_and_is_not_made_up_for() {
    let world = World::new(&[("daily", DAILY)]).await;
    let replica = world.replica().await;
    replica.look().await;
    let (store, name) = (world.store().await, brisk_domain::ReportName::parse("daily").unwrap());
    let actor = Actor { name: "anna".into(), address: String::new() };
    store.pause_report(&name, true, &actor, world.now()).await.unwrap();
    world.clock.advance(24 * HOUR);
    assert_eq!(replica.look().await, 0);
    store.pause_report(&name, false, &actor, world.now()).await.unwrap();
    assert_eq!(replica.look().await, 0, "what passed meanwhile is not due");
    world.clock.advance(24 * HOUR);
    assert_eq!(replica.look().await, 1);
    let [run] = world.history("daily").await.try_into().unwrap();
    assert_eq!(run.missed, 0);
}

#[tokio::test]
async fn each_form_is_a_file_and_a_failed_panel_is_said() {
    let of = |form: &str, rest: &str| {
        format!(
            "title = \"{form}\"\ndashboard = \"sales\"\nform = \"{form}\"\nto = [\"channel:archive\"]\ncron = \"0 6 * * *\"\n{rest}"
        )
    };
    let files: Vec<(&str, String)> = ["pdf", "xlsx", "html", "png", "csv", "link"]
        .into_iter()
        .map(|form| (form, of(form, "panels = [\"one\"]\n")))
        .chain([("broken", of("html", "").replace("\"sales\"", "\"broken\""))])
        .collect();
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let world = World::new(&files).await;
    let replica = world.replica().await;
    replica.look().await;
    world.clock.advance(HOUR);
    assert_eq!(replica.look().await, 7);
    let archived = world.archived();
    let begins = |title: &str, ending: &str, bytes: &[u8]| {
        let of = |message: &&world::Archived| message.name.contains(&format!(" {title} "));
        let found = archived.iter().filter(of).any(|message| {
            message
                .files
                .iter()
                .any(|(name, content)| name.ends_with(ending) && content.starts_with(bytes))
        });
        assert!(found, "{title}: {:?}", archived.iter().map(|one| &one.name).collect::<Vec<_>>());
    };
    begins("pdf", ".pdf", b"%PDF");
    begins("xlsx", ".xlsx", b"PK");
    begins("html", ".html", b"<!");
    begins("png", ".png", b"\x89PNG");
    begins("csv", ".csv", b"word,n");
    begins("link", "report.txt", b"");
    let [run] = world.history("broken").await.try_into().unwrap();
    assert_eq!(run.outcome, Some(RunOutcome::Done));
    assert!(run.note.starts_with("One: "), "{}", run.note);
}
