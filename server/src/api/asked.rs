//! [`Asked`]: data that a program asks for. If all of it is ready and was written before, the answer is
//! found by what the lookup knows: no frame is assembled, and nothing is written anew. Otherwise the
//! frames are loaded, written and compressed.

use super::answer::{self, Answer};
use super::data::{self, FreshnessOf};
use super::file::File;
use super::form::Form;
use super::loaded::Loaded;
use super::parameters::Parameters;
use super::problem;
use crate::answers::{self, Head};
use crate::auth::viewer::Viewer;
use crate::http::accept::Encoding;
use crate::http::etag::ETag;
use crate::http::problem::Problem;
use crate::service::{EngineService, FramesRequest, Wanted, client_of};
use axum::response::{IntoResponse as _, Response};
use brisk_app::service::PageError;
use brisk_cache::{Caller, Client};
use brisk_domain::{PanelData, Timestamp};
use http::{HeaderMap, HeaderName, HeaderValue, header};

/// How current a panel's frames are: a structured field (RFC 9651).
const FRESHNESS: HeaderName = HeaderName::from_static("brisk-freshness");

/// A view that was looked up.
pub(crate) struct Asked {
    requested: FramesRequest,
    client: Client,
    /// The oldest data that a value that is not current may show.
    oldest: Option<Timestamp>,
    looks_behind: bool,
}

/// Looks up all panels of a dashboard, or some of them, together.
pub(crate) async fn asked(
    service: &EngineService,
    (caller, viewer): (Caller, &Viewer),
    (slug, wanted): (&str, Wanted<'_>),
    query: Option<&str>,
    headers: &HeaderMap,
) -> Result<Asked, Problem> {
    // A missing dashboard comes before a wrong parameter.
    service.definition(slug, viewer)?;
    let parameters = Parameters::read(query, headers).map_err(|e| problem::wrong_parameter(&e))?;
    let (zone, client) = (parameters.zone.as_ref(), client_of(&caller));
    let pairs = &parameters.pairs;
    let requested = service.frames(slug, wanted, zone, pairs, caller, viewer).await?;
    let looks_behind = viewer.looks_behind(requested.dashboard());
    let oldest = parameters.oldest(service.now());
    Ok(Asked { requested, client, oldest, looks_behind })
}

impl Asked {
    /// The answer, or `304` for a client that has it.
    pub(crate) async fn response(
        self,
        service: &EngineService,
        form: Form,
        request: &HeaderMap,
    ) -> Answer {
        let now = service.now();
        let key = self.requested.key(&form.name());
        if let Some(response) = self.known(service, form, key.as_ref(), now, request) {
            return Ok(response);
        }
        let client = self.client.clone();
        let view = self.loaded().await?;
        // What was ready has been waited for no longer; the rest is as old as it is by now.
        let now = if key.is_some() { now } else { service.now() };
        let written = Writing { service, client, form, key, now };
        written.response(view, request).await
    }

    /// All of it in one piece, for commands and reports.
    pub(crate) async fn file(self, service: &EngineService, form: Form) -> Result<File, Problem> {
        let client = self.client.clone();
        let view = self.loaded().await?;
        let now = service.now();
        let written = service.drawing().of(client).run(move || form.file(&view, now)).await;
        written.unwrap_or_else(|| Err(PageError::Busy.into()))
    }

    /// The answer, if it was written before.
    fn known(
        &self,
        service: &EngineService,
        form: Form,
        key: Option<&ETag>,
        now: Timestamp,
        request: &HeaderMap,
    ) -> Option<Response> {
        let answers = service.answers();
        let (head, times) = (answers.head(key?)?, self.requested.times()?);
        let line =
            times.first().and_then(|as_of| form.freshness(|| FreshnessOf::fresh(*as_of, now)));
        let (all, not_modified) = answer::headers(request, Some(&head.etag));
        if let Some(not_modified) = not_modified {
            return Some(with(not_modified, line));
        }
        let (ages, encoding) = (form.ages(&times, now), form.encoding(request));
        let answer = head.last(&ages, encoding).or_else(|| {
            let answer = answers.written(&written_tag(&head.etag, form, &ages, encoding))?;
            head.found(ages, encoding, &answer);
            Some(answer)
        })?;
        Some(with(whole(all, head.headers.clone(), answer), line))
    }

    /// Waits for the panels that are not ready.
    pub(crate) async fn loaded(self) -> Result<Loaded, Problem> {
        let Self { requested, oldest, looks_behind, .. } = self;
        let frames = requested.into_frames().await?;
        let outcomes = frames.outcomes(oldest, looks_behind).await;
        Ok(Loaded { frames, outcomes })
    }
}

/// What an answer is written for.
struct Writing<'a> {
    service: &'a EngineService,
    client: Client,
    form: Form,
    /// The key of the view, if all of it was ready.
    key: Option<ETag>,
    now: Timestamp,
}

impl Writing<'_> {
    /// `304` for a client that has the answer, otherwise the answer, written on the threads that draw
    /// pages.
    async fn response(self, view: Loaded, request: &HeaderMap) -> Answer {
        let Self { service, client, form, key, now } = self;
        let data: Vec<&PanelData> =
            view.outcomes.iter().filter_map(|outcome| outcome.as_deref().ok()).collect();
        let line = data.first().and_then(|data| form.freshness(|| FreshnessOf::of(data, now)));
        let times: Vec<Timestamp> = data.iter().map(|data| data.as_of).collect();
        let headers = form.headers(&view)?;
        let etag = data::etag(&form.media(), &view.frames, &view.outcomes);
        let answers = service.answers();
        if let (Some(key), Some(etag)) = (key, &etag) {
            answers.keep_head(key, Head::new(etag.clone(), headers.clone()));
        }
        let (all, not_modified) = answer::headers(request, etag.as_ref());
        if let Some(not_modified) = not_modified {
            return Ok(with(not_modified, line));
        }
        let encoding = form.encoding(request);
        let tag = etag.map(|etag| written_tag(&etag, form, &form.ages(&times, now), encoding));
        let write = move || form.write(&view, now);
        let written = answers.of(service.drawing(), client, tag, encoding, write).await;
        let answer = written.unwrap_or_else(|| Err(PageError::Busy.into()))?;
        Ok(with(whole(all, headers, answer), line))
    }
}

/// Identifies the bytes of an answer.
fn written_tag(etag: &ETag, form: Form, ages: &[u64], encoding: Encoding) -> ETag {
    let ages: Vec<u8> = ages.iter().flat_map(|age| age.to_le_bytes()).collect();
    let encoding = encoding.name().unwrap_or_default();
    ETag::of([etag.header().as_bytes(), form.name().as_bytes(), &ages, encoding.as_bytes()])
}

fn whole(
    mut all: HeaderMap,
    headers: Vec<(HeaderName, HeaderValue)>,
    answer: answers::Answer,
) -> Response {
    all.extend(headers);
    if let Some(name) = answer.encoding().name() {
        all.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    (all, answer.bytes()).into_response()
}

fn with(mut response: Response, freshness: Option<HeaderValue>) -> Response {
    if let Some(freshness) = freshness {
        response.headers_mut().insert(FRESHNESS, freshness);
    }
    response
}
