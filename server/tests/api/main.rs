//! The API's routes: what they answer, what they keep exact, what they cost, and what they say
//! when something is wrong.

// Helpers of tests are outside of what clippy takes for tests.
#![allow(clippy::unwrap_used)]

mod age;
mod cost;
mod description;
mod figures;
mod problems;
mod world;
