//! When reports are due, who receives them, and whether their conditions are met. No I/O and no clock: the
//! server asks with the moment, the directory of accounts and the frames, and the store keeps what came of it.
//!
//! - [`calendar`]: due times, through changes of clocks and while nothing ran; [`period`] and [`landings`]:
//!   days and weeks, and when data landed in them;
//! - [`plan`](mod@plan): who receives a report now, and who does not and why; [`directory`]: who there is;
//! - [`judgement`]: whether a condition is met, exactly.

pub mod calendar;
pub mod directory;
pub mod judgement;
pub mod landings;
pub mod period;
pub mod plan;

pub use calendar::{Calendar, Cause, Due, Progress};
pub use directory::{Directory, People};
pub use judgement::{Judgement, Seen, figure, judge};
pub use landings::Landings;
pub use plan::{LeftOut, Planned, Reason, Receiver, To, plan};
