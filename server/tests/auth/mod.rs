//! Who may what: every route for everybody, sign-in, sessions, tokens, and that nobody sees what is
//! others'.

mod access;
mod accounts;
mod limits;
mod never_shared;
mod routes;
mod sharing;
mod sign_in;
mod world;
