//! One drawing to make.

use super::columns::{days, london};
use brisk_chart::{Drawing, Input, Spec};
use brisk_domain::panel_kind::{
    Area, Bar, Donut, EmptyBucket, Gauge, Heatmap, Histogram, Line, Scatter, Stat, Table,
};
use brisk_domain::{
    Additivity, Bounds, Column, Coverage, EarlierPeriod, Frame, Interval, PanelKind, PanelKindName,
    Shift, Timestamp, Unit, Weekdays, ZoneOffsets,
};

/// What [`Input`] borrows, owned.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) spec: Spec,
    pub(crate) frame: Frame,
    pub(crate) additivity: Vec<Additivity>,
    pub(crate) weekdays: Vec<(String, Weekdays)>,
    pub(crate) previous: Option<Frame>,
    pub(crate) sparkline: Option<Frame>,
    pub(crate) sparkline_additivity: Vec<Additivity>,
    pub(crate) coverage: Option<Coverage>,
    pub(crate) bounds: Bounds,
    /// How far before the bounds the compared period lies; by default, their length.
    pub(crate) shift: Option<Shift>,
    pub(crate) interval: Interval,
    pub(crate) zone: ZoneOffsets,
    pub(crate) size: (f64, f64),
    pub(crate) hidden: Vec<usize>,
    pub(crate) links: Option<brisk_domain::RowLinks>,
}

impl Case {
    pub(crate) fn new(
        name: &'static str,
        kind: PanelKindName,
        title: &str,
        columns: Vec<Column>,
    ) -> Self {
        Self {
            name,
            spec: spec(kind, title),
            frame: Frame::new(columns).expect("columns fit"),
            additivity: Vec::new(),
            weekdays: Vec::new(),
            previous: None,
            sparkline: None,
            sparkline_additivity: Vec::new(),
            coverage: None,
            bounds: days(90),
            shift: None,
            interval: Interval::Day,
            zone: london(),
            size: (640.0, 216.0),
            hidden: Vec::new(),
            links: None,
        }
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn input(&self) -> Input<'_> {
        let length = self.bounds.to.0 - self.bounds.from.0;
        Input {
            spec: &self.spec,
            frame: &self.frame,
            additivity: &self.additivity,
            weekdays: &self.weekdays,
            previous: self.previous.as_ref(),
            sparkline: self.sparkline.as_ref(),
            sparkline_additivity: &self.sparkline_additivity,
            coverage: self.coverage,
            previous_coverage: None,
            sparkline_coverage: self.coverage,
            bounds: self.bounds,
            earlier: self.previous.as_ref().map(|_| EarlierPeriod {
                bounds: Bounds {
                    from: Timestamp(self.bounds.from.0 - length),
                    to: self.bounds.from,
                },
                shift: self.shift.unwrap_or(Shift::Days((length / 86_400_000_000) as u32)),
                is_covered: None,
                is_by_days: true,
            }),
            interval: self.interval,
            zone: &self.zone,
            width: self.size.0,
            height: self.size.1,
            hidden: &self.hidden,
            links: self.links.as_ref().map(|links| links as &dyn brisk_chart::Links),
        }
    }

    pub(crate) fn table(&self) -> String {
        let state = brisk_domain::TableState::default();
        let view = brisk_chart::TableView { panel: "p", state: &state, action: "/d/s", pairs: &[] };
        brisk_chart::table(&self.input(), &view)
    }

    pub(crate) fn draw(&self) -> Drawing {
        brisk_chart::draw(&self.input())
    }
}

fn spec(kind: PanelKindName, title: &str) -> Spec {
    Spec {
        kind: plain(kind),
        title: title.into(),
        unit: Unit::None,
        columns: Vec::new(),
        compare: None,
    }
}

/// The kind with the least options.
pub(crate) fn plain(kind: PanelKindName) -> PanelKind {
    let empty = Some(EmptyBucket::Gap);
    match kind {
        PanelKindName::Stat => PanelKind::Stat(Stat::default()),
        PanelKindName::Line => PanelKind::Line(Line { empty }),
        PanelKindName::Area => PanelKind::Area(Area { stacked: false, empty }),
        PanelKindName::Bar => PanelKind::Bar(Bar { stacked: false, horizontal: false, empty }),
        PanelKindName::Donut => PanelKind::Donut(Donut),
        PanelKindName::Heatmap => PanelKind::Heatmap(Heatmap),
        PanelKindName::Histogram => PanelKind::Histogram(Histogram { empty }),
        PanelKindName::Scatter => PanelKind::Scatter(Scatter),
        PanelKindName::Table => PanelKind::Table(Table),
        PanelKindName::Gauge => PanelKind::Gauge(Gauge { max: 100.0 }),
    }
}

/// Stacks the series, if the kind can.
pub(crate) fn stack(spec: &mut Spec, stacked: bool) {
    if let PanelKind::Area(Area { stacked: option, .. })
    | PanelKind::Bar(Bar { stacked: option, .. }) = &mut spec.kind
    {
        *option = stacked;
    }
}

/// Draws bars from left to right, if the kind has bars.
pub(crate) fn lay(spec: &mut Spec, horizontal: bool) {
    if let PanelKind::Bar(bar) = &mut spec.kind {
        bar.horizontal = horizontal;
    }
}

/// Shows a bucket without a row as `empty`, if the kind can.
pub(crate) fn fill(spec: &mut Spec, empty: EmptyBucket) {
    if let PanelKind::Line(Line { empty: option })
    | PanelKind::Area(Area { empty: option, .. })
    | PanelKind::Bar(Bar { empty: option, .. })
    | PanelKind::Histogram(Histogram { empty: option }) = &mut spec.kind
    {
        *option = Some(empty);
    }
}

/// Sets the end of the scale, if the kind has one.
pub(crate) fn scale(spec: &mut Spec, max: f64) {
    if let PanelKind::Gauge(gauge) = &mut spec.kind {
        gauge.max = max;
    }
}
