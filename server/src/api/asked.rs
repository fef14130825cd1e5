//! [`Asked`]: data that a program asks for. If all of it is ready and was written before, the answer is
//! found by what the lookup knows: no frame is assembled, and nothing is written anew. Otherwise the
//! frames are loaded, written and compressed.

use super::answer::{self, Answer};
use super::data::{
    self, DashboardAnswer, FreshnessOf, PanelAnswer, PanelFrames, PanelResult, View,
};
use super::image::ImageForm;
use super::parameters::Parameters;
use super::{csv, problem};
use crate::answers::{self, Head};
use crate::auth::viewer::Viewer;
use crate::exports::{ExportedView, FileForm};
use crate::http::accept::{self, Encoding};
use crate::http::etag::ETag;
use crate::http::problem::Problem;
use crate::service::{Frames, FramesRequest, Wanted};
use crate::state::AppState;
use axum::response::{IntoResponse as _, Response};
use brisk_app::service::PageError;
use brisk_cache::{Caller, Client, Trigger};
use brisk_domain::{PanelData, Timestamp};
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use std::borrow::Cow;

/// How current a panel's frames are: a structured field (RFC 9651).
const FRESHNESS: HeaderName = HeaderName::from_static("brisk-freshness");

/// What is made of the frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// All panels of a dashboard, as JSON.
    Dashboard,
    /// One panel, as JSON.
    Panel,
    /// One panel, as CSV.
    Csv,
    /// One panel, drawn.
    Image(ImageForm),
    /// A whole dashboard, or one panel, as a file.
    File(FileForm),
}

/// A view that was looked up.
pub(super) struct Asked {
    requested: FramesRequest,
    client: Client,
    /// The oldest data that a value that is not current may show.
    oldest: Option<Timestamp>,
    looks_behind: bool,
}

/// Looks up all panels of a dashboard, or one of them, together.
pub(super) async fn asked(
    state: &AppState,
    (client, viewer): (Client, &Viewer),
    (slug, panel): (&str, Option<&str>),
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Asked, Problem> {
    // A missing dashboard comes before a wrong parameter.
    state.service.definition(slug, viewer)?;
    let parameters =
        Parameters::read(uri.query(), headers).map_err(|e| problem::wrong_parameter(&e))?;
    let (zone, caller) = (parameters.zone.as_ref(), Caller::new(Trigger::Api, client.clone()));
    let pairs = &parameters.pairs;
    let wanted = panel.map_or(Wanted::All, Wanted::Panel);
    let requested = state.service.frames(slug, wanted, zone, pairs, caller, viewer).await?;
    let looks_behind = viewer.looks_behind(requested.dashboard());
    let oldest = parameters.oldest(state.service.now());
    Ok(Asked { requested, client, oldest, looks_behind })
}

impl Asked {
    /// The answer, or `304` for a client that has it.
    pub(super) async fn response(
        self,
        state: &AppState,
        form: Form,
        request: &HeaderMap,
    ) -> Answer {
        let now = state.service.now();
        let key = self.requested.key(&form.name());
        if let Some(response) = self.known(state, form, key.as_ref(), now, request) {
            return Ok(response);
        }
        let client = self.client.clone();
        let view = self.loaded().await?;
        // What was ready has been waited for no longer; the rest is as old as it is by now.
        let now = if key.is_some() { now } else { state.service.now() };
        let written = Writing { state, client, form, key, now };
        written.response(view, request).await
    }

    /// The answer, if it was written before.
    fn known(
        &self,
        state: &AppState,
        form: Form,
        key: Option<&ETag>,
        now: Timestamp,
        request: &HeaderMap,
    ) -> Option<Response> {
        let answers = state.service.answers();
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
    async fn loaded(self) -> Result<Loaded, Problem> {
        let Self { requested, oldest, looks_behind, .. } = self;
        let frames = requested.into_frames().await?;
        let outcomes = frames.outcomes(oldest, looks_behind).await;
        Ok(Loaded { frames, outcomes })
    }
}

/// A view with the outcome of each panel.
struct Loaded {
    frames: Frames,
    outcomes: Vec<PanelResult>,
}

/// What an answer is written for.
struct Writing<'a> {
    state: &'a AppState,
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
        let Self { state, client, form, key, now } = self;
        let data: Vec<&PanelData> =
            view.outcomes.iter().filter_map(|outcome| outcome.as_deref().ok()).collect();
        let line = data.first().and_then(|data| form.freshness(|| FreshnessOf::of(data, now)));
        let times: Vec<Timestamp> = data.iter().map(|data| data.as_of).collect();
        let headers = form.headers(&view)?;
        let etag = data::etag(&form.media(), &view.frames, &view.outcomes);
        let answers = state.service.answers();
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
        let written = answers.of(state.service.drawing(), client, tag, encoding, write).await;
        let answer = written.unwrap_or_else(|| Err(PageError::Busy.into()))?;
        Ok(with(whole(all, headers, answer), line))
    }
}

