//! Single figures.

use super::{days, drawn, revenue, snapshot};
use crate::support::case::Case;
use crate::support::cases::stat::figure;
use crate::support::columns::{day_starts, floats, ints, time};
use brisk_chart::Input;
use brisk_domain::panel_kind::{Better, Stat};
use brisk_domain::{
    Additivity, Compare, Coverage, EarlierPeriod, Frame, Interval, PanelKind, PanelKindName, Reach,
    Shift, Timestamp, Unit,
};

#[test]
fn figures_with_and_without_a_change() {
    let mut stat = revenue(PanelKindName::Stat, vec![floats("revenue", [1_234_567.0])]);
    stat.spec.compare = Some(Compare::PreviousPeriod);
    snapshot("stat_with_nothing_to_compare", &drawn(&stat));
    stat.previous = Some(Frame::new(vec![floats("revenue", [1_000_000.0])]).unwrap());
    stat.sparkline = Some(Frame::new(vec![days(5), ints("n", [1, 3, 2, 5, 4])]).unwrap());
    snapshot("stat_with_change_and_sparkline", &drawn(&stat));
    stat.spec.kind = PanelKind::Stat(Stat { sparkline: None, better: Better::Down });
    assert!(stat.draw().body.contains("stat-change bad"));
    for (previous, words) in [(1_234_567.0, "No change"), (1_234_600.0, "Hardly any change")] {
        stat.previous = Some(Frame::new(vec![floats("revenue", [previous])]).unwrap());
        assert!(stat.draw().body.contains(words) && stat.draw().summary.contains(words));
    }
}

#[test]
fn nothing_before_and_zero_before_are_told_apart() {
    let mut stat = revenue(PanelKindName::Stat, vec![floats("revenue", [12.0])]);
    stat.spec.compare = Some(Compare::PreviousPeriod);
    let null = brisk_domain::Values::Float(vec![None]);
    let null = crate::support::columns::column("revenue", null);
    for (before, words) in [
        (null, "no previous period"),
        (floats("revenue", []), "no previous period"),
        (floats("revenue", [0.0]), "from £0.00 in the previous period"),
    ] {
        stat.previous = Frame::new(vec![before]).ok();
        let body = stat.draw().body;
        assert!(body.contains(words) && !body.contains('%'), "{words}: {body}");
    }
    let mut none = revenue(PanelKindName::Stat, vec![floats("revenue", [0.0])]);
    none.spec.compare = Some(Compare::PreviousPeriod);
    none.previous = Frame::new(vec![floats("revenue", [0.0])]).ok();
    assert!(none.draw().body.contains("No change"), "{}", none.draw().body);
}

#[test]
fn a_day_that_there_was_not_is_no_zero() {
    let mut stat = revenue(PanelKindName::Stat, vec![floats("revenue", [12.0])]);
    stat.spec.compare = Some(Compare::PreviousYear);
    let day = brisk_domain::Bounds { from: stat.bounds.from, to: stat.bounds.to };
    let earlier = |bounds| EarlierPeriod {
        bounds,
        shift: Shift::Months(12),
        is_covered: Some(true),
        is_by_days: true,
    };
    let empty = brisk_domain::Bounds { from: day.from, to: day.from };
    let own = stat.input();
    let drawing = brisk_chart::draw(&Input { earlier: Some(earlier(empty)), ..own });
    assert!(drawing.body.contains("no such day in the previous year"), "{}", drawing.body);
    assert!(drawing.summary.contains("There is no such day in the previous year."));
    let skipped = Input { bounds: empty, earlier: Some(earlier(day)), ..own };
    assert!(brisk_chart::draw(&skipped).body.contains("no such day in the previous year"));
    let hour = Timestamp::from_seconds(day.from.seconds() + 3600);
    let at_one = brisk_domain::Bounds { from: hour, to: hour };
    let skipped = Input { bounds: at_one, earlier: Some(earlier(at_one)), ..own };
    assert!(brisk_chart::draw(&skipped).body.contains("no such time in the previous year"));
}

#[test]
fn small_lines_far_from_zero_are_not_flat_and_have_no_area() {
    let spark = |values: [f64; 3]| {
        let mut stat = revenue(PanelKindName::Stat, vec![floats("value", values)]);
        stat.sparkline = Frame::new(vec![floats("value", values)]).ok();
        stat.draw().body
    };
    let cold = spark([-18.5, -18.2, -18.4]);
    assert!(cold.contains("M0 30.5L50 1.5"), "{cold}");
    assert!(!cold.contains("\"a s0\""), "an area says how far it is from zero");
    assert!(spark([1.0, 3.0, 2.0]).contains("\"a s0\""));
    assert!(spark([-1.0, -3.0, -2.0]).contains("L100 1.5L0 1.5Z"), "down from zero");
}

#[test]
fn long_figures_shrink_with_their_box_and_short_ones_keep_their_size() {
    let body = |unit, value| figure("", unit, value).draw().body;
    let short = body(Unit::None, 12_840.0);
    assert!(short.contains("class=\"stat-figure\""), "{short}");
    let minutes = body(Unit::Seconds, 100_000.0);
    assert!(minutes.contains(">27 h 47 min<"), "{minutes}");
    assert!(minutes.contains("class=\"stat-figure e"), "{minutes}");
    assert!(body(Unit::Seconds, 7_972_440.0).contains(">92 d<"));
    assert!(body(Unit::None, 0.000_000_123).contains(">1.23×10⁻⁷<"));
}

#[test]
fn the_small_line_places_values_by_time() {
    // 1, none for two days, then 1 and 1.
    let starts = day_starts(5);
    let line = |additivity| {
        let mut case = Case::new("", PanelKindName::Stat, "Orders", vec![ints("n", [3])]);
        let at = vec![starts[0], starts[3], starts[4]];
        case.sparkline = Frame::new(vec![time("day", at), ints("n", [1, 1, 1])]).ok();
        case.sparkline_additivity = vec![Additivity::Key, additivity];
        case.bounds = crate::support::columns::days(5);
        case.draw().body
    };
    assert!(line(Additivity::Single).contains("75"), "{}", line(Additivity::Single));
    assert_ne!(line(Additivity::Total), line(Additivity::Single), "empty days are 0");
}

#[test]
fn a_small_line_of_weeks_has_no_empty_days() {
    let starts = day_starts(15);
    let line = |interval| {
        let mut case = Case::new("", PanelKindName::Stat, "Orders", vec![ints("n", [21])]);
        let at = vec![starts[0], starts[7], starts[14]];
        case.sparkline = Frame::new(vec![time("week", at), ints("n", [7, 7, 7])]).ok();
        case.sparkline_additivity = vec![Additivity::Key, Additivity::Total];
        case.bounds = crate::support::columns::days(15);
        let reach = Reach { from: None, to: None, data_end: Timestamp(i64::MAX / 2) };
        let coverage = Coverage::of(reach, interval, &case.zone);
        case.coverage = Some(Coverage { column: Some(0), ..coverage });
        case.draw().body
    };
    // The panel's own interval is a day.
    let points = |interval| line(interval).matches('L').count();
    assert!(points(Interval::Week) < points(Interval::Day), "{}", line(Interval::Week));
}
