//! Who may do what: every route for everybody, sign-in, sessions, tokens, and that nobody sees what
//! belongs to others.

mod access;
mod accounts;
mod checklist;
mod ending;
mod factor;
mod graphql;
mod image_links;
mod limits;
mod lost_sessions;
mod mail_addresses;
mod markup;
mod never_shared;
mod openid;
mod profile;
mod provider;
mod proxy;
mod real_provider;
mod reports;
mod routes;
mod set_back;
mod shared_sessions;
mod sharing;
mod sign_in;
mod unsubscribing;
pub(crate) mod world;
