//! The commands of `brisk`, as processes.

mod command;
mod rollups;
