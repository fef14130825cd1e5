//! Pages: every route, how they are presented, and administration.

mod activity;
mod administration;
mod cache;
mod clocks;
mod computed;
mod figures;
mod idle_options;
mod long_values;
mod named_columns;
mod one_point;
mod presentation;
mod routes;
mod scripts;
mod types;
mod without_scripts;
