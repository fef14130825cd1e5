//! [`Pages`]: whole pages that were drawn lately, packed as browsers want them. A hot page is a
//! lookup and a copy; one that a browser has already is a lookup alone.

use crate::accept_encoding::{self, Encoding};
use crate::build;
use crate::etag::ETag;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use brisk_app::Assets;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::io::Write;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// Bytes of pages that are kept.
const KEPT: u64 = 32 << 20;

/// Pages that were drawn lately, by their tags.
pub struct Pages {
    kept: moka::sync::Cache<ETag, Arc<Kept>>,
    build: String,
}

struct Kept {
    plain: Bytes,
    brotli: OnceCell<Bytes>,
    gzip: OnceCell<Bytes>,
}

impl Pages {
    /// Pages that are drawn with `assets`.
    pub fn with(assets: &Assets) -> Self {
        // What is packed takes about a quarter more.
        let weigh = |_: &ETag, kept: &Arc<Kept>| {
            u32::try_from(kept.plain.len() / 4 * 5 + 256).unwrap_or(u32::MAX)
        };
        let kept = moka::sync::Cache::builder().max_capacity(KEPT).weigher(weigh).build();
        Self { kept, build: build::with(assets) }
    }

    /// What tells what they are drawn with from others.
    pub fn build(&self) -> &str {
        &self.build
    }

    /// The page of that tag for who sent `headers`: that they have it already, or its bytes.
    pub async fn answer(&self, tag: &ETag, headers: &HeaderMap) -> Option<Response> {
        if tag.is_known(headers) {
            let mut response = StatusCode::NOT_MODIFIED.into_response();
            add_headers(response.headers_mut(), tag);
            return Some(response);
        }
        let kept = self.kept.get(tag)?;
        Some(kept.response(tag, headers).await)
    }

    /// Keeps a page that was just drawn, and answers with it.
    pub async fn keep(&self, tag: ETag, page: Bytes, headers: &HeaderMap) -> Response {
        let kept = Kept { plain: page, brotli: OnceCell::new(), gzip: OnceCell::new() };
        let kept = Arc::new(kept);
        self.kept.insert(tag.clone(), Arc::clone(&kept));
        kept.response(&tag, headers).await
    }
}

impl Kept {
    async fn response(&self, tag: &ETag, headers: &HeaderMap) -> Response {
        let encoding = accept_encoding::best(headers);
        let bytes = match encoding {
            Encoding::Brotli => self.packed(&self.brotli, brotli).await,
            Encoding::Gzip => self.packed(&self.gzip, gzip).await,
            Encoding::Identity => self.plain.clone(),
        };
        let mut response = Response::new(Body::from(bytes));
        let headers = response.headers_mut();
        add_headers(headers, tag);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        if let Some(name) = encoding.name() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        response
    }

    /// Packed once, by the first who wants it; the others wait.
    async fn packed(
        &self,
        cell: &OnceCell<Bytes>,
        pack: fn(&[u8]) -> std::io::Result<Vec<u8>>,
    ) -> Bytes {
        let packed = cell.get_or_init(|| async {
            let plain = self.plain.clone();
            let packed = tokio::task::spawn_blocking(move || pack(&plain)).await;
            packed.map_or_else(|_| Bytes::new(), |packed| packed.unwrap_or_default().into())
        });
        packed.await.clone()
    }
}

fn add_headers(headers: &mut HeaderMap, tag: &ETag) {
    headers.insert(header::ETAG, tag.header());
    // Kept by the reader's browser alone, and never shown without asking.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, cookie"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
}

/// Nothing inline runs in a page that is there at once: only what streams has scripts in it, which
/// need a nonce of their own.
pub(crate) const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
     style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'self'";

fn brotli(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    // Level 5: within some percent of the best, in a tenth of the time.
    let parameters = brotli::enc::BrotliEncoderParams { quality: 5, ..Default::default() };
    let mut out = Vec::with_capacity(bytes.len() / 4);
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &parameters)?;
    Ok(out)
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(
        Vec::with_capacity(bytes.len() / 4),
        flate2::Compression::new(6),
    );
    encoder.write_all(bytes)?;
    encoder.finish()
}
