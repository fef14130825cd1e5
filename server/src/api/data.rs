//! The JSON form of a view and of its panels' data.

use super::frame::{Frame, word};
use crate::http::etag::ETag;
use crate::http::problem::Problem;
use crate::service::Frames;
use brisk_domain::{EarlierPeriod, Freshness, IsoInstant, Panel, PanelData, PanelError, Timestamp};
use http::HeaderValue;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One panel's data for one view.
#[derive(Debug, Serialize, ToSchema)]
pub struct PanelAnswer<'a> {
    /// The view.
    pub view: View<'a>,
    /// Its data.
    pub panel: PanelFrames<'a>,
}

/// A dashboard's data for one view.
#[derive(Debug, Serialize, ToSchema)]
pub struct DashboardAnswer<'a> {
    /// The view.
    pub view: View<'a>,
    /// The panels in reading order, each with its frame or its own problem.
    pub panels: Vec<PanelFrames<'a>>,
}

/// The view, with defaults filled in.
#[derive(Debug, Serialize, ToSchema)]
pub struct View<'a> {
    /// The dashboard's name.
    #[schema(example = "online-retail")]
    pub dashboard: &'a str,
    /// The IANA time zone that days and hours follow.
    #[schema(example = "Europe/London")]
    pub zone: &'a str,
    /// The range.
    pub bounds: Bounds,
    /// The width of the buckets: `minute`, `hour`, `day`, `week`, `month`, `quarter` or `year`.
    #[schema(example = "day")]
    pub interval: &'static str,
    /// The chosen values of each variable, `null` first if chosen; none means all.
    pub variables: BTreeMap<&'a str, Vec<Option<String>>>,
}

/// A range of time: from the first instant up to, but not including, the second.
#[derive(Debug, Serialize, ToSchema)]
pub struct Bounds {
    /// The first instant in the range.
    #[schema(value_type = String, format = DateTime, example = "2011-11-01T00:00:00Z")]
    pub from: IsoInstant,
    /// The first instant after the range.
    #[schema(value_type = String, format = DateTime, example = "2011-12-01T00:00:00Z")]
    pub to: IsoInstant,
}

/// One panel: `frame` and `freshness`, or a `problem`.
#[derive(Debug, Serialize, ToSchema)]
pub struct PanelFrames<'a> {
    /// The panel's name.
    #[schema(example = "revenue-by-day")]
    pub id: &'a str,
    /// Its title.
    pub title: String,
    /// How it is drawn, which determines what its columns mean: `stat`, `line`, `table`…
    #[schema(example = "line")]
    pub kind: &'static str,
    /// The unit of its numbers, unless a column has its own.
    #[schema(required = true, example = "GBP")]
    pub unit: Option<String>,
    /// The width of its buckets: the view's, or the panel's own.
    #[schema(example = "day")]
    pub interval: &'static str,
    /// The statement's result.
    #[schema(required = true)]
    pub frame: Option<Frame<'a>>,
    /// The result over the earlier period, for panels that compare; null if that period lies
    /// before the first row of data, or does not exist on the clock or calendar.
    #[schema(required = true)]
    pub previous: Option<Compared<'a>>,
    /// A stat's sparkline: time and value.
    #[schema(required = true)]
    pub sparkline: Option<Frame<'a>>,
    /// Notes for the author, such as a column that the panel names and the statement does not return;
    /// and for readers, such as that the earlier period is shorter.
    pub notes: &'a [String],
    /// How current the frames are.
    #[schema(required = true)]
    pub freshness: Option<FreshnessOf>,
    /// Why there are no frames.
    #[schema(required = true)]
    pub problem: Option<Problem>,
}

/// The frame of the earlier period.
#[derive(Debug, Serialize, ToSchema)]
pub struct Compared<'a> {
    /// The earlier period.
    pub bounds: Bounds,
    /// Whether the data go back to its start. If not, a percentage change would be meaningless;
    /// `null` if that is not known.
    #[schema(required = true)]
    pub covered: Option<bool>,
    /// The result over that period.
    pub frame: Frame<'a>,
    /// For each row, the time in the panel's `frame` at the same place on the clock:
    /// 1 March for 1 February. `null` if there is none, as for 31 January beside February; the
    /// whole list is `null` if the first column is not a time.
    #[schema(required = true, value_type = Option<Vec<Option<String>>>)]
    pub beside: Option<Vec<Option<IsoInstant>>>,
}

/// How current a panel's frames are.
#[derive(Debug, Serialize, ToSchema)]
pub struct FreshnessOf {
    /// `fresh`; `unverified` (fresh as far as this server knows, while the shared cache cannot be
    /// asked); and only where `max-stale` allows it `stale` (past its time to live) or `previous`
    /// (from before an invalidation).
    #[schema(value_type = State)]
    pub state: Freshness,
    /// The time as of which the oldest frame shows the data.
    #[schema(value_type = String, format = DateTime, example = "2011-12-01T09:30:00.123456Z")]
    pub as_of: IsoInstant,
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
pub type PanelResult = Result<std::sync::Arc<PanelData>, PanelError>;

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
        Self { from: IsoInstant::utc(bounds.from), to: IsoInstant::utc(bounds.to) }
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
                earlier.forth(at, &data.offsets).map(IsoInstant::utc)
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
            problem: outcome.as_ref().err().map(|error| Problem::from(error.clone())),
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
        Self { state: data.freshness, ..Self::fresh(data.as_of, now) }
    }

    /// That of data as of `as_of` that are current at `now`.
    pub fn fresh(as_of: Timestamp, now: Timestamp) -> Self {
        Self { state: Freshness::Fresh, as_of: IsoInstant::utc(as_of), age: age(as_of, now) }
    }
}

/// How old data as of `as_of` are at `now`, in whole seconds.
pub(super) fn age(as_of: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(now.0.saturating_sub(as_of.0)).unwrap_or(0) / 1_000_000
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
