//! An HTTP client that reports what it received and when.

use anyhow::{Context, Result, bail};
use brisk_domain::PanelData;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper_util::client::legacy::Client as Pooled;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::time::{Duration, Instant};

/// What an error says of an answer that began and did not end.
pub const CUT_OFF: &str = "the answer was cut off";

/// Keeps its connections alive. Cheap to clone.
#[derive(Clone)]
pub struct Client(Pooled<HttpConnector, Empty<Bytes>>);

/// A response.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The whole body.
    pub body: Bytes,
    /// The time until the whole body had arrived.
    pub time: Duration,
}

impl Default for Client {
    fn default() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let mut builder = Pooled::builder(TokioExecutor::new());
        Self(builder.pool_max_idle_per_host(1_024).build(connector))
    }
}

impl Client {
    /// One that uses each connection once: none can end while a request is on its way.
    pub fn without_reuse() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let mut builder = Pooled::builder(TokioExecutor::new());
        Self(builder.pool_max_idle_per_host(0).build(connector))
    }

    /// Gets `url`, within `patience`.
    pub async fn get(&self, url: &str, patience: Duration) -> Result<Answer> {
        let begun = Instant::now();
        let whole = async {
            let answer = self.0.get(url.parse()?).await?;
            let status = answer.status().as_u16();
            let body = answer.into_body().collect().await.context(CUT_OFF)?.to_bytes();
            Ok(Answer { status, body, time: begun.elapsed() })
        };
        let answer = tokio::time::timeout(patience, whole).await;
        answer.with_context(|| format!("no answer within {patience:?}"))?
    }

    /// The status, the entity tag and the body of `url`.
    pub async fn get_with_tag(&self, url: &str) -> Result<(u16, Option<String>, Bytes)> {
        self.get_unless(url, None).await
    }

    /// The same; with a tag that is known already, `304` and nothing else if it is still right.
    pub async fn get_unless(
        &self,
        url: &str,
        known: Option<&str>,
    ) -> Result<(u16, Option<String>, Bytes)> {
        let mut request = Request::get(url);
        if let Some(tag) = known {
            request = request.header("if-none-match", tag);
        }
        let answer = self.0.request(request.body(Empty::new())?).await?;
        let tag = answer.headers().get("etag").and_then(|tag| tag.to_str().ok());
        let (status, tag) = (answer.status().as_u16(), tag.map(str::to_owned));
        Ok((status, tag, answer.into_body().collect().await?.to_bytes()))
    }

    /// The data of a panel.
    pub async fn panel(&self, url: &str, patience: Duration) -> Result<PanelData> {
        let answer = self.get(url, patience).await?;
        if answer.status != 200 {
            bail!("status {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        }
        // The drawing follows after the data.
        Ok(postcard::take_from_bytes::<PanelData>(&answer.body)?.0)
    }
}

/// The path of a panel's data; `query` is the page's own query string.
pub fn panel_path(slug: &str, panel: &str, query: &str) -> String {
    let query = query.replace('%', "%25").replace('&', "%26").replace('=', "%3D");
    format!("/fn/panel?slug={slug}&panel={panel}&query={query}")
}
