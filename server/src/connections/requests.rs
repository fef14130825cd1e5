//! [`Requests`]: what one connection's requests go through before the routes: whether they are
//! meant for this server, whether there is room, and the time that their bodies have.

use super::activity::{Activity, InFlight};
use super::answer::Answer;
use crate::http::own_names::{self, OwnNames};
use crate::http::refusal;
use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::ConnectInfo;
use axum::response::Response;
use axum::routing::future::RouteFuture;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{HeaderValue, Request, StatusCode, Version, header};
use hyper::body::{Frame, Incoming, SizeHint};
use pin_project_lite::pin_project;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tower::Service as _;

/// What all connections share.
pub(super) struct Served {
    /// Without state: cloning it copies a pointer.
    pub(super) routes: Router,
    pub(super) names: Arc<OwnNames>,
    /// How long the body of a request may take.
    pub(super) body: Duration,
}

/// The requests of one connection.
pub(super) struct Requests {
    pub(super) served: Arc<Served>,
    pub(super) activity: Arc<Activity>,
    pub(super) peer: SocketAddr,
    /// Whether only health is told, because there are too many connections.
    pub(super) is_spare: bool,
}

impl hyper::service::Service<Request<Incoming>> for Requests {
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, mut request: Request<Incoming>) -> Answering {
        let is_multiplexed = request.version() == Version::HTTP_2;
        let in_flight = Some(self.activity.begin(is_multiplexed));
        let (is_last, refused) = (self.is_spare && !is_multiplexed, self.refused(&request));
        let answering = |kind| Answering { kind, in_flight, is_multiplexed, is_last };
        if let Some(response) = refused {
            return answering(Kind::Refused { response: Some(response) });
        }
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let mut routes = self.served.routes.clone();
        if request.body().is_end_stream() {
            return answering(Kind::Plain { answer: routes.call(request.map(Body::new)) });
        }
        answering(Kind::WithBody { answer: Box::pin(with_body(routes, request, self.served.body)) })
    }
}

impl Requests {
    fn refused(&self, request: &Request<Incoming>) -> Option<Response> {
        if own_names::is_health(request.uri().path()) {
            return None;
        }
        if self.is_spare {
            let message = "This server has as many connections as it can have. Try again soon.\n";
            let mut response = refusal::response(StatusCode::SERVICE_UNAVAILABLE, message);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            return Some(response);
        }
        let (status, message) = self.served.names.check(request).err()?.status_and_message();
        Some(refusal::response(status, message))
    }
}

/// Answers a request whose body is still to come. If it takes too long, nobody waits any more.
async fn with_body(mut routes: Router, request: Request<Incoming>, limit: Duration) -> Response {
    let (is_received, version) = (Arc::new(AtomicBool::new(false)), request.version());
    let body = |body| Body::new(Received { body, is_received: Arc::clone(&is_received) });
    let mut answer = pin!(routes.call(request.map(body)));
    let answer = match tokio::time::timeout(limit, &mut answer).await {
        Ok(answer) => answer,
        Err(_) if is_received.load(Ordering::Relaxed) => answer.await,
        Err(_) => {
            let message =
                format!("The request's body did not arrive within {} s.\n", limit.as_secs_f32());
            let mut response = refusal::response(StatusCode::REQUEST_TIMEOUT, message);
            if version != Version::HTTP_2 {
                response.headers_mut().insert(header::CONNECTION, CLOSE);
            }
            return response;
        }
    };
    answer.unwrap_or_else(|never| match never {})
}

const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// A request's body that says when it is complete, or when nobody reads it any more.
struct Received {
    body: Incoming,
    is_received: Arc<AtomicBool>,
}

impl HttpBody for Received {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
            self.is_received.store(true, Ordering::Relaxed);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        self.is_received.store(true, Ordering::Relaxed);
    }
}

pin_project! {
    /// A request that is being answered.
    pub(super) struct Answering {
        #[pin]
        kind: Kind,
        in_flight: Option<InFlight>,
        is_multiplexed: bool,
        // Whether the connection is to end with the answer.
        is_last: bool,
    }
}

pin_project! {
    #[project = KindProjection]
    enum Kind {
        Refused { response: Option<Response> },
        Plain { #[pin] answer: RouteFuture<Infallible> },
        WithBody { answer: BoxFuture<'static, Response> },
    }
}

impl Future for Answering {
    type Output = Result<Response<Answer>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = match this.kind.project() {
            KindProjection::Refused { response } => response.take().unwrap_or_default(),
            KindProjection::Plain { answer } => match ready!(answer.poll(cx)) {
                Ok(response) => response,
                Err(never) => match never {},
            },
            KindProjection::WithBody { answer } => ready!(answer.as_mut().poll(cx)),
        };
        let (mut head, body) = response.into_parts();
        if *this.is_last {
            head.headers.insert(header::CONNECTION, CLOSE);
        }
        // A future that has ended is not polled again.
        let Some(in_flight) = this.in_flight.take() else { return Poll::Pending };
        let answer = Answer::new(body, *this.is_multiplexed, in_flight);
        Poll::Ready(Ok(Response::from_parts(head, answer)))
    }
}
