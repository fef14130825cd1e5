//! [`Requests`]: what one connection's requests go through before the routes: whether they are
//! meant for this server, whether there is room, and what their bodies may be.

use super::activity::{Activity, InFlight};
use super::answer::{Answer, Sending};
use super::bodies;
use super::heads::Exchange;
use super::kept_place::Connection;
use super::per_client::{PerClient, Slot};
use super::refusal::Refusal;
use super::registry::Admission;
use super::streams;
use super::unsent::{self, Unsent};
use crate::http::client::{self, TrustedProxies};
use crate::http::own_names::{self, OwnNames};
use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::ConnectInfo;
use axum::response::Response;
use axum::routing::future::RouteFuture;
use brisk_cache::Client;
use futures::future::BoxFuture;
use http::{HeaderValue, Method, Request, Version, header};
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tower::Service as _;

/// What all connections share.
#[derive(Clone)]
pub(super) struct Served {
    /// Without state: cloning it copies a pointer.
    pub(super) routes: Router,
    pub(super) names: Arc<OwnNames>,
    pub(super) proxies: TrustedProxies,
    /// The requests of each client.
    pub(super) clients: PerClient,
    /// The long answers that wait for their clients.
    pub(super) unsent: Unsent,
    /// How long the body of a request may take.
    pub(super) body: Duration,
}

/// The requests of one connection.
pub(super) struct Requests {
    pub(super) served: Arc<Served>,
    pub(super) activity: Arc<Activity>,
    pub(super) exchange: Arc<Exchange>,
    pub(super) peer: SocketAddr,
    pub(super) own: Connection,
    /// What the connection may ask for.
    pub(super) admission: Admission,
}

const CLOSE: HeaderValue = HeaderValue::from_static("close");

impl hyper::service::Service<Request<Incoming>> for Requests {
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, mut request: Request<Incoming>) -> Answering {
        let is_multiplexed = request.version() == Version::HTTP_2;
        let client = client::named_in(self.peer, request.headers(), &self.served.proxies);
        let mut about = About {
            in_flight: self.activity.begin(is_multiplexed),
            slot: None,
            client: client.clone(),
            unsent: self.served.unsent.clone(),
            exchange: Arc::clone(&self.exchange),
            is_multiplexed,
            // `heads` does not know where a body in chunks ends.
            is_last: !is_multiplexed
                && (self.admission != Admission::Full
                    || request.headers().contains_key(header::TRANSFER_ENCODING)),
        };
        match self.admitted(&request, &client) {
            Ok(slot) => about.slot = slot,
            Err(refusal) => return Answering::of(about, Kind::Refused { refusal: Some(refusal) }),
        }
        let most = bodies::longest(request.uri().path());
        let extensions = request.extensions_mut();
        extensions.insert(ConnectInfo(self.peer));
        extensions.insert(client);
        extensions.insert(self.own.clone());
        let mut routes = self.served.routes.clone();
        if request.body().is_end_stream() {
            return Answering::of(
                about,
                Kind::Plain { answer: routes.call(request.map(Body::new)) },
            );
        }
        let answer = bodies::answered(routes, request, most, self.served.body);
        Answering::of(about, Kind::WithBody { answer: Box::pin(answer) })
    }
}

impl Requests {
    /// The place of a request that may go on to the routes.
    fn admitted(
        &self,
        request: &Request<Incoming>,
        client: &Client,
    ) -> Result<Option<Slot>, Refusal> {
        if let Some(refusal) = self.exchange.refusal() {
            return Err(refusal);
        }
        if own_names::is_health(request.uri().path()) {
            return Ok(None);
        }
        match self.admission {
            Admission::Full => {}
            Admission::OfClient => return Err(Refusal::OfClient),
            Admission::Spare | Admission::Refused => return Err(Refusal::Full),
        }
        self.served.names.check(request).map_err(Refusal::Misdirected)?;
        if [Method::CONNECT, Method::TRACE].contains(request.method()) {
            return Err(Refusal::Method);
        }
        let most = bodies::longest(request.uri().path());
        if bodies::said_length(request.headers()).is_some_and(|length| length > most) {
            return Err(Refusal::BodyTooLong(most));
        }
        self.served.clients.enter(client).map(Some).ok_or(Refusal::OfClient)
    }
}

/// What is known of a request that is being answered.
struct About {
    in_flight: InFlight,
    slot: Option<Slot>,
    client: Client,
    unsent: Unsent,
    exchange: Arc<Exchange>,
    is_multiplexed: bool,
    /// Whether the connection is to end with the answer.
    is_last: bool,
}

pin_project! {
    /// A request that is being answered.
    pub(super) struct Answering {
        #[pin]
        kind: Kind,
        about: Option<About>,
    }
}

pin_project! {
    #[project = KindProjection]
    enum Kind {
        Refused { refusal: Option<Refusal> },
        Plain { #[pin] answer: RouteFuture<Infallible> },
        WithBody { answer: BoxFuture<'static, Result<Response, Refusal>> },
    }
}

impl Answering {
    fn of(about: About, kind: Kind) -> Self {
        Self { kind, about: Some(about) }
    }
}

impl Future for Answering {
    type Output = Result<Response<Answer>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let answer = match this.kind.project() {
            KindProjection::Refused { refusal } => match refusal.take() {
                Some(refusal) => Err(refusal),
                None => return Poll::Pending,
            },
            KindProjection::Plain { answer } => match ready!(answer.poll(cx)) {
                Ok(response) => Ok(response),
                Err(never) => match never {},
            },
            KindProjection::WithBody { answer } => ready!(answer.as_mut().poll(cx)),
        };
        // A future that has ended is not polled again.
        let Some(about) = this.about.take() else { return Poll::Pending };
        Poll::Ready(Ok(about.sent(answer, cx)))
    }
}

impl About {
    fn sent(self, answer: Result<Response, Refusal>, cx: &mut Context<'_>) -> Response<Answer> {
        let Self { in_flight, slot, client, unsent, exchange, is_multiplexed, is_last } = self;
        if is_multiplexed {
            // For a client without a window, hyper never polls the body.
            streams::sending(Some(0));
        }
        let sending =
            Sending { is_multiplexed, unsent, client, _in_flight: in_flight, _slot: slot };
        let (response, sending, ends) = match answer {
            Ok(response) => {
                let (head, body) = response.into_parts();
                match Answer::of(body, sending, cx) {
                    Ok(answer) => return closing(Response::from_parts(head, answer), is_last),
                    Err(sending) => (unsent::refused(), sending, false),
                }
            }
            Err(refusal) => {
                let ends = refusal.ends_the_connection() && !is_multiplexed;
                (refusal.response(), sending, ends)
            }
        };
        if ends {
            exchange.leave_unread();
        }
        closing(response.map(|body| Answer::short(body, sending)), is_last || ends)
    }
}

fn closing(mut response: Response<Answer>, is_last: bool) -> Response<Answer> {
    if is_last {
        response.headers_mut().insert(header::CONNECTION, CLOSE);
    }
    response
}
