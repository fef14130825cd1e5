//! The API's routes: what they answer, what they keep exact, what they cost, and what they answer when
//! something is wrong.

mod age;
mod choices;
mod comparisons;
mod conformance;
mod cost;
mod description;
mod dialects;
mod figures;
mod files;
mod graphql;
mod images;
mod parts;
mod problems;
mod shipped;
mod world;
