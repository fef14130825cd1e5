//! Lines.

use super::{MONDAY, days, drawn, revenue, snapshot};
use crate::support::case::fill;
use crate::support::columns::{column, floats, ints, london, texts};
use brisk_domain::panel_kind::EmptyBucket;
use brisk_domain::{
    Bounds, Compare, EarlierPeriod, Frame, Interval, PanelKindName, Shift, Timestamp, Values,
    ZoneOffsets,
};

#[test]
fn lines_with_gaps_and_without_points() {
    let line =
        revenue(PanelKindName::Line, vec![days(7), ints("revenue", [5, 9, -3, 12, 7, 7, 8])]);
    snapshot("line_with_negative_values", &drawn(&line));
    let gaps = Values::Int(vec![Some(1), Some(2), None, Some(4), None, Some(6)]);
    let gaps = revenue(PanelKindName::Line, vec![days(6), column("revenue", gaps)]);
    snapshot("line_with_null_gaps_and_a_lone_point", &drawn(&gaps));
    let one = revenue(PanelKindName::Line, vec![days(1), ints("revenue", [5])]);
    snapshot("line_of_one_point", &drawn(&one));
    let none = revenue(PanelKindName::Line, vec![days(0), ints("revenue", [])]);
    snapshot("line_of_no_points", &drawn(&none));
    let equal = revenue(PanelKindName::Line, vec![days(3), ints("revenue", [7, 7, 7])]);
    snapshot("line_of_equal_values", &drawn(&equal));
    let mut compared = revenue(PanelKindName::Line, vec![days(3), ints("revenue", [1, 2, 3])]);
    compared.spec.compare = Some(Compare::PreviousPeriod);
    let before =
        (-14..-11).map(|day| Some(london().plus_days(Timestamp::from_seconds(MONDAY), day)));
    let before = column("day", Values::Time(before.collect()));
    compared.previous = Some(Frame::new(vec![before, ints("revenue", [2, 2, 2])]).unwrap());
    snapshot("line_against_the_previous_period", &drawn(&compared));
}

#[test]
fn days_stay_days_through_the_change_of_clocks() {
    let line = revenue(PanelKindName::Line, vec![days(14), ints("revenue", [1; 14])]);
    let drawing = line.draw();
    assert_eq!(drawing.readout.labels.len(), 14);
    assert_eq!(drawing.readout.labels[6], "Sun 30 Oct 2011");
    assert_eq!(drawing.readout.labels[7], "Mon 31 Oct 2011");
}

#[test]
fn earlier_values_stand_where_the_clock_says_not_where_their_row_does() {
    // March beside February, whose 10th has no row: the rows after it stay where they belong.
    let utc = ZoneOffsets::utc();
    let day = |month: u32, day: u32| {
        let date = chrono::NaiveDate::from_ymd_opt(2026, month, day).unwrap();
        utc.instant(date.and_time(chrono::NaiveTime::MIN))
    };
    let march = (1..=31).map(|d| Some(day(3, d))).collect();
    let february = (1..=28).filter(|d| *d != 10).map(|d| (Some(day(2, d)), i64::from(d)));
    let (times, numbers): (Vec<_>, Vec<_>) = february.unzip();
    let mut line = revenue(
        PanelKindName::Line,
        vec![column("day", Values::Time(march)), ints("revenue", [100; 31])],
    );
    line.zone = utc.clone();
    line.bounds = Bounds { from: day(3, 1), to: day(4, 1) };
    line.shift = Some(Shift::Months(1));
    line.spec.compare = Some(Compare::PreviousPeriod);
    line.previous =
        Frame::new(vec![column("day", Values::Time(times)), ints("revenue", numbers)]).ok();
    // The bounds of February.
    let earlier = EarlierPeriod {
        bounds: Bounds { from: day(2, 1), to: day(3, 1) },
        shift: Shift::Months(1),
        is_covered: None,
        is_by_days: true,
    };
    let input = brisk_chart::Input { earlier: Some(earlier), ..line.input() };
    let readout = brisk_chart::draw(&input).readout;
    let shown = |d: usize| readout.series[1].values[d - 1].as_str();
    assert_eq!((shown(1), shown(9), shown(10), shown(11)), ("£1.00", "£9.00", "", "£11.00"));
    assert_eq!((shown(28), shown(29), shown(31)), ("£28.00", "", ""));
    assert_eq!(readout.labels.len(), 31);

    // Filled with zeros, but not before the first row: there may have been no data at all.
    fill(&mut line.spec, EmptyBucket::Zero);
    let late = vec![Some(day(2, 5)), Some(day(2, 7))];
    line.previous =
        Frame::new(vec![column("day", Values::Time(late)), ints("revenue", [5, 7])]).ok();
    let input = brisk_chart::Input { earlier: Some(earlier), ..line.input() };
    let readout = brisk_chart::draw(&input).readout;
    assert_eq!(readout.series[1].values[3..8].join("|"), "|£5.00|£0.00|£7.00|");
}

