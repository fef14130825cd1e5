//! Connections of a real server: their clocks, their number, their end, the names they ask for, what
//! their requests may look like, and the share that one client may have.

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
