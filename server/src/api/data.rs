//! The JSON form of a view and of its panels' data.

use super::frame::{Frame, word};
use super::instant::{self, Written};
use crate::http::etag::ETag;
use crate::http::problem::Problem;
use crate::service::Frames;
use brisk_domain::{EarlierPeriod, Freshness, Panel, PanelData, Timestamp};
use http::HeaderValue;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One panel's data for one view.
#[derive(Debug, Serialize, ToSchema)]
pub struct PanelAnswer<'a> {
    /// What was asked for.
    pub view: View<'a>,
    /// Its data.
    pub panel: PanelFrames<'a>,
}

/// A dashboard's data for one view.
#[derive(Debug, Serialize, ToSchema)]
pub struct DashboardAnswer<'a> {
    /// What was asked for.
    pub view: View<'a>,
    /// The panels in reading order, each with its frame or its own problem.
    pub panels: Vec<PanelFrames<'a>>,
}

/// What was asked for, with everything filled in that the address left out.
#[derive(Debug, Serialize, ToSchema)]
pub struct View<'a> {
    /// The dashboard's name.
    #[schema(example = "online-retail")]
    pub dashboard: &'a str,
    /// The IANA time zone whose wall clock days and hours follow.
    #[schema(example = "Europe/London")]
    pub zone: &'a str,
    /// From when to when.
    pub bounds: Bounds,
    /// The width of the buckets: `minute`, `hour`, `day`, `week`, `month`, `quarter` or `year`.
    #[schema(example = "day")]
    pub interval: &'static str,
    /// The chosen values of each variable, `null` first if it is one; none means all.
    pub variables: BTreeMap<&'a str, Vec<Option<String>>>,
}

/// Two instants: from the first up to, and without, the second.
#[derive(Debug, Serialize, ToSchema)]
pub struct Bounds {
    /// The first instant inside.
    #[schema(value_type = String, format = DateTime, example = "2011-11-01T00:00:00Z")]
    pub from: Written,
    /// The first instant after.
    #[schema(value_type = String, format = DateTime, example = "2011-12-01T00:00:00Z")]
    pub to: Written,
}

/// One panel: `frame` and `freshness`, or a `problem`.
#[derive(Debug, Serialize, ToSchema)]
pub struct PanelFrames<'a> {
    /// The panel's name.
    #[schema(example = "revenue-by-day")]
    pub id: &'a str,
    /// Its title.
    pub title: String,
    /// How it is drawn, and so what its columns mean: `stat`, `line`, `table`…
    #[schema(example = "line")]
    pub kind: &'static str,
    /// What its numbers count, where a column does not say otherwise.
    #[schema(required = true, example = "GBP")]
    pub unit: Option<String>,
    /// The width of its buckets: the view's, or the one that the panel insists on.
    #[schema(example = "day")]
    pub interval: &'static str,
    /// The statement's result.
    #[schema(required = true)]
    pub frame: Option<Frame<'a>>,
    /// The same statement over earlier bounds, for panels that compare themselves; null where these lie
    /// before the first row of the data, or have no instants because the clock or the calendar lacks them.
    #[schema(required = true)]
    pub previous: Option<Compared<'a>>,
    /// The small line of a stat: time and value.
    #[schema(required = true)]
    pub sparkline: Option<Frame<'a>>,
    /// What the panel's file says and its statement does not bear out, for its author: a column that
    /// it does not return. And what its figures do not say by themselves: that the earlier period is shorter.
    pub notes: &'a [String],
    /// How current the frames are.
    #[schema(required = true)]
    pub freshness: Option<FreshnessOf>,
    /// Why there are no frames.
    #[schema(required = true)]
    pub problem: Option<&'a Problem>,
}

/// The frame of the compared period.
#[derive(Debug, Serialize, ToSchema)]
pub struct Compared<'a> {
    /// The compared period.
    pub bounds: Bounds,
    /// Whether the data go back to its beginning. If not, a change in percent would mean nothing;
    /// `null` where that is not known.
    #[schema(required = true)]
    pub covered: Option<bool>,
    /// The result over it.
    pub frame: Frame<'a>,
    /// For each of its rows, the time in the panel's `frame` that has the same place on the clock:
    /// 1 March for 1 February. `null` where there is none, as for 31 January beside February; the
    /// whole is `null` where the first column is no time.
    #[schema(required = true, value_type = Option<Vec<Option<String>>>)]
    pub beside: Option<Vec<Option<Written>>>,
}

/// How current a panel's frames are.
#[derive(Debug, Serialize, ToSchema)]
pub struct FreshnessOf {
    /// `fresh`; `unverified` (fresh as far as this server knows, while the shared cache cannot be
    /// asked); and only where `max-stale` allows it `stale` (past its time to live) or `previous`
    /// (from before an invalidation).
    #[schema(value_type = State)]
    pub state: Freshness,
    /// As of when the oldest of the frames shows the data.
    #[schema(value_type = String, format = DateTime, example = "2011-12-01T09:30:00.123456Z")]
    pub as_of: Written,
    /// How many seconds ago that was.
    pub age: u64,
}

