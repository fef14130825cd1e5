//! Partial time buckets are marked as such in drawings, tooltips, text alternatives and tables.

use crate::support::case::{Case, fill, lay, stack};
use crate::support::columns::{column, ints, london, style, texts, time};
use brisk_domain::panel::Cell;
use brisk_domain::panel_kind::EmptyBucket;
use brisk_domain::{
    Additivity, Bounds, Column, Coverage, Interval, PanelKindName, Reach, Timestamp, Values,
};

/// 2011-10-24 00:00 in London, a Monday.
const MONDAY: i64 = 1_319_410_800;

fn day(count: i64) -> Timestamp {
    london().plus_days(Timestamp::from_seconds(MONDAY), count)
}

/// Five weeks from 17 October on, as buckets.
fn weeks() -> Column {
    time("week", (-1..4).map(|week| day(week * 7)).collect())
}

/// Numbers by week, over a range from Wednesday 19 October to the end of Tuesday 15 November, of data
/// that end after it.
fn by_week(kind: PanelKindName, columns: Vec<Column>) -> Case {
    let bounds = Bounds { from: day(-5), to: day(23) };
    Case::new("", kind, "Orders", columns)
        .with(|case| {
            case.interval = Interval::Week;
            case.bounds = bounds;
        })
        .with(|case| cover(case, day(300)))
}

fn cover(case: &mut Case, data_end: Timestamp) {
    let reach = Reach { from: Some(case.bounds.from), to: Some(case.bounds.to), data_end };
    let coverage = Coverage::of(reach, case.interval, &london());
    case.coverage = Some(Coverage { column: Some(0), ..coverage });
}

fn orders(kind: PanelKindName) -> Case {
    by_week(kind, vec![weeks(), ints("orders", [3, 7, 8, 6, 2])])
}

/// How often `part` is in `text`.
fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

#[test]
fn lines_to_and_from_parts_are_dashed() {
    let body = orders(PanelKindName::Line).draw().body;
    assert_eq!(count(&body, "<path class=\"l s0\""), 1, "{body}");
    assert_eq!(count(&body, "<path class=\"l s0 pt\""), 2, "{body}");
    let area = orders(PanelKindName::Area).draw().body;
    assert_eq!((count(&area, "\"a s0\""), count(&area, "\"a s0 pt\"")), (1, 2), "{area}");
    let whole = orders(PanelKindName::Line).with(|case| case.coverage = None).draw().body;
    assert_eq!(count(&whole, " pt\""), 0);
}

#[test]
fn bars_of_parts_are_hollow_whichever_way_they_point() {
    for is_lying in [false, true] {
        let body = orders(PanelKindName::Bar).with(|c| lay(&mut c.spec, is_lying)).draw().body;
        assert_eq!((count(&body, "\"s0 pt\""), count(&body, "\"s0\"")), (2, 3), "{body}");
    }
    let names = texts("shop", &["a", "b", "a", "b"]);
    let starts = [-7, -7, 0, 0].map(day).to_vec();
    let columns = vec![time("week", starts), names, ints("orders", [1, 2, 3, 4])];
    let stacked = by_week(PanelKindName::Bar, columns).with(|c| stack(&mut c.spec, true));
    let body = stacked.draw().body;
    assert_eq!((count(&body, "\"s0 pt\""), count(&body, "\"s1 pt\"")), (1, 1), "{body}");
    let many = (0..400).map(day).collect();
    let columns = vec![time("day", many), ints("orders", [1; 400])];
    let days = Case::new("", PanelKindName::Bar, "Orders", columns)
        .with(|case| case.bounds = Bounds { from: day(0), to: day(400) })
        .with(|case| cover(case, Timestamp(day(399).0 + 1)));
    let body = days.draw().body;
    assert_eq!((count(&body, "path class=\"s0\""), count(&body, "path class=\"s0 pt\"")), (1, 1));
}

#[test]
fn a_point_alone_in_a_part_is_hollow() {
    let line = by_week(
        PanelKindName::Line,
        vec![weeks(), column("orders", Values::Int(vec![Some(3), None, Some(8), Some(6), None]))],
    );
    let body = line.draw().body;
    assert_eq!(count(&body, "<circle class=\"s0 pt\""), 1, "{body}");
    assert_eq!(count(&body, "<path class=\"l s0\""), 1, "{body}");
}

