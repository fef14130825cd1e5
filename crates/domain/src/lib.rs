//! Brisk's vocabulary as types: dashboards, panels, variables, time ranges, frames.
//!
//! Everything here is pure (no IO, no clock, no SQL) and builds for the server and for wasm. Text
//! from outside is parsed into these types once, at the edge; the rest of the code trusts them.
//!
//! How to add…
//! - a **panel kind** or a **variable kind**: see `docs/extending.md`;
//! - a **column type**: a variant in [`frame::Values`], its decoding in `brisk-source`, its
//!   text in [`mod@format`];
//! - a **range preset**: a line in [`time_range::PRESETS`];
//! - a **kind of tag**: a variant in [`tag::Tag`] and [`tag::TagKind`].

pub mod additivity;
pub mod audience;
pub mod bounds;
pub mod cache_policy;
pub mod choice;
pub mod clock;
pub mod column_clock;
pub mod compare;
pub mod compared;
pub mod coverage;
pub mod dashboard;
pub mod date_words;
pub mod decimal;
pub mod delivery;
pub mod entry_report;
pub mod export;
pub mod format;
pub mod frame;
pub mod identifier;
pub mod interval;
mod kinds;
pub mod now;
pub mod pace;
pub mod panel;
pub mod panel_data;
pub mod panel_kind;
pub mod panel_target;
pub mod parameter;
pub mod point;
pub mod presentation;
pub mod query;
mod repeated_hour;
pub mod report;
pub mod rollup;
pub mod rollup_status;
pub mod row_links;
pub mod selection;
pub mod sentence;
pub mod sum;
pub mod tag;
pub mod time_range;
pub mod unit;
pub mod user_attributes;
pub mod variable;
pub mod variable_kind;
pub mod view;
pub mod wall_clock;
pub mod weekdays;
pub mod written_bucket;
pub mod zone;

pub use additivity::Additivity;
pub use audience::{Audience, Folder, NoAudience};
pub use bounds::Bounds;
pub use cache_policy::{CacheMode, CachePolicy};
pub use clock::{Clock, ManualClock, Timestamp, Wait};
pub use column_clock::{WallClock, WallClocks};
pub use compare::{Compare, EarlierPeriod, Shift};
pub use coverage::{Completeness, Coverage, Edges, Reach};
pub use dashboard::Dashboard;
pub use decimal::Decimal;
pub use delivery::{Delivery, Door};
pub use entry_report::{EntryOf, EntryReport, EntryState, PanelEntries, PolicyPlace};
pub use export::{ColumnRole, Export, ExportedColumn, ExportedPanel, IsoInstant};
pub use frame::{Column, Frame, Values};
pub use identifier::{
    AttributeName, ChannelName, FolderName, PanelId, ReportName, Slug, SourceName, TeamName,
    VariableName, WebhookName,
};
pub use interval::{Interval, IntervalChoice};
pub use now::Now;
pub use pace::Pace;
pub use panel::{GridPlace, Panel};
pub use panel_data::{Edition, FailureKind, Freshness, PanelData, PanelError};
pub use panel_kind::{PanelKind, PanelKindName};
pub use panel_target::{PanelFilter, PanelLink};
pub use presentation::{Presentation, Sort, TableState, ZoomedFrom};
pub use query::Query;
pub use report::Report;
pub use rollup::{Lateness, Rollup, RollupColumn, RollupName, RollupReport, RollupRun};
pub use rollup_status::{LastRefresh, RollupState, RollupStatus};
pub use row_links::{RowLink, RowLinks};
pub use selection::Selection;
pub use tag::{Tag, TagError, TagKind};
pub use time_range::TimeRange;
pub use unit::Unit;
pub use user_attributes::Access;
pub use variable::Variable;
pub use variable_kind::{VariableKind, VariableKindName};
pub use view::{RequestedView, ViewState};
pub use wall_clock::{Date, WallTime};
pub use weekdays::Weekdays;
pub use zone::{ZoneName, ZoneOffsets};
