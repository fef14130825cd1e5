//! Frames and panels to draw, for the tests and the gallery: every kind, and every wart that real
//! data has. The numbers are made by formula, so that drawings never change by themselves.

#![allow(clippy::expect_used, dead_code)]

use brisk_chart::{Drawing, Input, Spec};
use brisk_domain::panel::{Cell, ColumnStyle};
use brisk_domain::panel_kind::{
    Area, Bar, Better, Donut, EmptyBucket, Gauge, Heatmap, Histogram, Line, Scatter, Stat, Table,
};
use brisk_domain::{
    Bounds, Column, Compare, Frame, Interval, PanelKind, PanelKindName, Timestamp, Unit, Values,
    ZoneOffsets,
};

/// One drawing to make: what [`Input`] borrows, owned.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) spec: Spec,
    pub(crate) frame: Frame,
    pub(crate) previous: Option<Frame>,
    pub(crate) sparkline: Option<Frame>,
    pub(crate) bounds: Bounds,
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
            previous: None,
            sparkline: None,
            bounds: days(90),
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
            previous: self.previous.as_ref(),
            sparkline: self.sparkline.as_ref(),
            bounds: self.bounds,
            previous_bounds: self.previous.as_ref().map(|_| Bounds {
                from: Timestamp(self.bounds.from.0 - length),
                to: self.bounds.from,
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

pub(crate) fn spec(kind: PanelKindName, title: &str) -> Spec {
    Spec {
        kind: plain(kind),
        title: title.into(),
        unit: Unit::None,
        columns: Vec::new(),
        compare: None,
    }
}

/// The kind with nothing asked of it; buckets without a row are gaps.
pub(crate) fn plain(kind: PanelKindName) -> PanelKind {
    let empty = EmptyBucket::Gap;
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

/// Whether series stand on each other, where the kind can be told.
pub(crate) fn stack(spec: &mut Spec, stacked: bool) {
    if let PanelKind::Area(Area { stacked: option, .. })
    | PanelKind::Bar(Bar { stacked: option, .. }) = &mut spec.kind
    {
        *option = stacked;
    }
}

/// Whether bars lie, where the kind has bars that can.
pub(crate) fn lay(spec: &mut Spec, horizontal: bool) {
    if let PanelKind::Bar(bar) = &mut spec.kind {
        bar.horizontal = horizontal;
    }
}

/// London's offsets in 2011: the clocks change on 27 March and 30 October.
pub(crate) fn london() -> ZoneOffsets {
    ZoneOffsets { first: 0, changes: vec![(1_301_187_600, 3600), (1_319_936_400, 0)] }
}

/// Midnight of 9 September 2011 in London.
pub(crate) fn start() -> Timestamp {
    Timestamp::from_seconds(1_315_522_800)
}

pub(crate) fn days(count: i64) -> Bounds {
    Bounds { from: start(), to: london().plus_days(start(), count) }
}

pub(crate) fn time(name: &str, cells: Vec<Timestamp>) -> Column {
    column(name, Values::Time(cells.into_iter().map(Some).collect()))
}

pub(crate) fn ints(name: &str, cells: impl IntoIterator<Item = i64>) -> Column {
    column(name, Values::Int(cells.into_iter().map(Some).collect()))
}

pub(crate) fn floats(name: &str, cells: impl IntoIterator<Item = f64>) -> Column {
    column(name, Values::Float(cells.into_iter().map(Some).collect()))
}

pub(crate) fn texts(name: &str, cells: &[&str]) -> Column {
    let cells = cells.iter().map(|c| Some((*c).to_owned())).collect();
    column(name, Values::Text(cells))
}

pub(crate) fn column(name: &str, values: Values) -> Column {
    Column { name: name.into(), values }
}

fn style(name: &str, unit: Option<Unit>, cell: Cell) -> ColumnStyle {
    ColumnStyle { name: name.into(), label: None, unit, scale: 0, cell }
}

fn gbp() -> Unit {
    Unit::Money("GBP".into())
}

/// Takings of a shop that closes on Saturdays: a wave, a trend and some noise.
fn takings(i: usize) -> f64 {
    let noise = ((i * 7919) % 97) as f64 / 97.0;
    let week = if i % 7 == 1 { 0.0 } else { 1.0 };
    (18_000.0 + i as f64 * 260.0 + 9_000.0 * noise + 4_000.0 * (i as f64 / 9.0).sin()) * week
}

fn day_starts(count: i64) -> Vec<Timestamp> {
    Interval::Day.buckets(days(count), &london())
}

/// Every kind as it is meant to be used.
pub(crate) fn kinds() -> Vec<Case> {
    let stat = |name, title: &str, unit: Unit, value: f64, before: f64, better| {
        Case::new(name, PanelKindName::Stat, title, vec![floats("value", [value])]).with(|c| {
            c.spec.unit = unit;
            c.spec.kind = PanelKind::Stat(Stat { better, ..Stat::default() });
            c.spec.compare = Some(Compare::PreviousPeriod);
            c.size = (300.0, 72.0);
            c.previous = Frame::new(vec![floats("value", [before])]).ok();
            c.sparkline = Frame::new(vec![
                time("day", day_starts(90)),
                floats("value", (0..90).map(takings)),
            ])
            .ok();
        })
    };
    let bars = ["United Kingdom", "Netherlands", "EIRE", "Germany", "France"];
    let quarters = ["Q1", "Q2", "Q3", "Q4"];
    let channels: Vec<&str> = quarters.iter().flat_map(|q| [*q; 3]).collect();
    let names: Vec<&str> = quarters.iter().flat_map(|_| ["Shop", "Web", "Phone"]).collect();
    let long = |name, title: &str| {
        let values = (0..12).map(|i| f64::from(40 + (i * 37) % 90));
        let columns =
            vec![texts("quarter", &channels), texts("channel", &names), floats("orders", values)];
        Case::new(name, PanelKindName::Bar, title, columns)
    };
    let weekday_hour = |f: fn(i64, i64) -> i64| {
        let cells = (1..=7).flat_map(|d| (7..21).map(move |h| (d, h)));
        cells.map(|(d, h)| f(d, h)).collect::<Vec<i64>>()
    };
    vec![
        stat("stat", "Revenue", gbp(), 3_412_345.67, 3_020_100.0, Better::Up),
        stat("stat_bad", "Returns", Unit::Percent, 0.082, 0.061, Better::Down),
        stat("stat_neither", "Orders", Unit::None, 12_840.0, 12_840.0, Better::Neither),
        Case::new(
            "line_compared",
            PanelKindName::Line,
            "Revenue by day",
            vec![time("day", day_starts(90)), floats("revenue", (0..90).map(takings))],
        )
        .with(|c| {
            c.spec.unit = gbp();
            c.spec.compare = Some(Compare::PreviousPeriod);
            let before = (0..90).map(|i| takings(i) * 0.8);
            let first = london().plus_days(start(), -90);
            let bounds = Bounds { from: first, to: start() };
            let days = Interval::Day.buckets(bounds, &london());
            c.previous = Frame::new(vec![time("day", days), floats("revenue", before)]).ok();
        }),
        Case::new(
            "area_stacked",
            PanelKindName::Area,
            "Orders by country",
            vec![
                time("day", day_starts(60)),
                floats("united_kingdom", (0..60).map(|i| 60.0 + takings(i) / 900.0)),
                floats("germany", (0..60).map(|i| 14.0 + takings(i + 3) / 2_500.0)),
                floats("france", (0..60).map(|i| 9.0 + takings(i + 5) / 3_500.0)),
            ],
        )
        .with(|c| {
            stack(&mut c.spec, true);
            c.bounds = days(60);
        }),
        Case::new(
            "bar_time",
            PanelKindName::Bar,
            "New customers by day",
            vec![time("day", day_starts(30)), ints("customers", (0..30).map(|i| 20 + i * 13 % 41))],
        )
        .with(|c| c.bounds = days(30)),
        long("bar_grouped", "Orders by quarter and channel"),
        long("bar_stacked", "Orders by quarter, stacked").with(|c| stack(&mut c.spec, true)),
        Case::new(
            "bar_horizontal",
            PanelKindName::Bar,
            "Revenue by country",
            vec![
                texts("country", &bars),
                floats("revenue", [9_120_000.0, 310_400.0, 283_000.0, 229_000.0, 209_700.0]),
            ],
        )
        .with(|c| {
            c.spec.unit = gbp();
            lay(&mut c.spec, true);
        }),
        long("bar_horizontal_grouped", "Orders by quarter, lying").with(|c| lay(&mut c.spec, true)),
        long("bar_horizontal_stacked", "Orders by quarter, lying and stacked").with(|c| {
            lay(&mut c.spec, true);
            stack(&mut c.spec, true);
        }),
        Case::new(
            "donut",
            PanelKindName::Donut,
            "Revenue by price band",
            vec![
                texts(
                    "band",
                    &[
                        "Under £1",
                        "£1 to £2",
                        "£2 to £5",
                        "£5 to £10",
                        "£10 to £20",
                        "£20 to £50",
                        "£50 and over",
                        "Unpriced",
                    ],
                ),
                floats(
                    "revenue",
                    [
                        820_000.0,
                        1_300_000.0,
                        2_100_000.0,
                        900_000.0,
                        480_000.0,
                        210_000.0,
                        96_000.0,
                        4_100.0,
                    ],
                ),
            ],
        )
        .with(|c| c.spec.unit = gbp()),
        Case::new(
            "heatmap_week",
            PanelKindName::Heatmap,
            "Orders by weekday and hour",
            vec![
                ints("hour", weekday_hour(|_, h| h)),
                ints("weekday", weekday_hour(|d, _| d)),
                ints(
                    "orders",
                    weekday_hour(
                        |d, h| if d == 6 { 0 } else { (40 - (h - 13).pow(2)).max(0) * (8 - d) },
                    ),
                ),
            ],
        )
        .with(|c| c.size.1 = 288.0),
        cohorts(),
        Case::new(
            "histogram",
            PanelKindName::Histogram,
            "Orders by value",
            vec![
                texts("value", &["£0", "£50", "£100", "£200", "£300", "£500", "£1k", "£2k+"]),
                ints("orders", [310, 520, 890, 1240, 930, 610, 280, 90]),
            ],
        ),
        Case::new(
            "scatter",
            PanelKindName::Scatter,
            "Price and quantity",
            vec![
                floats("price", (0..80).map(|i| 0.5 + f64::from((i * 37) % 80) / 6.0)),
                floats(
                    "quantity",
                    (0..80).map(|i| {
                        900.0 / (1.0 + f64::from((i * 37) % 80) / 9.0) + f64::from((i * 53) % 61)
                    }),
                ),
                texts("product", &(0..80).map(|_| "Mug").collect::<Vec<_>>()),
            ],
        )
        .with(|c| {
            c.spec.columns = vec![style("price", Some(gbp()), Cell::Plain)];
            c.size.1 = 288.0;
        }),
        table(),
        Case::new(
            "gauge",
            PanelKindName::Gauge,
            "Of the target",
            vec![floats("revenue", [730_000.0])],
        )
        .with(|c| {
            c.spec.unit = gbp();
            c.spec.kind = PanelKind::Gauge(Gauge { max: 1_000_000.0 });
        }),
    ]
}

fn cohorts() -> Case {
    let months: Vec<Timestamp> = {
        let bounds = Bounds { from: Timestamp::from_seconds(1_293_840_000), to: days(60).to };
        Interval::Month.buckets(bounds, &london())
    };
    let cells = || (0..8_usize).flat_map(|m| (0..8 - m).map(move |age| (m, age)));
    Case::new(
        "heatmap_cohorts",
        PanelKindName::Heatmap,
        "Customers who come back",
        vec![
            ints("month", cells().map(|(_, age)| age as i64)),
            time("first_order", cells().map(|(m, _)| months[m]).collect()),
            floats(
                "share",
                cells().map(|(m, age)| {
                    if age == 0 { 1.0 } else { 0.42 - 0.03 * age as f64 + 0.01 * m as f64 }
                }),
            ),
        ],
    )
    .with(|c| {
        c.spec.unit = Unit::Percent;
        c.size.1 = 288.0;
    })
}

fn table() -> Case {
    let products = [
        "Regency cakestand",
        "Paper craft, little birdie, a very long name that nobody would read to its end",
        "Jumbo bag",
        "Party bunting",
        "Postage",
        "White hanging heart",
    ];
    let trends = ["1,4,2,8,5,7", "9,7,3,2,1", "", "3,3,3,3", "0,5,0,5", "2,4,8,16"];
    let quantity = vec![Some(13_890), Some(80_995), None, Some(18_290), Some(1_126), Some(-36)];
    Case::new(
        "table",
        PanelKindName::Table,
        "Best-selling products",
        vec![
            texts("product", &products),
            column("quantity", Values::Int(quantity)),
            floats("revenue", [326_519.55, 168_469.6, 160_113.24, 147_948.5, 126_563.04, 4_012.0]),
            texts("last_weeks", &trends),
            ints("id", 0..6),
        ],
    )
    .with(|c| {
        c.spec.columns = vec![
            style("revenue", Some(gbp()), Cell::Bar),
            style("last_weeks", None, Cell::Trend),
            style("id", None, Cell::Hidden),
        ];
    })
}

/// A stat as narrow as two beside each other on a phone.
pub(crate) fn figure(name: &'static str, unit: Unit, value: f64) -> Case {
    Case::new(name, PanelKindName::Stat, name, vec![floats("n", [value])]).with(|c| {
        c.spec.unit = unit;
        c.size = (130.0, 72.0);
    })
}

/// A gauge of two columns and two rows.
pub(crate) fn gauge(name: &'static str, max: f64, value: f64) -> Case {
    Case::new(name, PanelKindName::Gauge, name, vec![floats("n", [value])]).with(|c| {
        c.spec.kind = PanelKind::Gauge(Gauge { max });
        c.size = (184.0, 72.0);
    })
}

/// What real data does to charts.
pub(crate) fn warts() -> Vec<Case> {
    let line = |name, title: &str, values: Vec<Option<f64>>| {
        let days = day_starts(values.len() as i64);
        let count = values.len() as i64;
        let columns = vec![time("day", days), column("value", Values::Float(values))];
        Case::new(name, PanelKindName::Line, title, columns).with(|c| c.bounds = self::days(count))
    };
    let gaps = (0..40).map(|i| (i % 9 > 1).then(|| takings(i))).collect();
    let first_days = |empty| {
        let columns =
            vec![time("day", vec![day_starts(30)[2], day_starts(30)[9]]), ints("n", [4, 9])];
        Case::new("", PanelKindName::Line, "Two days of thirty", columns).with(|c| {
            c.bounds = days(30);
            c.spec.kind = PanelKind::Line(Line { empty });
        })
    };
    let long_labels = [
        "A name that goes on for much longer than any axis has room for",
        "Short",
        "Grüße aus 東京 und anderswo",
        "W",
        "Another one that is rather long",
    ];
    let columns = || vec![texts("name", &long_labels), floats("n", [5.0, 3.0, 8.0, 1.0, 6.0])];
    vec![
        line("line_gaps", "With gaps", gaps),
        line(
            "line_negative",
            "Below zero",
            (0..40).map(|i| Some(takings(i) / 100.0 - 250.0)).collect(),
        ),
        line(
            "line_cold",
            "A freezer",
            (0..40).map(|i| Some(-18.5 + 0.3 * (i as f64 / 5.0).sin())).collect(),
        ),
        line(
            "line_large",
            "Large and steady",
            (0..40).map(|i| Some(1_234_567_890_123.45 + (i % 4) as f64 * 0.01)).collect(),
        )
        .with(|c| c.spec.unit = Unit::Money("USD".into())),
        line(
            "area_cold",
            "A freezer's area",
            (0..40).map(|i| Some(-20.9 - (i % 3) as f64)).collect(),
        )
        .with(|c| c.spec.kind = plain(PanelKindName::Area)),
        line("line_single", "One point", vec![Some(42.0)]),
        line(
            "line_lonely_points",
            "Points between gaps",
            vec![None, Some(3.0), None, Some(4.0), None],
        ),
        line("line_equal", "All equal", vec![Some(7.0); 12]),
        line("line_zero", "All zero", vec![Some(0.0); 12]),
        line(
            "line_narrow",
            "Nearly constant",
            (0..30).map(|i| Some(0.981 + (i % 5) as f64 / 1000.0)).collect(),
        )
        .with(|c| c.spec.unit = Unit::Percent),
        line(
            "line_not_finite",
            "Not finite",
            vec![Some(f64::NAN), Some(1.0), Some(f64::INFINITY), Some(2.0), Some(3.0)],
        ),
        line("line_null", "Only NULL", vec![None; 5]),
        Case::new(
            "no_rows",
            PanelKindName::Line,
            "No rows",
            vec![time("day", vec![]), floats("n", [])],
        ),
        first_days(EmptyBucket::Zero).with(|c| c.name = "line_empty_zero"),
        first_days(EmptyBucket::Carry).with(|c| c.name = "line_empty_carry"),
        dst_day(),
        many_points(),
        many_series(),
        many_series().with(|c| {
            (c.name, c.spec.kind) = ("line_many_series", plain(PanelKindName::Line));
        }),
        Case::new(
            "histogram_gaps",
            PanelKindName::Histogram,
            "First reply in hours",
            vec![
                floats("hours", [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 3.5, 5.0, 5.5, 7.5, 10.0, 12.0]),
                ints("tickets", [66, 35, 14, 13, 8, 3, 3, 2, 2, 3, 1, 6]),
            ],
        ),
        Case::new(
            "bar_one",
            PanelKindName::Bar,
            "One bar",
            vec![texts("name", &["only"]), ints("n", [42])],
        ),
        Case::new(
            "bar_percent",
            PanelKindName::Bar,
            "Above 100 % and below 0",
            vec![texts("n", &["x", "y", "z"]), floats("v", [1.5, -0.25, 0.0004])],
        )
        .with(|c| c.spec.unit = Unit::Percent),
        Case::new(
            "bar_negative",
            PanelKindName::Bar,
            "Gains and losses",
            vec![
                texts("month", &["Jan", "Feb", "Mar", "Apr"]),
                floats("n", [5.0, -3.0, 8.0, -1.0]),
            ],
        ),
        Case::new("bar_long_labels", PanelKindName::Bar, "Long labels", columns()),
        Case::new(
            "bar_horizontal_long_labels",
            PanelKindName::Bar,
            "Long labels, lying",
            columns(),
        )
        .with(|c| lay(&mut c.spec, true)),
        categories("bar_categories", 40),
        categories("bar_horizontal_categories", 12).with(|c| lay(&mut c.spec, true)),
        categories("bar_horizontal_categories_narrow", 12).with(|c| {
            lay(&mut c.spec, true);
            c.size.0 = 300.0;
        }),
        Case::new(
            "bar_horizontal_negative",
            PanelKindName::Bar,
            "Losses, lying",
            vec![texts("month", &["Jan", "Feb", "Mar"]), floats("n", [5.0, -3.0, 8.0])],
        )
        .with(|c| lay(&mut c.spec, true)),
        Case::new(
            "donut_single",
            PanelKindName::Donut,
            "One slice",
            vec![texts("name", &["All"]), ints("n", [3])],
        ),
        Case::new(
            "donut_negative",
            PanelKindName::Donut,
            "A negative slice",
            vec![texts("name", &["a", "b"]), ints("n", [10, -4])],
        ),
        Case::new(
            "donut_zero",
            PanelKindName::Donut,
            "Nothing of some",
            vec![
                texts("name", &["a", "b", "Nobody", "d"]),
                column("n", Values::Int(vec![Some(10), None, Some(0), Some(7)])),
            ],
        ),
        Case::new("gauge_over", PanelKindName::Gauge, "Over the top", vec![floats("n", [130.0])])
            .with(|c| c.spec.kind = PanelKind::Gauge(Gauge { max: 100.0 })),
        gauge("gauge_low", 100.0, 64.8),
        gauge("gauge_above", 100.0, 250.0),
        gauge("gauge_below", 30.0, -18.4),
        gauge("gauge_wide", 5.0, 3.05).with(|c| c.size.0 = 416.0),
        gauge("gauge_zero", 100.0, 0.0).with(|c| c.size.1 = 144.0),
        gauge("gauge_long", 1e9, 123_456.78).with(|c| c.spec.unit = Unit::Seconds),
        figure("stat_tiny", Unit::None, 0.000_000_123),
        figure("stat_long", Unit::Seconds, 7_972_440.0),
        figure("stat_minutes", Unit::Seconds, 100_000.0),
        figure("stat_foreign", Unit::Money("CHF".into()), -123_456_789.0),
        Case::new("stat_nothing_before", PanelKindName::Stat, "New", vec![ints("n", [3])]).with(
            |c| {
                c.spec.compare = Some(Compare::PreviousYear);
                c.size.1 = 72.0;
            },
        ),
        Case::new("unfit", PanelKindName::Scatter, "One column", vec![ints("n", [3, 4])]),
    ]
}

/// Names that differ only behind their beginning.
pub(crate) fn categories(name: &'static str, count: usize) -> Case {
    let suffix = |i| if i % 7 == 0 { " with a rather long explanatory suffix" } else { "" };
    let names: Vec<String> =
        (0..count).map(|i| format!("Category number {i:02}{}", suffix(i))).collect();
    let columns = vec![
        texts("name", &names.iter().map(String::as_str).collect::<Vec<_>>()),
        floats("n", (1..=count).map(|i| 1e6 / i as f64)),
    ];
    Case::new(name, PanelKindName::Bar, "Many categories", columns)
}

/// The night in which an hour comes twice.
fn dst_day() -> Case {
    let bounds = Bounds {
        from: Timestamp::from_seconds(1_319_929_200),
        to: Timestamp::from_seconds(1_320_019_200),
    };
    let hours = Interval::Hour.buckets(bounds, &london());
    let values = ints("orders", (0..hours.len() as i64).map(|i| 3 + i * 5 % 11));
    Case::new(
        "bar_dst_day",
        PanelKindName::Bar,
        "Orders by hour",
        vec![time("hour", hours), values],
    )
    .with(|c| {
        c.bounds = bounds;
        c.interval = Interval::Hour;
    })
}

fn many_points() -> Case {
    let bounds = days(417);
    let hours = Interval::Hour.buckets(bounds, &london());
    let values = floats("n", (0..hours.len()).map(takings));
    Case::new(
        "line_ten_thousand",
        PanelKindName::Line,
        "Ten thousand points",
        vec![time("hour", hours), values],
    )
    .with(|c| {
        c.bounds = bounds;
        c.interval = Interval::Hour;
    })
}

fn many_series() -> Case {
    let names =
        ["Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal", "Ina", "Jo", "Kim", "Lea"];
    let rows: Vec<(Timestamp, &str)> =
        day_starts(20).into_iter().flat_map(|d| names.map(|n| (d, n))).collect();
    let values = (0..rows.len()).map(|i| ((i % 12) * 3 + i / 12 % 5) as f64);
    let columns = vec![
        time("day", rows.iter().map(|r| r.0).collect()),
        texts("name", &rows.iter().map(|r| r.1).collect::<Vec<_>>()),
        floats("n", values),
    ];
    Case::new("area_many_series", PanelKindName::Area, "Twelve series", columns).with(|c| {
        c.bounds = days(20);
        stack(&mut c.spec, true);
    })
}
