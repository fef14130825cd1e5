//! Dashboards' folders with things other than dashboards in them, and how long malicious files
//! take.

use brisk_definition::{Loaded, Seen, load_dir};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const GOOD: &str = "title = \"Good\"\nsource = \"shop\"\n[[panel]]\nid = \"p\"\ntitle = \"P\"\nkind = \"stat\"\nsql = \"select 1 as n\"\n";

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

/// The message about the file `name`.
fn message_of<'a>(loaded: &'a Loaded, name: &str) -> &'a str {
    let found = loaded.problems.iter().find(|problem| problem.file.ends_with(name));
    let problem =
        found.unwrap_or_else(|| panic!("nothing is said of {name}: {:?}", loaded.problems));
    &problem.message
}

fn slugs(loaded: &Loaded) -> Vec<&str> {
    loaded.dashboards.iter().map(|dashboard| dashboard.slug.as_str()).collect()
}

#[test]
fn only_regular_files_within_the_folder_are_opened() {
    let world = tempfile::tempdir().unwrap();
    let folder = world.path().join("dashboards");
    std::fs::create_dir(&folder).unwrap();
    write(world.path(), "outside.toml", "password = \"hunter2\"");
    write(&folder, "good.toml", GOOD);
    let link = |to: &str, name: &str| symlink(to, folder.join(name)).unwrap();
    link("/dev/zero", "endless.toml");
    link("/dev/stdin", "input.toml");
    link("../outside.toml", "outside.toml");
    link(world.path().join("outside.toml").to_str().unwrap(), "absolute.toml");
    link("nowhere.toml", "dangling.toml");
    link("loop-b.toml", "loop-a.toml");
    link("loop-a.toml", "loop-b.toml");
    link("good.toml", "same.toml");
    std::fs::create_dir(folder.join("folder.toml")).unwrap();
    let made = Command::new("mkfifo").arg(folder.join("fifo.toml")).status().unwrap();
    assert!(made.success());
    let _socket = UnixListener::bind(folder.join("socket.toml")).unwrap();
    write(&folder, ".hidden.toml", "not = for us");
    link("somebody@machine.1", ".#good.toml");
    write(&folder, "good.toml~", "");
    let loaded = load_dir(&folder);
    assert_eq!(slugs(&loaded), ["good", "same"]);
    for (name, words) in [
        ("endless.toml", "leads out of the dashboards' folder"),
        ("input.toml", "leads out of the dashboards' folder"),
        ("/outside.toml", "leads out of the dashboards' folder"),
        ("absolute.toml", "leads out of the dashboards' folder"),
        ("dangling.toml", "leads nowhere"),
        ("loop-a.toml", "cannot be read"),
        ("loop-b.toml", "cannot be read"),
        ("folder.toml", "this is a folder"),
        ("fifo.toml", "this is a FIFO"),
        ("socket.toml", "this is a socket"),
    ] {
        assert!(message_of(&loaded, name).contains(words), "{name}: {}", message_of(&loaded, name));
    }
    assert_eq!(loaded.problems.len(), 10, "{:?}", loaded.problems);
    assert!(loaded.problems.iter().all(|problem| !problem.to_string().contains("hunter2")));
}

#[test]
fn a_config_map_and_a_folder_that_is_a_link_are_followed_also_when_switched() {
    let world = tempfile::tempdir().unwrap();
    let mounted = world.path().join("mounted");
    for version in ["..one", "..two"] {
        std::fs::create_dir_all(mounted.join(version)).unwrap();
        write(&mounted.join(version), "a.toml", &GOOD.replace("Good", version));
    }
    symlink("..one", mounted.join("..data")).unwrap();
    symlink("..data/a.toml", mounted.join("a.toml")).unwrap();
    let title = |folder: &Path| load_dir(folder).dashboards[0].title.clone();
    let before = Seen::of(&mounted);
    assert_eq!(title(&mounted), "..one");
    symlink("..two", mounted.join("..data_tmp")).unwrap();
    std::fs::rename(mounted.join("..data_tmp"), mounted.join("..data")).unwrap();
    assert_eq!(title(&mounted), "..two");
    let after = Seen::of(&mounted);
    assert!(after != before && after.is_in_place_of(&before));

    let current = world.path().join("current");
    symlink("mounted", &current).unwrap();
    assert_eq!(title(&current), "..two");
    let before = Seen::of(&current);
    std::fs::create_dir(world.path().join("next")).unwrap();
    write(&world.path().join("next"), "a.toml", GOOD);
    symlink("next", world.path().join("new")).unwrap();
    std::fs::rename(world.path().join("new"), &current).unwrap();
    assert_eq!(title(&current), "Good");
    assert!(!Seen::of(&current).is_in_place_of(&before));
}

