//! Each kind with its warts, as snapshots of the markup. To accept a change after looking at it:
//! `INSTA_UPDATE=always cargo test -p brisk-chart`.

use crate::support::{lay, plain, stack};
use brisk_chart::{Drawing, Input, Spec, TableView, draw, table};
use brisk_domain::panel::{Cell, ColumnStyle};
use brisk_domain::panel_kind::{Better, EmptyBucket, Gauge, Line, Stat};
use brisk_domain::{
    Bounds, Column, Compare, Frame, Interval, PanelKind, PanelKindName, TableState, Timestamp,
    Unit, Values, ZoneOffsets,
};

/// 2011-10-24 00:00 in London, a Monday; the clocks go back on the following Sunday.
const MONDAY: i64 = 1_319_410_800;

fn london() -> ZoneOffsets {
    ZoneOffsets { first: 3600, changes: vec![(1_319_936_400, 0)] }
}

struct Case {
    spec: Spec,
    frame: Frame,
    previous: Option<Frame>,
    sparkline: Option<Frame>,
    bounds: Bounds,
    interval: Interval,
    hidden: Vec<usize>,
}

fn case(kind: PanelKindName, columns: Vec<Column>) -> Case {
    let spec = Spec {
        kind: plain(kind),
        title: "Revenue".into(),
        unit: Unit::parse("GBP").unwrap(),
        columns: vec![],
        compare: None,
    };
    let zone = london();
    let from = Timestamp::from_seconds(MONDAY);
    let bounds = Bounds { from, to: zone.plus_days(from, 14) };
    let frame = Frame::new(columns).unwrap();
    let (previous, sparkline, hidden) = (None, None, vec![]);
    Case { spec, frame, previous, sparkline, bounds, interval: Interval::Day, hidden }
}

impl Case {
    fn draw(&self) -> Drawing {
        let drawing = draw(&self.input());
        for text in [&drawing.body, &drawing.summary] {
            assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        }
        assert!(!drawing.summary.is_empty());
        drawing
    }

    fn input(&self) -> Input<'_> {
        Input {
            spec: &self.spec,
            frame: &self.frame,
            previous: self.previous.as_ref(),
            sparkline: self.sparkline.as_ref(),
            bounds: self.bounds,
            previous_bounds: self.previous.as_ref().map(|_| self.bounds),
            interval: self.interval,
            zone: Box::leak(Box::new(london())),
            width: 640.0,
            height: 240.0,
            hidden: &self.hidden,
            links: None,
        }
    }
}

fn column(name: &str, values: Values) -> Column {
    Column { name: name.into(), values }
}

fn days(count: i64) -> Column {
    let zone = london();
    let day = |i| Some(zone.plus_days(Timestamp::from_seconds(MONDAY), i));
    column("day", Values::Time((0..count).map(day).collect()))
}

fn ints(name: &str, cells: &[i64]) -> Column {
    column(name, Values::Int(cells.iter().copied().map(Some).collect()))
}

fn floats(name: &str, cells: &[f64]) -> Column {
    column(name, Values::Float(cells.iter().copied().map(Some).collect()))
}

fn texts(name: &str, cells: &[&str]) -> Column {
    column(name, Values::Text(cells.iter().map(|c| Some((*c).to_owned())).collect()))
}

fn plain_table(case: &Case) -> String {
    let state = TableState::default();
    let view = TableView { panel: "revenue", state: &state, action: "/d/sales", pairs: &[] };
    table(&case.input(), &view)
}

fn snapshot(name: &str, drawing: &Drawing) {
    let body = drawing.body.replace("><", ">\n<");
    let legend: Vec<&str> = drawing.legend.iter().map(|item| item.name.as_str()).collect();
    insta::assert_snapshot!(
        name,
        format!("{}\n\nlegend: {legend:?}\nempty: {}\n\n{body}", drawing.summary, drawing.is_empty)
    );
}

#[test]
fn stats() {
    let mut stat = case(PanelKindName::Stat, vec![floats("revenue", &[1_234_567.0])]);
    stat.spec.compare = Some(Compare::PreviousPeriod);
    snapshot("stat_with_nothing_to_compare", &stat.draw());
    stat.previous = Some(Frame::new(vec![floats("revenue", &[1_000_000.0])]).unwrap());
    stat.sparkline = Some(Frame::new(vec![days(5), ints("n", &[1, 3, 2, 5, 4])]).unwrap());
    snapshot("stat_with_change_and_sparkline", &stat.draw());
    stat.spec.kind = PanelKind::Stat(Stat { better: Better::Down, ..Stat::default() });
    assert!(stat.draw().body.contains("stat-change bad"));
    for (previous, words) in [(1_234_567.0, "No change"), (1_234_600.0, "Hardly a change")] {
        stat.previous = Some(Frame::new(vec![floats("revenue", &[previous])]).unwrap());
        assert!(stat.draw().body.contains(words) && stat.draw().summary.contains(words));
    }
}

