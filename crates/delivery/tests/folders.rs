//! Files in a folder: all of them or none, and nowhere else.

use crate::messages::{PNG, contents, message};
use brisk_delivery::folder::Folder;
use brisk_delivery::{Attachment, Contents, Message, MessageId, Outcome};
use brisk_domain::Timestamp;
use brisk_test_waiting::wait_for;
use bytes::Bytes;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use tempfile::TempDir;

const LARGEST: usize = 1 << 20;

async fn put(folder: &Path, message: &Message) -> Outcome {
    wait_for("an outcome", Folder::new(folder, LARGEST).send(message)).await
}

/// Every file and folder below, with its path.
fn all(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().unwrap().is_dir() {
            found.extend(all(&entry.path()).into_iter().map(|below| format!("{name}/{below}")));
        }
        found.insert(name);
    }
    found
}

fn set(names: &[String]) -> BTreeSet<String> {
    names.iter().cloned().collect()
}

fn name() -> String {
    format!("2026-11-30T060000Z Sales {}", &contents().id.as_str()[..8])
}

#[tokio::test]
async fn a_message_is_a_folder_with_its_files() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(put(folder.path(), &message()).await, Outcome::Accepted);
    let below = ["Sales 2026-11-30.pdf", "Umsätze.csv", "drawing-1.png", "report.txt"];
    let mut names: Vec<String> = below.iter().map(|file| format!("{}/{file}", name())).collect();
    names.push(name());
    assert_eq!(all(folder.path()), set(&names));
    let read = |file: &str| fs::read(folder.path().join(name()).join(file)).unwrap();
    assert_eq!(read("Sales 2026-11-30.pdf"), contents().attachments[0].bytes);
    assert_eq!(read("drawing-1.png"), PNG);
    assert!(
        String::from_utf8(read("report.txt")).unwrap().contains("Orders: 18,204 (−1.1 %, worse)")
    );
}

#[tokio::test]
async fn what_is_there_is_not_written_again_and_another_due_time_is_another_folder() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(put(folder.path(), &message()).await, Outcome::Accepted);
    let file = folder.path().join(name()).join("report.txt");
    fs::write(&file, "changed by hand").unwrap();
    assert_eq!(put(folder.path(), &message()).await, Outcome::Accepted);
    assert_eq!(fs::read_to_string(&file).unwrap(), "changed by hand");
    let due = Timestamp::from_seconds(1_796_623_200);
    let id = MessageId::of("weekly", due, "folder");
    let next = Message::new(Contents { due, id, ..contents() }).unwrap();
    assert_eq!(put(folder.path(), &next).await, Outcome::Accepted);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[tokio::test]
async fn no_name_leads_out_of_the_folder() {
    for evil in [
        "../../etc/passwd",
        "/etc/passwd",
        "..",
        ".",
        "a/b",
        "\0",
        "x\r\ny",
        "report.txt",
        "drawing-1.png",
    ] {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("reports");
        fs::create_dir(&folder).unwrap();
        let file = |bytes: &'static [u8]| Attachment {
            name: evil.into(),
            bytes: Bytes::from_static(bytes),
            ..contents().attachments[0].clone()
        };
        let attachments = vec![file(b"one"), file(b"two")];
        let message = Message::new(Contents { title: evil.into(), attachments, ..contents() });
        assert_eq!(put(&folder, &message.unwrap()).await, Outcome::Accepted, "{evil}");
        let all = all(&folder);
        assert_eq!(all.iter().filter(|name| !name.contains('/')).count(), 1, "{evil}: {all:?}");
        assert_eq!(
            all.iter().filter(|name| name.matches('/').count() == 1).count(),
            4,
            "{evil}: {all:?}"
        );
        assert_eq!(all.len(), 5, "{evil}: {all:?}");
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
    }
}

/// A folder of the operator's, and one of somebody else's beside it.
fn with_another() -> (TempDir, std::path::PathBuf, std::path::PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let (folder, other) = (parent.path().join("reports"), parent.path().join("other"));
    fs::create_dir(&folder).unwrap();
    fs::create_dir(&other).unwrap();
    fs::write(other.join("report.txt"), "precious").unwrap();
    (parent, folder, other)
}

#[tokio::test]
async fn links_are_not_followed() {
    let (_parent, folder, other) = with_another();
    symlink(&other, folder.join(name())).unwrap();
    let outcome = put(&folder, &message()).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.as_str().ends_with("is there, and is no folder")),
        "{outcome:?}"
    );
    let (_parent, folder, other) = with_another();
    symlink(&other, folder.join(format!(".{}.unfinished", contents().id))).unwrap();
    let outcome = put(&folder, &message()).await;
    assert!(matches!(outcome, Outcome::NotSent { .. }), "{outcome:?}");
    assert_eq!(all(&other), set(&["report.txt".to_owned()]));
    assert_eq!(fs::read_to_string(other.join("report.txt")).unwrap(), "precious");
    // The folder itself may be one: the operator says where it is.
    let (parent, folder, _) = with_another();
    symlink(&folder, parent.path().join("link")).unwrap();
    assert_eq!(put(&parent.path().join("link"), &message()).await, Outcome::Accepted);
}

#[tokio::test]
async fn what_an_attempt_that_died_has_left_is_replaced() {
    let (_parent, folder, other) = with_another();
    let unfinished = folder.join(format!(".{}.unfinished", contents().id));
    fs::create_dir(&unfinished).unwrap();
    fs::write(unfinished.join("Sales 2026-11-30.pdf"), "half").unwrap();
    symlink(other.join("report.txt"), unfinished.join("report.txt")).unwrap();
    assert_eq!(put(&folder, &message()).await, Outcome::Accepted);
    assert!(!unfinished.exists());
    assert_eq!(fs::read_to_string(other.join("report.txt")).unwrap(), "precious");
    let read = fs::read(folder.join(name()).join("Sales 2026-11-30.pdf")).unwrap();
    assert_eq!(read, contents().attachments[0].bytes);
}

#[tokio::test]
async fn what_cannot_be_written_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let small = Folder::new(folder.path(), 100);
    let outcome = wait_for("an outcome", small.send(&message())).await;
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.as_str().contains("the folder takes 100")),
        "{outcome:?}"
    );
    let outcome = put(&folder.path().join("missing"), &message()).await;
    assert!(
        matches!(&outcome, Outcome::NotSent { why, .. } if why.as_str().contains("cannot be written to")),
        "{outcome:?}"
    );
    fs::write(folder.path().join("file"), "").unwrap();
    let outcome = put(&folder.path().join("file"), &message()).await;
    assert!(matches!(outcome, Outcome::NotSent { .. }), "{outcome:?}");
    assert_eq!(all(folder.path()), set(&["file".to_owned()]));
}
