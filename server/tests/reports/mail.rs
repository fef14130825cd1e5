//! Reports by mail: to each what they may see, and what a mail server makes of it.

use super::world::{HOUR, World};
use brisk_accounts::account::Attributes;
use brisk_accounts::{Account, AccountId, LoginName, Role};
use brisk_domain::{AttributeName, Selection, TeamName, Timestamp};
use brisk_store::{Actor, Changed, SendingState};
use brisk_test_waiting::wait_for;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A mail server of others, which prints what it gets.
struct MailServer {
    process: Child,
    lines: UnboundedReceiver<String>,
}

impl MailServer {
    /// A server, and how it is configured; none in the quick loop, which installs nothing.
    async fn start() -> Option<(Self, String)> {
        if std::env::var_os("BRISK_TEST_QUICK").is_some() {
            return None;
        }
        let python = std::env::var("BRISK_TEST_PYTHON").expect("cargo xtask test installs it");
        let mut command = Command::new(python);
        command.args(["-c", include_str!("mail_server.py")]).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let (sender, lines) = unbounded_channel();
        std::thread::spawn(move || {
            output
                .lines()
                .map_while(Result::ok)
                .take_while(|line| sender.send(line.clone()).is_ok())
                .count()
        });
        let mut server = Self { process, lines };
        let port = server.line().await;
        let settings = format!(
            "[mail]\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nfrom = \"Brisk <brisk@example.com>\"\n"
        );
        Some((server, settings))
    }

    async fn line(&mut self) -> String {
        wait_for("what the mail server gets", self.lines.recv()).await.expect("it is running")
    }

