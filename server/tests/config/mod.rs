//! The configuration: the layers, what is wrong with a file and where, secrets that are never printed,
//! and policies that reach the engine.

mod layers;
mod noticing;
mod policies;
mod problems;
mod secrets;

use brisk_domain::SourceName;
use brisk_server::config::{Environment, Flags, Location, Settings};
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A variable's name and value.
type Variable<'a> = (&'a str, &'a str);

const PASSWORD: &str = "hunter2";

/// A folder with a `brisk.toml`.
fn folder(file: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("brisk.toml"), file).unwrap();
    folder
}

fn flags(folder: &TempDir) -> Flags {
    Flags { config: Some(folder.path().join("brisk.toml")), ..Flags::default() }
}

fn read(file: &str, variables: &[Variable<'_>]) -> Result<Settings, String> {
    let environment: Environment = variables.iter().copied().collect();
    Settings::read(&flags(&folder(file)), &environment).map_err(|error| error.to_string())
}

fn location(settings: &Settings, name: &str) -> Result<Location, String> {
    let source = &settings.sources[&SourceName::parse(name).unwrap()];
    source.location.clone().map_err(|problem| problem.to_string())
}

fn postgres(url: &str) -> Result<Location, String> {
    Ok(Location::Postgres(url.into()))
}

fn brisk(folder: &Path, variables: &[Variable<'_>], arguments: &[&str]) -> (Output, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brisk"));
    for (name, _) in std::env::vars() {
        if name.starts_with("BRISK_") {
            command.env_remove(name);
        }
    }
    command.current_dir(folder).envs(variables.iter().copied()).args(arguments);
    let output = brisk_test_waiting::output(&mut command);
    let said =
        [&output.stdout, &output.stderr].map(|b| String::from_utf8_lossy(b).into_owned()).concat();
    (output, said)
}
