//! No other code of the server opens connections of its own.

use std::path::{Path, PathBuf};

/// What opens connections or looks names up. The drivers of databases and of Redis have their own; where
/// they lead, the operator and `[app_sources]` say.
const WAYS: [&str; 8] = [
    "TcpStream::connect",
    "TcpSocket",
    "UdpSocket",
    "lookup_host",
    "to_socket_addrs",
    "client::legacy",
    "client::conn",
    "reqwest",
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            false if path.extension().is_some_and(|end| end == "rs") => found.push(path),
            false => {}
        }
    }
}

#[test]
fn there_is_no_other_way_out() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for folder in ["server/src", "app/src"] {
        files(&root.join(folder), &mut found);
    }
    for entry in std::fs::read_dir(root.join("crates")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // Tests' own may do as they like.
        if path.join("src").is_dir() && name != "outgoing" && !name.starts_with("test-") {
            files(&path.join("src"), &mut found);
        }
    }
    assert!(found.len() > 300, "these are the server's files: {}", found.len());
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
        for way in WAYS {
            let path = path.display();
            assert!(
                !code.contains(way),
                "{path} has {way}: requests go through brisk_outgoing::Client"
            );
        }
    }
}