#[test]
fn empty_buckets_are_gaps_zeros_or_carried_and_the_future_is_none_of_them() {
    let monday = Timestamp::from_seconds(MONDAY);
    let times = [0, 2].map(|i| Some(london().plus_days(monday, i)));
    let columns = || vec![column("day", Values::Time(times.to_vec())), ints("revenue", [5, 6])];
    let shown = |empty| {
        let mut line = revenue(PanelKindName::Line, columns());
        fill(&mut line.spec, empty);
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
    let mut line = revenue(PanelKindName::Line, columns);
    line.interval = Interval::Minute;
    let drawing = line.draw();
    assert!(drawing.body.len() < 20_000, "{}", drawing.body.len());
    // The readout travels too: it has no more points than the drawing.
    assert_eq!(drawing.readout.labels.len(), 1_000);
    assert_eq!(drawing.readout.series[0].values.len(), 1_000);
}

#[test]
fn the_smallest_and_the_largest_numbers_have_a_line_and_labels_that_differ() {
    for size in [1e-16, 1e-300, 1e15, 1e300] {
        let values = floats("v", [size, 2.0 * size, 3.0 * size]);
        let columns = vec![texts("k", &["a", "b", "c"]), values];
        let drawing = drawn(&revenue(PanelKindName::Line, columns));
        let path = drawing.body.split("class=\"l s0\" d=\"").nth(1).unwrap();
        let path = path.split('"').next().unwrap();
        assert!(path.contains('l') && !path.contains("l500 0"), "{size:e}: {path}");
        let ys: Vec<_> = drawing.readout.series[0].ys.iter().flatten().collect();
        assert!(ys[0] > ys[1] && ys[1] > ys[2], "{size:e}: {ys:?}");
        let labels = drawing.body.split("class=\"y\"").skip(1);
        let mut labels: Vec<_> =
            labels.map(|rest| rest.split(['>', '<']).nth(1).unwrap()).collect();
        let count = labels.len();
        labels.dedup();
        assert!(count > 2 && labels.len() == count, "{size:e}: {labels:?}");
    }
}

#[test]
fn dates_that_are_written_as_text_are_drawn_to_scale_where_they_are_in_order() {
    let xs = |x: &[&str]| {
        let values: Vec<i64> = (0..x.len() as i64).collect();
        let line = revenue(PanelKindName::Line, vec![texts("day", x), ints("revenue", values)]);
        let readout = line.draw().readout;
        (readout.xs, readout.labels)
    };
    let (places, labels) = xs(&["2024-03-01", "2024-03-02", "2024-03-11"]);
    assert_eq!(
        (places, labels),
        (vec![0.0, 0.1, 1.0], texts_of(&["2024-03-01", "2024-03-02", "2024-03-11"]))
    );
    let (places, labels) = xs(&["2024-03-11", "2024-03-02", "2024-03-01"]);
    assert_eq!(
        (places, labels[0].as_str()),
        (vec![0.0, 0.1, 1.0], "2024-03-01"),
        "from left to right"
    );
    let (places, _) = xs(&["2023-01", "2023-02", "2024-01"]);
    assert_eq!(places[1], 0.0849, "31 days of 365");
    for evenly in [
        &["2024-03-01", "2024-03-11", "2024-03-02"][..],
        &["2024-03-01", "2024-03-02", "later"],
        &["1010", "1011", "1020"],
    ] {
        let (places, labels) = xs(evenly);
        assert_eq!((places, labels), (vec![0.0, 0.5, 1.0], texts_of(evenly)));
    }
}

fn texts_of(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
