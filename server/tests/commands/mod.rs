//! The commands of `brisk`, as processes.

mod backup;
mod command;
mod export;
mod folder;
mod kills;
mod rollups;
mod users;
