//! Databases that are added in the app: by forms, with rollups on each kind of database, and in
//! commands.

mod commands;
mod forms;
mod rollups;
mod shops;
mod world;
