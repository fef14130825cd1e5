//! Pages: every route, how they are presented, and administration.

mod administration;
mod figures;
mod presentation;
mod routes;
mod types;
