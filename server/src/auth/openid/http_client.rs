//! [`HttpClient`]: sends a provider one request at a time. Answers are limited in time and size;
//! redirects are not followed: a provider's metadata say where it answers, and what a redirect would
//! send elsewhere is a code, or this server's secret.

use super::settings::ProviderSettings;
use crate::http::authority::is_plain_loopback;
use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::path::{Path, PathBuf};
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// The longest answer that is read: metadata and keys have some kilobytes.
const LONGEST: usize = 256 << 10;

/// Sends requests to a provider.
pub(super) struct HttpClient {
    ca: Option<PathBuf>,
    timeout: Duration,
    /// Whether the provider is on this machine, and may be reached without TLS.
    may_be_plain: bool,
    /// Made when it is needed.
    tls: OnceLock<Result<Arc<ClientConfig>, String>>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoAnswer {
    #[error("there was no answer within {} ms", .0.as_millis())]
    Late(Duration),
    #[error("the answer is longer than {} KiB", LONGEST >> 10)]
    Long,
    #[error("it leads elsewhere (status {0}), which is not followed")]
    Redirect(u16),
    #[error("{0} is not asked: it is no address that begins with https://")]
    Plain(String),
    #[error("{0}")]
    Other(String),
}

impl HttpClient {
    pub(super) fn new(settings: &ProviderSettings) -> Self {
        Self {
            ca: settings.ca.clone(),
            timeout: settings.timeout,
            may_be_plain: is_plain_loopback(&settings.issuer),
            tls: OnceLock::new(),
        }
    }

    /// Whether requests, or browsers, may be sent to an address.
    pub(super) fn may_ask(&self, url: &str) -> bool {
        url.starts_with("https://") || self.may_be_plain && is_plain_loopback(url)
    }

    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let late = NoAnswer::Late(self.timeout);
        tokio::time::timeout(self.timeout, self.asked(request)).await.map_err(|_| late)?
    }

    async fn asked(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let other = |error: &dyn std::fmt::Display| NoAnswer::Other(error.to_string());
        let uri = request.uri().clone();
        let shown = uri.to_string();
        if !self.may_ask(&shown) {
            return Err(NoAnswer::Plain(shown));
        }
        let is_tls = uri.scheme_str() == Some("https");
        let host = uri.host().ok_or_else(|| NoAnswer::Plain(shown.clone()))?;
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let stream = TcpStream::connect((bare.as_str(), port)).await.map_err(|e| other(&e))?;
        let request = own(request, &uri)?;
        if !is_tls {
            return exchange(stream, request).await;
        }
        let name = ServerName::try_from(bare).map_err(|error| other(&error))?;
        let connector = TlsConnector::from(self.tls()?);
        let stream = connector.connect(name, stream).await.map_err(|error| other(&error))?;
        exchange(stream, request).await
    }

    fn tls(&self) -> Result<Arc<ClientConfig>, NoAnswer> {
        let made = self.tls.get_or_init(|| tls(self.ca.as_deref()).map(Arc::new));
        made.clone().map_err(NoAnswer::Other)
    }
}

impl<'c> AsyncHttpClient<'c> for HttpClient {
    type Error = NoAnswer;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, NoAnswer>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.answer(request))
    }
}

/// The request as it goes over a connection of its own.
fn own(request: HttpRequest, uri: &Uri) -> Result<Request<Full<Bytes>>, NoAnswer> {
    let wrong = |error: &dyn std::fmt::Display| NoAnswer::Other(error.to_string());
    let (mut head, body) = request.into_parts();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    head.uri = path.parse().map_err(|error| wrong(&error))?;
    // Anything before the host would be a name and a password.
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let host = HeaderValue::from_str(authority).map_err(|error| wrong(&error))?;
    head.headers.insert(header::HOST, host);
    head.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    head.headers.insert(header::USER_AGENT, HeaderValue::from_static("Brisk"));
    Ok(Request::from_parts(head, Full::new(Bytes::from(body))))
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<HttpResponse, NoAnswer>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |error: hyper::Error| NoAnswer::Other(error.to_string());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let answer = async move {
        let answer = sender.send_request(request).await.map_err(broken)?;
        if answer.status().is_redirection() {
            return Err(NoAnswer::Redirect(answer.status().as_u16()));
        }
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, LONGEST).collect().await.map_err(|error| {
            match error.is::<http_body_util::LengthLimitError>() {
                true => NoAnswer::Long,
                false => NoAnswer::Other(error.to_string()),
            }
        })?;
        Ok(http::Response::from_parts(head, body.to_bytes().to_vec()))
    };
    let (answer, connection) = (pin!(answer), pin!(connection));
    match futures::future::select(answer, connection).await {
        futures::future::Either::Left((answer, _)) => answer,
        // The connection has ended: its outcome is read.
        futures::future::Either::Right((_, answer)) => answer.await,
    }
}

/// Trusts the certificate authorities of this machine, or only those whose certificates are in `ca`.
fn tls(ca: Option<&Path>) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    match ca {
        Some(path) => {
            let shown = path.display();
            let wrong = |why: String| format!("\"ca\" of [auth.oidc], {shown}: {why}");
            let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
            for certificate in CertificateDer::pem_slice_iter(&pem) {
                let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
                roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(wrong("it holds no certificate in PEM".into()));
            }
        }
        // Certificates that cannot be read are left out: others may do.
        None => _ = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs),
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| error.to_string())?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
