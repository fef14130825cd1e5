//! [`PageCache`]: whole pages that were rendered lately, compressed as browsers accept them. A hot
//! page is a lookup and a copy; one that the browser has already is a lookup alone.

use super::build_id;
use crate::http::accept::{self, Encoding};
use crate::http::compress::compress;
use crate::http::etag::ETag;
use crate::http::{conditional, security};
use axum::body::Body;
use axum::response::Response;
use brisk_app::Assets;
use brisk_app::drawing::Drawing;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// Bytes of pages that are kept.
const CAPACITY: u64 = 32 << 20;

/// Pages that were rendered lately, by their tags.
pub struct PageCache {
    pages: moka::sync::Cache<ETag, Arc<CachedPage>>,
    build: String,
}

struct CachedPage {
    plain: Bytes,
    brotli: OnceCell<Bytes>,
    gzip: OnceCell<Bytes>,
}

impl PageCache {
    /// An empty cache of pages that are rendered with `assets`.
    pub fn new(assets: &Assets) -> Self {
        // The compressed forms take about a quarter more.
        let weigh = |_: &ETag, page: &Arc<CachedPage>| {
            u32::try_from(page.plain.len() / 4 * 5 + 256).unwrap_or(u32::MAX)
        };
        let pages = moka::sync::Cache::builder().max_capacity(CAPACITY).weigher(weigh).build();
        Self { pages, build: build_id::of(assets) }
    }

    /// Identifies what the pages are rendered with: see [`build_id::of`].
    pub fn build(&self) -> &str {
        &self.build
    }

    /// The page of that tag for the client that sent `request`: `304` if it has the page already. The
    /// page is compressed on `drawing`, if it is not compressed yet.
    pub async fn get(
        &self,
        tag: &ETag,
        request: &HeaderMap,
        drawing: &Drawing,
    ) -> Option<Response> {
        if let Some(response) = conditional::not_modified(tag, request, &headers(tag)) {
            return Some(response);
        }
        let page = self.pages.get(tag)?;
        Some(page.response(tag, request, drawing).await)
    }

    /// Stores a page that was just rendered, and answers with it.
    pub async fn insert(
        &self,
        tag: ETag,
        page: Bytes,
        request: &HeaderMap,
        drawing: &Drawing,
    ) -> Response {
        let page = CachedPage { plain: page, brotli: OnceCell::new(), gzip: OnceCell::new() };
        let page = Arc::new(page);
        self.pages.insert(tag.clone(), Arc::clone(&page));
        page.response(&tag, request, drawing).await
    }
}

impl CachedPage {
    async fn response(&self, tag: &ETag, request: &HeaderMap, drawing: &Drawing) -> Response {
        let encoding = accept::encoding(request);
        let compressed = match encoding {
            Encoding::Brotli => self.compressed(&self.brotli, brotli, drawing).await,
            Encoding::Gzip => self.compressed(&self.gzip, gzip, drawing).await,
            Encoding::Identity => None,
        };
        let (bytes, encoding) = match compressed {
            Some(bytes) => (bytes, encoding),
            None => (self.plain.clone(), Encoding::Identity),
        };
        let mut response = Response::new(Body::from(bytes));
        *response.headers_mut() = headers(tag);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        if let Some(name) = encoding.name() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        response
    }

    /// The compressed form, made once, for the first client that accepts it; others wait. `None` if that
    /// fails: it is tried again for the next one.
    async fn compressed(
        &self,
        cell: &OnceCell<Bytes>,
        with: Compress,
        drawing: &Drawing,
    ) -> Option<Bytes> {
        let compressed = cell.get_or_try_init(|| async {
            let plain = self.plain.clone();
            let compressed = drawing.run(move || with(&plain)).await;
            let compressed = compressed.ok_or_else(|| std::io::Error::other("it was not run"));
            Ok(Bytes::from(compressed??))
        });
        let logged = |error: &std::io::Error| tracing::error!(%error, "a page is not compressed");
        compressed.await.inspect_err(logged).ok().cloned()
    }
}

type Compress = fn(&[u8]) -> std::io::Result<Vec<u8>>;

fn brotli(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    compress(bytes, Encoding::Brotli)
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    compress(bytes, Encoding::Gzip)
}

fn headers(tag: &ETag) -> HeaderMap {
    let mut headers = conditional::headers(tag, "accept-encoding, cookie");
    headers.insert(header::CONTENT_SECURITY_POLICY, security::content_security_policy(None));
    headers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::DrawingPool;
    use brisk_cache::Client;

    #[tokio::test]
    async fn a_page_whose_compression_fails_is_served_plain_and_tried_again() {
        let plain = Bytes::from_static(b"<!DOCTYPE html>");
        let page = CachedPage { plain, brotli: OnceCell::new(), gzip: OnceCell::new() };
        let drawing = DrawingPool::new().of(Client::local());
        let fails: [Compress; 2] =
            [|_| Err(std::io::Error::other("no memory")), |_| panic!("a bug")];
        for fail in fails {
            assert_eq!(page.compressed(&page.gzip, fail, &drawing).await, None);
            assert!(!page.gzip.initialized());
        }
        let compressed = page.compressed(&page.gzip, gzip, &drawing).await.unwrap();
        assert_eq!(page.compressed(&page.gzip, fails[0], &drawing).await, Some(compressed));
    }
}
