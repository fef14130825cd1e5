//! `/c/{slug}/{panel}.png`: an image for whoever has its address.

use super::address::SignedAddress;
use super::{problem, standing};
use crate::api::asked::asked;
use crate::api::form::Form;
use crate::auth::rights::for_everybody;
use crate::http::problem::Problem;
use crate::service::Wanted;
use crate::state::AppState;
use axum::extract::rejection::PathRejection;
use axum::extract::{OriginalUri, Path, State};
use axum::response::{IntoResponse as _, Response};
use brisk_cache::{Caller, Client, Trigger};
use brisk_domain::view::parse_query;
use brisk_domain::{PanelId, Slug};
use brisk_store::StoreError;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};

/// Pages of all sites may show the image.
const RESOURCE_POLICY: (HeaderName, HeaderValue) = (
    HeaderName::from_static("cross-origin-resource-policy"),
    HeaderValue::from_static("cross-origin"),
);

/// `/c/{slug}/{panel}.png`, or `.svg`
pub async fn image(
    State(state): State<AppState>,
    path: Result<Path<(String, String)>, PathRejection>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let answered = async {
        let Ok(Path((slug, name))) = path else { return Err(problem::no_image()) };
        answer(&state, (&slug, &name), &uri, &headers).await
    };
    let answered = answered.await.map_err(|problem| problem.at(&uri));
    let mut response = answered.unwrap_or_else(Problem::into_response);
    response.headers_mut().extend([RESOURCE_POLICY]);
    // Signing in changes nothing.
    for_everybody(response)
}

async fn answer(
    state: &AppState,
    (slug, name): (&str, &str),
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let now = state.service.now();
    let address = SignedAddress::read(uri.path(), uri.query().unwrap_or_default());
    let (Some(address), Some(store)) = (address, &state.store) else {
        return Err(problem::no_image());
    };
    // A key that there is not, and a signature that is not its own, are told apart by nobody.
    let key = store.image_key(&address.key).await.map_err(not_known)?;
    let key = key
        .filter(|key| key.secret.as_deref().is_some_and(|secret| address.is_signed_with(secret)));
    let key = key.ok_or_else(problem::no_image)?;
    let parts = name.rsplit_once('.').and_then(|(panel, ending)| {
        Some((Slug::parse(slug).ok()?, PanelId::parse(panel).ok()?, ending))
    });
    let (slug, panel, ending) = parts.ok_or_else(problem::no_image)?;
    let pairs = parse_query(&address.query);
    let form = match ending {
        "png" | "svg" => Form::of_panel(ending, &pairs),
        _ => None,
    };
    let form = form.ok_or_else(problem::no_image)??;
    if address.expires.is_some_and(|at| at <= now) {
        return Err(problem::expired());
    }
    let dashboard = state.service.engine().catalog().dashboard(&slug);
    let dashboard = dashboard.filter(|_| key.shows.shows(&slug, &panel));
    let dashboard = dashboard.ok_or_else(problem::no_image)?;
    let viewer = standing::viewer(state, store, &key, &dashboard, now).await.map_err(not_known)?;
    let viewer = viewer.ok_or_else(problem::key_ended)?;
    let client = Client::reader(&format!("image key {}", key.id));
    let (service, caller) = (&state.service, Caller::new(Trigger::Api, client));
    let shown = (slug.as_str(), Wanted::Panel(panel.as_str()));
    let asked = asked(service, (caller, &viewer), shown, Some(&address.query), headers).await?;
    asked.response(service, form, headers).await
}

fn not_known(error: StoreError) -> Problem {
    tracing::error!(%error, "the key of an image's address cannot be read");
    problem::not_readable()
}
