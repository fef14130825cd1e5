//! [`HttpClient`]: sends a provider one request at a time, through the client of all outgoing requests. The
//! issuer's own host may have private addresses, as the operator named it; others that the provider's metadata
//! name may not, unless they are allowed. Redirects are not followed: metadata say where a provider answers, and
//! what a redirect would send elsewhere is a code, or this server's secret.

use super::settings::ProviderSettings;
use crate::http::authority::is_plain_loopback;
use brisk_outgoing::{Client, Failure, Plain, Request, Settings, Target};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use std::pin::Pin;

/// The longest answer that is read: metadata and keys have some kilobytes.
const LONGEST: usize = 256 << 10;

/// Sends requests to a provider.
pub(super) struct HttpClient {
    client: Client,
    /// Whether the provider is on this machine, and may be reached without TLS.
    may_be_plain: bool,
}

impl HttpClient {
    pub(super) fn new(settings: &ProviderSettings) -> Self {
        let may_be_plain = is_plain_loopback(&settings.issuer);
        // An issuer that is no address is asked for nothing.
        let issuer = Target::parse(&settings.issuer).ok();
        let allow = settings.allow.clone();
        let allow = issuer.iter().fold(allow, |allow, issuer| allow.and(&issuer.host()));
        let client = Client::new(Settings {
            allow,
            plain: if may_be_plain { Plain::Loopback } else { Plain::Never },
            ca: settings.ca.clone(),
            time: settings.timeout,
            longest: LONGEST,
            redirects: 0,
        });
        Self { client, may_be_plain }
    }

    /// Whether requests, or browsers, may be sent to an address.
    pub(super) fn may_ask(&self, url: &str) -> bool {
        url.starts_with("https://") || self.may_be_plain && is_plain_loopback(url)
    }

    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, Failure> {
        let (head, body) = request.into_parts();
        let target = Target::parse(&head.uri.to_string())?;
        let headers = head.headers;
        let request = Request { target, method: head.method, headers, body: body.into() };
        Ok(self.client.send(request).await?.map(Into::into))
    }
}

impl<'c> AsyncHttpClient<'c> for HttpClient {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Failure>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.answer(request))
    }
}
