//! What the pages about reports have in common.

use crate::auth::viewer;
use crate::http::client;
use crate::pages::response;
use crate::reports::known::{self, Known};
use crate::state::AppState;
use axum::http::request::Parts;
use axum::response::Response;
use brisk_app::service::PageError;
use brisk_domain::ReportName;
use brisk_store::{Actor, Store, StoreError};
use std::collections::BTreeMap;

pub(super) const PAGE: &str = "/admin/reports";

/// Why a form changes nothing.
pub(super) enum Refused {
    /// Sentences.
    Because(Vec<String>),
    Store(StoreError),
}

impl Refused {
    /// The one sentence.
    pub(super) fn one(why: impl Into<String>) -> Self {
        Self::Because(vec![why.into()])
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// All reports.
pub(super) async fn all(
    state: &AppState,
    store: &Store,
) -> Result<BTreeMap<ReportName, Known>, StoreError> {
    known::known(store, &state.service.engine().catalog().contents()).await
}

pub(super) fn actor(head: &Parts) -> Actor {
    viewer::of(&head.extensions).actor(client::address_of(&head.extensions))
}

pub(super) fn not_kept(error: &StoreError) -> Response {
    tracing::error!(%error, "a report cannot be read or kept");
    response::unavailable()
}

pub(super) fn nowhere() -> PageError {
    PageError::NotFound("There is no such report.".to_owned())
}
