//! Notes in each request who sent it: its viewer.

use super::problem;
use super::state::{Auth, Unknown};
use super::viewer::Viewer;
use crate::http::client;
use crate::http::own_names::is_health;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};

/// Notes the viewer, for [`super::viewer::of`].
pub(crate) async fn identify(
    State(auth): State<Auth>,
    mut request: Request,
    next: Next,
) -> Response {
    auth.disbelieve(&mut request);
    match auth.viewer(request.headers()).await {
        Ok(viewer) => {
            let extensions = request.extensions_mut();
            if let Some(account) = viewer.account() {
                client::is_account(extensions, account.id.as_str());
            }
            extensions.insert(viewer);
            next.run(request).await
        }
        // Health checks depend on no viewer.
        Err(_) if is_health(request.uri().path()) => {
            request.extensions_mut().insert(Viewer::nobody());
            next.run(request).await
        }
        Err(Unknown::Token) => {
            let challenge =
                HeaderValue::from_static("Bearer realm=\"Brisk\", error=\"invalid_token\"");
            let sentence = "The token in this request is unknown, has expired or was revoked.";
            let answer = problem::answer(request.uri(), &problem::BAD_TOKEN, sentence);
            ([(header::WWW_AUTHENTICATE, challenge)], answer).into_response()
        }
        Err(Unknown::Store(error)) => {
            tracing::error!(%error, "who asks cannot be told");
            let sentence = "Brisk cannot tell at the moment who you are. Try again in a moment.";
            problem::answer(request.uri(), &problem::NOT_KNOWN, sentence)
        }
    }
}
