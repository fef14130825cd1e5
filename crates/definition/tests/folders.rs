//! Folders of dashboards, and who may see what is in them.

use brisk_definition::{Loaded, Seen, load_dir};
use brisk_domain::{Audience, Slug, TeamName};
use std::path::Path;

const PANEL: &str = "source = \"shop\"\n[[panel]]\nid = \"p\"\ntitle = \"P\"\nkind = \"stat\"\nsql = \"select 1 as n\"\n";

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn dashboard(folder: &Path, name: &str, access: &str) {
    write(folder, name, &format!("title = \"{name}\"\n{access}\n{PANEL}"));
}

fn audience<'l>(loaded: &'l Loaded, slug: &str) -> Option<&'l Audience> {
    let found = loaded.dashboards.iter().find(|dashboard| dashboard.slug.as_str() == slug);
    found.map(|dashboard| &dashboard.audience)
}

fn sales() -> Audience {
    Audience::Teams(vec![TeamName::parse("sales").unwrap()])
}

#[test]
fn a_folder_says_who_may_see_what_is_in_it_unless_the_dashboard_does() {
    let world = tempfile::tempdir().unwrap();
    let folder = world.path();
    dashboard(folder, "top.toml", "");
    write(folder, "sales/folder.toml", "title = \"Sales team\"\naccess = [\"team:sales\"]\n");
    dashboard(folder, "sales/orders.toml", "");
    dashboard(folder, "sales/open.toml", "access = \"public\"");
    dashboard(folder, "supply-chain/stock.toml", "");
    dashboard(folder, ".hidden/secret.toml", "access = \"public\"");
    dashboard(folder, "Not A Folder/other.toml", "access = \"public\"");
    dashboard(folder, "sales/deeper/deep.toml", "access = \"public\"");
    let loaded = load_dir(folder);
    assert_eq!(loaded.problems, []);
    assert_eq!(loaded.dashboards.len(), 4);
    assert_eq!(audience(&loaded, "top"), Some(&Audience::SignedIn));
    assert_eq!(audience(&loaded, "orders"), Some(&sales()));
    assert_eq!(audience(&loaded, "open"), Some(&Audience::Public));
    assert_eq!(audience(&loaded, "stock"), Some(&Audience::SignedIn));
    let titles = |slug: &str| {
        let found = loaded.dashboards.iter().find(|dashboard| dashboard.slug.as_str() == slug);
        found.unwrap().folder.as_ref().map(|folder| folder.title.as_str())
    };
    assert_eq!(titles("top"), None);
    assert_eq!(titles("orders"), Some("Sales team"));
    assert_eq!(titles("stock"), Some("Supply chain"));
}

#[test]
fn a_broken_folder_file_lets_nobody_see_what_is_in_its_folder() {
    let world = tempfile::tempdir().unwrap();
    let folder = world.path();
    dashboard(folder, "sales/orders.toml", "");
    dashboard(folder, "sales/open.toml", "access = \"public\"");
    for broken in ["access = \"evryone\"", "acces = \"public\"", "access = ", "\u{0}"] {
        write(folder, "sales/folder.toml", broken);
        let loaded = load_dir(folder);
        assert!(loaded.dashboards.is_empty(), "{broken}");
        let broken: Vec<&str> = loaded.broken.iter().map(Slug::as_str).collect();
        assert_eq!(broken, ["open", "orders"], "their last good versions may stay");
        assert!(loaded.problems.iter().any(|problem| problem.file.ends_with("sales/folder.toml")));
    }
}

#[test]
fn one_name_is_one_dashboard_and_the_first_folder_has_it() {
    let world = tempfile::tempdir().unwrap();
    let folder = world.path();
    dashboard(folder, "orders.toml", "access = [\"team:sales\"]");
    dashboard(folder, "other/orders.toml", "access = \"public\"");
    let loaded = load_dir(folder);
    assert_eq!(audience(&loaded, "orders"), Some(&sales()));
    assert!(loaded.problems[0].to_string().contains("in another folder"), "{:?}", loaded.problems);
    // Even if the first is invalid: its last good version keeps the name.
    write(folder, "orders.toml", "title = ");
    let loaded = load_dir(folder);
    assert_eq!(audience(&loaded, "orders"), None);
    assert_eq!(loaded.broken.len(), 1);
}

#[test]
fn changes_within_folders_are_seen() {
    let world = tempfile::tempdir().unwrap();
    let folder = world.path();
    dashboard(folder, "sales/orders.toml", "");
    let mut seen = Seen::of(folder);
    let mut changed = |what: &str| {
        let now = Seen::of(folder);
        assert_ne!(seen, now, "{what}");
        seen = now;
    };
    write(folder, "sales/folder.toml", "access = [\"team:sales\"]");
    changed("a folder's file");
    dashboard(folder, "sales/orders.toml", "access = \"public\"");
    changed("a dashboard in a folder");
    dashboard(folder, "stock/stock.toml", "");
    changed("a new folder");
    std::fs::remove_dir_all(folder.join("sales")).unwrap();
    changed("a folder that is gone");
}
