//! What each route requires, and the answer where the viewer lacks it. A requirement stands beside its
//! route, and is checked after the router has parsed the address: whatever the address looks like, the
//! handler that answers is the one that was decided about.

use super::problem;
use super::viewer::{self, Viewer};
use crate::http::conditional::NO_STORE;
use crate::http::refusal;
use crate::pages::response;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodFilter;
use axum::{Router, routing};
use brisk_accounts::{Target, Verdict};
use brisk_app::service::PageError;
use brisk_domain::view::query_string;
use http::{HeaderValue, Method, StatusCode, header};

/// The last event of a page's stream: the page is out of date.
pub(crate) const FAREWELL: &str = "event: outdated\ndata: \n\n";

/// What a route requires before anything is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requires {
    /// Nothing: the answer reveals nothing of anybody's data.
    Nothing,
    /// Nothing of its own: the handler shows what the viewer may see, and nothing else.
    Sight,
    /// An account of one's own, signed in to.
    Profile,
    /// The same, or an account that only lacks the second factor that is required.
    Factor,
    /// To look after the server.
    Administration,
    /// To look after some dashboards: the handler shows these, and nothing of others.
    Tending,
    /// To read the process's figures.
    Metrics,
    /// To say that data have changed.
    Invalidation,
}

impl Requires {
    fn target(self) -> Target<'static> {
        match self {
            Self::Nothing | Self::Sight => Target::Open,
            Self::Profile => Target::Profile,
            Self::Factor => Target::Factor,
            Self::Administration => Target::Administration,
            Self::Tending => Target::Tending,
            Self::Metrics => Target::Metrics,
            Self::Invalidation => Target::Invalidation,
        }
    }
}

/// A route: its path, its method, and what it requires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The path as the router knows it.
    pub path: String,
    /// The method.
    pub method: Method,
    /// What it requires.
    pub requires: Requires,
}

/// Routes with their requirements: there is no other way to add one.
#[derive(Default)]
pub struct Routes {
    router: Router<AppState>,
    list: Vec<Route>,
}

impl Routes {
    /// Adds a route that is read.
    #[must_use]
    pub fn get<H, T>(self, path: &str, requires: Requires, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        self.on(Method::GET, MethodFilter::GET, path, requires, handler)
    }

    /// Adds a route that changes something.
    #[must_use]
    pub fn post<H, T>(self, path: &str, requires: Requires, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        self.on(Method::POST, MethodFilter::POST, path, requires, handler)
    }

    fn on<H, T>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &str,
        requires: Requires,
        handler: H,
    ) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        self.list.push(Route { path: path.to_owned(), method, requires });
        let guarded = handler.layer(middleware::from_fn_with_state(requires, guard));
        self.router = self.router.route(path, routing::on(filter, guarded));
        self
    }

    /// Adds the routes of `other` below `prefix`.
    #[must_use]
    pub fn nest(mut self, prefix: &str, other: Self) -> Self {
        let Self { router, list } = other;
        self.router = self.router.nest(prefix, router);
        let below = list
            .into_iter()
            .map(|route| Route { path: format!("{prefix}{}", route.path), ..route });
        self.list.extend(below);
        self
    }

    /// Adds the routes of `other`.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.list.extend(other.list);
        self
    }

    /// The router, changed in ways that add no route.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(Router<AppState>) -> Router<AppState>) -> Self {
        self.router = change(self.router);
        self
    }

    /// All routes.
    pub fn list(&self) -> &[Route] {
        &self.list
    }

    /// The router.
    pub fn into_router(self) -> Router<AppState> {
        self.router
    }
}

/// Marks the answer to a viewer who may not: as if there were nothing.
#[derive(Debug, Clone, Copy)]
struct Nothing;

/// Marks an answer that is the same for everybody, as the server has nothing there: signing in changes
/// nothing.
#[derive(Debug, Clone, Copy)]
struct Absent;

/// The answer of a server that is set up without it: nothing, whoever asks.
pub(super) async fn absent(state: &AppState, request: Request) -> Response {
    let error = PageError::NotFound("This page does not exist.".into());
    for_everybody(response::failure(state, error, request).await)
}

/// Marks `response`, that there is nothing, as the same whoever asks.
pub(crate) fn for_everybody(mut response: Response) -> Response {
    response.extensions_mut().insert(Absent);
    response
}

