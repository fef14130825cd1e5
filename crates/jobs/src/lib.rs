//! Background jobs: what takes long, or has to be done although nobody waits for it.
//!
//! The queue is in the store ([`Store::enqueue`](brisk_store::Store::enqueue)). Each replica has
//! [`Workers`], which claim jobs, have a [`Handler`] do them, and renew their leases meanwhile. A job
//! whose process dies is done by another once its lease has run out; so a job may be begun more than once,
//! and a handler calls [`Running::confirm_lease`] before anything that cannot be undone. A process may
//! still die right after that, before anybody knows that it was done: what must not be done twice needs a
//! record of its own, or a key by which the receiver knows it.
//!
//! - [`workers`]: how many at a time, and when to look; [`attempt`]: one attempt, from its claim to what is
//!   recorded of it; [`keeping`]: the lease;
//! - [`running`]: what a handler is given; [`handler`]: what it gives back; [`back_off`]: when it is tried
//!   again;
//! - [`tidying`]: how long jobs and their results are kept.
//!
//! To add a kind of job, implement [`Handler`] where its work is, and give it to [`Workers::with`]. What
//! the input says has to be understood by the next release, too, which may do what this one has queued.

mod attempt;
mod back_off;
mod handler;
mod keeping;
mod limits;
mod running;
mod tidying;
mod workers;

pub use back_off::{BackOff, Random};
pub use handler::{Done, Failure, Handler, Made};
pub use limits::Limits;
pub use running::{NotAdded, NotHeld, Running};
pub use workers::Workers;
