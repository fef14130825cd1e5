//! Pages: every route, how they are presented, and administration.

mod administration;
mod presentation;
mod routes;
