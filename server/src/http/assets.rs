//! The built frontend: files whose names are hashes, each with its compressed forms beside it.

use super::conditional::NO_STORE;
use anyhow::Context;
use axum::Router;
use brisk_app::Assets;
use http::{HeaderValue, Response, StatusCode, header};
use std::collections::BTreeMap;
use std::path::Path;
use tower_http::services::ServeDir;
use tower_http::services::fs::ServeFileSystemResponseBody;
use tower_http::set_header::SetResponseHeaderLayer;

/// Reads the manifest: the paths of the built files.
pub fn manifest(site: &Path) -> anyhow::Result<Assets> {
    let path = site.join("manifest.json");
    let text = std::fs::read_to_string(&path).with_context(|| {
        format!("the frontend is not built: {} is missing; run `cargo xtask build`", path.display())
    })?;
    let files: BTreeMap<String, String> = serde_json::from_str(&text).with_context(|| {
        format!("{} is not a manifest; build the frontend again", path.display())
    })?;
    let file = |name: &str| {
        files.get(name).cloned().with_context(|| format!("{} has no {name}", path.display()))
    };
    let font = files.iter().find(|(name, _)| name.starts_with("fonts/"));
    Ok(Assets {
        css: file("brisk.css")?,
        js: file("brisk.js")?,
        wasm: file("brisk_bg.wasm")?,
        loader: file("loader.js")?,
        icon: files.get("favicon.svg").cloned().unwrap_or_default(),
        font: font.map(|(_, path)| path.clone()).unwrap_or_default(),
    })
}

/// Serves the built files. Their names change with their contents, so browsers may keep them. What is
/// missing may be there after the next deployment.
pub fn router(site: &Path) -> Router {
    let kept = |response: &Response<ServeFileSystemResponseBody>| {
        let is_there =
            response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
        Some(if is_there { FOREVER } else { NO_STORE })
    };
    let files = ServeDir::new(site.join("assets")).precompressed_br().precompressed_gzip();
    Router::new().fallback_service(
        tower::ServiceBuilder::new()
            .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, kept))
            .service(files),
    )
}

const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
