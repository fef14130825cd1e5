//! The commands of this repository, for people and CI alike. This file owns the list of commands
//! and the exit code; each command has a file of its own.
//!
//! To add a command: write a module with a `run` function and add a line to `COMMANDS`.

#![allow(clippy::print_stdout, reason = "this program talks to people in a terminal")]

use anyhow::Result;
use std::process::ExitCode;

mod apt;
mod arguments;
mod assets;
mod bench;
mod browser;
mod build;
mod check;
mod cluster;
mod frontend;
mod modules;
mod mutations;
mod packages;
mod process;
mod programs;
mod python;
mod scripts;
mod serve;
mod services;
mod step;
mod stylesheet;
mod summary;
mod test;
mod test_build;
mod test_run;
mod watch;
mod workspace;

use arguments::Arguments;
use workspace::Workspace;

struct Command {
    name: &'static str,
    usage: &'static str,
    about: &'static str,
    run: fn(&Workspace, Arguments) -> Result<ExitCode>,
}

const COMMANDS: [Command; 6] = [
    Command {
        name: "serve",
        usage: "serve [--dev] [--port 3000] [-- ARGS]",
        about: "build everything, load the demo, serve it; --dev rebuilds on change, ARGS go to brisk",
        run: serve::run,
    },
    Command {
        name: "test",
        usage: "test [--quick] [CRATE…] [FILTER…]",
        about: "everything that CI runs, or only tests of some crates or with some names; --quick skips services and browser",
        run: test::run,
    },
    Command {
        name: "bench",
        usage: "bench [--only NAME] [-- ARGS]",
        about: "the benchmarks of docs/measurements.md; takes about half an hour",
        run: bench::run_command,
    },
    Command {
        name: "cluster",
        usage: "cluster [--stay] [--older PROGRAM] [-- ARGS]",
        about: "three replicas, a Redis Cluster and a spread source: what they cost and survive; --stay just runs them",
        run: cluster::run_command,
    },
    Command {
        name: "build",
        usage: "build [--site]",
        about: "the frontend, the assets and the server, all for release; --site leaves out the server",
        run: build::run_command,
    },
    Command {
        name: "check",
        usage: "check",
        about: "formatting, types, lints and circles of files, with warnings denied",
        run: check::run_command,
    },
];

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let Some(name) = words.next().filter(|name| !is_help(name)) else {
        print_commands();
        return ExitCode::SUCCESS;
    };
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        print_commands();
        eprintln!("\nThere is no command `{name}`; use one of those above.");
        return ExitCode::from(2);
    };
    match start(command, words.collect()) {
        Ok(code) => code,
        Err(_) if process::interrupted() => {
            eprintln!("Interrupted.");
            ExitCode::from(130)
        }
        Err(error) => {
            eprintln!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(command: &Command, words: Vec<String>) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    process::watch_for_interrupts()?;
    (command.run)(&workspace, Arguments::new(command.usage, words))
}

fn is_help(word: &str) -> bool {
    matches!(word, "help" | "--help" | "-h")
}

fn print_commands() {
    println!("cargo xtask COMMAND\n");
    for command in &COMMANDS {
        println!("  {:<42} {}", command.usage, command.about);
    }
}
