//! [`Client`]: the steps of a request, in their order, within one limit of time.

use crate::connect::Pinned;
use crate::exchange::{Unread, exchange};
use crate::failure::Failure;
use crate::progress::{Progress, Unanswered};
use crate::redirect;
use crate::request::Request;
use crate::resolve::{Resolve, SystemResolver};
use crate::settings::Settings;
use crate::tls::Trust;
use bytes::Bytes;
use http::{HeaderValue, Response, Uri};
use http_body_util::Full;
use std::fmt;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use url::Host;

/// Sends requests, each over a connection of its own.
pub struct Client {
    settings: Settings,
    resolver: Arc<dyn Resolve>,
    trust: Trust,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Client {
    /// A client that has names looked up by the system.
    pub fn new(settings: Settings) -> Self {
        Self::with_resolver(settings, Arc::new(SystemResolver::default()))
    }

    /// A client that has names looked up by `resolver`.
    pub fn with_resolver(settings: Settings, resolver: Arc<dyn Resolve>) -> Self {
        Self { trust: Trust::new(settings.ca.clone()), settings, resolver }
    }

    /// Sends a request; the answer has any status but a redirect's, and its body as it came, not decoded.
    pub async fn send(&self, request: Request) -> Result<Response<Bytes>, Failure> {
        self.send_once(request).await.map_err(|unanswered| unanswered.failure)
    }

    /// The same for a request that must not be repeated by mistake: without an answer it says, too, how far the
    /// request got.
    pub async fn send_once(&self, request: Request) -> Result<Response<Bytes>, Unanswered> {
        let time = self.settings.time;
        let deadline = Instant::now() + time;
        let progress = Progress::default();
        let answer = timeout_at(deadline, self.answer(request, deadline, &progress)).await;
        let answer = answer.map_err(|_| Failure::Late(time)).flatten();
        answer.map_err(|failure| Unanswered { failure, reached: progress.reached() })
    }

    /// A connection for another protocol than HTTP: to an address of `host` that was checked.
    pub async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, Failure> {
        let host = parsed(host)?;
        let (settings, resolver) = (&self.settings, &*self.resolver);
        self.in_time(Pinned::of_host(&host, port, settings, resolver)).await
    }

    /// The same for what is said without TLS, where [`Settings::plain`] allows it.
    pub async fn connect_without_tls(&self, host: &str, port: u16) -> Result<TcpStream, Failure> {
        let host = parsed(host)?;
        let (settings, resolver) = (&self.settings, &*self.resolver);
        self.in_time(Pinned::without_tls(&host, port, settings, resolver)).await
    }

    async fn in_time(
        &self,
        pinned: impl Future<Output = Result<Pinned, Failure>>,
    ) -> Result<TcpStream, Failure> {
        let time = self.settings.time;
        let deadline = Instant::now() + time;
        let connection = async { pinned.await?.connect(deadline).await };
        timeout_at(deadline, connection).await.map_err(|_| Failure::Late(time))?
    }

    /// The same connection with TLS, over which `host` has proven to be it.
    pub async fn secure(
        &self,
        host: &str,
        connection: TcpStream,
    ) -> Result<impl AsyncRead + AsyncWrite + Unpin + Send + use<>, Failure> {
        let (time, host) = (self.settings.time, parsed(host)?);
        let secured = timeout(time, self.trust.connect(&host, connection)).await;
        secured.map_err(|_| Failure::Late(time))?
    }

    async fn answer(
        &self,
        mut request: Request,
        deadline: Instant,
        progress: &Progress,
    ) -> Result<Response<Bytes>, Failure> {
        // Redirects lead to the same origin, so to the same addresses.
        let pinned = Pinned::find(&request.target, &self.settings, &*self.resolver).await?;
        let most = self.settings.redirects;
        for followed in 0..=most {
            let answer = self.exchange(&request, &pinned, deadline, progress).await?;
            if !redirect::leads(&answer) {
                return Ok(answer);
            }
            if most == 0 {
                return Err(Failure::Redirect(answer.status().as_u16()));
            }
            if followed < most {
                request = redirect::next(request, &answer)?;
            }
        }
        Err(Failure::Loop(most))
    }

    async fn exchange(
        &self,
        request: &Request,
        pinned: &Pinned,
        deadline: Instant,
        progress: &Progress,
    ) -> Result<Response<Bytes>, Failure> {
        let (target, longest) = (&request.target, self.settings.longest);
        let sent = on_the_wire(request)?;
        let stream = pinned.connect(deadline).await?;
        let answer = match target.is_tls() {
            true => {
                let stream = self.trust.connect(&target.host(), stream).await?;
                exchange(stream, sent, longest, redirect::leads, progress).await
            }
            false => exchange(stream, sent, longest, redirect::leads, progress).await,
        };
        answer.map_err(|unread| match unread {
            Unread::Long => Failure::Long(longest),
            Unread::Broken(why) => Failure::Broken { host: target.host().to_string(), why },
        })
    }
}

fn parsed(host: &str) -> Result<Host, Failure> {
    Host::parse(host).map_err(|error| Failure::NoTarget(error.to_string()))
}

/// A request as it is sent to its own host: path and query, and the host's name.
fn on_the_wire(request: &Request) -> Result<http::Request<Full<Bytes>>, Failure> {
    let wrong = |error: &dyn fmt::Display| Failure::NoTarget(error.to_string());
    let uri: Uri = request.target.path().parse().map_err(|error| wrong(&error))?;
    let host = HeaderValue::from_str(request.target.authority()).map_err(|error| wrong(&error))?;
    let mut sent = http::Request::new(Full::new(request.body.clone()));
    *sent.method_mut() = request.method.clone();
    *sent.headers_mut() = request.sent_headers(host);
    *sent.uri_mut() = uri;
    Ok(sent)
}
