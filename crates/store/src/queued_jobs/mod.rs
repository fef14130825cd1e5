//! The queue of background jobs: each is done by one process at a time.
//!
//! A process claims a job ([`queue`]) and holds it by a lease that it renews ([`holding`]). Whatever it
//! writes about the job names its [`Claim`]: once another process has the job, or an admin has cancelled
//! it, nothing that the first one says counts any more. Admins see all jobs ([`listing`]) and decide about
//! them ([`decisions`]). What a job has made to be fetched is kept until it expires ([`results`]).
//!
//! What has to happen at a certain time, once, is a [`DueTime`](crate::DueTime).

mod decisions;
mod enqueuing;
mod hold;
mod holding;
mod job;
mod listing;
mod queue;
mod results;

pub use enqueuing::{Enqueued, MOST_WAITING, NewJob, Refusal};
pub use hold::Hold;
pub use job::{Claim, Claimed, JobState, QueuedJob};
pub use listing::{JobFilter, MOST_LISTED};
pub use results::{Added, JobResult, LARGEST_PART, LARGEST_RESULT, MOST_KEPT, NewResult};