#[test]
fn tooltips_and_the_text_alternative_say_which_part_it_is() {
    let drawing = orders(PanelKindName::Line).draw();
    let labels = &drawing.readout.labels;
    assert_eq!(labels[0], "Week of 17 Oct 2011, from 19 Oct");
    assert_eq!(labels[1], "Week of 24 Oct 2011");
    assert_eq!(labels[4], "Week of 14 Nov 2011, to 15 Nov");
    // The partial bucket with 2 does not count as a low.
    assert!(drawing.summary.contains("lowest 6 (Week of 7 Nov 2011)"), "{}", drawing.summary);
    let parts = "Partial: Week of 17 Oct 2011, from 19 Oct; Week of 14 Nov 2011, to 15 Nov.";
    assert!(drawing.summary.ends_with(parts), "{}", drawing.summary);
    let under_way = orders(PanelKindName::Bar).with(|case| cover(case, day(22))).draw();
    assert_eq!(under_way.readout.labels[4], "Week of 14 Nov 2011, so far");
    let ahead = orders(PanelKindName::Bar).with(|case| cover(case, day(14))).draw();
    assert_eq!(ahead.readout.labels[2], "Week of 31 Oct 2011");
    assert_eq!(ahead.readout.labels[3], "Week of 7 Nov 2011, ahead");
}

#[test]
fn nothing_is_filled_in_where_no_data_are_known_yet() {
    let sparse = || vec![time("week", vec![day(0), day(21)]), ints("orders", [7, 5])];
    let shown = |data_end| {
        let mut line = by_week(PanelKindName::Line, sparse());
        fill(&mut line.spec, EmptyBucket::Zero);
        cover(&mut line, data_end);
        line.draw().readout.series[0].values.join("|")
    };
    assert_eq!(shown(day(300)), "0|7|0|0|5");
    assert_eq!(shown(day(10)), "0|7|0||5", "31 October is under way, 14 November booked ahead");
}

#[test]
fn buckets_that_are_over_are_filled_although_no_row_follows() {
    let sparse = || vec![time("week", vec![day(0), day(7)]), ints("orders", [7, 5])];
    let shown = |data_end| {
        let mut line = by_week(PanelKindName::Line, sparse());
        fill(&mut line.spec, EmptyBucket::Zero);
        cover(&mut line, data_end);
        line.draw().readout.series[0].values.join("|")
    };
    // The range cuts off the week of 14 November.
    assert_eq!(shown(day(300)), "0|7|5|0|");
    assert_eq!(shown(day(16)), "0|7|5||", "7 November is under way");
    let small = |data_end| {
        let stat = Case::new("", PanelKindName::Stat, "Orders", vec![ints("orders", [12])]);
        let stat = stat.with(|case| {
            case.sparkline = brisk_domain::Frame::new(sparse()).ok();
            case.sparkline_additivity = vec![Additivity::Key, Additivity::Total];
            case.interval = Interval::Week;
            case.bounds = Bounds { from: day(-5), to: day(23) };
        });
        stat.with(|case| cover(case, data_end)).draw().body
    };
    // The line ends at the bottom of the week that had no orders.
    assert_ne!(small(day(300)), small(day(16)));
}

#[test]
fn an_earlier_part_stands_beside_no_whole_bucket() {
    let line = |data_end| {
        let mut line = orders(PanelKindName::Line);
        cover(&mut line, data_end);
        let before = time("week", (-6..-1).map(|week| day(week * 7)).collect());
        line.previous = brisk_domain::Frame::new(vec![before, ints("orders", [1; 5])]).ok();
        line.shift = Some(brisk_domain::Shift::Days(35));
        let (bounds, previous) = (Bounds { from: day(-40), to: day(-14) }, line.coverage.unwrap());
        let reach = Reach { from: Some(bounds.from), to: Some(bounds.to), data_end };
        let previous =
            Coverage { column: previous.column, ..Coverage::of(reach, Interval::Week, &london()) };
        let earlier = brisk_domain::EarlierPeriod {
            bounds,
            shift: brisk_domain::Shift::Days(35),
            is_covered: None,
            is_by_days: true,
        };
        let input = brisk_chart::Input {
            previous_coverage: Some(previous),
            earlier: Some(earlier),
            ..line.input()
        };
        brisk_chart::draw(&input).readout.series[1].values.join("|")
    };
    // 12 September is cut off like 17 October, 10 October like 14 November.
    assert_eq!(line(day(300)), "1|1|1|1|1");
}