async fn guard(State(requires): State<Requires>, request: Request, next: Next) -> Response {
    let viewer = viewer::of(request.extensions());
    let verdict = match requires {
        // There it would see what somebody sees who has not signed in.
        Requires::Sight if viewer.is_unready() => Verdict::Hidden,
        _ => viewer.verdict(requires.target()),
    };
    match verdict {
        Verdict::Allowed => next.run(request).await,
        Verdict::SignIn | Verdict::Hidden => {
            let mut response = StatusCode::NOT_FOUND.into_response();
            response.extensions_mut().insert(Nothing);
            response
        }
    }
}

/// Answers alike where there is nothing, and nothing for the viewer: a page, or a sentence for what is
/// no page. A viewer who has not signed in is asked to, whether there is something or not.
pub(crate) async fn conceal(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let viewer = viewer::of(request.extensions());
    let asked = Asked::of(&request);
    let response = next.run(request).await;
    let is_absent = response.extensions().get::<Absent>().is_some();
    if response.status() != StatusCode::NOT_FOUND || is_absent {
        return response;
    }
    if asked.is_stream() {
        return over();
    }
    let is_page = asked.is_page(&response);
    if viewer.is_unready() {
        return asked.second_factor(is_page);
    }
    if viewer.is_nobody() {
        return asked.sign_in(is_page);
    }
    match response.extensions().get::<Nothing>() {
        None => response,
        Some(Nothing) if is_page => {
            let error = PageError::NotFound("This page does not exist.".into());
            response::failure(&state, error, asked.request(viewer)).await
        }
        Some(Nothing) => {
            refusal::response(StatusCode::NOT_FOUND, "There is nothing at this address.\n")
        }
    }
}

/// The stream of a page that is gone, or no longer for its reader. Scripts do not see the status of a
/// stream, and would retry without end; this has the page reload, which says what has happened.
fn over() -> Response {
    let kind = HeaderValue::from_static("text/event-stream");
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, NO_STORE)];
    (headers, FAREWELL).into_response()
}

/// What the answer depends on, of a request that is gone by then.
struct Asked {
    method: Method,
    uri: http::Uri,
    headers: http::HeaderMap,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        Self { method, uri, headers: request.headers().clone() }
    }

    fn request(self, viewer: Viewer) -> Request {
        let mut request = Request::new(axum::body::Body::empty());
        (*request.method_mut(), *request.uri_mut()) = (self.method, self.uri);
        *request.headers_mut() = self.headers;
        request.extensions_mut().insert(viewer);
        request
    }

    /// Whether it is an open page's request for events.
    fn is_stream(&self) -> bool {
        self.headers.get(header::ACCEPT).is_some_and(|accept| accept == "text/event-stream")
    }

    /// Whether a page is expected: a browser opens it, or the handler answered with one.
    fn is_page(&self, response: &Response) -> bool {
        let starts = |headers: &http::HeaderMap, name, start: &str| {
            let value = headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
            value.is_some_and(|value| value.starts_with(start))
        };
        let is_bare = response.extensions().get::<Nothing>().is_some();
        let accepts = starts(&self.headers, header::ACCEPT, "text/html");
        starts(response.headers(), header::CONTENT_TYPE, "text/html") || is_bare && accepts
    }

    /// Asks to sign in.
    fn sign_in(&self, is_page: bool) -> Response {
        if !is_page {
            let challenge = HeaderValue::from_static("Bearer realm=\"Brisk\"");
            let answer = problem::answer(&self.uri, &problem::SIGN_IN, problem::ASKED);
            return ([(header::WWW_AUTHENTICATE, challenge)], answer).into_response();
        }
        self.lead_to("/sign-in")
    }

    /// Asks to set up a second factor.
    fn second_factor(&self, is_page: bool) -> Response {
        if !is_page {
            let sentence = "Accounts of this role have to have a second factor. Open Brisk and set one \
                            up: until then, this account and its tokens may nothing.";
            return problem::answer(&self.uri, &problem::SECOND_FACTOR, sentence);
        }
        self.lead_to("/second-factor")
    }

    /// Redirects a browser to `page`, and from there back.
    fn lead_to(&self, page: &'static str) -> Response {
        let here = self.uri.path_and_query().map_or("/", |path| path.as_str());
        let back = match self.method {
            Method::GET if here != "/" => query_string(&[("back".to_owned(), here.to_owned())]),
            _ => String::new(),
        };
        let to = HeaderValue::from_str(&format!("{page}{back}"));
        let to = to.unwrap_or(HeaderValue::from_static(page));
        let headers = [(header::LOCATION, to), (header::CACHE_CONTROL, NO_STORE)];
        (StatusCode::SEE_OTHER, headers).into_response()
    }
}