    /// So many messages, by whom they are to.
    async fn messages(&mut self, many: usize) -> BTreeMap<String, Value> {
        let mut messages = BTreeMap::new();
        for _ in 0..many {
            let message: Value = serde_json::from_str(&self.line().await).unwrap();
            let to = message["to"][0].as_str().unwrap().to_owned();
            assert!(messages.insert(to, message).is_none(), "nobody gets two");
        }
        messages
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn person(world: &World, name: &str, tenant: &str, is_disabled: bool) -> AccountId {
    let attribute = AttributeName::parse("tenant").unwrap();
    let account = Account {
        id: AccountId::random(),
        name: LoginName::parse(name).unwrap(),
        full_name: name.to_owned(),
        role: Role::Viewer,
        is_disabled,
        teams: BTreeSet::from([TeamName::parse("sales").unwrap()]),
        attributes: Attributes::from([(attribute, Selection::of([tenant.to_owned()]))]),
        password: None,
        authenticator: None,
        created_at: Timestamp(0),
        signed_in_at: None,
    };
    let actor = Actor { name: "the test".into(), address: String::new() };
    let added = world.store().await.add_account(&account, &actor).await.unwrap();
    assert_eq!(added, Changed::Done);
    account.id
}

#[tokio::test]
async fn everybody_gets_what_they_may_see_and_nothing_of_others() {
    let Some((mut server, mail)) = MailServer::start().await else { return };
    let report = "title = \"Own figures\"\ndashboard = \"tenant\"\nform = \"csv\"\n\
        to = [\"team:sales\", \"account:ann@example.com\", \"mail:stranger@example.com\"]\n\
        cron = \"0 6 * * *\"\n";
    let world = World::mailing(&[("own", report)], &mail).await;
    person(&world, "ann@example.com", "acme", false).await;
    person(&world, "bob@example.com", "bolt", false).await;
    person(&world, "carl@example.com", "core", true).await;
    let replica = world.replica().await;
    replica.look().await;
    world.clock.advance(HOUR);
    assert_eq!(replica.look().await, 1);
    let messages = server.messages(2).await;
    for (who, tenant) in [("ann@example.com", "acme"), ("bob@example.com", "bolt")] {
        let message = messages[who].to_string();
        for other in ["acme", "bolt", "core"] {
            assert_eq!(message.contains(other), other == tenant, "{other} for {who}: {message}");
        }
        let headers = &messages[who]["headers"];
        assert_eq!(headers["Subject"], "Own figures");
        assert!(
            headers["List-Unsubscribe"]
                .as_str()
                .unwrap()
                .contains("https://brisk.example/unsubscribe/")
        );
        assert_eq!(headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
    }
    let [run] = world.history("own").await.try_into().unwrap();
    assert_eq!(run.counts.sent, 2);
    let left_out = run.left_out.join("\n");
    assert!(left_out.contains("carl@example.com: the account is disabled"), "{left_out}");
    assert!(left_out.contains("mail:stranger@example.com: it has no account"), "{left_out}");
}

#[tokio::test]
async fn what_a_server_says_decides_whether_it_is_sent_again() {
    let Some((mut server, mail)) = MailServer::start().await else { return };
    let to = "to = [\"mail:ann@example.com\", \"mail:no@example.com\", \"mail:busy@example.com\", \"mail:lost@example.com\"]\n";
    let report = |on_lost: &str| {
        format!(
            "title = \"Sales\"\ndashboard = \"sales\"\nform = \"link\"\n{to}cron = \"0 6 * * *\"\non_lost = \"{on_lost}\"\n"
        )
    };
    let world = World::mailing(&[("once", &report("at_most_once"))], &mail).await;
    let replica = world.replica().await;
    replica.look().await;
    world.clock.advance(HOUR);
    assert_eq!(replica.look().await, 1);
    server.messages(2).await;
    let states = async || {
        let [run] = world.history("once").await.try_into().unwrap();
        let sendings = world.store().await.sendings("once", run.due_at).await.unwrap();
        let of = |one: brisk_store::SendingRecord| (one.key.recipient, (one.state, one.words));
        sendings.into_iter().map(of).collect::<BTreeMap<_, _>>()
    };
    let first = states().await;
    assert_eq!(first["mail:ann@example.com"].0, SendingState::Sent);
    assert_eq!(first["mail:no@example.com"].0, SendingState::Refused);
    assert!(first["mail:no@example.com"].1.contains("no such person"), "{first:?}");
    assert_eq!(first["mail:busy@example.com"].0, SendingState::NotSent);
    assert_eq!(first["mail:lost@example.com"].0, SendingState::Unknown);
    // Later, only who certainly got nothing is tried again.
    world.clock.advance(HOUR);
    replica.look().await;
    let messages = server.messages(1).await;
    assert_eq!(messages.keys().collect::<Vec<_>>(), ["busy@example.com"]);
    let later = states().await;
    assert_eq!(later["mail:busy@example.com"].0, SendingState::Sent);
    assert_eq!(later["mail:lost@example.com"].0, SendingState::Unknown);
    world.clock.advance(HOUR);
    replica.look().await;
    assert_eq!(states().await, later);
}

/// A mail server that nobody runs.
const NOBODY: &str =
    "[mail]\nhost = \"127.0.0.1\"\nport = 1\ntls = \"none\"\nfrom = \"brisk@example.com\"\n";

#[tokio::test]
async fn what_cannot_be_sent_again_is_given_up() {
    let report = "title = \"Sales\"\ndashboard = \"sales\"\nform = \"link\"\nto = [\"mail:ann@example.com\"]\n\
        cron = \"0 6 * * *\"\n";
    let world = World::mailing(&[("sales", report)], NOBODY).await;
    let replica = world.replica().await;
    replica.look().await;
    world.clock.advance(HOUR);
    assert_eq!(replica.look().await, 1);
    let sending = async || {
        let [run] = world.history("sales").await.try_into().unwrap();
        let [sending] =
            world.store().await.sendings("sales", run.due_at).await.unwrap().try_into().unwrap();
        sending
    };
    let first = sending().await;
    assert_eq!((first.state, first.attempts), (SendingState::NotSent, 1));
    replica.look().await;
    assert_eq!(sending().await.attempts, 1, "not before its pause is over");
    world.clock.advance(HOUR);
    replica.look().await;
    let again = sending().await;
    assert_eq!((again.state, again.attempts), (SendingState::NotSent, 2));
    world.remove("sales", &replica);
    world.clock.advance(HOUR);
    replica.look().await;
    let last = sending().await;
    assert_eq!((last.state, last.attempts), (SendingState::Refused, 3));
    assert!(last.words.contains("no such report any more"), "{}", last.words);
    world.clock.advance(HOUR);
    replica.look().await;
    assert_eq!(sending().await, last);
}
