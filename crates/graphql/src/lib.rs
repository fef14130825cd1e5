//! GraphQL over dashboards and their data: the schema, and from a request to its answer. The server is behind a
//! trait, [`Backend`], so that all of this is tested without one.
//!
//! - [`endpoint`]: the steps of a request; [`request`] and [`answer`] its ends; [`limits`] what it may have;
//!   `persisted` the queries that clients name by a hash;
//! - `schema`: what can be asked for, changed and followed; [`types`] its types;
//! - `gathering`: what one operation asks of a view is one call of the backend; `budget`: how long answers get;
//! - `order`: answers have the order of their queries;
//! - [`problem`]: errors, in the words of the JSON API.
//!
//! To add a field: give it to a type of [`types`] if the JSON API writes it, otherwise to [`Backend`] and `schema`;
//! and say what it costs if it is more than one value.

pub mod answer;
pub mod backend;
mod budget;
pub mod endpoint;
mod gathering;
pub mod limits;
mod order;
mod persisted;
pub mod problem;
pub mod request;
mod schema;
pub mod types;

pub use answer::Answer;
pub use backend::{Backend, Wanted};
pub use endpoint::{Endpoint, Prepared, Sent};
pub use limits::Limits;
pub use problem::{Kind, Problem};
pub use request::Request;

/// Reads what the JSON API writes as a type of the schema.
pub fn read<T: serde::de::DeserializeOwned>(written: &impl serde::Serialize) -> Result<T, String> {
    let value = async_graphql::to_value(written).map_err(|error| error.to_string())?;
    async_graphql::from_value(value).map_err(|error| error.to_string())
}
