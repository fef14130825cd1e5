//! Workbooks are read by a foreign reader, and compared with the frames that they were made of.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bounds;
mod contents;
mod failures;
mod hostile;
mod looks;
mod support;
mod values;
