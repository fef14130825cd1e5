//! Behaviour of MySQL and MariaDB alone.

mod instants;
mod rollups;
mod statements;