#[test]
fn lines() {
    let line = case(PanelKindName::Line, vec![days(7), ints("revenue", &[5, 9, -3, 12, 7, 7, 8])]);
    snapshot("line_with_negative_values", &line.draw());
    let gaps = Values::Int(vec![Some(1), Some(2), None, Some(4), None, Some(6)]);
    let gaps = case(PanelKindName::Line, vec![days(6), column("revenue", gaps)]);
    snapshot("line_with_null_gaps_and_a_lone_point", &gaps.draw());
    let one = case(PanelKindName::Line, vec![days(1), ints("revenue", &[5])]);
    snapshot("line_of_one_point", &one.draw());
    let none = case(PanelKindName::Line, vec![days(0), ints("revenue", &[])]);
    snapshot("line_of_no_points", &none.draw());
    let equal = case(PanelKindName::Line, vec![days(3), ints("revenue", &[7, 7, 7])]);
    snapshot("line_of_equal_values", &equal.draw());
    let mut compared = case(PanelKindName::Line, vec![days(3), ints("revenue", &[1, 2, 3])]);
    compared.spec.compare = Some(Compare::PreviousPeriod);
    compared.previous = Some(Frame::new(vec![days(3), ints("revenue", &[2, 2, 2])]).unwrap());
    snapshot("line_against_the_previous_period", &compared.draw());
}

#[test]
fn days_stay_days_through_the_change_of_clocks() {
    let line = case(PanelKindName::Line, vec![days(14), ints("revenue", &[1; 14])]);
    let drawing = line.draw();
    assert_eq!(drawing.readout.labels.len(), 14);
    assert_eq!(drawing.readout.labels[6], "Sun 30 Oct 2011");
    assert_eq!(drawing.readout.labels[7], "Mon 31 Oct 2011");
}

#[test]
fn empty_buckets_are_gaps_zeros_or_carried_and_the_future_is_none_of_them() {
    let monday = Timestamp::from_seconds(MONDAY);
    let times = [0, 2].map(|i| Some(london().plus_days(monday, i)));
    let columns = || vec![column("day", Values::Time(times.to_vec())), ints("revenue", &[5, 6])];
    let shown = |empty| {
        let mut line = case(PanelKindName::Line, columns());
        line.spec.kind = PanelKind::Line(Line { empty });
        line.draw().readout.series[0].values[..4].join("|")
    };
    assert_eq!(shown(EmptyBucket::Gap), "£5.00||£6.00|");
    assert_eq!(shown(EmptyBucket::Zero), "£5.00|£0.00|£6.00|");
    assert_eq!(shown(EmptyBucket::Carry), "£5.00|£5.00|£6.00|");
}

#[test]
fn ten_thousand_points_are_thinned_out() {
    let times = (0..10_000).map(|i| Some(Timestamp::from_seconds(MONDAY + i * 60))).collect();
    let values = (0..10_000).map(|i| Some(f64::from(i % 100))).collect();
    let columns = vec![column("at", Values::Time(times)), column("load", Values::Float(values))];
    let mut line = case(PanelKindName::Line, columns);
    line.interval = Interval::Minute;
    let drawing = line.draw();
    assert!(drawing.body.len() < 20_000, "{}", drawing.body.len());
    // The readout travels too: it has no more points than the drawing.
    assert_eq!(drawing.readout.labels.len(), 1_000);
    assert_eq!(drawing.readout.series[0].values.len(), 1_000);
}

#[test]
fn areas() {
    let columns = vec![days(3), ints("new", &[1, 2, 3]), ints("returning", &[4, 4, 4])];
    let mut area = case(PanelKindName::Area, columns);
    stack(&mut area.spec, true);
    snapshot("area_stacked", &area.draw());
    area.hidden = vec![0];
    snapshot("area_stacked_with_a_hidden_series", &area.draw());
}

#[test]
fn bars() {
    let mut bar =
        case(PanelKindName::Bar, vec![days(3), ints("a", &[1, -2, 3]), ints("b", &[2, 2, -2])]);
    snapshot("bar_grouped", &bar.draw());
    stack(&mut bar.spec, true);
    snapshot("bar_stacked_both_ways", &bar.draw());
    let long = "A country with a name so long that no chart has room for all of it".to_owned();
    let names = texts("country", &["France", &long, "EIRE"]);
    let mut lying = case(PanelKindName::Bar, vec![names, ints("revenue", &[5, -2, 1])]);
    lay(&mut lying.spec, true);
    snapshot("bar_horizontal_with_a_long_label", &lying.draw());
    let months: Vec<Column> = vec![
        texts("month", &["Jan", "Jan", "Feb"]),
        texts("band", &["low", "high", "low"]),
        ints("revenue", &[1, 2, 3]),
    ];
    snapshot("bar_from_long_rows", &case(PanelKindName::Bar, months).draw());
}