/// How current a value is.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code)] // Only its description is used: it names what `Freshness` is written as.
pub enum State {
    /// Within its time to live.
    Fresh,
    /// The same, as far as this server knows.
    Unverified,
    /// Past its time to live.
    Stale,
    /// From before an invalidation.
    Previous,
}

/// What a panel shows in the end.
pub type PanelResult = Result<std::sync::Arc<PanelData>, Problem>;

impl<'a> View<'a> {
    /// The view of `frames`.
    pub fn of(frames: &'a Frames) -> Self {
        let variables = frames.view.variables.iter();
        Self {
            dashboard: frames.dashboard.slug.as_str(),
            zone: frames.window.zone.as_str(),
            bounds: Bounds::of(frames.window.bounds),
            interval: frames.window.interval.word(),
            variables: variables
                .map(|(name, chosen)| (name.as_str(), chosen.choices().map(Into::into).collect()))
                .collect(),
        }
    }
}

impl Bounds {
    fn of(bounds: brisk_domain::Bounds) -> Self {
        Self { from: instant::utc(bounds.from), to: instant::utc(bounds.to) }
    }
}

impl<'a> Compared<'a> {
    fn of(
        frame: &'a brisk_domain::Frame,
        earlier: EarlierPeriod,
        data: &PanelData,
        panel: &'a Panel,
    ) -> Self {
        let times = frame.columns().first().filter(|column| column.values.is_time());
        let beside = times.map(|times| {
            let beside = |row| {
                let at = times.values.placed(row, &data.offsets)?;
                earlier.forth(at, &data.offsets).map(instant::utc)
            };
            (0..frame.rows()).map(beside).collect()
        });
        let coverage = data.previous_coverage.as_ref();
        let frame = Frame::of(frame, panel, coverage, &data.offsets);
        let (bounds, covered) = (Bounds::of(earlier.bounds), earlier.is_covered);
        Self { bounds, covered, frame, beside }
    }
}

impl<'a> PanelFrames<'a> {
    /// `panel` with its data, seen at `now`.
    pub fn of(frames: &Frames, panel: &'a Panel, outcome: &'a PanelResult, now: Timestamp) -> Self {
        let data = outcome.as_ref().ok();
        let compared = |data: &'a PanelData| {
            let (frame, earlier) = (data.previous.as_ref()?, data.earlier?);
            Some(Compared::of(frame, earlier, data, panel))
        };
        Self {
            id: panel.id.as_str(),
            title: panel.title_at(frames.window.interval),
            kind: panel.kind.word(),
            unit: word(&panel.unit),
            interval: panel.interval.unwrap_or(frames.window.interval).word(),
            frame: data
                .map(|data| Frame::of(&data.frame, panel, data.coverage.as_ref(), &data.offsets)),
            previous: data.and_then(|data| compared(data)),
            sparkline: data.and_then(|data| {
                let (frame, coverage) =
                    (data.sparkline.as_ref()?, data.sparkline_coverage.as_ref());
                Some(Frame::of(frame, panel, coverage, &data.offsets))
            }),
            notes: data.map_or(&[], |data| data.notes.as_slice()),
            freshness: data.map(|data| FreshnessOf::of(data, now)),
            problem: outcome.as_ref().err(),
        }
    }
}

impl FreshnessOf {
    /// For a header: `stale;as_of="2011-12-01T09:30:00Z";age=61`.
    pub fn header(&self) -> Option<HeaderValue> {
        let Self { state, as_of, age } = self;
        let state = serde_json::to_value(state).ok()?;
        let text = format!("{};as_of=\"{as_of}\";age={age}", state.as_str()?);
        HeaderValue::from_str(&text).ok()
    }

    /// The freshness of `data` at `now`.
    pub fn of(data: &PanelData, now: Timestamp) -> Self {
        let micros = now.0.saturating_sub(data.as_of.0);
        let age = u64::try_from(micros).unwrap_or(0) / 1_000_000;
        Self { state: data.freshness, as_of: instant::utc(data.as_of), age }
    }
}

/// The tag of an answer with these panels: of which entries it is made, and how they are shown.
/// None where a panel failed, because a failure is no value that one could keep.
pub fn etag(form: &str, frames: &Frames, outcomes: &[PanelResult]) -> Option<ETag> {
    let mut parts: Vec<Vec<u8>> = vec![form.into()];
    parts.push(serde_json::to_vec(&View::of(frames)).ok()?);
    for ((panel, _), outcome) in frames.panels.iter().zip(outcomes) {
        let data = outcome.as_ref().ok()?;
        parts.push(serde_json::to_vec(panel).ok()?);
        parts.push(data.edition.0.as_bytes().to_vec());
        parts.push(serde_json::to_vec(&data.freshness).ok()?);
    }
    Some(ETag::of(parts))
}
