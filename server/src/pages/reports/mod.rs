//! `/admin/reports`: what is sent to whom and when. Plain forms.
//!
//! - [`list`]: all reports, and the form of a new one; [`removal`]: removing one takes a confirmation on a page of
//!   its own; [`history`]: what became of the runs of one;
//! - `form`: what may be kept; `rows`: a report as the page shows it; `runs`: its runs;
//! - `common`: what these have in common.

mod common;
mod form;
pub mod history;
pub mod list;
pub mod removal;
mod rows;
mod runs;