#[test]
fn small_lines_are_dashed_where_they_are_cut() {
    let stat = Case::new("", PanelKindName::Stat, "Orders", vec![ints("orders", [26])])
        .with(|case| {
            let columns = vec![weeks(), ints("orders", [3, 7, 8, 6, 2])];
            case.sparkline = brisk_domain::Frame::new(columns).ok();
            case.interval = Interval::Week;
            case.bounds = Bounds { from: day(-5), to: day(23) };
        })
        .with(|case| cover(case, day(300)));
    let body = stat.draw().body;
    assert_eq!((count(&body, "\"l s0\""), count(&body, "\"l s0 pt\"")), (1, 2), "{body}");
    let seconds = (-1..4).map(|week| day(week * 7).seconds());
    let placed: Vec<String> = seconds.map(|at| format!("{at}:5")).collect();
    let table = |cell: &str, is_trimmed| {
        let columns = vec![texts("shop", &["a"]), texts("trend", &[cell])];
        let case = by_week(PanelKindName::Table, columns).with(|case| {
            case.spec.columns = vec![style("trend", None, Cell::Trend)];
            case.coverage = case.coverage.map(|c| Coverage { column: None, is_trimmed, ..c });
        });
        case.table()
    };
    let marked = table(&placed.join(","), false);
    assert_eq!((count(&marked, "\"l s0\""), count(&marked, "\"l s0 pt\"")), (1, 2), "{marked}");
    assert!(marked.contains("the first one partial, the last one partial"), "{marked}");
    let trimmed = table(&placed.join(","), true);
    assert_eq!((count(&trimmed, "\"l s0\""), count(&trimmed, " pt\"")), (1, 0), "{trimmed}");
    // Numbers without places say nothing about time.
    assert_eq!(count(&table("1,2,3", false), " pt\""), 0);
}

#[test]
fn tables_say_it_in_the_cell_of_the_bucket() {
    let table = orders(PanelKindName::Table).table();
    assert!(table.contains("<td>17 Oct 2011 <small>from 19 Oct</small></td>"), "{table}");
    assert!(table.contains("<td>24 Oct 2011</td>"), "{table}");
    assert!(table.contains("<td>14 Nov 2011 <small>to 15 Nov</small></td>"), "{table}");
}

#[test]
fn heatmaps_are_paler_along_the_parts_of_either_axis() {
    for at in [0, 1] {
        let names = texts("shop", &["a"; 5]);
        let mut columns = vec![weeks(), names, ints("orders", [3, 7, 8, 6, 2])];
        columns.swap(0, at);
        let map = by_week(PanelKindName::Heatmap, columns)
            .with(|case| case.coverage = case.coverage.map(|c| Coverage { column: Some(at), ..c }));
        let drawing = map.draw();
        assert_eq!(count(&drawing.body, " pt\" data-i"), 2, "{}", drawing.body);
        let label = &drawing.readout.labels[0];
        assert!(
            label.contains("17 Oct 2011 (from 19 Oct)") || label.contains("17 Oct (from 19 Oct)"),
            "{label}"
        );
    }
}

#[test]
fn what_was_left_out_is_said() {
    let left_out = |case: &mut Case, count| {
        case.coverage = case.coverage.map(|c| Coverage { left_out: count, is_trimmed: true, ..c });
    };
    let columns = vec![time("week", vec![day(0), day(7), day(14)]), ints("orders", [7, 8, 6])];
    for kind in [PanelKindName::Line, PanelKindName::Bar, PanelKindName::Area] {
        let drawing = by_week(kind, columns.clone()).with(|case| left_out(case, 2)).draw();
        assert!(drawing.body.contains("2 partial weeks left out"), "{}", drawing.body);
        assert!(drawing.summary.contains("2 partial weeks left out"), "{}", drawing.summary);
        assert_eq!(count(&drawing.body, " pt\""), 0);
        let labels = ["Week of 24 Oct 2011", "Week of 31 Oct 2011", "Week of 7 Nov 2011"];
        assert_eq!(drawing.readout.labels, labels, "there is no place for the others");
    }
    let table = by_week(PanelKindName::Table, columns).with(|case| left_out(case, 1)).table();
    assert!(table.contains("1 partial week left out"), "{table}");
    let none = by_week(PanelKindName::Bar, vec![time("week", vec![]), ints("orders", [])]);
    let none = none.with(|case| left_out(case, 1)).draw();
    assert!(none.body.contains("No whole week in this range: 1 partial week left out"));
}

#[test]
fn buckets_with_names_are_parts_as_those_at_times_are() {
    let named = |kind| {
        let weeks = texts("week", &["2011-W42", "2011-W43", "2011-W44", "2011-W45", "2011-W46"]);
        by_week(kind, vec![weeks, ints("orders", [3, 7, 8, 6, 2])])
    };
    let bars = named(PanelKindName::Bar).draw();
    let at_times = orders(PanelKindName::Bar).draw();
    assert_eq!(count(&bars.body, " pt\""), count(&at_times.body, " pt\""), "{}", bars.body);
    assert!(count(&bars.body, " pt\"") > 0);
    let said = "Partial: 2011-W42, from 19 Oct; 2011-W46, to 15 Nov.";
    assert!(bars.summary.contains(said), "{}", bars.summary);
    let table = named(PanelKindName::Table).table();
    assert!(table.contains("from 19 Oct") && table.contains("to 15 Nov"), "{table}");
}
