//! The commands of `brisk`, as processes.

mod command;
mod folder;
mod rollups;
mod users;
