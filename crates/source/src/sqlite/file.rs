//! SQLite files: their URLs, and what distinguishes them.

use std::path::Path;

/// `path` as the kind of URL that tells SQLite how it may be opened: `ro` or `rwc`.
pub(crate) fn uri(path: &Path, mode: &str) -> String {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b':' => {
                uri.push(char::from(*byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str("?mode=");
    uri.push_str(mode);
    uri
}

/// What distinguishes a file from another one at its path: device, inode, size.
pub(crate) type Version = (u64, u64, u64);

/// The version of the file at `path`, if there is one.
pub(crate) async fn version(path: &Path) -> Option<Version> {
    use std::os::unix::fs::MetadataExt as _;
    let file = tokio::fs::metadata(path).await.ok()?;
    Some((file.dev(), file.ino(), file.size()))
}
