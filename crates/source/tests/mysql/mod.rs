//! What only MySQL and MariaDB do.

mod instants;
mod rollups;
mod statements;
