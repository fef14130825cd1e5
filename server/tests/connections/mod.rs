//! Connections of a real server: their clocks, their number, their end, whom they ask for, what
//! their requests may look like, and what one client may have of them.

mod clocks;
mod floods;
mod heads;
mod many;
mod names;
mod process;
mod readers;
mod shares;
mod stops;
mod streams;
