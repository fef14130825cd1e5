//! [`Viewed`]: the server as the sender of one request sees it.

use crate::api::problem;
use crate::auth::problem::sign_in;
use crate::auth::viewer::{self, Viewer};
use crate::http::client;
use crate::http::problem::Problem;
use crate::state::AppState;
use brisk_cache::Client;
use http::StatusCode;
use http::request::Parts;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The server as the sender of one request sees it.
pub(super) struct Viewed {
    pub(super) state: AppState,
    pub(super) client: Client,
    pub(super) viewer: Viewer,
    pub(super) head: Parts,
}

/// What the JSON API writes, as a type of the schema.
pub(super) fn read<T: DeserializeOwned>(written: &impl Serialize) -> Result<T, Problem> {
    brisk_graphql::read(written).map_err(|error| {
        let error: Box<dyn std::error::Error> = error.into();
        problem::not_serialised(&*error)
    })
}

impl Viewed {
    pub(super) fn new(state: AppState, head: Parts) -> Self {
        let (client, viewer) = (client::of(&head.extensions), viewer::of(&head.extensions));
        Self { state, client, viewer, head }
    }

    /// A problem in words for this viewer: somebody who has not signed in is asked to, whether there is
    /// something or not.
    pub(super) fn told(&self, problem: Problem) -> brisk_graphql::Problem {
        match problem.status() == StatusCode::NOT_FOUND && self.viewer.is_nobody() {
            true => sign_in().into(),
            false => problem.into(),
        }
    }
}