impl Form {
    /// Tells it from all others.
    fn name(self) -> Cow<'static, str> {
        match self {
            Self::Dashboard => "dashboard".into(),
            Self::Panel => "panel".into(),
            Self::Csv => "csv".into(),
            Self::Image(form) => form.name().into(),
            Self::File(form) => form.name().into(),
        }
    }

    /// What is written: an answer for a whole dashboard of one panel differs by its panels.
    fn media(self) -> Cow<'static, str> {
        match self {
            Self::Dashboard | Self::Panel => "json".into(),
            Self::Csv => "csv".into(),
            Self::Image(form) => form.name().into(),
            Self::File(form) => form.name().into(),
        }
    }

    /// The header of a panel's answer, even of one without a body: the tag says nothing about the age,
    /// and CSV has neither.
    fn freshness(self, of: impl FnOnce() -> FreshnessOf) -> Option<HeaderValue> {
        match self {
            Self::Dashboard | Self::File(_) => None,
            Self::Panel | Self::Csv | Self::Image(_) => of().header(),
        }
    }

    /// The ages that are written in the answer, in seconds: JSON has one for each panel.
    fn ages(self, times: &[Timestamp], now: Timestamp) -> Vec<u64> {
        match self {
            Self::Dashboard | Self::Panel => {
                times.iter().map(|as_of| data::age(*as_of, now)).collect()
            }
            Self::Csv | Self::Image(_) | Self::File(_) => Vec::new(),
        }
    }

    /// How an answer to this request is encoded. Some are compressed already.
    fn encoding(self, request: &HeaderMap) -> Encoding {
        match self {
            Self::Image(form) if form.is_png => Encoding::Identity,
            Self::File(form) if form.is_packed() => Encoding::Identity,
            _ => accept::encoding(request),
        }
    }

    fn headers(self, view: &Loaded) -> Result<Vec<(HeaderName, HeaderValue)>, Problem> {
        let json = (header::CONTENT_TYPE, answer::JSON);
        match self {
            Self::Dashboard => Ok(vec![json]),
            Self::Panel => view.one().map(|_| vec![json]),
            Self::Csv => {
                let (panel, data) = (view.panel()?, view.one()?);
                let slug = view.frames.dashboard.slug.as_str();
                let name = csv::file_name(slug, panel.id.as_str(), data);
                let kind = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
                Ok(vec![(header::CONTENT_TYPE, kind), attached(&name)])
            }
            Self::Image(form) => {
                view.one()?;
                let kind = if form.is_png { "image/png" } else { "image/svg+xml" };
                Ok(vec![(header::CONTENT_TYPE, HeaderValue::from_static(kind))])
            }
            Self::File(form) => {
                let kind = HeaderValue::from_static(form.media_type());
                let name = view.exported().file_name(form.ending());
                Ok(vec![(header::CONTENT_TYPE, kind), attached(&name)])
            }
        }
    }

    fn write(self, view: &Loaded, now: Timestamp) -> Result<Vec<u8>, Problem> {
        let panels = view.frames.panels.iter().zip(&view.outcomes);
        let mut panels =
            panels.map(|((panel, _), outcome)| PanelFrames::of(&view.frames, panel, outcome, now));
        match self {
            Self::Dashboard => {
                let panels = panels.collect();
                answer::json(&DashboardAnswer { view: View::of(&view.frames), panels })
            }
            Self::Panel => {
                let panel = panels.next().ok_or_else(problem::not_found)?;
                answer::json(&PanelAnswer { view: View::of(&view.frames), panel })
            }
            Self::Csv => Ok(csv::of(view.panel()?, view.one()?)),
            Self::Image(form) => form.draw(&view.frames, view.panel()?, view.one()?),
            Self::File(form) => {
                form.write(&view.exported()).map_err(|error| problem::not_serialised(&error))
            }
        }
    }
}

/// The header of an answer that is a file. Names of dashboards and panels are letters, digits and hyphens.
fn attached(name: &str) -> (HeaderName, HeaderValue) {
    let value = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    (header::CONTENT_DISPOSITION, value.unwrap_or(HeaderValue::from_static("attachment")))
}

impl Loaded {
    /// The view as files are made of it.
    fn exported(&self) -> ExportedView<'_> {
        let Frames { dashboard, view, window, panels, .. } = &self.frames;
        let panels = panels.iter().zip(&self.outcomes);
        let panels = panels.map(|((panel, _), outcome)| (panel, outcome.as_deref()));
        ExportedView {
            dashboard,
            view,
            bounds: window.bounds,
            interval: window.interval,
            zone: &window.zone,
            offsets: &window.offsets,
            panels: panels.collect(),
        }
    }

    /// The panel, where there is one.
    fn panel(&self) -> Result<&brisk_domain::Panel, Problem> {
        self.frames.panels.first().map(|(panel, _)| panel).ok_or_else(problem::not_found)
    }

    /// The data of the panel, where there is one.
    fn one(&self) -> Result<&PanelData, Problem> {
        let outcome = self.outcomes.first().ok_or_else(problem::not_found)?;
        outcome.as_deref().map_err(|error| error.clone().into())
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