#[test]
fn a_rollups_folder_outside_is_not_read() {
    let world = tempfile::tempdir().unwrap();
    let folder = world.path().join("dashboards");
    std::fs::create_dir(&folder).unwrap();
    std::fs::create_dir(world.path().join("elsewhere")).unwrap();
    write(&folder, "good.toml", GOOD);
    symlink("../elsewhere", folder.join("rollups")).unwrap();
    let loaded = load_dir(&folder);
    assert!(loaded.are_rollups_unreadable);
    assert!(message_of(&loaded, "rollups").contains("leads out of the dashboards' folder"));
}

#[test]
fn files_that_mean_harm_cost_little_time_and_few_words() {
    let keys: String = (0..20_000).map(|i| format!("key{i} = 1\n")).collect();
    let inline: String = (0..20_000).map(|i| format!("key{i} = 1, ")).collect();
    let panels = |body: &str| format!("title = \"T\"\nsource = \"s\"\n{body}");
    let many: String = (0..20_000).map(|i| format!("[[panel]]\nid = \"p{i}\"\n")).collect();
    let variables: String =
        (0..20_000).map(|i| format!("[[variable]]\nname = \"v{i}\"\n")).collect();
    let cases = [
        ("keys", format!("{keys}title = 1"), "more problems from here on"),
        ("inline", format!("panel = [{{ {inline} x = 1 }}]"), "more problems from here on"),
        ("panels", panels(&many), "20000 panels, more than 500"),
        ("variables", panels(&variables), "20000 variables, more than 100"),
        ("deep", format!("a = {}1{}", "[".repeat(300_000), "]".repeat(300_000)), "not TOML"),
    ];
    let world = tempfile::tempdir().unwrap();
    for (name, text, _) in &cases {
        write(world.path(), &format!("{name}.toml"), text);
    }
    // 500 panels without a place are placed.
    let placed: String = (0..500)
        .map(|i| {
            format!(
                "[[panel]]\nid = \"p{i}\"\ntitle = \"P\"\nkind = \"stat\"\nsql = \"select 1\"\n"
            )
        })
        .collect();
    write(world.path(), "most.toml", &panels(&placed));
    let started = Instant::now();
    let loaded = load_dir(world.path());
    let took = started.elapsed();
    // Quadratic time would be minutes.
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert_eq!(slugs(&loaded), ["most"]);
    for (name, _, words) in cases {
        let of_file =
            || loaded.problems.iter().filter(|p| p.file.ends_with(&format!("/{name}.toml")));
        assert!(of_file().count() <= 51, "{name}: {}", of_file().count());
        assert!(
            of_file().any(|problem| problem.message.contains(words)),
            "{name}: {:?}",
            of_file().next()
        );
    }
}

#[test]
fn so_many_files_and_bytes_are_read_and_no_more() {
    let world = tempfile::tempdir().unwrap();
    for i in 0..1_100 {
        write(world.path(), &format!("d{i:04}.toml"), GOOD);
    }
    let loaded = load_dir(world.path());
    assert_eq!(loaded.dashboards.len(), 1_000);
    assert!(loaded.problems.iter().any(|problem| problem.message.contains("has 1100 files")));

    let large = tempfile::tempdir().unwrap();
    // Not UTF-8, so that they are not parsed.
    let bytes = vec![0xff; 1_000_000];
    for i in 0..70 {
        std::fs::write(large.path().join(format!("d{i:02}.toml")), &bytes).unwrap();
    }
    let loaded = load_dir(large.path());
    assert!(
        message_of(&loaded, "d66.toml").contains("not UTF-8"),
        "{}",
        message_of(&loaded, "d66.toml")
    );
    assert!(message_of(&loaded, "d69.toml").contains("this one is not read"));
    assert_eq!(loaded.broken.len(), 70, "their last good versions stay");
}
