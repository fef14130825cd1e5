//! [`Form`]: what is made of frames, and how an answer with it looks.

use super::answer;
use super::data::{self, DashboardAnswer, FreshnessOf, PanelAnswer, PanelFrames, View};
use super::file::File;
use super::image::ImageForm;
use super::loaded::Loaded;
use super::{csv, lines, problem};
use crate::exports::FileForm;
use crate::http::accept::{self, DataForm, Encoding};
use crate::http::problem::Problem;
use brisk_domain::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use std::borrow::Cow;

/// The content security policy of an image that is opened by itself.
const ALONE: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// What is made of the frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// All panels of a dashboard, as JSON.
    Dashboard,
    /// One panel, as JSON.
    Panel,
    /// One panel, as CSV.
    Csv,
    /// One panel, as lines of JSON.
    Lines,
    /// One panel, drawn.
    Image(ImageForm),
    /// A whole dashboard, or one panel, as a file.
    File(FileForm),
}

impl Form {
    /// What the ending of a dashboard's address stands for, with the parameters in `pairs`.
    pub(crate) fn of_dashboard(
        ending: &str,
        pairs: &[(String, String)],
    ) -> Option<Result<Self, Problem>> {
        let form = FileForm::read(ending, pairs)?;
        Some(form.map(Self::File).map_err(|error| problem::wrong_parameter(&error)))
    }

    /// What the ending of a panel's address stands for.
    pub(crate) fn of_panel(
        ending: &str,
        pairs: &[(String, String)],
    ) -> Option<Result<Self, Problem>> {
        let image = |is_png| {
            let form = ImageForm::read(pairs, is_png);
            form.map(Self::Image).map_err(|error| problem::wrong_parameter(&error))
        };
        match ending {
            "csv" => Some(Ok(Self::Csv)),
            "ndjson" => Some(Ok(Self::Lines)),
            "svg" => Some(image(false)),
            "png" => Some(image(true)),
            _ => Self::of_dashboard(ending, pairs),
        }
    }

    /// The data of one panel.
    pub(super) fn data(form: DataForm) -> Self {
        match form {
            DataForm::Json => Self::Panel,
            DataForm::Csv => Self::Csv,
            DataForm::Lines => Self::Lines,
        }
    }

    /// Tells it from all others.
    pub(super) fn name(self) -> Cow<'static, str> {
        match self {
            Self::Dashboard => "dashboard".into(),
            Self::Panel => "panel".into(),
            Self::Csv => "csv".into(),
            Self::Lines => "ndjson".into(),
            Self::Image(form) => form.name().into(),
            Self::File(form) => form.name().into(),
        }
    }

    /// What is written: an answer for a whole dashboard of one panel differs by its panels.
    pub(super) fn media(self) -> Cow<'static, str> {
        match self {
            Self::Dashboard | Self::Panel => "json".into(),
            Self::Csv => "csv".into(),
            Self::Lines => "ndjson".into(),
            Self::Image(form) => form.name().into(),
            Self::File(form) => form.name().into(),
        }
    }

    /// The header of a panel's answer, even of one without a body: the tag says nothing about the age,
    /// and neither do CSV and lines.
    pub(super) fn freshness(self, of: impl FnOnce() -> FreshnessOf) -> Option<HeaderValue> {
        match self {
            Self::Dashboard | Self::File(_) => None,
            Self::Panel | Self::Csv | Self::Lines | Self::Image(_) => of().header(),
        }
    }

    /// The ages that are written in the answer, in seconds: JSON has one for each panel.
    pub(super) fn ages(self, times: &[Timestamp], now: Timestamp) -> Vec<u64> {
        match self {
            Self::Dashboard | Self::Panel => {
                times.iter().map(|as_of| data::age(*as_of, now)).collect()
            }
            Self::Csv | Self::Lines | Self::Image(_) | Self::File(_) => Vec::new(),
        }
    }

    /// How an answer to this request is encoded. Some are compressed already.
    pub(super) fn encoding(self, request: &HeaderMap) -> Encoding {
        match self {
            Self::Image(form) if form.is_png => Encoding::Identity,
            Self::File(form) if form.is_packed() => Encoding::Identity,
            _ => accept::encoding(request),
        }
    }

    /// Its media type.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Dashboard | Self::Panel => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Lines => "application/x-ndjson",
            Self::Image(form) if form.is_png => "image/png",
            Self::Image(_) => "image/svg+xml",
            Self::File(form) => form.media_type(),
        }
    }

    /// What a file of it is called: the dashboard, the panel, and the days.
    pub(super) fn file_name(self, view: &Loaded) -> Result<String, Problem> {
        match self {
            Self::Dashboard => Ok(view.exported().file_name("json")),
            Self::Panel => view.panel_file_name("json"),
            Self::Csv => view.panel_file_name("csv"),
            Self::Lines => view.panel_file_name("ndjson"),
            Self::Image(form) => view.panel_file_name(if form.is_png { "png" } else { "svg" }),
            Self::File(form) => Ok(view.exported().file_name(form.ending())),
        }
    }

    /// The headers that depend on the form. Where there is nothing to write, they are a problem.
    pub(super) fn headers(self, view: &Loaded) -> Result<Vec<(HeaderName, HeaderValue)>, Problem> {
        let name = self.file_name(view)?;
        let kind = (header::CONTENT_TYPE, HeaderValue::from_static(self.media_type()));
        Ok(match self {
            Self::Dashboard | Self::Panel => vec![kind],
            Self::Image(_) => {
                // Opened by itself it is a document: one that runs and fetches nothing.
                let policy = HeaderValue::from_static(ALONE);
                vec![kind, named("inline", &name), (header::CONTENT_SECURITY_POLICY, policy)]
            }
            Self::Csv | Self::Lines | Self::File(_) => vec![kind, named("attachment", &name)],
        })
    }

    /// A file of `view` at `now`.
    pub(crate) fn file(self, view: &Loaded, now: Timestamp) -> Result<File, Problem> {
        let (name, bytes) = (self.file_name(view)?, self.write(view, now)?);
        Ok(File { name, bytes, failed: view.failed() })
    }

    /// What is made of `view` at `now`.
    pub(super) fn write(self, view: &Loaded, now: Timestamp) -> Result<Vec<u8>, Problem> {
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
            Self::Lines => lines::of(view.panel()?, view.one()?)
                .map_err(|error| problem::not_serialised(&error)),
            Self::Image(form) => form.draw(&view.frames, view.panel()?, view.one()?),
            Self::File(form) => {
                form.write(&view.exported()).map_err(|error| problem::not_serialised(&error))
            }
        }
    }
}

/// The header that names a file: one to be kept (`attachment`), or to be shown (`inline`). Names of dashboards and
/// panels are letters, digits and hyphens.
fn named(disposition: &'static str, name: &str) -> (HeaderName, HeaderValue) {
    let value = HeaderValue::from_str(&format!("{disposition}; filename=\"{name}\""));
    (header::CONTENT_DISPOSITION, value.unwrap_or(HeaderValue::from_static(disposition)))
}
