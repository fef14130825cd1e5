//! Connections of a real server: their clocks, their number, their end, and whom they ask for.

mod clocks;
mod many;
mod names;
mod process;
mod stops;
mod streams;