#[test]
fn donuts() {
    let donut = |count: usize| {
        let names: Vec<String> = (0..count).map(|i| format!("slice {i}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let values: Vec<i64> = (1..=count as i64).collect();
        case(PanelKindName::Donut, vec![texts("name", &names), ints("revenue", &values)]).draw()
    };
    snapshot("donut", &donut(3));
    snapshot("donut_with_many_slices", &donut(9));
    snapshot("donut_of_one", &donut(1));
}

#[test]
fn heatmaps() {
    let columns =
        || vec![ints("hour", &[9, 10, 9]), ints("weekday", &[1, 1, 7]), ints("orders", &[4, 9, 1])];
    let mut heatmap = case(PanelKindName::Heatmap, columns());
    heatmap.spec.unit = Unit::None;
    snapshot("heatmap_by_hour_and_weekday", &heatmap.draw());
}

#[test]
fn histograms_scatters_gauges() {
    let bins = vec![texts("lines", &["1", "2–4", "5+"]), ints("orders", &[4, 9, 2])];
    snapshot("histogram", &case(PanelKindName::Histogram, bins).draw());
    let points =
        vec![floats("price", &[1.5, 2.5]), ints("sold", &[10, 3]), texts("name", &["a", "b"])];
    snapshot("scatter", &case(PanelKindName::Scatter, points).draw());
    let mut gauge = case(PanelKindName::Gauge, vec![floats("share", &[0.648])]);
    (gauge.spec.unit, gauge.spec.kind) = (Unit::Percent, PanelKind::Gauge(Gauge { max: 1.0 }));
    snapshot("gauge", &gauge.draw());
    gauge.frame = Frame::new(vec![floats("share", &[7.0])]).unwrap();
    snapshot("gauge_beyond_its_scale", &gauge.draw());
}

#[test]
fn tables() {
    let style = |name: &str, cell| ColumnStyle {
        name: name.into(),
        label: None,
        unit: None,
        scale: 0,
        cell,
    };
    let columns = vec![
        texts("name", &["first", "second"]),
        ints("revenue", &[10, 5]),
        texts("trend", &["1,2,3", "x"]),
        column("note", Values::Text(vec![None, Some("secret".into())])),
    ];
    let mut panel = case(PanelKindName::Table, columns);
    panel.spec.columns =
        vec![style("revenue", Cell::Bar), style("trend", Cell::Trend), style("note", Cell::Hidden)];
    let drawing = panel.draw();
    assert!(!drawing.body.contains("secret"));
    snapshot("table_with_bars_and_trends", &drawing);
    let long = case(PanelKindName::Table, vec![ints("n", &(0..60).collect::<Vec<_>>())]);
    assert!(long.draw().body.contains("10 more rows are not shown here."));
}

#[test]
fn every_chart_has_a_table() {
    let line = case(PanelKindName::Line, vec![days(2), ints("revenue", &[1, 2])]);
    insta::assert_snapshot!("table_of_a_line", plain_table(&line).replace("><", ">\n<"));
}

#[test]
fn hostile_text_is_text() {
    let evil = "</text><script>alert(\"1\")</script>&'";
    for kind in PanelKindName::ALL.iter().copied() {
        let columns = vec![texts(evil, &[evil]), ints("n", &[3]), ints(evil.trim(), &[4])];
        let columns = if kind == PanelKindName::Heatmap {
            vec![texts("x", &[evil]), texts(evil, &[evil]), ints("n", &[3])]
        } else {
            columns.into_iter().take(2).collect()
        };
        let mut hostile = case(kind, columns);
        hostile.spec.title = evil.into();
        let drawing = hostile.draw();
        assert!(!drawing.body.contains("<script>"), "{kind:?}: {}", drawing.body);
        assert!(!plain_table(&hostile).contains("<script>"));
    }
}

#[test]
fn columns_that_do_not_fit_are_said_and_never_panic() {
    let shapes: Vec<Vec<Column>> = vec![
        vec![],
        vec![ints("n", &[1])],
        vec![texts("a", &["x"])],
        vec![texts("a", &["x"]), texts("b", &["y"]), ints("n", &[1])],
        vec![floats("a", &[f64::NAN]), floats("b", &[f64::INFINITY])],
        vec![floats("a", &[1e300, -1e300]), floats("b", &[1e-300, 0.0])],
        vec![days(2), column("n", Values::Int(vec![None, None]))],
        vec![ints("a", &[i64::MAX, i64::MIN]), ints("b", &[i64::MIN, i64::MAX])],
        vec![
            ints("a", &[i64::MAX, i64::MIN]),
            ints("b", &[i64::MIN, i64::MAX]),
            ints("c", &[1, 2]),
        ],
    ];
    for shape in shapes {
        for kind in PanelKindName::ALL.iter().copied() {
            for horizontal in [false, true] {
                let mut odd = case(kind, shape.clone());
                stack(&mut odd.spec, true);
                lay(&mut odd.spec, horizontal);
                if kind == PanelKindName::Gauge {
                    odd.spec.kind = PanelKind::Gauge(Gauge { max: 0.0 });
                }
                odd.draw();
                let _ = plain_table(&odd);
            }
        }
    }
}
