//! Mutated configuration files.

use super::corpus;
use brisk_server::config::{ConfigError, Environment, Flags, Settings};
use brisk_test_mutations::Inputs;
use std::path::Path;

/// The most characters of one problem, and bytes of all.
const LONGEST: usize = 1_000;
const LONGEST_IN_ALL: usize = 64 << 10;

fn read(file: &Path, text: &str) -> Result<Settings, ConfigError> {
    std::fs::write(file, text).unwrap();
    let flags = Flags { config: Some(file.to_owned()), ..Flags::default() };
    Settings::read(&flags, &Environment::default())
}

#[test]
fn mutations_of_configuration_files_are_read_or_refused_in_bounded_words() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("brisk.toml");
    let words = [
        "[source.a]\n",
        "[webhook.b]\n",
        "[auth.oidc]\n",
        "[redis]\n",
        "[database]\n",
        "[clients]\n",
        "url = ",
        "url_env = ",
        "url_file = ",
        "secret = ",
        "\"whsec_\"",
        "ttl = ",
        "\"5m\"",
        "\"-1s\"",
        "\"99999999999999999999d\"",
        "\"250ms\"",
        "\"4 GiB\"",
        "\"256 EiB\"",
        "[\"10.0.0.0/33\"]",
        "\"\"\"",
        "= ",
        "\n",
        "{ ",
        " }",
        "[",
        "]",
        "\\u0000",
        "true",
        "-1",
        "1e9",
    ];
    let inputs = Inputs::new("configuration files").folder(corpus("configurations")).words(&words);
    inputs.count(1_500).texts(|text| match read(&file, text) {
        Ok(_) => true,
        Err(error) => {
            assert!(!error.0.is_empty() && error.to_string().len() <= LONGEST_IN_ALL);
            for problem in &error.0 {
                let said = problem.to_string();
                assert!(said.chars().count() <= LONGEST, "{} bytes: {said}", said.len());
                assert!(!said.chars().any(|c| c.is_control()), "{said:?}");
            }
            false
        }
    });
}

#[test]
fn mutations_of_urls_are_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("brisk.toml");
    let seeds = [
        "postgres://reader:hunter2@db.example:5432/shop?sslmode=verify-full",
        "mysql://reader:hunter2@[::1]:3306/shop",
        "rediss://:hunter2@one.example:6380,two.example:6380/0?cluster=true",
        "https://brisk:hunter2@login.example.com",
    ];
    let words = ["://", "@", ":", "/", "?", "#", "[", "]", "%", "%40", ",", " ", "hunter2@"];
    let inputs = Inputs::new("URLs in files").seeds(seeds).words(&words).longest(2_000);
    inputs.count(1_500).texts(|url| {
        let quoted = serde_json::to_string(url).unwrap();
        // Texts that look like no address at all may be shown.
        let is_hidden = url.contains("://") || url.contains('@');
        let tables = ["[source.a]\nurl", "[redis]\nurl", "[database]\nurl", "[auth.oidc]\nissuer"];
        let is_right = tables.map(|table| {
            let top = "public_url = \"https://dash.example.com\"\nsecret_key = \"x\"\n";
            let said = match read(&file, &format!("{top}{table} = {quoted}\n")) {
                Err(error) => error.to_string(),
                Ok(settings) => {
                    let later = [
                        settings.redis().err().map(|error| error.to_string()),
                        settings.store().err().map(|error| error.to_string()),
                        settings.provider().err().map(|error| error.to_string()),
                    ];
                    later.into_iter().flatten().collect()
                }
            };
            assert!(!said.contains("hunter2") || !is_hidden, "{table} {url}: {said}");
            said.is_empty()
        });
        is_right.contains(&true)
    });
}
